"""Our own statement as JSON; ``test_layouts`` compares its lines with those of the other forms."""

from __future__ import annotations

import json

import pytest

from switch.errors import SwitchError
from switch.reconciliation.readers.recognize import side_of


def statement(**line: object) -> dict[str, object]:
    about = {
        "local_at": "0203100500",
        "terminal_id": "T0000042",
        "pan_masked": "950401******0019",
        "channel": "ecommerce",
        "rrn": "000000000051",
        "approval_code": "A1B2C3",
        "amount_minor": 12_500,
        "net_minor": 12_335,
        "adjusts": "",
    }
    head = {"business_date": "2026-02-03", "value_date": "2026-02-04", "reference": "X-1", "currency": "504"}
    return {**head, "lines": [{**about, **line}]}


def test_lines_of_one_statement_or_of_several() -> None:
    side = side_of("x.json", json.dumps([statement(), statement(rrn="000000000052")]).encode())
    assert [(line.place, line.rrn, line.second, line.channel) for line in side.lines] == [
        (1, "000000000051", 36_300, "online"),
        (2, "000000000052", 36_300, "online"),
    ]


def test_a_line_without_an_amount_is_set_aside() -> None:
    side = side_of("x.json", json.dumps([statement(), statement(amount_minor="12.50")]).encode())
    assert [each.place for each in side.set_aside] == [2]


@pytest.mark.parametrize("text", ["{", "[1]", '{"lines": 1}', '{"lines": [], "business_date": 1}', "[" * 100_000])
def test_another_json_is_one_sentence(text: str) -> None:
    with pytest.raises(SwitchError, match="expected switch statement --json"):
        side_of("x.json", text.encode())


def test_a_statement_by_remise() -> None:
    row = {
        "date": "2026-02-03",
        "stan": "000012",
        "card_number": "950401******0019",
        "amount_minor": -2_500,
        "debit_net_minor": 2_467,
        "credit_net_minor": None,
    }
    block = {"kind": "refunds", "remise_number": "000002", "terminal_id": "PORT0001", "business_date": "2026-02-04"}
    told = {"layout": "remise", "currency": "504", "blocks": [{**block, "rows": [row, {**row, "amount_minor": "x"}]}, {}]}
    side = side_of("x.json", json.dumps(told).encode())
    (line,) = side.lines
    assert (line.stan, line.amount_minor, line.net_minor, line.remise, line.remise_date, line.terminal_id) == (
        "12", -2_500, -2_467, "2", "2026-02-04", "PORT0001",
    )  # fmt: skip
    assert [each.place for each in side.set_aside] == [2]
