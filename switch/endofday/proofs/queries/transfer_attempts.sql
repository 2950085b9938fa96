-- Payouts whose attempts are not numbered 1, 2, 3 …
SELECT reference, COUNT(*), MIN(attempt), MAX(attempt)
FROM transfer
GROUP BY reference
HAVING MIN(attempt) <> 1 OR MAX(attempt) <> COUNT(*)
ORDER BY reference
LIMIT :faults_shown_max
