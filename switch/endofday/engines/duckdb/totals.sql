-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
CREATE TEMPORARY TABLE cube AS
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
  CAST(SUM(amount_minor) AS BIGINT) AS gross_minor,
  CAST(SUM(interchange_minor) AS BIGINT) AS interchange_minor,
  CAST(SUM(discount_minor) AS BIGINT) AS discount_minor,
  CAST(SUM(vat_minor) AS BIGINT) AS vat_minor,
  CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM presentment
WHERE
  business_date = $business_date
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  issuer,
  origin,
  currency,
  transaction_type,
  amount_minor < 0
