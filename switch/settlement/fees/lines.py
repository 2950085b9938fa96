"""Fees of a transaction besides its commission: one line for each kind its plan has, the entries they add up to, and proofs.

SQL by the rules of ``clearing.presentments``. Lines of adjustments are always rows of the books, ``main.fee_line``; those of
presentments may stand in files. Amounts of lines have the sign of what the merchant gets: a fee it pays is below
zero. What reversals leave of a sale is charged by the row that its line followed, so an adjustment has the difference.
"""

from __future__ import annotations

from typing import Final

from switch.clearing.checks import Ask, Check, Fault, faults
from switch.clearing.gathered import fill_fee_sums
from switch.settlement.fees.rows import EXTRA_KINDS
from switch.transaction import CREDITS

#: Staging: the fees of each kind of sale, and the rows of fee tables that the books do not have yet.
FEE_TABLES: Final = (
    """
    CREATE TEMP TABLE fee_tariff (
      origin TEXT, scheme TEXT, channel TEXT, transaction_type TEXT, product TEXT, tariff_group INTEGER, amount_band INTEGER,
      kind TEXT, rate_basis_points INTEGER, minimum_minor INTEGER, fixed_minor INTEGER, maximum_minor INTEGER, rule INTEGER,
      vat_rate_basis_points INTEGER, sign INTEGER,
      PRIMARY KEY (tariff_group, origin, scheme, channel, transaction_type, product, amount_band, kind)) WITHOUT ROWID
    """,
    """
    CREATE TEMP TABLE new_fee_rule (
      rule INTEGER PRIMARY KEY, kind TEXT, plan TEXT, file TEXT, line INTEGER, from_date TEXT, covers TEXT,
      rate_basis_points INTEGER, fixed_minor INTEGER, minimum_minor INTEGER, maximum_minor INTEGER, refunds_give_back INTEGER)
    """,
)
ADD_FEE_TARIFF: Final = "INSERT INTO fee_tariff VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_NEW_RULE: Final = "INSERT INTO new_fee_rule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

RULE_COLUMNS: Final = (
    "rule, kind, plan, file, line, from_date, covers, rate_basis_points, fixed_minor, minimum_minor, maximum_minor, "
    "refunds_give_back"
)
RULES: Final = f"SELECT {RULE_COLUMNS} FROM main.fee_rule"

FEE_RULES: Final = f"""
INSERT INTO fee_rule ({RULE_COLUMNS}, business_date)
SELECT {RULE_COLUMNS}, :business_date FROM new_fee_rule ORDER BY rule
"""

#: A fee and its VAT, of rows of ``asked`` with an amount without sign; as the commission is charged (``clearing.adjustments``).
_CHARGED: Final = """
taken AS (
  SELECT
    asked.*,
    MAX(minimum_minor, MIN(
      fixed_minor + (amount_minor * rate_basis_points + 5000) / 10000, COALESCE(maximum_minor, 900000000000000))) AS taken_minor
  FROM asked
), charged AS (
  SELECT taken.*, CASE amount_minor WHEN 0 THEN 0 ELSE taken_minor END AS fee_minor FROM taken
), taxed AS (
  SELECT charged.*, (fee_minor * vat_rate_basis_points + 5000) / 10000 AS fee_vat_minor FROM charged
)
"""

#: Of a row of ``asked``: the fee that stands, or its VAT, is not what its rule comes to, rounded half away from zero; in other
#: words than ``_CHARGED``. In whole numbers: r is a·b / 10000 rounded where -5000 <= a·b - 10000·r < 5000. A fee may be more
#: only where it is the minimum, and less only where it is the maximum.
_NOT_BY_RULE: Final = """
  CASE sign WHEN 1 THEN standing_minor < 0 OR standing_vat_minor < 0 ELSE standing_minor > 0 OR standing_vat_minor > 0 END
  OR ABS(standing_minor) * vat_rate_basis_points - 10000 * ABS(standing_vat_minor) NOT BETWEEN -5000 AND 4999
  OR CASE
    WHEN amount_minor = 0 THEN standing_minor <> 0
    WHEN ABS(standing_minor) < minimum_minor OR ABS(standing_minor) > maximum_minor THEN 1 = 1
    WHEN amount_minor * rate_basis_points - 10000 * (ABS(standing_minor) - fixed_minor) BETWEEN -5000 AND 4999 THEN 1 = 0
    WHEN amount_minor * rate_basis_points - 10000 * (ABS(standing_minor) - fixed_minor) < 0
    THEN ABS(standing_minor) <> minimum_minor
    ELSE ABS(standing_minor) <> COALESCE(maximum_minor, -1)
  END
"""

PRESENTED_LINES: Final = f"""
INSERT INTO main.fee_line (
  business_date, merchant_id, request_id, kind, terminal_id, remise_number, rule, amount_minor, vat_minor,
  vat_rate_basis_points, currency, adjusts)
WITH asked AS (
  SELECT
    a.merchant_id, a.request_id, t.kind, a.terminal_id, n.number AS remise_number, t.rule, ABS(a.amount_minor) AS amount_minor,
    t.rate_basis_points, t.minimum_minor, t.fixed_minor, t.maximum_minor, t.vat_rate_basis_points, a.currency,
    CASE WHEN a.amount_minor < 0 THEN -t.sign ELSE t.sign END AS sign
  FROM captured AS a
  CROSS JOIN numbered_remise AS n
  CROSS JOIN fee_tariff AS t
  WHERE EXISTS (SELECT 1 FROM fee_tariff) AND a.exception_reason IS NULL
    AND a.tariff_group IN (SELECT tariff_group FROM fee_tariff)
    AND n.merchant_id = a.merchant_id AND n.terminal_id = a.terminal_id AND n.batch = a.batch
    AND t.tariff_group = a.tariff_group AND t.origin = a.origin AND t.scheme = a.scheme AND t.channel = a.channel
    AND t.transaction_type = a.transaction_type AND t.product = a.tariff_product AND t.amount_band = a.amount_band
), {_CHARGED}
SELECT
  :business_date, merchant_id, request_id, kind, terminal_id, remise_number, rule, sign * fee_minor, sign * fee_vat_minor,
  vat_rate_basis_points, currency, ''
FROM taxed
"""

_CREDIT_TYPES: Final = ", ".join(f"'{transaction_type}'" for transaction_type in sorted(CREDITS))
#: What a rule ``u`` takes of a presentment ``p``, whose refund gives back by the rate alone, or nothing.
_BY_RULE: Final = f"""
    CASE WHEN p.transaction_type NOT IN ({_CREDIT_TYPES}) OR u.refunds_give_back = 1 THEN u.rate_basis_points ELSE 0 END
      AS rate_basis_points,
    CASE WHEN p.transaction_type IN ({_CREDIT_TYPES}) THEN 0 ELSE u.minimum_minor END AS minimum_minor,
    CASE WHEN p.transaction_type IN ({_CREDIT_TYPES}) THEN 0 ELSE u.fixed_minor END AS fixed_minor, u.maximum_minor
"""
_PAID_SIGN: Final = "CASE WHEN (f.kind = 'cash_machine') = (p.amount_minor > 0) THEN 1 ELSE -1 END AS sign"

#: What stands of a line ``f`` with all that adjusted it up to the date.
_STANDING: Final = """
    f.amount_minor + COALESCE((
      SELECT SUM(g.amount_minor)
      FROM adjustment AS e
      CROSS JOIN main.fee_line AS g
      WHERE e.request_id = f.request_id AND e.business_date <= :business_date AND g.business_date = e.business_date
        AND g.merchant_id = e.merchant_id AND g.request_id = e.request_id AND g.kind = f.kind), 0) AS standing_minor,
    f.vat_minor + COALESCE((
      SELECT SUM(g.vat_minor)
      FROM adjustment AS e
      CROSS JOIN main.fee_line AS g
      WHERE e.request_id = f.request_id AND e.business_date <= :business_date AND g.business_date = e.business_date
        AND g.merchant_id = e.merchant_id AND g.request_id = e.request_id AND g.kind = f.kind), 0) AS standing_vat_minor
"""
#: The lines ``f`` of presentments ``p`` that are adjusted on the date, with their rules ``u``.
_ADJUSTED_TODAY: Final = """
  FROM adjustment AS a
  JOIN fee_line AS f ON f.business_date = a.adjusts AND f.merchant_id = a.merchant_id AND f.request_id = a.request_id
  JOIN presentment AS p ON p.request_id = a.request_id
  JOIN fee_rule AS u ON u.rule = f.rule
  WHERE a.business_date = :business_date
"""

#: By the row and the VAT rate of the line that is adjusted, at what remains of its sale.
ADJUSTED_LINES: Final = f"""
INSERT INTO main.fee_line (
  business_date, merchant_id, request_id, kind, terminal_id, remise_number, rule, amount_minor, vat_minor,
  vat_rate_basis_points, currency, adjusts)
WITH asked AS (
  SELECT
    a.merchant_id, a.request_id, f.kind, a.terminal_id, a.remise_number, f.rule, a.currency, a.adjusts,
    ABS(p.amount_minor + (SELECT SUM(e.amount_minor) FROM adjustment AS e WHERE e.request_id = a.request_id)) AS amount_minor,
    f.vat_rate_basis_points,
    {_BY_RULE.strip()}, {_PAID_SIGN},
    {_STANDING.strip()}
  {_ADJUSTED_TODAY.strip()}
), {_CHARGED}
SELECT
  :business_date, merchant_id, request_id, kind, terminal_id, remise_number, rule, sign * fee_minor - standing_minor,
  sign * fee_vat_minor - standing_vat_minor, vat_rate_basis_points, currency, adjusts
FROM taxed
WHERE sign * fee_minor <> standing_minor OR sign * fee_vat_minor <> standing_vat_minor
"""

_GROUPED: Final = "merchant_id, terminal_id, remise_number, kind, rule, vat_rate_basis_points, currency"
#: The lines of presentments, of which there are many, in one pass; ``FEE_LINES`` are made from this small table.
FEE_CUBE: Final = f"""
CREATE TEMP TABLE fee_cube AS
SELECT {_GROUPED}, SUM(amount_minor) AS amount_minor, SUM(vat_minor) AS vat_minor, COUNT(*) AS line_count
FROM fee_line
WHERE business_date = :business_date
GROUP BY {_GROUPED}
"""

#: The lines of a remise together, for each kind, VAT rate and row.
LINE_ENTRIES: Final = f"""
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor,
  vat_rate_basis_points, currency, rule, narrative)
WITH part AS (
  SELECT {_GROUPED}, amount_minor, vat_minor, line_count FROM fee_cube
  UNION ALL
  SELECT {_GROUPED}, amount_minor, vat_minor, 1 FROM main.fee_line WHERE business_date = :business_date AND adjusts <> ''
), summed AS (
  SELECT {_GROUPED}, SUM(amount_minor) AS amount_minor, SUM(vat_minor) AS vat_minor, SUM(line_count) AS line_count
  FROM part
  GROUP BY {_GROUPED}
)
SELECT
  :business_date, s.merchant_id, s.terminal_id, s.remise_number, s.kind,
  ROW_NUMBER() OVER (
    PARTITION BY s.merchant_id, s.terminal_id, s.remise_number, s.kind ORDER BY s.rule, s.vat_rate_basis_points, s.currency),
  '', s.amount_minor, s.vat_minor, s.vat_rate_basis_points, s.currency,
  u.file || CASE u.line WHEN 0 THEN '' ELSE ':' || u.line END || ', ' || u.from_date,
  REPLACE(s.kind, '_', ' ') || ' fee, ' || s.line_count || CASE s.line_count WHEN 1 THEN ' line' ELSE ' lines' END
FROM summed AS s
JOIN fee_rule AS u ON u.rule = s.rule
"""

#: In this order once PRESENTED_LINES, FEE_CUBE and the adjustments are there, before payouts are made.
FEE_LINES: Final = (ADJUSTED_LINES, LINE_ENTRIES)

#: Asked of all lines of presentments of a date, for ``fee_lines_follow_rules``.
LINES_BY_RULES: Final = f"""
WITH asked AS (
  SELECT
    f.request_id, f.kind, p.rrn, f.vat_rate_basis_points, ABS(p.amount_minor) AS amount_minor,
    {_BY_RULE.strip()}, {_PAID_SIGN},
    f.amount_minor AS standing_minor, f.vat_minor AS standing_vat_minor,
    p.request_id IS NULL OR u.rule IS NULL OR p.terminal_id <> f.terminal_id AS is_unfounded
  FROM fee_line AS f
  LEFT JOIN presentment AS p
    ON p.business_date = f.business_date AND p.merchant_id = f.merchant_id AND p.request_id = f.request_id
  LEFT JOIN fee_rule AS u ON u.rule = f.rule AND u.kind = f.kind
  WHERE f.business_date = :business_date AND f.adjusts = ''
)
SELECT request_id, kind, rrn FROM asked WHERE is_unfounded OR {_NOT_BY_RULE}
LIMIT :faults_shown_max
"""


def fee_lines_follow_rules(ask: Ask, business_date: str) -> list[Fault]:
    """Each line, with what adjusts it, is what its row takes of what is left of its sale, and VAT by the rate beside it."""
    adjusted = f"""
    WITH asked AS (
      SELECT
        f.request_id, f.kind, p.rrn, f.vat_rate_basis_points,
        ABS(p.amount_minor + (SELECT SUM(e.amount_minor) FROM adjustment AS e
          WHERE e.request_id = f.request_id AND e.business_date <= :business_date)) AS amount_minor,
        {_BY_RULE.strip()}, {_PAID_SIGN},
        {_STANDING.strip()}
      {_ADJUSTED_TODAY.strip()}
    )
    SELECT request_id, kind, rrn FROM asked WHERE {_NOT_BY_RULE}
    LIMIT :faults_shown_max
    """
    unfounded = """
    SELECT g.request_id, g.kind
    FROM main.fee_line AS g
    LEFT JOIN adjustment AS a
      ON a.business_date = g.business_date AND a.merchant_id = g.merchant_id AND a.request_id = g.request_id
      AND a.adjusts = g.adjusts
    LEFT JOIN fee_line AS f
      ON f.business_date = g.adjusts AND f.merchant_id = g.merchant_id AND f.request_id = g.request_id AND f.kind = g.kind
      AND f.rule = g.rule
    WHERE g.business_date = :business_date AND g.adjusts <> '' AND (a.request_id IS NULL OR f.request_id IS NULL)
    LIMIT :faults_shown_max
    """
    check, sentence = "fee_lines_follow_rules", "presentment {0} (RRN {2}) has not the fee {1} its rule comes to"
    without = "presentment {} is not there for its fee {}, or has no rule for it"
    return [
        *faults(ask, business_date, check, sentence, LINES_BY_RULES),
        *faults(ask, business_date, check, sentence, adjusted),
        *faults(ask, business_date, check, without, unfounded),
    ]


def line_entries_add_up(ask: Ask, business_date: str) -> list[Fault]:
    """The entries of each kind of fee of a transaction are its lines, remise by remise."""
    fill_fee_sums(ask, business_date)
    kinds = ", ".join(f"'{kind}'" for kind in EXTRA_KINDS)
    sql = f"""
    WITH booked AS (
      SELECT merchant_id, terminal_id, remise_number, kind, amount_minor, vat_minor FROM temp.fee_sum
      UNION ALL
      SELECT merchant_id, terminal_id, remise_number, kind, amount_minor, vat_minor
      FROM main.fee_line
      WHERE business_date = :business_date AND adjusts <> ''
      UNION ALL
      SELECT merchant_id, terminal_id, remise_number, kind, -amount_minor, -vat_minor
      FROM merchant_entry
      WHERE business_date = :business_date AND kind IN ({kinds})
    )
    SELECT merchant_id, terminal_id, kind, SUM(amount_minor) + SUM(vat_minor)
    FROM booked
    GROUP BY merchant_id, terminal_id, remise_number, kind
    HAVING SUM(amount_minor) <> 0 OR SUM(vat_minor) <> 0
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}, terminal {}: the fees {} differ from their entries by {} minor units"
    return faults(ask, business_date, "line_entries_add_up", sentence, sql)


#: Asked of all presentments of a date, for ``discounts_follow_rules``.
DISCOUNTS_BY_RULES: Final = f"""
WITH asked AS (
  SELECT p.request_id, p.rrn, p.discount_rate_basis_points, p.discount_minimum_minor, p.discount_fixed_minor,
    COALESCE(p.discount_maximum_minor, -1) AS discount_maximum_minor, u.rule,
    {_BY_RULE.strip()}
  FROM presentment AS p
  LEFT JOIN fee_rule AS u ON u.rule = p.discount_rule AND u.kind = 'commission'
  WHERE p.business_date = :business_date AND p.discount_rule > 0
)
SELECT request_id, rrn
FROM asked
WHERE rule IS NULL OR discount_rate_basis_points <> rate_basis_points OR discount_minimum_minor <> minimum_minor
  OR discount_fixed_minor <> fixed_minor OR discount_maximum_minor <> COALESCE(maximum_minor, -1)
LIMIT :faults_shown_max
"""


def discounts_follow_rules(ask: Ask, business_date: str) -> list[Fault]:
    """The rate, the fixed part and the limits of every presentment are those of the row it names."""
    return faults(
        ask,
        business_date,
        "discounts_follow_rules",
        "presentment {} (RRN {}) has not the rates of its rule",
        DISCOUNTS_BY_RULES,
    )


FEE_CHECKS: tuple[Check, ...] = (fee_lines_follow_rules, line_entries_add_up)
