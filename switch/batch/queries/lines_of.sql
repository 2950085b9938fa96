-- The presentments and adjustments that a payout, or a remise, is made of.
SELECT t.rrn, t.pan_masked, t.terminal_id, t.local_at, t.transaction_type, t.currency, t.amount_minor, t.net_minor, ''
FROM presentment AS t
WHERE t.business_date = :business_date AND t.merchant_id = :merchant_id
  AND (:remise_number = 0 OR (t.terminal_id = :terminal_id AND t.remise_number = :remise_number))
UNION ALL
SELECT t.rrn, t.pan_masked, t.terminal_id, t.local_at, t.transaction_type, t.currency, a.amount_minor, a.net_minor, a.adjusts
FROM adjustment AS a
JOIN presentment AS t ON t.request_id = a.request_id
WHERE a.business_date = :business_date AND a.merchant_id = :merchant_id
  AND (:remise_number = 0 OR (a.terminal_id = :terminal_id AND a.remise_number = :remise_number))
ORDER BY 9, 1
LIMIT :lines_shown_max
