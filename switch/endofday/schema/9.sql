-- Which layout a merchant's statement has as text, PDF and XLSX, as its contract named it on the date: detailed, remise.
ALTER TABLE statement ADD COLUMN layout TEXT NOT NULL DEFAULT 'detailed';

-- One row for each payout that is paid in another currency than that of the sales: at a dated rate, less a margin.
CREATE TABLE payout_conversion (
  reference             TEXT    PRIMARY KEY,  -- payout.reference
  business_date         TEXT    NOT NULL,
  merchant_id           TEXT    NOT NULL,
  sold_minor            INTEGER NOT NULL,     -- = payout.net_minor
  sold_currency         TEXT    NOT NULL,
  rate                  TEXT    NOT NULL,     -- units of paid_currency for one of sold_currency, without the margin
  rate_date             TEXT    NOT NULL,     -- from which the rate is in force
  converted_minor       INTEGER NOT NULL,     -- sold_minor at the rate
  margin_basis_points   INTEGER NOT NULL,
  margin_minor          INTEGER NOT NULL,     -- kept by the centre
  paid_minor            INTEGER NOT NULL,     -- converted - margin: what the account is credited with
  paid_currency         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payout_conversion_of_day ON payout_conversion (business_date);
CREATE TRIGGER payout_conversion_no_update BEFORE UPDATE ON payout_conversion
  BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_conversion_no_delete BEFORE DELETE ON payout_conversion
  BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END;
CREATE TRIGGER payout_conversion_day_closed BEFORE INSERT ON payout_conversion
  WHEN EXISTS (SELECT 1 FROM closed_day WHERE business_date = NEW.business_date)
  BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;
