-- The journal: what was asked, what was decided, what else happened. Append-only: the database refuses UPDATE and DELETE.
-- Times are epoch milliseconds (UTC) of the centre's clock; amounts are integers of minor units.

-- Business dates as they were opened; the last row is the open one.
CREATE TABLE business_day (
  id            INTEGER PRIMARY KEY,
  business_date TEXT    NOT NULL UNIQUE,   -- 2026-11-22
  opened_at_ms  INTEGER NOT NULL,
  opened_by     TEXT    NOT NULL CHECK (opened_by IN ('clock', 'operator'))
) STRICT;

-- One row for each authorization the centre took in, written before it is forwarded.
CREATE TABLE request (
  id               INTEGER PRIMARY KEY,
  received_at_ms   INTEGER NOT NULL,
  line             TEXT    NOT NULL,       -- listener and peer: ascii 127.0.0.1:40112
  message_class    TEXT    NOT NULL,       -- authorization, financial
  acquirer_id      TEXT    NOT NULL,       -- DE 32  \
  terminal_id      TEXT    NOT NULL,       -- DE 41   | the key of the exchange
  stan             TEXT    NOT NULL,       -- DE 11   |
  transmitted_at   TEXT    NOT NULL,       -- DE 7   /
  rrn              TEXT    NOT NULL,       -- DE 37
  merchant_id      TEXT    NOT NULL,       -- DE 42
  merchant_type    TEXT,                   -- MCC of the merchant's contract, else as sent
  pan_cipher       BLOB    NOT NULL,       -- AES-SIV under the data folder's key
  pan_masked       TEXT    NOT NULL,       -- first six, last four
  transaction_type TEXT    NOT NULL,       -- purchase, cash_withdrawal
  amount_minor     INTEGER NOT NULL,
  currency         TEXT    NOT NULL,       -- ISO 4217 numeric
  entry_mode       TEXT    NOT NULL,       -- DE 22
  channel          TEXT    NOT NULL,       -- ecommerce, chip, magstripe, manual
  local_at         TEXT    NOT NULL,       -- DE 13 + DE 12: MMDDhhmmss
  issuer           TEXT,                   -- where it was routed; NULL when nowhere
  scheme           TEXT,                   -- cmi, visa, mastercard
  product          TEXT,                   -- debit, credit, prepaid
  origin           TEXT                    -- domestic, foreign
) STRICT;

-- One row for each request decided, written before it is answered; it belongs to the business date open at that instant.
CREATE TABLE decision (
  request_id    INTEGER PRIMARY KEY REFERENCES request (id),
  business_date TEXT    NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  response_code TEXT    NOT NULL,          -- DE 39, ISO 8583:1987
  approval_code TEXT,                      -- DE 38
  decided_by    TEXT    NOT NULL,          -- the issuer's id, or switch
  reason        TEXT    NOT NULL
) STRICT;

-- What else is worth telling of a request: a late answer, a garbled one.
CREATE TABLE occurrence (
  id         INTEGER PRIMARY KEY,
  request_id INTEGER REFERENCES request (id),
  at_ms      INTEGER NOT NULL,
  kind       TEXT    NOT NULL,             -- late_answer, …
  detail     TEXT    NOT NULL
) STRICT;

CREATE TRIGGER business_day_no_update BEFORE UPDATE ON business_day BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER business_day_no_delete BEFORE DELETE ON business_day BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER request_no_update BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER request_no_delete BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER occurrence_no_update BEFORE UPDATE ON occurrence BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER occurrence_no_delete BEFORE DELETE ON occurrence BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
