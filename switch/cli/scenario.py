"""``switch scenario``: the rules of a running centre, and files of rules before they are used."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verbs, option
from switch.cli.command.names import scenario_names
from switch.cli.command.options import PATH, in_folder, json_option, specs_option
from switch.cli.command.rule_help import RuleVerb, refuse_unquoted
from switch.cli.console.attended import next_step
from switch.cli.console.last_resort import complain
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.request.centre_orders import answer_of_centre
from switch.cli.scenario_library import library
from switch.cli.scenario_poke import poke
from switch.cli.scenario_try import try_rules
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_WRONG_USE, SwitchError

_STATES_SHOWN_MAX: Final = 20
_HEADS: Final = ("id", "hits", "from", "rule")
_SCOPE = option("--scope", default=None, metavar="NAME", help="Only rules of this scope (`switch scope list`).")
_INTO_SCOPE = option("--scope", default=None, metavar="NAME", help="Add them to this scope (`switch scope list`).")
_FILE = click.argument("file", type=PATH, metavar="FILE", shell_complete=scenario_names)


@click.group(cls=Verbs)
def scenario() -> None:
    """Rules that make the host or its issuers misbehave: add and remove them while Switch runs, check and try files of them."""


@scenario.command(cls=RuleVerb, short_help="Add rules to a running Switch.")
@click.argument("rules", nargs=-1, required=True, metavar="RULES")
@option("--times", type=click.IntRange(1), default=None, metavar="NUMBER", help="How often each rule applies at most.")
@_INTO_SCOPE
@centre_option
@json_option
def add(rules: tuple[str, ...], times: int | None, scope: str | None, data: Path, as_json: bool) -> int:
    """Add rules in one line each, before all others. They hold from the next message on.

    A rule is conditions, an arrow, and answers with commas between. `--help` lists them, and this page explains them:

    \b
    docs/how-to/make-the-host-misbehave.md

    \b
    switch scenario add 'card=4507160000000010 -> ok, silence'
    switch scenario add 'class=reversal -> late 12s' --times 1
    switch scenario add 'at=issuer amount=60 -> 91, ok'
    """
    refuse_unquoted(rules)
    lines = [f"times={times} {rule}" if times is not None else rule for rule in rules]
    return _show_added(answer_of_centre(data, {"do": "add", "lines": lines, "scope": scope}), data, as_json)


@scenario.command(short_help="Apply a file of rules to a running Switch.")
@_FILE
@_INTO_SCOPE
@centre_option
@specs_option
@json_option
def apply(file: Path, scope: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Put the rules of FILE (or a name in specs/scenarios) before all others. Rules that came from this file before go."""
    from switch.specs.files import read_bytes
    from switch.specs.load import scenario_path, specs_of

    path = scenario_path(file, specs_of(data, specs_folder))
    text = read_bytes(path, str(path)).decode(errors="surrogateescape")
    order = {"do": "apply", "name": path.stem, "text": text, "scope": scope}
    return _show_added(answer_of_centre(data, order), data, as_json)


@scenario.command("list", short_help="List the rules of a running Switch, with their hits.")
@_SCOPE
@centre_option
@json_option
def list_rules(scope: str | None, data: Path, as_json: bool) -> int:
    """List the rules of the running Switch in the order in which it tries them, with the number of messages each applied to.

    A file of `switch up --scenarios` that has mistakes is a warning for each mistake. The rules that it brought before stay.
    """
    answer = answer_of_centre(data, {"do": "list", "scope": scope})
    if as_json:
        return _show_as_json(answer, ("rules", "states", "wrong_files"))
    _say_wrong_files(answer["wrong_files"])
    if not answer["rules"]:
        say_text("no rules")
        return EXIT_DONE
    _show(answer["rules"])
    for state in answer["states"][:_STATES_SHOWN_MAX]:
        whose = (
            f"{state['per']} {state['of']}" if state["of"] else "messages without a card" if state["per"] == "card" else "all"
        )
        say_text(f"state {state['state']}: {whose}, scenario {state['from'] or '(rules added)'}")
    if len(answer["states"]) > _STATES_SHOWN_MAX:
        say_text(f"and {len(answer['states']) - _STATES_SHOWN_MAX} more states", "hint")
    idle = sum(not rule["hits"] for rule in answer["rules"])
    if idle:
        say_text(f"{plural(idle, 'rule')} never applied", "hint")
    return EXIT_DONE


@scenario.command(short_help="Remove rules from a running Switch.")
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[IDS]")
@option("--all", "everything", is_flag=True, help="Remove every rule, or with --scope every rule of the scope.")
@_SCOPE
@centre_option
def remove(ids: tuple[int, ...], everything: bool, scope: str | None, data: Path) -> int:
    """Remove rules by the ID that `switch scenario list` shows. Answers that are late already still come."""
    if bool(ids) == everything:
        raise SwitchError(
            "--all: found IDs beside it, expected one or the other"
            if ids
            else "ID: found nothing, expected the ID of a rule, or --all"
        )
    answer = answer_of_centre(data, {"do": "remove", "ids": list(ids), "all": everything, "scope": scope})
    say_text(f"{plural(len(answer['rules']), 'rule')} removed")
    return EXIT_DONE


@scenario.command(short_help="Begin counts and states of a running Switch anew.")
@_SCOPE
@centre_option
def reset(scope: str | None, data: Path) -> int:
    """Begin the counts and states of all rules anew, as if Switch had just started. The rules stay.

    Answers that are late or held stay as they are: `switch release all` lets the held ones go.
    """
    answer = answer_of_centre(data, {"do": "reset", "scope": scope})
    say_text(f"{plural(len(answer['rules']), 'rule')}: counts and states begin anew")
    return EXIT_DONE


@scenario.command(short_help="Check files of rules, and print every mistake.")
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILES", shell_complete=scenario_names)
@specs_option
def check(files: tuple[Path, ...], specs_folder: Path | None) -> int:
    """Check files of rules: print every mistake with file, line, key and the nearest right key. A folder means all its files.

    A rule that can never apply, because an earlier one takes all its messages, is a warning.
    """
    from switch.errors import SpecError
    from switch.scenarios.playbook import overshadowed
    from switch.specs.load import load_scenario, load_specs, scenario_path

    specs, wrong = load_specs(specs_folder), 0
    for file in _with_those_of_folders(files):
        try:
            played = load_scenario(scenario_path(file, specs), specs)
        except SpecError as error:
            for mistake in error.mistakes:
                complain(str(mistake))
            wrong += len(error.mistakes)
            continue
        for later, earlier in overshadowed(played.rules):
            complain(f"warning: {file}: {later.label} can never apply: {earlier.label} takes all its messages")
        at_host, at_issuers, at_page = len(played.at_host), len(played.at_issuers), len(played.at_page)
        of_page = f", {at_page} at the payment page" if at_page else ""
        say_text(f"{file}: {plural(at_host, 'rule')} at the host, {at_issuers} at issuers{of_page}: all well", "good")
    if wrong > 1:
        complain(plural(wrong, "mistake"))
    return EXIT_WRONG_USE if wrong else EXIT_DONE


def _with_those_of_folders(files: tuple[Path, ...]) -> list[Path]:
    """The files, and in place of a folder those in it that ``switch up --scenarios`` reads."""
    found = list[Path]()
    for file in files:
        inside = sorted(file.glob("*.toml")) if file.is_dir() else [file]
        if not inside:
            raise SwitchError(f"{file}: found no file that ends with .toml, expected at least one")
        found += inside
    return found


@scenario.command(short_help="Print a JSON Schema of scenario files, for editors.")
@specs_option
def schema(specs_folder: Path | None) -> int:
    """Print a JSON Schema (draft 2020-12) of scenario files. An editor that knows it completes keys and values.

    \b
    switch scenario schema > scenario.schema.json

    Editors with Taplo use it in files that begin with this line:

    \b
    #:schema ./scenario.schema.json
    """
    from switch.cli.show.tables import show_json
    from switch.iso8583.scripted.element_names import numbers_by_name
    from switch.scenarios.schema import scenario_schema
    from switch.specs.checks import Known
    from switch.specs.load import load_specs
    from switch.specs.scenario_checks import named_things

    specs = load_specs(specs_folder)
    show_json(scenario_schema(numbers_by_name(specs.dialects.values()), named_things(Known.of(specs))))
    return EXIT_DONE


scenario.add_command(poke)
scenario.add_command(library)
scenario.add_command(try_rules)


def _show(rules: list[dict[str, Any]]) -> None:
    from switch.cli.show.tables import show_table

    scoped = any(rule["scope"] for rule in rules)
    heads = (*_HEADS[:3], "scope", _HEADS[3]) if scoped else _HEADS
    rows = [(rule["id"], rule["hits"], rule["from"], *([rule["scope"]] if scoped else []), _named(rule)) for rule in rules]
    show_table(heads, rows, below=("rule",))


def _named(rule: dict[str, Any]) -> str:
    return f"{rule['name']}: {rule['rule']}" if rule["name"] else str(rule["rule"])


def _say_wrong_files(wrong_files: list[dict[str, Any]]) -> None:
    """The mistakes of files that Switch reads again when they change."""
    for file in wrong_files:
        for mistake in file["mistakes"]:
            complain(f"warning: {mistake}; its earlier rules stay")


def _show_as_json(answer: dict[str, Any], keys: Sequence[str]) -> int:
    from switch.cli.show.tables import show_json

    show_json({key: answer[key] for key in keys})
    return EXIT_DONE


def _show_added(answer: dict[str, Any], data: Path, as_json: bool) -> int:
    if as_json:
        return _show_as_json(answer, ("rules", "warnings"))
    _show(answer["rules"])
    for warning in answer["warnings"]:
        complain(f"warning: {warning}")
    next_step(f"see what they did: {shlex.quote(program())} scenario list{in_folder(data)}")
    return EXIT_DONE
