-- What a line of a bank account may be: the payouts between two dates, by business date or by value date, with what
-- those in another currency were paid as.
SELECT 'payout', p.reference, p.business_date, p.value_date, p.merchant_id, COALESCE(s.name, ''), p.terminal_id,
  p.remise_number, p.label, p.outcome, p.currency, p.presentment_count + p.adjustment_count, p.gross_minor, p.net_minor,
  c.paid_minor, c.paid_currency
FROM payout AS p
LEFT JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
LEFT JOIN payout_conversion AS c ON c.reference = p.reference
WHERE p.business_date BETWEEN :first AND :last OR p.value_date BETWEEN :first AND :last
UNION ALL
-- The remises that are paid with others of their merchant, each by itself.
SELECT 'remise', p.reference, r.business_date, p.value_date, r.merchant_id, COALESCE(s.name, ''), r.terminal_id, r.number,
  r.label, p.outcome, r.currency, r.presentment_count + r.adjustment_count, r.gross_minor, r.net_minor,
  NULL, NULL
FROM remise AS r
JOIN payout AS p ON p.reference = r.payout_reference
LEFT JOIN statement AS s ON s.business_date = r.business_date AND s.merchant_id = r.merchant_id
WHERE p.remise_number = 0
  AND (r.business_date BETWEEN :first AND :last OR p.value_date BETWEEN :first AND :last)
ORDER BY 3, 2, 7, 8
