-- What each payout of some dates is made of: the one place that knows what a remise is.
SELECT p.business_date, p.merchant_id, COALESCE(s.name, p.merchant_id), '', 0, p.reference, p.currency, p.gross_minor,
  p.discount_minor, p.vat_minor, p.gross_minor - p.discount_minor - p.vat_minor, 'VENTE PAR CARTE ' || p.reference
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR p.merchant_id = :merchant_id)
ORDER BY 1, 2, 4, 5
