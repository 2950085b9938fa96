"""The SQL that settles a cleared date: discount, VAT, payouts and statement heads; same rules as ``clearing.presentments``.

It reads the temporary tables ``cube`` and ``card_acceptor`` that clearing left, and writes the books.
"""

from __future__ import annotations

from switch.clearing.ledger import COUNTS, POST, POSTED

#: A payout carried (nothing above zero to pay) is brought forward by the next payout of its merchant in its currency.
PAYOUTS = f"""
INSERT INTO payout (
  business_date, merchant_id, reference, rib, currency, presentment_count, adjustment_count, gross_minor, discount_minor,
  vat_minor, brought_forward_minor, net_minor, outcome, value_date)
WITH earned AS (
  SELECT
    merchant_id, currency, {COUNTS}, SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor,
    SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor
  FROM cube
  GROUP BY merchant_id, currency
), latest AS (
  SELECT merchant_id, currency, MAX(business_date) AS business_date FROM payout GROUP BY merchant_id, currency
), carried AS (
  SELECT p.merchant_id, p.currency, p.net_minor
  FROM payout AS p
  JOIN latest AS l ON l.merchant_id = p.merchant_id AND l.currency = p.currency AND l.business_date = p.business_date
  WHERE p.outcome = 'carried'
)
SELECT
  :business_date, e.merchant_id, :business_date || '-' || e.merchant_id, m.rib, e.currency, e.presentment_count,
  e.adjustment_count, e.gross_minor, e.discount_minor, e.vat_minor, COALESCE(c.net_minor, 0),
  e.net_minor + COALESCE(c.net_minor, 0),
  CASE WHEN e.net_minor + COALESCE(c.net_minor, 0) > 0 THEN 'paid' ELSE 'carried' END,
  :value_date
FROM earned AS e
JOIN card_acceptor AS m ON m.merchant_id = e.merchant_id
LEFT JOIN carried AS c ON c.merchant_id = e.merchant_id AND c.currency = e.currency
"""

#: One entry for each merchant and each of discount, VAT and payout; of refunds and of adjustments there are entries apart.
PAYOUT_POSTINGS = f"""
{POST}
WITH charge AS (
  SELECT merchant_id, currency, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
    CASE kind WHEN 'adjustment' THEN '/adjustment' ELSE '' END || CASE subject WHEN 'refund' THEN '/refund' ELSE '' END
      AS suffix,
    CASE WHEN SUM(gross_minor) < 0 THEN ' given back' ELSE '' END AS remark
  FROM cube
  GROUP BY merchant_id, currency, kind, subject
), moved AS (
  SELECT 'discount' AS kind, merchant_id, suffix, currency, discount_minor AS amount_minor, 'discount-income' AS account,
    :business_date AS value_date, 'merchant discount' || remark AS narrative
  FROM charge
  UNION ALL
  SELECT 'vat', merchant_id, suffix, currency, vat_minor, 'vat-collected', :business_date,
    'VAT on the merchant discount' || remark
  FROM charge
  UNION ALL
  SELECT 'payout', merchant_id, '', currency, net_minor, 'settlement-account', value_date, 'payout ' || reference
  FROM payout WHERE business_date = :business_date AND outcome = 'paid'
), movement AS (
  SELECT :business_date || '/' || kind || '/' || merchant_id || suffix AS entry_id, 1 AS line, kind,
    'merchant-payable:' || merchant_id AS account, amount_minor, currency, value_date, narrative
  FROM moved
  UNION ALL
  SELECT :business_date || '/' || kind || '/' || merchant_id || suffix, 2, kind, account, -amount_minor, currency, value_date,
    narrative
  FROM moved
)
{POSTED}
"""

STATEMENTS = """
INSERT INTO statement (business_date, merchant_id, name, city, language, address, ice)
SELECT p.business_date, p.merchant_id, m.name, m.city, m.language, m.address, m.ice
FROM payout AS p
JOIN card_acceptor AS m ON m.merchant_id = p.merchant_id
WHERE p.business_date = :business_date
"""

STATEMENT_TOTALS = f"""
INSERT INTO statement_total (
  business_date, merchant_id, origin, presentment_count, adjustment_count, gross_minor, discount_minor, vat_minor, net_minor)
SELECT
  :business_date, merchant_id, origin, {COUNTS}, SUM(gross_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM cube
GROUP BY merchant_id, origin
"""

TYPE_TOTALS = """
INSERT INTO type_total (
  business_date, merchant_id, transaction_type, presentment_count, gross_minor, discount_minor, vat_minor, net_minor)
SELECT
  :business_date, merchant_id, transaction_type, SUM(line_count), SUM(gross_minor), SUM(discount_minor), SUM(vat_minor),
  SUM(net_minor)
FROM cube
WHERE kind = 'presentment'
GROUP BY merchant_id, transaction_type
"""

#: In this order, after clearing; the parameters are business_date and value_date.
SETTLE = (PAYOUTS, PAYOUT_POSTINGS, STATEMENTS, STATEMENT_TOTALS, TYPE_TOTALS)

#: The head of a merchant's statement, in the order of the fields of ``statement.Head``.
STATEMENT_HEAD = """
SELECT
  d.centre_name, s.business_date, s.merchant_id, s.name, s.city, s.language, p.rib, p.reference, p.value_date, p.currency,
  p.presentment_count, p.adjustment_count, p.gross_minor, p.discount_minor, p.vat_minor, p.brought_forward_minor, p.net_minor,
  p.outcome, d.vat_rate_basis_points, s.address, s.ice
FROM statement AS s
JOIN payout AS p ON p.business_date = s.business_date AND p.merchant_id = s.merchant_id
JOIN closed_day AS d ON d.business_date = s.business_date
WHERE s.business_date = :business_date AND s.merchant_id = :merchant_id
"""

#: Totals for each origin, in the order of the fields of ``statement.StatementTotal``.
STATEMENT_TOTALS_OF = """
SELECT origin, presentment_count + adjustment_count, gross_minor, discount_minor, vat_minor, net_minor
FROM statement_total
WHERE business_date = :business_date AND merchant_id = :merchant_id
ORDER BY origin
"""

#: The same for each type of transaction, adjustments apart.
TYPE_TOTALS_OF = """
SELECT transaction_type, presentment_count, gross_minor, discount_minor, vat_minor, net_minor
FROM type_total
WHERE business_date = :business_date AND merchant_id = :merchant_id
ORDER BY transaction_type
"""

#: The same of the adjustments, where there are any.
STATEMENT_ADJUSTED = """
SELECT 'adjusted', COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM adjustment
WHERE business_date = :business_date AND merchant_id = :merchant_id
"""

#: The lines of one type of transaction in the order the centre took the requests in, as the fields of ``statement.Line``.
STATEMENT_LINES = """
SELECT
  local_at, terminal_id, pan_masked, scheme, product, origin, channel, transaction_type, rrn, approval_code,
  amount_minor, discount_rate_basis_points, discount_minor, vat_minor, net_minor, ''
FROM presentment
WHERE business_date = :business_date AND merchant_id = :merchant_id AND transaction_type = :transaction_type
ORDER BY request_id
"""

#: The lines that take back what stood on earlier statements, in the same order and fields.
STATEMENT_ADJUSTMENTS = """
SELECT
  p.local_at, p.terminal_id, p.pan_masked, p.scheme, p.product, p.origin, p.channel, 'reversal', p.rrn, p.approval_code,
  a.amount_minor, p.discount_rate_basis_points, a.discount_minor, a.vat_minor, a.net_minor, a.adjusts
FROM adjustment AS a
JOIN presentment AS p ON p.request_id = a.request_id
WHERE a.business_date = :business_date AND a.merchant_id = :merchant_id
ORDER BY a.request_id
"""
