"""``switch scenario try``: which rules messages would meet, one after the other, without anything being sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import scenario_names
from switch.cli.command.options import seed_option, specs_option
from switch.cli.command.rule_help import refuse_unquoted
from switch.cli.console.screen import say_text
from switch.errors import EXIT_DONE, NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.scenarios.conduct import Conduct
    from switch.scenarios.host_rule import HostRule
    from switch.scenarios.playbook import Playbook
    from switch.specs.specification import Specs

NEXT: Final = "then"  #: the word between two messages
TIMES_MAX: Final = 1_000  #: a person reads the rows


@click.command("try", cls=Verb, short_help="Say which rules messages meet, and why.")
@click.argument("rules", metavar="FILE|RULE", shell_complete=scenario_names)
@click.argument("message", nargs=-1, required=True, metavar="KEY=VALUE...")
@option(
    "--times", type=click.IntRange(1, TIMES_MAX), default=1, metavar="NUMBER", help="How often the messages come.  [default: 1]"
)
@seed_option
@specs_option
def try_rules(rules: str, message: tuple[str, ...], times: int, seed: int, specs_folder: Path | None) -> int:
    """Say which rule a message meets first, and which condition of each other rule it does not meet.

    FILE is a file of rules (or a name in specs/scenarios), RULE one rule in a line. Switch sends nothing. The message is the
    first of its card. Its type is 0100, or the mti=MTI given. It comes now, or at the time=HH:MM and on the date=DATE given.

    With --times the message comes several times, so that you see a sequence. Several messages have the word `then` between.
    They come one after the other, and the command shows a line for each, and how often each rule applied.

    \b
    switch scenario try retry.toml amount=150 de22=071
    switch scenario try 'amount=60 -> 91, ok' amount=60 --times 2
    switch scenario try retry.toml amount=9 then mti=0420
    """
    from switch.centre.host.described import described_message
    from switch.centre.host.script import facts_of
    from switch.scenarios.playbook import Playbook
    from switch.specs.load import load_specs

    refuse_unquoted((rules, *message))
    specs = load_specs(specs_folder)
    playbook = Playbook(_rules(rules, specs), seed=seed)
    messages = [described_message(words, specs) for words in _messages(message)]
    if len(messages) == 1 and times == 1:
        said, line, moment = messages[0]
        applied = _show_trial(list(playbook.trial(facts_of(said, line, specs, moment))))
    else:
        applied = _show_course(playbook, _messages(message) * times, specs)
    if not applied:
        raise NegativeAnswerError(f"{rules}: found no rule that applies")
    return EXIT_DONE


def _rules(given: str, specs: Specs) -> Sequence[HostRule]:
    """The rules of a file, or the one that is typed."""
    from switch.iso8583.scripted.element_names import numbers_by_name
    from switch.scenarios.arrow import ARROW
    from switch.scenarios.host_rule import HostRule
    from switch.specs.checks import Known
    from switch.specs.load import load_scenario, scenario_path
    from switch.specs.scenario_checks import check_rule

    if ARROW not in given:
        return load_scenario(scenario_path(Path(given), specs), specs).rules
    rule = HostRule.from_line(given, number=1, names=numbers_by_name(specs.dialects.values()))
    check_rule(given, Known.of(specs))
    return [rule]


def _messages(words: Sequence[str]) -> list[list[str]]:
    """The words of each message."""
    found = list[list[str]]([[]])
    for word in words:
        if word == NEXT:
            found.append([])
        else:
            found[-1].append(word)
    if not all(found):
        raise SwitchError(f"KEY=VALUE: found no message beside {NEXT}, expected one on each side, such as amount=150")
    return found


def _show_trial(trial: Sequence[tuple[HostRule, Conduct | str]]) -> bool:
    """What each rule says to one message; False where none applies."""
    from switch.cli.show.tables import show_table
    from switch.scenarios.vocabulary.rule_words import HOST, ISSUER, PAGE

    rows, applied = list[tuple[str, str, str]](), dict[str, str]()
    for rule, outcome in trial:
        if isinstance(outcome, str):
            rows.append((str(rule.number), rule.in_words, f"no: {outcome}"))
        else:
            rows.append((str(rule.number), rule.in_words, "no: an earlier rule applies" if rule.at in applied else "applies"))
            applied.setdefault(rule.at, _applies(rule, outcome))
    for sentence in (applied[at] for at in (PAGE, HOST, ISSUER) if at in applied):
        say_text(sentence, "title")
    if not applied:
        say_text("no rule applies", "title")
    show_table(("#", "rule", "meaning"), rows)
    return bool(applied)


def _applies(rule: HostRule, conduct: Conduct) -> str:
    from switch.scenarios.vocabulary.rule_words import HOST, PAGE

    at = {HOST: "", PAGE: " at the payment page"}.get(rule.at, f" at the {rule.at}")
    return f"rule {rule.number} applies{at}: {conduct.in_words}"


def _show_course(playbook: Playbook, messages: Sequence[Sequence[str]], specs: Specs) -> bool:
    """What becomes of messages that come one after the other; False where no rule applies to any."""
    from switch.card import mask_numbers
    from switch.cli.show.tables import show_table

    rows = []
    for number, words in enumerate(messages, start=1):
        met = "; ".join(_met(playbook, words, specs))
        rows.append((str(number), mask_numbers(" ".join(words)), met or "no rule applies"))
    show_table(("#", "message", "meaning"), rows)
    show_table(("rule", "hits", ""), [(str(each.rule.number), str(each.hits), each.rule.in_words) for each in playbook.played])
    return any(each.hits for each in playbook.played)


def _met(playbook: Playbook, words: Sequence[str], specs: Specs) -> Iterator[str]:
    """The rules that apply to a message, at the page, the host and its bank, counted as they are when it comes."""
    from switch.centre.host.described import described_message
    from switch.centre.host.script import facts_of
    from switch.iso8583.scripted.glance import marks_of
    from switch.scenarios.vocabulary.rule_words import HOST, ISSUER, PAGE

    message, line, moment = described_message(words, specs)
    facts = facts_of(message, line, specs, moment)
    for place in (PAGE, HOST, ISSUER):
        cue = playbook.match(marks_of(message, line), facts, place)
        if cue is not None:
            yield _applies(cue.rule, cue.conduct)
            if place == HOST and (cue.conduct.code is not None or cue.conduct.lost):
                return  # its bank is not asked
