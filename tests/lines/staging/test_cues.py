"""Cues for simulated issuers: in front of the message they are for, never taken for one, and heard by no trace."""

from __future__ import annotations

import socket

import pytest
from attrs import fields

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.lines.line import Line
from switch.lines.staging.cues import OPENING, AnswerCue, bears_cues, cue_in, name_of, tell_cue
from switch.lines.wire_format import WireFormat
from switch.scenarios.conduct import Conduct, conduct_of
from tests.support.centre_in_loop import purchase, specs, wire

CONDUCTS = ["91", "silence", "lost", "05 + late 2.5s + twice", "wrong stan + wrong rrn", "set 38=A + without 37"]


def _connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    return ours, theirs


@pytest.mark.parametrize("text", [*CONDUCTS, "ok + drop line", "half frame", "trickle", "reset line"])
@pytest.mark.parametrize(("header", "tpdu"), [("2b", False), ("4a", True), ("2bi", False)])
async def test_a_cue_is_heard_as_it_was_told_before_its_message(text: str, header: str, tpdu: bool) -> None:
    conduct, told = conduct_of(text, {}), b"\x60\0\0\0\0" if tpdu else b""
    ours, theirs = _connected()
    line = Line(ours, wire("ascii", header, tpdu), "atlas")
    line.queue(purchase(), told)
    frame = line.take_back()
    line.queue_frame(frame)
    tell_cue(line, frame, told, AnswerCue(conduct, "scenario é, rule 1"))
    line.flush()
    cue, message = Framer(HeaderFormat.parse(header), tpdu=tpdu).feed(theirs.recv(65_536))
    assert cue_in(cue.body) == (name_of(message.body), AnswerCue(conduct, "scenario é, rule 1"))
    assert line.codec.decode(message.body) == purchase(), "the message is what it would be without a rule"
    line.shut()
    theirs.close()


async def test_no_ear_hears_of_a_cue() -> None:
    class Ear:
        heard = said = staticmethod(lambda line, frames: told.extend(frames))

    told = list[bytes]()
    ours, theirs = _connected()
    line = Line(ours, wire("ascii", "2b", False), "atlas")
    line.ear = Ear()
    line.queue(purchase())
    frame = line.take_back()
    line.queue_frame(frame)
    tell_cue(line, frame, b"", AnswerCue(Conduct(silence=True), "rule 1"))
    line.flush()
    assert told == [frame]
    line.shut()
    theirs.close()


@pytest.mark.parametrize("dialect", sorted(specs().dialects))
def test_no_dialect_takes_a_cue_for_a_message(dialect: str) -> None:
    codec = Codec(specs().dialects[dialect])
    with pytest.raises(MessageError):
        codec.decode(OPENING + b'{"to": "00", "why": "rule 1", "do": {"silence": true}}')


@pytest.mark.parametrize("rest", [b"", b"{}", b"[]", b"\xff", b'{"to": 1, "why": 2, "do": {"no": 1}}', b'{"to": 1, "do": 3}'])
def test_what_only_looks_like_a_cue_is_none(rest: bytes) -> None:
    assert cue_in(OPENING + rest) is None
    assert cue_in(rest) is None


def test_every_word_of_a_conduct_goes_through_json() -> None:
    plain = {type(each.default) for each in fields(Conduct)}
    assert plain <= {type(None), tuple, float, bool, str, int}


def test_a_line_whose_frames_end_with_the_packet_bears_no_cues() -> None:
    assert bears_cues(wire("ascii", "2b", False))
    packet = WireFormat(codec=Codec(specs().dialects["ascii"]), header=HeaderFormat.parse("packet"), tpdu=False)
    assert not bears_cues(packet)
