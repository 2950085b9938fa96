-- The day follows what was captured: refunds, holds that wait for a completion or the close of a batch, and what ends them.

-- One row for each approval that waits for a completion or the close of its terminal's batch when its date is closed.
CREATE TABLE held_item (
  request_id    INTEGER PRIMARY KEY,
  business_date TEXT    NOT NULL,           -- of the approval
  merchant_id   TEXT    NOT NULL,
  terminal_id   TEXT    NOT NULL,
  issuer        TEXT,
  amount_minor  INTEGER NOT NULL,           -- granted, at what reversals of the date left of it
  currency      TEXT    NOT NULL,
  rrn           TEXT    NOT NULL,
  pan_masked    TEXT    NOT NULL,
  capture       TEXT    NOT NULL,           -- what it waits for: completion, batch
  decided_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX held_item_of_day ON held_item (business_date);

-- One row for each approval that waits no longer: another request captured it, on its own date or later, or a reversal of a
-- later date undid it. (One undone on its own date is a reversed_item.)
CREATE TABLE released_item (
  request_id        INTEGER PRIMARY KEY,    -- of the approval that waited
  business_date     TEXT    NOT NULL,       -- of what released it
  held_since        TEXT    NOT NULL,       -- business date of the approval
  outcome           TEXT    NOT NULL CHECK (outcome IN ('captured', 'reversed')),
  released_by       INTEGER NOT NULL,       -- captured: request.id of the journal; reversed: reversal.id
  granted_minor     INTEGER NOT NULL,       -- at what earlier reversals left of it
  over_basis_points INTEGER                 -- captured: how far above it its merchant could go; NULL: a merchant nobody knows
) STRICT;
CREATE INDEX released_item_of_day ON released_item (business_date);

-- The totals of each statement for each type of transaction, without its adjustments.
CREATE TABLE type_total (
  business_date     TEXT    NOT NULL,
  merchant_id       TEXT    NOT NULL,
  transaction_type  TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,
  PRIMARY KEY (business_date, merchant_id, transaction_type)
) STRICT;
INSERT INTO type_total
SELECT
  business_date, merchant_id, transaction_type, COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM presentment
GROUP BY business_date, merchant_id, transaction_type;

-- Parts of approval_count.
ALTER TABLE closed_day ADD COLUMN held_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed_day ADD COLUMN captured_later_count INTEGER NOT NULL DEFAULT 0;  -- by another request of the same date
ALTER TABLE closed_day ADD COLUMN nothing_due_count INTEGER NOT NULL DEFAULT 0;     -- inquiries, verifications: no money moves
-- Parts of presentment_count and gross_minor.
ALTER TABLE closed_day ADD COLUMN refund_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE day_total ADD COLUMN refund_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE day_total ADD COLUMN refunded_minor INTEGER NOT NULL DEFAULT 0;         -- below zero

-- A CHECK cannot be altered: the same table, whose amounts are above zero where a refund was taken back.
CREATE TABLE adjustment_3 (
  request_id        INTEGER NOT NULL,       -- presentment.request_id
  business_date     TEXT    NOT NULL,       -- of the reversal
  adjusts           TEXT    NOT NULL,       -- business date of the presentment
  reversal_id       INTEGER NOT NULL,       -- reversal.id of the journal
  merchant_id       TEXT    NOT NULL,
  issuer            TEXT    NOT NULL,
  origin            TEXT    NOT NULL,
  amount_minor      INTEGER NOT NULL CHECK (amount_minor <> 0),
  currency          TEXT    NOT NULL,
  interchange_minor INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,       -- amount - discount - VAT
  PRIMARY KEY (business_date, merchant_id, request_id),
  UNIQUE (request_id, business_date)
) STRICT, WITHOUT ROWID;
INSERT INTO adjustment_3 SELECT * FROM adjustment;
DROP TABLE adjustment;
ALTER TABLE adjustment_3 RENAME TO adjustment;

CREATE TRIGGER held_item_no_update BEFORE UPDATE ON held_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER held_item_no_delete BEFORE DELETE ON held_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER released_item_no_update BEFORE UPDATE ON released_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER released_item_no_delete BEFORE DELETE ON released_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER type_total_no_update BEFORE UPDATE ON type_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER type_total_no_delete BEFORE DELETE ON type_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER adjustment_no_update BEFORE UPDATE ON adjustment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER adjustment_no_delete BEFORE DELETE ON adjustment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER held_item_day_closed BEFORE INSERT ON held_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER released_item_day_closed BEFORE INSERT ON released_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER type_total_day_closed BEFORE INSERT ON type_total
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER adjustment_day_closed BEFORE INSERT ON adjustment
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
