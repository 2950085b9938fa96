from __future__ import annotations

import pytest

from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.scripted.broken_frames import BYTES_TOO_MANY, half_of, wrongly_long

NOTATIONS = ["2b", "4a", "2d", "2l", "4v", "2bi", "2bm", "2b ~ etx lrc", "lf", "stx"]
BODY = b"0110" + bytes(range(32, 90))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_broken_frame_is_no_whole_one(notation: str) -> None:
    header = HeaderFormat.parse(notation)
    frame = Framer(header).wrap(BODY)
    assert [each.body for each in Framer(header).feed(frame)] == [BODY]

    for broken in (half_of(frame), wrongly_long(frame, header)):
        reader = Framer(header)
        assert reader.feed(broken) == []
        assert reader.incomplete is not None


def test_the_longest_frame_is_announced_shorter() -> None:
    header = HeaderFormat.parse("2a")
    frame = Framer(header).wrap(b"x" * 99)

    assert wrongly_long(frame, header)[:2] == b"98"


@pytest.mark.parametrize(("notation", "lacks"), [("lf", b"\n"), ("stx", None), ("2b", None)])
def test_a_frame_without_a_length_lacks_its_end(notation: str, lacks: bytes | None) -> None:
    header = HeaderFormat.parse(notation)
    frame = Framer(header).wrap(BODY)
    broken = wrongly_long(frame, header)
    if header.width:
        assert broken == header.header(len(BODY) + BYTES_TOO_MANY) + BODY
    elif header.behind_bytes:
        assert broken == frame[: len(frame) - header.behind_bytes]
    else:
        assert broken == half_of(frame)
    if lacks is not None:
        assert frame.endswith(lacks)
        assert lacks not in broken
