"""What an issuer's dialect cannot say: requests, and what the issuer is owed.

Time stands still until a test moves it (``mock_clock``).
"""

from __future__ import annotations

from typing import Any

import pytest
from trio.testing import MockClock

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping.acquirer import original_data, replacement_amounts
from switch.iso8583.message import Message
from switch.journal.journal import Batch
from switch.lines.wire_format import WireFormat
from switch.spec_table import SpecTable
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import TODAY, purchase, specs, wire
from tests.support.played_issuer import Played, answer_to, played, quiet

LONG = "x" * 100


def narrow(base: str = "ascii", **elements: str) -> WireFormat:
    """A wire format whose dialect has other elements than ``base``: ``de48="ans..99"``."""
    changed = {name.removeprefix("de"): {"format": notation} for name, notation in elements.items()}
    table: dict[str, Any] = {"title": "narrow", "extends": base, "element": changed}
    dialect = Dialect.from_toml("narrow", SpecTable("narrow.toml", table), specs().dialects[base])
    return WireFormat(codec=Codec(dialect), header=HeaderFormat.parse("2b"), tpdu=False, today=lambda: TODAY)


def reversal_of(asked: Message, stan: int) -> Message:
    e = asked.elements
    named = original_data(asked.mti, ExchangeKey(e[32], e[41], e[11], e[7]))
    values = {n: e[n] for n in (2, 3, 4, 7, 12, 13, 22, 32, 37, 41, 42, 49)}
    return Message("0400", {**values, 11: f"{stan:06d}", 90: named})


def advice(stan: int, **elements: str) -> Message:
    return Message("0120", {**purchase(stan, **elements).elements, 38: "OFF001", 39: "00"})


def batches(centre: Played) -> list[Batch]:
    return centre.journal.batches


async def test_a_request_that_cannot_be_said_is_declined() -> None:
    async with played(narrow(de48="ans..99")) as centre:
        issuer = await centre.signed_on()
        answer = await centre.acquirer.ask(purchase(1, de48=LONG))
        assert answer.elements[39] == "30"
        (decision,) = [item.decision for batch in batches(centre) for item in batch.decisions]
        assert decision.reason.startswith("cannot be said in the dialect of atlas: DE 48: found ")
        (said,) = centre.told("format_error")
        assert said.startswith("atlas: the request of STAN 000001 cannot be said in the dialect of atlas: DE 48: found ")
        assert said.endswith("; answered 30")
        await issuer.stream.aclose()


async def test_a_request_that_cannot_be_said_and_its_reversal_in_one_gulp() -> None:
    async with played(narrow(de48="ans..99")) as centre:
        issuer = await centre.signed_on()
        asked = purchase(1, de48=LONG)
        await centre.acquirer.send(asked, reversal_of(asked, 900))
        answers = {answer.mti: answer.elements[39] for answer in [await centre.acquirer.receive() for _ in range(2)]}
        assert answers["0410"] == "00"
        owed = await issuer.receive()
        assert (owed.mti, owed.elements[90][4:10]) == ("0420", "000001"), "what it never saw is reversed: it is accepted"
        await issuer.send(answer_to(owed))
        await centre.acquirer.send(purchase(2))
        await issuer.send(answer_to(await issuer.receive(), de38="A00001"))
        assert (await centre.acquirer.receive()).elements[39] == "00", "the turn of all others goes on"
        await issuer.stream.aclose()


async def test_an_advice_is_said_without_what_the_issuers_dialect_has_no_room_for() -> None:
    async with played(narrow(de48="ans..99")) as centre:
        issuer = await centre.signed_on()
        assert (await centre.acquirer.ask(advice(1, de48=LONG))).elements[39] == "00"
        told = await issuer.receive()
        assert (told.mti, told.elements[38], told.elements[22]) == ("0120", "OFF001", "051")
        assert 48 not in told.elements
        await issuer.send(answer_to(told))
        await quiet()
        assert centre.server.board.owed == 0
        (said,) = centre.told("format_error")
        assert said.startswith("the 0120 to atlas cannot be said in its dialect: DE 48: found ")
        assert said.endswith("; said without DE 48; told once, then counted")
        await issuer.stream.aclose()


async def test_a_card_that_stands_only_in_its_track_is_named_by_its_number() -> None:
    sale = purchase(1)
    track = f"{sale.elements[2]}={sale.elements[14]}1011234"
    async with played(narrow(de35="z..20")) as centre:
        issuer = await centre.signed_on()
        assert (await centre.acquirer.ask(advice(1, de2="", de14="", de35=track))).elements[39] == "00"
        assert (await issuer.receive()).elements[2] == sale.elements[2]
        await issuer.stream.aclose()


async def test_what_its_dialect_can_hardly_say_is_said_with_the_fewest_elements() -> None:
    async with played(narrow(de22="n..2", de37="an 6", de56="n..3")) as centre:
        issuer = await centre.signed_on()
        assert (await centre.acquirer.ask(advice(1))).elements[39] == "00"
        told = await issuer.receive()
        assert set(told.elements) == {2, 3, 4, 7, 11, 12, 13, 32, 38, 39, 41, 42, 49}
        await issuer.stream.aclose()


async def test_the_fewest_elements_of_a_reversal_in_part_say_what_remains() -> None:
    """Without DE 95 it would be the reversal of the whole amount."""
    async with played(narrow(de56="n..3")) as centre:
        issuer = await centre.signed_on()
        asked = purchase(1)
        await centre.acquirer.send(asked)
        await issuer.send(answer_to(await issuer.receive(), de38="A00001"))
        assert (await centre.acquirer.receive()).elements[39] == "00"
        in_part = {56: "4000", 95: replacement_amounts(2_500)}
        back = Message("0400", dict(sorted({**reversal_of(asked, 900).elements, **in_part}.items())))
        assert (await centre.acquirer.ask(back)).elements[39] == "00"
        owed = await issuer.receive()
        assert set(owed.elements) == {2, 3, 4, 7, 11, 12, 13, 32, 41, 42, 49, 90, 95}
        assert (owed.mti, owed.elements[4], owed.elements[95]) == ("0420", asked.elements[4], replacement_amounts(2_500))
        assert owed.elements[90] == back.elements[90]
        await issuer.stream.aclose()


@pytest.mark.parametrize("base", ["ascii", "ascii93"])
async def test_what_cannot_be_said_at_all_is_given_up_and_the_next_is_sent(base: str) -> None:
    async with played(narrow(base, de42="ans 12")) as centre:
        issuer = await centre.signed_on()
        first, second = advice(1, de42="TELECOM00000001"), purchase(2)
        assert (await centre.acquirer.ask(first)).elements[39] == "00"
        await centre.acquirer.send(second, reversal_of(second, 900))
        assert {(await centre.acquirer.receive()).mti for _ in range(2)} == {"0110", "0410"}
        await quiet()
        assert centre.server.board.owed == 0
        delivered = [item for batch in batches(centre) for item in batch.delivered]
        assert [(item.delivery_id, item.response_code) for item in delivered] == [(1, "30"), (2, "30")]
        occurred = [item for batch in batches(centre) for item in batch.occurrences if item.kind == "given_up"]
        version = "1" if base == "ascii93" else "0"
        for item, mti in zip(occurred, ("120", "420"), strict=True):
            assert item.detail.startswith(f"the {version}{mti} to atlas cannot be said in its dialect: DE 42: found ")
            assert item.detail.endswith("; given up")
        assert len(centre.told("given_up")) == 2
        await issuer.stream.aclose()


async def test_what_is_said_with_fewer_elements_is_told_once(mock_clock: MockClock) -> None:
    async with played(narrow(de48="ans..99")) as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.ask(advice(1, de48=LONG))
        await issuer.receive()
        mock_clock.jump(specs().issuers["atlas"].timeout_seconds)
        await quiet()
        again = await issuer.receive()
        assert (again.mti, 48 in again.elements) == ("0121", False)
        assert len(centre.told("format_error")) == 1
        await issuer.stream.aclose()


async def test_accents_an_issuers_dialect_has_not_are_left_out() -> None:
    table: dict[str, Any] = {"title": "with accents", "extends": "ascii", "encoding": {"text": "latin1"}}
    dialect = Dialect.from_toml("accents", SpecTable("accents.toml", table), specs().dialects["ascii"])
    asked = WireFormat(codec=Codec(dialect), header=HeaderFormat.parse("2b"), tpdu=False)
    async with played() as centre:
        issuer = await centre.signed_on()
        centre.acquirer.wire = asked
        line = next(iter(centre.server.callers._stations))
        line.codec = asked.codec
        await centre.acquirer.send(purchase(1, de43="Café §1, Fès".ljust(40)))
        assert (await issuer.receive()).elements[43].rstrip() == "Cafe ?1, Fes"
        await issuer.stream.aclose()


@pytest.mark.parametrize(
    ("lacking", "answered", "code", "left_out"),
    [
        ({"de38": "n 6"}, {"de38": "A1B2C3"}, "00", {38}),
        ({"de39": "n 2"}, {"de39": "N7"}, "96", set()),
        ({"de54": "an..20"}, {"de38": "A1B2C3", "de54": "X" * 40}, "00", {54}),
        ({"de37": "an 6"}, {"de38": "A1B2C3"}, "00", {37}),
    ],
)
async def test_an_answer_is_sent_with_as_much_as_its_dialect_can_say(
    lacking: dict[str, str], answered: dict[str, str], code: str, left_out: set[int]
) -> None:
    async with played(wire("ascii", "2b", False), asked_in=narrow(**lacking)) as centre:
        issuer = await centre.signed_on()
        asked = purchase(1, de37="")
        await centre.acquirer.send(asked)
        request = await issuer.receive()
        await issuer.send(answer_to(request, answered.get("de39", "00"), **answered))
        answer = await centre.acquirer.receive()
        assert answer.elements[39] == code
        whole = {38, 54, *asked.elements, 37} & answer_to(request, answered.get("de39", "00"), **answered).elements.keys()
        assert whole - answer.elements.keys() >= left_out
        assert not left_out & answer.elements.keys()
        assert {2, 3, 4, 11, 41, 42} <= answer.elements.keys()
        (said,) = centre.told("format_error")
        assert "cannot be said: " in said
        assert said.partition("; answered ")[2]
        await issuer.stream.aclose()


async def test_a_reversal_is_answered_without_what_the_centre_filled_in() -> None:
    async with played(wire("ascii", "2b", False), asked_in=narrow(de37="an 6")) as centre:
        issuer = await centre.signed_on()
        back = Message("0400", {n: v for n, v in purchase(5).elements.items() if n not in (7, 32, 37)})
        answer = await centre.acquirer.ask(back)
        assert (answer.mti, answer.elements[39]) == ("0410", "00")
        await issuer.stream.aclose()
