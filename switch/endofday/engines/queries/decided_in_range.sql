-- The decisions of a range of requests that approved something, each with its request.
FROM journal.decision AS d CROSS JOIN journal.request AS r
WHERE d.request_id BETWEEN :first AND :last AND r.id = d.request_id AND COALESCE(d.approved_minor, d.captured_minor) IS NOT NULL
