"""``switch scope``: who shares a running host, and what each owns."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verbs
from switch.cli.command.options import json_option
from switch.cli.console.screen import say_text
from switch.cli.request.centre_orders import answer_of_centre
from switch.display.plural import plural
from switch.errors import EXIT_DONE, SwitchError


@click.group(cls=Verbs)
def scope() -> None:
    """Share a running host: a scope owns cards, terminals, merchants or connections, and its rules apply to these alone."""


@scope.command(short_help="Add a scope to a running Switch.")
@click.argument("name", metavar="NAME")
@click.argument("owned", nargs=-1, required=True, metavar="KEY=VALUE")
@centre_option
def add(name: str, owned: tuple[str, ...], data: Path) -> int:
    """Add a scope NAME that owns cards, terminals, merchants or connections. No two scopes own the same thing.

    Rules that `switch scenario add --scope NAME` adds apply only to messages of these things. A scope that is there
    already owns the things you name from then on, and its rules follow.

    \b
    switch scope add worker1 terminal=ONDE0001,ONDE0002
    switch scope add worker2 card=4507160000000010 line=bcd
    """
    from switch.scenarios.scope import Scope

    try:
        values = Scope.from_words(name, " ".join(owned))
    except ValueError as problem:
        found, expected = problem.args
        raise SwitchError(f"KEY=VALUE: found {found}, expected {expected}") from None
    answer = answer_of_centre(data, {"do": "put_scope", "values": values})
    say_text(f"scope {name} {'added' if answer['new'] else 'changed'}")
    return EXIT_DONE


@scope.command("list", short_help="List the scopes of a running Switch.")
@centre_option
@json_option
def list_scopes(data: Path, as_json: bool) -> int:
    """List the scopes of the running Switch and the things of each. Card numbers are masked."""
    from switch.cli.show.tables import show_json, show_table

    scopes = answer_of_centre(data, {"do": "scopes"})["scopes"]
    if as_json:
        show_json(scopes)
    elif not scopes:
        say_text("no scopes")
    else:
        rows = [(each["name"], _owned(each)) for each in scopes]
        show_table(("scope", "owns"), rows, below=("owns",))
    return EXIT_DONE


@scope.command(short_help="Remove a scope with its rules.")
@click.argument("name", metavar="NAME")
@centre_option
def remove(name: str, data: Path) -> int:
    """Remove the scope NAME with its rules. Rules of other scopes, and those of none, stay."""
    answer = answer_of_centre(data, {"do": "remove_scope", "scope": name})
    say_text(f"scope {name} removed with {plural(answer['rules'], 'rule')}")
    return EXIT_DONE


def _owned(scope_values: dict[str, object]) -> str:
    return " ".join(f"{key}={','.join(map(str, value))}" for key, value in scope_values.items() if isinstance(value, list))
