"""Options that several verbs share."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from switch.cli.command.help import option
from switch.errors import SwitchError

PATH: Any = click.Path(path_type=Path)
DATA_FOLDER = Path("var")  #: of the centre, unless --data names another

#: Variables of the environment that stand in for an option which is not typed.
DATA_VARIABLE = "SWITCH_DATA"
READY_FILE_VARIABLE = "SWITCH_READY_FILE"
SPECS_VARIABLE = "SWITCH_SPECS"

specs_option = option(
    "--specs",
    "specs_folder",
    type=PATH,
    default=None,
    metavar="DIR",
    envvar=SPECS_VARIABLE,
    show_envvar=True,
    help="Specification folder instead of the embedded one, or of the one the data folder was made with.",
)


def data_option_with(callback: Callable[..., Any] | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--data``, whose value a click callback may change."""
    return option(
        "--data",
        type=PATH,
        default=DATA_FOLDER,
        show_default=True,
        metavar="DIR",
        envvar=DATA_VARIABLE,
        show_envvar=True,
        callback=callback,
        help="Data folder of Switch.",
    )


data_option = data_option_with(None)
seed_option = option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="NUMBER",
    help="Seed of all random values, such as approval codes.",
)
json_option = option("--json", "as_json", is_flag=True, help="Machine-readable output on standard output.")


COUNT_MAX = 999_999_999_999  #: of messages and their numbers: more digits would be taken for a card number, and masked


def last_option(default: int, verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--last``: how many messages a verb lists or shows."""
    return option(
        "--last",
        type=click.IntRange(1, COUNT_MAX),
        default=default,
        show_default=True,
        metavar="NUMBER",
        help=f"Number of messages to {verb}.",
    )


def sayable(text: str) -> str:
    """A word of a command line as a database can be asked for it: bytes that are no UTF-8 are written out."""
    return text.encode(errors="backslashreplace").decode()


def given(*names: str) -> bool:
    """Whether one of these parameters of the command that runs was typed, and is not a default."""
    context = click.get_current_context()
    return any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in names)


def in_folder(data: Path) -> str:
    """The option a person has to type to mean this data folder; nothing where it is the usual one."""
    usual = Path(os.environ.get(DATA_VARIABLE) or DATA_FOLDER)
    return "" if data.resolve() == usual.resolve() else f" --data {shlex.quote(str(data))}"


def closed_dates(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The closed business dates of the data folder, the newest first."""
    from switch.endofday.close import closed_dates as dates_of

    try:
        dates = list(reversed(dates_of(ctx.params.get("data") or DATA_FOLDER)))
    except SwitchError:
        return []
    if "/" in incomplete:
        dates = ["/".join(reversed(date.split("-"))) for date in dates]
    return [date for date in dates if date.startswith(incomplete)]


def business_date_given(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A click callback: the value is a date, typed in either of two orders, or the command stops with one sentence."""
    from switch.business_day import typed_date

    found = None if value is None else typed_date(value)
    if value is not None and found is None:
        where = parameter.opts[0] if isinstance(parameter, click.Option) else "DATE"
        raise SwitchError(f"{where}: found {value!r}, expected a date such as 2026-11-22 or 22/11/2026")
    return found


date_argument = click.argument("business_date", required=False, metavar="[DATE]", callback=business_date_given)
closed_date_argument = click.argument(
    "business_date", required=False, metavar="[DATE]", callback=business_date_given, shell_complete=closed_dates
)
