"""``switch specs``: the specification files."""

from __future__ import annotations

import time
from pathlib import Path

import click

from switch.cli.console.last_resort import complain
from switch.cli.console.options import PATH, specs_option
from switch.cli.console.screen import say_text
from switch.errors import SwitchError


@click.group()
def specs() -> None:
    """Check the specification files, or copy the embedded ones to edit them."""


@specs.command()
@specs_option
def check(specs_folder: Path | None) -> int:
    """Read the whole specification and say that all is well, or every mistake there is: file, line, key.

    A dialect in which the centre cannot say an approval or a decline is a mistake; what else it cannot say is a warning.
    Every sale of the business date that is open now must have its rates, too.
    """
    from switch.errors import EXIT_DONE, EXIT_WRONG_USE, SpecError
    from switch.lines.tls_context import issuer_server_tls, issuers_tls, listeners_tls
    from switch.specs.load import load_specs

    try:
        loaded = load_specs(specs_folder, today=time.strftime("%Y-%m-%d"))
    except SpecError as error:
        for mistake in error.mistakes:
            complain(str(mistake))
        if len(error.mistakes) > 1:
            complain(f"{len(error.mistakes)} mistakes")
        return EXIT_WRONG_USE
    for warning in loaded.unsaid:
        complain(f"warning: {warning}")
    issuers = loaded.issuers.values()
    listeners_tls(loaded)
    issuers_tls(loaded)
    for issuer in issuers:
        if issuer.tls is not None and issuer.tls.server is not None:
            issuer_server_tls(issuer, loaded)
    named = sum(len(issuer.cards) for issuer in issuers)
    series = sum(one.count for issuer in issuers for one in issuer.card_series)
    ranges = sum(len(items) for _, _, items in loaded.routing.ranges)
    counts = [
        (len(loaded.centre.listeners), "listeners"),
        (len(loaded.dialects), "dialects"),
        (len(loaded.issuers), "issuers"),
        (named, "named cards"),
        (series, "cards in series"),
        (ranges, "BIN ranges"),
        (len(loaded.merchants), "merchants"),
        (len(loaded.scenarios), "scenarios"),
    ]
    say_text(f"{', '.join(f'{count} {what}' for count, what in counts)}: all well in {loaded.folder}", "good")
    return EXIT_DONE


@specs.command()
@click.argument("folder", type=PATH, metavar="DIR")
def export(folder: Path) -> None:
    """Copy the embedded specification into DIR (new or empty), to edit it and run with --specs DIR."""
    import shutil

    from switch.specs.load import default_folder

    try:
        if folder.exists() and any(folder.iterdir()):
            raise SwitchError(f"{folder}: found files in it, expected a new or an empty folder")
        shutil.copytree(default_folder(), folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as fault:
        raise SwitchError(f"{folder}: {fault.strerror or fault}, expected a new or an empty folder") from None
    say_text(f"the embedded specification is in {folder}; edit it, then: switch specs check --specs {folder}")
