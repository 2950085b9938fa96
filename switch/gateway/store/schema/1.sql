-- The orders of the payment page. Times are epoch milliseconds (UTC). Events are never changed; what an order is now follows
-- from the last of them. No card number stands here but masked, or sealed under the key of the folder.

CREATE TABLE shop_order (
  id            INTEGER PRIMARY KEY,
  client_id     TEXT    NOT NULL,          -- of the shop
  order_id      TEXT    NOT NULL,          -- oid, as the shop gave it
  created_at_ms INTEGER NOT NULL,
  UNIQUE (client_id, order_id)
) STRICT;

CREATE TABLE order_event (
  id       INTEGER PRIMARY KEY,
  order_no INTEGER NOT NULL REFERENCES shop_order (id),
  at_ms    INTEGER NOT NULL,
  event    TEXT    NOT NULL,               -- what happened: post, authenticate, authorize, approved, decline, capture …
  state    TEXT    NOT NULL,               -- of the order behind it
  body     TEXT    NOT NULL                -- JSON: what is known of it
) STRICT;
CREATE INDEX order_event_order ON order_event (order_no, id);
-- The page a browser comes back to is found by a digest of its address.
CREATE INDEX order_event_session ON order_event (json_extract(body, '$.session')) WHERE event = 'post';
CREATE TRIGGER order_event_stays BEFORE UPDATE ON order_event BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER order_event_is_kept BEFORE DELETE ON order_event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;

CREATE TABLE sealed_card (                 -- forgotten once an order can be neither captured nor refunded
  order_no INTEGER PRIMARY KEY REFERENCES shop_order (id),
  sealed   BLOB    NOT NULL
) STRICT;

CREATE TABLE counter (
  name  TEXT    PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

CREATE TABLE advice (                      -- what the centre has to be told, until it has answered
  id          INTEGER PRIMARY KEY,
  order_no    INTEGER NOT NULL REFERENCES shop_order (id),
  kind        TEXT    NOT NULL CHECK (kind IN ('reversal', 'capture')),
  message     TEXT    NOT NULL,            -- JSON: STAN, time and amount it goes out under
  original    TEXT    NOT NULL,            -- JSON: the request it names
  tries       INTEGER NOT NULL DEFAULT 0,
  answer      TEXT    NOT NULL DEFAULT ''  -- DE 39; empty: it is still to be sent
) STRICT;
CREATE INDEX advice_open ON advice (id) WHERE answer = '';

CREATE TABLE callback (
  id          TEXT    PRIMARY KEY,         -- the event id that is sent with it
  order_no    INTEGER NOT NULL REFERENCES shop_order (id),
  made_at_ms  INTEGER NOT NULL,
  url         TEXT    NOT NULL,
  fields      TEXT    NOT NULL,            -- JSON: names and values in their order, the hash last
  state       TEXT    NOT NULL CHECK (state IN ('waiting', 'answered', 'given up')),
  tries       INTEGER NOT NULL DEFAULT 0,
  due_at_ms   INTEGER NOT NULL             -- while it waits: not before
) STRICT;
CREATE INDEX callback_waiting ON callback (due_at_ms) WHERE state = 'waiting';

CREATE TABLE callback_attempt (
  id          INTEGER PRIMARY KEY,
  callback_id TEXT    NOT NULL REFERENCES callback (id),
  at_ms       INTEGER NOT NULL,
  status      INTEGER NOT NULL,            -- of HTTP; 0: there was no answer
  answer      TEXT    NOT NULL,            -- what the shop wrote, its first characters
  verdict     TEXT    NOT NULL,            -- capture, acknowledge, failure
  remark      TEXT    NOT NULL
) STRICT;
CREATE INDEX callback_attempt_callback ON callback_attempt (callback_id);
