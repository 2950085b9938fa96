SELECT scheme, origin, COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM presentment
WHERE business_date BETWEEN :first AND :last AND currency = :currency
GROUP BY scheme, origin
ORDER BY SUM(amount_minor) DESC, scheme, origin
