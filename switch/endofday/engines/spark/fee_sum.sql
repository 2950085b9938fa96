-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  merchant_id AS merchant_id,
  terminal_id AS terminal_id,
  remise_number AS remise_number,
  kind AS kind,
  SUM(amount_minor) AS amount_minor,
  SUM(vat_minor) AS vat_minor
FROM fee_line
WHERE
  business_date = :business_date AND adjusts = ''
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  kind
