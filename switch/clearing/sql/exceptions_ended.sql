-- Open exceptions that the date ends: reversed before they were presented, written off by a person, or presented in it. A merchant
-- whom the centre is to pay for one must be known, and sell in its currency; until then it stays open.
INSERT INTO exception_end (request_id, business_date, outcome, amount_minor, order_id, reversal_id)
SELECT x.request_id, :business_date, 'reversed', 0, NULL, v.reversal_id
FROM open_exception AS x
JOIN remainder AS v ON v.request_id = x.request_id
WHERE v.replacement_minor = 0
UNION ALL
SELECT x.request_id, :business_date, 'written_off',
  CASE
    WHEN v.replacement_minor IS NULL OR v.replacement_minor >= ABS(i.amount_minor) THEN i.amount_minor
    WHEN i.amount_minor < 0 THEN -v.replacement_minor
    ELSE v.replacement_minor
  END, x.order_id, v.reversal_id
FROM open_exception AS x
JOIN exception_item AS i ON i.request_id = x.request_id
LEFT JOIN remainder AS v ON v.request_id = x.request_id
WHERE x.decided = 'write_off' AND COALESCE(v.replacement_minor, 1) <> 0 AND (x.pays_merchant = 0 OR EXISTS (
  SELECT 1 FROM card_acceptor AS m WHERE m.merchant_id = i.merchant_id AND m.currency = i.currency))
UNION ALL
SELECT a.request_id, :business_date, 'presented', a.amount_minor,
  CASE x.decided WHEN 'represent' THEN x.order_id END, v.reversal_id
FROM captured AS a
JOIN open_exception AS x ON x.request_id = a.request_id
LEFT JOIN remainder AS v ON v.request_id = a.request_id
WHERE a.exception_reason IS NULL
