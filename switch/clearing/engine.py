"""The SQL that clears a business date: text and parameters only, executed by ``switch.endofday``.

Set-based, integers only. ``/`` is the division of integers (truncating), exact as SQLite and PostgreSQL have it; an engine that
divides otherwise needs it rendered (``//`` in DuckDB, ``DIV`` in Spark). Rounding is half away from zero, as ``money.portion``.
The statements run in the order of ``STAGE``, ``TARIFF_KEYS``, ``PRESENTMENTS``, ``CLEAR``; ``:name`` marks a parameter.

The journal is known as ``journal``; staging tables are temporary and hold one day; all the rest are tables of the books.
"""

from __future__ import annotations

#: Staging: the specs resolved for the date, and the day's approvals as they stand in the journal.
STAGING_TABLES = (
    """
    CREATE TEMP TABLE card_acceptor (
      merchant_id TEXT PRIMARY KEY, name TEXT, city TEXT, currency TEXT, rib TEXT, language TEXT, plan TEXT)
    """,
    "CREATE TEMP TABLE card_issuer (issuer TEXT PRIMARY KEY, name TEXT)",
    """
    CREATE TEMP TABLE tariff (
      origin TEXT, scheme TEXT, channel TEXT, transaction_type TEXT, plan TEXT,
      interchange_rate_basis_points INTEGER, discount_rate_basis_points INTEGER, discount_minimum_minor INTEGER,
      PRIMARY KEY (origin, scheme, channel, transaction_type, plan))
    """,
)
ADD_CARD_ACCEPTOR = "INSERT INTO card_acceptor VALUES (?, ?, ?, ?, ?, ?, ?)"
ADD_CARD_ISSUER = "INSERT INTO card_issuer VALUES (?, ?)"
ADD_TARIFF = "INSERT INTO tariff VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

#: The day's approvals, with the plan of their merchant and the reason why one cannot be presented (NULL: it can).
#: The reasons and their order are those of ``presentment.exception_reason``.
STAGE = """
CREATE TEMP TABLE approval AS
SELECT
  r.id AS request_id, r.merchant_id, r.terminal_id, r.issuer, COALESCE(r.scheme, '') AS scheme,
  COALESCE(r.product, '') AS product, r.origin, r.channel, r.transaction_type, r.amount_minor, r.currency, r.rrn,
  COALESCE(d.approval_code, '') AS approval_code, r.pan_masked, r.local_at, d.decided_at_ms, m.plan,
  CASE
    WHEN m.merchant_id IS NULL THEN 'unknown merchant'
    WHEN r.currency <> m.currency THEN 'other currency than the merchant''s'
    WHEN r.issuer IS NULL THEN 'no issuer'
    WHEN i.issuer IS NULL THEN 'unknown issuer'
    WHEN COALESCE(r.origin, '') NOT IN ('domestic', 'foreign') THEN 'neither domestic nor foreign'
    WHEN r.transaction_type NOT IN ('purchase', 'cash_withdrawal') THEN 'neither purchase nor cash withdrawal'
  END AS exception_reason
FROM journal.decision AS d
JOIN journal.request AS r ON r.id = d.request_id
LEFT JOIN card_acceptor AS m ON m.merchant_id = r.merchant_id
LEFT JOIN card_issuer AS i ON i.issuer = r.issuer
WHERE d.business_date = :business_date AND d.response_code IN ('00', '08', '11')
"""

#: Everything of the day a rate can hang on; each row is answered by one row of ``tariff``.
TARIFF_KEYS = """
SELECT DISTINCT origin, scheme, channel, transaction_type, plan FROM approval WHERE exception_reason IS NULL
"""

EXCEPTIONS = """
INSERT INTO exception_item (
  request_id, business_date, reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked, decided_at_ms)
SELECT request_id, :business_date, exception_reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked, decided_at_ms
FROM approval
WHERE exception_reason IS NOT NULL
"""

PRESENTMENTS = """
INSERT INTO presentment (
  request_id, business_date, merchant_id, terminal_id, issuer, scheme, product, origin, channel, transaction_type, amount_minor,
  currency, interchange_rate_basis_points, interchange_minor, discount_rate_basis_points, discount_minor, vat_minor, net_minor,
  rrn, approval_code, pan_masked, local_at, decided_at_ms)
WITH priced AS (
  SELECT
    a.request_id, a.merchant_id, a.terminal_id, a.issuer, a.scheme, a.product, a.origin, a.channel, a.transaction_type,
    a.amount_minor, a.currency, a.rrn, a.approval_code, a.pan_masked, a.local_at, a.decided_at_ms,
    t.interchange_rate_basis_points, t.discount_rate_basis_points, t.discount_minimum_minor,
    CASE WHEN a.amount_minor < 0 THEN -1 ELSE 1 END AS direction
  FROM approval AS a
  JOIN tariff AS t
    ON t.origin = a.origin AND t.scheme = a.scheme AND t.channel = a.channel
    AND t.transaction_type = a.transaction_type AND t.plan = a.plan
  WHERE a.exception_reason IS NULL
), charged AS (
  SELECT
    priced.*,
    direction * ((direction * amount_minor * interchange_rate_basis_points + 5000) / 10000) AS interchange_minor,
    direction * CASE
      WHEN (direction * amount_minor * discount_rate_basis_points + 5000) / 10000 < discount_minimum_minor
      THEN discount_minimum_minor
      ELSE (direction * amount_minor * discount_rate_basis_points + 5000) / 10000
    END AS discount_minor
  FROM priced
), taxed AS (
  SELECT
    charged.*,
    direction * ((direction * discount_minor * :vat_rate_basis_points + 5000) / 10000) AS vat_minor
  FROM charged
)
SELECT
  request_id, :business_date, merchant_id, terminal_id, issuer, scheme, product, origin, channel, transaction_type,
  amount_minor, currency, interchange_rate_basis_points, interchange_minor, discount_rate_basis_points, discount_minor,
  vat_minor, amount_minor - discount_minor - vat_minor,
  rrn, approval_code, pan_masked, local_at, decided_at_ms
FROM taxed
"""

#: The one pass over the presentments; everything below is made from this small table.
CUBE = """
CREATE TEMP TABLE cube AS
SELECT
  merchant_id, issuer, origin, currency,
  COUNT(*) AS presentment_count, SUM(amount_minor) AS gross_minor, SUM(interchange_minor) AS interchange_minor,
  SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor
FROM presentment
WHERE business_date = :business_date
GROUP BY merchant_id, issuer, origin, currency
"""

DAY_TOTALS = """
INSERT INTO day_total (
  business_date, currency, presentment_count, gross_minor, interchange_minor, discount_minor, vat_minor, net_minor)
SELECT
  :business_date, currency, SUM(presentment_count), SUM(gross_minor), SUM(interchange_minor), SUM(discount_minor),
  SUM(vat_minor), SUM(net_minor)
FROM cube
GROUP BY currency
"""

#: One entry for each merchant and issuer: the issuer owes the sales, the merchant is owed them, the issuer keeps interchange.
PRESENTMENT_POSTINGS = """
INSERT INTO posting (
  entry_id, line, business_date, kind, account, debit_minor, credit_minor, currency, value_date, narrative)
WITH obligation AS (
  SELECT
    merchant_id, issuer, currency, SUM(gross_minor) AS gross_minor, SUM(interchange_minor) AS interchange_minor,
    :business_date || '/presentment/' || merchant_id || '/' || issuer AS entry_id
  FROM cube
  GROUP BY merchant_id, issuer, currency
)
SELECT entry_id, 1, :business_date, 'presentment', 'issuer-receivable:' || issuer, gross_minor, 0, currency, :business_date,
  'sales presented to the issuer'
FROM obligation WHERE gross_minor <> 0
UNION ALL
SELECT entry_id, 2, :business_date, 'presentment', 'merchant-payable:' || merchant_id, 0, gross_minor, currency, :business_date,
  'sales owed to the merchant'
FROM obligation WHERE gross_minor <> 0
UNION ALL
SELECT entry_id, 3, :business_date, 'presentment', 'interchange-expense', interchange_minor, 0, currency, :business_date,
  'interchange'
FROM obligation WHERE interchange_minor <> 0
UNION ALL
SELECT entry_id, 4, :business_date, 'presentment', 'issuer-receivable:' || issuer, 0, interchange_minor, currency,
  :business_date, 'interchange kept by the issuer'
FROM obligation WHERE interchange_minor <> 0
"""

POSITIONS = """
INSERT INTO position (
  business_date, participant, name, role, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor,
  net_minor)
SELECT
  :business_date, c.issuer, i.name, 'issuer', c.currency, SUM(c.presentment_count), SUM(c.gross_minor), 0, 0,
  SUM(c.interchange_minor), SUM(c.interchange_minor) - SUM(c.gross_minor)
FROM cube AS c
JOIN card_issuer AS i ON i.issuer = c.issuer
GROUP BY c.issuer, i.name, c.currency
UNION ALL
SELECT
  :business_date, :acquirer_id, :acquirer_name, 'acquirer', currency, 0, 0, SUM(presentment_count), SUM(gross_minor),
  -SUM(interchange_minor), SUM(gross_minor) - SUM(interchange_minor)
FROM cube
GROUP BY currency
"""

#: The issuers pay their net positions into the settlement account on the value date.
SETTLEMENT_POSTINGS = """
INSERT INTO posting (
  entry_id, line, business_date, kind, account, debit_minor, credit_minor, currency, value_date, narrative)
WITH due AS (
  SELECT participant, currency, -net_minor AS due_minor,
    :business_date || '/settlement/' || participant || '/' || currency AS entry_id
  FROM position
  WHERE business_date = :business_date AND role = 'issuer' AND net_minor <> 0
)
SELECT entry_id, 1, :business_date, 'settlement', 'settlement-account', due_minor, 0, currency, :value_date, 'net settlement'
FROM due
UNION ALL
SELECT entry_id, 2, :business_date, 'settlement', 'issuer-receivable:' || participant, 0, due_minor, currency, :value_date,
  'net settlement'
FROM due
"""

#: In this order after PRESENTMENTS; all read the parameters
#: business_date, value_date, vat_rate_basis_points, acquirer_id and acquirer_name.
CLEAR = (EXCEPTIONS, CUBE, DAY_TOTALS, PRESENTMENT_POSTINGS, POSITIONS, SETTLEMENT_POSTINGS)

#: Written last: from then on the database refuses every other row of the day.
CLOSE = """
INSERT INTO closed_day (
  business_date, value_date, closed_at_ms, specs_digest, centre_name, centre_institution_id, vat_rate_basis_points,
  decision_count, approval_count, presentment_count, exception_count)
SELECT
  :business_date, :value_date, :closed_at_ms, :specs_digest, :acquirer_name, :acquirer_id, :vat_rate_basis_points,
  (SELECT COUNT(*) FROM journal.decision WHERE business_date = :business_date),
  (SELECT COUNT(*) FROM approval),
  (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date),
  (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date)
"""
