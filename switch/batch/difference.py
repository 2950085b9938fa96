"""What differs between two business dates, or between a date as it stands and as it would be computed now.

Each table of the books is summed up by what a person asks of it (a merchant, a bank, an account), and the sums are compared.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from attrs import asdict

from switch.record import frozen

_COUNTS: Final = (
    *("decision_count", "approval_count", "presentment_count", "refund_count", "adjustment_count", "reversed_count"),
    *("exception_count", "held_count", "captured_later_count", "nothing_due_count"),
)


#: What is compared of a presentment: columns that every release has written.
_LINE: Final = (
    "request_id, merchant_id, terminal_id, issuer, scheme, product, origin, channel, transaction_type, amount_minor, currency, "
    "interchange_minor, discount_minor, vat_minor, net_minor"
)


@frozen(kw_only=True)
class Summed:
    """How a table is compared: its rows of a date by subject and currency, with the sums of these columns."""

    table: str
    of: str  #: what is compared, for a person
    subject: str  #: SQL of what the rows are summed by
    measures: tuple[str, ...]  #: columns; amounts end in ``_minor``, numbers in ``_count``
    currency: str = "currency"
    of_every_day: bool = False  #: every date has rows in it; one without was closed by an earlier release, and is not compared


#: In this order in every comparison.
SUMMED: Final = (
    Summed(table="closed_day", of="day", subject="'all'", measures=_COUNTS, currency="''"),
    Summed(
        table="payout",
        of="merchant",
        subject="merchant_id",
        measures=(
            *("presentment_count", "adjustment_count", "gross_minor", "discount_minor", "vat_minor"),
            *("entries_minor", "entries_vat_minor", "brought_forward_minor", "net_minor"),
        ),
    ),
    Summed(
        table="remise",
        of="remise",
        subject="terminal_id || ' ' || merchant_id",
        of_every_day=True,
        measures=("presentment_count", "adjustment_count", "gross_minor", "discount_minor", "vat_minor", "net_minor"),
    ),
    Summed(
        table="merchant_entry",
        of="entry",
        subject="kind || ' ' || merchant_id",
        measures=("amount_minor", "vat_minor"),
    ),
    Summed(
        table="position",
        of="bank",
        subject="participant",
        measures=("debit_count", "debit_minor", "credit_count", "credit_minor", "interchange_minor", "net_minor"),
    ),
    Summed(
        table="posting",
        of="account",
        subject="kind || ' ' || account",
        measures=("debit_minor", "credit_minor"),
    ),
)


@frozen(kw_only=True)
class Difference:
    """One sum that is not the same on both sides; None where a side has no such subject."""

    of: str  #: day, merchant, remise, entry, bank, account
    subject: str
    measure: str  #: net_minor, presentment_count, …
    currency: str  #: empty where no money is counted
    left: int | None
    right: int | None

    @property
    def change(self) -> int:
        return (self.right or 0) - (self.left or 0)

    @property
    def is_money(self) -> bool:
        return self.measure.endswith("_minor")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "change": self.change}


def differences(connection: sqlite3.Connection, left: tuple[str, str], right: tuple[str, str]) -> tuple[Difference, ...]:
    """What differs between two sides, each a prefix of table names (empty: the books themselves) and a business date."""
    found = []
    for summed in SUMMED:
        sums = [_sums(connection, summed, *side) for side in (left, right)]
        if summed.of_every_day and not all(sums):
            continue
        for key in sorted(sums[0].keys() | sums[1].keys()):
            before, after = sums[0].get(key), sums[1].get(key)
            for place, measure in enumerate(summed.measures):
                old, new = before[place] if before else None, after[place] if after else None
                if (old or 0) != (new or 0):
                    subject, currency = key
                    found.append(
                        Difference(of=summed.of, subject=subject, measure=measure, currency=currency, left=old, right=new)
                    )
    return tuple(found)


def _sums(connection: sqlite3.Connection, summed: Summed, prefix: str, business_date: str) -> dict[tuple[str, str], list[int]]:
    measures = ", ".join(f"SUM({measure})" for measure in summed.measures)
    columns, table = f"{summed.subject}, {summed.currency}, {measures}", f"{prefix}{summed.table}"
    rows = connection.execute(f"SELECT {columns} FROM {table} WHERE business_date = ? GROUP BY 1, 2", (business_date,))
    return {(str(subject), str(currency)): list(sums) for subject, currency, *sums in rows}


def lines_changed(connection: sqlite3.Connection, prefix: str, business_date: str) -> int:
    """How many presentments of a date differ in what they move, and between whom, from those of the table with this prefix, or
    are in one of the two alone."""
    new = f"SELECT {_LINE} FROM presentment WHERE business_date = :date"
    old = f"SELECT {_LINE} FROM {prefix}presentment"
    query = f"""
    SELECT COUNT(DISTINCT request_id) FROM (
      SELECT * FROM ({new} EXCEPT {old}) UNION ALL SELECT * FROM ({old} EXCEPT {new}))
    """
    (count,) = connection.execute(query, {"date": business_date}).fetchone()
    return int(count)
