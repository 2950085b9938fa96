-- The business dates of the journal with what was decided and reversed on them.
SELECT business_date, SUM(decisions), SUM(approvals), SUM(reversals)
FROM (
  SELECT business_date, COUNT(*) AS decisions,
    SUM(CASE WHEN approved_minor IS NULL THEN 0 ELSE 1 END) AS approvals, 0 AS reversals
  FROM journal.decision GROUP BY business_date
  UNION ALL
  SELECT business_date, 0, 0, COUNT(*) FROM journal.reversal WHERE effective = 1 GROUP BY business_date
) AS counted
GROUP BY business_date ORDER BY business_date
