-- The reversals that lower what was decided on the date.
FROM journal.reversal AS v CROSS JOIN journal.decision AS d
WHERE v.effective = 1 AND v.business_date <= :business_date AND d.request_id = v.original_id
  AND d.business_date = :business_date
