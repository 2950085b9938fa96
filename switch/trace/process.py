"""The process that writes the trace beside the switch, from the first batch it is handed to the last."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from switch.data_folder.centre_clock import CentreClock
from switch.data_folder.vault import Vault
from switch.iso8583.dialect import Dialect
from switch.machine.kept_files import LOOK_SECONDS
from switch.machine.starting import is_called, is_never_dumped
from switch.trace.hand_over import Intake
from switch.trace.recorder import TRACE_FILE, Recorder
from switch.trace.up_to_date import Readers

NAME: Final = "trace recorder"  #: in the list of processes
READY: Final = "ready"  #: said once; what is said later is for a person
WRITTEN_AT_ONCE_MAX: Final = 500  #: of a transaction: some ten milliseconds
#: Between two: what comes meanwhile shares one, and the switch need not wake anybody. The pipe holds some 60 ms of a full load.
GATHER_SECONDS: Final = 0.025
GIVES_WAY_BY: Final = 5  #: the switch and its issuers go first


def record_until_end(data: Path, dialects: Mapping[str, Dialect], incoming: int, say: Callable[[str], None]) -> None:
    """Write what comes in by the pipe ``incoming`` until its end. DataFolderError where the trace cannot be opened."""
    is_called(NAME)
    is_never_dumped()
    with suppress(OSError):
        os.nice(GIVES_WAY_BY)
    recorder = Recorder(data / TRACE_FILE, Vault.open(data, new=False), dialects, tell=say, today=CentreClock.open(data).today)
    intake, readers = Intake(incoming), Readers(data)
    with closing(recorder), closing(readers):
        say(READY)
        look_at = time.monotonic() + LOOK_SECONDS
        while not intake.ended or intake.has_batch:
            pipe = [] if intake.ended or intake.full else [incoming]
            ready, _, _ = select.select(pipe + readers.numbers, [], [], 0 if intake.has_batch else LOOK_SECONDS)
            if ready != pipe:
                readers.welcome(intake.come)
            intake.read()
            told = intake.take(WRITTEN_AT_ONCE_MAX)
            recorder.record(told)
            readers.tell(intake.taken)
            if told:
                readers.wake()
            if time.monotonic() >= look_at:
                recorder.look()
                readers.listen()
                look_at = time.monotonic() + LOOK_SECONDS
            if not (intake.ended or intake.has_batch or readers.waiting):
                select.select(readers.numbers, [], [], GATHER_SECONDS)
