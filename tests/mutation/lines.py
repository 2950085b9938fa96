"""The lines that carry mutated frames: a connection for each hundred of them, opened, filled, ended, and read to its end."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from itertools import count
from random import Random
from typing import Final

from attrs import define, frozen

from switch.centre.as_process import CentreProcess
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import TPDU_BYTES, Framer
from switch.iso8583.header import HeaderFormat
from tests.e2e.acquirer import SPECS
from tests.mutation.kinds import Kinds
from tests.mutation.mutants import altered, mutated, spoilt_end

FRAMES_A_LINE: Final = 100  #: sent at once
SPOILT_SHARE: Final = 0.3  #: of the lines: their last frame ends them, and no echo is asked for
ALTERED_SHARE, MUTATED_SHARE = 0.35, 0.6  #: of the frames: changed in their elements, in their bytes; the rest is sent as it is
TWICE_SHARE: Final = 0.1  #: of the frames: sent again, as they were
END_SECONDS_MAX: Final = 60.0  #: how long the centre may take to answer a line and close it; longer is a hang
READ_BYTES: Final = 65_536
ECHO_STAN: Final = "999999"


@define
class Counts:
    """What one sender has done and seen."""

    frames: int = 0
    lines: int = 0
    answers: int = 0


@frozen(kw_only=True)
class Target:
    """A listener to send to."""

    address: tuple[str, int]
    codec: Codec
    header: HeaderFormat
    tpdu: bool

    @classmethod
    def of(cls, centre: CentreProcess, listener: str) -> Target:
        about = centre.ready["listeners"][listener]
        return cls(
            address=centre.address(listener),
            codec=Codec(SPECS.dialects[about["dialect"]]),
            header=HeaderFormat.parse(about["header"]),
            tpdu=about["tpdu"],
        )


class Sender:
    """Sends so many mutated frames to one listener, from a thread of its own. ``faults`` is what the centre did wrong."""

    def __init__(self, target: Target, frames: int, seed: str, numbers: count[int]) -> None:
        self.counts, self.faults = Counts(), list[str]()
        self._target, self._frames, self._random = target, frames, Random(seed)
        self._kinds = Kinds(target.codec, self._random, numbers)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while self.counts.frames < self._frames and not self.faults:
            self._line(min(FRAMES_A_LINE, self._frames - self.counts.frames))

    def _line(self, frames: int) -> None:
        """One connection, from its opening to its end."""
        framer = Framer(self._target.header, tpdu=self._target.tpdu)
        data = [self._frame(framer) for _ in range(frames)]
        spoilt = self._random.random() < SPOILT_SHARE
        if spoilt:
            data[-1] = spoilt_end(self._wrapped(framer, self._kinds.echo(ECHO_STAN)), self._target.header, self._random)
        else:
            data.append(self._wrapped(framer, self._kinds.echo(ECHO_STAN)))
        echoed = False
        try:
            with socket.create_connection(self._target.address, timeout=END_SECONDS_MAX) as connection:
                connection.sendall(b"".join(data))
                connection.shutdown(socket.SHUT_WR)
                echoed = self._read_to_end(connection, framer)
        except TimeoutError:
            self.faults.append(f"a line was neither answered nor closed in {END_SECONDS_MAX:g} s")
        except OSError as error:
            if not spoilt:
                self.faults.append(f"a line without a fault in its frames was lost: {error}")
        if not spoilt and not echoed and not self.faults:
            self.faults.append("the echo at the end of a line was not answered")
        self.counts.frames += frames
        self.counts.lines += 1

    def _frame(self, framer: Framer) -> bytes:
        message, drawn = self._kinds.next(), self._random.random()
        body = self._kinds.encoded(message)
        if drawn < ALTERED_SHARE:
            with suppress(MessageError):
                body = self._kinds.encoded(altered(message, self._random))
        elif drawn < ALTERED_SHARE + MUTATED_SHARE:
            body = mutated(body, self._random)
        frame = self._wrapped(framer, body)
        return frame * 2 if self._random.random() < TWICE_SHARE else frame

    def _wrapped(self, framer: Framer, message: bytes) -> bytes:
        tpdu = self._random.randbytes(TPDU_BYTES) if self._target.tpdu else b""
        return framer.wrap(message, tpdu + framer.header.first_between)

    def _read_to_end(self, connection: socket.socket, framer: Framer) -> bool:
        """Read every answer until the centre closes the line; whether that to the echo was among them."""
        echoed = False
        while data := connection.recv(READ_BYTES):
            for frame in framer.feed(data):
                self.counts.answers += 1
                try:
                    answer = self._target.codec.decode(frame.body)
                except MessageError as error:
                    self.faults.append(f"an answer makes no sense: {error}")
                    continue
                echoed |= answer.elements.get(11) == ECHO_STAN
        if framer.fault is not None:
            self.faults.append(f"answers cannot be cut into messages: {framer.fault}")
        return echoed
