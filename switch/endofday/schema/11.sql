-- Closes that were taken back, and the invoices of months.

-- One row for each time a closed date was reopened: who did it, when, why, and what it had been closed with. It is kept for ever.
CREATE TABLE reopened_day (
  number         INTEGER PRIMARY KEY,       -- counts all reopenings of these books: 1, 2, …
  business_date  TEXT    NOT NULL,
  person         TEXT    NOT NULL CHECK (person <> ''),
  reason         TEXT    NOT NULL CHECK (reason <> ''),
  reopened_at_ms INTEGER NOT NULL,
  closed_at_ms   INTEGER NOT NULL,          -- of the close that was taken back, as the next column
  specs_digest   TEXT    NOT NULL
) STRICT;
CREATE INDEX reopened_day_of ON reopened_day (business_date);

-- What a close that was taken back had written: the rows of each table, as JSON arrays in the order of their keys. They count
-- nowhere any more, and nobody loses them.
CREATE TABLE withdrawn_table (
  reopening    INTEGER NOT NULL,            -- reopened_day.number
  table_name   TEXT    NOT NULL,
  column_names TEXT    NOT NULL,            -- with commas between
  row_count    INTEGER NOT NULL,
  sha256       TEXT    NOT NULL,            -- of the rows, each with a line end behind it
  PRIMARY KEY (reopening, table_name)
) STRICT, WITHOUT ROWID;
CREATE TABLE withdrawn_row (
  reopening  INTEGER NOT NULL,
  table_name TEXT    NOT NULL,
  place      INTEGER NOT NULL,              -- 1, 2, … within the table
  content    TEXT    NOT NULL,
  PRIMARY KEY (reopening, table_name, place)
) STRICT, WITHOUT ROWID;

-- One row for each invoice of a month that a close made: a merchant has one a month.
CREATE TABLE month_invoice (
  business_date TEXT NOT NULL,              -- of the close that made it: the first one at or after the end of the month
  month         TEXT NOT NULL,              -- 2026-11
  merchant_id   TEXT NOT NULL,
  stated_on     TEXT NOT NULL,              -- the last date of the month with a statement of the merchant
  PRIMARY KEY (month, merchant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX month_invoice_of_day ON month_invoice (business_date);

-- Only the last close can be taken back: later ones were computed from it. Nor can one whose money was sent to the bank.
CREATE TRIGGER reopened_day_is_the_last BEFORE INSERT ON reopened_day
  WHEN NEW.business_date IS NOT (SELECT MAX(business_date) FROM closed_day)
  BEGIN SELECT RAISE(ABORT, 'only the last closed day is reopened'); END;
CREATE TRIGGER reopened_day_is_not_paid BEFORE INSERT ON reopened_day
  WHEN EXISTS (SELECT 1 FROM payout AS p JOIN transfer AS t ON t.reference = p.reference
    WHERE p.business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'payouts of the day were sent to the bank'); END;
CREATE TRIGGER reopened_day_no_update BEFORE UPDATE ON reopened_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER reopened_day_no_delete BEFORE DELETE ON reopened_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER withdrawn_table_no_update BEFORE UPDATE ON withdrawn_table BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER withdrawn_table_no_delete BEFORE DELETE ON withdrawn_table BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER withdrawn_row_no_update BEFORE UPDATE ON withdrawn_row BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER withdrawn_row_no_delete BEFORE DELETE ON withdrawn_row BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER month_invoice_no_update BEFORE UPDATE ON month_invoice BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER month_invoice_no_delete BEFORE DELETE ON month_invoice BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER month_invoice_day_closed BEFORE INSERT ON month_invoice
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
