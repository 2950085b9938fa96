-- The decisions of the open exceptions, each with its request.
FROM open_exception AS x CROSS JOIN journal.decision AS d CROSS JOIN journal.request AS r
WHERE d.request_id = x.request_id AND r.id = x.request_id
