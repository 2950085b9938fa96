-- The requests that captures name as their originals (`named_request` has their numbers), and what else advises of these.
FROM (
  SELECT r.id FROM temp.named_request AS n CROSS JOIN journal.request AS r WHERE r.id = n.original_id
  UNION
  SELECT r.id FROM temp.named_request AS n CROSS JOIN journal.request AS r
  WHERE r.original_id = n.original_id AND r.function = 'advice' AND r.message_class = 'authorization'
) AS e CROSS JOIN journal.request AS r
WHERE r.id = e.id
