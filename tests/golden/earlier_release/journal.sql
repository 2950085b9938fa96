BEGIN TRANSACTION;
CREATE TABLE business_day (
  id            INTEGER PRIMARY KEY,
  business_date TEXT    NOT NULL UNIQUE,   -- 2026-11-22
  opened_at_ms  INTEGER NOT NULL,
  opened_by     TEXT    NOT NULL CHECK (opened_by IN ('clock', 'operator'))
) STRICT;
INSERT INTO "business_day" VALUES(1,'2026-11-20',1795861627864,'operator');
INSERT INTO "business_day" VALUES(2,'2026-11-21',1795861638310,'operator');
CREATE TABLE decision (
  request_id    INTEGER PRIMARY KEY REFERENCES request (id),
  business_date TEXT    NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  response_code TEXT    NOT NULL,          -- DE 39, ISO 8583:1987
  approval_code TEXT,                      -- DE 38
  decided_by    TEXT    NOT NULL,          -- the issuer's id, or switch
  reason        TEXT    NOT NULL
, approved_minor INTEGER, captured_minor INTEGER) STRICT;
INSERT INTO "decision" VALUES(1,'2026-11-20',1795861629675,'00','38NPG8','atlas','approved',12500,12500);
INSERT INTO "decision" VALUES(2,'2026-11-20',1795861630398,'00','29NEL9','maestra','approved',31040,31040);
INSERT INTO "decision" VALUES(3,'2026-11-20',1795861631258,'00','P1JF3M','atlas','approved',4000,-4000);
INSERT INTO "decision" VALUES(4,'2026-11-20',1795861632126,'00','ATE6P2','atlas','approved',50000,NULL);
INSERT INTO "decision" VALUES(5,'2026-11-20',1795861633048,'00','ATE6P2','switch','completes 500.00 authorized by request 4 with 430.00',43000,43000);
INSERT INTO "decision" VALUES(6,'2026-11-20',1795861633928,'00','XK9XAF','atlas','approved',90000,NULL);
INSERT INTO "decision" VALUES(7,'2026-11-20',1795861634520,'00','JC5MWV','atlas','approved',7770,7770);
INSERT INTO "decision" VALUES(8,'2026-11-20',1795861636443,'51',NULL,'atlas','available 50.00 MAD is less than 80.00 MAD',NULL,NULL);
INSERT INTO "decision" VALUES(9,'2026-11-20',1795861637426,'00','651DH9','atlas','approved',20000,20000);
INSERT INTO "decision" VALUES(10,'2026-11-21',1795861642201,'00','DNQVQ3','atlas','approved',1990,1990);
INSERT INTO "decision" VALUES(11,'2026-11-21',1795861644133,'00','XK9XAF','switch','completes 900.00 authorized by request 6 with 850.00',85000,85000);
CREATE TABLE delivered (
  delivery_id   INTEGER PRIMARY KEY REFERENCES delivery (id),
  at_ms         INTEGER NOT NULL,
  response_code TEXT    NOT NULL
) STRICT;
INSERT INTO "delivered" VALUES(1,1795861633058,'00');
INSERT INTO "delivered" VALUES(2,1795861635551,'00');
INSERT INTO "delivered" VALUES(3,1795861643218,'00');
INSERT INTO "delivered" VALUES(4,1795861644141,'00');
CREATE TABLE delivery (
  id                INTEGER PRIMARY KEY,
  created_at_ms     INTEGER NOT NULL,
  request_id        INTEGER NOT NULL REFERENCES request (id),
  issuer            TEXT    NOT NULL,
  replacement_minor INTEGER NOT NULL,
  reason            TEXT    NOT NULL
, kind TEXT NOT NULL DEFAULT 'reversal', message_reason TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "delivery" VALUES(1,1795861633048,5,'atlas',43000,'completes 500.00 authorized by request 4 with 430.00','advice','');
INSERT INTO "delivery" VALUES(2,1795861635527,7,'atlas',0,'reversed by the acquirer','reversal','4000');
INSERT INTO "delivery" VALUES(3,1795861643208,1,'atlas',10000,'reversed in part, 100.00 remain','reversal','4000');
INSERT INTO "delivery" VALUES(4,1795861644133,11,'atlas',85000,'completes 900.00 authorized by request 6 with 850.00','advice','');
CREATE TABLE occurrence (
  id         INTEGER PRIMARY KEY,
  request_id INTEGER REFERENCES request (id),
  at_ms      INTEGER NOT NULL,
  kind       TEXT    NOT NULL,             -- late_answer, …
  detail     TEXT    NOT NULL
) STRICT;
CREATE TABLE reconciliation (
  id               INTEGER PRIMARY KEY,
  received_at_ms   INTEGER NOT NULL,
  line             TEXT    NOT NULL,
  mti              TEXT    NOT NULL,       -- 0500, 0501, 0520, 0521
  acquirer_id      TEXT    NOT NULL,       -- DE 32
  terminal_id      TEXT    NOT NULL,       -- DE 41; empty: all terminals of the acquirer
  stan             TEXT    NOT NULL,       -- DE 11
  transmitted_at   TEXT    NOT NULL,       -- DE 7
  business_date    TEXT    NOT NULL,       -- open when it came
  last_request_id  INTEGER NOT NULL,       -- the centre's totals are of requests up to this one
  waiting          TEXT    NOT NULL,       -- but not of these, which had no answer yet: a JSON list of request.id
  totals           TEXT    NOT NULL,       -- the centre's, as JSON: {"debits_count": 3, "debits_minor": 37500, …}
  sent             TEXT    NOT NULL,       -- the sender's, likewise, those it sent
  settlement_code  TEXT    NOT NULL,       -- DE 66: 0 not compared, 1 in balance, 2 out of balance
  response_code    TEXT    NOT NULL,
  reason           TEXT    NOT NULL        -- one sentence: what agrees or does not
) STRICT;
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
, function TEXT NOT NULL DEFAULT 'request', original_id INTEGER REFERENCES request (id), capture TEXT NOT NULL DEFAULT 'now', cash_back_minor INTEGER NOT NULL DEFAULT 0, advised_code TEXT) STRICT;
INSERT INTO "request" VALUES(1,1795861629667,'ascii 127.0.0.1:47442','authorization','504900','ONDE0001','112602','1128102709','OLDSALE00001','TELECOM00000001','4814',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',12500,'504','812','ecommerce','1128112709','atlas','cmi','debit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(2,1795861630386,'ascii 127.0.0.1:47452','authorization','504900','NORIA001','704307','1128102710','OLDSALE00002','SUPERMARCHE0001','5411',X'98BC7E4BCEDEF3EA69424351D500DF309A8E59B14F450C28C0A04F5DD4E46539','510001******0015','purchase',31040,'504','051','chip','1128112710','maestra','mastercard','credit','foreign','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(3,1795861631256,'ascii 127.0.0.1:47464','financial','504900','ONDE0001','771094','1128102711','OLDREFUND001','TELECOM00000001','4814',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','refund',4000,'504','812','ecommerce','1128112711','atlas','cmi','debit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(4,1795861632125,'ascii 127.0.0.1:47470','authorization','504900','RIAD0001','845031','1128102712','OLDHOTEL0001','HOTEL0000000001','7011',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',50000,'504','812','ecommerce','1128112712','atlas','cmi','debit','domestic','request',NULL,'completion',0,NULL);
INSERT INTO "request" VALUES(5,1795861633048,'ascii 127.0.0.1:50626','financial','504900','RIAD0001','422679','1128102712','OLDHOTEL0001','HOTEL0000000001','7011',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',43000,'504','812','ecommerce','1128112712','atlas','cmi','debit','domestic','advice',4,'now',0,NULL);
INSERT INTO "request" VALUES(6,1795861633925,'ascii 127.0.0.1:50632','authorization','504900','RIAD0001','295172','1128102713','OLDHOTEL0002','HOTEL0000000001','7011',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',90000,'504','812','ecommerce','1128112713','atlas','cmi','debit','domestic','request',NULL,'completion',0,NULL);
INSERT INTO "request" VALUES(7,1795861634519,'ascii 127.0.0.1:50642','authorization','504900','ONDE0001','790413','1128102714','OLDSALE00003','TELECOM00000001','4814',X'2C6008DAAF2F389733E774E80C959BB0EBB0562A255F6C64FD264CC1605A4B0A','450716******0010','purchase',7770,'504','812','ecommerce','1128112714','atlas','visa','debit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(8,1795861636438,'ascii 127.0.0.1:50654','authorization','504900','ONDE0001','569506','1128102716','OLDPOOR00001','TELECOM00000001','4814',X'E75D1223B37AB1B9A909BA5C0AFEE805E165C6B4B9FD7ABE41ACB99F0FB2CC88','950401******0027','purchase',8000,'504','812','ecommerce','1128112716','atlas','cmi','debit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(9,1795861637425,'ascii 127.0.0.1:50658','authorization','504900','GUICHET1','976177','1128102717','OLDCASH00001','CASHMACHINE0001','6011',X'314F29FD245F36E004D3E4D0538B0D816EF11BF02502C52F911DA6A0726BB07F','512801******0019','cash_withdrawal',20000,'504','051','chip','1128112717','atlas','mastercard','credit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(10,1795861642195,'ascii 127.0.0.1:47960','authorization','504900','ONDE0001','727745','1128102722','OLDNEXT00001','TELECOM00000001','4814',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',1990,'504','812','ecommerce','1128112722','atlas','cmi','debit','domestic','request',NULL,'now',0,NULL);
INSERT INTO "request" VALUES(11,1795861644133,'ascii 127.0.0.1:42910','financial','504900','RIAD0001','923764','1128102724','OLDHOTEL0002','HOTEL0000000001','7011',X'2CA290877D71DC96188673AAC23BC4C69F0F19604ACB3960CA602F1FCDAFE131','950401******0019','purchase',85000,'504','812','ecommerce','1128112724','atlas','cmi','debit','domestic','advice',6,'now',0,NULL);
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
INSERT INTO "reversal" VALUES(1,1795861635527,'ascii 127.0.0.1:50644','0400','504900','ONDE0001','730657','1128102715','OLDSALE00003','TELECOM00000001',7770,0,'504',7,'504900','790413','1128102714',1,'2026-11-20','00','reversed by the acquirer');
INSERT INTO "reversal" VALUES(2,1795861643208,'ascii 127.0.0.1:42898','0400','504900','ONDE0001','931385','1128102723','OLDSALE00001','TELECOM00000001',12500,10000,'504',1,'504900','112602','1128102709',1,'2026-11-21','00','reversed in part, 100.00 remain');
CREATE TRIGGER business_day_no_update BEFORE UPDATE ON business_day BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER business_day_no_delete BEFORE DELETE ON business_day BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER request_no_update BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER request_no_delete BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER occurrence_no_update BEFORE UPDATE ON occurrence BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER occurrence_no_delete BEFORE DELETE ON occurrence BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX reversal_of ON reversal (original_id);
CREATE INDEX request_key ON request (stan, transmitted_at);
CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivery_no_update BEFORE UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivered_no_update BEFORE UPDATE ON delivered BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER delivered_no_delete BEFORE DELETE ON delivered BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX request_rrn ON request (rrn);
CREATE INDEX request_original ON request (original_id) WHERE original_id IS NOT NULL;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX delivery_of ON delivery (request_id);
CREATE TRIGGER reconciliation_no_update BEFORE UPDATE ON reconciliation BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER reconciliation_no_delete BEFORE DELETE ON reconciliation BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
COMMIT;
PRAGMA user_version = 3;
PRAGMA application_id = 0;
