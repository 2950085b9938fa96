"""Our own statement as JSON (``switch statement --json``)."""

from __future__ import annotations

import json
from typing import Any, Final

from switch.card import mask_numbers
from switch.errors import SwitchError
from switch.money import is_currency
from switch.reconciliation.movement import ONLINE, RELEVE, SALES, TERMINAL, Movement, SetAside, Side
from switch.reconciliation.readers.notation import AMOUNT_DIGITS_MAX, iso_date, masked_card, second_of_day
from switch.settlement.statement import years_of_months
from switch.transaction import ECOMMERCE

JSON_FORM: Final = "switch-json"
_BY_REMISE: Final = "remise"  #: the layout of the other JSON, with blocks of rows
_LINE_EXPECTED: Final = "a line of switch statement --json"


def is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def side_of_json(name: str, text: str) -> Side:
    """The side that a statement is, or a list of statements; a line's place is its number in the file."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise SwitchError(f"{name}: found broken JSON, expected switch statement --json") from None
    lines, entries, aside = list[Movement](), list[Movement](), list[SetAside]()
    number = 0
    for statement in value if isinstance(value, list) else [value]:
        if isinstance(statement, dict) and statement.get("layout") == _BY_REMISE:
            number = _read_blocks(name, statement, number, lines, entries, aside)
            continue
        of = statement.get("lines") if isinstance(statement, dict) else None
        if not isinstance(of, list) or not iso_date(str(statement.get("business_date"))):
            raise SwitchError(f"{name}: found another JSON, expected switch statement --json")
        for each in of:
            number += 1
            try:
                lines.append(_line(number, statement, each))
            except (KeyError, TypeError, ValueError) as fault:
                aside.append(SetAside(place=number, found=str(fault)[:60], expected=_LINE_EXPECTED))
        besides = statement.get("entries", [])
        for each in besides if isinstance(besides, list) else ():
            number += 1
            try:
                entries.append(_entry(number, statement, each))
            except (KeyError, TypeError, ValueError) as fault:
                aside.append(SetAside(place=number, found=str(fault)[:60], expected=_LINE_EXPECTED))
    sides = (tuple(lines), tuple(entries), tuple(aside))
    return Side(name=name, form=JSON_FORM, kind=RELEVE, level=SALES, lines=sides[0], entries=sides[1], set_aside=sides[2])


def _read_blocks(
    name: str,
    statement: dict[str, Any],
    number: int,
    lines: list[Movement],
    entries: list[Movement],
    aside: list[SetAside],
) -> int:
    """The rows of a statement by remise; the number of the last one."""
    currency, blocks = str(statement.get("currency")), statement.get("blocks")
    if not isinstance(blocks, list) or not is_currency(currency):
        raise SwitchError(f"{name}: found another JSON, expected switch statement --json")
    for block in blocks:
        rows = block.get("rows") if isinstance(block, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict) or not ("entry_net_minor" in row or ("stan" in row and "remise_number" in block)):
                continue  # a row of a table of totals
            number += 1
            try:
                if "entry_net_minor" in row:
                    entries.append(_entry_of_row(number, currency, block, row))
                else:
                    lines.append(_row(number, currency, block, row))
            except (KeyError, TypeError, ValueError) as fault:
                aside.append(SetAside(place=number, found=str(fault)[:60], expected=_LINE_EXPECTED))
    return number


def _minor(of: dict[str, Any], name: str) -> int:
    value = of[name]
    if not isinstance(value, int) or abs(value) >= 10**AMOUNT_DIGITS_MAX:
        raise ValueError(name)
    return value


def _row(number: int, currency: str, block: dict[str, Any], row: dict[str, Any]) -> Movement:
    date, amount = iso_date(str(row["date"])), _minor(row, "amount_minor")
    if date is None:
        raise ValueError("date")
    credit, debit = (_minor(row, name) if row[name] is not None else 0 for name in ("credit_net_minor", "debit_net_minor"))
    return Movement(
        number,
        amount,
        currency,
        date,
        net_minor=credit - debit,
        stan=str(row["stan"]).lstrip("0"),
        card=masked_card(str(row["card_number"])),
        terminal_id=str(block["terminal_id"]).strip(),
        remise=str(block["remise_number"]).lstrip("0"),
        remise_date=iso_date(str(block["business_date"])) or "",
    )


def _entry_of_row(number: int, currency: str, block: dict[str, Any], row: dict[str, Any]) -> Movement:
    date, net = iso_date(str(block["business_date"])), _minor(row, "entry_net_minor")
    if date is None:
        raise ValueError("business_date")
    label = mask_numbers(f"{row['entry_kind']} {row['narrative']}")
    return Movement(number, net, currency, date, net_minor=net, remise_date=date, label=label)


def _entry(number: int, head: dict[str, Any], entry: dict[str, Any]) -> Movement:
    date, currency = iso_date(str(head["business_date"])), str(head["currency"])
    if date is None or not is_currency(currency):
        raise ValueError("currency")
    net = _minor(entry, "amount_minor") + _minor(entry, "vat_minor")
    return Movement(
        number,
        net,
        currency,
        date,
        net_minor=net,
        terminal_id=str(entry["terminal_id"]).strip(),
        remise=str(entry["remise_number"] or "").lstrip("0"),
        remise_date=date,
        reference=str(head["reference"]),
        value_date=iso_date(str(head["value_date"])) or "",
        label=mask_numbers(f"{entry['kind']} {entry['narrative']}"),
    )


def _line(number: int, head: dict[str, Any], line: dict[str, Any]) -> Movement:
    at = str(line["local_at"])
    years = years_of_months(str(line["adjusts"] or head["business_date"]))
    date = iso_date(f"{years[at[:2]]}-{at[:2]}-{at[2:4]}")
    amount, net, currency = _minor(line, "amount_minor"), _minor(line, "net_minor"), str(head["currency"])
    if date is None or not is_currency(currency):
        raise ValueError("local_at" if date is None else "currency")
    return Movement(
        number,
        amount,
        currency,
        date,
        second_of_day(at[4:10]),
        net,
        str(line["rrn"]),
        approval_code=str(line["approval_code"]),
        card=masked_card(str(line["pan_masked"])),
        terminal_id=str(line["terminal_id"]).strip(),
        channel=ONLINE if line["channel"] == ECOMMERCE else TERMINAL,
        remise=str(line.get("remise_number") or head.get("remise_number") or "").lstrip("0"),
        remise_date=iso_date(str(head["business_date"])) or "",
        reference=str(head["reference"]),
        value_date=iso_date(str(head["value_date"])) or "",
    )
