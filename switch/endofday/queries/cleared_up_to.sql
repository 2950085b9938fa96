-- Up to which request so many items at most are read at once; NULL: there are no more than those.
SELECT MIN(up_to) FROM (
  SELECT * FROM (
    SELECT request_id AS up_to FROM temp.presented_by_request WHERE request_id > :after ORDER BY request_id
    LIMIT 1 OFFSET :items_at_once)
  UNION ALL
  SELECT * FROM (
    SELECT request_id FROM temp.cleared_beside WHERE request_id > :after ORDER BY request_id LIMIT 1 OFFSET :items_at_once)
)
