"""What must hold of a cleared day, as short functions in a list; each returns the faults it finds.

A check asks the database by SQL through ``ask`` and knows nothing else of it. The books are the main database, the journal is
attached as ``journal``. Checks run before a day is written, and again whenever somebody wants the proof (``switch check``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import frozen

from switch.money import currency_name, format_minor

#: Faults one check tells of a day; a broken day would otherwise be told a million times.
FAULTS_SHOWN_MAX = 20

Ask = Callable[[str, Mapping[str, object]], Iterable[tuple[Any, ...]]]


@frozen(kw_only=True)
class Fault:
    """One thing that does not hold."""

    business_date: str | None
    check: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.business_date}: {self.sentence}" if self.business_date else self.sentence


Check = Callable[[Ask, str], list[Fault]]


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
    """An issuer's position is the sum of what was presented to it, less what was adjusted."""
    sql = """
    WITH moved AS (
      SELECT issuer, currency, COUNT(*) AS debit_count, SUM(amount_minor) AS debit_minor, 0 AS credit_count, 0 AS credit_minor,
        SUM(interchange_minor) AS interchange
      FROM presentment
      WHERE business_date = :business_date
      GROUP BY issuer, currency
      UNION ALL
      SELECT issuer, currency, 0, 0, COUNT(*), -SUM(amount_minor), SUM(interchange_minor)
      FROM adjustment
      WHERE business_date = :business_date
      GROUP BY issuer, currency
    ), presented AS (
      SELECT issuer, currency, SUM(debit_count) AS debit_count, SUM(debit_minor) AS debit_minor,
        SUM(credit_count) AS credit_count, SUM(credit_minor) AS credit_minor, SUM(interchange) AS interchange
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
    """Every approval is one of three: presented at what reversals leave of it, listed as an exception, reversed."""
    sql = """
    WITH lowered AS (
      SELECT v.original_id, MIN(v.replacement_minor) AS replacement_minor
      FROM journal.reversal AS v
      JOIN journal.decision AS d ON d.request_id = v.original_id
      WHERE v.effective = 1 AND v.business_date <= :business_date AND d.business_date = :business_date
      GROUP BY v.original_id
    ), approved AS (
      SELECT r.id, r.rrn, r.currency, r.merchant_id, r.issuer, d.business_date, v.replacement_minor,
        CASE WHEN v.replacement_minor < r.amount_minor THEN v.replacement_minor ELSE r.amount_minor END AS remaining_minor
      FROM journal.decision AS d
      JOIN journal.request AS r ON r.id = d.request_id
      LEFT JOIN lowered AS v ON v.original_id = d.request_id
      WHERE d.business_date = :business_date AND d.response_code IN ('00', '08', '11')
    )
    SELECT a.id, a.rrn
    FROM approved AS a
    LEFT JOIN presentment AS p
      ON p.request_id = a.id AND p.business_date = a.business_date AND p.amount_minor = a.remaining_minor
      AND p.currency = a.currency AND p.merchant_id = a.merchant_id AND p.issuer = a.issuer
    LEFT JOIN exception_item AS x
      ON x.request_id = a.id AND x.business_date = a.business_date AND x.amount_minor = a.remaining_minor
    LEFT JOIN reversed_item AS u
      ON u.request_id = a.id AND u.business_date = a.business_date AND a.replacement_minor = 0
    WHERE CASE WHEN p.request_id IS NULL THEN 0 ELSE 1 END + CASE WHEN x.request_id IS NULL THEN 0 ELSE 1 END
      + CASE WHEN u.request_id IS NULL THEN 0 ELSE 1 END <> 1
      OR (a.replacement_minor = 0 AND u.request_id IS NULL)
    LIMIT :faults_shown_max
    """
    sentence = (
        "approval {0} (RRN {1}) is not presented exactly once as the journal has it, nor reversed, nor listed as an exception"
    )
    return faults(ask, business_date, "approvals_presented_once", sentence, sql)


def nothing_else_presented(ask: Ask, business_date: str) -> list[Fault]:
    """As many presentments, exceptions and reversed items as approvals: none without an approval behind it."""
    sql = """
    SELECT presented, listed, reversed, approved
    FROM (
      SELECT
        (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date) AS presented,
        (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date) AS listed,
        (SELECT COUNT(*) FROM reversed_item WHERE business_date = :business_date) AS reversed,
        (SELECT COUNT(*) FROM journal.decision
         WHERE business_date = :business_date AND response_code IN ('00', '08', '11')) AS approved
    ) AS counted
    WHERE presented + listed + reversed <> approved
    """
    sentence = "{} presentments, {} exceptions and {} reversed for {} approvals in the journal"
    return faults(ask, business_date, "nothing_else_presented", sentence, sql)


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
        CASE WHEN v.replacement_minor < p.amount_minor THEN v.replacement_minor ELSE p.amount_minor END AS remaining_minor
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
    sql = """
    SELECT 'presentment', request_id
    FROM presentment
    WHERE business_date = :business_date AND amount_minor <> discount_minor + vat_minor + net_minor
    UNION ALL
    SELECT 'adjustment', request_id
    FROM adjustment
    WHERE business_date = :business_date AND amount_minor <> discount_minor + vat_minor + net_minor
    LIMIT :faults_shown_max
    """
    return faults(ask, business_date, "lines_add_up", "{} {} does not add up", sql)


CLEARING_CHECKS: tuple[Check, ...] = (
    entries_balance,
    positions_sum_to_zero,
    positions_match_presentments,
    approvals_presented_once,
    nothing_else_presented,
    adjustments_leave_what_remains,
    adjustments_have_reversals,
    lines_add_up,
)


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


JOURNAL_CHECKS = (decisions_have_requests, reversals_have_originals)
