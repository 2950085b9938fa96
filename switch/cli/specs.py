"""``switch specs``: the specification files."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.options import PATH, specs_option
from switch.errors import SwitchError


@click.group()
def specs() -> None:
    """Check the specification files, or copy the embedded ones to edit them."""


@specs.command()
@specs_option
def check(specs_folder: Path | None) -> None:
    """Read the whole specification and say that all is well, or the first thing that is wrong: file, line, key."""
    from switch.specs import load_specs

    loaded = load_specs(specs_folder)
    issuers = loaded.issuers.values()
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
    click.echo(f"{', '.join(f'{count} {what}' for count, what in counts)}: all well in {loaded.folder}")


@specs.command()
@click.argument("folder", type=PATH, metavar="DIR")
def export(folder: Path) -> None:
    """Copy the embedded specification into DIR (new or empty), to edit it and run with --specs DIR."""
    import shutil

    from switch.specs import default_folder

    try:
        if folder.exists() and any(folder.iterdir()):
            raise SwitchError(f"{folder}: found files in it, expected a new or an empty folder")
        shutil.copytree(default_folder(), folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as fault:
        raise SwitchError(f"{folder}: {fault.strerror or fault}, expected a new or an empty folder") from None
    click.echo(f"the embedded specification is in {folder}; edit it, then: switch specs check --specs {folder}")
