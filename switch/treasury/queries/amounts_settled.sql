-- The amounts of some dates that change what a merchant is paid beside its remises.
SELECT e.business_date, e.merchant_id, COALESCE(s.name, e.merchant_id), e.terminal_id, e.remise_number,
  CASE e.line WHEN 1 THEN e.reference ELSE e.reference || '#' || e.line END, e.currency, e.kind, e.amount_minor, e.vat_minor,
  e.narrative
FROM merchant_entry AS e
LEFT JOIN statement AS s ON s.business_date = e.business_date AND s.merchant_id = e.merchant_id
WHERE e.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR e.merchant_id = :merchant_id)
ORDER BY 1, 2, 4, 5, 8, e.line
