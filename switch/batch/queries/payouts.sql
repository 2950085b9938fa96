-- What a line of a bank account may be: the payouts between two dates, by business date or by value date.
SELECT p.reference, p.business_date, p.value_date, p.merchant_id, COALESCE(s.name, ''), p.outcome, p.currency,
  p.presentment_count, p.gross_minor, p.net_minor
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date BETWEEN :first AND :last OR p.value_date BETWEEN :first AND :last
ORDER BY p.business_date, p.reference
