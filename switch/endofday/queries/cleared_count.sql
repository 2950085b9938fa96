-- How many items an issuer is told of a date: as many as cleared_items has of it.
SELECT (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date AND issuer = :issuer)
  + (SELECT COUNT(*) FROM adjustment WHERE business_date = :business_date AND issuer = :issuer)
  + (SELECT COUNT(*) FROM released_item AS e CROSS JOIN journal.request AS q
     WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id AND q.issuer = :issuer)
  + (SELECT COUNT(*) FROM exception_end AS e CROSS JOIN journal.request AS q
     WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id AND q.issuer = :issuer)
