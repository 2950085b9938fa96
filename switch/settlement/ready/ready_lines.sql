-- Some lines of a section of a statement, in its order, each written as CSV and as text. SQLite prints a million of them in less
-- time than it hands over their parts. The formats are ready_lines.py's; a whole part of an amount has its mark between
-- thousands where it has thousands, as statement.py writes it, up to most_minor.
-- A local time is divided as a number, which is quicker than to cut ten pieces off a text.
-- are_odd: they are not written as they are, for an amount is larger or below zero, a text would be cut at a NUL, or a local
-- time has not ten digits.
SELECT
  GROUP_CONCAT(csv_line, ''), GROUP_CONCAT(text_line, ''), COUNT(*), MAX(request_id),
  MIN(smallest_minor) < 0 OR MAX(amount_minor) > :most_minor OR MAX(nul_at) > 0 OR MAX(is_no_time) AS are_odd
FROM (
  SELECT
    request_id, amount_minor, MIN(amount_minor, discount_minor, vat_minor, net_minor) AS smallest_minor,
    INSTR(terminal_id || scheme || product || rrn || approval_code, CHAR(0)) AS nul_at,
    local_at <> PRINTF('%010d', local_at) AS is_no_time,
    PRINTF(:csv_line,
      CASE local_at / 100000000 WHEN :other_month THEN :other_year ELSE :year END, local_at / 100000000,
      local_at / 1000000 % 100, local_at / 10000 % 100, local_at / 100 % 100, local_at % 100, terminal_id, pan_masked,
      scheme, product, origin, channel, transaction_type, rrn, approval_code, amount_minor / 100, amount_minor % 100,
      discount_rate_basis_points, discount_minor / 100, discount_minor % 100, vat_minor / 100, vat_minor % 100,
      net_minor / 100, net_minor % 100) AS csv_line,
    PRINTF(:text_line,
      local_at / 1000000 % 100, local_at / 100000000, local_at / 10000 % 100, local_at / 100 % 100, terminal_id, pan_masked,
      scheme, CASE origin WHEN 'domestic' THEN :domestic_mark ELSE :foreign_mark END, rrn, approval_code,
      CASE WHEN amount_minor < 100000 THEN amount_minor / 100
        ELSE PRINTF('%d%s%03d', amount_minor / 100000, :thousands_mark, amount_minor / 100 % 1000) END, amount_minor % 100,
      discount_rate_basis_points / 100, discount_rate_basis_points % 100,
      CASE WHEN discount_minor < 100000 THEN discount_minor / 100
        ELSE PRINTF('%d%s%03d', discount_minor / 100000, :thousands_mark, discount_minor / 100 % 1000) END,
      discount_minor % 100,
      CASE WHEN vat_minor < 100000 THEN vat_minor / 100
        ELSE PRINTF('%d%s%03d', vat_minor / 100000, :thousands_mark, vat_minor / 100 % 1000) END, vat_minor % 100,
      CASE WHEN net_minor < 100000 THEN net_minor / 100
        ELSE PRINTF('%d%s%03d', net_minor / 100000, :thousands_mark, net_minor / 100 % 1000) END, net_minor % 100) AS text_line
  FROM presentment
  WHERE business_date = :business_date AND merchant_id = :merchant_id AND transaction_type = :transaction_type
    AND request_id > :after
  ORDER BY request_id
  LIMIT :lines_at_once
)
