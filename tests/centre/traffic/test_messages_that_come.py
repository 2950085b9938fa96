"""Messages that come on a line of either side, from the bytes to what is answered and told of them."""

from __future__ import annotations

import pytest
from attrs import evolve

from switch.iso8583.message import Message
from switch.issuers.proofs.rules import LineKeys
from switch.keys.key_module import KeyModule
from switch.lines.message_mac import MACS, LineMacs
from switch.lines.wire_format import WireFormat
from tests.support import played_issuer
from tests.support.centre_in_loop import NOW_MS, Client, purchase, wire
from tests.support.played_issuer import Played, answer_to, played, quiet

#: Nothing in it says when, so it is told from another by what it says.
UNDATED = {"de7": "", "de12": "", "de13": "", "de32": "", "de37": ""}


async def _sold(centre: Played, issuer: Client, stan: int, code: str = "00", **elements: str) -> Message:
    """The answer to a purchase that the bank was asked about."""
    await centre.acquirer.send(purchase(stan, **elements))
    await issuer.send(answer_to(await issuer.receive(), code, **({"de38": "A00001"} if code == "00" else {})))
    return await centre.acquirer.receive()


def _uploaded(stan: int, of: int, **elements: str) -> Message:
    return Message("0320", purchase(stan, **{"de37": f"{of:012d}", **elements}).elements)


async def test_what_a_terminal_sends_up_with_its_batch_is_compared_with_the_approvals_that_stand() -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await _sold(centre, issuer, 1)
        await _sold(centre, issuer, 2, "51")
        answers = [await centre.acquirer.ask(_uploaded(10 + of, of, **more)) for of, more in _SENT_UP]
        assert [(answer.mti, answer.elements[39]) for answer in answers] == [("0330", "00"), *[("0330", "25")] * 4]
        named = ["RRN 000000000001 for 124.99", *(f"RRN {of:012d} for 125.00" for of in (2, 3)), "STAN 000014 for 125.00"]
        told = [each.partition("0320: ")[2] for each in centre.told("unmatched")]
        assert told == [f"{each} is no approval here that stands; answered 25" for each in named]
        await centre.acquirer.ask(Message("0420", purchase(1, de11="000020", de39="").elements))
        assert (await centre.acquirer.ask(_uploaded(15, 1))).elements[39] == "25", "it is reversed"
        await issuer.stream.aclose()


_SENT_UP: list[tuple[int, dict[str, str]]] = [(1, {}), (1, {"de4": "000000012499"}), (2, {}), (3, {}), (4, {"de37": ""})]


async def test_a_sale_that_says_no_time_is_the_same_again_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        first = await _sold(centre, issuer, 1, **UNDATED)
        monkeypatch.setattr(played_issuer, "NOW_MS", NOW_MS + 600_000)
        assert await centre.acquirer.ask(purchase(1, **UNDATED)) == first
        monkeypatch.setattr(played_issuer, "NOW_MS", NOW_MS + 601_000)
        assert (await _sold(centre, issuer, 1, "51", **UNDATED)).elements[39] == "51", "it is another sale"
        await issuer.stream.aclose()


async def test_a_message_where_another_kind_is_expected_is_told_and_answered_by_nobody() -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(Message("0110", {**purchase(1).elements, 39: "00"}), Message("0130", purchase(2).elements))
        await issuer.send(purchase(3))
        await quiet()
        answer = await _sold(centre, issuer, 4)
        assert answer.elements[11] == "000004", "nobody was answered before"
        told = [each.partition(": ")[2] for each in centre.told("unexpected")]
        requests, answers = "where only requests are expected", "where only answers are expected"
        assert told == [f"a 0110 {requests}", f"a 0130 {requests}", f"a 0100 {answers}"]
        await issuer.stream.aclose()


def _with_macs(agreed: LineKeys, owner: str) -> WireFormat:
    """The wire format of the first listener, and of the bank, with the MACs that two parties agreed on."""
    return evolve(wire("ascii", "2b", False), macs=LineMacs.of(agreed, KeyModule.open(None, ["atlas"]), owner))


def _without_mac(message: Message) -> Message:
    return Message(message.mti, {number: value for number, value in message.elements.items() if number not in MACS})


async def test_a_message_whose_mac_is_wrong_or_missing_is_refused_and_goes_no_further() -> None:
    async with played(asked_in=_with_macs(LineKeys(mac="require"), "acquirer")) as centre:
        issuer = await centre.signed_on()
        wrong = {64: "00" * 8}
        await centre.acquirer.send(Message("0110", {**purchase(9).elements, 39: "00", **wrong}))
        answers = [await centre.acquirer.ask(Message("0100", {**purchase(1).elements, **mac})) for mac in (wrong, {})]
        assert [(answer.elements[11], answer.elements[39]) for answer in answers] == [("000001", "63"), ("000001", "30")]
        told = [each.partition(": ")[2] for each in centre.told("mac")]
        fault = "DE 64: found another MAC, expected that of the bytes before it under acquirer.mac"
        missing = "found no MAC, expected one in DE 64 or DE 128"
        assert told == [f"0110: {fault}; not answered", f"0100: {fault}; answered 63", f"0100: {missing}; answered 30"]
        await quiet()
        assert not issuer.stream.socket.is_readable()
        await issuer.stream.aclose()


async def test_an_answer_of_a_bank_whose_mac_is_wrong_is_not_used() -> None:
    async with played(_with_macs(LineKeys(mac="verify"), "atlas")) as centre:
        issuer = await centre.connected()
        await issuer.send(_without_mac(answer_to(await issuer.receive())))
        await quiet()
        await centre.acquirer.send(purchase(1))
        asked = await issuer.receive()
        await issuer.send(answer_to(asked, de38="A00001"))
        await quiet()
        assert [each.endswith("under atlas.mac; the answer is not used") for each in centre.told("garbled")] == [True]
        await issuer.send(_without_mac(answer_to(asked, "51")))
        assert (await centre.acquirer.receive()).elements[39] == "51"
        await issuer.stream.aclose()


async def test_an_answer_of_a_bank_that_lacks_its_code_is_not_used() -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(purchase(1))
        asked = await issuer.receive()
        await issuer.send(answer_to(asked, None))
        await quiet()
        assert [each.endswith("; the answer is not used") for each in centre.told("garbled")] == [True]
        await issuer.send(answer_to(asked, "51"))
        assert (await centre.acquirer.receive()).elements[39] == "51"
        await issuer.stream.aclose()
