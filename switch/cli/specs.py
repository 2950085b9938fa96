"""``switch specs``: the specification files."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verbs
from switch.cli.command.options import PATH, json_option, specs_option
from switch.cli.console.attended import next_step
from switch.cli.console.last_resort import complain
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.display.plural import plural
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.errors import SpecError


@click.group(cls=Verbs)
def specs() -> None:
    """Check the specification files, or copy the embedded ones to edit them."""


@specs.command(short_help="Print that a specification is well, or every mistake.")
@specs_option
@json_option
def check(specs_folder: Path | None, as_json: bool) -> int:
    """Read the whole specification and print that all is well, or every mistake with its file, line and key.

    A dialect that cannot write an approval or a decline is a mistake; other elements that it cannot write are warnings.
    Every sale of the business date that is open now must have its rates, too.
    """
    from switch.cli.show.tables import show_json
    from switch.errors import EXIT_DONE, EXIT_WRONG_USE, SpecError
    from switch.lines.tls_context import issuer_server_tls, issuers_tls, listeners_tls
    from switch.mail.smtp_session import check_line
    from switch.specs.load import load_specs

    try:
        loaded = load_specs(specs_folder, today=time.strftime("%Y-%m-%d"))
    except SpecError as error:
        if as_json:
            show_json({"sound": False, "mistakes": [_as_json(mistake) for mistake in error.mistakes]})
            return EXIT_WRONG_USE
        for mistake in error.mistakes:
            complain(str(mistake))
        if len(error.mistakes) > 1:
            complain(plural(len(error.mistakes), "mistake"))
        return EXIT_WRONG_USE
    for warning in () if as_json else loaded.unsaid:
        complain(f"warning: {warning}")
    issuers = loaded.issuers.values()
    listeners_tls(loaded)
    issuers_tls(loaded)
    if loaded.mail.smtp is not None:
        check_line(loaded.mail.smtp, loaded.folder)
    for issuer in issuers:
        if issuer.tls is not None and issuer.tls.server is not None:
            issuer_server_tls(issuer, loaded)
    named = sum(len(issuer.cards) for issuer in issuers)
    series = sum(one.count for issuer in issuers for one in issuer.card_series)
    of_files = sum(len(issuer.sheet) for issuer in issuers if issuer.sheet is not None)
    ranges = sum(len(items) for _, _, items in loaded.routing.ranges)
    counts = [
        (len(loaded.centre.listeners), "listener", "listeners"),
        (len(loaded.dialects), "dialect", "dialects"),
        (len(loaded.issuers), "issuer", "issuers"),
        (named, "named card", "named cards"),
        (series, "card in series", "cards in series"),
        *([(of_files, "card in files", "cards in files")] if of_files else []),
        (ranges, "BIN range", "BIN ranges"),
        (len(loaded.merchants), "merchant", "merchants"),
        (len(loaded.scenarios), "scenario", "scenarios"),
    ]
    if as_json:
        found = {several.replace(" ", "_").lower(): count for count, _, several in counts}
        show_json({"sound": True, "folder": str(loaded.folder), **found, "warnings": [str(one) for one in loaded.unsaid]})
    else:
        say_text(f"{', '.join(plural(*count) for count in counts)}: all well in {loaded.folder}", "good")
    return EXIT_DONE


@specs.command(short_help="Copy the embedded specification, to edit it.")
@click.argument("folder", type=PATH, metavar="DIR")
def export(folder: Path) -> None:
    """Copy the embedded specification into DIR (new or empty), to edit it and run with --specs DIR."""
    import shutil

    from switch.specs.folder import default_folder

    try:
        if folder.exists() and any(folder.iterdir()):
            raise SwitchError(f"{folder}: found files in it, expected a new or an empty folder")
        shutil.copytree(default_folder(), folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as fault:
        raise SwitchError(f"{folder}: {fault.strerror or fault}, expected a new or an empty folder") from None
    say_text(f"the embedded specification is in {folder}")
    next_step(f"edit it, then {program()} specs check --specs {shlex.quote(str(folder))}")


def _as_json(mistake: SpecError) -> dict[str, object]:
    about = {"file": mistake.file, "line": mistake.line, "key": mistake.key}
    return {**about, "found": str(mistake.found), "expected": mistake.expected}
