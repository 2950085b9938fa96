SELECT response_code, CASE decided_by WHEN 'switch' THEN '' ELSE decided_by END, COUNT(*), 0, ''
FROM journal.decision
WHERE approved_minor IS NULL AND business_date IN (
  SELECT business_date FROM closed_day WHERE business_date BETWEEN :first AND :last)
GROUP BY response_code, decided_by
ORDER BY COUNT(*) DESC, response_code, decided_by
