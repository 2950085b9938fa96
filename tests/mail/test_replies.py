"""Replies that come a byte at a time, too long, or never whole: a sender is not held by them."""

from __future__ import annotations

import socket
import time
from typing import Any, cast

import pytest

from switch.mail.replies import REPLY_BYTES_MAX, RepliesInTime
from tests.mail.closed_day import closed_day, send, states, with_server
from tests.support.smtp_server import PlayedServer, mail_server


class Dripping:
    """A socket that gives its bytes one by one, each half a second after the other, on a clock of its own."""

    def __init__(self, content: bytes, monkeypatch: pytest.MonkeyPatch, step: int = 1) -> None:
        self.content, self.now, self.step = content, 0.0, step
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def recv(self, _size: int) -> bytes:
        self.now += 0.5
        some, self.content = self.content[: self.step], self.content[self.step :]
        return some


def replies(sock: Any, seconds: float = 10.0) -> RepliesInTime:
    found = RepliesInTime(cast("socket.socket", sock), seconds)
    found.begin()
    return found


def test_a_reply_that_is_whole_in_time_is_read_by_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replies(Dripping(b"250-a\r\n250 b\r\n", monkeypatch, step=9))
    assert [found.readline(2_049), found.readline(2_049), found.readline(2_049)] == [b"250-a\r\n", b"250 b\r\n", b""]


def test_a_reply_that_drips_longer_than_its_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sock = Dripping(b"250 never whole" * 9, monkeypatch)
    with pytest.raises(TimeoutError):
        replies(sock).readline(2_049)
    assert sock.now == 10.0


def test_each_reply_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replies(Dripping(b"220 ok\r\n" * 4, monkeypatch), 5.0)
    for _ in range(4):
        found.begin()
        assert found.readline() == b"220 ok\r\n"


def test_a_reply_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replies(Dripping(b"250-x\r\n" * REPLY_BYTES_MAX, monkeypatch, step=4_096), 1e9)
    with pytest.raises(OSError, match="a reply of more than"):
        sum(len(found.readline(2_049)) for _ in range(REPLY_BYTES_MAX))


def test_a_line_longer_than_asked_for_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replies(Dripping(b"x" * 30 + b"\n", monkeypatch, step=40))
    assert [len(found.readline(20)), len(found.readline(20))] == [20, 11]


def test_a_server_that_drips_its_greeting_loses_no_message(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data, real, passed = closed_day(tmp_path), time.monotonic, [0.0]
    monkeypatch.setattr("switch.mail.replies.time.monotonic", lambda: real() + passed[0])

    def recv(self: RepliesInTime, size: int = -1) -> bytes:
        passed[0] += 60.0
        return readline(self, size)

    readline = RepliesInTime.readline
    monkeypatch.setattr(RepliesInTime, "readline", recv)
    server = PlayedServer(greeting="220-one\r\n220-two\r\n220 three")
    with mail_server(server):
        run = send(data, with_server(server.port))
    assert run.stopped == f"mail server 127.0.0.1:{server.port}: no answer in time"
    assert set(states(data).values()) == {"queued"}
