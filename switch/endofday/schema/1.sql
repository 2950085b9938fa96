-- The books: what every closed business date cleared and settled. A day is written whole, in one transaction, and its row in
-- closed_day comes last; after that the database refuses to add to it, and it refuses UPDATE and DELETE at any time.
-- Times are epoch milliseconds (UTC) of the centre's clock; amounts are integers of minor units; dates are ISO 8601.

-- Business dates closed, with what they were closed by.
CREATE TABLE closed_day (
  business_date         TEXT    PRIMARY KEY,
  value_date            TEXT    NOT NULL,    -- when the money of the day moves
  closed_at_ms          INTEGER NOT NULL,
  specs_digest          TEXT    NOT NULL,    -- of the specs folder the day was computed with
  centre_name           TEXT    NOT NULL,
  centre_institution_id TEXT    NOT NULL,
  vat_rate_basis_points INTEGER NOT NULL,
  decision_count        INTEGER NOT NULL,    -- approvals and declines of the day in the journal
  approval_count        INTEGER NOT NULL,    -- = presentment_count + exception_count
  presentment_count     INTEGER NOT NULL,
  exception_count       INTEGER NOT NULL
) STRICT;

-- One row for each approved request presented to its issuer: what it costs and what the merchant gets for it.
-- Stored in the order it is read for ever after: by day, by merchant, as the centre took the requests in.
CREATE TABLE presentment (
  request_id                    INTEGER NOT NULL UNIQUE,  -- request.id of the journal
  business_date                 TEXT    NOT NULL,
  merchant_id                   TEXT    NOT NULL,
  terminal_id                   TEXT    NOT NULL,
  issuer                        TEXT    NOT NULL,
  scheme                        TEXT    NOT NULL,     -- empty where routing gave none
  product                       TEXT    NOT NULL,     -- empty where routing gave none
  origin                        TEXT    NOT NULL,     -- domestic, foreign
  channel                       TEXT    NOT NULL,
  transaction_type              TEXT    NOT NULL,
  amount_minor                  INTEGER NOT NULL,
  currency                      TEXT    NOT NULL,
  interchange_rate_basis_points INTEGER NOT NULL,
  interchange_minor             INTEGER NOT NULL,     -- the acquirer pays it to the issuer
  discount_rate_basis_points    INTEGER NOT NULL,
  discount_minor                INTEGER NOT NULL,     -- the merchant pays it, before VAT
  vat_minor                     INTEGER NOT NULL,     -- on discount_minor, rounded for each transaction
  net_minor                     INTEGER NOT NULL,     -- amount - discount - VAT: the merchant receives it
  rrn                           TEXT    NOT NULL,
  approval_code                 TEXT    NOT NULL,     -- empty where the issuer gave none
  pan_masked                    TEXT    NOT NULL,
  local_at                      TEXT    NOT NULL,     -- MMDDhhmmss at the card acceptor
  decided_at_ms                 INTEGER NOT NULL,
  PRIMARY KEY (business_date, merchant_id, request_id)
) STRICT, WITHOUT ROWID;

-- Approved but not presentable, with the reason; a person has to look at it.
CREATE TABLE exception_item (
  request_id    INTEGER PRIMARY KEY,
  business_date TEXT    NOT NULL,
  reason        TEXT    NOT NULL,
  merchant_id   TEXT    NOT NULL,
  issuer        TEXT,
  amount_minor  INTEGER NOT NULL,
  currency      TEXT    NOT NULL,
  rrn           TEXT    NOT NULL,
  pan_masked    TEXT    NOT NULL,
  decided_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX exception_item_of_day ON exception_item (business_date);

-- Double entry: the lines of one entry_id balance.
CREATE TABLE posting (
  entry_id      TEXT    NOT NULL,           -- 2026-11-22/presentment/MERCHANT/ISSUER
  line          INTEGER NOT NULL,
  business_date TEXT    NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('presentment', 'discount', 'vat', 'payout', 'settlement')),
  account       TEXT    NOT NULL,           -- issuer-receivable:atlas, merchant-payable:ID, interchange-expense, …
  debit_minor   INTEGER NOT NULL CHECK (debit_minor >= 0),
  credit_minor  INTEGER NOT NULL CHECK (credit_minor >= 0),
  currency      TEXT    NOT NULL,
  value_date    TEXT    NOT NULL,
  narrative     TEXT    NOT NULL,
  PRIMARY KEY (entry_id, line)
) STRICT;
CREATE INDEX posting_of_day ON posting (business_date);

-- Multilateral net positions: positive receives, negative pays; they sum to zero in each currency.
CREATE TABLE position (
  business_date     TEXT    NOT NULL,
  participant       TEXT    NOT NULL,       -- issuer's id, or the centre's institution id as acquirer
  name              TEXT    NOT NULL,
  role              TEXT    NOT NULL CHECK (role IN ('issuer', 'acquirer')),
  currency          TEXT    NOT NULL,
  debit_count       INTEGER NOT NULL,       -- presentments it has to pay
  debit_minor       INTEGER NOT NULL,
  credit_count      INTEGER NOT NULL,       -- presentments it is paid for
  credit_minor      INTEGER NOT NULL,
  interchange_minor INTEGER NOT NULL,       -- received: positive, paid: negative
  net_minor         INTEGER NOT NULL,       -- credit - debit + interchange
  PRIMARY KEY (business_date, participant, role, currency)
) STRICT;

-- What each merchant is paid for the day.
CREATE TABLE payout (
  business_date         TEXT    NOT NULL,
  merchant_id           TEXT    NOT NULL,
  reference             TEXT    NOT NULL UNIQUE,
  rib                   TEXT    NOT NULL,
  currency              TEXT    NOT NULL,
  presentment_count     INTEGER NOT NULL,
  gross_minor           INTEGER NOT NULL,
  discount_minor        INTEGER NOT NULL,
  vat_minor             INTEGER NOT NULL,
  brought_forward_minor INTEGER NOT NULL,   -- net of the payout before it, if that was carried
  net_minor             INTEGER NOT NULL,   -- gross - discount - VAT + brought forward
  outcome               TEXT    NOT NULL CHECK (outcome IN ('paid', 'carried')),  -- carried: nothing above zero to pay
  value_date            TEXT    NOT NULL,
  PRIMARY KEY (business_date, merchant_id)
) STRICT;
CREATE INDEX payout_of_merchant ON payout (merchant_id, business_date);

-- The head of each merchant's statement, as the merchant was named on that day; its lines are the presentments.
CREATE TABLE statement (
  business_date  TEXT NOT NULL,
  merchant_id    TEXT NOT NULL,
  name           TEXT NOT NULL,
  city           TEXT NOT NULL,
  language       TEXT NOT NULL,
  PRIMARY KEY (business_date, merchant_id)
) STRICT;

-- The totals of each statement for each origin of card.
CREATE TABLE statement_total (
  business_date     TEXT    NOT NULL,
  merchant_id       TEXT    NOT NULL,
  origin            TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,
  PRIMARY KEY (business_date, merchant_id, origin)
) STRICT;

-- The totals of the day in each currency.
CREATE TABLE day_total (
  business_date     TEXT    NOT NULL,
  currency          TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  interchange_minor INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL,
  PRIMARY KEY (business_date, currency)
) STRICT;

CREATE TRIGGER closed_day_no_update BEFORE UPDATE ON closed_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER closed_day_no_delete BEFORE DELETE ON closed_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER presentment_no_update BEFORE UPDATE ON presentment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER presentment_no_delete BEFORE DELETE ON presentment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_item_no_update BEFORE UPDATE ON exception_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_item_no_delete BEFORE DELETE ON exception_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER position_no_update BEFORE UPDATE ON position BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER position_no_delete BEFORE DELETE ON position BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_no_update BEFORE UPDATE ON payout BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_no_delete BEFORE DELETE ON payout BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER statement_total_no_update BEFORE UPDATE ON statement_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER statement_total_no_delete BEFORE DELETE ON statement_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_total_no_update BEFORE UPDATE ON day_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_total_no_delete BEFORE DELETE ON day_total BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER presentment_day_closed BEFORE INSERT ON presentment
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER exception_item_day_closed BEFORE INSERT ON exception_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER posting_day_closed BEFORE INSERT ON posting
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER position_day_closed BEFORE INSERT ON position
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER payout_day_closed BEFORE INSERT ON payout
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER statement_day_closed BEFORE INSERT ON statement
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER statement_total_day_closed BEFORE INSERT ON statement_total
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER day_total_day_closed BEFORE INSERT ON day_total
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
