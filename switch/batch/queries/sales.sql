-- Presentments between two dates that one of the words names (RRN, approval code, merchant, terminal), or of this amount in
-- the minor units of some currency.
SELECT t.request_id, t.business_date, t.merchant_id, COALESCE(s.name, ''), t.terminal_id, t.rrn, t.approval_code, t.pan_masked,
  t.currency, t.amount_minor, t.net_minor, t.local_at
FROM presentment AS t
LEFT JOIN statement AS s ON s.business_date = t.business_date AND s.merchant_id = t.merchant_id
WHERE t.business_date BETWEEN :first AND :last AND (
  ABS(t.amount_minor) IN (SELECT value FROM json_each(:minors))
  OR t.rrn IN (SELECT value FROM json_each(:words)) OR t.approval_code IN (SELECT value FROM json_each(:words)))
ORDER BY t.business_date, t.request_id
LIMIT :sales_read_max
