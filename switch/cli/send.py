"""``switch send``: one authorization, from human options to the response code in words."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from switch.cli.names import dialect_names, known, listener_names, merchant_ids
from switch.cli.options import DATA_FOLDER, PATH, json_option, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.client import Answer
    from switch.iso8583.codec import Codec
    from switch.iso8583.compose import Sale
    from switch.iso8583.describe import Description
    from switch.iso8583.framing import HeaderFormat
    from switch.iso8583.message import Message
    from switch.specs import Listener, Specs

TPDU = bytes.fromhex("6000010000")  #: destination 0001, source 0000
LOCALHOST = "127.0.0.1"
ANSWERS_JOURNALED = ("0110", "0210")
NOT_JOURNALED = ("30", "40", "94")  #: response codes of messages of which no request was made
EXPIRY_YEARS = 3  #: of a card the specification does not know


def _seconds(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    from switch.client import is_timeout

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
@click.option("--pan", metavar="DIGITS", help="Card number (`switch cards` lists them).  [default: the first test card]")
@click.option("--expiry", metavar="YYMM", help="Expiry of the card.  [default: its own, where it is a test card]")
@click.option("--amount", default="125.00", show_default=True, metavar="AMOUNT", help="Amount: 125 or 125.00.")
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
    default="ecommerce",
    show_default=True,
    help="How the card was read.",
)
@click.option("--mti", default="0100", show_default=True, help="Message type.")
@click.option("--stan", metavar="DIGITS", help="System trace audit number (DE 11), six digits.  [default: drawn]")
@click.option("--rrn", metavar="TEXT", help="Retrieval reference number (DE 37).  [default: from date and STAN]")
@click.option(
    "--set", "changes", multiple=True, metavar="N=VALUE", help="Set element N to anything; `N=` leaves it out. Repeatable."
)
@click.option(
    "--timeout", "timeout_seconds", type=float, default=15.0, show_default=True, callback=_seconds, help="Seconds to wait."
)
@click.option("--expect", metavar="CODE", help="End with 0 if this response code comes (DE 39), else with 1.")
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
    specs_folder: Path | None,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Send one authorization to a centre and show request and answer, element by element.

    Everything has a default, so `switch send` alone makes a purchase. Card numbers are shown masked. Ends with 0 when an
    answer came (whatever it says, unless --expect), 1 when it is not the one expected, 3 when none came.

    \b
    switch send --pan 9504010000000027 --amount 80.00 --expect 51
    switch send --ready-file ready.json --pan 9504010000000027 --amount 80 --expect 51
    switch send --listener bcd --entry chip --set 55=9F02060000000125009F1A020504
    switch send --set 49=            # without currency
    """
    from switch.client import exchange
    from switch.iso8583.codec import Codec
    from switch.iso8583.compose import changed, parse_change, sale_message
    from switch.iso8583.describe import describe
    from switch.iso8583.framing import Framer

    specs, place = _specs_and_place(specs_folder, ready_file, listener_name)
    listener = place.listener
    host, port = host or place.host, port or listener.port
    dialect = specs.dialects[known("--dialect", dialect_name or listener.dialect, specs.dialects, place.source)]
    header = _header(header_notation) if header_notation else listener.header
    with_tpdu = listener.tpdu if tpdu is None else tpdu
    codec = Codec(dialect)
    sale = _sale(specs, **wishes)
    message = changed(sale_message(sale, dialect), [parse_change(change) for change in changes], dialect)
    body = codec.encode(message)
    framer = Framer(header, tpdu=with_tpdu)
    frame = framer.wrap(body, TPDU if with_tpdu else b"")
    request = describe(codec, body)
    answer = exchange(
        host,
        port,
        framer,
        frame,
        wanted=lambda received: _answers(codec, message, received),
        timeout_seconds=timeout_seconds,
    )
    response = describe(codec, answer.body)
    if as_json:
        _print_json(request, response, answer)
    else:
        _print(request, response, answer, f"{host}:{port}")
        _print_where_to_ask(response, _value(response, 37) or message.elements.get(37), place.data)
    if response.error is not None:
        raise NegativeAnswerError(f"the answer makes no sense: {response.error}")
    _check_expected(expect, _value(response, 39))


def _sale(
    specs: Specs,
    *,
    pan: str | None,
    expiry: str | None,
    amount: str,
    currency: str | None,
    merchant_id: str | None,
    terminal_id: str | None,
    entry: str,
    mti: str,
    stan: str | None,
    rrn: str | None,
) -> Sale:
    """What the options say, completed from the specification, the clock and chance."""
    import secrets
    import time
    from datetime import datetime

    from switch.iso8583.compose import STAN_DIGITS, Sale, currency_number, retrieval_reference
    from switch.money import parse_amount

    now = datetime.fromtimestamp(time.time(), specs.calendar.zone)
    first = next(iter(specs.merchants.values()), None)
    merchant = specs.merchants.get(merchant_id) if merchant_id is not None else first
    acceptor = merchant or first
    terminals = acceptor.terminals if acceptor else ()
    number = pan if pan is not None else _first_card(specs)
    money = currency_number(currency) if currency is not None else merchant.currency if merchant else "504"
    trace = (stan if stan is not None else str(secrets.randbelow(10**STAN_DIGITS - 1) + 1)).zfill(STAN_DIGITS)
    return Sale(
        mti=mti,
        pan=number,
        expiry=expiry or _own_expiry(specs, number) or f"{now.year + EXPIRY_YEARS:04d}12"[2:],
        amount_minor=parse_amount(amount, money),
        currency=money,
        entry=entry,
        merchant_id=merchant_id if merchant_id is not None else merchant.id if merchant else "",
        merchant=merchant,
        terminal_id=terminal_id if terminal_id is not None else terminals[0] if terminals else "TERM0001",
        acquirer_id=specs.centre.institution_id,
        country=specs.centre.country,
        stan=trace,
        rrn=rrn if rrn is not None else retrieval_reference(now, trace),
        at=now,
    )


@frozen(kw_only=True)
class Place:
    """Where to call and how to speak there. ``data`` is the centre's data folder where a ready file tells it."""

    host: str
    listener: Listener
    source: Path | None  #: the folder of the specification, None for the embedded one
    data: Path | None


def _specs_and_place(folder: Path | None, ready_file: Path | None, name: str | None) -> tuple[Specs, Place]:
    """The listener of this name, or the first: of a running centre's ready file, with its specification, else of ``folder``."""
    from switch.cli.ready import read_ready
    from switch.specs import load_specs, specs_of

    if ready_file is not None:
        ready = read_ready(ready_file)
        chosen = known("--listener", name, ready.listeners, ready_file, "--ready-file") if name else next(iter(ready.listeners))
        specs = specs_of(ready.data, folder)
        return specs, Place(host=ready.hosts[chosen], listener=ready.listeners[chosen], source=specs.folder, data=ready.data)
    specs = load_specs(folder)
    listeners = {listener.name: listener for listener in specs.centre.listeners}
    chosen = known("--listener", name, listeners, folder) if name is not None else next(iter(listeners))
    return specs, Place(host=LOCALHOST, listener=listeners[chosen], source=folder, data=None)


def _header(notation: str) -> HeaderFormat:
    from switch.iso8583.framing import HeaderFormat

    try:
        return HeaderFormat.parse(notation)
    except ValueError as fault:
        raise SwitchError(f"--header: found {notation!r}, expected {fault}") from None


def _first_card(specs: Specs) -> str:
    for issuer in specs.issuers.values():
        for card in issuer.all_cards():
            return card.pan.digits
    raise SwitchError("--pan: found nothing, expected a card number: the specification has no test cards")


def _own_expiry(specs: Specs, digits: str) -> str | None:
    """The expiry of a test card; None for a number no issuer has given out."""
    for issuer in specs.issuers.values():
        for card in issuer.cards:
            if card.pan.digits == digits:
                return card.expiry
        for series in issuer.card_series:
            found = series.find(digits) if digits.isascii() and digits.isdecimal() else None
            if found:
                return found.expiry
    return None


def _answers(codec: Codec, request: Message, received: bytes) -> bool:
    """Whether a message is the answer to the request: MTI and STAN fit; one that cannot be read is taken for it."""
    from switch.iso8583.mti import expects_answer, response_mti

    parts, error = codec.inspect(received)
    if error is not None:
        return True
    values = {key: value for key, _, _, value in parts}
    expected = response_mti(request.mti) if expects_answer(request.mti) else values["t"]
    return values["t"] == expected and values.get("11") == request.elements.get(11)


def _value(description: Description, element: int) -> str | None:
    return next((line.value for line in description.lines if line.element == element), None)


def _check_expected(expected: str | None, found: str | None) -> None:
    from switch.transaction import response_meaning

    if expected is not None and expected != found:
        got = f"{found} ({response_meaning(found)})" if found is not None else "none"
        raise NegativeAnswerError(f"response code: found {got}, expected {expected} ({response_meaning(expected)})")


def _print(request: Description, response: Description, answer: Answer, place: str) -> None:
    from switch.transaction import response_meaning

    _print_elements(request, f"sent to {place}: {_named(request.mti)}, {request.bytes_total} bytes")
    click.echo()
    _print_elements(response, f"answered: {_named(response.mti)}, {response.bytes_total} bytes")
    click.echo()
    code = _value(response, 39)
    said = f"{code} {response_meaning(code)}" if code is not None else "without a response code (DE 39)"
    click.echo(f"answer      {said}, in {answer.elapsed_ms:.1f} ms")


def _named(mti: str | None) -> str:
    from switch.iso8583.mti import describe_mti

    return f"{mti} {describe_mti(mti)}" if mti else "a message"


def _print_where_to_ask(response: Description, rrn: str | None, data: Path | None) -> None:
    """Where the reason of an answer is told: in the journal, or, where no request was made of the message, by the centre."""
    from switch.cli.program import program

    if response.mti not in ANSWERS_JOURNALED or rrn is None:
        return
    if _value(response, 39) in NOT_JOURNALED:
        click.echo("why         told in the output of the centre; not in the journal, as the message was not taken in")
        return
    elsewhere = data is not None and data.resolve() != DATA_FOLDER.resolve()
    folder = f" --data {shlex.quote(str(data))}" if elsewhere else ""
    click.echo(f"explain it  {program()} explain {rrn.strip()}{folder}")


def _print_elements(description: Description, title: str) -> None:
    from switch.cli.tables import show_table

    rows = [(line.element, line.name, line.value, line.meaning) for line in description.lines if line.element > 1]
    show_table(("DE", "name", "value", "meaning"), rows, title=title)


def _print_json(request: Description, response: Description, answer: Answer) -> None:
    from switch.cli.tables import show_json
    from switch.transaction import response_meaning

    code = _value(response, 39)
    show_json(
        {
            "request": described(request),
            "answer": described(response),
            "response_code": code,
            "meaning": response_meaning(code) if code is not None else None,
            "approval_code": _value(response, 38),
            "rrn": _value(request, 37),
            "elapsed_ms": round(answer.elapsed_ms, 3),
        }
    )


def described(description: Description) -> dict[str, Any]:
    """A described message as plain values, for ``--json``."""
    return {
        "mti": description.mti,
        "bytes": description.bytes_total,
        "elements": [
            {"element": line.element, "name": line.name, "value": line.value, "meaning": line.meaning}
            for line in description.lines
            if line.element > 1
        ],
    }
