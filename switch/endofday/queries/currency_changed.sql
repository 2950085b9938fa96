-- The first merchant whose contract names another currency than one in which something of it is open or moves on the date: what
-- the contract names, what it is to name, and why. Read before anything of the date is written, after merchants are staged. What
-- is carried to the next payout in its currency may wait for it, and disputes pass on a date on which it sells nothing else.
WITH moving AS (
  SELECT p.merchant_id, p.currency, 'its sales in it are reversed' AS reason
  FROM remainder AS v CROSS JOIN presentment AS p
  WHERE p.request_id = v.request_id AND v.decided_on < :business_date
  UNION ALL
  SELECT x.merchant_id, x.currency, 'its sales in it are reversed'
  FROM remainder AS v CROSS JOIN exception_end AS e CROSS JOIN exception_item AS x
  JOIN exception_order AS o ON o.id = e.order_id
  WHERE e.request_id = v.request_id AND e.outcome = 'written_off' AND x.request_id = e.request_id AND o.pays_merchant = 1
  UNION ALL
  SELECT p.merchant_id, p.currency, 'its sales in it are disputed'
  FROM dispute_event AS v CROSS JOIN presentment AS p
  WHERE p.request_id = v.request_id AND v.business_date = :business_date AND EXISTS (
    SELECT 1 FROM captured AS c WHERE c.merchant_id = p.merchant_id AND c.exception_reason IS NULL)
  UNION ALL
  SELECT m.merchant_id, e.currency, 'amounts in it are held back'
  FROM card_acceptor AS m CROSS JOIN merchant_entry AS e
  WHERE e.merchant_id = m.merchant_id AND e.kind IN ('reserve', 'reserve_release', 'deposit', 'deposit_release')
    AND e.currency <> m.currency
  GROUP BY m.merchant_id, e.currency
  HAVING SUM(e.amount_minor) <> 0
)
SELECT w.merchant_id, m.currency, w.currency, w.reason
FROM moving AS w
JOIN card_acceptor AS m ON m.merchant_id = w.merchant_id
WHERE m.currency <> w.currency
ORDER BY w.merchant_id, w.currency, w.reason
LIMIT 1
