"""A cue: what a rule wants of the answer to one message, told to a simulated issuer on the same line, in front of that message.

The message itself is sent as ever, byte for byte. A cue begins with bytes that no dialect can have as an MTI, so that who does
not know of cues takes nothing else for one. Only a process that the centre has started is sent any, and no trace hears of them.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from attrs import fields

from switch.iso8583.framing import Framer
from switch.iso8583.header import PACKET
from switch.lines.line import Line
from switch.lines.wire_format import WireFormat
from switch.scenarios.conduct import Conduct

OPENING: Final = b"\xff\xffcue"  #: of the body of a cue


class AnswerCue(NamedTuple):
    """How an answer is given, and the rule that wants it so."""

    conduct: Conduct
    reason: str


def bears_cues(wire: WireFormat) -> bool:
    """Whether frames of this format stand by themselves, so that one can come in front of another."""
    return wire.header.kind != PACKET


def tell_cue(line: Line, frame: bytes, tpdu: bytes, cue: AnswerCue) -> None:
    """Send a cue for the answer to the message in ``frame``, which is queued and not sent yet. MessageError where the line
    cannot carry one so long."""
    (message,) = Framer(line.wire.header, tpdu=line.wire.tpdu).feed(frame)
    plain = Conduct()
    changed = {
        each.name: value for each in fields(Conduct) if (value := getattr(cue.conduct, each.name)) != getattr(plain, each.name)
    }
    said = json.dumps({"to": name_of(message.body), "why": cue.reason, "do": changed})
    line.tell_beside(line.framer.wrap(OPENING + said.encode(), tpdu))


def name_of(body: bytes) -> str:
    """What a cue calls the message that it is for."""
    return blake2b(body, digest_size=12).hexdigest()


def cue_in(body: bytes) -> tuple[str, AnswerCue] | None:
    """The name of a message, and how its answer is given; None where a body is no cue."""
    if not body.startswith(OPENING):
        return None
    try:
        said = json.loads(body.removeprefix(OPENING))
        return str(said["to"]), AnswerCue(Conduct(**{name: _tuples(value) for name, value in said["do"].items()}), said["why"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
