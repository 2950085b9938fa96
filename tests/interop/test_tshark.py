"""tshark's ISO 8583 dissector reads what our listeners say: an oracle nobody here has written."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from switch.iso8583.framing import Framer
from switch.iso8583.mapping import refusal, to_authorization, to_response
from switch.iso8583.message import Message
from switch.iso8583.session import ECHO, SIGN_ON, network_request, network_response
from switch.specs import load_specs
from switch.transaction import Decision
from tests.interop import pcap, tshark
from tests.interop.pcap import Segment
from tests.interop.tshark import HEADER, PORT, PREFERENCES, read_by_tshark, without_traps
from tests.iso8583.samples import PURCHASE, REVERSAL, TRACK_2, codec, with_elements

pytestmark = tshark.marks


def answered(request: Message, decision: Decision) -> Message:
    """The answer as the server makes it."""
    asked = to_authorization(request, acquirer_id="504000", transmitted_at="1122091530", currency="504")
    return to_response(asked, decision)


def dialogue() -> list[tuple[Message, Message]]:
    """Requests of every kind the listener takes, and what it says to them."""
    approved = Decision(response_code="00", approval_code="A1B2C3", decided_by="atlas", reason="approved")
    short = Decision(response_code="51", approval_code=None, decided_by="atlas", reason="balance", carried={44: "balance"})
    silent = Decision(response_code="91", approval_code=None, decided_by="switch", reason="no answer")
    more = Decision(
        response_code="00",
        approval_code="000123",
        decided_by="atlas",
        reason="approved",
        carried={48: "issuer data", 54: "0002504C000000012500"},
    )
    by_track = with_elements(PURCHASE, de2=None, de14=None, de35=TRACK_2, de22="021", de11="000044")
    cash = with_elements(Message("0200", PURCHASE.elements), de3="010000", de18="6011", de11="000045", de43=None)
    bare = Message("0100", {n: PURCHASE.elements[n] for n in (2, 3, 4, 11, 41, 42)})
    longest = with_elements(PURCHASE, de2="4507160000000000018", de32="50400150400", de11="000046")
    echo = network_request(ECHO, stan="000048", transmitted_at="1122091531", institution_id="504001")
    sign_on = network_request(SIGN_ON, stan="000049", transmitted_at="1122091531", institution_id="504001")
    unknown = network_request("161", stan="000050", transmitted_at="1122091531", institution_id="504001")
    without_pan = with_elements(PURCHASE, de2=None, de11="000051")
    return [
        (PURCHASE, answered(PURCHASE, approved)),
        (by_track, answered(by_track, short)),
        (cash, answered(cash, more)),
        (bare, answered(bare, silent)),
        (longest, answered(longest, approved)),
        (echo, network_response(echo)),
        (sign_on, network_response(sign_on)),
        (unknown, network_response(unknown)),
        (without_pan, refusal(without_pan, "30")),
        (REVERSAL, refusal(REVERSAL, "40")),
    ]


def cut(stream: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    """The stream in segments of these sizes over and over: frames split, frames joined."""
    places = [0]
    while places[-1] < len(stream):
        places.append(places[-1] + sizes[(len(places) - 1) % len(sizes)])
    return [stream[a:b] for a, b in pairwise(places)]


def captured(path: Path, name: str, sizes: tuple[int, ...]) -> list[Message]:
    """The dialogue in a capture: all requests, then all answers. The messages in that order."""
    wire, framer = codec(name), Framer(HEADER)
    requests, answers = zip(*([without_traps(message, name) for message in pair] for pair in dialogue()), strict=True)
    segments = []
    for from_client, said in ((True, requests), (False, answers)):
        stream = b"".join(framer.wrap(wire.encode(message)) for message in said)
        segments += [Segment(from_client, data) for data in cut(stream, sizes)]
    pcap.write(path, PORT, segments)
    return [*requests, *answers]


@pytest.mark.parametrize("name", sorted(PREFERENCES))
@pytest.mark.parametrize("sizes", [(100_000,), (1_000, 1, 1), (50, 300), (7,)], ids=lambda sizes: "-".join(map(str, sizes)))
def test_tshark_reads_the_dialogue_as_we_do(tmp_path: Path, name: str, sizes: tuple[int, ...]) -> None:
    said = captured(tmp_path / "dialogue.pcap", name, sizes)
    heard, complaints = read_by_tshark(tmp_path / "dialogue.pcap", codec(name).dialect)
    assert complaints == []
    assert heard == said


def test_tshark_would_complain(tmp_path: Path) -> None:
    framer = Framer(HEADER)
    wrong = codec("ascii").encode(PURCHASE).replace(b"000000012500", b"00000ABC2500")
    pcap.write(tmp_path / "wrong.pcap", PORT, [Segment(True, framer.wrap(wrong))])
    assert read_by_tshark(tmp_path / "wrong.pcap", codec("ascii").dialect)[1] != []


def test_the_default_listener_is_the_wire_tshark_was_told_about() -> None:
    first = load_specs().centre.listeners[0]
    assert (first.dialect, first.header, first.tpdu) == ("ascii", HEADER, False)
