"""What an acquirer that speaks 1993 is told where its message is declined or refused, in its own action codes."""

from __future__ import annotations

from typing import Final

import pytest
from trio.testing import MockClock

from switch.iso8583.message import Message
from tests.messages.acquirers import LOCAL, Acquirer93
from tests.messages.standard import not_given_back
from tests.support.centre_in_loop import Client, loopback, specs

ATLAS, SOUSS = "9504010000000019", "9504031200000013"

#: What is different about a 1100 with souss' first card (None: left out) -> MTI and action code of the answer.
REFUSED: Final[dict[str, tuple[dict[int, str | None], str]]] = {
    "no card acceptor (DE 42)": ({42: None}, "1110 904"),
    "an unknown merchant": ({42: "NOBODY000000000"}, "1110 109"),
    "a foreign currency": ({49: "978"}, "1110 902"),
    "a deposit, which is not offered": ({3: "210000"}, "1110 902"),
    "an amount of nothing to withdraw": ({3: "010000", 4: "000000000000"}, "1110 110"),
    "a card nobody routes": ({2: "9999990000000019"}, "1110 908"),
    "a scheme without an issuer": ({2: "341111111111111"}, "1110 908"),
    "a card the issuer does not know": ({2: "9504034900000000"}, "1110 111"),
    "an expiry that is not the card's": ({14: "2811"}, "1110 101"),
    "an expired card": ({2: "4617890000000027", 14: "2412"}, "1110 101"),
    "a card that is not honored": ({2: "4617890000000035"}, "1110 100"),
    "a lost card": ({2: "5399410002000031"}, "1110 208"),
    "a stolen card": ({2: "5399410002000023"}, "1110 209"),
    "too little money": ({2: "9504031200000021"}, "1110 116"),
}


def _changed(message: Message, changes: dict[int, str | None]) -> Message:
    elements = {number: value for number, value in {**message.elements, **changes}.items() if value is not None}
    return Message(message.mti, dict(sorted(elements.items())))


def _said(answer: Message) -> str:
    return f"{answer.mti} {answer.elements[39]}"


def _acquirer(pan: str = SOUSS) -> Acquirer93:
    card = next(card for issuer in specs().issuers.values() for card in issuer.all_cards() if card.pan.digits == pan)
    return Acquirer93(card.pan.digits, card.expiry)


@pytest.mark.parametrize("what", REFUSED)
async def test_a_request_is_declined_in_the_words_of_1993(what: str, clock: MockClock) -> None:
    changes, expected = REFUSED[what]
    asked = _changed(_acquirer().sale("1100", 1), changes)
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        answer = await client.ask(asked)
    assert _said(answer) == expected
    assert not_given_back(asked, answer) == []


@pytest.mark.parametrize(
    ("mti", "expected"),
    [("1304", "1314 301"), ("1324", "1334 301"), ("1604", "1614 115"), ("1720", "1730 115"), ("0100", "0110 904")],
)
async def test_a_class_that_is_not_offered(mti: str, expected: str, clock: MockClock) -> None:
    """File actions have a word of their own; a fee collection is a message of 1993, and an 0100 is none."""
    asked = Message(mti, _acquirer().sale("1100", 1).elements)
    async with loopback(issuers=()) as centre, centre.client("ascii93") as client:
        answer = await client.ask(asked)
        assert [notice.kind for notice in centre.notices] == ["format_error" if mti[0] == "0" else "unsupported"]
    assert _said(answer) == expected
    assert not_given_back(Message("1100", asked.elements), answer) == []


async def test_another_amount_under_a_used_key_is_a_duplicate(clock: MockClock) -> None:
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        assert _said(await client.ask(_acquirer().sale("1200", 1))) == "1210 000"
        assert _said(await client.ask(_acquirer().sale("1201", 1, "000000000100"))) == "1210 913"


async def _reversed(client: Client, changes: dict[int, str | None]) -> str:
    acquirer = _acquirer()
    sold = acquirer.sale("1200", 1)
    assert _said(await client.ask(sold)) == "1210 000"
    return _said(await client.ask(_changed(acquirer.reversal("1420", 2, sold), changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({2: ATLAS}, "1430 914"),
        ({4: "000000012501"}, "1430 110"),
        ({56: f"1200999999{LOCAL}06504777"}, "1430 400"),
        ({41: None}, "1430 904"),
    ],
    ids=["another card", "another amount", "an original that never came", "no terminal"],
)
async def test_a_reversal_that_does_not_fit(changes: dict[int, str | None], expected: str, clock: MockClock) -> None:
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        assert await _reversed(client, changes) == expected


@pytest.mark.parametrize("mti", ["1500", "1520"])
async def test_totals_that_are_asked_for_and_not_compared(mti: str, clock: MockClock) -> None:
    acquirer = _acquirer()
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        await client.ask(acquirer.sale("1200", 1))
        answer = await client.ask(acquirer.totals(mti, 2, None))
    assert answer.elements[39] == "504"
    assert (answer.elements[76], answer.elements[88]) == ("0000000001", "0000000000012500")


async def test_after_a_sign_off_nothing_is_asked_for(clock: MockClock) -> None:
    acquirer = _acquirer()
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        assert _said(await client.ask(_changed(acquirer.network("1804", 1, offered=True), {24: "802"}))) == "1814 800"
        assert _said(await client.ask(acquirer.sale("1100", 2))) == "1110 907"
        assert _said(await client.ask(_changed(acquirer.network("1804", 3, offered=True), {24: "801"}))) == "1814 800"
        assert _said(await client.ask(acquirer.sale("1100", 4))) == "1110 000"
        assert _said(await client.ask(_changed(acquirer.network("1804", 5, offered=True), {24: None}))) == "1814 904"


@pytest.mark.parametrize("changes", [{}, {22: None}], ids=["with DE 22", "without"])
async def test_a_part_is_approved_where_it_can_be_taken(changes: dict[int, str | None], clock: MockClock) -> None:
    """50.00 of 125.00: what was granted in DE 4, what was asked for in DE 30."""
    asked = _changed(_acquirer("9504031200000021").sale("1200", 1), {24: "270", **changes})
    async with loopback(issuers=("souss",)) as centre, centre.client("ascii93") as client:
        answer = await client.ask(asked)
    assert _said(answer) == "1210 002"
    assert (answer.elements[4], answer.elements[30]) == ("000000005000", "000000012500000000000000")
