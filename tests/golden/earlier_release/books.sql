BEGIN TRANSACTION;
CREATE TABLE "adjustment" (
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
, reversal_count INTEGER NOT NULL DEFAULT 0, adjustment_count INTEGER NOT NULL DEFAULT 0, reversed_count INTEGER NOT NULL DEFAULT 0, held_count INTEGER NOT NULL DEFAULT 0, captured_later_count INTEGER NOT NULL DEFAULT 0, nothing_due_count INTEGER NOT NULL DEFAULT 0, refund_count INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "closed_day" VALUES('2026-11-20','2026-11-23',1795861638310,'552d4238a49e112dfccfd052479a62cbfccb1624957c608d4c60158e8a8fb3b5','Switch','504900',1000,9,8,5,0,1,0,1,1,1,0,1);
CREATE TABLE day_total (
  business_date     TEXT    NOT NULL,
  currency          TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  interchange_minor INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL, adjustment_count INTEGER NOT NULL DEFAULT 0, adjusted_minor INTEGER NOT NULL DEFAULT 0, refund_count INTEGER NOT NULL DEFAULT 0, refunded_minor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (business_date, currency)
) STRICT;
INSERT INTO "day_total" VALUES('2026-11-20','504',5,102540,863,1420,143,100977,0,0,1,-4000);
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
INSERT INTO "held_item" VALUES(6,'2026-11-20','HOTEL0000000001','RIAD0001','atlas',90000,'504','OLDHOTEL0002','950401******0019','completion',1795861633928);
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
  value_date            TEXT    NOT NULL, adjustment_count INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (business_date, merchant_id)
) STRICT;
INSERT INTO "payout" VALUES('2026-11-20','CASHMACHINE0001','2026-11-20-CASHMACHINE0001','902270000000000070025951','504',1,20000,0,0,0,20000,'paid','2026-11-23',0);
INSERT INTO "payout" VALUES('2026-11-20','HOTEL0000000001','2026-11-20-HOTEL0000000001','903450000000000040014861','504',1,43000,516,52,0,42432,'paid','2026-11-23',0);
INSERT INTO "payout" VALUES('2026-11-20','SUPERMARCHE0001','2026-11-20-SUPERMARCHE0001','902810000000000020007468','504',1,31040,776,78,0,30186,'paid','2026-11-23',0);
INSERT INTO "payout" VALUES('2026-11-20','TELECOM00000001','2026-11-20-TELECOM00000001','901780000000000010003766','504',2,8500,128,13,0,8359,'paid','2026-11-23',0);
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
INSERT INTO "position" VALUES('2026-11-20','atlas','Banque Atlas','issuer','504',3,75500,1,4000,335,-71165);
INSERT INTO "position" VALUES('2026-11-20','maestra','Maestra Worldwide','issuer','504',1,31040,0,0,528,-30512);
INSERT INTO "position" VALUES('2026-11-20','504900','Switch','acquirer','504',1,4000,4,106540,-863,101677);
CREATE TABLE "posting" (
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
INSERT INTO "posting" VALUES('2026-11-20/presentment/CASHMACHINE0001/atlas',1,'2026-11-20','presentment','issuer-receivable:atlas',20000,0,'504','2026-11-20','sales presented to the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/HOTEL0000000001/atlas',1,'2026-11-20','presentment','issuer-receivable:atlas',43000,0,'504','2026-11-20','sales presented to the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/SUPERMARCHE0001/maestra',1,'2026-11-20','presentment','issuer-receivable:maestra',31040,0,'504','2026-11-20','sales presented to the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas/refund',1,'2026-11-20','presentment','issuer-receivable:atlas',0,4000,'504','2026-11-20','refunds of sales presented to the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas',1,'2026-11-20','presentment','issuer-receivable:atlas',12500,0,'504','2026-11-20','sales presented to the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/CASHMACHINE0001/atlas',2,'2026-11-20','presentment','merchant-payable:CASHMACHINE0001',0,20000,'504','2026-11-20','sales owed to the merchant');
INSERT INTO "posting" VALUES('2026-11-20/presentment/HOTEL0000000001/atlas',2,'2026-11-20','presentment','merchant-payable:HOTEL0000000001',0,43000,'504','2026-11-20','sales owed to the merchant');
INSERT INTO "posting" VALUES('2026-11-20/presentment/SUPERMARCHE0001/maestra',2,'2026-11-20','presentment','merchant-payable:SUPERMARCHE0001',0,31040,'504','2026-11-20','sales owed to the merchant');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas/refund',2,'2026-11-20','presentment','merchant-payable:TELECOM00000001',4000,0,'504','2026-11-20','refunds of sales owed to the merchant');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas',2,'2026-11-20','presentment','merchant-payable:TELECOM00000001',0,12500,'504','2026-11-20','sales owed to the merchant');
INSERT INTO "posting" VALUES('2026-11-20/presentment/HOTEL0000000001/atlas',3,'2026-11-20','presentment','interchange-expense',280,0,'504','2026-11-20','interchange');
INSERT INTO "posting" VALUES('2026-11-20/presentment/SUPERMARCHE0001/maestra',3,'2026-11-20','presentment','interchange-expense',528,0,'504','2026-11-20','interchange');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas/refund',3,'2026-11-20','presentment','interchange-expense',0,26,'504','2026-11-20','refunds of interchange');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas',3,'2026-11-20','presentment','interchange-expense',81,0,'504','2026-11-20','interchange');
INSERT INTO "posting" VALUES('2026-11-20/presentment/HOTEL0000000001/atlas',4,'2026-11-20','presentment','issuer-receivable:atlas',0,280,'504','2026-11-20','interchange kept by the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/SUPERMARCHE0001/maestra',4,'2026-11-20','presentment','issuer-receivable:maestra',0,528,'504','2026-11-20','interchange kept by the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas/refund',4,'2026-11-20','presentment','issuer-receivable:atlas',26,0,'504','2026-11-20','refunds of interchange kept by the issuer');
INSERT INTO "posting" VALUES('2026-11-20/presentment/TELECOM00000001/atlas',4,'2026-11-20','presentment','issuer-receivable:atlas',0,81,'504','2026-11-20','interchange kept by the issuer');
INSERT INTO "posting" VALUES('2026-11-20/settlement/atlas/504',1,'2026-11-20','settlement','settlement-account',71165,0,'504','2026-11-23','net settlement');
INSERT INTO "posting" VALUES('2026-11-20/settlement/maestra/504',1,'2026-11-20','settlement','settlement-account',30512,0,'504','2026-11-23','net settlement');
INSERT INTO "posting" VALUES('2026-11-20/settlement/atlas/504',2,'2026-11-20','settlement','issuer-receivable:atlas',0,71165,'504','2026-11-23','net settlement');
INSERT INTO "posting" VALUES('2026-11-20/settlement/maestra/504',2,'2026-11-20','settlement','issuer-receivable:maestra',0,30512,'504','2026-11-23','net settlement');
INSERT INTO "posting" VALUES('2026-11-20/discount/HOTEL0000000001',1,'2026-11-20','discount','merchant-payable:HOTEL0000000001',516,0,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/discount/SUPERMARCHE0001',1,'2026-11-20','discount','merchant-payable:SUPERMARCHE0001',776,0,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/discount/TELECOM00000001/refund',1,'2026-11-20','discount','merchant-payable:TELECOM00000001',0,60,'504','2026-11-20','merchant discount given back');
INSERT INTO "posting" VALUES('2026-11-20/discount/TELECOM00000001',1,'2026-11-20','discount','merchant-payable:TELECOM00000001',188,0,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/HOTEL0000000001',1,'2026-11-20','vat','merchant-payable:HOTEL0000000001',52,0,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/SUPERMARCHE0001',1,'2026-11-20','vat','merchant-payable:SUPERMARCHE0001',78,0,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/TELECOM00000001/refund',1,'2026-11-20','vat','merchant-payable:TELECOM00000001',0,6,'504','2026-11-20','VAT on the merchant discount given back');
INSERT INTO "posting" VALUES('2026-11-20/vat/TELECOM00000001',1,'2026-11-20','vat','merchant-payable:TELECOM00000001',19,0,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/payout/CASHMACHINE0001',1,'2026-11-20','payout','merchant-payable:CASHMACHINE0001',20000,0,'504','2026-11-23','payout 2026-11-20-CASHMACHINE0001');
INSERT INTO "posting" VALUES('2026-11-20/payout/HOTEL0000000001',1,'2026-11-20','payout','merchant-payable:HOTEL0000000001',42432,0,'504','2026-11-23','payout 2026-11-20-HOTEL0000000001');
INSERT INTO "posting" VALUES('2026-11-20/payout/SUPERMARCHE0001',1,'2026-11-20','payout','merchant-payable:SUPERMARCHE0001',30186,0,'504','2026-11-23','payout 2026-11-20-SUPERMARCHE0001');
INSERT INTO "posting" VALUES('2026-11-20/payout/TELECOM00000001',1,'2026-11-20','payout','merchant-payable:TELECOM00000001',8359,0,'504','2026-11-23','payout 2026-11-20-TELECOM00000001');
INSERT INTO "posting" VALUES('2026-11-20/discount/HOTEL0000000001',2,'2026-11-20','discount','discount-income',0,516,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/discount/SUPERMARCHE0001',2,'2026-11-20','discount','discount-income',0,776,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/discount/TELECOM00000001/refund',2,'2026-11-20','discount','discount-income',60,0,'504','2026-11-20','merchant discount given back');
INSERT INTO "posting" VALUES('2026-11-20/discount/TELECOM00000001',2,'2026-11-20','discount','discount-income',0,188,'504','2026-11-20','merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/HOTEL0000000001',2,'2026-11-20','vat','vat-collected',0,52,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/SUPERMARCHE0001',2,'2026-11-20','vat','vat-collected',0,78,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/vat/TELECOM00000001/refund',2,'2026-11-20','vat','vat-collected',6,0,'504','2026-11-20','VAT on the merchant discount given back');
INSERT INTO "posting" VALUES('2026-11-20/vat/TELECOM00000001',2,'2026-11-20','vat','vat-collected',0,19,'504','2026-11-20','VAT on the merchant discount');
INSERT INTO "posting" VALUES('2026-11-20/payout/CASHMACHINE0001',2,'2026-11-20','payout','settlement-account',0,20000,'504','2026-11-23','payout 2026-11-20-CASHMACHINE0001');
INSERT INTO "posting" VALUES('2026-11-20/payout/HOTEL0000000001',2,'2026-11-20','payout','settlement-account',0,42432,'504','2026-11-23','payout 2026-11-20-HOTEL0000000001');
INSERT INTO "posting" VALUES('2026-11-20/payout/SUPERMARCHE0001',2,'2026-11-20','payout','settlement-account',0,30186,'504','2026-11-23','payout 2026-11-20-SUPERMARCHE0001');
INSERT INTO "posting" VALUES('2026-11-20/payout/TELECOM00000001',2,'2026-11-20','payout','settlement-account',0,8359,'504','2026-11-23','payout 2026-11-20-TELECOM00000001');
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
  decided_at_ms                 INTEGER NOT NULL, discount_minimum_minor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (business_date, merchant_id, request_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "presentment" VALUES(9,'2026-11-20','CASHMACHINE0001','GUICHET1','atlas','mastercard','credit','domestic','chip','cash_withdrawal',20000,'504',0,0,0,0,0,20000,'OLDCASH00001','651DH9','512801******0019','1128112717',1795861637426,0);
INSERT INTO "presentment" VALUES(5,'2026-11-20','HOTEL0000000001','RIAD0001','atlas','cmi','debit','domestic','ecommerce','purchase',43000,'504',65,280,120,516,52,42432,'OLDHOTEL0001','ATE6P2','950401******0019','1128112712',1795861633048,0);
INSERT INTO "presentment" VALUES(2,'2026-11-20','SUPERMARCHE0001','NORIA001','maestra','mastercard','credit','foreign','chip','purchase',31040,'504',170,528,250,776,78,30186,'OLDSALE00002','29NEL9','510001******0015','1128112710',1795861630398,0);
INSERT INTO "presentment" VALUES(1,'2026-11-20','TELECOM00000001','ONDE0001','atlas','cmi','debit','domestic','ecommerce','purchase',12500,'504',65,81,150,188,19,12293,'OLDSALE00001','38NPG8','950401******0019','1128112709',1795861629675,0);
INSERT INTO "presentment" VALUES(3,'2026-11-20','TELECOM00000001','ONDE0001','atlas','cmi','debit','domestic','ecommerce','refund',-4000,'504',65,-26,150,-60,-6,-3934,'OLDREFUND001','P1JF3M','950401******0019','1128112711',1795861631258,0);
CREATE TABLE released_item (
  request_id        INTEGER PRIMARY KEY,    -- of the approval that waited
  business_date     TEXT    NOT NULL,       -- of what released it
  held_since        TEXT    NOT NULL,       -- business date of the approval
  outcome           TEXT    NOT NULL CHECK (outcome IN ('captured', 'reversed')),
  released_by       INTEGER NOT NULL,       -- captured: request.id of the journal; reversed: reversal.id
  granted_minor     INTEGER NOT NULL,       -- at what earlier reversals left of it
  over_basis_points INTEGER                 -- captured: how far above it its merchant could go; NULL: a merchant nobody knows
) STRICT;
INSERT INTO "released_item" VALUES(4,'2026-11-20','2026-11-20','captured',5,50000,1500);
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
INSERT INTO "reversed_item" VALUES(7,'2026-11-20',1,'TELECOM00000001','atlas',7770,'504','OLDSALE00003','450716******0010');
CREATE TABLE statement (
  business_date  TEXT NOT NULL,
  merchant_id    TEXT NOT NULL,
  name           TEXT NOT NULL,
  city           TEXT NOT NULL,
  language       TEXT NOT NULL,
  PRIMARY KEY (business_date, merchant_id)
) STRICT;
INSERT INTO "statement" VALUES('2026-11-20','CASHMACHINE0001','GUICHETS DE LA MEDINA','FES','fr');
INSERT INTO "statement" VALUES('2026-11-20','HOTEL0000000001','RIAD DES ORANGERS','MARRAKECH','en');
INSERT INTO "statement" VALUES('2026-11-20','SUPERMARCHE0001','SUPERMARCHE LA NORIA','RABAT','fr');
INSERT INTO "statement" VALUES('2026-11-20','TELECOM00000001','ONDE TELECOM EN LIGNE','CASABLANCA','fr');
CREATE TABLE statement_total (
  business_date     TEXT    NOT NULL,
  merchant_id       TEXT    NOT NULL,
  origin            TEXT    NOT NULL,
  presentment_count INTEGER NOT NULL,
  gross_minor       INTEGER NOT NULL,
  discount_minor    INTEGER NOT NULL,
  vat_minor         INTEGER NOT NULL,
  net_minor         INTEGER NOT NULL, adjustment_count INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (business_date, merchant_id, origin)
) STRICT;
INSERT INTO "statement_total" VALUES('2026-11-20','CASHMACHINE0001','domestic',1,20000,0,0,20000,0);
INSERT INTO "statement_total" VALUES('2026-11-20','HOTEL0000000001','domestic',1,43000,516,52,42432,0);
INSERT INTO "statement_total" VALUES('2026-11-20','SUPERMARCHE0001','foreign',1,31040,776,78,30186,0);
INSERT INTO "statement_total" VALUES('2026-11-20','TELECOM00000001','domestic',2,8500,128,13,8359,0);
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
INSERT INTO "type_total" VALUES('2026-11-20','CASHMACHINE0001','cash_withdrawal',1,20000,0,0,20000);
INSERT INTO "type_total" VALUES('2026-11-20','HOTEL0000000001','purchase',1,43000,516,52,42432);
INSERT INTO "type_total" VALUES('2026-11-20','SUPERMARCHE0001','purchase',1,31040,776,78,30186);
INSERT INTO "type_total" VALUES('2026-11-20','TELECOM00000001','purchase',1,12500,188,19,12293);
INSERT INTO "type_total" VALUES('2026-11-20','TELECOM00000001','refund',1,-4000,-60,-6,-3934);
CREATE INDEX exception_item_of_day ON exception_item (business_date);
CREATE INDEX payout_of_merchant ON payout (merchant_id, business_date);
CREATE TRIGGER closed_day_no_update BEFORE UPDATE ON closed_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER closed_day_no_delete BEFORE DELETE ON closed_day BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER presentment_no_update BEFORE UPDATE ON presentment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER presentment_no_delete BEFORE DELETE ON presentment BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_item_no_update BEFORE UPDATE ON exception_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER exception_item_no_delete BEFORE DELETE ON exception_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
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
CREATE TRIGGER exception_item_day_closed BEFORE INSERT ON exception_item
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
CREATE INDEX reversed_item_of_day ON reversed_item (business_date);
CREATE INDEX posting_of_day ON posting (business_date);
CREATE TRIGGER reversed_item_no_update BEFORE UPDATE ON reversed_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER reversed_item_no_delete BEFORE DELETE ON reversed_item BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER reversed_item_day_closed BEFORE INSERT ON reversed_item
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE TRIGGER posting_day_closed BEFORE INSERT ON posting
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
CREATE INDEX held_item_of_day ON held_item (business_date);
CREATE INDEX released_item_of_day ON released_item (business_date);
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
CREATE TRIGGER presentment_day_closed BEFORE INSERT ON presentment
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
COMMIT;
PRAGMA user_version = 3;
PRAGMA application_id = 0;
