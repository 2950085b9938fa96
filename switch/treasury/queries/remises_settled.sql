-- The remises of some dates, the one place that knows what a remise is; of days that an earlier release closed, what was paid.
SELECT r.business_date, r.merchant_id, COALESCE(s.name, r.merchant_id), r.terminal_id, r.number, r.payout_reference, r.currency,
  r.gross_minor, r.discount_minor, r.vat_minor, r.net_minor, r.label
FROM remise AS r
LEFT JOIN statement AS s ON s.business_date = r.business_date AND s.merchant_id = r.merchant_id
WHERE r.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR r.merchant_id = :merchant_id)
UNION ALL
SELECT p.business_date, p.merchant_id, COALESCE(s.name, p.merchant_id), '', 0, p.reference, p.currency, p.gross_minor,
  p.discount_minor, p.vat_minor, p.gross_minor - p.discount_minor - p.vat_minor, 'VENTE PAR CARTE ' || p.reference
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR p.merchant_id = :merchant_id)
  AND (p.gross_minor <> 0 OR p.discount_minor <> 0 OR p.vat_minor <> 0)
  AND NOT EXISTS (SELECT 1 FROM remise AS r WHERE r.payout_reference = p.reference)
ORDER BY 1, 2, 4, 5
