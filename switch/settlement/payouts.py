"""The SQL that settles a cleared date: discount, VAT, payouts and statement heads; same rules as ``clearing.presentments``.

It reads the temporary tables ``cube``, ``numbered_remise`` and ``card_acceptor`` that clearing left, and writes the books.
"""

from __future__ import annotations

from switch.clearing.ledger import COUNTS, POST, POSTED
from switch.settlement.fees.conversion import CONVERSION_POSTINGS, CONVERSIONS

#: What each remise comes to.
REMISE_TOTALS = f"""
CREATE TEMP TABLE remise_total AS
SELECT
  merchant_id, terminal_id, remise_number, currency, {COUNTS}, SUM(gross_minor) AS gross_minor,
  SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor
FROM cube
GROUP BY merchant_id, terminal_id, remise_number, currency
"""

#: The entries of no remise, once all sources of entries ran.
MERCHANT_DUE_TABLE = """
CREATE TEMP TABLE merchant_due (
  merchant_id TEXT, currency TEXT, entry_count INTEGER, entries_minor INTEGER, entries_vat_minor INTEGER,
  PRIMARY KEY (merchant_id, currency))
"""
MERCHANT_DUES = """
INSERT INTO merchant_due (merchant_id, currency, entry_count, entries_minor, entries_vat_minor)
SELECT merchant_id, currency, COUNT(*), SUM(amount_minor), SUM(vat_minor)
FROM merchant_entry
WHERE business_date = :business_date AND remise_number = 0
GROUP BY merchant_id, currency
"""

#: A remise is paid by itself, or with all that its merchant is due on the date, as the contract says; entries of a remise go
#: with it. Entries of no remise, and what was carried, go to the merchant's largest payout of the date (of equal ones the first
#: terminal's), or make one of their own where nothing else is due.
#: A payout with nothing above zero to pay is carried: the merchant's next date with a payout brings it forward, in the same
#: currency, together with whatever else the date before carried.
PAYOUTS = """
INSERT INTO payout (
  business_date, merchant_id, terminal_id, remise_number, reference, label, rib, currency, presentment_count, adjustment_count,
  gross_minor, discount_minor, vat_minor, entry_count, entries_minor, entries_vat_minor, brought_forward_minor, net_minor,
  outcome, value_date, account_currency)
WITH part AS (
  SELECT merchant_id, terminal_id, remise_number, currency, presentment_count, adjustment_count, gross_minor, discount_minor,
    vat_minor, 0 AS entry_count, 0 AS entries_minor, 0 AS entries_vat_minor
  FROM remise_total
  UNION ALL
  SELECT merchant_id, terminal_id, remise_number, currency, 0, 0, 0, 0, 0, COUNT(*), SUM(amount_minor), SUM(vat_minor)
  FROM merchant_entry
  WHERE business_date = :business_date AND remise_number > 0
  GROUP BY merchant_id, terminal_id, remise_number, currency
), due AS (
  SELECT
    p.merchant_id, CASE m.paid_by WHEN 'merchant' THEN '' ELSE p.terminal_id END AS terminal_id,
    CASE m.paid_by WHEN 'merchant' THEN 0 ELSE p.remise_number END AS remise_number, p.currency,
    SUM(p.presentment_count) AS presentment_count, SUM(p.adjustment_count) AS adjustment_count,
    SUM(p.gross_minor) AS gross_minor, SUM(p.discount_minor) AS discount_minor, SUM(p.vat_minor) AS vat_minor,
    SUM(p.entry_count) AS entry_count, SUM(p.entries_minor) AS entries_minor, SUM(p.entries_vat_minor) AS entries_vat_minor
  FROM part AS p
  JOIN card_acceptor AS m ON m.merchant_id = p.merchant_id
  GROUP BY 1, 2, 3, 4
), ranked AS (
  SELECT
    due.*, ROW_NUMBER() OVER (
      PARTITION BY merchant_id, currency
      ORDER BY gross_minor - discount_minor - vat_minor + entries_minor + entries_vat_minor DESC, terminal_id, remise_number
    ) AS place
  FROM due
), whole AS (
  SELECT
    d.merchant_id, d.terminal_id, d.remise_number, d.currency, d.presentment_count, d.adjustment_count, d.gross_minor,
    d.discount_minor, d.vat_minor, d.entry_count + COALESCE(o.entry_count, 0) AS entry_count,
    d.entries_minor + COALESCE(o.entries_minor, 0) AS entries_minor,
    d.entries_vat_minor + COALESCE(o.entries_vat_minor, 0) AS entries_vat_minor, d.place = 1 AS is_first
  FROM ranked AS d
  LEFT JOIN merchant_due AS o ON d.place = 1 AND o.merchant_id = d.merchant_id AND o.currency = d.currency
  UNION ALL
  SELECT
    o.merchant_id, '', 0, o.currency, 0, 0, 0, 0, 0, o.entry_count, o.entries_minor, o.entries_vat_minor, 1
  FROM merchant_due AS o
  WHERE NOT EXISTS (SELECT 1 FROM due AS d WHERE d.merchant_id = o.merchant_id AND d.currency = o.currency)
), forwarded AS (
  SELECT
    whole.*, CASE WHEN is_first THEN COALESCE((
      SELECT SUM(e.net_minor)
      FROM payout AS e
      WHERE e.merchant_id = whole.merchant_id AND e.currency = whole.currency AND e.outcome = 'carried' AND e.business_date = (
        SELECT MAX(l.business_date) FROM payout AS l
        WHERE l.merchant_id = whole.merchant_id AND l.currency = whole.currency AND l.business_date < :business_date)
    ), 0) ELSE 0 END AS brought_forward_minor
  FROM whole
), summed AS (
  SELECT
    f.*, f.gross_minor - f.discount_minor - f.vat_minor + f.entries_minor + f.entries_vat_minor + f.brought_forward_minor
      AS net_minor,
    :business_date || '-' || CASE f.remise_number
      WHEN 0 THEN f.merchant_id ELSE f.terminal_id || '-' || SUBSTR(CAST(1000000 + f.remise_number AS TEXT), 2)
    END AS reference
  FROM forwarded AS f
), named AS (
  SELECT
    s.*, ROW_NUMBER() OVER (
      PARTITION BY s.reference ORDER BY s.merchant_id, s.terminal_id, s.remise_number, s.currency
    ) AS alike
  FROM summed AS s
)
SELECT
  :business_date, n.merchant_id, n.terminal_id, n.remise_number,
  CASE n.alike WHEN 1 THEN n.reference ELSE n.reference || '-' || n.alike END,
  REPLACE(REPLACE(REPLACE(REPLACE(m.payout_label,
    '{remise}', CASE n.remise_number
      WHEN 0 THEN REPLACE(:business_date, '-', '') ELSE SUBSTR(CAST(1000000 + n.remise_number AS TEXT), 2) END),
    '{terminal}', CASE n.remise_number WHEN 0 THEN n.merchant_id ELSE n.terminal_id END),
    '{merchant}', n.merchant_id), '{date}', :business_date),
  m.rib, n.currency, n.presentment_count, n.adjustment_count, n.gross_minor, n.discount_minor, n.vat_minor, n.entry_count,
  n.entries_minor, n.entries_vat_minor, n.brought_forward_minor, n.net_minor,
  CASE WHEN n.net_minor > 0 THEN 'paid' ELSE 'carried' END, :value_date,
  m.account_currency
FROM named AS n
JOIN card_acceptor AS m ON m.merchant_id = n.merchant_id
ORDER BY n.merchant_id, n.terminal_id, n.remise_number, n.currency
"""

REMISES = """
INSERT INTO remise (
  business_date, merchant_id, terminal_id, number, ordinal, currency, presentment_count, adjustment_count, gross_minor,
  discount_minor, vat_minor, net_minor, label, payout_reference)
SELECT
  :business_date, r.merchant_id, r.terminal_id, r.remise_number, n.ordinal, r.currency, r.presentment_count,
  r.adjustment_count, r.gross_minor, r.discount_minor, r.vat_minor, r.net_minor,
  REPLACE(REPLACE(REPLACE(REPLACE(m.payout_label,
    '{remise}', SUBSTR(CAST(1000000 + r.remise_number AS TEXT), 2)), '{terminal}', r.terminal_id),
    '{merchant}', r.merchant_id), '{date}', :business_date),
  p.reference
FROM remise_total AS r
CROSS JOIN numbered_remise AS n
CROSS JOIN card_acceptor AS m
CROSS JOIN payout AS p
WHERE n.merchant_id = r.merchant_id AND n.terminal_id = r.terminal_id AND n.number = r.remise_number
  AND m.merchant_id = r.merchant_id
  AND p.business_date = :business_date AND p.merchant_id = r.merchant_id AND p.currency = r.currency
  AND p.terminal_id = CASE m.paid_by WHEN 'merchant' THEN '' ELSE r.terminal_id END
  AND p.remise_number = CASE m.paid_by WHEN 'merchant' THEN 0 ELSE r.remise_number END
ORDER BY r.merchant_id, r.terminal_id, r.remise_number
"""

#: One entry for each merchant and each of discount and VAT, of refunds and of adjustments apart, and one for each payout.
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
  SELECT 'discount' AS kind, merchant_id, merchant_id || suffix AS subject, currency, discount_minor AS amount_minor,
    'discount-income' AS account, :business_date AS value_date, 'merchant discount' || remark AS narrative
  FROM charge
  UNION ALL
  SELECT 'vat', merchant_id, merchant_id || suffix, currency, vat_minor, 'vat-collected', :business_date,
    'VAT on the merchant discount' || remark
  FROM charge
  UNION ALL
  SELECT 'payout', merchant_id, SUBSTR(reference, 12), currency, net_minor, 'settlement-account', value_date,
    'payout ' || reference
  FROM payout WHERE business_date = :business_date AND outcome = 'paid'
), movement AS (
  SELECT :business_date || '/' || kind || '/' || subject AS entry_id, 1 AS line, kind,
    'merchant-payable:' || merchant_id AS account, amount_minor, currency, value_date, narrative
  FROM moved
  UNION ALL
  SELECT :business_date || '/' || kind || '/' || subject, 2, kind, account, -amount_minor, currency, value_date,
    narrative
  FROM moved
)
{POSTED}
"""

STATEMENTS = """
INSERT INTO statement (business_date, merchant_id, name, city, language, address, ice, layout)
SELECT DISTINCT p.business_date, p.merchant_id, m.name, m.city, m.language, m.address, m.ice, m.layout
FROM payout AS p
JOIN card_acceptor AS m ON m.merchant_id = p.merchant_id
WHERE p.business_date = :business_date
ORDER BY p.merchant_id
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

#: In this order, after clearing and the sources of ``settlement.entries``; the parameters are business_date and value_date.
SETTLE = (
    *(MERCHANT_DUE_TABLE, MERCHANT_DUES, PAYOUTS, REMISES, PAYOUT_POSTINGS, CONVERSIONS, CONVERSION_POSTINGS),
    *(STATEMENTS, STATEMENT_TOTALS, TYPE_TOTALS),
)

#: The heads of some merchants' statements, in the order of the fields of ``statement.Head``: of all payouts of a date together.
#: ``net_minor`` is what is credited, and where nothing is, what is carried; ``carried_minor`` what is carried beside a credit.
#: What is asked of a statement besides its lines is asked of some merchants at once, and says first of which: most statements
#: are short, and a query of its own for each of their parts would cost more than their lines.
STATEMENT_HEADS = """
SELECT
  d.centre_name, s.business_date, s.merchant_id, s.name, s.city, s.language, MIN(p.rib),
  MIN(p.reference) || CASE COUNT(*) WHEN 1 THEN '' ELSE ' +' || (COUNT(*) - 1) END, MIN(p.value_date), MIN(p.currency),
  SUM(p.presentment_count), SUM(p.adjustment_count), SUM(p.gross_minor), SUM(p.discount_minor), SUM(p.vat_minor),
  SUM(p.brought_forward_minor),
  SUM(p.net_minor) - CASE MAX(p.outcome) WHEN 'paid' THEN SUM(CASE p.outcome WHEN 'carried' THEN p.net_minor ELSE 0 END) ELSE 0
    END,
  MAX(p.outcome), d.vat_rate_basis_points, s.address, s.ice, SUM(p.entries_minor), SUM(p.entries_vat_minor),
  CASE MAX(p.outcome) WHEN 'paid' THEN SUM(CASE p.outcome WHEN 'carried' THEN p.net_minor ELSE 0 END) ELSE 0 END
FROM statement AS s
JOIN payout AS p ON p.business_date = s.business_date AND p.merchant_id = s.merchant_id
JOIN closed_day AS d ON d.business_date = s.business_date
WHERE s.business_date = :business_date AND s.merchant_id BETWEEN :merchant_id AND :last_merchant_id
GROUP BY d.centre_name, s.business_date, s.merchant_id, s.name, s.city, s.language, d.vat_rate_basis_points, s.address, s.ice
"""

#: The head of one.
STATEMENT_HEAD = STATEMENT_HEADS.replace(":last_merchant_id", ":merchant_id")

#: The payouts of a statement, in the order of the fields of ``statement.StatementPayout``.
STATEMENT_PAYOUTS = """
SELECT merchant_id, reference, label, terminal_id, remise_number, net_minor, outcome
FROM payout
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
ORDER BY merchant_id, terminal_id, remise_number, reference
"""

#: What changes a statement's payouts besides its lines, in the order of the fields of ``statement.StatementEntry``.
STATEMENT_ENTRIES = """
SELECT
  merchant_id, terminal_id, remise_number, kind, reference, amount_minor, vat_minor, vat_rate_basis_points, rule, narrative
FROM merchant_entry
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
ORDER BY merchant_id, terminal_id, remise_number, kind, line
"""

#: Totals for each origin, in the order of the fields of ``statement.StatementTotal``.
STATEMENT_TOTALS_OF = """
SELECT merchant_id, origin, presentment_count + adjustment_count, gross_minor, discount_minor, vat_minor, net_minor
FROM statement_total
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
ORDER BY merchant_id, origin
"""

#: The same for each type of transaction, adjustments apart.
TYPE_TOTALS_OF = """
SELECT merchant_id, transaction_type, presentment_count, gross_minor, discount_minor, vat_minor, net_minor
FROM type_total
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
ORDER BY merchant_id, transaction_type
"""

#: The same of the adjustments, where there are any.
STATEMENT_ADJUSTED = """
SELECT merchant_id, 'adjusted', COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM adjustment
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
GROUP BY merchant_id
"""

#: The lines of one type of transaction in the order the centre took the requests in, as the fields of ``statement.Line``.
_STATEMENT_LINES = """
SELECT
  local_at, terminal_id, pan_masked, scheme, product, origin, channel, transaction_type, rrn, approval_code,
  amount_minor, discount_rate_basis_points, discount_minor, vat_minor, net_minor, ''
FROM presentment
WHERE business_date = :business_date AND merchant_id = :merchant_id AND transaction_type = :transaction_type
"""
STATEMENT_LINES = f"{_STATEMENT_LINES}ORDER BY request_id"

#: Some of them: what comes after a request, up to another.
STATEMENT_LINES_BETWEEN = f"{_STATEMENT_LINES}AND request_id > :after AND request_id <= :last ORDER BY request_id"

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
