-- Payouts whose suspense account is not at their amount while they wait to be paid again, or not at zero otherwise.
WITH suspended AS (
  SELECT t.reference, SUM(CASE WHEN q.account LIKE 'payout-suspense:%' THEN q.credit_minor - q.debit_minor ELSE 0 END) AS minor
  FROM transfer_posting AS q
  JOIN transfer AS t ON t.end_to_end_id = q.end_to_end_id
  GROUP BY t.reference
), waiting AS (
  SELECT t.reference, t.amount_minor AS minor
  FROM transfer_event AS e
  JOIN transfer AS t ON t.end_to_end_id = e.end_to_end_id
  WHERE e.verdict IN ('rejected', 'returned')
    AND NOT EXISTS (SELECT 1 FROM transfer AS n WHERE n.reference = t.reference AND n.attempt > t.attempt)
    AND (
      EXISTS (SELECT 1 FROM transfer_event AS r WHERE r.end_to_end_id = t.end_to_end_id AND r.verdict IN ('returned', 'released'))
      OR NOT EXISTS (SELECT 1 FROM transfer_event AS r WHERE r.end_to_end_id = t.end_to_end_id AND r.verdict = 'settled'))
  GROUP BY t.reference, t.amount_minor
), compared AS (
  SELECT reference, SUM(booked) AS booked, SUM(expected) AS expected
  FROM (
    SELECT reference, minor AS booked, 0 AS expected FROM suspended
    UNION ALL
    SELECT reference, 0, minor FROM waiting
  ) AS both_sides
  GROUP BY reference
)
SELECT reference, booked, expected FROM compared WHERE booked <> expected ORDER BY reference LIMIT :faults_shown_max
