"""``switch scenario library``: the scenarios that come with Switch, each with what a gateway sees of it.

``specs/scenarios/library`` holds them, a file each. Nothing but this command and ``--scenario NAME`` reads them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import specs_option
from switch.cli.console.attended import next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.errors import EXIT_DONE, NegativeAnswerError
from switch.record import frozen

#: A comment line of a scenario: what is sent, and what is seen.
_STEP: Final = re.compile(r"#   (\S.*?) +->  (\S.*)")


@frozen(kw_only=True)
class LibraryScenario:
    """One file of the library, as people read it; ``switch up --scenario NAME`` plays it."""

    name: str
    purpose: str
    rules: tuple[str, ...]  #: in one line each
    steps: tuple[tuple[str, str], ...]  #: what is sent, and what is seen, in the order of the file
    path: Path

    def speaks_of(self, word: str) -> bool:
        """Whether a word stands in its name, its purpose or its rules, in capitals or not."""
        return any(word.casefold() in text.casefold() for text in (self.name, self.purpose, *self.rules))


def library_of(folder: Path | None = None) -> list[LibraryScenario]:
    """The scenarios of the library by name: that of a specification's folder, or the embedded one. SpecError for a file that
    is no TOML."""
    from switch.specs.load import library_folder

    return [_read(path) for path in sorted(library_folder(folder).glob("*.toml"), key=lambda path: path.stem)]


def _read(path: Path) -> LibraryScenario:
    from switch.specs.files import parse, read_bytes

    content = read_bytes(path, str(path))
    values, _ = parse(str(path), content)
    rules: Any = values.get("rules")
    steps = [_STEP.fullmatch(line) for line in content.decode().splitlines()]
    return LibraryScenario(
        name=path.stem,
        purpose=str(values.get("purpose", "")),
        rules=tuple(map(str, rules)) if isinstance(rules, list) else (),
        steps=tuple((step[1], step[2]) for step in steps if step is not None),
        path=path,
    )


@click.command(cls=Verb, short_help="List the scenarios that come with Switch.")
@click.argument("words", nargs=-1, metavar="[WORDS]")
@specs_option
def library(words: tuple[str, ...], specs_folder: Path | None) -> int:
    """List the scenarios that come with Switch, or those with all WORDS in their name, purpose or rules.

    The name of a scenario shows its rules, and the answers that a gateway gets.

    \b
    switch scenario library
    switch scenario library reversal silence
    switch scenario library late-after-reversal
    """
    from switch.cli.show.tables import show_table

    found = library_of(specs_folder)
    one = [each for each in found if (each.name,) == words]
    if one:
        _show(one[0])
        return EXIT_DONE
    found = [each for each in found if all(map(each.speaks_of, words))]
    if not found:
        raise NegativeAnswerError(f"{' '.join(words)}: found no scenario, expected words of a name, a purpose or a rule")
    show_table(("scenario", "purpose"), [(each.name, each.purpose) for each in found], below=("purpose",))
    next_step(f"see one of them: {program()} scenario library {found[0].name}")
    return EXIT_DONE


def _show(scenario: LibraryScenario) -> None:
    from switch.cli.show.tables import show_table

    say_text(scenario.purpose, "title")
    show_table(("#", "rule"), enumerate(scenario.rules, start=1))
    if scenario.steps:
        show_table(("the gateway sends", "and sees"), scenario.steps)
    next_step(f"play it: {program()} up --scenario {scenario.name}, or now: {program()} scenario apply {scenario.name}")
