-- An issuer's book: what was held on its accounts and given back. Append-only: the database refuses UPDATE and DELETE.
-- Times are epoch milliseconds (UTC) of the centre's clock; amounts are integers of minor units. No card number is kept here.

CREATE TABLE entry (
  id             INTEGER PRIMARY KEY,
  recorded_at_ms INTEGER NOT NULL,
  account        TEXT    NOT NULL,        -- atlas-0001
  kind           TEXT    NOT NULL CHECK (kind IN ('hold', 'release')),
  amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
  acquirer_id    TEXT    NOT NULL,        -- DE 32  \
  terminal_id    TEXT    NOT NULL,        -- DE 41   | the key of the exchange
  stan           TEXT    NOT NULL,        -- DE 11   |
  transmitted_at TEXT    NOT NULL,        -- DE 7   /
  rrn            TEXT    NOT NULL,        -- DE 37
  approval_code  TEXT    NOT NULL,        -- DE 38
  response_code  TEXT    NOT NULL         -- DE 39, ISO 8583:1987
) STRICT;

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
