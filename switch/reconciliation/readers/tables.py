"""The rows of a table, from a CSV or a workbook, made into the lines of a side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from attrs import Factory, define

from switch.card import mask_numbers
from switch.errors import SwitchError
from switch.money import CURRENCIES, currency_name, currency_number
from switch.reconciliation.movement import ONLINE, TERMINAL, TILL, Movement, SaleChannel, SetAside, Side
from switch.reconciliation.readers.decoding import BrokenRow, TableRow, key_of
from switch.reconciliation.readers.layouts import FIELDS, TableLayout, layout_of_form, layout_of_heads
from switch.reconciliation.readers.notation import (
    AMOUNT_EXPECTED,
    DATE_EXPECTED,
    TIME_EXPECTED,
    amount_minor,
    currency_in,
    currency_in_head,
    date_of_serial,
    decimal_mark,
    finite,
    iso_date,
    masked_card,
    number_minor,
    plain_number,
    second_of_day,
)

HEADS_WITHIN: Final = 40  #: rows in which the heads are looked for: a bank writes account and period above them
AMOUNTS_LOOKED_AT: Final = 2_000  #: to tell the decimal mark
SHOWN_MAX: Final = 40  #: characters of a value in a sentence
CARD_TAIL: Final = 4  #: digits: a number as short as that may count cards
CURRENCY_EXPECTED: Final = "a currency such as MAD"
HOME_CURRENCY: Final = "504"  #: where a file names none: the dirham

_NEGATIVE: Final = frozenset(("d", "debit", "db", "dbit", "moins"))
#: Beginnings of what a till or a relevé calls a sale that goes back to the customer.
_BACK: Final = ("rembours", "refund", "annul", "avoir", "void", "cancel", "retour", "credit voucher", "impaye", "chargeback")
_ONLINE: Final = ("e commerce", "ecommerce", "online", "internet", "en ligne", "web", "vad")
#: First words of a table's foot, as whole words.
_FOOT: Final = frozenset(
    (
        *("total", "totals", "totaux", "sous total", "sous totaux", "grand total", "somme", "sum", "sums", "summary"),
        *("solde", "soldes", "balance", "balances", "nombre", "nombres"),
    )
)
_AMOUNT_FIELDS: Final = ("amount", "debit", "credit", "net")


class Number(str):
    """A number as a workbook stores it, in its own notation: days for dates, and a hair off for amounts."""

    __slots__ = ()


def side_of_table(
    name: str, rows: Sequence[TableRow], form: str | None = None, columns: Mapping[str, str] | None = None
) -> Side | None:
    """The side that a table is; None where no row is its heads. ``columns`` names the heads of fields that a person mapped."""
    for at, (_, heads) in enumerate(islice(rows, HEADS_WITHIN)):
        if isinstance(heads, BrokenRow):
            continue
        keys = {key_of(head): place for place, head in reversed(list(enumerate(heads))) if head.strip()}
        if columns:
            if not all(key_of(head) in keys for head in columns.values()):
                continue
            layout = layout_of_form(form or TILL)
        elif form:
            layout = layout_of_form(form)
            if not any(key in keys for key in (*layout.columns.get("date", ()),)):
                continue
        else:
            found = layout_of_heads(heads)
            if found is None:
                continue
            layout = found
        return _Table(name, layout, heads, keys, columns or {}).read(rows[at + 1 :])
    return None


@define
class _Table:
    """One table that is read: where each field stands, and what was set aside so far."""

    name: str
    layout: TableLayout
    heads: list[str]
    keys: dict[str, int]
    mapped: Mapping[str, str]
    places: dict[str, int] = Factory(dict)
    aside: list[SetAside] = Factory(list)
    entries: list[Movement] = Factory(list)
    mark: str = ""
    home: str = HOME_CURRENCY
    currencies: dict[str, str | None] = Factory(dict)

    def read(self, rows: Sequence[TableRow]) -> Side:
        for field in FIELDS:
            names = (key_of(self.mapped[field]),) if field in self.mapped else self.layout.columns.get(field, ())
            place = next((self.keys[key] for key in names if key in self.keys), None)
            if place is not None:
                self.places[field] = place
        if self.mapped:
            taken = {self.places[field] for field in self.mapped}
            self.places = {field: at for field, at in self.places.items() if field in self.mapped or at not in taken}
        if "date" not in self.places or not any(field in self.places for field in ("amount", "debit", "credit")):
            heads = mask_numbers(", ".join(head.strip() for head in self.heads if head.strip()))
            hint = "`--map date=HEAD,amount=HEAD` names the columns"
            raise SwitchError(f"{self.name}: found the heads {heads}, expected those of a date and an amount", hint=hint)
        amounts = [self.places[field] for field in _AMOUNT_FIELDS if field in self.places]
        sample = (row[at] for _, row in islice(rows, AMOUNTS_LOOKED_AT) for at in amounts if at < len(row))
        self.mark = decimal_mark(text for text in sample if not isinstance(text, Number))
        named = [currency_in_head(self.heads[at]) for at in amounts]
        self.home = next((each for each in named if each), HOME_CURRENCY)
        lines = [line for place, row in rows if (line := self._line(place, row)) is not None]
        return Side(
            name=self.name,
            form=self.layout.form,
            kind=self.layout.kind,
            level=self.layout.level,
            lines=tuple(lines),
            entries=tuple(self.entries),
            set_aside=tuple(self.aside),
        )

    def _cell(self, row: list[str], field: str) -> str:
        at = self.places.get(field)
        return row[at] if at is not None and at < len(row) else ""

    def _text(self, row: list[str], field: str) -> str:
        if field not in self.places:
            return ""
        cell = self._cell(row, field)
        if isinstance(cell, Number):
            return _whole(cell)
        return plain_number(cell) if cell else ""

    def _wrong(self, place: int, field: str, cell: str, expected: str) -> None:
        head = self.heads[self.places[field]].strip()
        self.aside.append(SetAside(place=place, found=f"{head} {_shown(cell)!r}", expected=expected))

    def _line(self, place: int, row: list[str]) -> Movement | None:
        """The line that a row is; None where it is set aside, or only the foot of the table."""
        if isinstance(row, BrokenRow):
            self.aside.append(SetAside(place=place, found=repr(_shown(row[0])), expected=row.expected))
            return None
        date_cell = self._cell(row, "date")
        dated = _dated(date_cell)
        if dated is None:
            entry = None if date_cell.strip() else self._entry(place, row)
            if entry is not None:
                self.entries.append(entry)
            elif not self._is_foot(row, date_cell):
                self._wrong(place, "date", date_cell, DATE_EXPECTED)
            return None
        date, second = dated
        if "time" in self.places:
            time_cell = self._cell(row, "time")
            if time_cell.strip():
                second = _timed(time_cell)
                if second is None:
                    self._wrong(place, "time", time_cell, TIME_EXPECTED)
                    return None
        currency = self._currency(place, row)
        if currency is None:
            return None
        amounts = self._amounts(place, row, currency)
        if amounts is None:
            return None
        card = self._cell(row, "card")
        stan = self._text(row, "stan").lstrip("0")
        return Movement(
            place,
            amounts[0],
            currency,
            date,
            second,
            amounts[1],
            self._text(row, "rrn"),
            stan,
            self._text(row, "approval").upper(),
            masked_card(plain_number(card)) if card else "",
            self._text(row, "terminal"),
            self._channel(row, stan),
            self._text(row, "remise").lstrip("0"),
            self._other_date(row, "remise_date"),
            self._text(row, "reference"),
            self._other_date(row, "value_date"),
            self._text(row, "ticket"),
            mask_numbers(self._cell(row, "label").strip()) if "label" in self.places else "",
        )

    def _entry(self, place: int, row: list[str]) -> Movement | None:
        """A row of our statement by remise that is a fee or another entry; None of any other row."""
        places = {field: self.keys.get(key, len(row)) for field, key in self.layout.entries.items()}
        cells = {field: row[at] if at < len(row) else "" for field, at in places.items()}
        dated, amount = _dated(cells.get("date", "")), cells.get("amount", "")
        minor = number_minor(amount, self.home) if isinstance(amount, Number) else amount_minor(amount, self.home, self.mark)
        if dated is None or minor is None:
            return None
        label = mask_numbers(cells["label"].strip())
        return Movement(place, minor, self.home, dated[0], net_minor=minor, remise_date=dated[0], label=label)

    def _is_foot(self, row: list[str], date_cell: str) -> bool:
        """Whether a row without a date is the table's foot. A sale whose date is missing has a time, an RRN or a card."""
        if date_cell.strip():
            return _begins_a_foot(date_cell)
        timed = "time" in self.places and _timed(self._cell(row, "time")) is not None
        if timed or self._text(row, "rrn") or len(masked_card(plain_number(self._cell(row, "card")))) > CARD_TAIL:
            return False
        return any(_begins_a_foot(cell) for cell in row)

    def _other_date(self, row: list[str], field: str) -> str:
        if field not in self.places:
            return ""
        cell = self._cell(row, field)
        dated = _dated(cell) if cell else None
        return dated[0] if dated else ""

    def _currency(self, place: int, row: list[str]) -> str | None:
        """The currency of a row: of its own column, else the one that its amounts name, else that of their heads."""
        text = self._text(row, "currency")
        if not text:
            return self._currency_of_amounts(place, row)
        if text not in self.currencies:
            upper = text.upper().strip(". ")
            number = upper if upper in CURRENCIES else currency_number("MAD" if upper in ("DH", "DHS") else upper)
            self.currencies[text] = number
        found = self.currencies[text]
        if found is None:
            self._wrong(place, "currency", text, CURRENCY_EXPECTED)
        return found

    def _currency_of_amounts(self, place: int, row: list[str]) -> str | None:
        found = ""
        for field in _AMOUNT_FIELDS:
            cell = self._cell(row, field) if field in self.places else ""
            named = currency_in(cell) if cell and not isinstance(cell, Number) else ""
            if named is None or (named and found and named != found):
                self._wrong(place, field, cell, AMOUNT_EXPECTED if named is None else _amount_in(found))
                return None
            found = found or named
        return found or self.home

    def _amounts(self, place: int, row: list[str], currency: str) -> tuple[int, int | None] | None:
        """What a row says of money: its amount with its sign, and its net."""
        read: dict[str, int | None] = {}
        for field in _AMOUNT_FIELDS:
            cell = self._cell(row, field) if field in self.places else ""
            if not cell.strip():
                read[field] = None
                continue
            minor = number_minor(cell, currency) if isinstance(cell, Number) else amount_minor(cell, currency, self.mark)
            if minor is None:
                named = "" if isinstance(cell, Number) else currency_in(cell)
                other = named and named != currency
                self._wrong(place, field, cell, _amount_in(currency) if other else AMOUNT_EXPECTED)
                return None
            read[field] = minor
        amount, net, debit, credit = read["amount"], read["net"], read["debit"], read["credit"]
        moved = None if debit is None and credit is None else (credit or 0) - abs(debit or 0)
        if self.layout.one_is_net:
            net = moved
            amount = -abs(amount) if amount is not None and moved is not None and moved < 0 else amount
        elif amount is None:
            amount = moved
        if amount is None:
            field = next(each for each in ("amount", "credit", "debit") if each in self.places)
            self._wrong(place, field, self._cell(row, field), AMOUNT_EXPECTED)
            return None
        if amount > 0 and self._goes_back(row):
            amount, net = -amount, None if net is None else -abs(net)
        return amount, net

    def _goes_back(self, row: list[str]) -> bool:
        word = key_of(self._cell(row, "direction")) if "direction" in self.places else ""
        return bool(word) and (word.startswith(_BACK) or (self.layout.kind != TILL and word in _NEGATIVE))

    def _channel(self, row: list[str], stan: str) -> SaleChannel:
        word = key_of(self._cell(row, "channel")) if "channel" in self.places else ""
        if word:
            return ONLINE if word.startswith(_ONLINE) else TERMINAL
        if self.layout.six_digit_stan_is_online and stan:
            return ONLINE if len(stan) == 6 else TERMINAL
        return ""


def _begins_a_foot(cell: str) -> bool:
    words = key_of(cell).split(" ", 2)
    return words[0] in _FOOT or " ".join(words[:2]) in _FOOT


def _amount_in(currency: str) -> str:
    return f"an amount in {currency_name(currency)}"


def _shown(cell: str) -> str:
    shown = mask_numbers(cell.strip())
    return shown if len(shown) <= SHOWN_MAX else f"{shown[:SHOWN_MAX]}…"


def _dated(cell: str) -> tuple[str, int | None] | None:
    """The date of a cell, with the second of the day where it has one."""
    if isinstance(cell, Number):
        return date_of_serial(cell)
    date = iso_date(cell)
    return None if date is None else (date, second_of_day(cell) if len(cell) > 10 else None)


def _timed(cell: str) -> int | None:
    if isinstance(cell, Number):
        value = finite(cell)
        return None if value is None else min(round(value % 1 * 86_400), 86_399)
    return second_of_day(cell)


def _whole(number: Number) -> str:
    """A reference that a workbook stores as a number."""
    value = finite(number)
    return str(int(value)) if value is not None and value == value.to_integral_value() else str(number)
