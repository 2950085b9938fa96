-- All decisions of a closed date, and those of exceptions that it ended, each with its request.
FROM (
  SELECT request_id FROM journal.decision WHERE business_date = :business_date
  UNION
  SELECT request_id FROM exception_end WHERE business_date = :business_date
) AS e CROSS JOIN journal.decision AS d CROSS JOIN journal.request AS r
WHERE d.request_id = e.request_id AND r.id = e.request_id
