-- Remises, payouts by reference, and everything that changes what a merchant is paid besides its transactions.
-- A remise is what one terminal captured on a business date, or one batch of it where the terminal closes its batch.

-- One row for each remise: the presentments and the adjustments of a terminal on the date, under the number of the remise.
CREATE TABLE remise (
  business_date     TEXT    NOT NULL,
  merchant_id       TEXT    NOT NULL,
  terminal_id       TEXT    NOT NULL,
  number            INTEGER NOT NULL,       -- counts for each terminal over the dates, 1 to 999999, then from 1 again
  ordinal           INTEGER NOT NULL,       -- the same without beginning again
  currency          TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  adjustment_count  INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,       -- gross - discount - VAT
  label             TEXT    NOT NULL,       -- as it stands on an account: VENTE PAR CARTE 000285
  payout_reference  TEXT    NOT NULL,       -- payout.reference
  PRIMARY KEY (business_date, merchant_id, terminal_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX remise_of_terminal ON remise (merchant_id, terminal_id, ordinal);
CREATE INDEX remise_of_payout ON remise (payout_reference);

-- What changes what a merchant is paid besides presentments, adjustments and amounts carried: fees of a period or of a plan beyond
-- the commission, differences of rounding, amounts held back and released. Amounts are above zero where the merchant gets them.
CREATE TABLE merchant_entry (
  business_date         TEXT    NOT NULL,
  merchant_id           TEXT    NOT NULL,
  terminal_id           TEXT    NOT NULL,   -- empty: of the merchant
  remise_number         INTEGER NOT NULL,   -- 0: of no remise
  kind                  TEXT    NOT NULL,   -- subscription, rent, gateway, rounding, reserve, …
  line                  INTEGER NOT NULL,   -- 1, 2, … within the columns before
  reference             TEXT    NOT NULL,   -- what it is of: a month, the date an amount was held back, a number of a dossier
  amount_minor          INTEGER NOT NULL,
  vat_minor             INTEGER NOT NULL,   -- on the amount, with its sign
  vat_rate_basis_points INTEGER NOT NULL,
  currency              TEXT    NOT NULL,
  rule                  TEXT    NOT NULL,   -- file, line and date of the row it follows from; empty: of none
  narrative             TEXT    NOT NULL,   -- in words, for statement and ledger
  held_basis_points     INTEGER,            -- of an amount held back: its share of what the date's remises came to
  held_maximum_minor    INTEGER,            -- and the most that is held back at one time; NULL: no limit
  PRIMARY KEY (business_date, merchant_id, terminal_id, remise_number, kind, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_entry_of_kind ON merchant_entry (merchant_id, kind, business_date);
CREATE INDEX merchant_entry_due ON merchant_entry (kind, reference, merchant_id);

-- The rows of fee tables that commissions and fee lines followed, each as it stood in the specification when it was first used.
CREATE TABLE fee_rule (
  rule              INTEGER PRIMARY KEY,
  business_date     TEXT    NOT NULL,       -- on which it was first used
  kind              TEXT    NOT NULL,       -- commission, gateway, …
  plan              TEXT    NOT NULL,
  file              TEXT    NOT NULL,
  line              INTEGER NOT NULL,       -- of the row in the file; 0: not known
  from_date         TEXT    NOT NULL,       -- in force from this business date on
  covers            TEXT    NOT NULL,       -- the columns the row names, in words of the file; empty: it covers all
  rate_basis_points INTEGER NOT NULL,
  fixed_minor       INTEGER NOT NULL,
  minimum_minor     INTEGER NOT NULL,
  maximum_minor     INTEGER,                -- NULL: none
  refunds_give_back INTEGER NOT NULL CHECK (refunds_give_back IN (0, 1))
) STRICT;

-- Fees of a transaction besides its commission, one row for each kind its plan has; an adjustment has its own rows.
CREATE TABLE fee_line (
  business_date         TEXT    NOT NULL,
  merchant_id           TEXT    NOT NULL,
  request_id            INTEGER NOT NULL,   -- presentment.request_id
  kind                  TEXT    NOT NULL,
  terminal_id           TEXT    NOT NULL,
  remise_number         INTEGER NOT NULL,
  rule                  INTEGER NOT NULL,   -- fee_rule.rule
  amount_minor          INTEGER NOT NULL,   -- below zero where the merchant pays it, as in merchant_entry
  vat_minor             INTEGER NOT NULL,
  vat_rate_basis_points INTEGER NOT NULL,
  currency              TEXT    NOT NULL,
  adjusts               TEXT    NOT NULL,   -- business date of the presentment, where it is of an adjustment; else empty
  PRIMARY KEY (business_date, merchant_id, request_id, kind)
) STRICT, WITHOUT ROWID;

-- The remise a presentment or an adjustment is of; 0 on days that were closed before this script.
ALTER TABLE presentment ADD COLUMN remise_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE adjustment ADD COLUMN terminal_id TEXT NOT NULL DEFAULT '';
ALTER TABLE adjustment ADD COLUMN remise_number INTEGER NOT NULL DEFAULT 0;

-- What its plan takes of one transaction besides the rate, and the row of fee_rule that says so (0: closed before this script).
ALTER TABLE presentment ADD COLUMN discount_fixed_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE presentment ADD COLUMN discount_maximum_minor INTEGER;                   -- NULL: none
ALTER TABLE presentment ADD COLUMN discount_rule INTEGER NOT NULL DEFAULT 0;

-- A primary key cannot be altered: the same table, with one row for each reference.
CREATE TABLE payout_6 (
  business_date         TEXT    NOT NULL,
  merchant_id           TEXT    NOT NULL,
  reference             TEXT    NOT NULL PRIMARY KEY,
  rib                   TEXT    NOT NULL,
  currency              TEXT    NOT NULL,
  presentment_count     INTEGER NOT NULL,
  gross_minor           INTEGER NOT NULL,
  discount_minor        INTEGER NOT NULL,
  vat_minor             INTEGER NOT NULL,
  brought_forward_minor INTEGER NOT NULL,   -- net of the payouts of the merchant's date before, as far as they were carried
  net_minor             INTEGER NOT NULL,   -- gross - discount - VAT + entries + their VAT + brought forward
  outcome               TEXT    NOT NULL CHECK (outcome IN ('paid', 'carried')),  -- carried: nothing above zero to pay
  value_date            TEXT    NOT NULL,
  adjustment_count      INTEGER NOT NULL DEFAULT 0,
  terminal_id           TEXT    NOT NULL DEFAULT '',  -- of the one remise it pays; empty where it pays the merchant
  remise_number         INTEGER NOT NULL DEFAULT 0,   -- 0 where it pays the merchant
  entry_count           INTEGER NOT NULL DEFAULT 0,   -- rows of merchant_entry
  entries_minor         INTEGER NOT NULL DEFAULT 0,
  entries_vat_minor     INTEGER NOT NULL DEFAULT 0,
  label                 TEXT    NOT NULL DEFAULT '',  -- as it stands on an account
  account_currency      TEXT    NOT NULL DEFAULT ''   -- of the account, by the contract; empty on days closed before this script
) STRICT;
INSERT INTO payout_6 (
  business_date, merchant_id, reference, rib, currency, presentment_count, gross_minor, discount_minor, vat_minor,
  brought_forward_minor, net_minor, outcome, value_date, adjustment_count)
SELECT
  business_date, merchant_id, reference, rib, currency, presentment_count, gross_minor, discount_minor, vat_minor,
  brought_forward_minor, net_minor, outcome, value_date, adjustment_count
FROM payout ORDER BY business_date, merchant_id;
DROP TABLE payout;
ALTER TABLE payout_6 RENAME TO payout;
CREATE INDEX payout_of_merchant ON payout (merchant_id, business_date);
CREATE INDEX payout_of_day ON payout (business_date, merchant_id, terminal_id, remise_number);

-- A CHECK cannot be altered: the same table with one kind more.
CREATE TABLE posting_6 (
  entry_id      TEXT    NOT NULL,           -- 2026-11-22/presentment/MERCHANT/ISSUER
  line          INTEGER NOT NULL,
  business_date TEXT    NOT NULL,
  kind          TEXT    NOT NULL
    CHECK (kind IN ('presentment', 'adjustment', 'discount', 'vat', 'entry', 'payout', 'settlement')),
  account       TEXT    NOT NULL,           -- issuer-receivable:atlas, merchant-payable:ID, interchange-expense, …
  debit_minor   INTEGER NOT NULL CHECK (debit_minor >= 0),
  credit_minor  INTEGER NOT NULL CHECK (credit_minor >= 0),
  currency      TEXT    NOT NULL,
  value_date    TEXT    NOT NULL,
  narrative     TEXT    NOT NULL,
  PRIMARY KEY (entry_id, line)
) STRICT;
INSERT INTO posting_6 SELECT * FROM posting ORDER BY rowid;
DROP TABLE posting;
ALTER TABLE posting_6 RENAME TO posting;
CREATE INDEX posting_of_day ON posting (business_date);

CREATE TRIGGER remise_no_update BEFORE UPDATE ON remise BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER remise_no_delete BEFORE DELETE ON remise BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER merchant_entry_no_update BEFORE UPDATE ON merchant_entry BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER merchant_entry_no_delete BEFORE DELETE ON merchant_entry BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_no_update BEFORE UPDATE ON payout BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_no_delete BEFORE DELETE ON payout BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER remise_day_closed BEFORE INSERT ON remise
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER merchant_entry_day_closed BEFORE INSERT ON merchant_entry
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER payout_day_closed BEFORE INSERT ON payout
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER posting_day_closed BEFORE INSERT ON posting
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER fee_rule_no_update BEFORE UPDATE ON fee_rule BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER fee_rule_no_delete BEFORE DELETE ON fee_rule BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER fee_rule_day_closed BEFORE INSERT ON fee_rule
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER fee_line_no_update BEFORE UPDATE ON fee_line BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER fee_line_no_delete BEFORE DELETE ON fee_line BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER fee_line_day_closed BEFORE INSERT ON fee_line
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
