"""Whatever its sender may match an answer by comes back in it, of whatever class the message is and whatever is answered."""

from __future__ import annotations

import pytest

from switch.iso8583.message import Message
from tests.support.centre_in_loop import loopback, purchase

TERMINAL = {41: "ONDE0001", 42: "TELECOM00000001"}
#: Elements of a message of 1987 by which senders are known to match: multiplexers take DE 11 and 41, or DE 7, 11 and 37.
NAMES = {7: "1122100000", 12: "110000", 13: "1122", 32: "504777", 37: "R00000000001", **TERMINAL}
NETWORK = {**NAMES, 3: "990000", 24: "831", 33: "504777", 100: "504900"}

MESSAGES = {
    "sign-on": Message("0800", {11: "000001", **NETWORK, 70: "001"}),
    "echo": Message("0800", {11: "000002", **NETWORK, 70: "301"}),
    "echo as advice": Message("0820", {11: "000003", **NETWORK, 70: "301"}),
    "a function that is not offered": Message("0800", {11: "000004", **NETWORK, 70: "161"}),
    "a logon without DE 70": Message("0800", {11: "000005", **NETWORK, 3: "920000"}),
    "totals": Message("0500", {11: "000006", **NAMES, 76: "0000000001", 88: "0000000000012500"}),
    "totals as advice": Message("0520", {11: "000007", **NAMES, 100: "504900"}),
    "a purchase": Message("0200", {**purchase(8).elements, 53: "9701100001000000", 100: "504900"}),
    "a purchase without an amount": Message("0200", {**purchase(9, de4="").elements, 100: "504900"}),
    "an advice": Message("0220", {**purchase(10).elements, 38: "A00001", 39: "00", 100: "504900"}),
    "a reversal": Message("0400", {**purchase(11).elements, 90: "0200" + "000008" + "1122100000" + "0" * 22}),
    "a reversal without a card acceptor": Message("0420", {11: "000012", 7: "1122100000", 41: "ONDE0001", 100: "504900"}),
    "a file action, which is not offered": Message("0302", {11: "000013", **NAMES, 100: "504900"}),
    "an administrative message, which is not offered": Message("0600", {11: "000014", **NAMES, 100: "504900"}),
}
CHANGED = {39, 38, 44, 48, 54, 55, 62, *range(66, 90), 97}  #: what an answer may say that its request did not


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
async def test_every_answer_gives_back_what_its_request_may_be_matched_by(listener: str) -> None:
    async with loopback(issuers=("atlas",)) as centre, centre.client(listener) as client:
        for what, message in MESSAGES.items():
            message = Message(message.mti, dict(sorted(message.elements.items())))
            answer = await client.ask(message)
            lacks = {number for number, value in message.elements.items() if answer.elements.get(number) != value}
            assert lacks <= CHANGED, what
            assert 39 in answer.elements, what


@pytest.mark.parametrize("code", ["801", "802", "831", "815"])
async def test_network_answers_of_1993_give_back_the_terminal_too(code: str) -> None:
    elements = {7: "1122100000", 11: "000001", 12: "261122110000", 24: code, 32: "504777", 37: "R00000000001", **TERMINAL}
    async with loopback(issuers=("atlas",)) as centre, centre.client("ascii93") as client:
        for mti in ("1804", "1820", "1822"):
            answer = await client.ask(Message(mti, elements))
            assert elements.items() <= answer.elements.items(), mti
