SELECT h.capture, MIN(h.business_date), COUNT(*), SUM(h.amount_minor), h.currency
FROM held_item AS h
WHERE h.business_date <= :last_closed AND NOT EXISTS (
  SELECT 1 FROM released_item AS e WHERE e.request_id = h.request_id AND e.business_date <= :last_closed)
GROUP BY h.capture, h.currency
ORDER BY h.capture, h.currency
