"""What must hold of a cleared day, as short functions in a list; each returns the faults it finds.

A check asks the database by SQL through ``ask`` and knows nothing else of it. The books are the main database, the journal is
attached as ``journal``. Checks run before a day is written, and again whenever somebody wants the proof (``switch check``),
which takes those of ``clearing.proofs`` besides.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Final

from switch.clearing.gathered import DECIDED_COUNTS, fill_by_request, fill_sums
from switch.clearing.gathered import Ask as Ask
from switch.money import currency_name, format_minor
from switch.record import frozen

#: Faults one check tells of a day; a broken day would otherwise be told a million times.
FAULTS_SHOWN_MAX = 20


@frozen(kw_only=True)
class Fault:
    """One thing that does not hold."""

    business_date: str | None
    check: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.business_date}: {self.sentence}" if self.business_date else self.sentence


Check = Callable[[Ask, str], list[Fault]]

#: Asked of all approvals of a date, for ``approvals_presented_once``.
PRESENTED_ONCE: Final = (
    resources.files(__package__).joinpath("sql", "check_approvals_presented_once.sql").read_text(encoding="utf-8")
)
#: Asked of all presentments of a date, for ``lines_add_up``.
PRESENTED_ADD_UP: Final = """
SELECT 'presentment', request_id
FROM presentment
WHERE business_date = :business_date AND amount_minor <> discount_minor + vat_minor + net_minor
LIMIT :faults_shown_max
"""


def faults(ask: Ask, business_date: str | None, check: str, sentence: str, sql: str) -> list[Fault]:
    """One fault for each row of a query, its sentence filled with the columns of the row."""
    parameters = {"business_date": business_date, "faults_shown_max": FAULTS_SHOWN_MAX}
    rows = ask(sql, parameters)
    return [Fault(business_date=business_date, check=check, sentence=sentence.format(*row)) for row in rows]


def entries_balance(ask: Ask, business_date: str) -> list[Fault]:
    """Debits and credits of every entry are equal, and so of the whole day."""
    sql = """
    SELECT entry_id, SUM(debit_minor), SUM(credit_minor)
    FROM posting
    WHERE business_date = :business_date
    GROUP BY entry_id, currency
    HAVING SUM(debit_minor) <> SUM(credit_minor)
    ORDER BY entry_id
    LIMIT :faults_shown_max
    """
    sentence = "entry {} does not balance: {} debited, {} credited (minor units)"
    return faults(ask, business_date, "entries_balance", sentence, sql)


def positions_sum_to_zero(ask: Ask, business_date: str) -> list[Fault]:
    """What the issuers pay is what the acquirer receives."""
    sql = (
        "SELECT currency, SUM(net_minor) FROM position WHERE business_date = :business_date GROUP BY currency ORDER BY currency"
    )
    return [
        Fault(
            business_date=business_date,
            check="positions_sum_to_zero",
            sentence=f"net positions sum to {format_minor(total, currency)} {currency_name(currency)}, expected 0",
        )
        for currency, total in ask(sql, {"business_date": business_date})
        if total != 0
    ]


def positions_match_presentments(ask: Ask, business_date: str) -> list[Fault]:
    """An issuer's position is the sum of what was presented to it, adjusted and disputed: it pays what is above zero. Leaves
    ``presented_sum`` filled."""
    fill_sums(ask, business_date, again=True)
    sql = """
    WITH moved AS (
      SELECT issuer, currency, is_credit AS paid, SUM(line_count) AS lines, SUM(gross_minor) AS amount_minor,
        SUM(interchange_minor) AS interchange
      FROM temp.presented_sum
      GROUP BY issuer, currency, is_credit
      UNION ALL
      SELECT issuer, currency, amount_minor < 0, COUNT(*), SUM(amount_minor), SUM(interchange_minor)
      FROM adjustment
      WHERE business_date = :business_date
      GROUP BY issuer, currency, amount_minor < 0
      UNION ALL
      SELECT issuer, currency, amount_minor < 0, COUNT(*), SUM(amount_minor), SUM(interchange_minor)
      FROM dispute_item
      WHERE business_date = :business_date
      GROUP BY issuer, currency, amount_minor < 0
    ), presented AS (
      SELECT issuer, currency,
        SUM(CASE WHEN paid THEN 0 ELSE lines END) AS debit_count,
        SUM(CASE WHEN paid THEN 0 ELSE amount_minor END) AS debit_minor,
        SUM(CASE WHEN paid THEN lines ELSE 0 END) AS credit_count,
        SUM(CASE WHEN paid THEN -amount_minor ELSE 0 END) AS credit_minor, SUM(interchange) AS interchange
      FROM moved
      GROUP BY issuer, currency
    )
    SELECT p.issuer, p.debit_minor - p.credit_minor, p.interchange, COALESCE(n.debit_minor - n.credit_minor, 0),
      COALESCE(n.interchange_minor, 0)
    FROM presented AS p
    LEFT JOIN position AS n
      ON n.business_date = :business_date AND n.role = 'issuer' AND n.participant = p.issuer AND n.currency = p.currency
    WHERE n.participant IS NULL OR n.debit_count <> p.debit_count OR n.debit_minor <> p.debit_minor
      OR n.credit_count <> p.credit_count OR n.credit_minor <> p.credit_minor
      OR n.interchange_minor <> p.interchange OR n.net_minor <> p.credit_minor + p.interchange - p.debit_minor
    ORDER BY p.issuer
    LIMIT :faults_shown_max
    """
    sentence = "issuer {}: presentments of {} with interchange {}, but a position of {} with interchange {} (minor units)"
    return faults(ask, business_date, "positions_match_presentments", sentence, sql)


def approvals_presented_once(ask: Ask, business_date: str) -> list[Fault]:
    """Every approval that moves money is one of five: presented at what reversals leave of it, listed as an exception,
    reversed, held, or captured by another request of the date. Leaves ``presented_by_request`` filled."""
    fill_by_request(ask, business_date, again=True)
    sentence = (
        "approval {0} (RRN {1}) is not presented exactly once as the journal has it, nor reversed, nor held, nor captured by "
        "another request, nor listed as an exception"
    )
    return faults(ask, business_date, "approvals_presented_once", sentence, PRESENTED_ONCE)


def nothing_else_presented(ask: Ask, business_date: str) -> list[Fault]:
    """As many presentments, exceptions, reversed and held items as approvals: none without an approval behind it. Exceptions of
    earlier dates that the date presents are approvals of those."""
    fill_sums(ask, business_date, again=False)
    sql = f"""
    SELECT presented, listed, reversed, held, captured_later, nothing_due_count, approved_count
    FROM (
      SELECT
        (SELECT COALESCE(SUM(line_count), 0) FROM temp.presented_sum)
          - (SELECT COUNT(*) FROM exception_end WHERE business_date = :business_date AND outcome = 'presented') AS presented,
        (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date) AS listed,
        (SELECT COUNT(*) FROM reversed_item WHERE business_date = :business_date) AS reversed,
        (SELECT COUNT(*) FROM held_item WHERE business_date = :business_date) AS held,
        (SELECT COUNT(*) FROM released_item
         WHERE business_date = :business_date AND held_since = :business_date) AS captured_later,
        nothing_due_count, approved_count
      FROM ({DECIDED_COUNTS}) AS decided
    ) AS counted
    WHERE presented + listed + reversed + held + captured_later + nothing_due_count <> approved_count
    """
    sentence = (
        "{} presentments, {} exceptions, {} reversed, {} held, {} captured by another request and {} with nothing due "
        "for {} approvals in the journal"
    )
    return faults(ask, business_date, "nothing_else_presented", sentence, sql)


def holds_end_once(ask: Ask, business_date: str) -> list[Fault]:
    """What ends a hold on the date is in the journal, and every hold that a request of the date captured has ended."""
    unfounded = """
    SELECT e.request_id, e.outcome, e.released_by
    FROM released_item AS e
    JOIN journal.request AS r ON r.id = e.request_id
    LEFT JOIN journal.request AS c
      ON e.outcome = 'captured' AND c.id = e.released_by AND c.original_id IN (e.request_id, r.original_id)
    LEFT JOIN journal.decision AS d
      ON d.request_id = c.id AND d.business_date = e.business_date AND d.captured_minor IS NOT NULL
    LEFT JOIN journal.reversal AS v
      ON e.outcome = 'reversed' AND v.id = e.released_by AND v.original_id = e.request_id AND v.effective = 1
      AND v.business_date = e.business_date AND v.replacement_minor = 0
    WHERE e.business_date = :business_date AND d.request_id IS NULL AND v.id IS NULL
      AND (e.outcome <> 'expired' OR e.hold_days < 1
        OR julianday(e.business_date) - julianday(e.held_since) < e.hold_days)
    ORDER BY e.request_id
    LIMIT :faults_shown_max
    """
    still_held = """
    SELECT h.request_id, h.rrn, c.id
    FROM journal.request AS c
    CROSS JOIN journal.decision AS d
    CROSS JOIN held_item AS h
    LEFT JOIN released_item AS e ON e.request_id = h.request_id AND e.business_date <= :business_date
    WHERE c.original_id IS NOT NULL AND d.request_id = c.id AND d.business_date = :business_date
      AND d.captured_minor IS NOT NULL AND h.request_id = c.original_id AND e.request_id IS NULL
    ORDER BY h.request_id
    LIMIT :faults_shown_max
    """
    return [
        *faults(ask, business_date, "holds_end_once", "hold {} is {} by {}, which the journal does not have so", unfounded),
        *faults(ask, business_date, "holds_end_once", "hold {} (RRN {}) is held still, and request {} captured it", still_held),
    ]


def adjustments_leave_what_remains(ask: Ask, business_date: str) -> list[Fault]:
    """What was presented and is reversed on the date stands in the books at what remains of it; at no charges for nothing."""
    sql = """
    WITH touched AS (
      SELECT original_id AS request_id FROM journal.reversal WHERE effective = 1 AND business_date = :business_date
      UNION
      SELECT request_id FROM adjustment WHERE business_date = :business_date
    ), lowered AS (
      SELECT v.original_id AS request_id, MIN(v.replacement_minor) AS replacement_minor
      FROM touched AS t
      JOIN journal.reversal AS v ON v.original_id = t.request_id
      WHERE v.effective = 1 AND v.business_date <= :business_date
      GROUP BY v.original_id
    ), booked AS (
      SELECT p.request_id, p.amount_minor, p.interchange_minor, p.discount_minor, p.vat_minor
      FROM touched AS t
      JOIN presentment AS p ON p.request_id = t.request_id
      WHERE p.business_date < :business_date
      UNION ALL
      SELECT a.request_id, a.amount_minor, a.interchange_minor, a.discount_minor, a.vat_minor
      FROM touched AS t
      JOIN adjustment AS a ON a.request_id = t.request_id
      WHERE a.business_date <= :business_date
    ), standing AS (
      SELECT request_id, SUM(amount_minor) AS amount_minor, SUM(interchange_minor) AS interchange_minor,
        SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor
      FROM booked
      GROUP BY request_id
    ), compared AS (
      SELECT s.*, p.rrn,
        CASE
          WHEN v.replacement_minor IS NULL OR v.replacement_minor >= ABS(p.amount_minor) THEN p.amount_minor
          WHEN p.amount_minor < 0 THEN -v.replacement_minor
          ELSE v.replacement_minor
        END AS remaining_minor
      FROM standing AS s
      JOIN presentment AS p ON p.request_id = s.request_id
      LEFT JOIN lowered AS v ON v.request_id = s.request_id
    )
    SELECT request_id, rrn, amount_minor, remaining_minor
    FROM compared
    WHERE amount_minor <> remaining_minor
      OR (remaining_minor = 0 AND (interchange_minor <> 0 OR discount_minor <> 0 OR vat_minor <> 0))
    ORDER BY request_id
    LIMIT :faults_shown_max
    """
    sentence = "presentment {} (RRN {}) stands at {} after reversals that leave {} of it (minor units)"
    return faults(ask, business_date, "adjustments_leave_what_remains", sentence, sql)


def adjustments_have_reversals(ask: Ask, business_date: str) -> list[Fault]:
    """Every adjustment takes back a presentment of an earlier date, because of a reversal of its own date."""
    sql = """
    SELECT a.request_id
    FROM adjustment AS a
    LEFT JOIN presentment AS p
      ON p.request_id = a.request_id AND p.business_date = a.adjusts AND p.business_date < a.business_date
      AND p.merchant_id = a.merchant_id AND p.issuer = a.issuer AND p.origin = a.origin AND p.currency = a.currency
    LEFT JOIN journal.reversal AS v
      ON v.id = a.reversal_id AND v.original_id = a.request_id AND v.effective = 1 AND v.business_date = a.business_date
    WHERE a.business_date = :business_date AND (p.request_id IS NULL OR v.id IS NULL)
    ORDER BY a.request_id
    LIMIT :faults_shown_max
    """
    sentence = "the adjustment of presentment {} has no reversal of its date, or not that presentment, behind it"
    return faults(ask, business_date, "adjustments_have_reversals", sentence, sql)


def lines_add_up(ask: Ask, business_date: str) -> list[Fault]:
    """Gross is discount + VAT + net on every presentment and every adjustment."""
    adjusted = """
    SELECT 'adjustment', request_id
    FROM adjustment
    WHERE business_date = :business_date AND amount_minor <> discount_minor + vat_minor + net_minor
    LIMIT :faults_shown_max
    """
    sentence = "{} {} does not add up"
    return [
        *faults(ask, business_date, "lines_add_up", sentence, PRESENTED_ADD_UP),
        *faults(ask, business_date, "lines_add_up", sentence, adjusted),
    ]


CLEARING_CHECKS: tuple[Check, ...] = (
    entries_balance,
    positions_sum_to_zero,
    positions_match_presentments,
    approvals_presented_once,
    nothing_else_presented,
    holds_end_once,
    adjustments_leave_what_remains,
    adjustments_have_reversals,
    lines_add_up,
)
