"""What came and what is answered is handed over to the trace before the answer leaves."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from switch.iso8583.message import Message
from switch.lines.line import Line
from switch.trace.told import HEARD, SAID, Told, Trace
from tests.support.centre_in_loop import wire

WIRE = wire("ascii", "2b", False)


async def test_a_request_and_its_answer_are_handed_over_before_the_peer_can_have_the_answer() -> None:
    ours, theirs = _connected()
    theirs.setblocking(False)
    handed_over: list[list[int]] = []

    def hand_over(told: list[Told]) -> None:
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        handed_over.append([what for _, _, _, what, _ in told])

    with closing(ours), closing(theirs):
        line = Line(ours, WIRE, "ascii 127.0.0.1:1")
        line.ear = Trace(hand_over, clock_ms=lambda: 1)
        theirs.sendall(line.framer.wrap(WIRE.codec.encode(Message("0800", {11: "000001", 70: "301"}))))
        assert len(list(line.gulp())) == 1
        assert handed_over == []
        line.queue(Message("0810", {11: "000001", 39: "00", 70: "301"}))
        line.flush()
        assert handed_over == [[HEARD, SAID]]
        assert theirs.recv(1000)


def _connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        theirs = socket.create_connection(listening.getsockname())
        return listening.accept()[0], theirs
