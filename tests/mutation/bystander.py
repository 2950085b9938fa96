"""The other client: good sales, one after the other on one line, while the centre is sent all else. It must notice nothing."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta
from typing import Final

from attrs import evolve

from switch.centre.as_process import CentreProcess
from switch.iso8583.mapping.compose import Sale
from tests.e2e.acquirer import AT, Acquirer, sale

ISSUER: Final = "vesta"
ACQUIRER_ID: Final = "504901"  #: its own, so that no mutated message comes under a key of its sales
STANS: Final = 1_000_000


class Bystander:
    """Sells until it is stopped. ``faults`` is what went wrong; ``seconds`` how long each answer took."""

    def __init__(self, centre: CentreProcess) -> None:
        self.faults: list[str] = []
        self.seconds: list[float] = []
        self._centre, self._stopping = centre, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After the sale that is on its way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        try:
            with Acquirer(self._centre) as acquirer:
                while not self._stopping.is_set() and not self.faults:
                    number += 1
                    self._sell(acquirer, number)
        except (EOFError, OSError) as error:
            kind = "no answer in time" if isinstance(error, socket.timeout) else f"its line was lost: {error}"
            self.faults.append(f"the other client, sale {number}: {kind}")

    def _sell(self, acquirer: Acquirer, number: int) -> None:
        began = time.monotonic()
        (answer,) = acquirer.ask(_sale(number))
        self.seconds.append(time.monotonic() - began)
        if (answer[11], answer[39]) != (f"{number % STANS:06d}", "00"):
            self.faults.append(f"the other client, sale {number}: STAN {answer[11]} was answered {answer[39]}")


def _sale(number: int) -> Sale:
    at = AT + timedelta(seconds=number // STANS)
    return evolve(sale(number, ISSUER), stan=f"{number % STANS:06d}", acquirer_id=ACQUIRER_ID, at=at)
