-- Merchants that are below zero on the date still, and have been on every date with a payout for as long as their contract
-- carries them: all that is left to pay once the date's payout took its part. That is the one that the entry goes to, the largest
-- of the date: remises that are paid apart are paid, or carried, apart. The last source of entries, for it counts the others in.
INSERT INTO direct_debit (reference, business_date, merchant_id, rib, currency, amount_minor, owed_since, value_date)
WITH balance AS (
  SELECT p.merchant_id, p.currency, p.business_date,
    SUM(CASE p.outcome WHEN 'carried' THEN p.net_minor ELSE 0 END) AS carried_minor
  FROM payout AS p
  WHERE p.business_date < :business_date
    AND p.merchant_id IN (SELECT merchant_id FROM card_acceptor WHERE debit_after_days > 0)
  GROUP BY p.merchant_id, p.currency, p.business_date
), latest AS (
  SELECT merchant_id, currency, MAX(business_date) AS business_date FROM balance GROUP BY merchant_id, currency
), above AS (
  SELECT merchant_id, currency, MAX(business_date) AS business_date
  FROM balance WHERE carried_minor >= 0 GROUP BY merchant_id, currency
), owing AS (
  SELECT b.merchant_id, b.currency, b.carried_minor,
    (SELECT MIN(n.business_date) FROM balance AS n
     WHERE n.merchant_id = b.merchant_id AND n.currency = b.currency AND n.business_date > COALESCE(a.business_date, ''))
      AS owed_since
  FROM balance AS b
  JOIN latest AS l ON l.merchant_id = b.merchant_id AND l.currency = b.currency AND l.business_date = b.business_date
  LEFT JOIN above AS a ON a.merchant_id = b.merchant_id AND a.currency = b.currency
  WHERE b.carried_minor < 0
), part AS (
  SELECT r.merchant_id, r.currency, r.terminal_id, r.remise_number, r.net_minor
  FROM owing AS o CROSS JOIN remise_total AS r
  WHERE r.merchant_id = o.merchant_id AND r.currency = o.currency
  UNION ALL
  SELECT e.merchant_id, e.currency, e.terminal_id, e.remise_number, e.amount_minor + e.vat_minor
  FROM owing AS o CROSS JOIN merchant_entry AS e
  WHERE e.business_date = :business_date AND e.merchant_id = o.merchant_id AND e.currency = o.currency AND e.remise_number > 0
), payable AS (
  SELECT a.merchant_id, a.currency, SUM(a.net_minor) AS net_minor
  FROM part AS a
  JOIN card_acceptor AS m ON m.merchant_id = a.merchant_id
  GROUP BY a.merchant_id, a.currency, CASE m.paid_by WHEN 'merchant' THEN '' ELSE a.terminal_id END,
    CASE m.paid_by WHEN 'merchant' THEN 0 ELSE a.remise_number END
), due AS (
  SELECT o.merchant_id, o.currency, o.owed_since, m.rib, m.debit_after_days,
    o.carried_minor
    + COALESCE((SELECT MAX(y.net_minor) FROM payable AS y WHERE y.merchant_id = o.merchant_id AND y.currency = o.currency), 0)
    + COALESCE((SELECT SUM(e.amount_minor + e.vat_minor) FROM merchant_entry AS e
      WHERE e.business_date = :business_date AND e.merchant_id = o.merchant_id AND e.currency = o.currency
        AND e.remise_number = 0), 0) AS net_minor
  FROM owing AS o
  JOIN card_acceptor AS m ON m.merchant_id = o.merchant_id AND m.currency = o.currency
)
SELECT :business_date || '-' || merchant_id || '-DEBIT', :business_date, merchant_id, rib, currency, -net_minor, owed_since,
  :value_date
FROM due
WHERE net_minor < 0 AND julianday(:business_date) - julianday(owed_since) >= debit_after_days
