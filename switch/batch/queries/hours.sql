-- By the hour at the card acceptor (DE 12).
SELECT SUBSTR(local_at, 5, 2), '', COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM presentment
WHERE business_date BETWEEN :first AND :last AND currency = :currency
GROUP BY SUBSTR(local_at, 5, 2)
ORDER BY 1
