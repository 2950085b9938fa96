-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
/* What the presentments of a date come to: of each remise, for each issuer, what it pays and what it is paid apart. */
INSERT INTO temp.presented_sum (
  merchant_id,
  terminal_id,
  remise_number,
  currency,
  issuer,
  is_credit,
  line_count,
  gross_minor,
  interchange_minor,
  discount_minor,
  vat_minor,
  net_minor
)
SELECT
  merchant_id,
  terminal_id,
  remise_number,
  currency,
  issuer,
  amount_minor < 0,
  COUNT(*),
  CAST(SUM(amount_minor) AS BIGINT),
  CAST(SUM(interchange_minor) AS BIGINT),
  CAST(SUM(discount_minor) AS BIGINT),
  CAST(SUM(vat_minor) AS BIGINT),
  CAST(SUM(net_minor) AS BIGINT)
FROM presentment
WHERE
  business_date = $business_date
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  currency,
  issuer,
  amount_minor < 0
