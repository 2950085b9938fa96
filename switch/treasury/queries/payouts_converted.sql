-- The payouts of some dates that were paid in another currency than that of the sales: what was sold, what it was worth, and what
-- was paid of that.
SELECT c.business_date, c.merchant_id, COALESCE(s.name, c.merchant_id), p.terminal_id, p.remise_number, c.reference, c.sold_minor,
  c.sold_currency, c.converted_minor, c.margin_minor, c.paid_minor, c.paid_currency, c.rate
FROM payout_conversion AS c
JOIN payout AS p ON p.reference = c.reference
LEFT JOIN statement AS s ON s.business_date = c.business_date AND s.merchant_id = c.merchant_id
WHERE c.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR c.merchant_id = :merchant_id)
ORDER BY 1, 2, 6
