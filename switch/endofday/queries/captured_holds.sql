-- The holds that requests of the date captured, or that exceptions captured which the date ended, by the request.
SELECT l.released_by, r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.local_at, r.rrn
FROM (
  SELECT request_id, released_by FROM released_item WHERE business_date = :business_date AND outcome = 'captured'
  UNION
  SELECT l.request_id, l.released_by
  FROM exception_end AS e CROSS JOIN journal.request AS c CROSS JOIN journal.request AS h CROSS JOIN released_item AS l
  WHERE e.business_date = :business_date AND c.id = e.request_id AND c.original_id IS NOT NULL
    AND (h.id = c.original_id OR h.original_id = c.original_id) AND l.request_id = h.id
    AND l.outcome = 'captured' AND l.released_by = c.id
) AS l
CROSS JOIN journal.request AS r ON r.id = l.request_id
ORDER BY l.released_by, l.request_id
