-- The holds that requests of the date captured, by the request.
SELECT l.released_by, r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.local_at, r.rrn
FROM released_item AS l CROSS JOIN journal.request AS r ON r.id = l.request_id
WHERE l.business_date = :business_date AND l.outcome = 'captured'
ORDER BY l.released_by, l.request_id
