"""Random specifications within the documented rules: merchants, plans with fees and charges, interchange, VAT, rates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

RIB: Final = "310810101402900442310133"
#: Currency -> terminals of the merchants that sell in it.
SHOPS: Final = {
    "SHOPA": ("504", ("SHOPA001", "SHOPA002")),
    "SHOPB": ("504", ("SHOPB001",)),
    "SHOPC": ("504", ("SHOPC001", "SHOPC002", "SHOPC003")),
    "EURO": ("978", ("EURO0001",)),
    "YEN": ("392", ("YEN00001", "YEN00002")),
    "LATE": ("504", ("LATE0001",)),
}
COLUMN_VALUES: Final = {
    "origin": ("domestic", "foreign"),
    "scheme": ("cmi", "visa"),
    "product": ("debit", "credit"),
    "channel": ("chip", "ecommerce", "magstripe", "manual"),
    "mcc": ("5411", "5999"),
    "transaction_type": ("purchase", "cash_withdrawal", "quasi_cash", "bill_payment", "refund", "purchase_with_cash_back"),
}
CHARGES: Final = ("setup", "subscription", "rent")


def toml(table: str, values: dict[str, Any]) -> str:
    """One table of a file; a dictionary among the values is a table below it."""
    below = {key: value for key, value in values.items() if isinstance(value, dict)}
    plain = {key: value for key, value in values.items() if key not in below}
    lines = [table, *(f"{key} = {_value(value)}" for key, value in plain.items())]
    name = table.strip("[]")
    return "\n".join(lines) + "\n" + "".join(toml(f"[{name}.{key}]", value) for key, value in below.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


class World:
    """A specification drawn by chance, for dates from ``first`` on; ``write`` puts it into a folder."""

    def __init__(self, chance: Random, first: date) -> None:
        self.chance = chance
        self.days = [(first + timedelta(days=number)).isoformat() for number in range(-3, 7)]
        self.accepts_all = chance.random() < 0.4
        self.shops = {name: self._contract(name) for name in SHOPS}

    def write(self, folder: Path, late: Path) -> None:
        """The specification before and after the merchant LATE has its contract."""
        files = self._files()
        for each, names in ((folder, [name for name in SHOPS if name != "LATE"]), (late, list(SHOPS))):
            (each / "fees").mkdir(parents=True)
            for name, text in files.items():
                (each / name).write_text(text, encoding="utf-8")
            merchants = "".join(toml("[[merchant]]", self.shops[name]) for name in names)
            if self.accepts_all:
                nobody = {key: value for key, value in self.shops["SHOPB"].items() if key not in ("id", "terminals")}
                merchants += toml("[default_contract]", {**nobody, "name": "PASSAGE"})
            (each / "merchants.toml").write_text(merchants, encoding="utf-8")

    def _contract(self, name: str) -> dict[str, Any]:
        chance = self.chance
        currency, terminals = SHOPS[name]
        contract: dict[str, Any] = {
            "id": name,
            "name": name,
            "city": "RABAT",
            "mcc": "5411",
            "currency": currency,
            "rib": RIB,
            "email": "shop@shops.example",
            "plan": chance.choice(("one", "two", "three")),
            "terminals": terminals,
            "paid_by": chance.choice(("remise", "remise", "merchant")),
            "rounding": chance.choice(("line", "line", "remise")),
        }
        if chance.random() < 0.3:
            contract["floor_limit"] = chance.choice(("50.00", "300.00"))
        if currency != "504" and chance.random() < 0.6:
            contract["paid_in"] = "504"
            contract["conversion_margin_basis_points"] = chance.choice((0, 75, 250))
        for held in ("reserve", "deposit"):
            if chance.random() < 0.25:
                contract[held] = {"rate_basis_points": chance.choice((333, 500, 1250)), "days": chance.randint(1, 4)}
                if chance.random() < 0.5:
                    contract[held]["maximum"] = chance.choice(("5.00", "40.00"))
        return contract

    def _files(self) -> dict[str, str]:
        return {
            "calendar.toml": 'time_zone = "Africa/Casablanca"\ncut_off = "23:00"\nweekend = ["saturday", "sunday"]\n'
            f'settlement_days = {self.chance.randint(1, 2)}\n[[holiday]]\ndate = "{self.days[7]}"\nname = "Fête"\n',
            "fees/vat.toml": self._vat(),
            "fees/interchange.toml": self._interchange(),
            "fees/discount.toml": "".join(self._plan(name) for name in ("one", "two", "three")),
            "rates.toml": "".join(
                toml("[[rate]]", {"from": since, "transaction": sold, "billing": "MAD", "rate": rate})
                for sold, rate, since in (
                    ("EUR", "10.8254", "2013-01-01"),
                    ("EUR", "10.917", self.days[5]),
                    ("JPY", "0.066431", "2013-01-01"),
                )
            ),
        }

    def _vat(self) -> str:
        rates = [("2013-01-01", "*", 1000)]
        rates += [(self.days[5], "*", 2000)] * (self.chance.random() < 0.5)
        rates += [("2013-01-01", "gateway", 700)] * (self.chance.random() < 0.4)
        rates += [("2013-01-01", "commission", 1400)] * (self.chance.random() < 0.2)
        return "".join(toml("[[rate]]", {"from": since, "fee": fee, "rate_basis_points": rate}) for since, fee, rate in rates)

    def _interchange(self) -> str:
        chance = self.chance
        rows: list[dict[str, Any]] = [{"from": "2013-01-01", "rate_basis_points": chance.choice((65, 120, 37))}]
        order = chance.sample(("origin", "scheme", "channel", "transaction_type"), 4)
        for number in range(chance.randint(0, 4)):
            names = order[: chance.randint(1, 3)]  # rows that name as many columns name the same ones, as they must
            row: dict[str, Any] = {"from": f"2014-01-{number + 1:02d}", "rate_basis_points": chance.randint(0, 250)}
            rows.append({**row, **{name: chance.choice(COLUMN_VALUES[name]) for name in names}})
        return "".join(toml("[[rate]]", row) for row in rows)

    def _plan(self, name: str) -> str:
        chance = self.chance
        text = toml("[[plan]]", {"id": name, "name": name})
        text += toml("[[plan.rate]]", {"from": "2013-01-01", **self._takes()})
        text += "".join(toml("[[plan.rate]]", self._row(number)) for number in range(chance.randint(0, 4)))
        for kind in ("gateway", "service", "cash_machine"):
            if chance.random() < 0.35:
                text += "".join(
                    toml("[[plan.fee]]", {"kind": kind, **self._row(number)}) for number in range(chance.randint(1, 2))
                )
        for kind in CHARGES:
            if chance.random() < 0.35:
                charge = {
                    "kind": kind,
                    "from": chance.choice(("2013-01-01", self.days[4])),
                    "amount": chance.choice(("20.00", "7.35")),
                }
                text += toml("[[plan.charge]]", charge)
        return text

    def _row(self, number: int) -> dict[str, Any]:
        """A row with columns; each of a kind has a date of its own, so that no two are equal."""
        chance = self.chance
        since = chance.choice((f"2014-02-{number + 1:02d}", self.days[number + 3]))
        row: dict[str, Any] = {"from": since}
        for column in chance.sample(list(COLUMN_VALUES), chance.randint(0, 2)):
            row[column] = chance.choice(COLUMN_VALUES[column])
        if chance.random() < 0.4:
            row[chance.choice(("amount_from", "amount_below"))] = chance.choice(("20.00", "100.00"))
        if chance.random() < 0.4:
            row[chance.choice(("volume_from", "volume_below"))] = chance.choice(("50.00", "300.00"))
        return {**row, **self._takes()}

    def _takes(self) -> dict[str, Any]:
        chance = self.chance
        row: dict[str, Any] = {"rate_basis_points": chance.choice((0, 37, 120, 175, 250, 999))}
        if chance.random() < 0.4:
            row["fixed"] = chance.choice(("0.50", "1.00"))
        if chance.random() < 0.3:
            row["minimum"] = chance.choice(("0.35", "2.00"))
        if chance.random() < 0.3:
            row["maximum"] = chance.choice(("2.00", "3.10"))
        if chance.random() < 0.3:
            row["refunds_give_back"] = chance.random() < 0.5
        return row
