"""The books beside the oracle: every closed date of a data folder computed a second time, and each difference a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.oracle.journal import Told, rows
from tests.oracle.rules import Rules
from tests.oracle.sales import Line, Sales
from tests.oracle.settle import Settlement, accounts, conversion, positions

Table = dict[tuple[Any, ...], tuple[Any, ...]]


def differences(data: Path, rules_of: Callable[[str], Rules]) -> list[str]:
    """What the books of a data folder have otherwise than the oracle; ``rules_of`` gives the rules a date was closed with."""
    told = Told(data)
    sales, settlement = Sales(told), Settlement(told)
    found: list[str] = []
    for day in told.closed:
        rules = rules_of(day)
        expected = _expected(day, rules, sales, settlement)
        for table, booked in _booked(data, day).items():
            found += _differ(f"{day} {table}", expected[table], booked)
    return found


def _expected(day: str, rules: Rules, sales: Sales, settlement: Settlement) -> dict[str, Table]:
    lines = sales.close(day, rules)
    remises = settlement.remises(day, lines)
    entries = list(settlement.entries(day, rules, remises, sales.known, list(_paid_losses(sales))))
    disputes = sales.disputes(day)
    entries += settlement.disputed(day, rules, disputes)
    payouts = settlement.payouts(day, rules, remises, entries)
    of_entries: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        sums = of_entries[entry.merchant_id, entry.terminal_id, entry.remise_number, entry.kind, entry.reference]
        sums[0] += entry.amount_minor
        sums[1] += entry.vat_minor
    tables: dict[str, Table] = {
        "presentment": {
            (line.request.id,): (
                line.remise_number,
                line.amount_minor,
                line.interchange_minor,
                line.discount_minor,
                line.vat_minor,
                line.net_minor,
            )
            for line in lines
            if not line.adjusts
        },
        "adjustment": {
            (line.request.id,): (
                line.remise_number,
                line.adjusts,
                line.amount_minor,
                line.interchange_minor,
                line.discount_minor,
                line.vat_minor,
                line.net_minor,
            )
            for line in lines
            if line.adjusts
        },
        "fee_line": {
            (line.request.id, kind): (line.remise_number, *amounts)
            for line in lines
            for kind, amounts in line.fees.items()
            if any(amounts)
        },
        "remise": {
            (remise.merchant_id, remise.terminal_id, remise.number): (
                sum(not line.adjusts for line in remise.lines),
                sum(bool(line.adjusts) for line in remise.lines),
                *(remise.total(f"{name}_minor") for name in ("amount", "discount", "vat", "net")),
            )
            for remise in remises
        },
        "merchant_entry": {key: tuple(sums) for key, sums in of_entries.items()},
        "payout": {
            (payout.reference,): (
                payout.gross_minor,
                payout.discount_minor,
                payout.vat_minor,
                payout.entries_minor,
                payout.entries_vat_minor,
                payout.brought_forward_minor,
                payout.net_minor,
                payout.outcome,
                rules.value_date(day),
            )
            for payout in payouts
        },
        "payout_conversion": {
            (payout.reference,): changed for payout in payouts if (changed := conversion(day, rules, payout))
        },
        "position": {key: tuple(row) for key, row in positions([*lines, *disputes]).items()},
        "posting": {key: (amount,) for key, amount in accounts(day, rules, lines, disputes, entries, payouts).items()},
    }
    for table in ("exception_item", "reversed_item", "held_item"):
        tables[table] = {(number,): (amount,) for _, number, amount in sales.fates[table]}
    tables["exception_end"] = {(number,): (word, amount) for word, number, amount in sales.fates["exception_end"]}
    tables["day_total"] = _totals(lines, lambda line: (line.request.currency,))
    tables["statement_total"] = _totals(lines, lambda line: (line.request.merchant_id, line.request.origin))
    return tables


def _paid_losses(sales: Sales) -> Iterator[tuple[int, int]]:
    """What merchants get of written-off sales on the date, and give back of those that are reversed on it."""
    for number, paid in sales.paid_losses.items():
        left = sales.left_of(number)
        if left is not None and left < paid:
            yield number, left - paid
            sales.paid_losses[number] = left
    last = {each["request_id"]: each["pays_merchant"] for each in sales.told.orders if each["business_date"] <= sales.day}
    for word, number, amount in sales.fates["exception_end"]:
        if word == "written_off" and last[number] and amount > 0:
            yield number, amount
            sales.paid_losses[number] = amount


def _totals(lines: list[Line], key: Callable[[Line], tuple[Any, ...]]) -> Table:
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for line in lines:
        row = sums[key(line)]
        row["adjustments" if line.adjusts else "presentments"] += 1
        for name in ("amount", "discount", "vat", "net"):
            row[name] += getattr(line, f"{name}_minor")
    names = ("presentments", "adjustments", "amount", "discount", "vat", "net")
    return {each: tuple(row[name] for name in names) for each, row in sums.items()}


#: Table -> what is compared of it: as many columns of the key as the number says, then the values.
_QUERIES: Mapping[str, tuple[int, str]] = {
    "presentment": (1, "request_id, remise_number, amount_minor, interchange_minor, discount_minor, vat_minor, net_minor"),
    "adjustment": (
        1,
        "request_id, remise_number, adjusts, amount_minor, interchange_minor, discount_minor, vat_minor, net_minor",
    ),
    "fee_line": (2, "request_id, kind, remise_number, amount_minor, vat_minor"),
    "remise": (
        3,
        (
            "merchant_id, terminal_id, number, presentment_count, adjustment_count, gross_minor, discount_minor, vat_minor,"
            " net_minor"
        ),
    ),
    "merchant_entry": (
        5,
        "merchant_id, terminal_id, remise_number, kind, reference, SUM(amount_minor), SUM(vat_minor)",
    ),
    "payout": (
        1,
        (
            "reference, gross_minor, discount_minor, vat_minor, entries_minor, entries_vat_minor, brought_forward_minor,"
            " net_minor, outcome, value_date"
        ),
    ),
    "payout_conversion": (1, "reference, converted_minor, margin_minor, paid_minor, rate, rate_date"),
    "position": (
        2,
        "participant, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor, net_minor",
    ),
    "posting": (4, "kind, account, currency, value_date, SUM(debit_minor) - SUM(credit_minor)"),
    "exception_item": (1, "request_id, amount_minor"),
    "reversed_item": (1, "request_id, amount_minor"),
    "held_item": (1, "request_id, amount_minor"),
    "exception_end": (1, "request_id, outcome, amount_minor"),
    "day_total": (1, "currency, presentment_count, adjustment_count, gross_minor, discount_minor, vat_minor, net_minor"),
    "statement_total": (
        2,
        "merchant_id, origin, presentment_count, adjustment_count, gross_minor, discount_minor, vat_minor, net_minor",
    ),
}
_GROUPED = ("merchant_entry", "posting")


def _booked(data: Path, day: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for table, (keys, columns) in _QUERIES.items():
        group = f" GROUP BY {', '.join(str(number + 1) for number in range(keys))}" if table in _GROUPED else ""
        found = [
            tuple(row.values()) for row in rows(data, f"SELECT {columns} FROM {table} WHERE business_date = ?{group}", day)
        ]
        nothing = table in ("fee_line", "posting", "merchant_entry")
        tables[table] = {row[:keys]: row[keys:] for row in found if not nothing or any(_amounts(table, row[keys:]))}
    return tables


def _amounts(table: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return values[1:] if table == "fee_line" else values


def _differ(where: str, expected: Table, booked: Table) -> Iterator[str]:
    for key in sorted({*expected, *booked}, key=str):
        if expected.get(key) != booked.get(key):
            yield f"{where} {key}: the books have {booked.get(key)}, the oracle {expected.get(key)}"
