-- For the books, in DuckDB's words: what SQLite's statements read of `captured`. These are the exceptions, what was one until
-- now, and one row of each remise and of each kind of sale. All of it is read twice, in few columns first.
WITH sort AS MATERIALIZED (
  SELECT
    merchant_id, terminal_id, batch, origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band,
    exception_reason IS NULL AS is_due, MIN(request_id) AS request_id,
    LIST(request_id) FILTER (exception_reason IS NOT NULL) AS exceptions
  FROM captured
  GROUP BY ALL
), told AS MATERIALIZED (
  SELECT request_id FROM open_exception
  UNION
  SELECT UNNEST(exceptions) FROM sort WHERE NOT is_due
  UNION
  SELECT MIN(request_id) FROM sort WHERE is_due GROUP BY merchant_id, terminal_id, batch
  UNION
  SELECT MIN(request_id) FROM sort WHERE is_due
  GROUP BY origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band
)
SELECT c.* FROM captured AS c SEMI JOIN told USING (request_id)
ORDER BY merchant_id, request_id
