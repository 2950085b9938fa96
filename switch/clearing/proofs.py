"""What is proved only of closed days and of the whole journal (``switch check``), in the form of ``clearing.checks``."""

from __future__ import annotations

from typing import Final

from switch.clearing.checks import Ask, Check, Fault, faults
from switch.clearing.gathered import fill_by_request
from switch.transaction import CREDITS

CREDIT_TYPES = ", ".join(f"'{transaction_type}'" for transaction_type in sorted(CREDITS))  #: as a list of SQL


def closed_day_unchanged(ask: Ask, business_date: str) -> list[Fault]:
    """The journal decided and reversed nothing more in the name of a day after it was closed."""
    sql = """
    SELECT decided, reversed, decision_count, reversal_count
    FROM (
      SELECT c.decision_count, c.reversal_count,
        (SELECT COUNT(*) FROM journal.decision WHERE business_date = :business_date) AS decided,
        (SELECT COUNT(*) FROM journal.reversal WHERE business_date = :business_date) AS reversed
      FROM closed_day AS c
      WHERE c.business_date = :business_date
    ) AS counted
    WHERE decided <> decision_count OR reversed <> reversal_count
    """
    sentence = "{} decisions and {} reversals in the journal, but {} and {} when the day was closed"
    return faults(ask, business_date, "closed_day_unchanged", sentence, sql)


#: Of a row of ``charged``: interchange, discount or VAT is not what the rates stored beside it come to, rounded half away from
#: zero and with the sign of the amount. In whole numbers: r is a·b / 10000 rounded where -5000 <= a·b - 10000·r < 5000. A
#: discount may be more only where it is the minimum, and less only where it is the maximum.
_NOT_BY_RATES = """
  CASE direction
    WHEN 1 THEN interchange_minor < 0 OR discount_minor < 0 OR vat_minor < 0
    ELSE interchange_minor > 0 OR discount_minor > 0 OR vat_minor > 0
  END
  OR ABS(amount_minor) * interchange_rate_basis_points - 10000 * ABS(interchange_minor) NOT BETWEEN -5000 AND 4999
  OR ABS(discount_minor) * vat_rate_basis_points - 10000 * ABS(vat_minor) NOT BETWEEN -5000 AND 4999
  OR CASE
    WHEN amount_minor = 0 THEN discount_minor <> 0
    WHEN ABS(discount_minor) < discount_minimum_minor OR ABS(discount_minor) > discount_maximum_minor THEN 1 = 1
    WHEN ABS(amount_minor) * discount_rate_basis_points - 10000 * (ABS(discount_minor) - discount_fixed_minor)
      BETWEEN -5000 AND 4999 THEN 1 = 0
    WHEN ABS(amount_minor) * discount_rate_basis_points - 10000 * (ABS(discount_minor) - discount_fixed_minor) < 0
    THEN ABS(discount_minor) <> discount_minimum_minor
    ELSE ABS(discount_minor) <> COALESCE(discount_maximum_minor, -1)
  END
"""

#: Asked of all presentments of a date, for ``charges_follow_rates``.
PRESENTED_CHARGES: Final = f"""
WITH charged AS (
  SELECT p.*, d.vat_rate_basis_points, CASE WHEN p.amount_minor < 0 THEN -1 ELSE 1 END AS direction
  FROM presentment AS p
  JOIN closed_day AS d ON d.business_date = p.business_date
  WHERE p.business_date = :business_date
)
SELECT request_id, rrn FROM charged WHERE {_NOT_BY_RATES} LIMIT :faults_shown_max
"""


def charges_follow_rates(ask: Ask, business_date: str) -> list[Fault]:
    """Interchange, discount and VAT of every presentment are those of its rates, and so of what adjustments leave of one."""
    adjusted = f"""
    WITH taken AS (
      SELECT a.request_id, SUM(a.amount_minor) AS amount_minor, SUM(a.interchange_minor) AS interchange_minor,
        SUM(a.discount_minor) AS discount_minor, SUM(a.vat_minor) AS vat_minor
      FROM adjustment AS t
      JOIN adjustment AS a ON a.request_id = t.request_id
      WHERE t.business_date = :business_date AND a.business_date <= :business_date
      GROUP BY a.request_id
    ), charged AS (
      SELECT p.request_id, p.rrn, p.interchange_rate_basis_points, p.discount_rate_basis_points, p.discount_minimum_minor,
        p.discount_fixed_minor, p.discount_maximum_minor, d.vat_rate_basis_points,
        CASE WHEN p.amount_minor < 0 THEN -1 ELSE 1 END AS direction,
        p.amount_minor + t.amount_minor AS amount_minor, p.interchange_minor + t.interchange_minor AS interchange_minor,
        p.discount_minor + t.discount_minor AS discount_minor, p.vat_minor + t.vat_minor AS vat_minor
      FROM taken AS t
      JOIN presentment AS p ON p.request_id = t.request_id
      JOIN closed_day AS d ON d.business_date = p.business_date
    )
    SELECT request_id, rrn FROM charged WHERE {_NOT_BY_RATES} ORDER BY request_id LIMIT :faults_shown_max
    """
    sentence = "presentment {} (RRN {}) has not the charges its rates come to"
    left = "presentment {} (RRN {}) is not left with the charges its rates come to"
    return [
        *faults(ask, business_date, "charges_follow_rates", sentence, PRESENTED_CHARGES),
        *faults(ask, business_date, "charges_follow_rates", left, adjusted),
    ]


#: Asked of all presentments of a date, for ``only_refunds_are_credits``.
PRESENTED_SIGNS: Final = f"""
SELECT request_id, rrn, transaction_type, amount_minor
FROM presentment
WHERE business_date = :business_date AND (amount_minor < 0) <> (transaction_type IN ({CREDIT_TYPES}))
LIMIT :faults_shown_max
"""


def only_refunds_are_credits(ask: Ask, business_date: str) -> list[Fault]:
    """A refund is below zero, everything else above."""
    sentence = "presentment {} (RRN {}), a {}, is of {} minor units"
    return faults(ask, business_date, "only_refunds_are_credits", sentence, PRESENTED_SIGNS)


def captures_are_within_grants(ask: Ask, business_date: str) -> list[Fault]:
    """What captures a hold on the date is at most what was granted, with its increments, and what its merchant may go above.
    What completes a hold that had expired is an offline sale: nothing was granted for it."""
    sql = """
    WITH granted AS (
      SELECT released_by, SUM(granted_minor) AS granted_minor, MAX(over_basis_points) AS over_basis_points
      FROM released_item
      WHERE business_date = :business_date AND outcome = 'captured'
      GROUP BY released_by
    )
    SELECT g.released_by, ABS(d.captured_minor), g.granted_minor, g.over_basis_points
    FROM granted AS g
    JOIN journal.decision AS d ON d.request_id = g.released_by
    WHERE ABS(d.captured_minor) > g.granted_minor + g.granted_minor * g.over_basis_points / 10000
      AND NOT EXISTS (
        SELECT 1 FROM journal.request AS r JOIN released_item AS e ON e.request_id = r.original_id
        WHERE r.id = g.released_by AND e.outcome = 'expired')
    ORDER BY g.released_by
    LIMIT :faults_shown_max
    """
    sentence = "request {} captured {} minor units where {} were granted, and {} basis points above at most"
    return faults(ask, business_date, "captures_are_within_grants", sentence, sql)


#: Asked of all presentments of a date, for ``presentments_are_the_journals``.
PRESENTED_AS_DECIDED: Final = """
SELECT p.request_id, p.rrn
FROM temp.presented_by_request AS b
CROSS JOIN presentment AS p ON p.request_id = b.request_id
LEFT JOIN journal.request AS r ON r.id = b.request_id
LEFT JOIN journal.decision AS d ON d.request_id = b.request_id
WHERE p.business_date = :business_date AND (
  (d.business_date IS NOT p.business_date AND NOT EXISTS (
    SELECT 1 FROM exception_end AS e WHERE e.request_id = p.request_id AND e.business_date = :business_date))
  OR r.merchant_id IS NOT p.merchant_id OR r.terminal_id IS NOT p.terminal_id
  OR r.issuer IS NOT p.issuer OR COALESCE(r.scheme, '') <> p.scheme OR COALESCE(r.product, '') <> p.product
  OR r.origin IS NOT p.origin OR r.channel IS NOT p.channel OR r.transaction_type IS NOT p.transaction_type
  OR r.currency IS NOT p.currency OR r.rrn IS NOT p.rrn OR COALESCE(d.approval_code, '') <> p.approval_code
  OR r.pan_masked IS NOT p.pan_masked OR r.local_at IS NOT p.local_at OR d.decided_at_ms IS NOT p.decided_at_ms)
LIMIT :faults_shown_max
"""


def presentments_are_the_journals(ask: Ask, business_date: str) -> list[Fault]:
    """What every presentment says of its sale, but the amount, is what the journal says of it. They are gone through in the
    order of the journal, which is larger than the books: each of its pages is read once."""
    fill_by_request(ask, business_date, again=False)
    sentence = "presentment {} (RRN {}) does not say of its sale what the journal says"
    return faults(ask, business_date, "presentments_are_the_journals", sentence, PRESENTED_AS_DECIDED)


#: What is proved of a day once it is closed: of its presentments by what was stored with them, of the journal by what it was.
#: ``charges_follow_rates`` is proved before it is committed too.
CLOSED_DAY_CHECKS: tuple[Check, ...] = (
    closed_day_unchanged,
    presentments_are_the_journals,
    only_refunds_are_credits,
    captures_are_within_grants,
)


def decisions_have_requests(ask: Ask) -> list[Fault]:
    """No decision of the journal is without the request it answers, nor of a business date never opened."""
    orphans = """
    SELECT d.request_id
    FROM journal.decision AS d
    LEFT JOIN journal.request AS r ON r.id = d.request_id
    WHERE r.id IS NULL
    LIMIT :faults_shown_max
    """
    undated = """
    SELECT d.business_date, COUNT(*)
    FROM journal.decision AS d
    LEFT JOIN journal.business_day AS b ON b.business_date = d.business_date
    WHERE b.business_date IS NULL
    GROUP BY d.business_date
    ORDER BY d.business_date
    LIMIT :faults_shown_max
    """
    return [
        *faults(ask, None, "decisions_have_requests", "decision {} of the journal has no request", orphans),
        *faults(ask, None, "decisions_have_requests", "{1} decisions are of {0}, a business date never opened", undated),
    ]


def reversals_have_originals(ask: Ask) -> list[Fault]:
    """No reversal of the journal changed a request that is not there, nor is one of a business date never opened."""
    orphans = """
    SELECT v.id
    FROM journal.reversal AS v
    LEFT JOIN journal.request AS r ON r.id = v.original_id
    WHERE v.effective = 1 AND r.id IS NULL
    LIMIT :faults_shown_max
    """
    undated = """
    SELECT v.business_date, COUNT(*)
    FROM journal.reversal AS v
    LEFT JOIN journal.business_day AS b ON b.business_date = v.business_date
    WHERE b.business_date IS NULL
    GROUP BY v.business_date
    ORDER BY v.business_date
    LIMIT :faults_shown_max
    """
    return [
        *faults(ask, None, "reversals_have_originals", "reversal {} of the journal has effect on no request", orphans),
        *faults(ask, None, "reversals_have_originals", "{1} reversals are of {0}, a business date never opened", undated),
    ]


def holds_are_captured_once(ask: Ask) -> list[Fault]:
    """What captures another request names an approval that captured nothing by itself, and no other that still counts names
    the same."""
    unfounded = """
    SELECT c.id, c.original_id
    FROM journal.request AS c
    JOIN journal.decision AS d ON d.request_id = c.id
    LEFT JOIN journal.decision AS o ON o.request_id = c.original_id
    WHERE c.original_id IS NOT NULL AND d.captured_minor IS NOT NULL
      AND (o.approved_minor IS NULL OR o.captured_minor IS NOT NULL)
    ORDER BY c.id
    LIMIT :faults_shown_max
    """
    twice = """
    SELECT c.original_id, COUNT(*)
    FROM journal.request AS c
    JOIN journal.decision AS d ON d.request_id = c.id
    WHERE c.original_id IS NOT NULL AND d.captured_minor IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM journal.reversal AS v WHERE v.original_id = c.id AND v.effective = 1 AND v.replacement_minor = 0)
    GROUP BY c.original_id
    HAVING COUNT(*) > 1
    ORDER BY c.original_id
    LIMIT :faults_shown_max
    """
    not_a_hold = "request {} of the journal captures request {}, which is no approval that waits for it"
    return [
        *faults(ask, None, "holds_are_captured_once", not_a_hold, unfounded),
        *faults(ask, None, "holds_are_captured_once", "request {} of the journal is captured by {} others", twice),
    ]


JOURNAL_CHECKS = (decisions_have_requests, reversals_have_originals, holds_are_captured_once)
