-- The last transfers of payouts that the bank rejected or returned, with everything it said of each.
SELECT t.end_to_end_id, t.reference, t.attempt,
  (SELECT GROUP_CONCAT(verdict, ' ') FROM transfer_event AS v WHERE v.end_to_end_id = t.end_to_end_id),
  MAX(e.business_date)
FROM transfer_event AS e
JOIN transfer AS t ON t.end_to_end_id = e.end_to_end_id
WHERE e.verdict IN ('rejected', 'returned')
  AND NOT EXISTS (SELECT 1 FROM transfer AS n WHERE n.reference = t.reference AND n.attempt > t.attempt)
GROUP BY t.end_to_end_id, t.reference, t.attempt
ORDER BY t.reference
