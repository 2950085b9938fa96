-- For the books, in words of DuckDB and of Spark: what SQLite's statements read of `captured`. These are the exceptions, what was one
-- until now, and one row of each remise and of each kind of sale. All of it is read twice, in few columns first.
WITH sorts AS (
  SELECT
    merchant_id, terminal_id, batch, origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band,
    CASE WHEN exception_reason IS NOT NULL THEN request_id END AS exception_id, MIN(request_id) AS request_id
  FROM captured
  GROUP BY ALL
), told AS (
  SELECT request_id FROM open_exception
  UNION
  SELECT exception_id FROM sorts WHERE exception_id IS NOT NULL
  UNION
  SELECT MIN(request_id) FROM sorts WHERE exception_id IS NULL GROUP BY merchant_id, terminal_id, batch
  UNION
  SELECT MIN(request_id) FROM sorts WHERE exception_id IS NULL
  GROUP BY origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band
)
SELECT c.* FROM captured AS c WHERE c.request_id IN (SELECT request_id FROM told)
ORDER BY merchant_id, request_id
