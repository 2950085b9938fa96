-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
/* What the lines of fees of the presentments of a date come to: of each remise and kind. Lines of adjustments are few, and rows of */
/* the books (`main.fee_line`): whoever sums adds them. */
INSERT INTO temp.fee_sum (
  merchant_id,
  terminal_id,
  remise_number,
  kind,
  amount_minor,
  vat_minor
)
SELECT
  merchant_id,
  terminal_id,
  remise_number,
  kind,
  CAST(SUM(amount_minor) AS BIGINT),
  CAST(SUM(vat_minor) AS BIGINT)
FROM fee_line
WHERE
  business_date = $business_date AND adjusts = ''
GROUP BY
  merchant_id,
  terminal_id,
  remise_number,
  kind
