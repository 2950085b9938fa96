"""Options of commands that call a host: where it is, and how it speaks."""

from __future__ import annotations

from typing import Final

import click

from switch.cli.command.help import Decorator, grouped, option
from switch.cli.command.names import dialect_names, listener_names
from switch.cli.command.options import PATH, READY_FILE_VARIABLE, specs_option

_OF_THE_LISTENER: Final = "host, port, dialect, header and TPDU of the listener"


def ready_file_option(taken: str = _OF_THE_LISTENER) -> Decorator:
    """``--ready-file``; ``taken`` says what a command takes from the file."""
    return option(
        "--ready-file",
        type=PATH,
        metavar="FILE",
        envvar=READY_FILE_VARIABLE,
        show_envvar=True,
        help=f"File `switch up --ready-file` wrote: {taken} are taken from it.",
    )


def listener_option(meaning: str) -> Decorator:
    """``--listener``, with the names of the specification."""
    return option("--listener", "listener_name", metavar="NAME", shell_complete=listener_names, help=meaning)


def where_to(host: str) -> Decorator:
    """The options that say what to call; ``host`` is the help of ``--host``, without its default."""
    return grouped(
        "Where to",
        option("--host", metavar="ADDRESS", help=f"{host}  [default: 127.0.0.1]"),
        option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="Port to call.  [default: the listener's, 8583]"),
        ready_file_option(),
        listener_option("Listener of the specification to call: its port, dialect, header and TPDU.  [default: the first]"),
        specs_option,
    )


def wire_format(dialect: str, *further: Decorator) -> Decorator:
    """The options that say how messages stand on the wire; ``dialect`` is the help of ``--dialect``."""
    return grouped(
        "Wire format",
        option("--dialect", "dialect_name", metavar="NAME", shell_complete=dialect_names, help=dialect),
        option(
            "--header",
            "header_notation",
            metavar="FORM",
            help="Length header (2b, 4a, 2d, 2bi …), instead of the listener's.",
        ),
        option("--tpdu/--no-tpdu", default=None, help="Put a TPDU in front, or none.  [default: as the listener does]"),
        *further,
    )
