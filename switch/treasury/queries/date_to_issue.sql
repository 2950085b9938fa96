-- The oldest closed date that has a payout no transfer was issued for.
SELECT MIN(p.business_date)
FROM payout AS p
LEFT JOIN payout_conversion AS c ON c.reference = p.reference
WHERE p.outcome = 'paid' AND COALESCE(c.paid_minor, p.net_minor) > 0
  AND NOT EXISTS (SELECT 1 FROM transfer AS t WHERE t.reference = p.reference)
