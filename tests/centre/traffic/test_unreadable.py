"""Bytes that have begun a frame and stopped, or end inside one: told once, and who speaks another protocol is closed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from switch.centre.traffic.unreadable import WAITED_SECONDS, Unreadable
from switch.lines.line import Line


class Hints:
    """Knows one hint, and what it was asked about."""

    def __init__(self) -> None:
        self.asked = list[bytes]()

    def looks_like(self, opening: bytes, wire: Any) -> str:
        self.asked.append(opening)
        return "; a hint"


def _line(**changes: Any) -> Any:
    framer = SimpleNamespace(incomplete=changes.pop("incomplete", "2 bytes of 5"), fault=changes.pop("fault", None))
    line = SimpleNamespace(name="ascii 1", framer=framer, opening=b"\x00\x05ab", open=True, wire=None, **changes)
    line.shut = lambda: setattr(line, "open", False)
    return line


def _unreadable() -> tuple[Unreadable, Hints]:
    hints = Hints()
    return Unreadable(cast("Any", None), cast("Any", hints)), hints


def test_what_has_begun_and_stopped_is_told_once() -> None:
    unreadable, hints = _unreadable()
    line = _line()
    notice = unreadable.waited(cast("Line", line))
    assert notice is not None
    said = f"ascii 1: 2 bytes of 5, and nothing more came for {WAITED_SECONDS:g} s; a hint"
    assert (notice.kind, notice.detail, line.open) == ("bad_frame", said, True)
    assert unreadable.waited(cast("Line", line)) is None, "it was told"
    assert hints.asked == [b"\x00\x05ab"]


@pytest.mark.parametrize("changes", [{"incomplete": None}, {"incomplete": None, "opening": None}, {"opening": None}], ids=str)
def test_between_frames_or_once_something_was_understood_nothing_is_told(changes: dict[str, Any]) -> None:
    unreadable, hints = _unreadable()
    line = _line(incomplete=changes.get("incomplete", "2 bytes of 5"))
    if "opening" in changes:
        line.opening = None
    assert unreadable.waited(cast("Line", line)) is None
    assert hints.asked == []


def test_a_line_that_speaks_another_protocol_is_closed() -> None:
    unreadable, _ = _unreadable()
    line = _line()
    line.opening = b"GET / HTTP/1.1\r\n"
    notice = unreadable.waited(cast("Line", line))
    assert notice is not None
    assert notice.detail.endswith("; a hint; the line is closed")
    assert not line.open


def test_what_ends_inside_a_frame_is_told_and_what_ends_between_two_is_not() -> None:
    unreadable, _ = _unreadable()
    ended = unreadable.broken_off(cast("Line", _line()))
    assert ended is not None
    assert ended.detail == "ascii 1: closed by its peer; 2 bytes of 5; a hint"
    faulty = unreadable.broken_off(cast("Line", _line(fault="a length of nothing")))
    assert faulty is not None
    assert faulty.detail == "ascii 1: a length of nothing; the line is closed; a hint"
    assert unreadable.broken_off(cast("Line", _line(incomplete=None))) is None
    ours = _line()
    ours.open = False
    assert unreadable.broken_off(cast("Line", ours)) is None, "the centre closed it"
