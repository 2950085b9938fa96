-- In DuckDB's words: the lines of statements, each written as CSV and as text, as settlement/ready/ready_lines.sql writes them for
-- SQLite. `mark` has a row for each merchant: what its lines of CSV begin with, its years, its marks. What is written by `two`,
-- `padded`, `room` and `marked` (line_words.sql) would take twice as long by LPAD and RPAD.
-- are_odd: they are not written as they are, for an amount is larger or below zero, or a text or a local time is not plain.
WITH line AS (
  SELECT
    p.merchant_id, p.transaction_type, p.request_id,
    LEAST(p.amount_minor, p.discount_minor, p.vat_minor, p.net_minor) < 0
      OR GREATEST(p.amount_minor, p.discount_minor, p.vat_minor, p.net_minor) > m.most_minor
      OR NOT REGEXP_FULL_MATCH(p.local_at, '[0-9]{10}')
      OR CONTAINS(p.terminal_id, CHR(0)) OR CONTAINS(p.scheme, CHR(0)) OR CONTAINS(p.product, CHR(0)) OR CONTAINS(p.rrn, CHR(0))
      OR CONTAINS(p.approval_code, CHR(0)) AS is_odd,
    TRY_CAST(p.local_at AS BIGINT) AS moment,
    p.terminal_id, p.pan_masked, p.scheme, p.product, p.origin, p.channel, p.rrn, p.approval_code,
    m.prefix, m.year, m.other_month, m.other_year, m.currency, m.point, m.thousands, LENGTH(m.thousands) AS mark_width,
    m.domestic_mark, m.foreign_mark,
    p.discount_rate_basis_points AS rate,
    p.amount_minor // 100 AS gross, two(p.amount_minor % 100) AS gross_part,
    p.discount_minor // 100 AS discount, two(p.discount_minor % 100) AS discount_part,
    p.vat_minor // 100 AS vat, two(p.vat_minor % 100) AS vat_part,
    p.net_minor // 100 AS net, two(p.net_minor % 100) AS net_part
  FROM presentment AS p
  JOIN mark AS m ON m.merchant_id = p.merchant_id
  WHERE p.merchant_id BETWEEN $first AND $last
), timed AS (
  SELECT *, two(moment // 100000000) AS month, two(moment // 1000000 % 100) AS day, two(moment // 10000 % 100) AS hour,
    two(moment // 100 % 100) AS minute, two(moment % 100) AS second
  FROM line
), written AS (
  SELECT
    merchant_id, transaction_type, request_id, is_odd,
    CONCAT(
      prefix, ',', CASE month WHEN other_month THEN other_year ELSE year END, '-', month, '-', day, 'T', hour, ':', minute, ':',
      second, ',', terminal_id, ',', pan_masked, ',', scheme, ',', product, ',', origin, ',', channel, ',', transaction_type, ',',
      rrn, ',', approval_code, ',', currency, ',', gross, '.', gross_part, ',', rate, ',', discount, '.',
      discount_part, ',', vat, '.', vat_part, ',', net, '.', net_part, ',', CHR(13), CHR(10)) AS csv_line,
    CONCAT(
      day, '/', month, ' ', hour, ':', minute, ' ', padded(terminal_id, 8), ' ', padded(pan_masked, 19), ' ',
      padded(scheme, 10), ' ', CASE origin WHEN 'domestic' THEN domestic_mark ELSE foreign_mark END, ' ', padded(rrn, 12),
      ' ', padded(approval_code, 6), room(gross, 11, mark_width), marked(gross, thousands),
      point, gross_part, ' ', CASE WHEN rate < 1000 THEN ' ' ELSE '' END, rate // 100, point, two(rate % 100),
      room(discount, 10, mark_width), marked(discount, thousands), point, discount_part,
      room(vat, 9, mark_width), marked(vat, thousands), point, vat_part,
      room(net, 11, mark_width), marked(net, thousands), point, net_part, CHR(10)) AS text_line
  FROM timed
)
SELECT
  merchant_id, transaction_type, STRING_AGG(csv_line, '' ORDER BY request_id), STRING_AGG(text_line, '' ORDER BY request_id),
  COUNT(*), MAX(request_id), BOOL_OR(is_odd)
FROM written
GROUP BY merchant_id, transaction_type
