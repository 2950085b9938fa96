"""``switch send``: one message of any kind, from human options to the response code in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.console.names import dialect_names, known, listener_names, merchant_ids
from switch.cli.console.options import DATA_FOLDER, PATH, json_option, specs_option
from switch.cli.request.target import header_format, specs_and_place
from switch.cli.request.tls import TlsWishes, tls_options
from switch.cli.show.exchange import print_exchange, print_explain_it, print_json, print_sent, print_where_to_ask, value_of
from switch.errors import NegativeAnswerError, SwitchError, UnansweredError

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.message import Message

_TPDU = bytes.fromhex("6000010000")  #: destination 0001, source 0000
#: `--type` -> what it is in DE 3; the names are those of `switch.iso8583.mapping.compose.KINDS`.
TYPES = ("purchase", "cash", "cash-back", "quasi-cash", "bill", "refund", "balance", "verify", "preauth")
NETWORK = ("sign-on", "echo", "sign-off", "cut-over")


def _seconds(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    from switch.lines.client import is_timeout

    if not is_timeout(value):
        raise SwitchError(f"--timeout: found {value:g}, expected seconds above 0 and up to 3600")
    return value


@click.command()
@click.option("--host", help="Where the centre runs.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to call.  [default: the listener's, 8583]")
@click.option(
    "--ready-file",
    type=PATH,
    metavar="PATH",
    help="File `switch up --ready-file` wrote: host, port, dialect, header and TPDU of the listener are taken from it.",
)
@click.option(
    "--listener",
    "listener_name",
    metavar="NAME",
    shell_complete=listener_names,
    help="Listener of the specification to call: its port, dialect, header and TPDU.  [default: the first]",
)
@click.option(
    "--dialect",
    "dialect_name",
    metavar="NAME",
    shell_complete=dialect_names,
    help="Dialect to write in, instead of the listener's.",
)
@click.option(
    "--header", "header_notation", metavar="FORM", help="Length header (2b, 4a, 2d, 2bi …), instead of the listener's."
)
@click.option("--tpdu/--no-tpdu", default=None, help="Put a TPDU in front or not, instead of what the listener does.")
@click.option(
    "--type", "kind", type=click.Choice(TYPES), help="What is asked for (DE 3).  [default: purchase, or cash at a cash machine]"
)
@click.option("--pan", metavar="DIGITS", help="Card number (`switch cards` lists them).  [default: the first test card]")
@click.option("--expiry", metavar="YYMM", help="Expiry of the card.  [default: its own, where it is a test card]")
@click.option("--amount", metavar="AMOUNT", help="Amount: 125 or 125.00.  [default: 125.00, or that of the original]")
@click.option("--cash-back", metavar="AMOUNT", help="Part of the amount that is handed out (DE 54).")
@click.option("--partial", is_flag=True, help="A part of the amount can be taken, too (DE 25 = 41).")
@click.option("--currency", metavar="CODE", help="Currency, 504 or MAD.  [default: the merchant's]")
@click.option(
    "--merchant",
    "merchant_id",
    metavar="ID",
    shell_complete=merchant_ids,
    help="Card acceptor (DE 42; `switch merchants` lists them).  [default: the first of the specification]",
)
@click.option("--terminal", "terminal_id", metavar="ID", help="Terminal (DE 41).  [default: the merchant's first]")
@click.option(
    "--entry",
    type=click.Choice(["ecommerce", "chip", "magstripe", "manual"]),
    help="How the card was read.  [default: ecommerce]",
)
@click.option("--complete", metavar="RRN", help="Complete a pre-authorization, for --amount (0220).")
@click.option("--increment", metavar="RRN", help="Add --amount to a pre-authorization (0100).")
@click.option("--reverse", metavar="RRN", help="Reverse a request (0400, or 0420 with --mti).")
@click.option("--leave", metavar="AMOUNT", help="What the reversal leaves of the amount (DE 95).  [default: nothing]")
@click.option("--void", metavar="RRN", help="Take a sale or a refund back (0200 with DE 3 02 or 22).")
@click.option(
    "--data",
    type=PATH,
    metavar="DIR",
    help="Data folder whose journal knows that RRN.  [default: that of the ready file, or var]",
)
@click.option("--original-stan", metavar="DIGITS", help="Without a journal: DE 11 of that request.")
@click.option("--original-at", metavar="DIGITS", help="Without a journal: DE 7 of that request, MMDDhhmmss.")
@click.option("--totals", is_flag=True, help="Close the terminal's batch (0500); totals to compare go in with --set.")
@click.option("--network", type=click.Choice(NETWORK), help="Send a network management message (0800).")
@click.option("--mti", help="Message type, instead of the usual one.")
@click.option("--stan", metavar="DIGITS", help="System trace audit number (DE 11), six digits.  [default: drawn]")
@click.option("--rrn", metavar="TEXT", help="Retrieval reference number (DE 37).  [default: from date and STAN]")
@click.option(
    "--set", "changes", multiple=True, metavar="N=VALUE", help="Set element N to anything; `N=` leaves it out. Repeatable."
)
@click.option(
    "--timeout", "timeout_seconds", type=float, default=15.0, show_default=True, callback=_seconds, help="Seconds to wait."
)
@click.option("--expect", metavar="CODE", help="End with 0 if this response code comes (DE 39), else with 1.")
@tls_options
@specs_option
@json_option
def send(
    host: str | None,
    port: int | None,
    ready_file: Path | None,
    listener_name: str | None,
    dialect_name: str | None,
    header_notation: str | None,
    tpdu: bool | None,
    changes: tuple[str, ...],
    timeout_seconds: float,
    expect: str | None,
    data: Path | None,
    specs_folder: Path | None,
    as_json: bool,
    tls: TlsWishes,
    **wishes: Any,
) -> None:
    """Send one message to a centre and show request and answer, element by element.

    Everything has a default, so `switch send` alone makes a purchase. What follows a request (--complete, --increment,
    --reverse, --void) names it by its RRN: the rest is taken from the journal. Card numbers are shown masked. Ends with 0
    when an answer came (whatever it says, unless --expect), 1 when it is not the one expected, 3 when none came.

    \b
    switch send --pan 9504010000000027 --amount 80.00 --expect 51
    switch send --ready-file ready.json --pan 9504010000000027 --amount 80 --expect 51
    switch send --listener bcd --entry chip --set 55=9F02060000000125009F1A020504
    switch send --type cash-back --amount 300 --cash-back 100
    switch send --type preauth --amount 500 --rrn HOTEL0000001
    switch send --complete HOTEL0000001 --amount 430
    switch send --reverse HOTEL0000001 --leave 100
    switch send --totals --set 76=1 --set 88=43000
    switch send --network echo
    switch send --listener secure --tls --ca certificates/ca.pem
    switch send --set 49=            # without currency
    """
    from datetime import UTC, datetime

    from switch.cli.request.build import message_of
    from switch.cli.request.options import Wishes
    from switch.iso8583.codec import Codec
    from switch.iso8583.framing import Framer
    from switch.iso8583.mapping.compose import changed, worded
    from switch.iso8583.reading.describe import describe
    from switch.lines.client import exchange

    specs, place = specs_and_place(specs_folder, ready_file, listener_name)
    listener, data = place.listener, data or place.data
    host, port = host or place.host, port or listener.port
    dialect = specs.dialects[known("--dialect", dialect_name or listener.dialect, specs.dialects, place.source)]
    header = header_format(header_notation) if header_notation else listener.header
    with_tpdu = listener.tpdu if tpdu is None else tpdu
    codec = Codec(dialect)
    asked = message_of(Wishes(**wishes), specs, dialect, data or DATA_FOLDER)
    spoken = worded(asked.message, dialect, datetime.now(UTC).date())
    message = changed(spoken, _changes(changes), dialect)
    body = codec.encode(message)
    framer = Framer(header, tpdu=with_tpdu)
    frame = framer.wrap(body, (_TPDU if with_tpdu else b"") + header.first_between)
    request = describe(codec, body)
    try:
        answer = exchange(
            host,
            port,
            framer,
            frame,
            wanted=lambda received: _answers(codec, message, received),
            timeout_seconds=timeout_seconds,
            tls=tls.side(listener, specs.folder, host),
        )
    except UnansweredError:
        if not as_json:  # what was sent is what a tester needs to ask again, to reverse it, or to look it up
            print_sent(request, f"{host}:{port}")
            if 37 in message.elements:
                print_explain_it(message.elements[37], data)
        raise
    response = describe(codec, answer.body)
    if as_json:
        print_json(request, response, answer)
    else:
        print_exchange(request, response, answer, f"{host}:{port}")
        rrn = value_of(response, 37) or message.elements.get(37)
        print_where_to_ask(response, rrn, data, journaled=asked.journaled)
    if response.error is not None:
        raise NegativeAnswerError(f"the answer makes no sense: {response.error}")
    _check_expected(expect, value_of(response, 39))


def _changes(changes: tuple[str, ...]) -> list[tuple[int, str | None]]:
    """What ``--set`` asks for; each element once, so that none of them has its way in silence."""
    from switch.iso8583.mapping.compose import parse_change

    parsed = [parse_change(change) for change in changes]
    numbers = [number for number, _ in parsed]
    twice = next((number for place, number in enumerate(numbers) if number in numbers[:place]), None)
    if twice is not None:
        raise SwitchError(f"--set: found DE {twice} a second time, expected each element once")
    return parsed


def _answers(codec: Codec, request: Message, received: bytes) -> bool:
    """Whether a message is the answer to the request: MTI and STAN fit; one that cannot be read is taken for it."""
    from switch.iso8583.mti import expects_answer, response_mti

    parts, error = codec.inspect(received)
    if error is not None:
        return True
    values = {key: value for key, _, _, value in parts}
    expected = response_mti(request.mti) if expects_answer(request.mti) else values["t"]
    return values["t"] == expected and values.get("11") == request.elements.get(11)


def _check_expected(expected: str | None, found: str | None) -> None:
    from switch.iso8583.edition93.action_codes import code_meaning

    if expected is not None and expected != found:
        got = f"{found} ({code_meaning(found)})" if found is not None else "none"
        raise NegativeAnswerError(f"response code: found {got}, expected {expected} ({code_meaning(expected)})")
