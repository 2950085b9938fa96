-- What a day presented and the issuer booked otherwise, and what it booked and the day did not present.
WITH presented AS (
  SELECT request_id, amount_minor FROM presentment WHERE business_date = :business_date AND issuer = :issuer
  UNION ALL
  SELECT request_id, amount_minor FROM adjustment WHERE business_date = :business_date AND issuer = :issuer
  UNION ALL
  SELECT e.request_id, 0
  FROM released_item AS e CROSS JOIN journal.request AS q
  WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id AND q.issuer = :issuer
  UNION ALL
  SELECT e.request_id, 0
  FROM exception_end AS e CROSS JOIN journal.request AS q
  WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id AND q.issuer = :issuer
)
SELECT p.request_id, p.amount_minor, COALESCE(b.amount_minor, 0)
FROM presented AS p
LEFT JOIN book.booked_item AS b ON b.business_date = :business_date AND b.request_id = p.request_id
WHERE b.amount_minor IS NOT p.amount_minor
UNION ALL
SELECT b.request_id, 0, b.amount_minor
FROM book.booked_item AS b
WHERE b.business_date = :business_date AND b.request_id NOT IN (SELECT request_id FROM presented)
LIMIT :faults_shown_max
