"""The SQL that makes the presentments of a business date: text and parameters only, executed by ``switch.endofday.close``.

Set-based, integers only. ``/`` is the division of integers (truncating), exact as SQLite and PostgreSQL have it; an engine that
divides otherwise needs it rendered (``//`` in DuckDB, ``DIV`` in Spark). Rounding is half away from zero, everywhere.
The statements run in the order of ``STAGE_TERMS``, TODAY_CAPTURES, OPEN_CAPTURES, ``STAGE``, ``TARIFF_KEYS``,
``PRESENTMENTS``, ``PRESENT``, then those of ``clearing.ledger``; ``:name`` marks a parameter. Those that have lines may be run
by an engine other than SQLite (``clearing.engine``).

What a decision captured (``decision.captured_minor``) counts in its business date: above zero the cardholder is debited, below
zero, a refund, credited, and everything made of it has its sign. An approval that captured nothing is a *hold*: it waits for
the request that captures it (a completion, or the close of a batch). Inquiries and captures of nothing have nothing due.

A reversal counts by its business date alone, never by when a day happens to be closed: recorded on or before the date of the
decision, it lowers what is presented; recorded on a later date, it is an adjustment of what was presented, in that later date.

``remainder`` is short and the tables of the books are long: CROSS JOIN makes SQLite look up the one in the other, not the other
way round. The journal is known as ``journal``; staging tables are temporary and hold one day; the rest are tables of the books.
"""

from __future__ import annotations

from typing import Final

from switch.clearing.adjustments import ADJUSTMENTS, CHARGES
from switch.clearing.exceptions import (
    AFTER_EXPIRY,
    END_EXCEPTIONS,
    EXPIRED_HOLDS,
    MADE_OFFLINE,
    OPEN_EXCEPTION_TABLE,
)
from switch.clearing.remises import CLOSED_BATCHES, NUMBERED_REMISES, REMISE_BATCH, REMISE_TABLES
from switch.merchant import BY_REMISE, PAYOUT_LABEL
from switch.transaction import CREDITS, DEBITS

#: As a list of SQL: what can be presented.
PRESENTABLE_TYPES: Final = ", ".join(f"'{transaction_type}'" for transaction_type in sorted(DEBITS | CREDITS))

#: Staging: the specs resolved for the date, what reversals leave of the approvals they touch, and the holds of the date.
STAGING_TABLES = (
    """
    CREATE TEMP TABLE card_acceptor (
      merchant_id TEXT PRIMARY KEY, name TEXT, city TEXT, currency TEXT, rib TEXT, language TEXT, plan TEXT,
      over_basis_points INTEGER, floor_limit_minor INTEGER, address TEXT, ice TEXT, paid_by TEXT, payout_label TEXT, mcc TEXT,
      rounding TEXT, layout TEXT, hold_days INTEGER, debit_after_days INTEGER, account_currency TEXT,
      tariff_group INTEGER, by_product INTEGER, by_amount INTEGER)
    """,
    """
    CREATE TEMP TABLE acceptor_term (
      merchant_id TEXT PRIMARY KEY, place INTEGER, currency TEXT, floor_limit_minor INTEGER, tariff_group INTEGER,
      by_product INTEGER, by_amount INTEGER) WITHOUT ROWID
    """,
    "CREATE TEMP TABLE wanted_acceptor (merchant_id TEXT PRIMARY KEY)",
    "CREATE TEMP TABLE card_issuer (issuer TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID",
    """
    CREATE TEMP TABLE amount_band (tariff_group INTEGER, low_minor INTEGER, PRIMARY KEY (tariff_group, low_minor)) WITHOUT ROWID
    """,
    """
    CREATE TEMP TABLE tariff (
      origin TEXT, scheme TEXT, channel TEXT, transaction_type TEXT, product TEXT, tariff_group INTEGER, amount_band INTEGER,
      interchange_rate_basis_points INTEGER, discount_rate_basis_points INTEGER, discount_minimum_minor INTEGER,
      discount_fixed_minor INTEGER, discount_maximum_minor INTEGER, discount_rule INTEGER,
      PRIMARY KEY (tariff_group, origin, scheme, channel, transaction_type, product, amount_band)) WITHOUT ROWID
    """,
    """
    CREATE TEMP TABLE remainder (
      request_id INTEGER PRIMARY KEY, decided_on TEXT, reversal_id INTEGER, replacement_minor INTEGER)
    """,
    OPEN_EXCEPTION_TABLE,
    *REMISE_TABLES,
)
ADD_CARD_ACCEPTOR = "INSERT INTO card_acceptor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, 0)"
ADD_CARD_ISSUER = "INSERT INTO card_issuer VALUES (?, ?)"
ADD_AMOUNT_BAND = "INSERT INTO amount_band VALUES (?, ?)"
ADD_TARIFF = "INSERT INTO tariff VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: What of the fees of its plan a merchant's sales hang on.
SET_TARIFF_GROUP = "UPDATE card_acceptor SET tariff_group = ?, by_product = ?, by_amount = ? WHERE merchant_id = ?"

#: What is left, at the close of the date, of the approvals that were decided on it, are reversed on it, or are open exceptions.
#: Reversals only lower an amount, so the lowest one counts, and its repeats do nothing; ``reversal_id`` is the first that says
#: so.
REMAINDERS = """
INSERT INTO remainder (request_id, decided_on, reversal_id, replacement_minor)
WITH lowered AS (
  SELECT
    v.original_id AS request_id, d.business_date AS decided_on, v.id AS reversal_id, v.replacement_minor,
    ROW_NUMBER() OVER (PARTITION BY v.original_id ORDER BY v.replacement_minor, v.id) AS place
  FROM journal.reversal AS v
  JOIN journal.decision AS d ON d.request_id = v.original_id
  WHERE v.effective = 1 AND v.business_date <= :business_date AND d.approved_minor IS NOT NULL
    AND (
      d.business_date = :business_date
      OR (d.business_date < :business_date AND v.original_id IN (
        SELECT original_id FROM journal.reversal WHERE effective = 1 AND business_date = :business_date))
      OR v.original_id IN (SELECT request_id FROM open_exception)
    )
)
SELECT request_id, decided_on, reversal_id, replacement_minor FROM lowered WHERE place = 1
"""

#: What is looked up for each approval of the merchants, in fewer pages than ``card_acceptor``, with their places in its order.
_ACCEPTOR_TERMS = """
INSERT INTO acceptor_term (merchant_id, place, currency, floor_limit_minor, tariff_group, by_product, by_amount)
SELECT
  merchant_id, ROW_NUMBER() OVER (ORDER BY merchant_id), currency, floor_limit_minor, tariff_group, by_product, by_amount
FROM card_acceptor
"""

#: What is worth something still of what was captured, at what remains of each, with the plan of its merchant and the reason why
#: it cannot be presented (NULL: it can). No issuer was ever asked about an advice that names no request, nor about all of
#: what captures a hold that was told, or added to by being told. ``due`` are their decisions.
_CAPTURED = f"""
SELECT
  c.request_id, c.decided_on, c.merchant_id, c.terminal_id, c.issuer, c.scheme, c.product, c.origin, c.channel,
  c.transaction_type, c.amount_minor, c.currency, c.rrn, c.approval_code, c.pan_masked, c.local_at, c.decided_at_ms,
  c.tariff_group, c.tariff_product, MAX(c.batch, 0) AS batch, c.exception_reason, CASE c.by_amount WHEN 1 THEN (
    SELECT MAX(b.low_minor) FROM amount_band AS b
    WHERE b.tariff_group = c.tariff_group AND b.low_minor <= ABS(c.amount_minor)) ELSE 0 END AS amount_band
FROM (SELECT
  r.id AS request_id, d.business_date AS decided_on, r.merchant_id, r.terminal_id, r.issuer,
  COALESCE(r.scheme, '') AS scheme,
  COALESCE(r.product, '') AS product, r.origin, r.channel, r.transaction_type,
  CASE
    WHEN v.replacement_minor IS NULL OR v.replacement_minor >= ABS(d.captured_minor) THEN d.captured_minor
    WHEN d.captured_minor < 0 THEN -v.replacement_minor
    ELSE v.replacement_minor
  END AS amount_minor,
  r.currency, r.rrn, COALESCE(d.approval_code, '') AS approval_code, r.pan_masked, r.local_at, d.decided_at_ms,
  m.place, m.tariff_group, m.by_amount,
  CASE m.by_product WHEN 1 THEN COALESCE(r.product, '') ELSE '' END AS tariff_product,
  {REMISE_BATCH},
  CASE
    WHEN m.merchant_id IS NULL THEN 'unknown merchant'
    WHEN r.currency <> m.currency THEN 'other currency than the merchant''s'
    WHEN r.issuer IS NULL THEN 'no issuer'
    WHEN i.issuer IS NULL THEN 'unknown issuer'
    WHEN COALESCE(r.origin, '') NOT IN ('domestic', 'foreign') THEN 'neither domestic nor foreign'
    WHEN r.transaction_type NOT IN ({PRESENTABLE_TYPES}) THEN 'unknown transaction type'
    WHEN d.decided = 'represent' THEN NULL
    WHEN ABS(d.captured_minor) > m.floor_limit_minor
      AND ((r.function = 'advice' AND r.original_id IS NULL) OR o.function = 'advice' OR EXISTS (
        SELECT 1 FROM journal.request AS added WHERE added.original_id = r.original_id
          AND added.function = 'advice' AND added.message_class = 'authorization'))
    THEN '{MADE_OFFLINE}'
    WHEN ABS(d.captured_minor) > m.floor_limit_minor
      AND EXISTS (SELECT 1 FROM released_item AS e WHERE e.request_id = r.original_id AND e.outcome = 'expired')
    THEN '{AFTER_EXPIRY}'
  END AS exception_reason
FROM due AS d
JOIN journal.request AS r ON r.id = d.request_id
LEFT JOIN journal.request AS o ON o.id = r.original_id
LEFT JOIN remainder AS v ON v.request_id = d.request_id
LEFT JOIN acceptor_term AS m ON m.merchant_id = r.merchant_id
LEFT JOIN card_issuer AS i ON i.issuer = r.issuer
WHERE v.replacement_minor IS NULL OR v.replacement_minor <> 0
) AS c
ORDER BY c.place * 1099511627776 + c.request_id
"""
#: What the day captured, put in the order of presentments and of lines of fees, so that those are written without being sorted:
#: by merchant and request. SQLite sorts by one integer in half the time.
TODAY_CAPTURES = f"""
CREATE TEMP TABLE captured AS
WITH due AS (
  SELECT request_id, business_date, captured_minor, approval_code, decided_at_ms, '' AS decided
  FROM journal.decision
  WHERE business_date = :business_date AND captured_minor <> 0
)
{_CAPTURED.strip()}
"""
#: The exceptions of earlier dates that nobody wrote off. Together with the others they would all be sorted in two heaps and
#: merged, which costs more; a few rows out of order cost nothing.
OPEN_CAPTURES = f"""
INSERT INTO captured
WITH due AS (
  SELECT e.request_id, e.business_date, e.captured_minor, e.approval_code, e.decided_at_ms, COALESCE(x.decided, '') AS decided
  FROM open_exception AS x
  CROSS JOIN journal.decision AS e
  WHERE e.request_id = x.request_id AND x.decided IS NOT 'write_off'
)
{_CAPTURED.strip()}
"""

#: The approvals of the day that captured nothing by themselves and were not undone, at what was granted.
HOLDS = """
CREATE TEMP TABLE hold AS
SELECT
  r.id AS request_id, r.merchant_id, r.terminal_id, r.issuer,
  CASE WHEN v.replacement_minor < d.approved_minor THEN v.replacement_minor ELSE d.approved_minor END AS granted_minor,
  r.currency, r.rrn, r.pan_masked, r.capture, d.decided_at_ms
FROM journal.decision AS d
JOIN journal.request AS r ON r.id = d.request_id
LEFT JOIN remainder AS v ON v.request_id = d.request_id
WHERE d.business_date = :business_date AND d.approved_minor IS NOT NULL AND d.captured_minor IS NULL AND r.capture <> 'never'
  AND (v.replacement_minor IS NULL OR v.replacement_minor <> 0)
"""

#: The merchants that are adjusted, or were paid for a written-off sale that is reversed. Whoever stages something for merchants
#: that may be in the specs no longer adds them here.
_WANTED_ACCEPTORS = """
INSERT OR IGNORE INTO wanted_acceptor (merchant_id)
SELECT p.merchant_id FROM remainder AS v CROSS JOIN presentment AS p
WHERE p.request_id = v.request_id AND v.decided_on < :business_date
UNION
SELECT x.merchant_id FROM remainder AS v CROSS JOIN exception_end AS e CROSS JOIN exception_item AS x
WHERE e.request_id = v.request_id AND e.outcome = 'written_off' AND x.request_id = e.request_id
"""

#: A merchant that is no longer in the specs, but is adjusted: as its latest statement and payout name it, on the account it was
#: last paid on.
FORMER_ACCEPTORS = f"""
INSERT INTO card_acceptor (
  merchant_id, name, city, currency, rib, language, address, ice, paid_by, payout_label, layout, account_currency)
SELECT s.merchant_id, s.name, s.city, y.currency, y.rib, s.language, s.address, s.ice, '{BY_REMISE}', '{PAYOUT_LABEL}',
  s.layout, COALESCE(NULLIF(y.account_currency, ''), y.currency)
FROM (
  SELECT l.merchant_id, MAX(l.business_date) AS business_date
  FROM payout AS l
  WHERE l.merchant_id IN (SELECT merchant_id FROM wanted_acceptor)
  GROUP BY l.merchant_id
) AS latest
JOIN payout AS y ON y.reference = (
  SELECT MIN(e.reference) FROM payout AS e
  WHERE e.merchant_id = latest.merchant_id AND e.business_date = latest.business_date)
JOIN statement AS s ON s.business_date = latest.business_date AND s.merchant_id = latest.merchant_id
WHERE s.merchant_id NOT IN (SELECT merchant_id FROM card_acceptor)
"""

#: Where merchants without a contract of their own are taken, those of ``FORMER_ACCEPTORS`` are paid as the default one says.
FORMER_TERMS = """
UPDATE card_acceptor
SET paid_by = ?, payout_label = ?, account_currency = CASE currency WHEN ? THEN ? ELSE account_currency END
WHERE plan IS NULL
"""

#: Where merchants without a contract of their own are taken: each that was approved something on the date comes under the
#: default contract, by the id it gave; a blank one is nobody.
OTHER_ACCEPTORS = """
INSERT INTO card_acceptor (
  merchant_id, name, city, currency, rib, language, plan, over_basis_points, floor_limit_minor, address, ice, paid_by,
  payout_label, mcc, rounding, layout, hold_days, debit_after_days, account_currency, by_product, by_amount)
SELECT DISTINCT r.merchant_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0
FROM (
  SELECT request_id FROM journal.decision WHERE business_date = ? AND approved_minor IS NOT NULL
  UNION ALL
  SELECT request_id FROM open_exception
) AS d
JOIN journal.request AS r ON r.id = d.request_id
WHERE TRIM(r.merchant_id) <> ''
  AND r.merchant_id NOT IN (SELECT merchant_id FROM card_acceptor)
"""

#: An issuer that is no longer in the specs, but is presented adjustments: as its latest position names it.
FORMER_ISSUERS = """
INSERT INTO card_issuer (issuer, name)
SELECT n.participant, MAX(n.name)
FROM position AS n
JOIN (
  SELECT participant, MAX(business_date) AS business_date FROM position WHERE role = 'issuer' GROUP BY participant
) AS latest ON latest.participant = n.participant AND latest.business_date = n.business_date
WHERE n.role = 'issuer' AND n.participant NOT IN (SELECT issuer FROM card_issuer) AND n.participant IN (
  SELECT p.issuer FROM remainder AS v CROSS JOIN presentment AS p
  WHERE p.request_id = v.request_id AND v.decided_on < :business_date
  UNION
  SELECT p.issuer FROM dispute_event AS v CROSS JOIN presentment AS p
  WHERE p.request_id = v.request_id AND v.business_date = :business_date)
GROUP BY n.participant
"""

#: In this order, when card acceptors and issuers are staged, before TODAY_CAPTURES and OPEN_CAPTURES and after them; all read
#: the parameter business_date.
STAGE_TERMS = (REMAINDERS, CLOSED_BATCHES, _ACCEPTOR_TERMS)
STAGE = (HOLDS, _WANTED_ACCEPTORS, FORMER_ACCEPTORS, FORMER_ISSUERS, NUMBERED_REMISES)

#: Everything of the day a rate can hang on; each row is answered by one row of ``tariff``.
TARIFF_KEYS = """
SELECT DISTINCT origin, scheme, channel, transaction_type, tariff_product, tariff_group, amount_band
FROM captured
WHERE exception_reason IS NULL
ORDER BY tariff_group, origin, scheme, channel, transaction_type, tariff_product, amount_band
"""

EXCEPTIONS = """
INSERT INTO exception_item (
  request_id, business_date, reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked, decided_at_ms)
SELECT request_id, :business_date, exception_reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked, decided_at_ms
FROM captured
WHERE exception_reason IS NOT NULL AND decided_on = :business_date
"""

#: Approved and undone before it was ever presented: nobody pays and nobody is paid.
_REVERSED = """
INSERT INTO reversed_item (
  request_id, business_date, reversal_id, merchant_id, issuer, amount_minor, currency, rrn, pan_masked)
SELECT
  v.request_id, :business_date, v.reversal_id, r.merchant_id, r.issuer, COALESCE(d.captured_minor, d.approved_minor),
  r.currency, r.rrn, r.pan_masked
FROM remainder AS v
JOIN journal.request AS r ON r.id = v.request_id
JOIN journal.decision AS d ON d.request_id = v.request_id
WHERE v.decided_on = :business_date AND v.replacement_minor = 0
  AND (d.captured_minor <> 0 OR (d.captured_minor IS NULL AND r.capture <> 'never'))
"""

#: Holds that requests of the date captured, each with the increments that were added to it; a hold ends once.
RELEASED_BY_CAPTURE = """
INSERT INTO released_item (request_id, business_date, held_since, outcome, released_by, granted_minor, over_basis_points)
WITH capturing AS (
  SELECT r.original_id AS hold_id, MIN(r.id) AS released_by
  FROM journal.request AS r
  CROSS JOIN journal.decision AS d
  WHERE r.original_id IS NOT NULL AND d.request_id = r.id AND d.business_date = :business_date AND d.captured_minor IS NOT NULL
  GROUP BY r.original_id
), named AS (
  SELECT hold_id AS request_id, released_by FROM capturing
  UNION ALL
  SELECT i.id, c.released_by FROM capturing AS c CROSS JOIN journal.request AS i WHERE i.original_id = c.hold_id
), ended AS (
  SELECT request_id, MIN(released_by) AS released_by FROM named GROUP BY request_id
), standing AS (
  SELECT e.request_id, e.released_by, d.business_date AS held_since, r.merchant_id, d.approved_minor,
    (SELECT MIN(v.replacement_minor) FROM journal.reversal AS v
     WHERE v.original_id = e.request_id AND v.effective = 1 AND v.business_date <= :business_date) AS replacement_minor
  FROM ended AS e
  CROSS JOIN journal.decision AS d
  CROSS JOIN journal.request AS r
  WHERE d.request_id = e.request_id AND d.business_date <= :business_date AND d.approved_minor IS NOT NULL
    AND d.captured_minor IS NULL AND r.id = e.request_id AND r.capture <> 'never'
    AND e.request_id NOT IN (SELECT request_id FROM released_item)
)
SELECT
  s.request_id, :business_date, s.held_since, 'captured', s.released_by,
  CASE WHEN s.replacement_minor < s.approved_minor THEN s.replacement_minor ELSE s.approved_minor END, m.over_basis_points
FROM standing AS s
LEFT JOIN card_acceptor AS m ON m.merchant_id = s.merchant_id
WHERE s.replacement_minor IS NULL OR s.replacement_minor <> 0
"""

HELD = """
INSERT INTO held_item (
  request_id, business_date, merchant_id, terminal_id, issuer, amount_minor, currency, rrn, pan_masked, capture, decided_at_ms)
SELECT
  request_id, :business_date, merchant_id, terminal_id, issuer, granted_minor, currency, rrn, pan_masked, capture, decided_at_ms
FROM hold
WHERE request_id NOT IN (SELECT request_id FROM released_item)
"""

#: Holds of earlier dates that reversals of the date undid.
RELEASED_BY_REVERSAL = """
INSERT INTO released_item (request_id, business_date, held_since, outcome, released_by, granted_minor)
SELECT h.request_id, :business_date, h.business_date, 'reversed', v.reversal_id, h.amount_minor
FROM remainder AS v
CROSS JOIN held_item AS h
WHERE h.request_id = v.request_id AND v.decided_on < :business_date AND v.replacement_minor = 0
  AND h.request_id NOT IN (SELECT request_id FROM released_item)
"""

PRESENTMENTS = f"""
INSERT INTO main.presentment (
  request_id, business_date, merchant_id, terminal_id, issuer, scheme, product, origin, channel, transaction_type, amount_minor,
  currency, interchange_rate_basis_points, interchange_minor, discount_rate_basis_points, discount_minor, vat_minor, net_minor,
  rrn, approval_code, pan_masked, local_at, decided_at_ms, discount_minimum_minor, remise_number, discount_fixed_minor,
  discount_maximum_minor, discount_rule)
WITH priced AS (
  SELECT
    n.number AS remise_number,
    a.request_id, a.merchant_id, a.terminal_id, a.issuer, a.scheme, a.product, a.origin, a.channel, a.transaction_type,
    a.amount_minor, a.currency, a.rrn, a.approval_code, a.pan_masked, a.local_at, a.decided_at_ms,
    t.interchange_rate_basis_points, t.discount_rate_basis_points, t.discount_minimum_minor, t.discount_fixed_minor,
    t.discount_maximum_minor, t.discount_rule,
    :vat_rate_basis_points AS vat_rate_basis_points,
    CASE WHEN a.amount_minor < 0 THEN -5000 ELSE 5000 END AS half
  FROM captured AS a
  CROSS JOIN tariff AS t
  CROSS JOIN numbered_remise AS n
  WHERE a.exception_reason IS NULL
    AND t.tariff_group = a.tariff_group AND t.origin = a.origin AND t.scheme = a.scheme AND t.channel = a.channel
    AND t.transaction_type = a.transaction_type AND t.product = a.tariff_product AND t.amount_band = a.amount_band
    AND n.merchant_id = a.merchant_id AND n.terminal_id = a.terminal_id AND n.batch = a.batch
), {CHARGES}
SELECT
  request_id, :business_date, merchant_id, terminal_id, issuer, scheme, product, origin, channel, transaction_type,
  amount_minor, currency, interchange_rate_basis_points, interchange_minor, discount_rate_basis_points, discount_minor,
  vat_minor, amount_minor - discount_minor - vat_minor, rrn, approval_code, pan_masked, local_at, decided_at_ms,
  discount_minimum_minor, remise_number, discount_fixed_minor, discount_maximum_minor, discount_rule
FROM taxed
"""

#: In this order after PRESENTMENTS, the one statement with a million rows; all read the parameter business_date.
PRESENT = (
    _REVERSED,
    EXCEPTIONS,
    *END_EXCEPTIONS,
    ADJUSTMENTS,
    RELEASED_BY_CAPTURE,
    HELD,
    RELEASED_BY_REVERSAL,
    EXPIRED_HOLDS,
)
