-- The merchant's office, and applications for affiliation.

-- Orders are listed by the date they were posted on.
CREATE INDEX order_event_posted ON order_event (at_ms) WHERE event = 'post';

CREATE TABLE office_password (             -- by which a merchant signs in
  merchant_id TEXT    PRIMARY KEY,
  record      TEXT    NOT NULL,            -- scrypt (RFC 7914): its parameters, the salt, and what comes of the password
  set_at_ms   INTEGER NOT NULL             -- sessions that began before it are over
) STRICT;

CREATE TABLE affiliation (                 -- applications of shops, as they came
  id            INTEGER PRIMARY KEY,
  applied_at_ms INTEGER NOT NULL,
  body          TEXT    NOT NULL           -- JSON: the fields of the form
) STRICT;

CREATE TABLE affiliation_decision (        -- one for each, and never changed
  affiliation_no INTEGER PRIMARY KEY REFERENCES affiliation (id),
  decided_at_ms  INTEGER NOT NULL,
  verdict        TEXT    NOT NULL CHECK (verdict IN ('accepted', 'refused')),
  body           TEXT    NOT NULL          -- JSON: the reason of a refusal; merchant, terminal and keys of an acceptance
) STRICT;
CREATE TRIGGER affiliation_stays BEFORE UPDATE ON affiliation BEGIN SELECT RAISE(ABORT, 'an application is never changed'); END;
CREATE TRIGGER affiliation_decision_stays BEFORE UPDATE ON affiliation_decision
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
