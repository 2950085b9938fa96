-- The exceptions of earlier dates that are open still, with the last decision of a person about each; made before anything else
-- of the date. `decided` is NULL where nobody has decided.
INSERT INTO open_exception (request_id, decided, order_id, pays_merchant)
SELECT x.request_id, o.action, o.id, COALESCE(o.pays_merchant, 0)
FROM exception_item AS x
LEFT JOIN exception_order AS o
  ON o.id = (SELECT MAX(p.id) FROM exception_order AS p WHERE p.request_id = x.request_id AND p.business_date <= :business_date)
WHERE x.business_date < :business_date AND NOT EXISTS (
  SELECT 1 FROM exception_end AS e WHERE e.request_id = x.request_id AND e.business_date < :business_date)
