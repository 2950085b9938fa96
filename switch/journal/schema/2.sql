-- Reversals, and what the centre owes issuers because of them.

-- One row for each reversal taken in; it is decided as it arrives and belongs to the business date open at that instant.
CREATE TABLE reversal (
  id                INTEGER PRIMARY KEY,
  received_at_ms    INTEGER NOT NULL,
  line              TEXT    NOT NULL,
  mti               TEXT    NOT NULL,       -- 0400, 0401, 0420, 0421
  acquirer_id       TEXT    NOT NULL,       -- DE 32  \
  terminal_id       TEXT    NOT NULL,       -- DE 41   | the key of this message
  stan              TEXT    NOT NULL,       -- DE 11   |
  transmitted_at    TEXT    NOT NULL,       -- DE 7   /
  rrn               TEXT    NOT NULL,       -- DE 37
  merchant_id       TEXT    NOT NULL,       -- DE 42
  amount_minor      INTEGER NOT NULL,       -- DE 4
  replacement_minor INTEGER NOT NULL,       -- DE 95: what remains; 0 for a full reversal
  currency          TEXT    NOT NULL,
  original_id       INTEGER REFERENCES request (id),  -- NULL: the original is not known
  original_acquirer_id    TEXT,              -- DE 90: the key of the original as the message names it
  original_stan           TEXT,
  original_transmitted_at TEXT,
  effective         INTEGER NOT NULL CHECK (effective IN (0, 1)),  -- 1: it changed what the original is worth
  business_date     TEXT    NOT NULL,
  response_code     TEXT    NOT NULL,
  reason            TEXT    NOT NULL        -- one sentence: what was found, what was done
) STRICT;
CREATE INDEX reversal_of ON reversal (original_id);

-- What the centre owes an issuer: the reversal of a request it was sent. Kept until the issuer has answered it.
CREATE TABLE delivery (
  id                INTEGER PRIMARY KEY,
  created_at_ms     INTEGER NOT NULL,
  request_id        INTEGER NOT NULL REFERENCES request (id),
  issuer            TEXT    NOT NULL,
  replacement_minor INTEGER NOT NULL,
  reason            TEXT    NOT NULL
) STRICT;

-- The issuer's answer to a delivery; one without a row here is still owed.
CREATE TABLE delivered (
  delivery_id   INTEGER PRIMARY KEY REFERENCES delivery (id),
  at_ms         INTEGER NOT NULL,
  response_code TEXT    NOT NULL
) STRICT;

-- Originals are found by the key of their exchange.
CREATE INDEX request_key ON request (stan, transmitted_at);

CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivery_no_update BEFORE UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivered_no_update BEFORE UPDATE ON delivered BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivered_no_delete BEFORE DELETE ON delivered BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
