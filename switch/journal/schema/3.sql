-- Advices, completions, captures and totals: what is told rather than asked, and which approvals count in the day.

-- How a request came: asked of its issuer, told after the fact (an advice), or made by the close of a terminal's batch.
ALTER TABLE request ADD COLUMN function TEXT NOT NULL DEFAULT 'request';        -- request, advice, batch
-- The request an advice completes, an increment adds to, or the close of a batch captures.
ALTER TABLE request ADD COLUMN original_id INTEGER REFERENCES request (id);
-- When an approval of it counts in the day: at once, by a completion, by the close of its terminal's batch, or never.
ALTER TABLE request ADD COLUMN capture TEXT NOT NULL DEFAULT 'now';             -- now, completion, batch, never
ALTER TABLE request ADD COLUMN cash_back_minor INTEGER NOT NULL DEFAULT 0;      -- part of amount_minor that is handed out
ALTER TABLE request ADD COLUMN advised_code TEXT;                               -- of an advice: DE 39, as answered at the point of sale
-- Reversals and completions may name an original by its retrieval reference number alone, and so do people who ask.
CREATE INDEX request_rrn ON request (rrn);
CREATE INDEX request_original ON request (original_id) WHERE original_id IS NOT NULL;

-- What was granted; NULL where it was declined. Less than was asked after a partial approval.
ALTER TABLE decision ADD COLUMN approved_minor INTEGER;
-- What counts in the business date of the decision: above zero the cardholder is debited, below zero credited. NULL: not captured.
ALTER TABLE decision ADD COLUMN captured_minor INTEGER;

-- Until now every approval was granted whole and counted at once.
DROP TRIGGER decision_no_update;
UPDATE decision SET
  approved_minor = (SELECT amount_minor FROM request WHERE id = request_id),
  captured_minor = (SELECT amount_minor FROM request WHERE id = request_id)
WHERE response_code IN ('00', '08', '11');
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- What is owed to an issuer is the reversal of a request, or the advice of one that was decided without it.
ALTER TABLE delivery ADD COLUMN kind TEXT NOT NULL DEFAULT 'reversal';          -- reversal, advice
ALTER TABLE delivery ADD COLUMN message_reason TEXT NOT NULL DEFAULT '';        -- ISO 8583:1993, DE 25: 1003, 4021, …
CREATE INDEX delivery_of ON delivery (request_id);

-- One row for each reconciliation (0500, 0520): the sender's totals beside the centre's.
CREATE TABLE reconciliation (
  id               INTEGER PRIMARY KEY,
  received_at_ms   INTEGER NOT NULL,
  line             TEXT    NOT NULL,
  mti              TEXT    NOT NULL,       -- 0500, 0501, 0520, 0521
  acquirer_id      TEXT    NOT NULL,       -- DE 32
  terminal_id      TEXT    NOT NULL,       -- DE 41; empty: all terminals of the acquirer
  stan             TEXT    NOT NULL,       -- DE 11
  transmitted_at   TEXT    NOT NULL,       -- DE 7
  business_date    TEXT    NOT NULL,       -- open when it came
  last_request_id  INTEGER NOT NULL,       -- the centre's totals are of requests up to this one
  waiting          TEXT    NOT NULL,       -- but not of these, which had no answer yet: a JSON list of request.id
  totals           TEXT    NOT NULL,       -- the centre's, as JSON: {"debits_count": 3, "debits_minor": 37500, …}
  sent             TEXT    NOT NULL,       -- the sender's, likewise, those it sent
  settlement_code  TEXT    NOT NULL,       -- DE 66: 0 not compared, 1 in balance, 2 out of balance
  response_code    TEXT    NOT NULL,
  reason           TEXT    NOT NULL        -- one sentence: what agrees or does not
) STRICT;

CREATE TRIGGER reconciliation_no_update BEFORE UPDATE ON reconciliation BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER reconciliation_no_delete BEFORE DELETE ON reconciliation BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
