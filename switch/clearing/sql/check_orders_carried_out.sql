-- Exceptions that are open after the close of the date, though a person wrote them off or nothing is left of them.
SELECT x.request_id, x.rrn
FROM exception_item AS x
LEFT JOIN exception_end AS e ON e.request_id = x.request_id AND e.business_date <= :business_date
WHERE x.business_date < :business_date AND e.request_id IS NULL AND (
  (SELECT o.action || o.pays_merchant FROM exception_order AS o
   WHERE o.request_id = x.request_id AND o.business_date <= :business_date ORDER BY o.id DESC LIMIT 1) IS 'write_off0'
  OR EXISTS (SELECT 1 FROM journal.reversal AS v
    WHERE v.original_id = x.request_id AND v.effective = 1 AND v.replacement_minor = 0 AND v.business_date <= :business_date))
ORDER BY x.request_id
LIMIT :faults_shown_max
