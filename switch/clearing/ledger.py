"""The SQL that puts a day into the ledger: totals, postings, net positions; by the rules of ``clearing.presentments``."""

from __future__ import annotations

from switch.clearing.gathered import DECIDED_COUNTS

#: The one pass over the presentments; everything below is made from this small table.
#: ``subject`` is what was presented or adjusted, a sale or a refund, so that the amounts of a row have one sign: sales and
#: adjustments of refunds are above zero, and the issuer pays them; refunds and adjustments of sales are below: it is paid them.
CUBE = """
CREATE TEMP TABLE cube AS
SELECT
  merchant_id, terminal_id, remise_number, issuer, origin, currency, 'presentment' AS kind, transaction_type,
  CASE WHEN amount_minor < 0 THEN 'refund' ELSE 'sale' END AS subject, COUNT(*) AS line_count, SUM(amount_minor) AS gross_minor,
  SUM(interchange_minor) AS interchange_minor, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
  SUM(net_minor) AS net_minor
FROM presentment
WHERE business_date = :business_date
GROUP BY merchant_id, terminal_id, remise_number, issuer, origin, currency, transaction_type, amount_minor < 0
"""
#: The adjustments beside.
_ADJUSTED = """
INSERT INTO cube
SELECT
  merchant_id, terminal_id, remise_number, issuer, origin, currency, 'adjustment', '',
  CASE WHEN amount_minor < 0 THEN 'sale' ELSE 'refund' END, COUNT(*),
  SUM(amount_minor), SUM(interchange_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM adjustment
WHERE business_date = :business_date
GROUP BY merchant_id, terminal_id, remise_number, issuer, origin, currency, amount_minor < 0
"""

#: How many presentments and how many adjustments, over rows of the cube.
COUNTS = """
  SUM(CASE kind WHEN 'presentment' THEN line_count ELSE 0 END) AS presentment_count,
  SUM(CASE kind WHEN 'adjustment' THEN line_count ELSE 0 END) AS adjustment_count
"""

DAY_TOTALS = f"""
INSERT INTO day_total (
  business_date, currency, presentment_count, adjustment_count, adjusted_minor, refund_count, refunded_minor, gross_minor,
  interchange_minor, discount_minor, vat_minor, net_minor)
SELECT
  :business_date, currency, {COUNTS},
  SUM(CASE kind WHEN 'adjustment' THEN gross_minor ELSE 0 END),
  SUM(CASE WHEN kind = 'presentment' AND subject = 'refund' THEN line_count ELSE 0 END),
  SUM(CASE WHEN kind = 'presentment' AND subject = 'refund' THEN gross_minor ELSE 0 END),
  SUM(gross_minor), SUM(interchange_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM cube
GROUP BY currency
"""

#: Postings are made from rows of ``movement``, whose amounts are debited above zero and credited below.
POST = """
INSERT INTO posting (
  entry_id, line, business_date, kind, account, debit_minor, credit_minor, currency, value_date, narrative)
"""
POSTED = """
SELECT
  entry_id, line, :business_date, kind, account, CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END,
  CASE WHEN amount_minor < 0 THEN -amount_minor ELSE 0 END, currency, value_date, narrative
FROM movement
WHERE amount_minor <> 0
"""

#: One entry for each merchant and issuer: the issuer owes the sales, the merchant is owed them, the issuer keeps interchange.
#: Refunds and adjustments have entries of their own; in those of refunds and of adjusted sales debit and credit change places.
PRESENTMENT_POSTINGS = f"""
{POST}
WITH obligation AS (
  SELECT
    merchant_id, issuer, currency, kind, SUM(gross_minor) AS gross_minor, SUM(interchange_minor) AS interchange_minor,
    :business_date || '/' || kind || '/' || merchant_id || '/' || issuer
      || CASE subject WHEN 'refund' THEN '/refund' ELSE '' END AS entry_id,
    CASE kind WHEN 'adjustment' THEN 'reversals of ' ELSE '' END || CASE subject WHEN 'refund' THEN 'refunds of ' ELSE '' END
      AS narrative
  FROM cube
  GROUP BY merchant_id, issuer, currency, kind, subject
), movement AS (
  SELECT entry_id, 1 AS line, kind, 'issuer-receivable:' || issuer AS account, gross_minor AS amount_minor, currency,
    :business_date AS value_date, narrative || 'sales presented to the issuer' AS narrative
  FROM obligation
  UNION ALL
  SELECT entry_id, 2, kind, 'merchant-payable:' || merchant_id, -gross_minor, currency, :business_date,
    narrative || 'sales owed to the merchant'
  FROM obligation
  UNION ALL
  SELECT entry_id, 3, kind, 'interchange-expense', interchange_minor, currency, :business_date, narrative || 'interchange'
  FROM obligation
  UNION ALL
  SELECT entry_id, 4, kind, 'issuer-receivable:' || issuer, -interchange_minor, currency, :business_date,
    narrative || 'interchange kept by the issuer'
  FROM obligation
)
{POSTED}
"""

#: An issuer pays what is above zero and is paid what is below; the acquirer the other way round.
POSITIONS = """
INSERT INTO position (
  business_date, participant, name, role, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor,
  net_minor)
WITH side AS (
  SELECT issuer, currency, line_count AS pays_count, gross_minor AS pays_minor, 0 AS paid_count, 0 AS paid_minor,
    interchange_minor
  FROM cube WHERE gross_minor > 0
  UNION ALL
  SELECT issuer, currency, 0, 0, line_count, -gross_minor, interchange_minor FROM cube WHERE gross_minor < 0
  UNION ALL
  SELECT issuer, currency, amount_minor > 0, MAX(amount_minor, 0), amount_minor < 0, MAX(-amount_minor, 0), interchange_minor
  FROM dispute_item WHERE business_date = :business_date
)
SELECT
  :business_date, s.issuer, i.name, 'issuer', s.currency, SUM(s.pays_count), SUM(s.pays_minor), SUM(s.paid_count),
  SUM(s.paid_minor), SUM(s.interchange_minor), SUM(s.paid_minor) + SUM(s.interchange_minor) - SUM(s.pays_minor)
FROM side AS s
JOIN card_issuer AS i ON i.issuer = s.issuer
GROUP BY s.issuer, i.name, s.currency
UNION ALL
SELECT
  :business_date, :acquirer_id, :acquirer_name, 'acquirer', currency, SUM(paid_count), SUM(paid_minor), SUM(pays_count),
  SUM(pays_minor), -SUM(interchange_minor), SUM(pays_minor) - SUM(paid_minor) - SUM(interchange_minor)
FROM side
GROUP BY currency
"""

#: The issuers pay their net positions into the settlement account on the value date, or are paid them out of it.
SETTLEMENT_POSTINGS = f"""
{POST}
WITH due AS (
  SELECT participant, currency, -net_minor AS due_minor,
    :business_date || '/settlement/' || participant || '/' || currency AS entry_id
  FROM position
  WHERE business_date = :business_date AND role = 'issuer'
), movement AS (
  SELECT entry_id, 1 AS line, 'settlement' AS kind, 'settlement-account' AS account, due_minor AS amount_minor, currency,
    :value_date AS value_date, 'net settlement' AS narrative
  FROM due
  UNION ALL
  SELECT entry_id, 2, 'settlement', 'issuer-receivable:' || participant, -due_minor, currency, :value_date, 'net settlement'
  FROM due
)
{POSTED}
"""

#: In this order after CUBE and ``presentments.PRESENT``; the parameters are business_date, value_date, acquirer_id and
#: acquirer_name.
CLEAR = (_ADJUSTED, DAY_TOTALS, PRESENTMENT_POSTINGS, POSITIONS, SETTLEMENT_POSTINGS)

#: Written last: from then on the database refuses every other row of the day.
CLOSE = f"""
INSERT INTO closed_day (
  business_date, value_date, closed_at_ms, specs_digest, centre_name, centre_institution_id, vat_rate_basis_points,
  decision_count, reversal_count, approval_count, presentment_count, refund_count, adjustment_count, reversed_count,
  exception_count, held_count, captured_later_count, nothing_due_count, represented_count, expired_count, files_recorded)
SELECT
  :business_date, :value_date, :closed_at_ms, :specs_digest, :acquirer_name, :acquirer_id, :vat_rate_basis_points,
  decision_count, reversal_count,
  presentment_count - represented_count + reversed_count + exception_count + held_count + captured_later_count
    + nothing_due_count,
  presentment_count, refund_count, adjustment_count, reversed_count, exception_count, held_count, captured_later_count,
  nothing_due_count, represented_count, expired_count, 1
FROM (
  SELECT
    decision_count, nothing_due_count,
    (SELECT COUNT(*) FROM journal.reversal WHERE business_date = :business_date) AS reversal_count,
    (SELECT COALESCE(SUM(line_count), 0) FROM cube WHERE kind = 'presentment') AS presentment_count,
    (SELECT COUNT(*) FROM adjustment WHERE business_date = :business_date) AS adjustment_count,
    (SELECT COUNT(*) FROM reversed_item WHERE business_date = :business_date) AS reversed_count,
    (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date) AS exception_count,
    (SELECT COALESCE(SUM(refund_count), 0) FROM day_total WHERE business_date = :business_date) AS refund_count,
    (SELECT COUNT(*) FROM held_item WHERE business_date = :business_date) AS held_count,
    (SELECT COUNT(*) FROM released_item
     WHERE business_date = :business_date AND held_since = :business_date) AS captured_later_count,
    (SELECT COUNT(*) FROM exception_end
     WHERE business_date = :business_date AND outcome = 'presented') AS represented_count,
    (SELECT COUNT(*) FROM released_item WHERE business_date = :business_date AND outcome = 'expired') AS expired_count
  FROM ({DECIDED_COUNTS}) AS decided
) AS counted
"""
