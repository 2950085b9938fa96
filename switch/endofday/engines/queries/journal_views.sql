-- In DuckDB's words: the journal as the statements name it, made of what was handed over.
DELETE FROM journal.named WHERE id IN (SELECT request_id FROM journal.decided);
CREATE VIEW journal.decision AS
SELECT request_id, business_date, decided_at_ms, approval_code, approved_minor, captured_minor FROM journal.decided;
CREATE VIEW journal.request AS
SELECT request_id AS id, * EXCLUDE (request_id, business_date, decided_at_ms, approval_code, approved_minor, captured_minor)
FROM journal.decided
UNION ALL BY NAME
SELECT id, function, original_id, message_class FROM journal.named
