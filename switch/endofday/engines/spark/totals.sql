-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  merchant_id,
  terminal_id,
  remise_number,
  issuer,
  origin,
  currency,
  'presentment' AS kind,
  transaction_type,
  CASE WHEN amount_minor < 0 THEN 'refund' ELSE 'sale' END AS subject,
  COUNT(*) AS line_count,
  SUM(amount_minor) AS gross_minor,
  SUM(interchange_minor) AS interchange_minor,
  SUM(discount_minor) AS discount_minor,
  SUM(vat_minor) AS vat_minor,
  SUM(net_minor) AS net_minor
FROM presentment
WHERE
  business_date = :business_date
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  issuer,
  origin,
  currency,
  transaction_type,
  amount_minor < 0
