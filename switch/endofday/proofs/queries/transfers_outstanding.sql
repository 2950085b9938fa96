-- Payouts with a transfer that was issued while another one of the same payout was outstanding, or is one too many now. One that
-- the bank both rejected and settled, and that a person had paid again, was not paid: the person asked the bank.
WITH state AS (
  SELECT t.reference, t.attempt, t.end_to_end_id,
    COALESCE(MAX(e.verdict = 'returned'), 0) AS returned, COALESCE(MAX(e.verdict = 'rejected'), 0) AS rejected,
    COALESCE(MAX(e.verdict = 'settled'), 0) AS settled, COALESCE(MAX(e.verdict = 'released'), 0) AS released
  FROM transfer AS t
  LEFT JOIN transfer_event AS e ON e.end_to_end_id = t.end_to_end_id
  WHERE t.reference IN (SELECT reference FROM transfer WHERE attempt > 1)
  GROUP BY t.reference, t.attempt, t.end_to_end_id
)
SELECT s.reference, s.end_to_end_id, n.end_to_end_id
FROM state AS s
JOIN state AS n ON n.reference = s.reference AND n.attempt > s.attempt
WHERE NOT s.returned AND NOT s.rejected
UNION
SELECT s.reference, s.end_to_end_id, n.end_to_end_id
FROM state AS s
JOIN state AS n ON n.reference = s.reference AND n.attempt > s.attempt
WHERE NOT s.returned AND s.settled AND NOT s.released AND n.settled AND NOT n.returned
ORDER BY 1, 2, 3
LIMIT :faults_shown_max
