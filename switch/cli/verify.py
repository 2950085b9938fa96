"""``switch verify``: prove from the host's side what a gateway did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, option
from switch.cli.command.options import PATH, json_option, specs_option
from switch.errors import EXIT_DONE, EXIT_NO, EXIT_WRONG_USE, SpecError, SwitchError

if TYPE_CHECKING:
    from switch.specs.specification import Specs
    from switch.verification.expectation import Expectation
    from switch.verification.verdict import ExpectationVerdict
    from switch.witness.waiting import Verified


@click.command(cls=Verb)
@click.argument("expected", nargs=-1, required=True, metavar="EXPECTATION|FILE...")
@option(
    "--wait",
    type=Duration(0),
    metavar="TIME",
    help="Wait at most so long for further messages, such as 40s; a file may say it too.",
)
@option("--since", type=Duration(0), metavar="TIME", help="Look only at messages of this last time, such as 90s or 10m.")
@option("--strict", is_flag=True, help="Fail too if the gateway sent a message that no expectation speaks of.")
@option("--junit", type=PATH, metavar="FILE", help="Write the result there as JUnit XML.")
@centre_option
@specs_option
@json_option
def verify(
    expected: tuple[str, ...],
    wait: float | None,
    since: float | None,
    strict: bool,
    junit: Path | None,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """Prove from the host's side what a gateway did: which messages it sent, how often, when, and that no other came.

    An expectation is a sentence: how often, which message, whose, and when. FILE is a TOML file of expectations, as sentences
    or as tables. Switch must have been started with `switch up --trace`; it may be running or not. With --wait the command
    is woken by each message, and looks once more when the time is over.

    When an expectation fails, the command prints the messages that came nearest, element by element, and how many messages
    nothing expected. The exit code is 1 then, and 2 for a mistake in an expectation.

    \b
    switch verify 'one 0420 of rrn 632603575796' --wait 40s
    switch verify 'no 0100 of terminal ONDE0001 for 5s' --wait 5s
    switch verify 'at least 2 0100 answered 91' --since 10m
    switch verify expectations.toml --junit out.xml
    """
    from switch.specs.load import specs_of
    from switch.witness.followed_trace import followed_trace
    from switch.witness.waiting import machine_clock_ms, verified

    wait_ms, since_ms = (None if seconds is None else round(seconds * 1000) for seconds in (wait, since))
    specs = specs_of(data, specs_folder)
    try:
        expectations, file_wait_ms, file_strict = _read(expected, specs)
    except SpecError as error:
        return refused(error, as_json=as_json)
    with followed_trace(data, specs) as source:
        if since_ms is not None:
            source.begin_after(machine_clock_ms() - since_ms)
        outcome = verified(expectations, source, wait_ms=file_wait_ms or 0 if wait_ms is None else wait_ms)
        failures = [_failure(verdict, outcome, specs) for verdict in outcome.verdicts]
        strict_failure = bool((strict or file_strict) and outcome.unexpected)
        if junit is not None:
            _write_junit(junit, outcome, failures, strict=strict_failure, specs=specs)
        if as_json:
            _show_json(outcome, strict=strict_failure)
        else:
            _show(outcome, failures, specs, strict=strict_failure)

    return EXIT_DONE if outcome.met and not strict_failure else EXIT_NO


def _read(expected: tuple[str, ...], specs: Specs) -> tuple[list[Expectation], int | None, bool]:
    """Every expectation that is given, for how long a file waits, and whether one is strict."""
    from switch.errors import SpecsError
    from switch.witness.expectation_files import expectations_of_file, expectations_of_texts

    found: list[Expectation] = []
    waits, strict, mistakes = list[int](), False, list[SpecError]()
    texts = [text for text in expected if not _is_file(text)]
    for path in (Path(text) for text in expected if _is_file(text)):
        try:
            read = expectations_of_file(path, specs)
        except SpecError as error:
            mistakes += error.mistakes
            continue
        found += read.expectations
        waits += [read.wait_ms] if read.wait_ms is not None else []
        strict = strict or read.strict
    try:
        found += expectations_of_texts(texts, specs)
    except SpecError as error:
        mistakes += error.mistakes
    if mistakes:
        raise SpecsError(mistakes) if len(mistakes) > 1 else mistakes[0]
    return found, max(waits, default=None), strict


def _is_file(text: str) -> bool:
    """Whether somebody names a file, and does not say an expectation."""
    return " " not in text and (text.endswith(".toml") or "/" in text or Path(text).is_file())


def refused(error: SpecError, *, as_json: bool) -> int:
    """Print every mistake, each in a sentence."""
    from switch.cli.console.last_resort import complain

    for mistake in error.mistakes:
        complain(str(mistake), as_json=as_json)
    return EXIT_WRONG_USE


def _failure(verdict: ExpectationVerdict, outcome: Verified, specs: Specs) -> str:
    """Why an expectation failed, with the nearest misses; empty where it is met."""
    from switch.verification.verdict_words import verdict_text

    return "" if verdict.state == "met" else verdict_text(verdict, outcome.seen, _clock(specs))


def _clock(specs: Specs) -> Any:
    from switch.cli.show.timeline import time_of

    return lambda at_ms: time_of(at_ms, specs).partition(" ")[2]


def _summary(outcome: Verified) -> str:
    from switch.verification.seen_message import GATEWAY_SIDE
    from switch.verification.verdict_words import seen_in_words

    sent = sum(message.sender == GATEWAY_SIDE for message in outcome.seen)
    return seen_in_words(outcome.seen, outcome.unexpected, sent)


def _show(outcome: Verified, failures: list[str], specs: Specs, *, strict: bool) -> None:
    """A line for each expectation that is met, a paragraph for each that is not."""
    from switch.cli.console.screen import say_text
    from switch.verification.verdict_words import message_line

    for verdict, failure in zip(outcome.verdicts, failures, strict=True):
        if failure:
            first, *rest = failure.splitlines()
            say_text(f"failed  {first}", "bad")
            for line in rest:
                say_text(f"      {line}")
            continue
        numbers = ", ".join(f"#{message.number}" for message in verdict.matched[:10])
        say_text(f"met     {verdict.expectation.title}{f': {numbers}' if numbers else ''}", "good")
    say_text(_summary(outcome), "bad" if strict else "hint")
    if strict:
        for message in outcome.unexpected[:20]:
            say_text(f"  not expected: {message_line(message, _clock(specs), outcome.seen.code_of(message))}")


def _show_json(outcome: Verified, *, strict: bool) -> None:
    from switch.witness.message_values import verified_values

    click.echo(json.dumps(verified_values(outcome, strict=strict), indent=2, ensure_ascii=False))


def _write_junit(path: Path, outcome: Verified, failures: list[str], *, strict: bool, specs: Specs) -> None:
    """Write the result for a server of continuous integration."""
    from attrs import evolve

    from switch.verification.expectation import Expectation
    from switch.verification.junit import junit_xml
    from switch.verification.verdict import ExpectationVerdict
    from switch.verification.verdict_words import message_line

    verdicts, texts = list(outcome.verdicts), [f"{text}\n{_summary(outcome)}" if text else "" for text in failures]
    if strict:
        more = [message_line(message, _clock(specs), outcome.seen.code_of(message)) for message in outcome.unexpected]
        nothing = Expectation(name="nothing else")
        verdicts.append(evolve(ExpectationVerdict(expectation=nothing, state="failed", matched=()), problem=_summary(outcome)))
        texts.append("\n".join(more))
    try:
        path.write_text(junit_xml("switch verify", verdicts, texts, outcome.waited_ms / 1000), encoding="utf-8")
    except OSError as fault:
        raise SwitchError(f"{path}: found {fault.strerror}, expected a file that can be written") from None
