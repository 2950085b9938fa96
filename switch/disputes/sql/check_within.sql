-- Sales of which an event of the date left more charged back, in all dossiers, than was presented less what reversals of earlier
-- dates left of it.
WITH touched AS (
  SELECT DISTINCT v.request_id FROM dispute_event AS v
  WHERE v.business_date = :business_date AND v.kind IN ('chargeback', 'second_chargeback')
), standing AS (
  SELECT t.request_id, SUM(e.outstanding_minor) AS outstanding_minor
  FROM touched AS t
  JOIN dispute_event AS e ON e.request_id = t.request_id
  WHERE e.number = (
    SELECT MAX(l.number) FROM dispute_event AS l WHERE l.dossier = e.dossier AND l.business_date <= :business_date)
  GROUP BY t.request_id
)
SELECT s.request_id, s.outstanding_minor, p.amount_minor
FROM standing AS s
LEFT JOIN presentment AS p ON p.request_id = s.request_id
WHERE p.request_id IS NULL OR s.outstanding_minor > MIN(p.amount_minor, COALESCE((
  SELECT MIN(v.replacement_minor) FROM journal.reversal AS v
  WHERE v.original_id = s.request_id AND v.effective = 1 AND v.business_date < :business_date), p.amount_minor))
ORDER BY s.request_id
LIMIT :faults_shown_max
