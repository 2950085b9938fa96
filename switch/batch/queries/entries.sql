-- What changes what merchants are paid besides their transactions, by kind.
SELECT kind, COUNT(*), SUM(amount_minor), SUM(vat_minor)
FROM merchant_entry
WHERE business_date BETWEEN :first AND :last AND currency = :currency
GROUP BY kind
ORDER BY kind
