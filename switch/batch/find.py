"""Which payout, remise or sale is behind a line of a bank account, or a figure somebody asks about: label, date and amount.

Each candidate is held to three questions: does the label name it, is it of the date, is it of the amount. One that answers all
three with yes fits; the others are near misses, told with what does not agree.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from attrs import asdict

from switch.batch.figures import rows_of
from switch.endofday import books
from switch.endofday.line_files.door import WantedLines, see, see_merchants
from switch.errors import NegativeAnswerError
from switch.money import CURRENCIES, minor_digits
from switch.record import frozen

DAYS_AROUND: Final = 7  #: dates before and after the one asked for among which near misses are looked for
NEAR_SHOWN_MAX: Final = 5
LINES_SHOWN_MAX: Final = 200  #: transactions of what fits
SALES_READ_MAX: Final = 10_000  #: of presentments with the same amount; more than that tells nobody anything
NAME_LETTERS_MIN: Final = 4  #: of a word that may name a merchant

_AmountKind = Literal["net", "gross", "paid"]
FoundKind = Literal["payout", "remise", "sale"]


@frozen(kw_only=True)
class Question:
    """What somebody knows: any part of a label (several words), a date, an amount above zero that names no currency."""

    label: str
    on: str  #: ISO date
    amount: Decimal  #: in units of whichever currency a row is in

    def minor(self, currency: str) -> Decimal:
        """The amount in minor units of a currency: a fraction where it has more decimals than the currency."""
        return self.amount.scaleb(minor_digits(currency))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\s:;,/·-]+", self.label.upper()))


@frozen(kw_only=True)
class Found:
    """A payout, a remise or a sale, with what of the question it answers."""

    kind: FoundKind
    reference: str  #: of the payout; of a sale its RRN
    business_date: str
    value_date: str
    merchant_id: str
    name: str
    terminal_id: str  #: empty where a payout is of all the merchant's
    remise_number: int  #: of a payout or a remise; 0 where it is of several, and of a sale
    label: str  #: that the bank shows; of a sale the masked card number
    currency: str
    line_count: int
    gross_minor: int
    net_minor: int
    paid_currency: str  #: of what the account was credited: another one where the payout was converted
    paid_minor: int
    outcome: str  #: paid, carried; of a sale empty
    by_label: bool
    by_date: bool
    by_amount: Literal["net", "gross", "paid", ""]  #: which of its amounts is the one asked for
    days_off: int  #: from the date asked for to the nearer of business date and value date
    minor_off: int  #: from the amount asked for to the nearest of paid, net and gross, away from zero to a whole unit
    off_currency: str  #: of that amount

    @property
    def fits(self) -> bool:
        return self.by_label and self.by_date and bool(self.by_amount)

    @property
    def score(self) -> int:
        return 2 * self.by_label + 2 * bool(self.by_amount) + self.by_date

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "fits": self.fits}


class FoundLine(NamedTuple):
    """One transaction of what fits."""

    rrn: str
    pan_masked: str
    terminal_id: str
    local_at: str  #: MMDDhhmmss at the card acceptor
    transaction_type: str
    currency: str  #: of the sale
    gross_minor: int
    net_minor: int
    adjusts: str  #: of an adjustment the business date of its sale


@frozen(kw_only=True)
class Findings:
    """What fits, and where nothing does the nearest misses, the nearest first."""

    fits: tuple[Found, ...]
    near: tuple[Found, ...]
    lines: tuple[FoundLine, ...] = ()  #: of the one payout or remise that fits, the first LINES_SHOWN_MAX

    def as_json(self) -> dict[str, Any]:
        return {
            "fits": [each.as_json() for each in self.fits],
            "near": [each.as_json() for each in self.near],
            "lines": [line._asdict() for line in self.lines],
        }


def found(data: Path, asked: Question) -> Findings:
    """What a label, a date and an amount are of. NegativeAnswerError where no date is closed yet."""
    with books.opened(data, still=True) as connection:
        if not books.closed_dates(connection):
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        candidates = [*_payouts(connection, asked), *_sales(connection, asked)]
        fits, near = _sorted(candidates)
        of = [each for each in fits if each.kind != "sale"]
        lines = _lines(connection, of[0]) if len(of) == 1 else ()
    return Findings(fits=fits, near=near, lines=lines)


def _sorted(candidates: Iterable[Found]) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """What fits, or where nothing does the nearest."""
    ordered = sorted(candidates, key=lambda each: (-each.score, abs(each.minor_off), abs(each.days_off), each.reference))
    fits = tuple(each for each in ordered if each.fits)
    if fits:
        return fits, ()
    near = [each for each in ordered if each.by_label + bool(each.by_amount) + each.by_date >= 2]
    if not near:
        near = [each for each in ordered if each.by_label or each.by_amount]
    return fits, tuple(near[:NEAR_SHOWN_MAX])


def _lines(connection: sqlite3.Connection, of: Found) -> tuple[FoundLine, ...]:
    names = ("business_date", "merchant_id", "terminal_id", "remise_number")
    key = {name: getattr(of, name) for name in names}
    see_merchants(connection, (of.business_date,), of.merchant_id, of.merchant_id)
    return tuple(FoundLine(*row) for row in rows_of(connection, "lines_of", {**key, "lines_shown_max": LINES_SHOWN_MAX}))


def _range(asked: Question) -> dict[str, str]:
    on = date.fromisoformat(asked.on)
    around = timedelta(days=DAYS_AROUND)
    first = on - around if on - date.min > around else date.min
    last = on + around if date.max - on > around else date.max
    return {"first": first.isoformat(), "last": last.isoformat()}


def _payouts(connection: sqlite3.Connection, asked: Question) -> Iterator[Found]:
    """The payouts, and the remises that are paid with others."""
    for row in rows_of(connection, "payouts", _range(asked)):
        kind, reference, on, value_date, merchant_id, name, terminal_id, number, label, outcome, *sums = row
        currency, count, gross, net, paid_minor, paid_in = sums
        paid, paid_currency = (net, currency) if paid_minor is None else (paid_minor, paid_in)
        remise = f"{number:06d}" if number else ""
        yield _held(
            asked,
            kind=kind,
            named=(reference, merchant_id, terminal_id, label, remise),
            name=name,
            dates=(on, value_date),
            amounts={"net": (net, currency), "gross": (gross, currency), "paid": (paid, paid_currency)},
            about=(reference, merchant_id, terminal_id, number, label, currency, count, outcome),
        )


def _sales(connection: sqlite3.Connection, asked: Question) -> Iterator[Found]:
    key = {
        **_range(asked),
        "minors": json.dumps(sorted({int(minor) for minor in map(asked.minor, (*CURRENCIES, "")) if minor == int(minor)})),
        "words": json.dumps(asked.words),
        "sales_read_max": SALES_READ_MAX,
    }
    span = _range(asked)
    see(
        connection,
        WantedLines(dates=tuple(each for each in books.closed_dates(connection) if span["first"] <= each <= span["last"])),
    )
    for row in rows_of(connection, "sales", key):
        _, on, merchant_id, name, terminal_id, rrn, approval_code, card, currency, amount, net, _ = row
        yield _held(
            asked,
            kind="sale",
            named=(rrn, approval_code, merchant_id, terminal_id),
            name=name,
            dates=(on, on),
            amounts={"net": (net, currency), "gross": (amount, currency), "paid": (net, currency)},
            about=(rrn, merchant_id, terminal_id, 0, card, currency, 1, ""),
        )


def _held(
    asked: Question,
    *,
    kind: FoundKind,
    named: Iterable[str],
    name: str,
    dates: tuple[str, str],
    amounts: dict[_AmountKind, tuple[int, str]],
    about: tuple[str, str, str, int, str, str, int, str],
) -> Found:
    """A candidate, held to what was asked. ``dates`` are business and value date; what is paid is the net unless converted."""
    reference, merchant_id, terminal_id, remise_number, label, currency, count, outcome = about
    off = [(date.fromisoformat(each) - date.fromisoformat(asked.on)).days for each in dates]
    amounts_off = {each: abs(minor) - asked.minor(of) for each, (minor, of) in amounts.items()}
    by_amount: Literal["net", "gross", "paid", ""] = next((each for each, minor in amounts_off.items() if not minor), "")
    nearest = min(amounts_off, key=lambda each: abs(amounts_off[each].scaleb(-minor_digits(amounts[each][1]))))
    return Found(
        kind=kind,
        reference=reference,
        business_date=dates[0],
        value_date=dates[1],
        merchant_id=merchant_id,
        name=name,
        terminal_id=terminal_id,
        remise_number=remise_number,
        label=label,
        currency=currency,
        line_count=count,
        gross_minor=amounts["gross"][0],
        net_minor=amounts["net"][0],
        paid_currency=amounts["paid"][1],
        paid_minor=amounts["paid"][0],
        outcome=outcome,
        by_label=is_named(asked, named, name),
        by_date=0 in off,
        by_amount=by_amount,
        days_off=min(off, key=abs),
        minor_off=int(amounts_off[nearest].to_integral_value(ROUND_UP)),
        off_currency=amounts[nearest][1],
    )


def is_named(asked: Question, named: Iterable[str], name: str) -> bool:
    """Whether a label names something: by one of its own names, or by the beginning of a word of a merchant's name.

    Banks cut names off and put numbers behind them, with zeros before or without.
    """
    own = {each.upper() for each in named if each}
    label = asked.label.strip().upper()
    if label in own:
        return True
    ids = {each for each in own if " " not in each}  # a label has words that all of its kind have
    numbers = {each.lstrip("0") for each in own if each.isdigit()}
    for word in asked.words:
        if word in own or (word.isdigit() and word.lstrip("0") in numbers):
            return True
        if len(word) >= NAME_LETTERS_MIN and not word.isdigit() and any(each.startswith(word) for each in ids):
            return True
        if any(each in word for each in ids if len(each) >= NAME_LETTERS_MIN and not each.isdigit()):
            return True
    shop = " ".join(name.upper().split())
    return bool(shop) and _alike(label, shop)


def _alike(label: str, shop: str) -> bool:
    """Whether one begins with the other, up to where the label goes on in digits."""
    letters = re.split(r"\s*\d", label)[0].strip()
    return len(letters) >= NAME_LETTERS_MIN and (shop.startswith(letters) or letters.startswith(shop))
