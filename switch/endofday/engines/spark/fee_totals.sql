-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  merchant_id,
  terminal_id,
  remise_number,
  kind,
  rule,
  vat_rate_basis_points,
  currency,
  SUM(amount_minor) AS amount_minor,
  SUM(vat_minor) AS vat_minor,
  COUNT(*) AS line_count
FROM fee_line
WHERE
  business_date = :business_date
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  kind,
  rule,
  vat_rate_basis_points,
  currency
