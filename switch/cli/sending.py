"""The exchanges of ``switch send``: asked, shown, and held to what was expected."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.request.unanswered import is_stored, kept_by_rule
from switch.cli.show.exchange import (
    described,
    exchange_json,
    mac_verdict,
    print_answer,
    print_explain_it,
    print_given,
    print_mac,
    print_sent,
    print_verdict,
    print_where_to_ask,
    value_of,
)
from switch.display.plural import plural
from switch.errors import FrameError, NegativeAnswerError, UnansweredError
from switch.record import frozen

if TYPE_CHECKING:
    from switch.cli.request.batch import Outgoing
    from switch.cli.show.live import Live
    from switch.iso8583.codec import Codec
    from switch.iso8583.framing import Frame
    from switch.iso8583.header import HeaderFormat
    from switch.iso8583.message import Message
    from switch.iso8583.reading.describe import Description
    from switch.lines.client import Answered, Conversation
    from switch.lines.message_mac import LineMacs
    from switch.specs.parts import Parts


@frozen(kw_only=True)
class Wire:
    """How messages stand on the line: their dialect, and what stands in front of each that is sent."""

    codec: Codec
    header: HeaderFormat
    tpdu: bytes
    macs: LineMacs | None = None

    def encoded(self, message: Message) -> bytes:
        return self.codec.encode(message) if self.macs is None else self.macs.sealed(self.codec, message)

    def framed(self, body: bytes) -> bytes:
        """A message with all that stands around it."""
        return self._around(body, self.tpdu + self.header.first_between)

    def framed_again(self, frame: Frame) -> bytes:
        """A message that came, as it stood on the line."""
        return self._around(frame.body, frame.tpdu)

    def _around(self, body: bytes, tpdu: bytes) -> bytes:
        from switch.iso8583.framing import Framer

        return Framer(self.header, tpdu=bool(self.tpdu)).wrap(body, tpdu)


@frozen(kw_only=True)
class SendView:
    """What of exchanges is shown, and what is expected of them. ``data`` is where their reasons can be asked."""

    bytes: bool
    everything: bool  #: of an answer, those elements too that are as they were sent
    unmasked: bool
    as_json: bool
    expect: str | None
    data: Path | None
    line: str  #: the listener that is called
    expected: str = ""  #: how that listener has its messages


def send_one(speaking: Conversation, wire: Wire, out: Outgoing, view: SendView) -> None:
    """One exchange, element by element."""
    from switch.cli.show.tables import show_json
    from switch.iso8583.reading.describe import describe

    body = wire.encoded(out.message)
    request = describe(wire.codec, body, unmasked=view.unmasked)
    try:
        answer = speaking.ask(wire.framed(body), _answer_to(wire.codec, out.message))
    except UnansweredError as error:
        if not view.as_json:  # what was sent is what a tester needs to ask again, to reverse it, or to look it up
            _show_sent(request, body, out, wire, view, speaking.place)
            if is_stored(out.message.elements.get(37, ""), view.data):
                print_explain_it(out.message.elements[37], view.data)
        error.hint = kept_by_rule(out.message, view.data) or _where_to_look(wire, view)
        raise
    response = describe(wire.codec, answer.frame.body, unmasked=view.unmasked)
    if view.as_json:
        show_json(_as_json(request, response, body, answer, out, wire, view))
    else:
        print_verdict(response, speaking.place, answer.elapsed_ms)
        click.echo()
        _show_sent(request, body, out, wire, view, speaking.place)
        print_answer(response, request, everything=view.everything)
        print_mac(wire.codec, wire.macs, answer.frame.body)
        rrn = value_of(response, 37) or out.message.elements.get(37)
        print_where_to_ask(response, rrn, view.data, journaled=out.journaled)
        if view.bytes:
            click.echo()
            _dump("received", wire.framed_again(answer.frame), answer.frame.body, wire, view)
    if response.error is not None:
        raise NegativeAnswerError(f"the answer cannot be decoded: {response.error}")
    _check_expected(view.expect, value_of(response, 39))


def send_several(
    speaking: Conversation,
    wire: Wire,
    messages: Iterable[Outgoing],
    rate: float | None,
    specs: Parts,
    view: SendView,
    *,
    wait: Any = time.sleep,
) -> None:
    """Exchanges one after the other, a line each, with a count of the answers at the end."""
    from switch.cli.console import screen
    from switch.cli.console.last_resort import error_json
    from switch.cli.show import live
    from switch.cli.show.tables import show_json
    from switch.cli.show.timeline import time_json
    from switch.iso8583.reading.describe import describe

    width, colour = screen.columns(), screen.coloured()
    codes: Counter[str] = Counter()
    times: list[float] = []
    told: list[dict[str, Any]] = []
    others: list[str] = []
    kept = ""
    if not view.as_json:
        live.print_heading(width, colour=colour)
    for number, out in enumerate(_paced(messages, rate, wait), start=1):
        body, at_ms = wire.encoded(out.message), time.time_ns() // 1_000_000
        request = describe(wire.codec, body, unmasked=view.unmasked)
        answer, code, why = None, None, ""
        try:
            answer = speaking.ask(wire.framed(body), _answer_to(wire.codec, out.message))
        except (UnansweredError, FrameError) as error:
            why = str(error).removeprefix(f"{speaking.place}: ")
            kept = kept or kept_by_rule(out.message, view.data)
        response = describe(wire.codec, answer.frame.body, unmasked=view.unmasked) if answer is not None else None
        if answer is not None and response is not None:
            code = value_of(response, 39)
            why = f"an answer that cannot be decoded: {response.error}" if response.error is not None else ""
            times.append(answer.elapsed_ms)
        codes["" if why else code or "none"] += 1
        if view.expect is not None and (code != view.expect or why):
            others.append(f"message {number} got {code or why}")
        if view.as_json:
            about = {"request": described(request)} if answer is None or response is None else _as_json(
                request, response, body, answer, out, wire, view)  # fmt: skip
            told.append({"number": number, **time_json(at_ms, specs), **about, "error": error_json(why) if why else None})
            continue
        line = _live(number, at_ms, code, why, answer, out, request, specs, view)
        live.print_live(live.live_line(line, width), line.went, colour=colour)
        if view.bytes:
            _dump("sent", wire.framed(body), body, wire, view)
            if answer is not None:
                _dump("received", wire.framed_again(answer.frame), answer.frame.body, wire, view)
    summary = _summary(codes, times)
    if view.as_json:
        show_json({"exchanges": told, "summary": summary})
    else:
        _print_summary(summary)
    if codes[""]:
        sentence = f"{codes['']} of {plural(codes.total(), 'message')} without an answer that can be decoded"
        raise UnansweredError(f"{speaking.place}: {sentence}", hint=kept or _where_to_look(wire, view))
    if others:
        found = f"{len(others)} of {plural(codes.total(), 'message')} with another, the first: {others[0]}"
        raise NegativeAnswerError(f"response code: found {found}; expected {view.expect} of all")


def send_raw(speaking: Conversation, wire: Wire, data: bytes, view: SendView) -> None:
    """Bytes as they are, and what comes back: each message of it decoded where it can be."""
    from switch.cli.console import screen
    from switch.cli.show.message import message_json, show_message
    from switch.cli.show.tables import show_json
    from switch.iso8583.framing import Framer
    from switch.iso8583.reading.describe import describe
    from switch.iso8583.reading.recognize import Reading

    came = speaking.send_raw(data)
    framer = Framer(wire.header, tpdu=bool(wire.tpdu))
    frames = framer.feed(came.data)
    found = [
        Reading(
            dialect=wire.codec.dialect.name,
            edition=wire.codec.dialect.edition,
            header=wire.header,
            header_bytes=wire.header.announcing(len(wire.tpdu), len(frame.body)),
            tpdu_bytes=frame.tpdu[: len(wire.tpdu)],
            between_bytes=frame.tpdu[len(wire.tpdu) :],
            body=frame.body,
            description=describe(wire.codec, frame.body, unmasked=view.unmasked),
        )
        for frame in frames
    ]
    codes = [value_of(reading.description, 39) for reading in found]
    if view.as_json:
        messages = [message_json(reading, wire.codec, unmasked=view.unmasked) for reading in found]
        about = {"sent_length": len(data), "received_length": len(came.data), "closed": came.closed, "messages": messages}
        show_json({**about, "elapsed_ms": round(came.elapsed_ms, 3), "rest_length": len(framer.rest)})
    else:
        click.echo(f"sent to {speaking.place}: {plural(len(data), 'byte')}, as they are")
        _dump_unread(data, wire, view)
        click.echo()
        if came.data:
            click.echo(f"came back: {plural(len(came.data), 'byte')} in {came.elapsed_ms:.1f} ms")
        for frame, reading in zip(frames, found, strict=True):
            click.echo()
            show_message(reading, wire.codec, unmasked=view.unmasked)
            if view.bytes:
                _dump("received", wire.framed_again(frame), reading.body, wire, view)
        if framer.rest:
            why = framer.fault or framer.incomplete
            click.echo()
            screen.say_text(f"no message of listener {view.line}: {why}", "bad")
            _dump_unread(framer.rest, wire, view)
        if came.closed:
            click.echo("Switch closed the connection")
    if not came.data:
        why = "the line was closed without an answer" if came.closed else "no answer came in time"
        raise UnansweredError(f"{speaking.place}: {why}", hint=_where_to_look(wire, view))
    if view.expect is not None and view.expect not in codes:
        _check_expected(view.expect, codes[-1] if codes else None)


def _paced(messages: Iterable[Outgoing], rate: float | None, wait: Any) -> Iterator[Outgoing]:
    """The messages, at most so many a second; one that took longer is not caught up with."""
    due = time.perf_counter()
    for each in messages:
        if rate is not None:
            left = due - time.perf_counter()
            if left > 0:
                wait(left)
            due = max(due, time.perf_counter() - 1 / rate) + 1 / rate
        yield each


def _answer_to(codec: Codec, request: Message) -> Any:
    """Whether a message is the answer to the request: MTI and STAN fit; one that cannot be read is taken for it."""
    from switch.iso8583.mti import expects_answer, response_mti

    def wanted(received: bytes) -> bool:
        parts, error = codec.inspect(received)
        if error is not None:
            return True
        values = {key: value for key, _, _, value in parts}
        expected = response_mti(request.mti) if expects_answer(request.mti) else values["t"]
        return values["t"] == expected and values.get("11") == request.elements.get(11)

    return wanted


def _show_sent(request: Description, body: bytes, out: Outgoing, wire: Wire, view: SendView, place: str) -> None:
    print_sent(request, place)
    print_given(out.given, out.message.elements, out.place if out.whole else "")
    if view.bytes:
        click.echo()
        _dump("sent", wire.framed(body), body, wire, view)


def _dump(what: str, frame: bytes, body: bytes, wire: Wire, view: SendView) -> None:
    from switch.cli.console import screen
    from switch.cli.show.dump import HIDDEN_LEGEND, show_dump

    if show_dump(wire.codec, frame, body, f"{what}, {plural(len(frame), 'byte')}", unmasked=view.unmasked):
        screen.say_text(f"  {HIDDEN_LEGEND}", "hint", indent="  ")


def _dump_unread(data: bytes, wire: Wire, view: SendView) -> None:
    """Bytes that may be no message: whatever may be a card number is left out."""
    from switch.cli.console import screen
    from switch.cli.show.dump import hidden_of
    from switch.iso8583.framing import Framer
    from switch.iso8583.reading.describe import describe
    from switch.iso8583.reading.hexdump import hexdump
    from switch.iso8583.reading.recognize import hidden_places

    framer, hidden, place = Framer(wire.header, tpdu=bool(wire.tpdu)), set[int](), 0
    for frame in framer.feed(data):
        place = data.find(frame.body, place)
        hidden |= {place + each for each in hidden_of(wire.codec, frame.body, unmasked=view.unmasked)}
        place += len(frame.body)
    if framer.rest and not view.unmasked:
        rest, start = framer.rest, len(data) - len(framer.rest)
        hidden |= {start + each for each in hidden_places(wire.codec, rest, describe(wire.codec, rest), 0, len(rest))}
    for line in hexdump(data, hidden=hidden, blanked=(), line_bytes=screen.dump_bytes(2)):
        screen.say(f"  {line}")


def _as_json(
    request: Description, response: Description, body: bytes, answer: Answered, out: Outgoing, wire: Wire, view: SendView
) -> dict[str, Any]:
    about = exchange_json(request, response, answer, out.given, mac_verdict(wire.codec, wire.macs, answer.frame.body))
    if view.bytes:
        about["request"]["frame_hex"] = _marked(wire.framed(body), body, wire.codec, view)
        about["response"]["frame_hex"] = _marked(wire.framed_again(answer.frame), answer.frame.body, wire.codec, view)
    return about


def _marked(frame: bytes, body: bytes, codec: Codec, view: SendView) -> str:
    from switch.cli.show.dump import hidden_of
    from switch.iso8583.reading.hexdump import marked

    start = frame.rfind(body)
    hidden = {start + each for each in hidden_of(codec, body, unmasked=view.unmasked)}
    return marked(frame, hidden=hidden, blanked=())


def _live(
    number: int,
    at_ms: int,
    code: str | None,
    why: str,
    answer: Answered | None,
    out: Outgoing,
    request: Description,
    specs: Parts,
    view: SendView,
) -> Live:
    from switch.cli.show import live
    from switch.cli.show.timeline import time_of
    from switch.iso8583.reading.describe import MEANING

    elements = out.message.elements
    edition = "1993" if out.message.mti[:1] == "1" else "1987"
    return live.Live(
        number=str(number),
        time=time_of(at_ms, specs).partition(" ")[2],
        line=view.line,
        mti=out.message.mti,
        card=value_of(request, 2) or "",
        amount=MEANING[edition](4, elements.get(4, ""), elements) if 4 in elements else "",
        answer=why or live.answered(code),
        elapsed_ms=answer.elapsed_ms if answer is not None else None,
        rrn=elements.get(37, "").strip(),
        went="wrong" if why else live.went(code),
    )


def _summary(codes: Counter[str], times: list[float]) -> dict[str, Any]:
    counted = {code: count for code, count in codes.most_common() if code}
    about: dict[str, Any] = {"sent": codes.total(), "response_codes": counted, "not_answered": codes[""]}
    if times:
        from statistics import median

        about |= {"min_ms": min(times), "median_ms": median(times), "max_ms": max(times)}
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in about.items()}


def _print_summary(summary: dict[str, Any]) -> None:
    from switch.cli.console.screen import say_text
    from switch.cli.show.live import answered

    click.echo()
    parts = [f"{count} × {'answered without a code' if code == 'none' else answered(code)}"
             for code, count in summary["response_codes"].items()]  # fmt: skip
    if summary["not_answered"]:
        parts.append(f"{summary['not_answered']} without an answer that can be decoded")
    say_text(f"{summary['sent']} sent: {', '.join(parts)}")
    if "min_ms" in summary:
        lowest, middle, highest = (summary[name] for name in ("min_ms", "median_ms", "max_ms"))
        say_text(f"answers in {lowest:.1f} ms at least, {middle:.1f} ms in the middle, {highest:.1f} ms at most")


def _check_expected(expected: str | None, found: str | None) -> None:
    from switch.iso8583.edition93.action_codes import code_meaning

    if expected is not None and expected != found:
        got = f"{found} ({code_meaning(found)})" if found is not None else "none"
        raise NegativeAnswerError(f"response code: found {got}, expected {expected} ({code_meaning(expected)})")


def _where_to_look(wire: Wire, view: SendView) -> str:
    """What may help where no answer came: who prints why, and what the listener that was meant expects."""
    expected = f"{wire.header.notation}{' + TPDU' if wire.tpdu else ''}"
    return f"see the terminal of switch up; listener {view.line} expects {view.expected or expected}"
