-- Holds that their merchant's contract holds no longer. A hold and its increments expire together, by the latest of them.
INSERT INTO released_item (request_id, business_date, held_since, outcome, released_by, granted_minor, hold_days)
WITH waiting AS (
  SELECT h.request_id, h.business_date AS held_since, h.amount_minor, m.hold_days,
    COALESCE(r.original_id, h.request_id) AS family
  FROM held_item AS h
  CROSS JOIN journal.request AS r
  CROSS JOIN card_acceptor AS m
  WHERE h.business_date <= :business_date AND r.id = h.request_id AND m.merchant_id = h.merchant_id AND m.hold_days > 0
    AND NOT EXISTS (SELECT 1 FROM released_item AS e WHERE e.request_id = h.request_id)
), latest AS (
  SELECT family, MAX(held_since) AS held_since FROM waiting GROUP BY family
)
SELECT w.request_id, :business_date, w.held_since, 'expired', 0, w.amount_minor, w.hold_days
FROM waiting AS w
JOIN latest AS l ON l.family = w.family
WHERE julianday(:business_date) - julianday(l.held_since) >= w.hold_days
