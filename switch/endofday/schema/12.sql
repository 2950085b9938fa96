-- Transactions of a date that stand in files beside the books, in place of rows of `presentment` and `fee_line`: Parquet, below
-- the data folder. Only files that are named here have anything to say; any other is what a close left that died.
CREATE TABLE line_file (
  business_date    TEXT    NOT NULL,
  table_name       TEXT    NOT NULL CHECK (table_name IN ('presentment', 'fee_line')),
  path             TEXT    NOT NULL,        -- below the data folder: lines/presentment/business_date=2026-11-20/RUN.parquet
  row_count        INTEGER NOT NULL CHECK (row_count >= 1),
  byte_count       INTEGER NOT NULL,
  sha256           TEXT    NOT NULL,        -- of its bytes, as 64 hexadecimal digits
  first_request_id INTEGER NOT NULL,        -- the lowest and the highest of its rows
  last_request_id  INTEGER NOT NULL,
  engine           TEXT    NOT NULL,        -- that wrote it: duckdb
  PRIMARY KEY (business_date, table_name, path)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER line_file_no_update BEFORE UPDATE ON line_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER line_file_no_delete BEFORE DELETE ON line_file BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER line_file_day_closed BEFORE INSERT ON line_file
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
