-- Exceptions and disputes: what a person decides of them, what a close does, and holds that expire.

-- What a person decided of an exception. The close of the date carries the last decision out.
CREATE TABLE exception_order (
  id             INTEGER PRIMARY KEY,
  request_id     INTEGER NOT NULL,          -- exception_item.request_id
  business_date  TEXT    NOT NULL,          -- open when it was recorded
  action         TEXT    NOT NULL CHECK (action IN ('represent', 'write_off')),
  pays_merchant  INTEGER NOT NULL CHECK (pays_merchant IN (0, 1)),  -- of a write-off: 1: the centre pays what the merchant loses
  person         TEXT    NOT NULL CHECK (person <> ''),             -- who decided
  reason         TEXT    NOT NULL CHECK (reason <> ''),
  recorded_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX exception_order_of ON exception_order (request_id);
CREATE INDEX exception_order_of_day ON exception_order (business_date);

-- One row for each exception that is open no longer: presented after all, reversed before it was, or written off.
CREATE TABLE exception_end (
  request_id    INTEGER PRIMARY KEY,        -- exception_item.request_id
  business_date TEXT    NOT NULL,           -- of the close that ended it
  outcome       TEXT    NOT NULL CHECK (outcome IN ('presented', 'reversed', 'written_off')),
  amount_minor  INTEGER NOT NULL,           -- presented or written off, at what reversals left of it; 0: reversed
  order_id      INTEGER,                    -- exception_order.id that a person's decision has; NULL: none was needed
  reversal_id   INTEGER                     -- reversal.id of the journal that lowered it; NULL: none did
) STRICT;
CREATE INDEX exception_end_of_day ON exception_end (business_date);

-- The reason of an open exception, where a later close found another one than the close before.
CREATE TABLE exception_reason (
  request_id    INTEGER NOT NULL,
  business_date TEXT    NOT NULL,           -- of the close that found it
  reason        TEXT    NOT NULL,
  PRIMARY KEY (request_id, business_date)
) STRICT, WITHOUT ROWID;

-- Everything that happens to a dispute, written when it is told; the first event of a dossier opens it.
CREATE TABLE dispute_event (
  id                INTEGER PRIMARY KEY,
  dossier           TEXT    NOT NULL,       -- D26000001: year and running number
  number            INTEGER NOT NULL,       -- of the event in its dossier: 1, 2, …
  business_date     TEXT    NOT NULL,       -- open when it was recorded: its close books it
  request_id        INTEGER NOT NULL,       -- presentment.request_id
  kind              TEXT    NOT NULL CHECK (kind IN (
    'retrieval', 'answer', 'chargeback', 'representment', 'second_chargeback', 'acceptance', 'withdrawal')),
  state             TEXT    NOT NULL,       -- of the dossier after it
  reason            TEXT    NOT NULL,       -- code of disputes.toml
  amount_minor      INTEGER NOT NULL CHECK (amount_minor >= 0),       -- that it asks for, or moves
  outstanding_minor INTEGER NOT NULL CHECK (outstanding_minor >= 0),  -- charged back after it
  fee_minor         INTEGER NOT NULL CHECK (fee_minor >= 0),          -- the merchant pays it, before VAT
  fee_rule          TEXT    NOT NULL,       -- file, line and date of the row that says so; empty: no fee
  deadline          TEXT    NOT NULL,       -- last business date of the next step; empty: no step has one
  person            TEXT    NOT NULL,       -- who told it
  remark            TEXT    NOT NULL,
  record_id         TEXT    NOT NULL,       -- of the record of a file; empty: told by a command
  recorded_at_ms    INTEGER NOT NULL,
  UNIQUE (dossier, number)
) STRICT;
CREATE INDEX dispute_event_of_day ON dispute_event (business_date);
CREATE INDEX dispute_event_of_request ON dispute_event (request_id);
CREATE UNIQUE INDEX dispute_event_record ON dispute_event (record_id) WHERE record_id <> '';

-- What a close booked of the events of its date that move money. Amounts are signed like those of an adjustment of the sale:
-- below zero the merchant is debited and the issuer paid.
CREATE TABLE dispute_item (
  dossier               TEXT    NOT NULL,
  number                INTEGER NOT NULL,
  business_date         TEXT    NOT NULL,
  request_id            INTEGER NOT NULL,   -- presentment.request_id
  kind                  TEXT    NOT NULL,   -- of the event
  merchant_id           TEXT    NOT NULL,
  terminal_id           TEXT    NOT NULL,
  issuer                TEXT    NOT NULL,
  currency              TEXT    NOT NULL,
  amount_minor          INTEGER NOT NULL CHECK (amount_minor <> 0),
  interchange_minor     INTEGER NOT NULL,   -- the acquirer pays it to the issuer; below zero: it gets it back
  fee_minor             INTEGER NOT NULL CHECK (fee_minor >= 0),
  fee_vat_minor         INTEGER NOT NULL CHECK (fee_vat_minor >= 0),
  vat_rate_basis_points INTEGER NOT NULL,
  rrn                   TEXT    NOT NULL,
  PRIMARY KEY (dossier, number)
) STRICT;
CREATE INDEX dispute_item_of_day ON dispute_item (business_date);

-- Records of files about disputes that were set aside, without card numbers. The same file again adds nothing.
CREATE TABLE dispute_set_aside (
  file_sha256    TEXT    NOT NULL,
  line           INTEGER NOT NULL,
  business_date  TEXT    NOT NULL,          -- open when the file was read
  file_name      TEXT    NOT NULL,
  reason         TEXT    NOT NULL,
  record         TEXT    NOT NULL,          -- as it stood, shortened, runs of digits masked
  recorded_at_ms INTEGER NOT NULL,
  PRIMARY KEY (file_sha256, line)
) STRICT, WITHOUT ROWID;

-- Merchants below zero for longer than their contract carries them: what is collected from their account.
CREATE TABLE direct_debit (
  reference     TEXT    PRIMARY KEY,        -- 2026-11-24-MERCHANT-DEBIT
  business_date TEXT    NOT NULL,
  merchant_id   TEXT    NOT NULL,
  rib           TEXT    NOT NULL,
  currency      TEXT    NOT NULL,
  amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
  owed_since    TEXT    NOT NULL,           -- the date from which on the merchant has been below zero
  value_date    TEXT    NOT NULL
) STRICT;
CREATE INDEX direct_debit_of_day ON direct_debit (business_date);

-- A CHECK cannot be altered: the same table with one outcome more, and what expired a hold.
CREATE TABLE released_item_7 (
  request_id        INTEGER PRIMARY KEY,    -- of the approval that waited
  business_date     TEXT    NOT NULL,       -- of what released it
  held_since        TEXT    NOT NULL,       -- business date of the approval
  outcome           TEXT    NOT NULL CHECK (outcome IN ('captured', 'reversed', 'expired')),
  released_by       INTEGER NOT NULL,       -- captured: request.id of the journal; reversed: reversal.id; expired: 0
  granted_minor     INTEGER NOT NULL,       -- at what earlier reversals left of it
  over_basis_points INTEGER,                -- captured: how far above it its merchant could go; NULL: a merchant nobody knows
  hold_days         INTEGER                 -- expired: how long the contract holds an amount
) STRICT;
INSERT INTO released_item_7 SELECT *, NULL FROM released_item;
DROP TABLE released_item;
ALTER TABLE released_item_7 RENAME TO released_item;
CREATE INDEX released_item_of_day ON released_item (business_date);

ALTER TABLE closed_day ADD COLUMN represented_count INTEGER NOT NULL DEFAULT 0;  -- part of presentment_count: of earlier dates
ALTER TABLE closed_day ADD COLUMN expired_count INTEGER NOT NULL DEFAULT 0;      -- holds that the close of the date ended

CREATE TRIGGER exception_order_no_update BEFORE UPDATE ON exception_order BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_order_no_delete BEFORE DELETE ON exception_order BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_end_no_update BEFORE UPDATE ON exception_end BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_end_no_delete BEFORE DELETE ON exception_end BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_reason_no_update BEFORE UPDATE ON exception_reason BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_reason_no_delete BEFORE DELETE ON exception_reason BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_event_no_update BEFORE UPDATE ON dispute_event BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_event_no_delete BEFORE DELETE ON dispute_event BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_item_no_update BEFORE UPDATE ON dispute_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_item_no_delete BEFORE DELETE ON dispute_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_set_aside_no_update BEFORE UPDATE ON dispute_set_aside BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER dispute_set_aside_no_delete BEFORE DELETE ON dispute_set_aside BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER direct_debit_no_update BEFORE UPDATE ON direct_debit BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER direct_debit_no_delete BEFORE DELETE ON direct_debit BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER released_item_no_update BEFORE UPDATE ON released_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER released_item_no_delete BEFORE DELETE ON released_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_order_day_closed BEFORE INSERT ON exception_order
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER exception_end_day_closed BEFORE INSERT ON exception_end
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER exception_reason_day_closed BEFORE INSERT ON exception_reason
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER dispute_event_day_closed BEFORE INSERT ON dispute_event
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER dispute_item_day_closed BEFORE INSERT ON dispute_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER dispute_set_aside_day_closed BEFORE INSERT ON dispute_set_aside
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER direct_debit_day_closed BEFORE INSERT ON direct_debit
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER released_item_day_closed BEFORE INSERT ON released_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
