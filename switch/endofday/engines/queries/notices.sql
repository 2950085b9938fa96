-- In DuckDB's words: the file of an issuer, which begins with a line about the day; as queries/cleared_lines.sql writes its lines for
-- SQLite, where no text has to be escaped. `told_apart` has those that are written otherwise, `told_request` what they are of.
-- Rows are put in order, by one number (notices.PLACES_APART), before their lines are written, which are longer. That the request is the
-- issuer's own, as its presentment is, is said twice: so fewer requests are looked for.
SELECT COALESCE(line, CONCAT(
  '{"request": ', request_id, ', "amount_minor": ', amount_minor, ', "approved_minor": ', approved_minor, ', "key": ["',
  acquirer_id, '", "', terminal_id, '", "', stan, '", "', transmitted_at, '"], "local_at": "', local_at, '", "rrn": "', rrn,
  '", "approval_code": "', approval_code, '", "card": "', card, '"}'))
FROM (
  SELECT
    p.request_id, NULL AS line, p.amount_minor, COALESCE(d.approved_minor, 0) AS approved_minor, d.acquirer_id, d.terminal_id,
    d.stan, d.transmitted_at, d.local_at, d.rrn, p.approval_code, d.card, p.request_id * 65536 AS place
  FROM presentment AS p
  JOIN journal.decided AS d ON d.request_id = p.request_id
  WHERE p.issuer = $issuer AND d.issuer = $issuer AND p.request_id NOT IN (SELECT request_id FROM told_request)
  UNION ALL BY NAME
  SELECT line, request_id * 65536 + place AS place FROM told_apart
  UNION ALL BY NAME
  SELECT $first_line AS line, -1 AS place
  ORDER BY place
)
