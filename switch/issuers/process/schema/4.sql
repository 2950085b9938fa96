-- What an issuer remembers of the proofs of its cards: wrong PINs, and the counters of chips whose cryptogram was right. No proof
-- and no card number is kept here: a card is named by its account and its last four digits.

CREATE TABLE proof_event (
  id             INTEGER PRIMARY KEY,
  recorded_at_ms INTEGER NOT NULL,
  card           TEXT    NOT NULL,        -- atlas-0001/0019
  kind           TEXT    NOT NULL CHECK (kind = 'pin_wrong' OR kind = 'pin_right' OR kind = 'counter'),
                                          -- pin_right: the first right PIN after wrong ones, which are forgotten by it
  value          INTEGER NOT NULL CHECK (value BETWEEN 0 AND 65535)
                                          -- of a counter the application transaction counter (tag 9F36), else 0
) STRICT;

CREATE TRIGGER proof_event_no_update BEFORE UPDATE ON proof_event
  BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER proof_event_no_delete BEFORE DELETE ON proof_event
  BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
