-- The outbox: one message for a merchant and a business date, and what became of every attempt to send it.
-- Times are epoch milliseconds (UTC) of the clock of whoever sent.

CREATE TABLE letter (
  id              INTEGER PRIMARY KEY,     -- in the order they were queued
  business_date   TEXT    NOT NULL,
  merchant_id     TEXT    NOT NULL,        -- DE 42
  remise          TEXT    NOT NULL DEFAULT '',  -- empty: the message is of the whole date
  message_id      TEXT    NOT NULL UNIQUE, -- made of centre, date, merchant and remise: the same however often it is sent
  recipient       TEXT    NOT NULL,        -- empty: no contract names an address
  sender          TEXT    NOT NULL,        -- From, as are the next two
  sender_name     TEXT    NOT NULL,
  reply_to        TEXT    NOT NULL,        -- empty: none
  language        TEXT    NOT NULL,        -- fr, en
  queued_at_ms    INTEGER NOT NULL,        -- also the Date of the message
  attachments     TEXT    NOT NULL,        -- JSON: name below the folder of the date, SHA-256, bytes of each file
  state           TEXT    NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'bounced')),
  attempt_count   INTEGER NOT NULL DEFAULT 0,   -- since it was queued, or put back by hand
  next_attempt_ms INTEGER NOT NULL,        -- while it is queued: not before
  delivery        TEXT    NOT NULL DEFAULT '' CHECK (delivery IN ('', 'file', 'smtp')),  -- how it was sent
  changed_at_ms   INTEGER NOT NULL,
  said            TEXT    NOT NULL DEFAULT '',  -- what the server said last, or why there was no attempt
  UNIQUE (business_date, merchant_id, remise)
) STRICT;
CREATE INDEX letter_queued ON letter (next_attempt_ms) WHERE state = 'queued';

CREATE TABLE attempt (
  id              INTEGER PRIMARY KEY,
  letter_id       INTEGER NOT NULL REFERENCES letter (id),
  at_ms           INTEGER NOT NULL,
  server          TEXT    NOT NULL,        -- host:port
  outcome         TEXT    NOT NULL CHECK (outcome IN ('unknown', 'sent', 'later', 'refused')),  -- unknown: sent, no answer
  code            INTEGER,                 -- of the answer (RFC 5321), where there was one
  said            TEXT    NOT NULL
) STRICT;
CREATE INDEX attempt_letter ON attempt (letter_id);
