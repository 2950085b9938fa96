-- The files of a day, as they were written: `switch check` holds them to it. A file rendered again by a later release, which may
-- word it otherwise, has a row more; one of them has to fit.

CREATE TABLE day_file (
  business_date TEXT    NOT NULL,
  name          TEXT    NOT NULL,           -- below days/DATE: statements/MERCHANT.txt
  sha256        TEXT    NOT NULL,           -- of its bytes, as 64 hexadecimal digits
  byte_count    INTEGER NOT NULL,
  PRIMARY KEY (business_date, name, sha256)
) STRICT, WITHOUT ROWID;

-- What the rows of a day come to in each table but presentment, whose rows the journal proves: written with the day.
CREATE TABLE day_digest (
  business_date TEXT    NOT NULL,
  table_name    TEXT    NOT NULL,
  column_names  TEXT    NOT NULL,           -- the columns it is of, with commas between: a later script may add others
  row_count     INTEGER NOT NULL,
  sha256        TEXT    NOT NULL,           -- of the rows in the order of their keys
  PRIMARY KEY (business_date, table_name)
) STRICT, WITHOUT ROWID;

-- Whether the files of the day have rows in day_file once they are written: those of days closed before this script have none.
ALTER TABLE closed_day ADD COLUMN files_recorded INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER day_file_no_update BEFORE UPDATE ON day_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_file_no_delete BEFORE DELETE ON day_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_digest_no_update BEFORE UPDATE ON day_digest BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_digest_no_delete BEFORE DELETE ON day_digest BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER day_digest_day_closed BEFORE INSERT ON day_digest
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
