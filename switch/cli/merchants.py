"""``switch merchants``: the card acceptors of the specification."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import json_option, specs_option
from switch.cli.console.words import lang_option, said


@click.command(cls=Verb)
@specs_option
@json_option
@lang_option
def merchants(specs_folder: Path | None, as_json: bool) -> None:
    """List the merchants: id (DE 42), name, city, category code (DE 18), plan, when their sales count, terminals (DE 41).

    If the specification accepts unknown merchants, their contract is listed last, without an id.
    """
    from attrs import asdict

    from switch.cli.show.tables import show_json, show_table
    from switch.specs.load import load_specs

    specs = load_specs(specs_folder)
    listed = [*specs.merchants.values(), *([specs.default_contract] if specs.default_contract is not None else [])]
    if as_json:
        show_json([{"merchant_id": one.pop("id") or None, **one} for one in map(asdict, listed)])
        return
    rows = [
        (m.id or said("(any other)"), m.name, m.city, m.mcc, m.plan, said(m.capture), " ".join(m.terminals)) for m in listed
    ]
    show_table(("merchant", "name", "city", "MCC", "plan", "capture", "terminals"), rows)
