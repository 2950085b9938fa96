"""tshark's ISO 8583 dissector reads what our listeners say: an oracle nobody here has written."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.messages import to_1987, to_1993
from switch.iso8583.framing import Framer
from switch.iso8583.mapping.acquirer import Stamp, refusal, reversal_response, to_authorization, to_response, to_reversal
from switch.iso8583.mapping.reconciliation import COUNTERS, to_reconciliation, totals_response
from switch.iso8583.mapping.session import ECHO, SIGN_ON, network_request, network_response
from switch.iso8583.message import Message
from switch.specs.load import load_specs
from switch.transaction import Decision
from tests.interop import pcap, tshark
from tests.interop.pcap import Segment
from tests.interop.tshark import HEADER, PORT, PREFERENCES, read_by_tshark, without_traps
from tests.iso8583.samples import PURCHASE, REVERSAL, TODAY, TRACK_2, codec, said_in, with_elements

pytestmark = tshark.marks

#: Class, function and origin of the messages of the dialogue, as both editions number them.
KINDS: Final = {"100", "110", "120", "130", "200", "210", "220", "230", "400", "410", "420", "430", "500", "510", "520", "530"}


Answer = Callable[[Message], Message]


def decided(decision: Decision) -> Answer:
    """The answer to an authorization as the server makes it."""

    def answer(request: Message) -> Message:
        asked = to_authorization(request, acquirer_id="504000", stamp=Stamp("1122091530", "1122091530"), currency="504")
        return to_response(asked, decision)

    return answer


def refused(response_code: str) -> Answer:
    return lambda request: refusal(request, response_code)


def reversed_with(response_code: str) -> Answer:
    def answer(request: Message) -> Message:
        asked = to_reversal(request, acquirer_id="504000", stamp=Stamp("1122091530", "1122091530"), currency="504")
        return reversal_response(asked, response_code)

    return answer


def reconciled(request: Message) -> Message:
    """The answer to totals: they differ, and these are the centre's."""
    counted = {name: 3 for name, _ in COUNTERS.values()} | {"net_minor": -37_500}
    asked = to_reconciliation(request, acquirer_id="504000", stamp=Stamp("1122091530", "1122091530"))
    return totals_response(asked, counted, settlement_code="2", response_code="95")


APPROVED: Final = Decision(response_code="00", approval_code="A1B2C3", decided_by="atlas", reason="approved")
IN_PART: Final = evolve(APPROVED, response_code="10", approved_minor=5_000)
SHORT: Final = Decision(response_code="51", approval_code=None, decided_by="atlas", reason="balance", carried={44: "balance"})
SILENT: Final = Decision(response_code="91", approval_code=None, decided_by="switch", reason="no answer")
MORE: Final = evolve(APPROVED, approval_code="000123", carried={48: "issuer data", 54: "0002504C000000012500"})


def dialogue() -> list[tuple[Message, Answer]]:
    """Requests of every kind the listener takes, and what it says to them."""
    by_track = with_elements(PURCHASE, de2=None, de14=None, de35=TRACK_2, de22="021", de11="000044")
    cash = with_elements(Message("0200", PURCHASE.elements), de3="010000", de18="6011", de11="000045", de43=None)
    chip = with_elements(PURCHASE, de52="0412AC89ABCDEF67", de55="5F2A0205049F2608C0FFEE0123456789", de11="000052")
    bare = Message("0100", {n: PURCHASE.elements[n] for n in (2, 3, 4, 11, 41, 42)})
    longest = with_elements(PURCHASE, de2="4507160000000000018", de32="50400150400", de11="000046")
    hold = with_elements(PURCHASE, de25="06", de11="000053")
    named = f"0100000053{PURCHASE.elements[7]}{'504001':0>11}{0:011d}"
    completion = with_elements(Message("0220", PURCHASE.elements), de90=named, de38="A1B2C3", de39="00", de11="000054")
    offline = with_elements(Message("0120", PURCHASE.elements), de38="OFF001", de39="00", de11="000055")
    partly = with_elements(Message("0400", REVERSAL.elements), de95=f"{5000:012d}{0:012d}C{0:08d}C{0:08d}", de56="4000")
    totals = {7: "1122091531", 11: "000056", 32: "504001", 41: "TERM0001", 76: f"{3:010d}", 81: f"{1:010d}"}
    functions = [
        network_request(function, stan=stan, transmitted_at="1122091531", institution_id="504001")
        for function, stan in ((ECHO, "000048"), (SIGN_ON, "000049"), ("161", "000050"))
    ]
    return [
        (PURCHASE, decided(APPROVED)),
        (with_elements(PURCHASE, de25="41"), decided(IN_PART)),
        (by_track, decided(SHORT)),
        (cash, decided(MORE)),
        (chip, decided(APPROVED)),
        (bare, decided(SILENT)),
        (longest, decided(APPROVED)),
        (hold, decided(APPROVED)),
        (completion, decided(APPROVED)),
        (offline, decided(APPROVED)),
        *((function, network_response) for function in functions),
        (with_elements(PURCHASE, de2=None, de11="000051"), refused("30")),
        (REVERSAL, reversed_with("00")),
        (partly, reversed_with("25")),
        (Message("0500", totals), reconciled),
        (Message("0520", totals), reconciled),
    ]


def exchanged(name: str) -> list[tuple[Message, Message]]:
    """The dialogue in the edition a dialect speaks: what is asked, and what is answered."""
    pairs = []
    for request, answer in dialogue():
        asked = said_in(name, request)
        if codec(name).dialect.edition == EDITION_1993:
            pairs.append((asked, to_1993(answer(to_1987(asked)), asked, TODAY)))
        else:
            pairs.append((asked, answer(asked)))
    return pairs


def cut(stream: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    """The stream in segments of these sizes over and over: frames split, frames joined."""
    places = [0]
    while places[-1] < len(stream):
        places.append(places[-1] + sizes[(len(places) - 1) % len(sizes)])
    return [stream[a:b] for a, b in pairwise(places)]


def captured(path: Path, name: str, sizes: tuple[int, ...]) -> list[Message]:
    """The dialogue in a capture: all requests, then all answers. The messages in that order."""
    wire, framer = codec(name), Framer(HEADER)
    requests, answers = zip(*([without_traps(message, name) for message in pair] for pair in exchanged(name)), strict=True)
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
    assert {message.mti[1:] for message in said if message.mti[1] != "8"} == KINDS


def test_tshark_would_complain(tmp_path: Path) -> None:
    framer = Framer(HEADER)
    wrong = codec("ascii").encode(PURCHASE).replace(b"000000012500", b"00000ABC2500")
    pcap.write(tmp_path / "wrong.pcap", PORT, [Segment(True, framer.wrap(wrong))])
    assert read_by_tshark(tmp_path / "wrong.pcap", codec("ascii").dialect)[1] != []


def test_the_default_listener_is_the_wire_tshark_was_told_about() -> None:
    first = load_specs().centre.listeners[0]
    assert (first.dialect, first.header, first.tpdu) == ("ascii", HEADER, False)
