"""The rules of the money, read from the TOML files of a specification and applied as ``specs/README.md`` words them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]

#: ISO 4217: numeric code and decimals of the currencies of the tests.
DECIMALS: Final = {"504": 2, "978": 2, "392": 0}
NAMES: Final = {"504": "MAD", "978": "EUR", "392": "JPY"}
#: Banks that the specification of the tests has.
ISSUERS: Final = ("atlas", "rif", "vesta")
#: Columns of a fee row that name one value.
COLUMNS: Final = ("origin", "scheme", "product", "channel", "mcc", "transaction_type")
#: Kinds of fee that the merchant is paid; it pays all others.
PAID_TO_MERCHANT: Final = ("cash_machine",)


def rounded(amount: Fraction | int) -> int:
    """The nearest whole minor unit, half away from zero."""
    size = abs(Fraction(amount))
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if amount >= 0 else -whole


def share(amount_minor: Fraction | int, basis_points: int) -> Fraction:
    """So many basis points of an amount, exactly."""
    return Fraction(amount_minor) * basis_points / 10_000


def minor(text: str) -> int:
    """Minor units of money in a file: text with two decimals."""
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0"))


@dataclass(frozen=True)
class Sale:
    """What the columns of fee tables look at."""

    origin: str
    scheme: str
    product: str
    channel: str
    mcc: str
    transaction_type: str
    amount_minor: int  #: below zero for a refund


@dataclass(frozen=True)
class Charge:
    """What one fee row takes of one transaction, before VAT."""

    rate_basis_points: int
    fixed_minor: int
    minimum_minor: int
    maximum_minor: int | None
    gives_back: bool
    is_refund: bool

    @classmethod
    def of(cls, row: Row, amount_minor: int, *, gives_back: bool) -> Charge:
        return cls(
            rate_basis_points=row.get("rate_basis_points", 0),
            fixed_minor=minor(row.get("fixed", "0.00")),
            minimum_minor=minor(row.get("minimum", "0.00")),
            maximum_minor=minor(row["maximum"]) if "maximum" in row else None,
            gives_back=row.get("refunds_give_back", gives_back),
            is_refund=amount_minor < 0,
        )

    def exact(self, amount_minor: int) -> Fraction:
        """The fee of an amount with the sign of the amount, before it is rounded. Of nothing it is nothing."""
        if amount_minor == 0 or (self.is_refund and not self.gives_back):
            return Fraction(0)
        fee = share(abs(amount_minor), self.rate_basis_points)
        if not self.is_refund:
            fee = max(fee + self.fixed_minor, Fraction(self.minimum_minor))
        if self.maximum_minor is not None:
            fee = min(fee, Fraction(self.maximum_minor))
        return -fee if self.is_refund else fee


class Rules:
    """One specification folder."""

    def __init__(self, folder: Path) -> None:
        def read(name: str) -> Row:
            path = folder / name
            return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

        merchants = read("merchants.toml")
        self.merchants: dict[str, Row] = {each["id"]: each for each in merchants.get("merchant", [])}
        self.default_contract: Row | None = merchants.get("default_contract")
        self.plans: dict[str, Row] = {plan["id"]: plan for plan in read("fees/discount.toml")["plan"]}
        self.interchange: list[Row] = read("fees/interchange.toml")["rate"]
        self.vat: list[Row] = read("fees/vat.toml")["rate"]
        self.rates: list[Row] = read("rates.toml").get("rate", [])
        self.calendar = read("calendar.toml")

    issuers = ISSUERS

    def floor_limit(self, contract: Row) -> int:
        """Up to which a merchant may sell offline."""
        return minor(contract.get("floor_limit", "10000.00"))

    def contract(self, merchant_id: str) -> Row | None:
        return self.merchants.get(merchant_id, self.default_contract)

    def plan_of(self, merchant_id: str) -> Row:
        contract = self.contract(merchant_id)
        assert contract is not None, merchant_id
        return self.plans[contract["plan"]]

    def fee_row(self, rows: list[Row], day: str, sale: Sale, volume_minor: int) -> Row | None:
        """The row that names most columns, and of those the one with the latest ``from``."""
        covering = [row for row in rows if row["from"] <= day and _covers(row, sale, volume_minor)]
        return max(covering, key=lambda row: (_named(row), row["from"]), default=None)

    def interchange_rate(self, day: str, sale: Sale) -> int:
        """Most columns, then a row that names the transaction type, then the latest ``from``."""
        columns = ("origin", "scheme", "channel", "transaction_type")
        covering = [
            row
            for row in self.interchange
            if row["from"] <= day and all(row.get(column, "*") in ("*", getattr(sale, column)) for column in columns)
        ]

        def rank(row: Row) -> tuple[int, bool, str]:
            named = [column for column in columns if row.get(column, "*") != "*"]
            return len(named), "transaction_type" in named, row["from"]

        return int(max(covering, key=rank)["rate_basis_points"])

    def vat_rate(self, day: str, kind: str) -> int:
        """A row that names the fee comes before ``*``, then the latest ``from``."""
        rows = [row for row in self.vat if row["from"] <= day and row.get("fee", "*") in ("*", kind)]
        return int(max(rows, key=lambda row: (row.get("fee", "*") != "*", row["from"]))["rate_basis_points"])

    def charges(self, plan: Row, day: str) -> dict[str, Row]:
        """The row in force of each kind of charge."""
        rows = sorted((row for row in plan.get("charge", []) if row["from"] <= day), key=lambda row: str(row["from"]))
        return {row["kind"]: row for row in rows}

    def rate(self, day: str, sold: str, paid: str) -> tuple[Fraction, str, str]:
        """Units of ``paid`` for one of ``sold`` on a date: the ratio, as text, and since when."""
        rows = [
            row
            for row in self.rates
            if row["from"] <= day and (row["transaction"], row["billing"]) == (NAMES[sold], NAMES[paid])
        ]
        row = max(rows, key=lambda each: str(each["from"]))
        return Fraction(row["rate"]) * Fraction(10) ** (DECIMALS[paid] - DECIMALS[sold]), row["rate"], row["from"]

    def value_date(self, day: str) -> str:
        """The business date plus ``settlement_days`` banking days."""
        names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        holidays = {each["date"] for each in self.calendar.get("holiday", [])}
        moment, left = date.fromisoformat(day), self.calendar["settlement_days"]
        while left:
            moment += timedelta(days=1)
            if names[moment.weekday()] not in self.calendar["weekend"] and moment.isoformat() not in holidays:
                left -= 1
        return moment.isoformat()


def _covers(row: Row, sale: Sale, volume_minor: int) -> bool:
    if any(row.get(column, "*") not in ("*", getattr(sale, column)) for column in COLUMNS):
        return False
    return _within(row, "amount", abs(sale.amount_minor)) and _within(row, "volume", volume_minor)


def _within(row: Row, name: str, value: int) -> bool:
    low, high = row.get(f"{name}_from"), row.get(f"{name}_below")
    return (low is None or value >= minor(low)) and (high is None or value < minor(high))


def _named(row: Row) -> int:
    ranges: int = sum(f"{name}_from" in row or f"{name}_below" in row for name in ("amount", "volume"))
    named: int = sum(row.get(column, "*") != "*" for column in COLUMNS)
    return named + ranges
