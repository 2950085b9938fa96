"""What the layouts of a statement read of the books besides its lines: remises, and the fees and volumes of a month.

The STAN of a line is the journal's: the books have none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

from switch.endofday.line_files.door import see_merchants
from switch.record import frozen
from switch.settlement.fees.entries import INVOICED_KINDS
from switch.settlement.statement_facts import FeeLine, LineGroup, RemiseFacts, RemiseLine, StatementLayout, Volume

T = TypeVar("T")

_LABELS: Final = (
    "SELECT terminal_id, number, label FROM remise WHERE business_date = :business_date AND merchant_id = :merchant_id"
)
_SUMS: Final = "COUNT(*), SUM({0}.amount_minor), SUM({0}.discount_minor), SUM({0}.vat_minor), SUM({0}.net_minor)"
#: The groups of a date: terminal, number of the remise, kind, and their sums.
_GROUPS: Final = f"""
SELECT terminal_id, remise_number, CASE WHEN amount_minor < 0 THEN 'refunds' ELSE 'sales' END, {_SUMS.format("presentment")}
FROM presentment WHERE business_date = :business_date AND merchant_id = :merchant_id
GROUP BY 1, 2, 3
"""
_ADJUSTED_GROUPS: Final = f"""
SELECT p.terminal_id, a.remise_number, 'adjustments', {_SUMS.format("a")}
FROM adjustment AS a JOIN presentment AS p ON p.request_id = a.request_id
WHERE a.business_date = :business_date AND a.merchant_id = :merchant_id GROUP BY 1, 2
"""
_LINES: Final = """
SELECT p.local_at, COALESCE(r.stan, ''), p.scheme, p.origin, p.pan_masked, p.amount_minor, p.net_minor, ''
FROM presentment AS p LEFT JOIN journal.request AS r ON r.id = p.request_id
WHERE p.business_date = :business_date AND p.merchant_id = :merchant_id AND p.terminal_id = :terminal_id
  AND p.remise_number = :number AND (p.amount_minor < 0) = (:kind = 'refunds') ORDER BY p.request_id
"""
_ADJUSTED_LINES: Final = """
SELECT p.local_at, COALESCE(r.stan, ''), p.scheme, p.origin, p.pan_masked, a.amount_minor, a.net_minor, a.adjusts
FROM adjustment AS a JOIN presentment AS p ON p.request_id = a.request_id LEFT JOIN journal.request AS r ON r.id = a.request_id
WHERE a.business_date = :business_date AND a.merchant_id = :merchant_id AND p.terminal_id = :terminal_id
  AND a.remise_number = :number ORDER BY a.request_id
"""
_BEFORE: Final = "SELECT MAX(business_date) FROM statement WHERE merchant_id = :merchant_id AND business_date < :business_date"
#: The layout of each statement of a date, of some merchants from one to another.
LAYOUTS_BETWEEN: Final = """
SELECT merchant_id, layout FROM statement
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
"""
#: What a month has of each kind: transactions, then what takes back earlier ones; the books are asked date by date.
_OF_MONTH: Final = """
closed_day AS d CROSS JOIN {0} AS t ON t.business_date = d.business_date AND t.merchant_id = :merchant_id
"""
_MONTH: Final = "d.business_date BETWEEN :month || '-01' AND :month || '-31'"
_DATES: Final = f"SELECT d.business_date FROM closed_day AS d WHERE {_MONTH} ORDER BY 1"
_MONEY: Final = "COUNT(*), SUM(t.amount_minor), SUM(t.discount_minor), SUM(t.vat_minor), SUM(t.net_minor)"
#: What is asked of the transactions of a month -> its rows: two words, then count, gross, commission, VAT and net.
_BY_BRAND: Final = (
    f"SELECT t.scheme, t.origin, {_MONEY} FROM {_OF_MONTH.format('presentment')} WHERE {_MONTH} GROUP BY 1, 2",
    f"""
    SELECT p.scheme, p.origin, {_MONEY} FROM {_OF_MONTH.format("adjustment")}
    JOIN presentment AS p ON p.request_id = t.request_id WHERE {_MONTH} GROUP BY 1, 2
    """,
)
_BY_DATE: Final = tuple(
    f"SELECT d.business_date, '', {_MONEY} FROM {_OF_MONTH.format(table)} WHERE {_MONTH} GROUP BY 1"
    for table in ("presentment", "adjustment")
)
_BY_VAT: Final = tuple(
    f"SELECT d.vat_rate_basis_points, '', {_MONEY} FROM {_OF_MONTH.format(table)} WHERE {_MONTH} GROUP BY 1"
    for table in ("presentment", "adjustment")
)
_ENTRIES: Final = (
    "SELECT t.kind, t.vat_rate_basis_points, COUNT(*), SUM(t.amount_minor), SUM(t.vat_minor) "
    f"FROM {_OF_MONTH.format('merchant_entry')} WHERE {_MONTH} GROUP BY 1, 2 ORDER BY 1, 2"
)
OF_TRANSACTIONS: Final = "commission"


@frozen
class LinesInBooks(Generic[T]):
    """Lines of a statement, asked of the books whenever they are gone through: a million of them cost no memory."""

    connection: sqlite3.Connection
    sql: str
    parameters: Mapping[str, object]

    def __iter__(self) -> Iterator[T]:
        of = str(self.parameters["merchant_id"])
        see_merchants(self.connection, (str(self.parameters["business_date"]),), of, of)
        return iter(self.connection.execute(self.sql, self.parameters))


@frozen
class BooksFacts:
    """The facts of a merchant's statement of a closed date (``StatementFacts``), read while the books are open."""

    connection: sqlite3.Connection
    business_date: str
    merchant_id: str
    layout: StatementLayout  #: of its contract on the date

    def _key(self) -> dict[str, object]:
        return {"business_date": self.business_date, "merchant_id": self.merchant_id}

    def remises(self) -> list[RemiseFacts]:
        """Those of the date, by terminal and number; each with its sales, refunds and adjustments as far as it has them."""
        return self._remises(self.business_date)

    def earlier_remises(self) -> list[RemiseFacts]:
        """Those of the merchant's statement before."""
        (before,) = self.connection.execute(_BEFORE, self._key()).fetchone()
        return [] if before is None else self._remises(before)

    def _remises(self, business_date: str) -> list[RemiseFacts]:
        key = {**self._key(), "business_date": business_date}
        labels = {(terminal, number): label for terminal, number, label in self.connection.execute(_LABELS, key)}
        see_merchants(self.connection, (business_date,), self.merchant_id, self.merchant_id)
        groups: dict[tuple[str, int], list[LineGroup]] = {}
        rows = [*self.connection.execute(_GROUPS, key), *self.connection.execute(_ADJUSTED_GROUPS, key)]
        order = {"sales": 0, "refunds": 1, "adjustments": 2}
        for terminal, number, kind, count, gross, discount, vat, net in sorted(rows, key=lambda row: order[row[2]]):
            parameters = {**key, "terminal_id": terminal, "number": number, "kind": kind}
            sql = _ADJUSTED_LINES if kind == "adjustments" else _LINES
            group = LineGroup(
                kind=kind,
                lines=LinesInBooks[RemiseLine](self.connection, sql, parameters),
                line_count=count,
                gross_minor=gross,
                discount_minor=discount,
                vat_minor=vat,
                net_minor=net,
            )
            groups.setdefault((terminal, number), []).append(group)
        return [
            RemiseFacts(
                business_date=business_date,
                terminal_id=terminal,
                number=number,
                label=labels.get((terminal, number), ""),
                groups=tuple(found),
            )
            for (terminal, number), found in sorted(groups.items())
        ]

    def fees(self, month: str) -> list[FeeLine]:
        """Commissions at each rate of VAT, then what entries charged of each kind."""
        commissions = [
            FeeLine(kind=OF_TRANSACTIONS, line_count=count, base_minor=discount, vat_minor=vat, vat_rate_basis_points=int(rate))
            for (rate, _), (count, _, discount, vat, _) in self._summed(_BY_VAT, month)
        ]
        rows = self.connection.execute(_ENTRIES, {**self._key(), "month": month})
        entries = [
            FeeLine(kind=kind, line_count=count, base_minor=-amount, vat_minor=-vat, vat_rate_basis_points=rate)
            for kind, rate, count, amount, vat in rows
            if kind in INVOICED_KINDS
        ]
        return [*commissions, *entries]

    def volumes(self, month: str) -> list[Volume]:
        """What was sold and taken back, by brand and origin."""
        rows = self._summed(_BY_BRAND, month)
        return [_volume(figures, scheme=scheme, origin=origin) for (scheme, origin), figures in rows]

    def days(self, month: str) -> list[Volume]:
        """The same by business date."""
        return [_volume(figures, business_date=date) for (date, _), figures in self._summed(_BY_DATE, month)]

    def _summed(self, queries: tuple[str, ...], month: str) -> list[tuple[tuple[str, str], tuple[int, ...]]]:
        """The rows of several queries, those of one key added up, by key."""
        sums: dict[tuple[str, str], tuple[int, ...]] = {}
        dates = tuple(str(row[0]) for row in self.connection.execute(_DATES, {"month": month}))
        see_merchants(self.connection, dates, self.merchant_id, self.merchant_id)
        for query in queries:
            for first, second, *figures in self.connection.execute(query, {**self._key(), "month": month}):
                before = sums.get((first, second), (0,) * len(figures))
                sums[first, second] = tuple(a + b for a, b in zip(before, figures, strict=True))
        return sorted(sums.items())


def _volume(figures: tuple[int, ...], **of: str) -> Volume:
    count, gross, discount, vat, net = figures
    return Volume(line_count=count, gross_minor=gross, discount_minor=discount, vat_minor=vat, net_minor=net, **of)
