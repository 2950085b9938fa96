SELECT reason, '', COUNT(*), SUM(amount_minor), currency
FROM exception_item
WHERE business_date BETWEEN :first AND :last
GROUP BY reason, currency
ORDER BY COUNT(*) DESC, reason, currency
