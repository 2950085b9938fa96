-- The decisions of the date that approved something, each with its request.
FROM journal.decision AS d CROSS JOIN journal.request AS r
WHERE d.business_date = :business_date AND r.id = d.request_id AND COALESCE(d.approved_minor, d.captured_minor) IS NOT NULL
