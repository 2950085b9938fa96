-- The requests that the short tables of a date name, or will: of reversals of what was decided before, of adjustments and disputes,
-- and of exceptions that were open when it began.
SELECT v.original_id FROM journal.reversal AS v
JOIN journal.decision AS d ON d.request_id = v.original_id
WHERE v.effective = 1 AND v.business_date = :business_date AND d.business_date < :business_date
UNION
SELECT request_id FROM adjustment WHERE business_date = :business_date
UNION
SELECT request_id FROM dispute_event WHERE business_date = :business_date
UNION
SELECT x.request_id FROM exception_item AS x LEFT JOIN exception_end AS e ON e.request_id = x.request_id
WHERE x.business_date <= :business_date AND (e.request_id IS NULL OR e.business_date >= :business_date)
