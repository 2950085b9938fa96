-- Reversals in the books: what they undo before it is presented, and what they take back of it afterwards.

-- One row for each presentment of an earlier date and each date on which reversals lowered it: the difference to what the
-- original comes to at what remains of it, by the rates it was presented at. All amounts are signed like a presentment's, so
-- these are below zero. The original and its adjustments add up to what would stand here, had no more than the rest been presented.
CREATE TABLE adjustment (
  request_id        INTEGER NOT NULL,       -- presentment.request_id
  business_date     TEXT    NOT NULL,       -- of the reversal
  adjusts           TEXT    NOT NULL,       -- business date of the presentment
  reversal_id       INTEGER NOT NULL,       -- reversal.id of the journal
  merchant_id       TEXT    NOT NULL,
  issuer            TEXT    NOT NULL,
  origin            TEXT    NOT NULL,
  amount_minor      INTEGER NOT NULL CHECK (amount_minor < 0),
  currency          TEXT    NOT NULL,
  interchange_minor INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,       -- amount - discount - VAT
  PRIMARY KEY (business_date, merchant_id, request_id),
  UNIQUE (request_id, business_date)
) STRICT, WITHOUT ROWID;

-- Approved and wholly reversed before it was presented.
CREATE TABLE reversed_item (
  request_id    INTEGER PRIMARY KEY,
  business_date TEXT    NOT NULL,           -- of the decision
  reversal_id   INTEGER NOT NULL,           -- reversal.id of the journal
  merchant_id   TEXT    NOT NULL,
  issuer        TEXT,
  amount_minor  INTEGER NOT NULL,           -- as it was approved
  currency      TEXT    NOT NULL,
  rrn           TEXT    NOT NULL,
  pan_masked    TEXT    NOT NULL
) STRICT;
CREATE INDEX reversed_item_of_day ON reversed_item (business_date);

-- The least its plan took of one transaction; an adjustment needs it. Days closed before this script did not keep it.
ALTER TABLE presentment ADD COLUMN discount_minimum_minor INTEGER NOT NULL DEFAULT 0;

ALTER TABLE closed_day ADD COLUMN reversal_count INTEGER NOT NULL DEFAULT 0;    -- reversals of the day in the journal
ALTER TABLE closed_day ADD COLUMN adjustment_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed_day ADD COLUMN reversed_count INTEGER NOT NULL DEFAULT 0;    -- part of approval_count

-- Amounts of these are of presentments and adjustments together.
ALTER TABLE payout ADD COLUMN adjustment_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_total ADD COLUMN adjustment_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE day_total ADD COLUMN adjustment_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE day_total ADD COLUMN adjusted_minor INTEGER NOT NULL DEFAULT 0;     -- part of gross_minor

-- A CHECK cannot be altered: the same table with one kind more.
CREATE TABLE posting_2 (
  entry_id      TEXT    NOT NULL,           -- 2026-11-22/presentment/MERCHANT/ISSUER
  line          INTEGER NOT NULL,
  business_date TEXT    NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('presentment', 'adjustment', 'discount', 'vat', 'payout', 'settlement')),
  account       TEXT    NOT NULL,           -- issuer-receivable:atlas, merchant-payable:ID, interchange-expense, …
  debit_minor   INTEGER NOT NULL CHECK (debit_minor >= 0),
  credit_minor  INTEGER NOT NULL CHECK (credit_minor >= 0),
  currency      TEXT    NOT NULL,
  value_date    TEXT    NOT NULL,
  narrative     TEXT    NOT NULL,
  PRIMARY KEY (entry_id, line)
) STRICT;
INSERT INTO posting_2 SELECT * FROM posting ORDER BY rowid;
DROP TABLE posting;
ALTER TABLE posting_2 RENAME TO posting;
CREATE INDEX posting_of_day ON posting (business_date);

CREATE TRIGGER adjustment_no_update BEFORE UPDATE ON adjustment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER adjustment_no_delete BEFORE DELETE ON adjustment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER reversed_item_no_update BEFORE UPDATE ON reversed_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER reversed_item_no_delete BEFORE DELETE ON reversed_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER adjustment_day_closed BEFORE INSERT ON adjustment
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER reversed_item_day_closed BEFORE INSERT ON reversed_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER posting_day_closed BEFORE INSERT ON posting
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
