-- The direct debits of some dates: what is taken from the account of a merchant below zero, on the value date.
SELECT d.business_date, d.merchant_id, COALESCE(s.name, d.merchant_id), d.reference, d.currency, d.amount_minor, d.value_date
FROM direct_debit AS d
LEFT JOIN statement AS s ON s.business_date = d.business_date AND s.merchant_id = d.merchant_id
WHERE d.business_date BETWEEN :first AND :last AND (:merchant_id IS NULL OR d.merchant_id = :merchant_id)
ORDER BY 1, 2, 4
