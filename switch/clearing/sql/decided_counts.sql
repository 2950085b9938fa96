-- In one pass over the decisions of a date: how many there are, how many approve something, and of how many approvals nothing is due,
-- for nothing was captured, or never will be.
SELECT
  COUNT(*) AS decision_count, COUNT(d.approved_minor) AS approved_count,
  COUNT(*) FILTER (WHERE d.approved_minor IS NOT NULL AND COALESCE(d.captured_minor, 0) = 0
    AND (d.captured_minor = 0 OR (SELECT r.capture FROM journal.request AS r WHERE r.id = d.request_id) = 'never'))
    AS nothing_due_count
FROM journal.decision AS d
WHERE d.business_date = :business_date
