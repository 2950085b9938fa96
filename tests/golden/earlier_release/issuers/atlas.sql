BEGIN TRANSACTION;
CREATE TABLE entry (
  id             INTEGER PRIMARY KEY,
  recorded_at_ms INTEGER NOT NULL,
  account        TEXT    NOT NULL,        -- atlas-0001; empty in a 'reversed' whose card is not told or not known
  kind           TEXT    NOT NULL CHECK (
    kind = 'hold' OR kind = 'release' OR kind = 'credit' OR kind = 'taken_back' OR kind = 'reversed'),
                                          -- a release is of the hold, a taken_back of the credit with the same key
  amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0 OR (kind = 'reversed' AND amount_minor = 0)),
                                          -- of a 'reversed' what its DE 4 says, and no money moves
  acquirer_id    TEXT    NOT NULL,        -- DE 32  \
  terminal_id    TEXT    NOT NULL,        -- DE 41   | the key of the exchange; of a 'reversed' without DE 90 only the
  stan           TEXT    NOT NULL,        -- DE 11   | acquirer and the terminal are told, the other two are empty
  transmitted_at TEXT    NOT NULL,        -- DE 7   /
  rrn            TEXT    NOT NULL,        -- DE 37
  approval_code  TEXT    NOT NULL,        -- DE 38; empty in a 'reversed', and where an advice has none
  response_code  TEXT    NOT NULL         -- DE 39, ISO 8583:1987; empty in a 'reversed'
) STRICT;
INSERT INTO "entry" VALUES(1,1795861629668,'atlas-0001','hold',12500,'504900','ONDE0001','112602','1128102709','OLDSALE00001','38NPG8','00');
INSERT INTO "entry" VALUES(2,1795861631256,'atlas-0001','credit',4000,'504900','ONDE0001','771094','1128102711','OLDREFUND001','P1JF3M','00');
INSERT INTO "entry" VALUES(3,1795861632126,'atlas-0001','hold',50000,'504900','RIAD0001','845031','1128102712','OLDHOTEL0001','ATE6P2','00');
INSERT INTO "entry" VALUES(4,1795861633049,'atlas-0001','release',50000,'504900','RIAD0001','845031','1128102712','OLDHOTEL0001','ATE6P2','00');
INSERT INTO "entry" VALUES(5,1795861633049,'atlas-0001','hold',43000,'504900','RIAD0001','422679','1128102712','OLDHOTEL0001','ATE6P2','00');
INSERT INTO "entry" VALUES(6,1795861633926,'atlas-0001','hold',90000,'504900','RIAD0001','295172','1128102713','OLDHOTEL0002','XK9XAF','00');
INSERT INTO "entry" VALUES(7,1795861634520,'atlas-0003','hold',7770,'504900','ONDE0001','790413','1128102714','OLDSALE00003','JC5MWV','00');
INSERT INTO "entry" VALUES(8,1795861635538,'atlas-0003','release',7770,'504900','ONDE0001','790413','1128102714','OLDSALE00003','JC5MWV','00');
INSERT INTO "entry" VALUES(9,1795861637425,'atlas-0006','hold',20000,'504900','GUICHET1','976177','1128102717','OLDCASH00001','651DH9','00');
INSERT INTO "entry" VALUES(10,1795861642196,'atlas-0001','hold',1990,'504900','ONDE0001','727745','1128102722','OLDNEXT00001','DNQVQ3','00');
INSERT INTO "entry" VALUES(11,1795861643210,'atlas-0001','release',2500,'504900','ONDE0001','112602','1128102709','OLDSALE00001','38NPG8','00');
INSERT INTO "entry" VALUES(12,1795861644134,'atlas-0001','release',90000,'504900','RIAD0001','295172','1128102713','OLDHOTEL0002','XK9XAF','00');
INSERT INTO "entry" VALUES(13,1795861644134,'atlas-0001','hold',85000,'504900','RIAD0001','923764','1128102724','OLDHOTEL0002','XK9XAF','00');
CREATE INDEX entry_key ON entry (stan, transmitted_at);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
COMMIT;
PRAGMA user_version = 3;
PRAGMA application_id = 1398229314;
