-- How many items each issuer is told of a date: as many as cleared_items has of it.
SELECT issuer, SUM(items)
FROM (
  SELECT issuer, COUNT(*) AS items FROM presentment WHERE business_date = :business_date GROUP BY issuer
  UNION ALL
  SELECT issuer, COUNT(*) FROM adjustment WHERE business_date = :business_date GROUP BY issuer
  UNION ALL
  SELECT q.issuer, COUNT(*)
  FROM released_item AS e CROSS JOIN journal.request AS q
  WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id GROUP BY q.issuer
  UNION ALL
  SELECT q.issuer, COUNT(*)
  FROM exception_end AS e CROSS JOIN journal.request AS q
  WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id GROUP BY q.issuer
) AS counted
GROUP BY issuer
