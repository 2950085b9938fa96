-- In DuckDB's words: the lines of statements, each written as CSV and as text, as settlement/ready/ready_lines.sql writes them for
-- SQLite. `mark` has a row for each merchant: what its lines of CSV begin with, its years, its marks.
-- are_odd: they are not written as they are, for an amount is larger or below zero, or a text or a local time is not plain.
WITH line AS (
  SELECT
    p.merchant_id, p.transaction_type, p.request_id,
    LEAST(p.amount_minor, p.discount_minor, p.vat_minor, p.net_minor) < 0
      OR GREATEST(p.amount_minor, p.discount_minor, p.vat_minor, p.net_minor) > m.most_minor
      OR NOT REGEXP_FULL_MATCH(p.local_at, '[0-9]{10}')
      OR CONTAINS(CONCAT(p.terminal_id, p.scheme, p.product, p.rrn, p.approval_code), CHR(0)) AS is_odd,
    SUBSTR(p.local_at, 1, 2) AS month, SUBSTR(p.local_at, 3, 2) AS day, SUBSTR(p.local_at, 5, 2) AS hour,
    SUBSTR(p.local_at, 7, 2) AS minute, SUBSTR(p.local_at, 9, 2) AS second,
    p.terminal_id, p.pan_masked, p.scheme, p.product, p.origin, p.channel, p.rrn, p.approval_code,
    m.prefix, m.year, m.other_month, m.other_year, m.currency, m.point, m.thousands, m.domestic_mark, m.foreign_mark,
    p.discount_rate_basis_points AS rate,
    p.amount_minor // 100 AS gross_whole, LPAD(CAST(p.amount_minor % 100 AS VARCHAR), 2, '0') AS gross_part,
    p.discount_minor // 100 AS discount_whole, LPAD(CAST(p.discount_minor % 100 AS VARCHAR), 2, '0') AS discount_part,
    p.vat_minor // 100 AS vat_whole, LPAD(CAST(p.vat_minor % 100 AS VARCHAR), 2, '0') AS vat_part,
    p.net_minor // 100 AS net_whole, LPAD(CAST(p.net_minor % 100 AS VARCHAR), 2, '0') AS net_part
  FROM presentment AS p
  JOIN mark AS m ON m.merchant_id = p.merchant_id
  WHERE p.merchant_id BETWEEN $first AND $last
), written AS (
  SELECT
    merchant_id, transaction_type, request_id, is_odd,
    CONCAT(
      prefix, ',', CASE month WHEN other_month THEN other_year ELSE year END, '-', month, '-', day, 'T', hour, ':', minute, ':',
      second, ',', terminal_id, ',', pan_masked, ',', scheme, ',', product, ',', origin, ',', channel, ',', transaction_type, ',',
      rrn, ',', approval_code, ',', currency, ',', gross_whole, '.', gross_part, ',', rate, ',', discount_whole, '.',
      discount_part, ',', vat_whole, '.', vat_part, ',', net_whole, '.', net_part, ',', CHR(13), CHR(10)) AS csv_line,
    CONCAT(
      day, '/', month, ' ', hour, ':', minute, ' ', RPAD(terminal_id, 8, ' '), ' ', RPAD(pan_masked, 19, ' '), ' ',
      RPAD(scheme, 10, ' '), ' ', CASE origin WHEN 'domestic' THEN domestic_mark ELSE foreign_mark END, ' ', RPAD(rrn, 12, ' '),
      ' ', RPAD(approval_code, 6, ' '),
      LPAD(CASE WHEN gross_whole < 1000 THEN CAST(gross_whole AS VARCHAR)
        ELSE CONCAT(gross_whole // 1000, thousands, LPAD(CAST(gross_whole % 1000 AS VARCHAR), 3, '0')) END, 11, ' '),
      point, gross_part, ' ', CASE WHEN rate < 1000 THEN ' ' ELSE '' END, rate // 100, point,
      LPAD(CAST(rate % 100 AS VARCHAR), 2, '0'),
      LPAD(CASE WHEN discount_whole < 1000 THEN CAST(discount_whole AS VARCHAR)
        ELSE CONCAT(discount_whole // 1000, thousands, LPAD(CAST(discount_whole % 1000 AS VARCHAR), 3, '0')) END, 10, ' '),
      point, discount_part,
      LPAD(CASE WHEN vat_whole < 1000 THEN CAST(vat_whole AS VARCHAR)
        ELSE CONCAT(vat_whole // 1000, thousands, LPAD(CAST(vat_whole % 1000 AS VARCHAR), 3, '0')) END, 9, ' '),
      point, vat_part,
      LPAD(CASE WHEN net_whole < 1000 THEN CAST(net_whole AS VARCHAR)
        ELSE CONCAT(net_whole // 1000, thousands, LPAD(CAST(net_whole % 1000 AS VARCHAR), 3, '0')) END, 11, ' '),
      point, net_part, CHR(10)) AS text_line
  FROM line
)
SELECT
  merchant_id, transaction_type, STRING_AGG(csv_line, '' ORDER BY request_id), STRING_AGG(text_line, '' ORDER BY request_id),
  COUNT(*), MAX(request_id), BOOL_OR(is_odd)
FROM written
GROUP BY merchant_id, transaction_type
