-- Holds that expire, postings of cleared days, and what the bank does to an account by its own hand. SQLite cannot widen a CHECK,
-- so the table is made anew around the same rows; its indexes go with the old one, those made when first needed come again.

DROP TRIGGER entry_no_update;
DROP TRIGGER entry_no_delete;
ALTER TABLE entry RENAME TO entry_4;

CREATE TABLE entry (
  id             INTEGER PRIMARY KEY,
  recorded_at_ms INTEGER NOT NULL,
  account        TEXT    NOT NULL,        -- atlas-0001; empty in a 'reversed' or a 'posted' whose card is not known
  kind           TEXT    NOT NULL CHECK (
    kind = 'hold' OR kind = 'release' OR kind = 'credit' OR kind = 'taken_back' OR kind = 'reversed' OR kind = 'expired'
    OR kind = 'settled' OR kind = 'posted' OR kind = 'returned' OR kind = 'deposit' OR kind = 'withdrawal' OR kind = 'blocked'
    OR kind = 'unblocked'),
                                          -- release, expired and settled are of the hold, a taken_back is of the credit, a
                                          -- returned of the posted with the same key
  amount_minor   INTEGER NOT NULL CHECK (
    amount_minor > 0 OR (amount_minor = 0 AND (kind = 'reversed' OR kind = 'blocked' OR kind = 'unblocked'))),
                                          -- of a 'reversed' what its DE 4 says, and no money moves
  acquirer_id    TEXT    NOT NULL,        -- DE 32  \
  terminal_id    TEXT    NOT NULL,        -- DE 41   | the key of the exchange; of a 'reversed' without DE 90 only the acquirer
  stan           TEXT    NOT NULL,        -- DE 11   | and the terminal are told, the other two are empty; all are empty where
  transmitted_at TEXT    NOT NULL,        -- DE 7   /  the bank acted by its own hand
  rrn            TEXT    NOT NULL,        -- DE 37
  approval_code  TEXT    NOT NULL,        -- DE 38; empty in a 'reversed', and where an advice has none
  response_code  TEXT    NOT NULL,        -- DE 39, ISO 8583:1987; empty where no answer goes with it
  expires_at_ms  INTEGER NOT NULL DEFAULT 0,   -- of a hold; 0: thirty days after it was recorded
  business_date  TEXT    NOT NULL DEFAULT ''   -- of the cleared day that caused it
) STRICT;

INSERT INTO entry SELECT *, 0, '' FROM entry_4;
DROP TABLE entry_4;

CREATE INDEX entry_key ON entry (stan, transmitted_at);

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;

-- What cleared days have presented, in the order it was booked, each under the exchange the issuer knows it by.
CREATE TABLE booked_item (
  business_date  TEXT    NOT NULL,
  request_id     INTEGER NOT NULL,        -- of the presentment, by the centre's journal; an adjustment has it too
  amount_minor   INTEGER NOT NULL,        -- above zero the cardholder is debited, below zero credited; as it was presented
  billed_minor   INTEGER NOT NULL,        -- the same in the currency of the account
  acquirer_id    TEXT    NOT NULL,
  terminal_id    TEXT    NOT NULL,
  stan           TEXT    NOT NULL,
  transmitted_at TEXT    NOT NULL,
  PRIMARY KEY (business_date, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX booked_item_request ON booked_item (request_id);
CREATE INDEX booked_item_key ON booked_item (stan, transmitted_at);

-- Cleared days that are booked whole.
CREATE TABLE booked_day (
  business_date TEXT    PRIMARY KEY,
  item_count    INTEGER NOT NULL,
  booked_at_ms  INTEGER NOT NULL
) STRICT;

-- How far the book was looked through for holds whose time is up, by how long these last.
CREATE TABLE swept (
  id       INTEGER PRIMARY KEY,
  term_ms  INTEGER NOT NULL,
  entry_id INTEGER NOT NULL
) STRICT;

-- What the bank was told to do by hand while its process ran, so that nothing is done twice.
CREATE TABLE order_done (
  name         TEXT    PRIMARY KEY,
  done_at_ms   INTEGER NOT NULL,
  outcome      TEXT    NOT NULL           -- 'done', or why it was refused
) STRICT;

CREATE TRIGGER booked_item_no_update BEFORE UPDATE ON booked_item BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER booked_item_no_delete BEFORE DELETE ON booked_item BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER booked_day_no_update BEFORE UPDATE ON booked_day BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER booked_day_no_delete BEFORE DELETE ON booked_day BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER order_done_no_update BEFORE UPDATE ON order_done BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER order_done_no_delete BEFORE DELETE ON order_done BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
