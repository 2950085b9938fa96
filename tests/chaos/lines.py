"""The lines of a load: a thread and a connection for each till, with a window of messages on their way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from switch.centre.as_process import CentreProcess
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from tests.chaos.deals import answer_of, encoded
from tests.chaos.till import Till
from tests.e2e.acquirer import SPECS
from tests.support.terminal_specs import TERMINAL, TPDU, TPDU_BACK

LISTENERS: Final = ("ascii", TERMINAL)  #: in turn
WINDOW: Final = 16  #: messages of a line that wait for their answer at a time
ANSWER_SECONDS_MAX: Final = 40.0  #: above an issuer's time and what a busy machine adds; silence for longer is a fault
READ_BYTES: Final = 65_536
JOIN_SECONDS_MAX: Final = 60.0


@frozen(kw_only=True)
class Form:
    """How messages stand on a line; ``front`` and ``back`` are TPDU and further bytes before the MTI of request and answer."""

    listener: str
    codec: Codec
    header: HeaderFormat
    front: bytes
    back: bytes

    @classmethod
    def of(cls, centre: CentreProcess, listener: str, place: int) -> Form:
        about = centre.ready["listeners"][listener]
        header = HeaderFormat.parse(about["header"])
        own = place.to_bytes(6, "big") if about["tpdu"] else b""  # six bytes that come back as they are
        front, back = (TPDU + own, TPDU_BACK + own) if about["tpdu"] else (b"", b"")
        return cls(listener=listener, codec=Codec(SPECS.dialects[about["dialect"]]), header=header, front=front, back=back)


class Load:
    """The lines of all tills to one life of the centre. What goes wrong that no kill explains is kept in ``faults``."""

    def __init__(self, centre: CentreProcess, tills: Sequence[Till]) -> None:
        self.faults: list[str] = []
        self.killing = threading.Event()  #: the lines are lost from now on, and that is meant
        self._centre = centre
        self._forms = [Form.of(centre, LISTENERS[place % len(LISTENERS)], place) for place in range(len(tills))]
        self._answers = [0] * len(tills)
        self._threads = [threading.Thread(target=self._line, args=(place, till)) for place, till in enumerate(tills)]

    @property
    def answers(self) -> int:
        """Answers that came in this life."""
        return sum(self._answers)

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until every line has ended: killed with the centre, or because its till has nothing left to ask."""
        for thread in self._threads:
            thread.join(JOIN_SECONDS_MAX)
            if thread.is_alive():
                self.faults.append(f"a line had not ended after {JOIN_SECONDS_MAX:g} s")

    def _line(self, place: int, till: Till) -> None:
        try:
            with socket.create_connection(
                self._centre.address(self._forms[place].listener), timeout=ANSWER_SECONDS_MAX
            ) as connection:
                till.opened()
                self._talk(connection, place, till)
        except TimeoutError:
            self.faults.append(f"no answer in {ANSWER_SECONDS_MAX:g} s, {till.outstanding} were due")
        except (EOFError, OSError) as error:
            if not self.killing.is_set():
                self.faults.append(f"a line was lost while the switch was alive: {error or 'closed by its peer'}")

    def _talk(self, connection: socket.socket, place: int, till: Till) -> None:
        form = self._forms[place]
        framer = Framer(form.header, tpdu=bool(form.front))
        while self._fill(connection, till, framer, form) or till.outstanding:
            data = connection.recv(READ_BYTES)
            if not data:
                raise EOFError
            for frame in framer.feed(data):
                elements = form.codec.decode(frame.body).elements
                if frame.tpdu != form.back:
                    self.faults.append(f"an answer behind {frame.tpdu.hex()}, expected {form.back.hex()}")
                wrong = till.answered(elements[11], elements[7], answer_of(elements))
                if wrong is not None:
                    self.faults.append(wrong)
                self._answers[place] += 1

    def _fill(self, connection: socket.socket, till: Till, framer: Framer, form: Form) -> bool:
        """Send until the window is full or the till has nothing to ask; whether anything was sent."""
        frames = []
        for _ in range(WINDOW - till.outstanding):
            asked = till.next()
            if asked is None:
                break
            frames.append(framer.wrap(encoded(asked, form.codec), form.front))
            till.was_sent(asked)
        connection.sendall(b"".join(frames))
        return bool(frames)
