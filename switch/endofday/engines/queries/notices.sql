-- In DuckDB's words: the file of an issuer, which begins with a line about the day; as queries/cleared_lines.sql writes its lines for
-- SQLite, where no text has to be escaped. `told_apart` has those that are written otherwise, `told_request` what they are of.
SELECT line FROM (
  SELECT -1 AS request_id, 0 AS place, $first_line AS line
  UNION ALL
  SELECT p.request_id, 0, CONCAT(
    '{"request": ', p.request_id, ', "amount_minor": ', p.amount_minor, ', "approved_minor": ', COALESCE(d.approved_minor, 0),
    ', "key": ["', d.acquirer_id, '", "', d.terminal_id, '", "', d.stan, '", "', d.transmitted_at, '"], "local_at": "',
    d.local_at, '", "rrn": "', d.rrn, '", "approval_code": "', p.approval_code, '", "card": "', d.card, '"}')
  FROM presentment AS p
  JOIN journal.decided AS d ON d.request_id = p.request_id
  WHERE p.issuer = $issuer AND p.request_id NOT IN (SELECT request_id FROM told_request)
  UNION ALL
  SELECT request_id, place, line FROM told_apart
)
ORDER BY request_id, place
