"""``switch replay``: play a recording again, to a host or as one, and show what is other than it was."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.options import json_option, specs_option
from switch.cli.listening import address_of, listening_at, serve_until_asked
from switch.cli.record import RECORDING
from switch.errors import EXIT_DONE, EXIT_NO, DataFolderError, NegativeAnswerError, SwitchError
from switch.machine.stopping import Stop

if TYPE_CHECKING:
    from switch.lines.wire_format import WireFormat
    from switch.recording.player import Played
    from switch.recording.script import RecordedQuestion
    from switch.specs.specification import Specs

REPLAY_TIMEOUT_SECONDS: Final = 30.0
STANS_IN_ALL: Final = 1_000_000  #: a STAN has six digits


@click.command(cls=Verb)
@click.argument("data", type=click.Path(path_type=Path), default=RECORDING, metavar="[RECORDING]")
@grouped(
    "Which side to play",
    option("--to", metavar="HOST:PORT", help="Play the gateways: send their messages to this host."),
    option("--listen", metavar="ADDRESS:PORT", help="Play the host: answer whoever calls this address."),
)
@option(
    "--speed", default="1", show_default=True, metavar="FACTOR|max", help="How many times as fast; max waits for answers alone."
)
@option("--line", metavar="NAME", help="Play only this recorded line, such as ascii.")
@option("--ignore", metavar="DE,…", help="Elements of answers not to compare, such as 54,63.")
@option(
    "--timeout",
    type=Duration(),
    default=REPLAY_TIMEOUT_SECONDS,
    metavar="TIME",
    help="How long to wait for an answer, such as 1s, 500ms or 1.5.  [default: 30s]",
)
@specs_option
@json_option
def replay(
    data: Path,
    to: str | None,
    listen: str | None,
    speed: str,
    line: str | None,
    ignore: str | None,
    timeout: float,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """Play a recording of `switch record`, or the trace of a data folder, again.

    With --to every message of the gateways goes to a host again, at the time it went then. STANs, times and RRNs are fresh; a
    repeat stays a repeat, and a reversal names the purchase as it is played now. Each answer is compared with the recorded
    one, element by element. What no recording keeps (tracks, PIN blocks, CVV2) and MACs are left out. The exit code is 1
    when an answer differs.

    With --listen gateways are answered as the recorded host did: questions that are alike (type, DE 3, card, amount) get
    their answers in the recorded order. A question that was not answered is not answered.

    \b
    switch replay monday --to 127.0.0.1:8583 --speed max
    switch replay monday --listen 127.0.0.1:8583
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    from switch.recording.script import questions_of
    from switch.specs.load import specs_of
    from switch.trace.reader import last_messages
    from switch.trace.recorder import TRACED_MAX

    if (to is None) == (listen is None):
        raise SwitchError(
            f"found {'both' if to else 'neither'} of --to and --listen, expected one of them",
            hint="--to HOST:PORT plays the gateways, --listen ADDRESS:PORT plays the host",
        )
    factor, ignored = _speed(speed), _elements(ignore)
    try:
        traced = last_messages(data, TRACED_MAX * 2)
    except DataFolderError as error:
        raise SwitchError(
            str(error), hint="RECORDING is the folder that switch record --data names, or a data folder"
        ) from None
    specs = specs_of(data, specs_folder)
    gateways = [each for each in traced if " " in each.line and line in (None, each.line.partition(" ")[0])]
    questions = questions_of(gateways, specs.dialects)
    if not questions:
        raise NegativeAnswerError(f"{data}: found no message of a gateway to play{f' on line {line}' if line else ''}")
    headers = {each.dialect: each.header for each in gateways if each.header}
    wires = {name: _wire(name, specs, headers, questions) for name in {question.dialect.name for question in questions}}
    if listen is not None:
        return _play_host(questions, wires[questions[0].dialect.name], listen, factor, stop)
    assert to is not None
    return _play_gateways(questions, wires, to, factor, timeout, ignored, stop, as_json=as_json)


def _play_gateways(
    questions: Sequence[RecordedQuestion],
    wires: dict[str, WireFormat],
    to: str,
    speed: float,
    timeout_seconds: float,
    ignored: frozenset[int],
    stop: Stop,
    *,
    as_json: bool,
) -> int:
    """Send the questions to a host, and show what came."""
    import trio

    from switch.iso8583.replayed.renewal import Renewal
    from switch.recording.player import Player

    later = timedelta(milliseconds=time.time_ns() // 1_000_000 - questions[0].at_ms)
    first = random.SystemRandom().randrange(STANS_IN_ALL)  # two plays must not meet
    stans = (number % STANS_IN_ALL for number in range(first, first + STANS_IN_ALL * 2))
    address = address_of(to, "--to", least=1)
    player = Player(
        address, wires, Renewal(later, lambda: next(stans)), speed=speed, timeout_seconds=timeout_seconds, ignored=ignored
    )
    found: list[Played] = []

    async def playing() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_stopped, stop, nursery.cancel_scope)
            found.extend(await player.play(questions))
            nursery.cancel_scope.cancel()

    from switch.cli.console.run import run

    run(playing, stop, read_by_people=True)
    if as_json:
        from switch.cli.show.tables import show_json

        show_json([_about(each) for each in found])
    else:
        _show(found)
    return EXIT_DONE if found and all(each.as_recorded for each in found) else EXIT_NO


async def _stopped(stop: Stop, playing: Any) -> None:
    await stop.comes_to(1)
    playing.cancel()


def _play_host(questions: Sequence[RecordedQuestion], wire: WireFormat, listen: str, speed: float, stop: Stop) -> int:
    """Answer whoever calls, until somebody asks to stop."""
    from switch.display.plural import plural
    from switch.recording.played_host import PlayedHost

    host = PlayedHost(questions, wire, speed=speed, tell=lambda what: click.echo(f"switch: {what}", err=True))
    kept = plural(len(questions), "message")
    serve_until_asked(listening_at(listen), host.serve, lambda place: f"{place} answers as recorded: {kept} of gateways", stop)
    return EXIT_DONE


def _wire(name: str, specs: Specs, headers: dict[str, str], questions: Sequence[RecordedQuestion]) -> WireFormat:
    """How messages of a dialect stood on the recorded lines."""
    from switch.iso8583.codec import Codec
    from switch.iso8583.header import HeaderFormat
    from switch.lines.wire_format import WireFormat

    tpdu = any(question.tpdu for question in questions if question.dialect.name == name)
    return WireFormat(codec=Codec(specs.dialects[name]), header=HeaderFormat.parse(headers[name]), tpdu=tpdu)


def _speed(text: str) -> float:
    from switch.recording.player import AS_ANSWERED

    if text == "max":
        return AS_ANSWERED
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise SwitchError(f"--speed: found {text!r}, expected a number above 0, such as 2, or max")
    return factor


def _elements(text: str | None) -> frozenset[int]:
    parts = [] if text is None else text.split(",")
    if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
        raise SwitchError(f"--ignore: found {text!r}, expected numbers of elements, such as 54,63")
    return frozenset(int(part) for part in parts)


def _about(played: Played) -> dict[str, Any]:
    """A question and what became of it, for programs."""
    question = played.question
    return {
        "number": question.number,
        "line": question.line,
        "mti": question.message.mti,
        "stan": played.sent.stan or None,
        "response_code_recorded": None if question.answer is None else question.answer.response_code or None,
        "response_code": None if played.answer is None else played.answer.response_code or None,
        "elapsed_recorded_ms": question.elapsed_ms,
        "elapsed_ms": None if played.answer is None else played.elapsed_ms,
        "as_recorded": played.as_recorded,
        "left_out": list(question.left_out),
        "differences": [
            {
                "element": each.element,
                "recorded": _shown(played, each.element, each.recorded),
                "came": _shown(played, each.element, each.came),
            }
            for each in played.differs
        ],
        "error": played.unsaid or None,
    }


def _show(found: Sequence[Played]) -> None:
    """A line for each message that was answered otherwise, and the counts."""
    from switch.cli.console.screen import say_text
    from switch.cli.show.tables import show_table
    from switch.display.plural import plural

    others = [each for each in found if not each.as_recorded]
    verb = "was" if len(found) == 1 else "were"
    say_text(f"{plural(len(found), 'message')} {verb} played, {len(found) - len(others)} answered as recorded", None)
    if others:
        rows = [
            (
                str(each.question.number),
                each.question.message.mti,
                each.sent.stan,
                _code(each.question.answer),
                _code(each.answer),
                "; ".join(_difference(each)),
            )
            for each in others
        ]
        show_table(("#", "MTI", "STAN", "recorded", "now", "difference"), rows, below=("difference",))
    left_out = sorted({number for each in found for number in each.question.left_out})
    if left_out:
        say_text(f"left out, since no recording keeps it: DE {', '.join(map(str, left_out))}", "hint")


def _code(answer: Any) -> str:
    return "no answer" if answer is None else answer.response_code or answer.mti


def _difference(played: Played) -> list[str]:
    if played.unsaid:
        return [f"not sent: {played.unsaid}"]
    if (played.answer is None) != (played.question.answer is None):
        return ["it was answered" if played.answer is None else "it was not answered"]
    said = []
    for element, recorded, came in played.differs:
        name = "MTI" if element == 0 else f"DE {element}"
        before, now = _shown(played, element, recorded), _shown(played, element, came)
        said.append(f"{name}: recorded {'nothing' if before is None else before}, now {'nothing' if now is None else now}")
    return said


def _shown(played: Played, element: int, value: str | None) -> str | None:
    """A value of an answer as it may be shown."""
    from switch.iso8583.reading.describe import shown_value

    return None if value is None else shown_value(element, value, played.question.dialect.edition)
