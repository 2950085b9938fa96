"""Every test card gives the codes it is listed with, by what it is listed to send: one centre, each card in its turn."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.transaction import RESPONSE_MEANINGS, SCHEME_MEANINGS
from tests.cli.command import run
from tests.docs.pages import ROOT, tables

PAGE = ROOT / "docs" / "reference" / "response-codes.md"
CARDS: list[dict[str, Any]] = run("cards", "--json").json
COUNTED = "--count"
#: Codes of schemes and processors that people meet beside those of the standard.
OTHERS = {"82", "N7", "5C", "6P", "9G", "M1", "M2", "M3", "Z5", "Z6"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), []) as running:
        yield running
        assert running.stop() == 0


@pytest.mark.parametrize(
    "card", [card for card in CARDS if not card["magic"]], ids=lambda card: f"{card['issuer']}-{card['pan'][-6:]}"
)
def test_a_card_gives_its_codes(centre: CentreProcess, card: dict[str, Any]) -> None:
    host, port = centre.address("ascii")
    assert card["send"].keys() == set(card["gives"])
    for code in card["gives"]:
        _, verb, *options = shlex.split(card["send"][code])
        assert options[:2] == ["--pan", card["pan"]]
        sent = run(verb, *options, "--host", host, "--port", port, "--listener", "ascii", "--json")
        if COUNTED in options:
            codes = [exchange["response_code"] for exchange in sent.json["exchanges"]]
            assert (codes[0], codes[-1]) == ("00", code)
        else:
            assert (sent.code, sent.json["response_code"]) == (0, code)


def test_a_magic_card_has_a_command_for_what_it_does() -> None:
    magic = [card for card in CARDS if card["magic"]]
    assert {card["magic"] for card in magic} == {"amount", "timeout", "late", "twice", "drop", "partial"}
    for card in magic:
        assert card["send"].keys() == {card["magic"], *card["gives"]}
        assert all(f"--pan {card['pan']}" in command for command in card["send"].values())


def test_every_code_is_given_by_a_card_or_stands_on_the_page_with_the_reason_why_not() -> None:
    given = {code for card in CARDS for code in card["gives"]}
    with_commands, without, *_ = ([cells for _, cells in table] for table in tables(PAGE))
    assert without[0] == ["DE 39", "because"]
    never = {code for cells in without[2:] for code in cells[0].split(", ")}
    by_switch_or_request = {"10", "12", "14"}
    assert given & never == set()
    assert given | never | by_switch_or_request == RESPONSE_MEANINGS.keys() | SCHEME_MEANINGS.keys() | OTHERS
    assert given <= {cells[0][:2] for cells in with_commands}


def test_a_bank_that_is_killed_has_not_forgotten_how_often_a_card_paid(tmp_path: Path) -> None:
    limited = next(card["pan"] for card in CARDS if card["product"] == "cmi_starter")

    def pay(centre: CentreProcess, *options: object) -> Any:
        host, port = centre.address("ascii")
        place = ("--host", host, "--port", port, "--listener", "ascii", "--data", centre.data)
        return run("send", "--json", *place, *options).json["response_code"]

    with running_centre(tmp_path, []) as first:
        codes = [pay(first, "--pan", limited, "--amount", "300.00", "--rrn", f"00000000010{number}") for number in range(3)]
        assert codes == ["00", "00", "00"]
        first.kill()
    with running_centre(tmp_path, []) as second:
        assert pay(second, "--pan", limited, "--amount", "100.00") == "65"
        assert pay(second, "--reverse", "000000000101") == "00"
        assert pay(second, "--pan", limited, "--amount", "400.01") == "61"
        assert pay(second, "--pan", limited, "--amount", "400.00") == "00"
        assert pay(second, "--pan", limited, "--amount", "1.00") == "65"
        assert second.stop() == 0
