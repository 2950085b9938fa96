-- Other names of a request, found as quickly as its key: the retrieval reference number, or the STAN, of a terminal. The ends of
-- terminal and time tell apart those that share a number, and are fewer bytes for every request to write.
DROP INDEX request_key;
CREATE INDEX request_key ON request (stan, substr(terminal_id, -3), substr(transmitted_at, -6));
DROP INDEX request_rrn;
CREATE INDEX request_rrn ON request (rrn, substr(terminal_id, -3));
-- What was reversed and had not come: asked for when a request comes, however long ago its reversal did.
-- A reversal that names its original by a STAN alone has that in original_stan, and no original_transmitted_at.
CREATE INDEX reversal_unknown ON reversal (original_stan, terminal_id) WHERE original_id IS NULL;
CREATE INDEX reversal_unknown_rrn ON reversal (rrn, terminal_id) WHERE original_id IS NULL AND original_stan IS NULL;
