"""Relevés of other acquirers that are read from the text of a page: settlements with date, card, kind, amount and side.

Two layouts are known: one that begins with ``REGLEMENT`` and has a line for each sale with its commission, and one by terminal
with submission and transaction dates, approval and a total for each terminal.
"""

from __future__ import annotations

import re
from typing import Final

from switch.card import mask_numbers
from switch.reconciliation.movement import RELEVE, SALES, Movement, SetAside, Side, Stated
from switch.reconciliation.readers.notation import amount_minor, iso_date, masked_card, second_of_day

BARID: Final = "barid"
AMEX: Final = "amex"
CURRENCY_OF_TEXTS: Final = "504"

_DATE: Final = r"[0-9]{2}[/.-][0-9]{2}[/.-][0-9]{2,4}"
_AMOUNT: Final = r"-?(?:[0-9]{1,3}(?:[ .,\u00a0\u202f][0-9]{3})+|[0-9]+)[.,][0-9]{2}"
_CARD: Final = r"[0-9]{4,6}[0-9*xX]{4,9}[0-9]{4}"
_BEGINS: Final = re.compile(rf"^\s*{_DATE}\b")

_REGLEMENT: Final = re.compile(r"^\s*REGLEMENT\s*:\s*(\S+)", re.MULTILINE)
_REGLEMENT_DATE: Final = re.compile(rf"DATE\s+REGLEMENT\s*:\s*({_DATE})")
_BARID_LINE: Final = re.compile(
    rf"^\s*(?P<date>{_DATE})\s+(?P<time>[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?)\s+(?P<card>{_CARD})\s+(?P<kind>[A-ZÉ ]+?)\s+"
    rf"(?P<amount>{_AMOUNT})\s+(?P<side>[CD])\b"
)
_BARID_FOOT: Final = re.compile(rf"Montant\s+de\s+r[eè]glement\s*:?\s*(?P<net>{_AMOUNT})", re.IGNORECASE)

_AMEX_MARK: Final = re.compile(r"Net\s+Settlement\s+Amount", re.IGNORECASE)
_AMEX_REFERENCE: Final = re.compile(r"Settlement\s+Reference\s*:?\s*(\S+)", re.IGNORECASE)
_AMEX_DATE: Final = re.compile(rf"Settlement\s+Date\s*:?\s*({_DATE})", re.IGNORECASE)
_AMEX_TERMINAL: Final = re.compile(r"^\s*Terminal\s*(?:ID|N[o°])?\s*:\s*(\S+)", re.IGNORECASE)
_AMEX_LINE: Final = re.compile(
    rf"^\s*(?P<submitted>{_DATE})\s+(?P<date>{_DATE})\s+(?P<card>{_CARD})\s+(?P<batch>[0-9]+)\s+(?P<rate>[0-9.,]+)\s*%?\s+"
    rf"(?P<amount>{_AMOUNT})\s+(?P<discount>{_AMOUNT})\s+(?P<net>{_AMOUNT})\s+(?P<approval>[0-9A-Z]{{1,6}})\s+(?P<arn>\S+)"
)


def form_of_text(text: str) -> str | None:
    """Which of the two a text is; None where it is neither."""
    if _AMEX_MARK.search(text):
        return AMEX
    return BARID if _REGLEMENT.search(text) and _REGLEMENT_DATE.search(text) else None


def side_of_text(name: str, text: str, form: str) -> Side:
    """The side that such a relevé is."""
    return _barid(name, text) if form == BARID else _amex(name, text)


def _barid(name: str, text: str) -> Side:
    reference, settled = _REGLEMENT.search(text), _REGLEMENT_DATE.search(text)
    date_of_payment = (iso_date(settled[1]) if settled else None) or ""
    lines, aside, stated = list[Movement](), list[SetAside](), list[Stated]()
    for place, row in enumerate(text.splitlines(), start=1):
        if foot := _BARID_FOOT.search(row):
            net = amount_minor(foot["net"], CURRENCY_OF_TEXTS)
            if net is not None:
                stated.append(Stated(place=place, remise="", date=date_of_payment, currency=CURRENCY_OF_TEXTS, net_minor=net))
        elif _BEGINS.match(row):
            found = _BARID_LINE.match(row)
            date = iso_date(found["date"]) if found else None
            minor = amount_minor(found["amount"], CURRENCY_OF_TEXTS) if found else None
            if found is None or date is None or minor is None:
                aside.append(_aside(place, row, "a line of date, time, card, kind, amount and C or D"))
                continue
            lines.append(
                Movement(
                    place,
                    -abs(minor) if found["side"] == "D" else abs(minor),
                    CURRENCY_OF_TEXTS,
                    date,
                    second_of_day(found["time"]),
                    card=masked_card(found["card"]),
                    remise_date=date_of_payment,
                    reference=reference[1] if reference else "",
                    value_date=date_of_payment,
                )
            )
    return _side(name, BARID, lines, aside, stated)


def _amex(name: str, text: str) -> Side:
    reference, settled = _AMEX_REFERENCE.search(text), _AMEX_DATE.search(text)
    date_of_payment = (iso_date(settled[1]) if settled else None) or ""
    lines, aside = list[Movement](), list[SetAside]()
    terminal = ""
    for place, row in enumerate(text.splitlines(), start=1):
        if named := _AMEX_TERMINAL.match(row):
            terminal = named[1]
        if not _BEGINS.match(row):
            continue
        found = _AMEX_LINE.match(row)
        date = iso_date(found["date"]) if found else None
        minor = amount_minor(found["amount"], CURRENCY_OF_TEXTS) if found else None
        net = amount_minor(found["net"], CURRENCY_OF_TEXTS) if found else None
        if found is None or date is None or minor is None or net is None:
            aside.append(_aside(place, row, "a line of two dates, card, batch, rate, amount, discount, net, approval and ARN"))
            continue
        lines.append(
            Movement(
                place,
                minor,
                CURRENCY_OF_TEXTS,
                date,
                net_minor=net,
                approval_code=found["approval"],
                card=masked_card(found["card"]),
                terminal_id=terminal,
                remise_date=date_of_payment,
                reference=reference[1] if reference else "",
                value_date=date_of_payment,
            )
        )
    return _side(name, AMEX, lines, aside, [])


def _aside(place: int, row: str, expected: str) -> SetAside:
    return SetAside(place=place, found=repr(mask_numbers(" ".join(row.split()))[:60]), expected=expected)


def _side(name: str, form: str, lines: list[Movement], aside: list[SetAside], stated: list[Stated]) -> Side:
    return Side(
        name=name,
        form=form,
        kind=RELEVE,
        level=SALES,
        lines=tuple(lines),
        stated=tuple(stated),
        set_aside=tuple(aside),
    )
