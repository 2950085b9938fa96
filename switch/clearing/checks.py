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
    """An issuer's position is the sum of what was presented to it."""
    sql = """
    WITH presented AS (
      SELECT issuer, currency, COUNT(*) AS debit_count, SUM(amount_minor) AS debit_minor, SUM(interchange_minor) AS interchange
      FROM presentment
      WHERE business_date = :business_date
      GROUP BY issuer, currency
    )
    SELECT p.issuer, p.debit_minor, p.interchange, COALESCE(n.debit_minor, 0), COALESCE(n.interchange_minor, 0)
    FROM presented AS p
    LEFT JOIN position AS n
      ON n.business_date = :business_date AND n.role = 'issuer' AND n.participant = p.issuer AND n.currency = p.currency
    WHERE n.participant IS NULL OR n.debit_count <> p.debit_count OR n.debit_minor <> p.debit_minor
      OR n.interchange_minor <> p.interchange OR n.net_minor <> p.interchange - p.debit_minor
    ORDER BY p.issuer
    LIMIT :faults_shown_max
    """
    sentence = "issuer {}: presentments of {} with interchange {}, but a position of {} with interchange {} (minor units)"
    return faults(ask, business_date, "positions_match_presentments", sentence, sql)


def approvals_presented_once(ask: Ask, business_date: str) -> list[Fault]:
    """Every approval of the journal is presented as it stands there, or listed as an exception, and never both."""
    sql = """
    SELECT r.id, r.rrn
    FROM journal.decision AS d
    JOIN journal.request AS r ON r.id = d.request_id
    LEFT JOIN presentment AS p
      ON p.request_id = d.request_id AND p.business_date = d.business_date AND p.amount_minor = r.amount_minor
      AND p.currency = r.currency AND p.merchant_id = r.merchant_id AND p.issuer = r.issuer
    LEFT JOIN exception_item AS x
      ON x.request_id = d.request_id AND x.business_date = d.business_date AND x.amount_minor = r.amount_minor
    WHERE d.business_date = :business_date AND d.response_code IN ('00', '08', '11')
      AND ((p.request_id IS NULL AND x.request_id IS NULL) OR (p.request_id IS NOT NULL AND x.request_id IS NOT NULL))
    LIMIT :faults_shown_max
    """
    sentence = "approval {0} (RRN {1}) is not presented exactly once as the journal has it, nor listed as an exception"
    return faults(ask, business_date, "approvals_presented_once", sentence, sql)


def nothing_else_presented(ask: Ask, business_date: str) -> list[Fault]:
    """As many presentments and exceptions as approvals: none without an approval behind it."""
    sql = """
    SELECT presented, listed, approved
    FROM (
      SELECT
        (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date) AS presented,
        (SELECT COUNT(*) FROM exception_item WHERE business_date = :business_date) AS listed,
        (SELECT COUNT(*) FROM journal.decision
         WHERE business_date = :business_date AND response_code IN ('00', '08', '11')) AS approved
    ) AS counted
    WHERE presented + listed <> approved
    """
    sentence = "{} presentments and {} exceptions for {} approvals in the journal"
    return faults(ask, business_date, "nothing_else_presented", sentence, sql)


def lines_add_up(ask: Ask, business_date: str) -> list[Fault]:
    """Gross is discount + VAT + net on every presentment."""
    sql = """
    SELECT request_id, rrn
    FROM presentment
    WHERE business_date = :business_date AND amount_minor <> discount_minor + vat_minor + net_minor
    LIMIT :faults_shown_max
    """
    return faults(ask, business_date, "lines_add_up", "presentment {} (RRN {}) does not add up", sql)


CLEARING_CHECKS: tuple[Check, ...] = (
    entries_balance,
    positions_sum_to_zero,
    positions_match_presentments,
    approvals_presented_once,
    nothing_else_presented,
    lines_add_up,
)


def closed_day_unchanged(ask: Ask, business_date: str) -> list[Fault]:
    """The journal decided nothing more in the name of a day after it was closed."""
    sql = """
    SELECT decided, decision_count
    FROM (
      SELECT c.decision_count,
        (SELECT COUNT(*) FROM journal.decision WHERE business_date = :business_date) AS decided
      FROM closed_day AS c
      WHERE c.business_date = :business_date
    ) AS counted
    WHERE decided <> decision_count
    """
    sentence = "{} decisions in the journal, but {} when the day was closed"
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
