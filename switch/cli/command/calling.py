"""Options of commands that call a host, or a running Switch: where it is, and how it speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from switch.cli.command.help import Decorator, grouped, option
from switch.cli.command.names import dialect_names, listener_names
from switch.cli.command.options import PATH, READY_FILE_VARIABLE, data_option_with, specs_option
from switch.errors import UnreachableError

_READY_FILE: Final = "switch.ready_file"  #: where a ready file that is given waits for ``--data``
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


def _noted(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    ctx.meta[_READY_FILE] = value


def _data_of_centre(ctx: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """The folder that is typed, else that of the ready file, else the usual one. SwitchError where no Switch is ready."""
    ready_file = ctx.meta.get(_READY_FILE)
    typed = ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    if ready_file is None or typed or ctx.resilient_parsing:
        return value
    from switch.acquirer.ready_file import read_ready

    try:
        return read_ready(ready_file).data
    except UnreachableError as error:
        error.hint = "--data names the folder of a Switch that has ended"
        raise


def centre_option(command: Any) -> Any:
    """``--data`` and ``--ready-file`` of a command that is about a running Switch: its folder, as the parameter ``data``."""
    ready_file = option(
        "--ready-file",
        type=PATH,
        metavar="FILE",
        envvar=READY_FILE_VARIABLE,
        show_envvar=True,
        is_eager=True,
        expose_value=False,
        callback=_noted,
        help="File `switch up --ready-file` wrote: the data folder is taken from it.",
    )
    return data_option_with(_data_of_centre)(ready_file(command))


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
