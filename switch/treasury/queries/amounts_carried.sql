-- Payouts that were carried, with what is not paid, and those that bring such an amount forward.
SELECT p.business_date, p.merchant_id, COALESCE(s.name, p.merchant_id), p.terminal_id, p.remise_number, p.reference, p.currency, 'carried',
  CASE p.outcome WHEN 'carried' THEN -p.net_minor ELSE 0 END + p.brought_forward_minor, 0, 'carried to the next payout'
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR p.merchant_id = :merchant_id)
  AND CASE p.outcome WHEN 'carried' THEN -p.net_minor ELSE 0 END + p.brought_forward_minor <> 0
ORDER BY 1, 2, 6
