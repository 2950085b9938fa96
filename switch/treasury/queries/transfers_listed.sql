-- Payouts that are to be paid, each with its last transfer and what the bank said of it: of one date, or of the last one and of
-- every earlier one that is not accepted.
SELECT p.reference, p.business_date, p.merchant_id, COALESCE(c.paid_currency, p.currency), COALESCE(c.paid_minor, p.net_minor),
  COALESCE(t.requested_date, p.value_date),
  COALESCE(t.end_to_end_id, ''), COALESCE(t.attempt, 0), COALESCE(t.message_id, ''), COALESCE(t.rib, p.rib),
  COALESCE((SELECT GROUP_CONCAT(verdict, ' ') FROM transfer_event AS e WHERE e.end_to_end_id = t.end_to_end_id), ''),
  COALESCE((SELECT TRIM(code || ' ' || words) FROM transfer_event AS e
    WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict IN ('rejected', 'returned', 'released') ORDER BY id DESC LIMIT 1), '')
FROM payout AS p
LEFT JOIN payout_conversion AS c ON c.reference = p.reference
LEFT JOIN transfer AS t ON t.reference = p.reference
  AND t.attempt = (SELECT MAX(attempt) FROM transfer AS n WHERE n.reference = p.reference)
WHERE p.outcome = 'paid'
  AND (p.business_date = :business_date
    OR :reference = p.reference
    OR (:waiting AND (
      NOT EXISTS (SELECT 1 FROM transfer_event AS e
        WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict IN ('accepted', 'settled'))
      OR EXISTS (SELECT 1 FROM transfer_event AS e
        WHERE e.end_to_end_id = t.end_to_end_id AND e.verdict IN ('rejected', 'returned')))))
ORDER BY p.business_date, p.reference
