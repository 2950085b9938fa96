"""What is due of a merchant besides its transactions: charges of a period, shares held back and released, and rounding.

SQL by the rules of ``clearing.presentments``, as sources of entries (``fees.entries``); the staging tables have a row for each
merchant its contract or plan says something for.
"""

from __future__ import annotations

from typing import Final

from switch.clearing.checks import Ask, Check, Fault, faults

DUE_TABLES: Final = (
    """
    CREATE TEMP TABLE due_charge (
      merchant_id TEXT, terminal_id TEXT, kind TEXT, reference TEXT, amount_minor INTEGER, vat_rate_basis_points INTEGER,
      rule TEXT, PRIMARY KEY (merchant_id, kind, terminal_id))
    """,
    """
    CREATE TEMP TABLE held_back (
      merchant_id TEXT, kind TEXT, rate_basis_points INTEGER, maximum_minor INTEGER, release_on TEXT, rule TEXT,
      PRIMARY KEY (merchant_id, kind))
    """,
)
ADD_DUE_CHARGE: Final = "INSERT INTO due_charge VALUES (?, ?, ?, ?, ?, ?, ?)"
ADD_HELD_BACK: Final = "INSERT INTO held_back VALUES (?, ?, ?, ?, ?, ?)"

_INTO_ENTRIES: Final = """
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor,
  vat_rate_basis_points, currency, rule, narrative)
"""

#: Once for a merchant, or once a month on the first date that is closed in it: what stands there under the same reference is
#: not due again. A fee of an event (``chargeback_fee``) is due when that happens, and not by this statement.
CHARGES_DUE: Final = f"""
{_INTO_ENTRIES.strip()}
SELECT
  :business_date, c.merchant_id, c.terminal_id, 0, c.kind, 1, c.reference, -c.amount_minor,
  -((c.amount_minor * c.vat_rate_basis_points + 5000) / 10000), c.vat_rate_basis_points, m.currency, c.rule,
  c.kind || ' ' || c.reference
FROM due_charge AS c
JOIN card_acceptor AS m ON m.merchant_id = c.merchant_id
WHERE c.kind <> 'chargeback_fee' AND c.amount_minor > 0 AND NOT EXISTS (
  SELECT 1 FROM merchant_entry AS e
  WHERE e.merchant_id = c.merchant_id AND e.kind = c.kind AND e.terminal_id = c.terminal_id AND e.reference = c.reference)
"""

#: Of an entry ``e``: it was held back, and is to be released on the date. What was due by the date before is released already.
_DUE_FOR_RELEASE: Final = """
e.kind IN ('reserve', 'deposit') AND e.reference <= :business_date
  AND e.reference > COALESCE((SELECT MAX(business_date) FROM closed_day WHERE business_date < :business_date), '')
  AND NOT EXISTS (
    SELECT 1 FROM merchant_entry AS r
    WHERE r.merchant_id = e.merchant_id AND r.kind = e.kind || '_release' AND r.reference = e.business_date)
"""

#: Merchants that are owed what was held back of them, and may be in the specs no longer.
RELEASES_WANTED: Final = f"""
INSERT OR IGNORE INTO wanted_acceptor (merchant_id)
SELECT e.merchant_id FROM merchant_entry AS e
WHERE {_DUE_FOR_RELEASE.strip()}
"""

#: What was held back is released on the first date closed on or after the one that its reference says.
RELEASES: Final = f"""
{_INTO_ENTRIES.strip()}
SELECT
  :business_date, e.merchant_id, '', 0, e.kind || '_release',
  ROW_NUMBER() OVER (PARTITION BY e.merchant_id, e.kind ORDER BY e.business_date, e.currency), e.business_date,
  -e.amount_minor, 0, 0, e.currency, e.rule, e.kind || ' of ' || e.business_date || ' released'
FROM merchant_entry AS e
JOIN card_acceptor AS m ON m.merchant_id = e.merchant_id
WHERE {_DUE_FOR_RELEASE.strip()}
"""

#: A share of the net of the date's remises, where that is above zero, up to what may be held back at one time.
HOLDINGS: Final = f"""
{_INTO_ENTRIES.strip().removesuffix(")")}, held_basis_points, held_maximum_minor)
WITH earned AS (
  SELECT merchant_id, currency, SUM(net_minor) AS net_minor FROM remise_total GROUP BY merchant_id, currency
), asked AS (
  SELECT
    h.merchant_id, h.kind, e.currency, h.release_on, h.rule, h.rate_basis_points, h.maximum_minor,
    (e.net_minor * h.rate_basis_points + 5000) / 10000 AS share_minor,
    CASE WHEN h.maximum_minor IS NOT NULL THEN h.maximum_minor + COALESCE((
      SELECT SUM(b.amount_minor) FROM merchant_entry AS b
      WHERE b.merchant_id = h.merchant_id AND b.kind IN (h.kind, h.kind || '_release') AND b.currency = e.currency), 0)
    END AS room_minor
  FROM held_back AS h
  JOIN earned AS e ON e.merchant_id = h.merchant_id
  WHERE e.net_minor > 0
), held AS (
  SELECT asked.*, CASE WHEN room_minor < share_minor THEN room_minor ELSE share_minor END AS held_minor FROM asked
)
SELECT
  :business_date, merchant_id, '', 0, kind, 1, release_on, -held_minor, 0, 0, currency, rule, kind || ' until ' || release_on,
  rate_basis_points, maximum_minor
FROM held
WHERE held_minor > 0
"""

#: The commission of a remise by its contract (``rounding = "remise"``): what its presentments come to before rounding, in ten
#: thousandths, and rounded once. Adjustments are rounded each by itself.
_REMISE_COMMISSION: Final = """
taken AS (
  SELECT p.*, ABS(p.amount_minor) * p.discount_rate_basis_points + 10000 * p.discount_fixed_minor AS taken_minor
  FROM asked AS a
  CROSS JOIN presentment AS p
  WHERE p.business_date = :business_date AND p.merchant_id = a.merchant_id
), exact AS (
  SELECT
    p.merchant_id, p.terminal_id, p.remise_number, p.currency, p.discount_minor, p.vat_minor,
    CASE WHEN p.amount_minor < 0 THEN -1 ELSE 1 END * CASE
      WHEN p.amount_minor = 0 THEN 0
      WHEN p.taken_minor < 10000 * p.discount_minimum_minor THEN 10000 * p.discount_minimum_minor
      WHEN p.taken_minor > 10000 * p.discount_maximum_minor THEN 10000 * p.discount_maximum_minor
      ELSE p.taken_minor
    END AS exact_minor
  FROM taken AS p
), summed AS (
  SELECT merchant_id, terminal_id, remise_number, currency, SUM(discount_minor) AS discount_minor,
    SUM(vat_minor) AS vat_minor, SUM(exact_minor) AS exact_minor, CASE WHEN SUM(exact_minor) < 0 THEN -1 ELSE 1 END AS direction
  FROM exact
  GROUP BY merchant_id, terminal_id, remise_number, currency
), rounded AS (
  SELECT summed.*, direction * ((direction * exact_minor + 5000) / 10000) AS commission_minor FROM summed
), taxed AS (
  SELECT
    rounded.*, direction * ((direction * commission_minor * :vat_rate_basis_points + 5000) / 10000) AS commission_vat_minor
  FROM rounded
)
"""

#: The difference between the commission of a remise, rounded once, and that of its lines; and the same of VAT.
ROUNDING_DIFFERENCES: Final = f"""
{_INTO_ENTRIES.strip()}
WITH asked AS (
  SELECT merchant_id FROM card_acceptor WHERE rounding = 'remise'
), {_REMISE_COMMISSION}
SELECT
  :business_date, merchant_id, terminal_id, remise_number, 'rounding', 1, '', discount_minor - commission_minor,
  vat_minor - commission_vat_minor, :vat_rate_basis_points, currency, 'merchants.toml, rounding = "remise"',
  'commission of the remise, rounded once'
FROM taxed
WHERE discount_minor <> commission_minor OR vat_minor <> commission_vat_minor
"""

#: In this order, before payouts are made.
DUES: Final = (CHARGES_DUE, RELEASES, HOLDINGS, ROUNDING_DIFFERENCES)


def charges_due_once(ask: Ask, business_date: str) -> list[Fault]:
    """No charge of a period was made twice for one reference, and VAT of each is by its rate; none is below nothing."""
    twice = """
    SELECT e.merchant_id, e.kind, e.reference
    FROM merchant_entry AS e
    WHERE e.business_date = :business_date AND e.kind IN ('setup', 'subscription', 'rent') AND EXISTS (
      SELECT 1 FROM merchant_entry AS b
      WHERE b.merchant_id = e.merchant_id AND b.kind = e.kind AND b.terminal_id = e.terminal_id AND b.reference = e.reference
        AND b.business_date < e.business_date)
    LIMIT :faults_shown_max
    """
    taxed = """
    SELECT merchant_id, kind, reference
    FROM merchant_entry
    WHERE business_date = :business_date AND kind IN ('setup', 'subscription', 'rent', 'chargeback_fee') AND (
      amount_minor > 0 OR vat_minor > 0
      OR ABS(amount_minor) * vat_rate_basis_points - 10000 * ABS(vat_minor) NOT BETWEEN -5000 AND 4999)
    LIMIT :faults_shown_max
    """
    check = "charges_due_once"
    return [
        *faults(ask, business_date, check, "merchant {}: {} {} was charged before", twice),
        *faults(ask, business_date, check, "merchant {}: {} {} has not the VAT its rate comes to", taxed),
    ]


def releases_are_what_was_held(ask: Ask, business_date: str) -> list[Fault]:
    """What is released on the date was held back, as much of it, no later than it was due, and not released before."""
    sql = """
    SELECT r.merchant_id, r.kind, r.reference
    FROM merchant_entry AS r
    LEFT JOIN merchant_entry AS h
      ON h.merchant_id = r.merchant_id AND h.business_date = r.reference AND h.kind || '_release' = r.kind
      AND h.amount_minor = -r.amount_minor AND h.currency = r.currency AND h.reference <= r.business_date
    WHERE r.business_date = :business_date AND r.kind IN ('reserve_release', 'deposit_release') AND (
      h.merchant_id IS NULL OR EXISTS (
        SELECT 1 FROM merchant_entry AS b
        WHERE b.merchant_id = r.merchant_id AND b.kind = r.kind AND b.reference = r.reference AND b.currency = r.currency
          AND (b.business_date < r.business_date OR (b.business_date = r.business_date AND b.line <> r.line))))
    LIMIT :faults_shown_max
    """
    return faults(ask, business_date, "releases_are_what_was_held", "merchant {}: {} of {} is not what was held back", sql)


def releases_are_made(ask: Ask, business_date: str) -> list[Fault]:
    """What was to be released by this date, and not by the one closed before, is released on it, as much as was held back."""
    sql = """
    SELECT h.merchant_id, h.kind, -h.amount_minor, h.business_date, h.reference
    FROM merchant_entry AS h
    WHERE h.kind IN ('reserve', 'deposit') AND h.reference <= :business_date AND h.reference > COALESCE((
        SELECT MAX(d.business_date) FROM closed_day AS d WHERE d.business_date < :business_date), '')
      AND h.amount_minor + COALESCE((
        SELECT SUM(r.amount_minor) FROM merchant_entry AS r
        WHERE r.business_date = :business_date AND r.merchant_id = h.merchant_id AND r.kind = h.kind || '_release'
          AND r.reference = h.business_date AND r.currency = h.currency), 0) <> 0
    ORDER BY h.merchant_id, h.kind, h.business_date
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: {} of {} minor units, held back on {}, was to be released by {} and is not, or not as much"
    return faults(ask, business_date, "releases_are_made", sentence, sql)


def holdings_are_shares(ask: Ask, business_date: str) -> list[Fault]:
    """What is held back is its share of the net of the date's remises, rounded half up, or what the maximum leaves of that.

    In whole numbers: h is n·b / 10000 rounded where -5000 <= n·b - 10000·h < 5000.
    """
    sql = """
    WITH holding AS (
      SELECT e.merchant_id, e.kind, -e.amount_minor AS held_minor, e.vat_minor, e.reference, e.held_basis_points,
        e.held_maximum_minor,
        (SELECT SUM(r.net_minor) FROM remise AS r
         WHERE r.business_date = e.business_date AND r.merchant_id = e.merchant_id AND r.currency = e.currency) AS net_minor,
        CASE WHEN e.held_maximum_minor IS NOT NULL THEN (SELECT -SUM(b.amount_minor) FROM merchant_entry AS b
         WHERE b.merchant_id = e.merchant_id AND b.kind IN (e.kind, e.kind || '_release') AND b.currency = e.currency
           AND b.business_date <= e.business_date) END AS standing_minor
      FROM merchant_entry AS e
      WHERE e.business_date = :business_date AND e.kind IN ('reserve', 'deposit')
    )
    SELECT merchant_id, kind, held_minor, COALESCE(net_minor, 0)
    FROM holding
    WHERE held_basis_points IS NULL OR COALESCE(net_minor, 0) <= 0 OR held_minor <= 0 OR vat_minor <> 0
      OR reference <= :business_date OR standing_minor > held_maximum_minor
      OR net_minor * held_basis_points - 10000 * held_minor < -5000
      OR (net_minor * held_basis_points - 10000 * held_minor > 4999 AND standing_minor IS NOT held_maximum_minor)
      OR (net_minor * held_basis_points - 10000 * held_minor > 4999 AND held_maximum_minor IS NULL)
    ORDER BY merchant_id, kind
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: {} of {} minor units is not its share of a net of {}, or is above its maximum"
    return faults(ask, business_date, "holdings_are_shares", sentence, sql)


def rounding_follows_remises(ask: Ask, business_date: str) -> list[Fault]:
    """With its difference of rounding, a remise has its commission rounded once, and VAT on that; without one, as it stands.

    Asked of all remises of the merchants that have a difference on the date, in the whole numbers of ``holdings_are_shares``.
    """
    sql = """
    WITH part AS (
      SELECT p.merchant_id, p.terminal_id, p.remise_number, 1 AS line_count, p.discount_minor AS commission_minor, p.vat_minor,
        CASE WHEN p.amount_minor > 0 THEN 1 WHEN p.amount_minor < 0 THEN -1 ELSE 0 END
          * MAX(10000 * p.discount_minimum_minor, MIN(
            ABS(p.amount_minor) * p.discount_rate_basis_points + 10000 * p.discount_fixed_minor,
            10000 * COALESCE(p.discount_maximum_minor, 900000000000000))) AS exact_minor
      FROM presentment AS p
      WHERE p.business_date = :business_date AND p.merchant_id IN (
        SELECT merchant_id FROM merchant_entry WHERE business_date = :business_date AND kind = 'rounding')
      UNION ALL
      SELECT merchant_id, terminal_id, remise_number, 0, -amount_minor, -vat_minor, 0
      FROM merchant_entry
      WHERE business_date = :business_date AND kind = 'rounding'
    ), charged AS (
      SELECT merchant_id, terminal_id, remise_number, SUM(line_count) AS line_count, SUM(commission_minor) AS commission_minor,
        SUM(vat_minor) AS vat_minor, SUM(exact_minor) AS exact_minor
      FROM part
      GROUP BY merchant_id, terminal_id, remise_number
    )
    SELECT c.merchant_id, c.terminal_id, c.remise_number
    FROM charged AS c
    JOIN closed_day AS d ON d.business_date = :business_date
    WHERE c.line_count = 0 OR (c.commission_minor > 0 AND c.exact_minor < 0) OR (c.commission_minor < 0 AND c.exact_minor > 0)
      OR (c.vat_minor > 0 AND c.commission_minor < 0) OR (c.vat_minor < 0 AND c.commission_minor > 0)
      OR ABS(c.exact_minor) - 10000 * ABS(c.commission_minor) NOT BETWEEN -5000 AND 4999
      OR ABS(c.commission_minor) * d.vat_rate_basis_points - 10000 * ABS(c.vat_minor) NOT BETWEEN -5000 AND 4999
    ORDER BY merchant_id, terminal_id, remise_number
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}, terminal {}: the rounding of remise {} is not what its commission rounded once comes to"
    return faults(ask, business_date, "rounding_follows_remises", sentence, sql)


DUE_CHECKS: tuple[Check, ...] = (
    charges_due_once,
    releases_are_what_was_held,
    releases_are_made,
    holdings_are_shares,
    rounding_follows_remises,
)
