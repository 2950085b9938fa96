"""The SQL that says which remise a transaction is of: what its terminal captured on the date, or one batch of it.

A remise is the unit of statement, payout and bank label. The rules of ``clearing.presentments`` hold for these statements, too.
"""

from __future__ import annotations

from typing import Final

REMISE_NUMBER_MAX: Final = 999_999  #: six digits, as batch numbers have; the next one is 1 again

#: Staging, filled by CLOSED_BATCHES and NUMBERED_REMISES.
REMISE_TABLES: Final = (
    """
    CREATE TEMP TABLE closed_batch (
      acquirer_id TEXT, terminal_id TEXT, last_request_id INTEGER, PRIMARY KEY (acquirer_id, terminal_id, last_request_id))
    """,
    """
    CREATE TEMP TABLE numbered_remise (
      merchant_id TEXT, terminal_id TEXT, batch INTEGER, ordinal INTEGER, number INTEGER,
      PRIMARY KEY (merchant_id, terminal_id, batch)) WITHOUT ROWID
    """,
)

#: The batches that terminals closed on the date, their totals agreed (0500, 0520); terminal_id is empty where one message
#: closed those of all terminals of an acquirer.
CLOSED_BATCHES = """
INSERT INTO closed_batch (acquirer_id, terminal_id, last_request_id)
SELECT DISTINCT acquirer_id, terminal_id, last_request_id
FROM journal.reconciliation
WHERE business_date = :business_date AND settlement_code = '1'
"""

#: How many batches of its terminal were closed on the date before a request counted. The close of a batch makes the requests
#: that capture what waited for it, so those are in the batch before. What a batch of an earlier date captured, and was an
#: exception until now, is in the first: below it there is none. Batches of the terminal and of its whole acquirer are counted
#: apart, by equal keys, or engines that join would compare each request with each batch.
REMISE_BATCH = """
CASE WHEN EXISTS (SELECT 1 FROM closed_batch) THEN (
  SELECT COUNT(*) FROM closed_batch AS b
  WHERE b.acquirer_id = r.acquirer_id AND b.terminal_id = r.terminal_id AND b.last_request_id < r.id
) + CASE r.terminal_id WHEN '' THEN 0 ELSE (
  SELECT COUNT(*) FROM closed_batch AS w
  WHERE w.acquirer_id = r.acquirer_id AND w.terminal_id = '' AND w.last_request_id < r.id
) END - CASE r.function WHEN 'batch' THEN 1 ELSE 0 END ELSE 0 END AS batch
"""

#: What reversals of the date lower of presentments of earlier dates (``v`` and ``p``), with what adjusted them before (``a``).
LOWERED = """
  FROM remainder AS v
  CROSS JOIN presentment AS p
  JOIN closed_day AS d ON d.business_date = p.business_date
  LEFT JOIN adjusted AS a ON a.request_id = p.request_id
  WHERE p.request_id = v.request_id AND v.decided_on < :business_date
    AND v.replacement_minor < ABS(p.amount_minor + COALESCE(a.amount_minor, 0))
"""
ADJUSTED = """
adjusted AS (
  SELECT
    a.request_id, SUM(a.amount_minor) AS amount_minor, SUM(a.interchange_minor) AS interchange_minor,
    SUM(a.discount_minor) AS discount_minor, SUM(a.vat_minor) AS vat_minor
  FROM remainder AS v
  CROSS JOIN adjustment AS a
  WHERE a.request_id = v.request_id
  GROUP BY a.request_id
)
"""

#: The remises of the date, each with the next number of its terminal: one for each batch something counts in. Adjustments are
#: of the first remise of their terminal, of one of their own where it captured nothing.
NUMBERED_REMISES = f"""
INSERT INTO numbered_remise (merchant_id, terminal_id, batch, ordinal, number)
WITH {ADJUSTED.strip()}, presented AS (
  SELECT DISTINCT merchant_id, terminal_id, batch FROM captured WHERE exception_reason IS NULL
), lowered AS (
  SELECT DISTINCT p.merchant_id, p.terminal_id
  {LOWERED.strip()}
), remise AS (
  SELECT merchant_id, terminal_id, batch FROM presented
  UNION ALL
  SELECT l.merchant_id, l.terminal_id, 0
  FROM lowered AS l
  WHERE NOT EXISTS (SELECT 1 FROM presented AS s WHERE s.merchant_id = l.merchant_id AND s.terminal_id = l.terminal_id)
), counted AS (
  SELECT
    n.merchant_id, n.terminal_id, n.batch,
    ROW_NUMBER() OVER (PARTITION BY n.merchant_id, n.terminal_id ORDER BY n.batch)
      + COALESCE((SELECT MAX(e.ordinal) FROM main.remise AS e
                  WHERE e.merchant_id = n.merchant_id AND e.terminal_id = n.terminal_id), 0) AS ordinal
  FROM remise AS n
)
SELECT merchant_id, terminal_id, batch, ordinal, (ordinal - 1) % {REMISE_NUMBER_MAX} + 1 FROM counted
"""
