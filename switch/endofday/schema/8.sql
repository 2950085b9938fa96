-- The money of payouts: files of credit transfers for the bank, each transfer, and what the bank said of it. A payout is paid by
-- at most one transfer at a time: the guard of the table transfer refuses another one before the last has ended.

-- One row for each file of transfers (ISO 20022 pain.001), with all that its bytes are made of besides its transfers.
CREATE TABLE payment_file (
  message_id     TEXT    PRIMARY KEY,       -- MsgId: PAY-504900-20261120-1
  business_date  TEXT    NOT NULL,          -- the date whose payouts it was written for
  number         INTEGER NOT NULL CHECK (number >= 1),
  created_at     TEXT    NOT NULL,          -- CreDtTm: the cut-off of the date, so that the same books give the same bytes
  institution_id TEXT    NOT NULL,
  debtor_name    TEXT    NOT NULL,
  debtor_rib     TEXT    NOT NULL,
  debtor_bic     TEXT,
  account_form   TEXT    NOT NULL CHECK (account_form IN ('iban', 'rib')),
  transfer_count INTEGER NOT NULL CHECK (transfer_count >= 1),
  control_sum    TEXT    NOT NULL,          -- CtrlSum: a decimal, of all currencies together
  sha256         TEXT    NOT NULL,          -- of its bytes, as 64 hexadecimal digits
  byte_count     INTEGER NOT NULL,
  issued_at_ms   INTEGER NOT NULL,
  UNIQUE (business_date, number)
) STRICT;

-- One row for each attempt to pay a payout.
CREATE TABLE transfer (
  end_to_end_id          TEXT    PRIMARY KEY,
  reference              TEXT    NOT NULL,  -- payout.reference
  attempt                INTEGER NOT NULL CHECK (attempt >= 1),
  message_id             TEXT    NOT NULL,  -- payment_file.message_id
  payment_information_id TEXT    NOT NULL,  -- PmtInfId: the group of its value date and currency
  merchant_id            TEXT    NOT NULL,
  name                   TEXT    NOT NULL,
  rib                    TEXT    NOT NULL,
  currency               TEXT    NOT NULL,
  amount_minor           INTEGER NOT NULL CHECK (amount_minor > 0),
  requested_date         TEXT    NOT NULL,  -- the banking day on which the bank is to execute it
  remittance             TEXT    NOT NULL,  -- what the merchant reads on its bank statement
  UNIQUE (reference, attempt)
) STRICT;
CREATE INDEX transfer_of_file ON transfer (message_id);

-- What the bank said of a transfer, each thing once; ``released``: a person did. The state follows from all rows of a transfer,
-- in whatever order they came.
CREATE TABLE transfer_event (
  id             INTEGER PRIMARY KEY,
  end_to_end_id  TEXT    NOT NULL,
  verdict        TEXT    NOT NULL CHECK (verdict IN ('accepted', 'settled', 'rejected', 'returned', 'released')),
  code           TEXT    NOT NULL,          -- the reason, or the status, as the bank has it: AC04, ACSC
  words          TEXT    NOT NULL,          -- of the bank, beside the code
  business_date  TEXT    NOT NULL,          -- the open one when it was read
  source_name    TEXT    NOT NULL,          -- the file that said it; empty where a person did
  source_line    INTEGER NOT NULL,
  source_sha256  TEXT    NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  UNIQUE (end_to_end_id, verdict)
) STRICT;

CREATE INDEX transfer_event_ended ON transfer_event (end_to_end_id) WHERE verdict IN ('rejected', 'returned');

-- Double entry, like posting: what came back from the bank to a suspense account, and went out of it again. Rows are of the
-- business date that was open when they were written, whose close does not touch them; a date that is closed gets none.
CREATE TABLE transfer_posting (
  entry_id      TEXT    NOT NULL,           -- 2026-11-23/transfer_back/END-TO-END-ID
  line          INTEGER NOT NULL,
  business_date TEXT    NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('transfer_back', 'transfer_again')),
  account       TEXT    NOT NULL,           -- settlement-account, payout-suspense:MERCHANT
  debit_minor   INTEGER NOT NULL CHECK (debit_minor >= 0),
  credit_minor  INTEGER NOT NULL CHECK (credit_minor >= 0),
  currency      TEXT    NOT NULL,
  value_date    TEXT    NOT NULL,
  narrative     TEXT    NOT NULL,
  end_to_end_id TEXT    NOT NULL,
  PRIMARY KEY (entry_id, line)
) STRICT;
CREATE INDEX transfer_posting_of_day ON transfer_posting (business_date);
CREATE INDEX transfer_posting_of_transfer ON transfer_posting (end_to_end_id);

-- Records of a bank's files that were not used, with their line and the reason.
CREATE TABLE transfer_set_aside (
  source_sha256  TEXT    NOT NULL,
  source_line    INTEGER NOT NULL,
  source_name    TEXT    NOT NULL,
  reason         TEXT    NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  PRIMARY KEY (source_sha256, source_line, reason)
) STRICT, WITHOUT ROWID;

-- A transfer is of a payout that is to be paid, whole, and only when every transfer before it has ended without paying.
CREATE TRIGGER transfer_pays_a_payout BEFORE INSERT ON transfer
  WHEN NOT EXISTS (SELECT 1 FROM payout AS p
    WHERE p.reference = NEW.reference AND p.outcome = 'paid' AND p.net_minor = NEW.amount_minor AND p.currency = NEW.currency)
  BEGIN SELECT RAISE(ABORT, 'no payout of this amount is to be paid'); END;
CREATE TRIGGER transfer_one_at_a_time BEFORE INSERT ON transfer
  WHEN EXISTS (SELECT 1 FROM transfer AS t WHERE t.reference = NEW.reference
    AND NOT EXISTS (SELECT 1 FROM transfer_event AS e WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict = 'returned')
    AND NOT (
      EXISTS (SELECT 1 FROM transfer_event AS e WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict = 'rejected')
      AND (
        NOT EXISTS (SELECT 1 FROM transfer_event AS e WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict = 'settled')
        OR EXISTS (SELECT 1 FROM transfer_event AS e WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict = 'released'))))
  BEGIN SELECT RAISE(ABORT, 'a transfer of this payout is outstanding'); END;
CREATE TRIGGER transfer_event_of_a_transfer BEFORE INSERT ON transfer_event
  WHEN NOT EXISTS (SELECT 1 FROM transfer WHERE end_to_end_id = NEW.end_to_end_id)
  BEGIN SELECT RAISE(ABORT, 'there is no such transfer'); END;
CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON payment_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payment_file_no_delete BEFORE DELETE ON payment_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_event_no_update BEFORE UPDATE ON transfer_event BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_event_no_delete BEFORE DELETE ON transfer_event BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_posting_no_update BEFORE UPDATE ON transfer_posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_posting_no_delete BEFORE DELETE ON transfer_posting BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_set_aside_no_update BEFORE UPDATE ON transfer_set_aside BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_set_aside_no_delete BEFORE DELETE ON transfer_set_aside BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER transfer_posting_day_closed BEFORE INSERT ON transfer_posting
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
