"""The SQL that puts a day's presentments into the ledger: totals, postings, net positions; rules as in ``clearing.engine``."""

from __future__ import annotations

#: The one pass over the presentments, and the adjustments beside; everything below is made from this small table.
CUBE = """
CREATE TEMP TABLE cube AS
SELECT
  merchant_id, issuer, origin, currency, 'presentment' AS kind, COUNT(*) AS presentment_count, 0 AS adjustment_count,
  SUM(amount_minor) AS presented_minor, 0 AS adjusted_minor, SUM(amount_minor) AS gross_minor,
  SUM(interchange_minor) AS interchange_minor, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
  SUM(net_minor) AS net_minor
FROM presentment
WHERE business_date = :business_date
GROUP BY merchant_id, issuer, origin, currency
UNION ALL
SELECT
  merchant_id, issuer, origin, currency, 'adjustment', 0, COUNT(*), 0, SUM(amount_minor), SUM(amount_minor),
  SUM(interchange_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
FROM adjustment
WHERE business_date = :business_date
GROUP BY merchant_id, issuer, origin, currency
"""

DAY_TOTALS = """
INSERT INTO day_total (
  business_date, currency, presentment_count, adjustment_count, adjusted_minor, gross_minor, interchange_minor, discount_minor,
  vat_minor, net_minor)
SELECT
  :business_date, currency, SUM(presentment_count), SUM(adjustment_count), SUM(adjusted_minor), SUM(gross_minor),
  SUM(interchange_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor)
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
#: Adjustments have an entry of their own, its debits and credits the other way round.
PRESENTMENT_POSTINGS = f"""
{POST}
WITH obligation AS (
  SELECT
    merchant_id, issuer, currency, kind, SUM(gross_minor) AS gross_minor, SUM(interchange_minor) AS interchange_minor,
    :business_date || '/' || kind || '/' || merchant_id || '/' || issuer AS entry_id,
    CASE kind WHEN 'adjustment' THEN 'reversals of ' ELSE '' END AS narrative
  FROM cube
  GROUP BY merchant_id, issuer, currency, kind
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
"""  # noqa: S608

#: An issuer pays the presentments and is paid the adjustments; the acquirer the other way round.
POSITIONS = """
INSERT INTO position (
  business_date, participant, name, role, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor,
  net_minor)
SELECT
  :business_date, c.issuer, i.name, 'issuer', c.currency, SUM(c.presentment_count), SUM(c.presented_minor),
  SUM(c.adjustment_count), -SUM(c.adjusted_minor), SUM(c.interchange_minor), SUM(c.interchange_minor) - SUM(c.gross_minor)
FROM cube AS c
JOIN card_issuer AS i ON i.issuer = c.issuer
GROUP BY c.issuer, i.name, c.currency
UNION ALL
SELECT
  :business_date, :acquirer_id, :acquirer_name, 'acquirer', currency, SUM(adjustment_count), -SUM(adjusted_minor),
  SUM(presentment_count), SUM(presented_minor), -SUM(interchange_minor), SUM(gross_minor) - SUM(interchange_minor)
FROM cube
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
"""  # noqa: S608

#: In this order after ``engine.PRESENT``; the parameters are business_date, value_date, acquirer_id and acquirer_name.
CLEAR = (CUBE, DAY_TOTALS, PRESENTMENT_POSTINGS, POSITIONS, SETTLEMENT_POSTINGS)

#: Written last: from then on the database refuses every other row of the day.
CLOSE = """
INSERT INTO closed_day (
  business_date, value_date, closed_at_ms, specs_digest, centre_name, centre_institution_id, vat_rate_basis_points,
  decision_count, reversal_count, approval_count, presentment_count, adjustment_count, reversed_count, exception_count)
SELECT
  :business_date, :value_date, :closed_at_ms, :specs_digest, :acquirer_name, :acquirer_id, :vat_rate_basis_points,
  decision_count, reversal_count, presentment_count + reversed_count + exception_count, presentment_count, adjustment_count,
  reversed_count, exception_count
FROM (
  SELECT
    (SELECT COUNT(*) FROM journal.decision WHERE business_date = :business_date) AS decision_count,
    (SELECT COUNT(*) FROM journal.reversal WHERE business_date = :business_date) AS reversal_count,
    (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date) AS presentment_count,
    (SELECT COUNT(*) FROM adjustment WHERE business_date = :business_date) AS adjustment_count,
    (SELECT COUNT(*) FROM reversed_item WHERE business_date = :business_date) AS reversed_count,
    (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date) AS exception_count
) AS counted
"""
