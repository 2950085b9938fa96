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
CREATE INDEX entry_key ON entry (stan, transmitted_at);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
COMMIT;
PRAGMA user_version = 3;
PRAGMA application_id = 1398229314;
