"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from switch.errors import SwitchError

PATH: Any = click.Path(path_type=Path)
DATA_FOLDER = Path("var")  #: of the centre, unless --data names another

specs_option = click.option(
    "--specs",
    "specs_folder",
    type=PATH,
    default=None,
    metavar="DIR",
    help="Specification folder instead of the embedded one, or of the one the data folder was made with.",
)
data_option = click.option(
    "--data", type=PATH, default=DATA_FOLDER, show_default=True, metavar="DIR", help="Data folder of the centre."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output on standard output.")


COUNT_MAX = 999_999_999_999  #: of messages and their numbers: more digits would be taken for a card number, and masked


def sayable(text: str) -> str:
    """A word of a command line as a database can be asked for it: bytes that are no UTF-8 are written out."""
    return text.encode(errors="backslashreplace").decode()


def given(*names: str) -> bool:
    """Whether one of these parameters of the command that runs was typed, and is not a default."""
    context = click.get_current_context()
    return any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in names)


def _date(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from switch.business_day import is_business_date

    if value is not None and not is_business_date(value):
        raise SwitchError(f"business date: found {value!r}, expected a date such as 2026-11-22")
    return value


date_argument = click.argument("business_date", required=False, metavar="[DATE]", callback=_date)


def business_date_given(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A click callback: the option's value is a date, or the command stops with one sentence."""
    from switch.business_day import is_business_date

    if value is not None and not is_business_date(value):
        raise SwitchError(f"{parameter.opts[0]}: found {value!r}, expected a date such as 2026-11-22")
    return value
