-- For the books, in DuckDB's words: what SQLite's statements read of `captured`. These are the exceptions, what was one until
-- now, and one row of each remise and of each kind of sale.
SELECT c.* FROM captured AS c
WHERE c.exception_reason IS NOT NULL OR c.request_id IN (
  SELECT request_id FROM open_exception
  UNION ALL
  SELECT MIN(request_id) FROM captured WHERE exception_reason IS NULL GROUP BY merchant_id, terminal_id, batch
  UNION ALL
  SELECT MIN(request_id) FROM captured WHERE exception_reason IS NULL
  GROUP BY origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band)
ORDER BY merchant_id, request_id
