-- The trace: the last messages of every line, without card data that is never stored. Kept by `switch up --trace`.
-- Times are epoch milliseconds (UTC) of the machine's clock; the file clock beside it says what the centre's showed then.

CREATE TABLE message (
  id             INTEGER PRIMARY KEY,      -- in the order they came and went
  at_ms          INTEGER NOT NULL,
  line           TEXT    NOT NULL,         -- as in the journal: listener and peer, or an issuer's id
  direction      TEXT    NOT NULL CHECK (direction IN ('received', 'sent')),
  dialect        TEXT    NOT NULL,
  header         TEXT    NOT NULL,         -- form of the length header: 2b, 4a, …; empty: bytes that are no frame
  mti            TEXT    NOT NULL,         -- as on the line; empty where it cannot be read
  stan           TEXT    NOT NULL,         -- DE 11  \
  transmitted_at TEXT    NOT NULL,         -- DE 7    | as the centre understands them (of 1993: DE 12), empty where missing
  terminal_id    TEXT    NOT NULL,         -- DE 41   |
  rrn            TEXT    NOT NULL,         -- DE 37  /
  response_code  TEXT    NOT NULL,         -- DE 39, as on the line
  fault          TEXT    NOT NULL,         -- why it makes no sense; empty where it does
  tpdu           BLOB    NOT NULL,
  blanked        TEXT    NOT NULL,         -- what is overwritten: first offset and end of every run, 12-20 96-104
  body_cipher    BLOB    NOT NULL          -- from the MTI on; AES-SIV under the data folder's key
) STRICT;
CREATE INDEX message_rrn ON message (rrn) WHERE rrn <> '';
CREATE INDEX message_key ON message (stan, terminal_id, transmitted_at);
