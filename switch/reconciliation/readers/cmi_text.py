"""A relevé in blocks of remises, as text: one block a terminal and date, its totals below, purchases and refunds apart.

The facts are those that independent readers of such relevés agree on: a line has its date, STAN, brand, L or I, card and
amount; the block states the sum, commissions, their VAT and the net. The same text comes with semicolons from some exports.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import Factory, define

from switch.card import mask_numbers
from switch.reconciliation.movement import (
    ONLINE,
    RELEVE,
    SALES,
    TERMINAL,
    Movement,
    SetAside,
    Side,
    Stated,
)
from switch.reconciliation.readers.notation import amount_minor, decimal_mark, iso_date, masked_card

FORM: Final = "cmi"
BLOCK_CURRENCY: Final = "504"
LINE_EXPECTED: Final = "a line of date, STAN, card type, L or I, card and amount"
ONLINE_STAN_DIGITS: Final = 6  #: a shorter STAN is of a terminal

_DATE: Final = r"(?:[0-9]{2}/[0-9]{2}/[0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2})"
_AMOUNT: Final = r"-?[0-9][0-9.,\u00a0\u202f ]*"
#: How a block begins in French, as acquirers print it, and in English, as our own statement by remise does.
_OF_BLOCK: Final = (
    r"(?:REMISE|REMITTANCE)\s+(?:TPE\s+)?(?:N\s*[°ºo]?\s*:?\s*)?(?P<number>[0-9]{1,12})"
    rf"\s+(?:DU|OF)\s*:?\s*(?P<date>{_DATE})"
)
_BLOCK: Final = re.compile(
    rf"^\s*(?P<kind>ACHATS?|SALES|CREDIT\s+VOUCHERS?|REFUNDS|ANNULATIONS?|REVERSALS),?\s+{_OF_BLOCK}", re.IGNORECASE
)
_OF_SALES: Final = ("ACHAT", "SALES")
_LINE: Final = re.compile(
    rf"^\s*(?P<date>{_DATE})\s+(?P<stan>[0-9]{{1,6}})\s+(?P<brand>[A-Z]{{1,12}})\s+(?P<origin>[LIDF])\s+"
    r"(?P<card>[0-9]{6}[*xX]{4,9}[0-9]{4})\s+(?P<amount>-?[0-9][0-9.,\u00a0\u202f ]*?[.,][0-9]{2})"
    rf"(?:\s+(?P<more>{_AMOUNT}))?\s*$"
)
_BEGINS: Final = re.compile(rf"^\s*{_DATE}\b")
#: What a block states -> how its line begins.
_TOTALS: Final = {
    "gross": r"TOTAL\s+(?:REMISE|OF\s+THE\s+REMITTANCE)",
    "commission": r"TOTAL\s+(?:COMMISSIONS\s+HT|COMMISSION\s+BEFORE\s+VAT)",
    "vat": r"TOTAL\s+(?:TVA\s+SUR\s+COMMISSIONS|VAT\s+ON\s+COMMISSION)",
    "net": r"(?:SOLDE\s+NET\s+REMISE|NET\s+OF\s+THE\s+REMITTANCE)",
}
_TOTAL: Final = re.compile(
    rf"^\s*(?:{'|'.join(f'(?P<{name}>{begins})' for name, begins in _TOTALS.items())})(?:\s*\([A-Z]+\))?\s*:?\s*"
    rf"(?P<amount>{_AMOUNT})\s*(?:DHS?|MAD)?\s*(?P<side>[DC])?\s*$",
    re.IGNORECASE,
)
_SHOP: Final = re.compile(r"POINT\s+DE\s+VENTE\s+N\s*[°ºo]?\s*:?\s*([0-9]{6,})", re.IGNORECASE)
_IS_ONE: Final = re.compile(rf"{_OF_BLOCK}|{_TOTALS['net']}", re.IGNORECASE)


def is_blocks_of_remises(text: str) -> bool:
    return _IS_ONE.search(text) is not None


@define
class _Block:
    """The block that is read now."""

    place: int
    number: str
    date: str
    sign: int
    shop: str
    family: int
    totals: dict[str, int] = Factory(dict)

    def stated(self) -> Stated:
        def of(name: str) -> int | None:
            minor = self.totals.get(name)
            return None if minor is None else self.sign * minor

        return Stated(
            place=self.place,
            remise=self.number,
            date=self.date,
            currency=BLOCK_CURRENCY,
            terminal_id=self.shop,
            family=self.family,
            gross_minor=of("gross"),
            commission_minor=of("commission"),
            vat_minor=of("vat"),
            net_minor=of("net"),
        )


def side_of_blocks(name: str, text: str) -> Side:
    """The side that a relevé in blocks is."""
    rows = [line.replace(";", "  ") for line in text.splitlines()]
    mark = decimal_mark(found["amount"] for row in rows[:2_000] if (found := _LINE.match(row)))
    lines: list[Movement] = []
    aside: list[SetAside] = []
    stated: list[Stated] = []
    block: _Block | None = None
    shop = ""
    for place, row in enumerate(rows, start=1):
        if named := _SHOP.search(row):
            shop = named[1]
        if head := _BLOCK.match(row):
            if block is not None:
                stated.append(block.stated())
            date, sign = iso_date(head["date"]), 1 if head["kind"].upper().startswith(_OF_SALES) else -1
            if date is None:
                aside.append(SetAside(place=place, found=repr(head["date"]), expected="the date of a remise"))
            number = head["number"].lstrip("0")
            goes_on = block is not None and sign < 0 and (block.number, block.date) == (number, date)
            block = _Block(place, number, date or "", sign, shop, block.family if block is not None and goes_on else place)
        elif total := _TOTAL.match(row):
            minor = amount_minor(total["amount"].strip(), BLOCK_CURRENCY, mark)
            if minor is None:
                aside.append(SetAside(place=place, found=repr(total["amount"].strip()), expected="a total"))
            elif block is not None:
                block.totals[next(name for name in _TOTALS if total[name])] = abs(minor)
        elif _BEGINS.match(row):
            line = _line(place, row, block, mark)
            if line is None:
                shown = mask_numbers(" ".join(row.split()))
                aside.append(SetAside(place=place, found=repr(shown[:60]), expected=LINE_EXPECTED))
            else:
                lines.append(line)
    if block is not None:
        stated.append(block.stated())
    return Side(
        name=name,
        form=FORM,
        kind=RELEVE,
        level=SALES,
        lines=tuple(lines),
        stated=tuple(each for each in stated if each.net_minor is not None or each.gross_minor is not None),
        set_aside=tuple(aside),
    )


def _line(place: int, row: str, block: _Block | None, mark: str) -> Movement | None:
    found = _LINE.match(row)
    date = iso_date(found["date"]) if found else None
    minor = amount_minor(found["amount"], BLOCK_CURRENCY, mark) if found else None
    if found is None or date is None or minor is None:
        return None
    sign, number, remise_date = (block.sign, block.number, block.date) if block is not None else (1, "", "")
    return Movement(
        place,
        sign * abs(minor) if block is not None else minor,
        BLOCK_CURRENCY,
        date,
        stan=found["stan"].lstrip("0"),
        card=masked_card(found["card"]),
        channel=ONLINE if len(found["stan"].lstrip("0")) == ONLINE_STAN_DIGITS else TERMINAL,
        remise=number,
        remise_date=remise_date,
        block=block.place if block is not None else 0,
    )
