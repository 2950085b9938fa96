SELECT business_date, '', presentment_count + adjustment_count, gross_minor, discount_minor, vat_minor, net_minor
FROM day_total
WHERE business_date BETWEEN :first AND :last AND currency = :currency
ORDER BY business_date
