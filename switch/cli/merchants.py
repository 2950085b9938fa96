"""``switch merchants``: the card acceptors of the specification."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb, option
from switch.cli.command.options import json_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.errors import SwitchError


@click.command(cls=Verb)
@option("--reload", is_flag=True, help="Let the Switch that runs on --data take its new merchants and terminals.")
@centre_option
@specs_option
@json_option
@lang_option
def merchants(reload: bool, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """List the merchants: id (DE 42), name, city, category code (DE 18), plan, when their sales count, terminals (DE 41).

    If the specification accepts unknown merchants, their contract is listed last, without an id.

    With --reload a running Switch reads merchants.toml of its own specification again. New merchants and further terminals
    count at once. A contract that says something else than before waits for the next start, and a file with a mistake changes
    nothing.
    """
    if reload:
        if as_json:
            raise SwitchError("--json: found beside --reload, expected one of them")
        _reload(data)
        return
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


def _reload(data: Path) -> None:
    from switch.cli.console.screen import say_text

    found = merchants_taken(data)
    if not found["new"] and not found["terminals"]:
        say_text(said("nothing new: Switch has every merchant and terminal of its specification"), None)
    for name in found["new"]:
        say_text(said(f"merchant {name}: its payments are taken from now on"), None)
    for name in found["terminals"]:
        say_text(said(f"merchant {name}: its further terminals are known from now on"), None)
    for name in found["wait"]:
        say_text(said(f"merchant {name}: its contract says something else; that counts from the next start"), "hint")


def merchants_taken(data: Path) -> dict[str, list[str]]:
    """Ask the Switch that runs on a data folder to read its merchants again: which are ``new``, have further ``terminals``, or
    ``wait`` for its next start. UnreachableError where none runs, SwitchError where its specification has a mistake."""
    from switch.centre.host.contract_orders import MERCHANTS_ORDER
    from switch.data_folder.control_socket import ask_centre

    answer = ask_centre(data, {"do": MERCHANTS_ORDER})
    mistakes = [*answer.get("mistakes", ()), *([answer["error"]] if "error" in answer else ())]
    if mistakes:
        raise SwitchError(str(mistakes[0]), hint="Switch goes on with the merchants that it had")
    return {key: list(answer[key]) for key in ("new", "terminals", "wait")}
