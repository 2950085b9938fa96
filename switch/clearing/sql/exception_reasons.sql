-- Exceptions that stay open for another reason than the one that the books have last.
INSERT INTO exception_reason (request_id, business_date, reason)
SELECT a.request_id, :business_date, a.exception_reason
FROM captured AS a
JOIN open_exception AS x ON x.request_id = a.request_id
JOIN exception_item AS i ON i.request_id = a.request_id
WHERE a.exception_reason IS NOT NULL AND a.exception_reason <> COALESCE(
  (SELECT r.reason FROM exception_reason AS r
   WHERE r.request_id = a.request_id AND r.business_date < :business_date ORDER BY r.business_date DESC LIMIT 1), i.reason)
