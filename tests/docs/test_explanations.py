"""The examples of the explanations, worked out by the product's own rates, calendar and codec."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

import pytest

from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.specs.load import load_specs

FOLDER: Final = Path(__file__).parents[2] / "docs" / "explanation"
WORDS_MAX: Final = 1_200
SPECS: Final = load_specs()
DATE: Final = "2026-11-27"
ENTRY: Final = re.compile(r"^\| ([a-zA-Z][\w ()]*) \| ([\d.]*) ?\| ([\d.]*) ?\|$", re.MULTILINE)


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def entries(text: str) -> list[tuple[str, Decimal]]:
    """The lines of a table of postings: the account, and its debit, or its credit below zero."""
    return [(account, Decimal(debit or "0") - Decimal(credit or "0")) for account, debit, credit in ENTRY.findall(text)]


def charges(amount_minor: int) -> tuple[int, int, int]:
    """Interchange, commission and VAT of a domestic sale in a shop, by the specification of today."""
    interchange = SPECS.fees.interchange.rate(DATE, "domestic", "cmi", "chip", "purchase")
    commission = SPECS.fees.discount.rate(DATE, "retail", "domestic").rate_basis_points
    discount = percentage(amount_minor, commission)
    return percentage(amount_minor, interchange), discount, percentage(discount, SPECS.fees.vat.rate(DATE))


def percentage(amount_minor: int, rate_basis_points: int) -> int:
    return int((Decimal(amount_minor * rate_basis_points) / 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def minor(figure: str) -> int:
    return int(Decimal(figure) * 100)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.md")))
def test_an_explanation_is_read_in_one_sitting_and_leads_on(name: str) -> None:
    assert len(re.sub(r"```.*?```", "", page(name), flags=re.DOTALL).split()) <= WORDS_MAX
    assert "\n## Next\n" in page(name)


def test_the_money_of_a_sale() -> None:
    before, _, after = page("money-of-a-sale").partition("## A reversal after the day was closed")
    sale, adjustment = entries(before), entries(after)
    assert (len(sale), len(adjustment)) == (12, 10)
    for postings in (sale, adjustment):
        assert all(one[1] == -other[1] for one, other in zip(postings[::2], postings[1::2], strict=True)), "a pair balances"
    interchange, commission, vat = charges(minor("100.00"))
    assert [int(amount * 100) for _, amount in sale[::2]] == [
        10_000,
        interchange,
        commission,
        vat,
        10_000 - commission - vat,
        10_000 - interchange,
    ]
    left = charges(minor("33.33"))
    undone = [whole - part for whole, part in zip((interchange, commission, vat), left, strict=True)]
    assert [int(amount * 100) for _, amount in adjustment[::2]] == [6_667, *undone, 6_667 - undone[0]]
    assert f"owes {(6_667 - undone[1] - undone[2]) / 100:.2f}" in " ".join(after.split())


def test_money_of_both_dates_moves_on_the_same_monday() -> None:
    assert SPECS.calendar.value_date("2026-11-27") == SPECS.calendar.value_date("2026-11-28") == "2026-11-30"
    assert "value date 30 November, a Monday" in page("business-day")


@pytest.mark.parametrize("dialect", ["ascii", "bcd"])
def test_the_message_byte_by_byte(dialect: str) -> None:
    block = page("how-it-works").partition(f"\ndialect {dialect}\n")[2].partition("\n\n")[0].partition("\n```")[0]
    rows = [line.strip().split("   ")[0].split() for line in block.splitlines()]
    elements = {2: "9504010000000019", 3: "000000", 4: "000000012500", 7: "1128165625", 11: "171858", 12: "175625", 13: "1128"}
    elements |= {14: "2912", 18: "4814", 22: "812", 25: "59", 32: "504900", 37: "000000000051", 41: "ONDE0001"}
    elements |= {42: "TELECOM00000001", 43: f"{'ONDE TELECOM EN LIGNE':<23}{'CASABLANCA':<15}MA", 49: "504"}
    message = Codec(SPECS.dialects[dialect]).encode(Message("0100", elements))
    tpdu = b"\x60\x00\x01\x00\x00" if dialect == "bcd" else b""
    wire = (len(tpdu + message)).to_bytes(2, "big") + tpdu + message
    anything = "(?:[0-9A-F]{2} )*?"
    pattern = "".join(anything if byte == "…" else f"{byte} " for row in rows for byte in row)
    assert len(rows) >= 6
    assert re.match(pattern, f"{wire.hex(' ').upper()} "), wire.hex(" ")
