-- Exceptions with what is left of them, how long they have waited, what a person decided last, and how they ended.
SELECT x.request_id, x.rrn, x.pan_masked, x.merchant_id, x.issuer,
  CASE
    WHEN v.left_minor IS NULL OR v.left_minor >= ABS(x.amount_minor) THEN x.amount_minor
    WHEN x.amount_minor < 0 THEN -v.left_minor
    ELSE v.left_minor
  END, x.currency, x.business_date,
  COALESCE((SELECT r.reason FROM exception_reason AS r
    WHERE r.request_id = x.request_id ORDER BY r.business_date DESC LIMIT 1), x.reason),
  CAST(julianday(COALESCE(e.business_date, :today)) - julianday(x.business_date) AS INTEGER),
  (SELECT COUNT(*) FROM journal.business_day AS b
   WHERE b.business_date > x.business_date AND b.business_date <= COALESCE(e.business_date, :today)),
  CASE
    WHEN e.outcome IS NOT NULL THEN e.outcome
    WHEN v.left_minor = 0 THEN 'reversed'
    WHEN o.action = 'represent' THEN 'accepted'
    WHEN o.action = 'write_off' THEN 'to_write_off'
    ELSE 'open'
  END, e.business_date
FROM exception_item AS x
LEFT JOIN exception_end AS e ON e.request_id = x.request_id
LEFT JOIN exception_order AS o ON o.id = (SELECT MAX(p.id) FROM exception_order AS p WHERE p.request_id = x.request_id)
LEFT JOIN (
  SELECT original_id, MIN(replacement_minor) AS left_minor FROM journal.reversal WHERE effective = 1 GROUP BY original_id
) AS v ON v.original_id = x.request_id
WHERE (:all = 1 OR (:rrn <> '' AND TRIM(x.rrn) = :rrn) OR x.request_id = :request_id) AND (:ended = 1 OR e.request_id IS NULL)
ORDER BY x.request_id
