"""``switch record``: stand between a gateway and its host, and keep what both say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from switch.cli.command.calling import listener_option, wire_format
from switch.cli.command.help import Verb, option
from switch.cli.command.options import PATH, specs_option
from switch.cli.listening import address_of, listening_at, serve_until_asked
from switch.errors import DataFolderError
from switch.machine.stopping import Stop

if TYPE_CHECKING:
    from switch.lines.wire_format import WireFormat
    from switch.specs.parts import Parts
    from switch.trace.recorder import Recorder

LINE_NAME: Final = "host"  #: of the recorded line, where no listener of the specification is named
RECORDING: Final = Path("recording")


@click.command(cls=Verb)
@click.argument("host", metavar="HOST:PORT")
@option("--listen", default="127.0.0.1:8583", show_default=True, metavar="ADDRESS:PORT", help="Where gateways call instead.")
@option("--data", type=PATH, default=RECORDING, show_default=True, metavar="DIR", help="Folder of the recording.")
@wire_format(
    "Dialect of the host, instead of the listener's.",
    listener_option("Listener of the specification that speaks like the host.  [default: the first]"),
)
@specs_option
def record(
    host: str,
    listen: str,
    data: Path,
    listener_name: str | None,
    dialect_name: str | None,
    header_notation: str | None,
    tpdu: bool | None,
    specs_folder: Path | None,
) -> None:
    """Stand between a gateway and its host, and keep every message of both, until Ctrl+C.

    Let the gateway call the address of --listen: each of its connections is led on to HOST:PORT. Every byte goes on as it
    came. The messages are kept in the folder of --data, as those of `switch up --trace` are. Card data that must never be
    stored is overwritten, and the rest is sealed with the folder's key. `switch requests`, `switch trace`, `switch tail`,
    `switch verify` and `switch replay` read the folder, also while it is written.

    \b
    switch record 192.0.2.10:5000 --data monday
    switch record localhost:8584 --dialect bcd --tpdu
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    from switch.recording.proxy import RecordingProxy
    from switch.specs.parts import Parts

    specs = Parts(specs_folder)
    address = address_of(host, "HOST:PORT", least=1)
    name, wire = _wire(specs, specs_folder, listener_name, dialect_name, header_notation, tpdu)

    def tell(what: str) -> None:
        click.echo(f"switch: {what}", err=True)

    with _recorder(data, specs, tell) as recorder:
        listening = listening_at(listen)
        proxy = RecordingProxy(
            address,
            wire,
            name=name,
            record=recorder.record,
            clock_ms=lambda: time.time_ns() // 1_000_000,
            tell=tell,
        )
        reached = f"and reach {host}; what both say is kept in {data}"
        serve_until_asked(listening, proxy.serve, lambda place: f"gateways call {place}, {reached}", stop)


def _wire(
    specs: Parts, folder: Path | None, listener: str | None, dialect: str | None, header: str | None, tpdu: bool | None
) -> tuple[str, WireFormat]:
    """The name of the line, and how messages stand on it: as on a listener, but for what options say otherwise."""
    from switch.cli.command.names import known
    from switch.cli.request.target import header_format
    from switch.iso8583.codec import Codec
    from switch.lines.wire_format import WireFormat

    listeners = {each.name: each for each in specs.centre.listeners}
    like = listeners[known("--listener", listener, listeners, folder) if listener is not None else next(iter(listeners))]
    spoken = like.dialect if dialect is None else known("--dialect", dialect, specs.dialects, folder)
    return like.name if listener is not None else LINE_NAME, WireFormat(
        codec=Codec(specs.dialects[spoken]),
        header=like.header if header is None else header_format(header),
        tpdu=like.tpdu if tpdu is None else tpdu,
    )


@contextmanager
def _recorder(data: Path, specs: Parts, tell: Callable[[str], None]) -> Iterator[Recorder]:
    """What keeps messages in a folder, which no centre uses."""
    from switch.data_folder.lock import held_alone
    from switch.data_folder.vault import Vault
    from switch.journal.journal_file import JOURNAL_FILE
    from switch.trace.recorder import TRACE_FILE, Recorder

    if (data / JOURNAL_FILE).exists():
        raise DataFolderError(f"{data}: found the journal of a Switch, expected a folder for recordings alone")
    with held_alone(data):
        vault = Vault.open(data, new=not (data / TRACE_FILE).exists())
        with closing(Recorder(data / TRACE_FILE, vault, specs.dialects, tell=tell)) as recorder:
            yield recorder
