-- The oldest closed date that has a payout no transfer was issued for.
SELECT MIN(p.business_date)
FROM payout AS p
WHERE p.outcome = 'paid' AND NOT EXISTS (SELECT 1 FROM transfer AS t WHERE t.reference = p.reference)
