-- The payouts of a date that no transfer was issued for. The one place that knows what a payout is paid as: a payout of a day
-- that an earlier release closed has no label.
SELECT p.reference, p.business_date, p.merchant_id, COALESCE(s.name, p.merchant_id), p.rib, COALESCE(c.paid_currency, p.currency),
  COALESCE(c.paid_minor, p.net_minor),
  p.value_date, CASE p.label WHEN '' THEN 'VENTE PAR CARTE ' || p.reference ELSE p.label END AS remittance
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
LEFT JOIN payout_conversion AS c ON c.reference = p.reference
WHERE p.outcome = 'paid' AND COALESCE(c.paid_minor, p.net_minor) > 0
  AND (p.business_date = :business_date AND NOT EXISTS (SELECT 1 FROM transfer AS t WHERE t.reference = p.reference)
    OR p.reference = :reference)
ORDER BY p.reference
