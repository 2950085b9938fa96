"""Half a centime goes away from zero: interchange, discount and VAT, of sales, refunds and what reversals leave of both.

Whatever can be rounded is rounded here by Python's own decimals, at the half, just below and just above it, both signs.
"""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

import switch
from switch.endofday.close import check_books, close_day
from switch.endofday.statements import statement
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import loopback, purchase, specs
from tests.support.day_builders import FRIDAY, GROCER, NOW_MS, SATURDAY, SUNDAY, DaySpecs, day_specs, journal_of, merchant

ROOT: Final = Path(switch.__file__).parent.parent
WHOLE: Final = Decimal(10_000)  #: basis points
INTERCHANGE_RATES: Final = (65, 120, 160, 1, 2_500, 5_000, 9_999)
DISCOUNT_RATES: Final = (120, 250, 135, 5_000, 1)
VAT_RATES: Final = {FRIDAY: 1_000, SATURDAY: 2_000, SUNDAY: 555}
MINIMUM_MINOR: Final = 200
AMOUNTS: Final = range(1, 20_001)


def portion(amount_minor: int, rate_basis_points: int) -> int:
    """A part of an amount in whole minor units: half away from zero, which decimals call *half up*."""
    return int((amount_minor * rate_basis_points / WHOLE).quantize(Decimal(1), ROUND_HALF_UP))


def _interchange() -> str:
    row = '[[rate]]\nfrom = "2013-01-01"\nscheme = "s{0}"\nrate_basis_points = {0}\n'
    return "".join(row.format(rate) for rate in INTERCHANGE_RATES)


def _discount() -> str:
    plan = '[[plan]]\nid = "p{0}"\nname = "P"\n[[plan.rate]]\nfrom = "2013-01-01"\nrate_basis_points = {0}\n'
    least = (
        '[[plan]]\nid = "least"\nname = "L"\n[[plan.rate]]\nfrom = "2013-01-01"\nrate_basis_points = 100\nminimum = "2.00"\n'
    )
    return "".join(plan.format(rate) for rate in DISCOUNT_RATES) + least


def _shop(plan: str) -> str:
    return f"SHOP{plan.upper():0>11}"


PLANS: Final = {"least": 100, **{f"p{rate}": rate for rate in DISCOUNT_RATES}}  #: plan -> discount rate
SPECS: Final[DaySpecs] = day_specs(
    merchants=[merchant(id=_shop(plan), plan=plan) for plan in PLANS],
    vat="".join(f'[[rate]]\nfrom = "{day}"\nrate_basis_points = {rate}\n' for day, rate in VAT_RATES.items()),
    interchange=_interchange(),
    discount=_discount(),
)


@frozen
class Sale:
    plan: str
    interchange_rate: int
    amount_minor: int  #: below zero: a refund

    def charged(self, amount_minor: int, vat_rate: int) -> tuple[int, int, int, int, int]:
        """Amount, interchange, discount, VAT and net of so much of it."""
        discount = portion(amount_minor, PLANS[self.plan])
        if self.plan == "least" and amount_minor > 0:
            discount = max(discount, MINIMUM_MINOR)
        vat = portion(discount, vat_rate)
        return (amount_minor, portion(amount_minor, self.interchange_rate), discount, vat, amount_minor - discount - vat)


@cache
def _halves(rate: int) -> list[int]:
    """Amounts of which a rate is exactly half a minor unit, and more."""
    return [amount for amount in AMOUNTS if amount * rate % 10_000 == 5_000]


@cache
def _taxed_at_the_half(discount_rate: int, vat_rate: int) -> list[int]:
    """Amounts of whose discount the VAT is exactly half a minor unit, and more."""
    return [amount for amount in AMOUNTS[::7] if portion(amount, discount_rate) * vat_rate % 10_000 == 5_000]


def _amounts(plan: str, interchange_rate: int, vat_rate: int, chance: random.Random) -> list[int]:
    """Where interchange, discount or VAT is exactly half a centime, one minor unit beside it, and anywhere."""
    found = [_halves(interchange_rate), _halves(PLANS[plan]), _taxed_at_the_half(PLANS[plan], vat_rate)]
    near = [half + step for halves in found if halves for half in chance.choices(halves, k=2) for step in (-1, 0, 1)]
    return [amount for amount in (*near, chance.choice(AMOUNTS)) if amount]


def _sales(vat_rate: int, chance: random.Random) -> Iterator[Sale]:
    for plan in PLANS:
        for interchange_rate in chance.sample(INTERCHANGE_RATES, 2):
            for amount in _amounts(plan, interchange_rate, vat_rate, chance):
                yield Sale(plan, interchange_rate, amount if chance.random() < 0.6 else -amount)


def _rows(data: Path, sql: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as books:
        return books.execute(sql).fetchall()


CHARGED: Final = "amount_minor, interchange_minor, discount_minor, vat_minor, net_minor"
PRESENTED: Final = f"SELECT {CHARGED} FROM presentment ORDER BY request_id"
STANDING: Final = f"""
SELECT SUM(amount_minor), SUM(interchange_minor), SUM(discount_minor), SUM(vat_minor), SUM(net_minor) FROM (
  SELECT request_id, {CHARGED} FROM presentment UNION ALL SELECT request_id, {CHARGED} FROM adjustment
) WHERE request_id IN (SELECT request_id FROM adjustment) GROUP BY request_id ORDER BY request_id
"""


@pytest.mark.parametrize("day", VAT_RATES)
def test_everything_of_a_day_is_rounded_as_decimals_round_it(tmp_path: Path, day: str) -> None:
    chance, vat_rate = random.Random(day), VAT_RATES[day]
    sales = list(_sales(vat_rate, chance))
    with journal_of(tmp_path, day) as journal:
        journal.connection.execute("PRAGMA synchronous = OFF")
        for sale in sales:
            journal.decide(
                merchant_id=_shop(sale.plan),
                scheme=f"s{sale.interchange_rate}",
                amount_minor=abs(sale.amount_minor),
                transaction_type="purchase" if sale.amount_minor > 0 else "refund",
            )
        close_day(tmp_path, SPECS, day, NOW_MS)
        assert _rows(tmp_path, PRESENTED) == [sale.charged(sale.amount_minor, vat_rate) for sale in sales]
        # On the next date a part of each is taken back: what stands afterwards is charged as if it had been all of it.
        left = [chance.choice((0, *_amounts(sale.plan, sale.interchange_rate, vat_rate, chance))) for sale in sales[::5]]
        lower = [
            (number, min(each, abs(sale.amount_minor) - 1)) for (number, sale), each in zip(_numbered(sales), left, strict=True)
        ]
        for number, remains in lower:
            journal.reverse(number, remains)
        later = journal.open_date
        close_day(tmp_path, SPECS, later, NOW_MS + 86_400_000)
    standing = _rows(tmp_path, STANDING)
    signs = [1 if sales[number - 1].amount_minor > 0 else -1 for number, _ in lower]
    wanted = [
        sales[number - 1].charged(sign * remains, vat_rate) if remains else (0, 0, 0, 0, 0)
        for (number, remains), sign in zip(lower, signs, strict=True)
    ]
    assert standing == wanted
    assert check_books(tmp_path).faults == ()


def _numbered(sales: list[Sale]) -> list[tuple[int, Sale]]:
    """The requests that are reversed in part, with their sales."""
    return [(number, sale) for number, sale in enumerate(sales, start=1)][::5]


#: Amount, and then discount (1.20 %) and VAT (10 %) of it, of which one is exactly half a centime, or next to it.
BY_HAND: Final = (
    (104_17, 1_25, 13),  # 125.004, 12.5
    (112_50, 1_35, 14),  # 135, 13.5
    (120_83, 1_45, 15),  # 144.996, 14.5
    (3_75, 5, 1),  # 4.5, 0.5
    (1_25, 2, 0),  # 1.5, 0.2
    (103_33, 1_24, 12),  # 123.996, 12.4
    (105_00, 1_26, 13),  # 126, 12.6
)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_statement_whose_vat_is_half_a_centime(tmp_path: Path, sign: int) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for amount_minor, _, _ in BY_HAND:
            journal.decide(amount_minor=amount_minor, transaction_type="purchase" if sign > 0 else "refund")
    close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
    lines = list(csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines()))
    found = [tuple(round(Decimal(line[name]) * 100) for name in ("gross", "discount", "vat", "net")) for line in lines]
    wanted = [(gross, discount, vat, gross - discount - vat) for gross, discount, vat in BY_HAND]
    assert found == [tuple(sign * each for each in line) for line in wanted]


def test_a_day_closed_by_command_has_half_a_centime_of_vat_rounded_up(tmp_path: Path) -> None:
    """250.00 at 1.50 % are 3.75; 10 % of them 0.375: 0.38. With 0.37 the shop would be paid 245.88."""
    shop = "TELECOM00000001"
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=250_00, merchant_id=shop, terminal_id="ONDE0001", channel="ecommerce")
    _switch("day", "close", FRIDAY, "--data", str(tmp_path))
    (line,) = csv.DictReader(_switch("statement", shop, "--data", str(tmp_path), "--format", "csv").splitlines())
    assert (line["discount"], line["vat"], line["net"]) == ("3.75", "0.38", "245.87")
    assert _switch("check", "--data", str(tmp_path))


def _switch(*words: str) -> str:
    command = [sys.executable, "-m", "switch", *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("column", ["interchange_minor", "discount_minor", "vat_minor"])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.long
def test_check_knows_the_half_by_itself(tmp_path: Path, column: str, sign: int, step: int) -> None:
    """A book a minor unit beside what the rates come to is told of, where that is half a unit as where it is not."""
    rates = '[[rate]]\nfrom = "2013-01-01"\nrate_basis_points = 100\n'
    row = f'from = "2013-01-01"\nrate_basis_points = {500 if column == "vat_minor" else 100}\n'
    plan = f'[[plan]]\nid = "retail"\nname = "R"\n[[plan.rate]]\n{row}'
    half = day_specs(merchants=[GROCER], interchange=rates, discount=plan)
    with journal_of(tmp_path, FRIDAY) as journal:
        kind = "purchase" if sign > 0 else "refund"
        journal.decide(amount_minor=1_00 if column == "vat_minor" else 2_50, transaction_type=kind)  # 0.5, 2.5 minor units
    close_day(tmp_path, half, FRIDAY, NOW_MS)
    assert check_books(tmp_path).faults == ()
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        books.executescript(f"DROP TRIGGER presentment_no_update; UPDATE presentment SET {column} = {column} + {step}")
    assert "charges_follow_rates" in {fault.check for fault in check_books(tmp_path).faults}


@pytest.mark.parametrize(
    ("amount_minor", "rate", "minimum", "column", "to"),
    [
        (1, 4_999, "0.00", "interchange_minor", 1),  # 0.4999: nothing
        (1, 4_999, "0.00", "discount_minor", 1),
        (200_50, 100, "2.00", "discount_minor", 2_00),  # 200.5: 2.01, above the minimum
    ],
)
def test_check_knows_what_is_just_below_the_half_and_what_is_half_above_the_minimum(
    tmp_path: Path, amount_minor: int, rate: int, minimum: str, column: str, to: int
) -> None:
    row = f'from = "2013-01-01"\nrate_basis_points = {rate}\n'
    plan = f'[[plan]]\nid = "retail"\nname = "R"\n[[plan.rate]]\n{row}minimum = "{minimum}"\n'
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=amount_minor)
    close_day(tmp_path, day_specs(merchants=[GROCER], interchange=f"[[rate]]\n{row}", discount=plan), FRIDAY, NOW_MS)
    assert check_books(tmp_path).faults == ()
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        books.executescript(f"DROP TRIGGER presentment_no_update; UPDATE presentment SET {column} = {to}")
    assert "charges_follow_rates" in {fault.check for fault in check_books(tmp_path).faults}


@pytest.mark.parametrize(("granted", "most"), [(10, 11), (30, 34), (13, 14), (100, 115), (106, 121), (33, 37)])
async def test_a_completion_may_go_above_by_whole_minor_units_at_most(granted: int, most: int) -> None:
    """The hotel may go 15 % above: of 0.10 that is half a centime, which nobody granted."""
    shop = specs().merchants["HOTEL0000000001"]
    assert shop.over_basis_points == 1_500
    at = {"de41": shop.terminals[0], "de42": shop.id, "de25": "06"}
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        hold = purchase(1, de4=f"{granted:012d}", **at)
        assert (await client.ask(hold)).elements[39] == "00"
        e = hold.elements
        named = {"de39": "00", "de90": original_data("0100", ExchangeKey(e[32], e[41], e[11], e[7]))}
        codes = []
        for stan, amount in ((2, most + 1), (3, most)):
            completion = Message("0220", purchase(stan, de4=f"{amount:012d}", **at, **named).elements)
            codes.append((await client.ask(completion)).elements[39])
    assert codes == ["13", "00"]


@pytest.mark.parametrize(("captured", "faults"), [(11, False), (12, True)])
def test_check_lets_a_capture_go_above_by_whole_minor_units_at_most(tmp_path: Path, captured: int, faults: bool) -> None:
    inn = merchant(capture="completion", over_basis_points=1_500)
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.capture(journal.hold(amount_minor=10), captured)
    close_day(tmp_path, day_specs(merchants=[inn]), FRIDAY, NOW_MS)
    found = {fault.check for fault in check_books(tmp_path).faults}
    assert ("captures_are_within_grants" in found) is faults
