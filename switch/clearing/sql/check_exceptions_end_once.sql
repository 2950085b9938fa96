-- Ends of exceptions on the date that nothing stands behind, and presentments of earlier approvals that end no exception.
SELECT e.request_id, e.outcome
FROM exception_end AS e
LEFT JOIN exception_item AS x ON x.request_id = e.request_id AND x.business_date < e.business_date
LEFT JOIN presentment AS p
  ON p.request_id = e.request_id AND p.business_date = e.business_date AND p.amount_minor = e.amount_minor
LEFT JOIN journal.reversal AS v
  ON v.id = e.reversal_id AND v.original_id = e.request_id AND v.effective = 1 AND v.business_date <= e.business_date
LEFT JOIN exception_order AS o ON o.id = e.order_id AND o.request_id = e.request_id AND o.business_date <= e.business_date
WHERE e.business_date = :business_date AND (x.request_id IS NULL OR CASE e.outcome
    WHEN 'presented' THEN p.request_id IS NULL OR (e.order_id IS NOT NULL AND o.action IS NOT 'represent')
    WHEN 'reversed' THEN v.id IS NULL OR v.replacement_minor <> 0 OR e.amount_minor <> 0
    ELSE o.action IS NOT 'write_off' END
  OR (e.outcome <> 'presented' AND EXISTS (SELECT 1 FROM presentment AS q WHERE q.request_id = e.request_id)))
UNION ALL
SELECT x.request_id, 'presented'
FROM exception_item AS x
CROSS JOIN presentment AS p
LEFT JOIN exception_end AS e ON e.request_id = x.request_id AND e.business_date = p.business_date AND e.outcome = 'presented'
WHERE x.business_date <= :business_date AND p.request_id = x.request_id AND p.business_date = :business_date
  AND e.request_id IS NULL
ORDER BY 1
LIMIT :faults_shown_max
