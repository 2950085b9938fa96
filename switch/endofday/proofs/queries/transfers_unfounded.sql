-- Transfers of no payout that is to be paid, of another amount or currency, or of no file.
SELECT t.end_to_end_id, t.amount_minor, t.reference
FROM transfer AS t
LEFT JOIN payout_conversion AS c ON c.reference = t.reference
LEFT JOIN payout AS p
  ON p.reference = t.reference AND p.outcome = 'paid' AND COALESCE(c.paid_minor, p.net_minor) = t.amount_minor
  AND COALESCE(c.paid_currency, p.currency) = t.currency
LEFT JOIN payment_file AS f ON f.message_id = t.message_id
WHERE p.reference IS NULL OR f.message_id IS NULL
ORDER BY t.end_to_end_id
LIMIT :faults_shown_max
