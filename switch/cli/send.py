"""``switch send``: one message of any kind, from human options to the response code in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.calling import where_to, wire_format
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.names import card_numbers, known, last_rrns, merchant_ids
from switch.cli.command.options import DATA_FOLDER, DATA_VARIABLE, PATH, given, json_option
from switch.cli.request.from_file import MESSAGES_MAX
from switch.cli.request.proofs import ProofWishes, proof_options
from switch.cli.request.target import header_format, specs_and_place
from switch.cli.request.tls import TlsWishes, tls_options
from switch.cli.sending import SendView, Wire, send_one, send_raw, send_several
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.cli.request.options import Wishes
    from switch.cli.request.terminal import Terminal
    from switch.specs.centre_profile import Listener
    from switch.specs.parts import Parts

_TPDU = bytes.fromhex("6000010000")  #: destination 0001, source 0000
#: `--type` -> what it is in DE 3; the names are those of `switch.iso8583.mapping.compose.KINDS`.
TYPES = ("purchase", "cash", "cash-back", "quasi-cash", "bill", "refund", "balance", "verify", "preauth")
RATE_MAX = 1_000
#: `--entry`, as in `switch.iso8583.mapping.compose.ENTRIES`.
ENTRY_NAMES = ("ecommerce", "chip", "magstripe", "manual")
NETWORK = ("sign-on", "echo", "sign-off", "cut-over", "key-change", "mac-key-change")


def _rate(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value <= RATE_MAX:
        raise SwitchError(f"--rate: found {value:g}, expected messages a second above 0 and up to {RATE_MAX}")
    return value


@click.command(cls=Verb)
@where_to("Where Switch runs.")
@wire_format("Dialect to write in, instead of the listener's.", tls_options)
@grouped(
    "Payment",
    option(
        "--type",
        "kind",
        type=click.Choice(TYPES),
        metavar="TYPE",
        help=f"Kind of transaction (DE 3): {', '.join(TYPES)}.  [default: purchase, or cash at a cash machine]",
    ),
    option("--amount", metavar="AMOUNT", help="Amount: 125 or 125.00.  [default: 125.00, or that of the original]"),
    option("--cash-back", metavar="AMOUNT", help="Part of the amount that the cardholder gets in cash (DE 54)."),
    option("--partial", is_flag=True, help="Accept an approval of less than the amount (DE 25 = 41)."),
    option("--currency", metavar="CODE", help="Currency, 504 or MAD.  [default: the merchant's]"),
    option(
        "--pan",
        metavar="DIGITS",
        shell_complete=card_numbers,
        help="Card number (`switch cards` lists them).  [default: the first test card]",
    ),
    option("--expiry", metavar="YYMM", help="Expiry of the card.  [default: its own, where it is a test card]"),
    option(
        "--entry",
        type=click.Choice(ENTRY_NAMES),
        metavar="ENTRY",
        help=f"How the card was read: {', '.join(ENTRY_NAMES)}.  [default: ecommerce]",
    ),
    option(
        "--merchant",
        "merchant_id",
        metavar="ID",
        shell_complete=merchant_ids,
        help="Card acceptor (DE 42; `switch merchants` lists them).  [default: the first of the specification]",
    ),
    option("--terminal", "terminal_id", metavar="ID", help="Terminal (DE 41).  [default: the merchant's first]"),
)
@grouped("Card security", proof_options)
@grouped(
    "An earlier request",
    option("--complete", metavar="RRN", shell_complete=last_rrns, help="Complete a pre-authorization, for --amount (0220)."),
    option(
        "--adjust",
        metavar="RRN",
        shell_complete=last_rrns,
        help="Give a sale that waits for its batch another --amount: a tip (0220 with DE 3 02).",
    ),
    option("--increment", metavar="RRN", shell_complete=last_rrns, help="Add --amount to a pre-authorization (0100)."),
    option("--reverse", metavar="RRN", shell_complete=last_rrns, help="Reverse a request (0400, or 0420 with --mti)."),
    option("--leave", metavar="AMOUNT", help="Part of the amount that is not reversed (DE 95).  [default: none]"),
    option("--void", metavar="RRN", shell_complete=last_rrns, help="Void a sale or a refund (0200 with DE 3 02 or 22)."),
    option(
        "--data",
        type=PATH,
        metavar="DIR",
        envvar=DATA_VARIABLE,
        show_envvar=True,
        help="Data folder whose journal knows that RRN.  [default: that of the ready file, or var]",
    ),
    option("--original-stan", metavar="DIGITS", help="Without a journal: DE 11 of that request."),
    option("--original-at", metavar="DIGITS", help="Without a journal: DE 7 of that request, MMDDhhmmss."),
)
@grouped(
    "Other messages",
    option("--totals", is_flag=True, help="Close the terminal's batch (0500); totals to compare go in with --set."),
    option(
        "--network",
        type=click.Choice(NETWORK),
        metavar="WHAT",
        help=f"Send a network management message (0800): {', '.join(NETWORK)}.",
    ),
)
@grouped(
    "By hand",
    option("--mti", metavar="MTI", help="Message type, instead of the usual one."),
    option("--stan", metavar="DIGITS", help="System trace audit number (DE 11), six digits.  [default: drawn]"),
    option("--rrn", metavar="TEXT", help="Retrieval reference number (DE 37).  [default: from date and STAN]"),
    option(
        "--set",
        "changes",
        multiple=True,
        metavar="N=VALUE",
        help="Set element N, or subelement N.M, to anything; `N=` leaves it out. Repeatable.",
    ),
    option(
        "--file",
        metavar="FILE",
        help="Send the messages of a file: hexadecimal text, JSON of `switch decode --json`, or CSV; - is standard input.",
    ),
    option(
        "--raw",
        metavar="HEX",
        help="Send bytes as they are, header and all: hexadecimal digits, a file, or - for standard input.",
    ),
    option(
        "--count",
        type=click.IntRange(1, MESSAGES_MAX),
        default=1,
        metavar="NUMBER",
        help="Send it this many times, each a new message.",
    ),
    option("--rate", type=float, callback=_rate, metavar="NUMBER", help="Send at most so many messages a second."),
)
@grouped(
    "Result",
    option("--expect", metavar="CODE", help="End with 0 if this response code comes (DE 39), else with 1."),
    option(
        "--timeout",
        "timeout_seconds",
        type=Duration(),
        default=15.0,
        metavar="TIME",
        help="Time to wait for an answer, such as 1s, 500ms or 1.5.  [default: 15s]",
    ),
    option("--bytes", "dumped", is_flag=True, help="Show the bytes of both messages, too."),
    option("--all", "everything", is_flag=True, help="Show every element of the answer, also those that are as sent."),
    option("--unmasked", is_flag=True, help="Show card numbers and the like as they are: those of your own test cards."),
    json_option,
)
def send(
    host: str | None,
    port: int | None,
    file: str | None,
    raw: str | None,
    count: int,
    rate: float | None,
    dumped: bool,
    everything: bool,
    unmasked: bool,
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
    proofs: ProofWishes,
    **wishes: Any,
) -> None:
    """Send one message to Switch, or several, and show each request and its answer.

    Every option has a default: `switch send` alone makes a purchase. The output lists which elements your options set.
    --complete, --adjust, --increment, --reverse and --void follow an earlier request: name it by its RRN, and the journal
    completes the message. Card numbers are masked, unless --unmasked. The exit code is 0 when an answer came, 1 when it is not
    the one that --expect names, 3 when no answer came.

    --file sends the messages of hexadecimal text or JSON as they are. CSV has a header row (mti and numbers such as 4 or
    127.22), then a message a row: a missing column means the default, an empty cell leaves the element out. Switch reads all of
    a file before it sends the first message. Several messages go over one connection and are shown a line each, with a count of
    their answers at the end. With --count, each repetition has a new STAN, time and RRN. --raw sends any bytes, and shows what
    comes back.

    \b
    switch send --pan 9504010000000027 --amount 80.00 --expect 51
    switch send --ready-file ready.json --amount 80 --expect 00
    switch send --listener bcd --entry chip --set 55=9F1A020504
    switch send --type cash-back --amount 300 --cash-back 100
    switch send --type preauth --amount 500 --rrn HOTEL0000001
    switch send --complete HOTEL0000001 --amount 430
    switch send --reverse HOTEL0000001 --leave 100
    switch send --totals --set 76=1 --set 88=43000
    switch send --network echo
    switch send --network key-change --expect 00
    switch send --cvv2 right --3ds full --expect 00
    switch send --pan 4507160000000010 --chip --pin wrong --expect 55
    switch send --port 8590 --tls --ca certificates/ca.pem
    switch send --set 49=            # without currency
    switch send --entry chip --set 55.9F02=000000012500 --set 55.9F1A=0504
    switch send --file purchases.csv --rate 5
    switch send --file capture.json --set 11=000042 --bytes
    switch send --count 20 --expect 00
    switch send --raw 00043031303030
    """
    from functools import partial

    from switch.cli.request.batch import outgoing, repeated
    from switch.cli.request.from_file import messages_of, raw_bytes
    from switch.cli.request.options import Wishes
    from switch.iso8583.codec import Codec
    from switch.iso8583.framing import Framer
    from switch.lines.client import Conversation

    specs, place = specs_and_place(specs_folder, ready_file, listener_name)
    listener = place.listener
    data = (data if given("data") else None) or place.data or data
    dialect = specs.dialects[known("--dialect", dialect_name or listener.dialect, specs.dialects, place.source)]
    header = header_format(header_notation) if header_notation else listener.header
    with_tpdu = listener.tpdu if tpdu is None else tpdu
    codec, wished = Codec(dialect), Wishes(**wishes, proofs=proofs)
    host = host or place.host
    side = tls.side(listener, specs.folder, host)
    framer = partial(Framer, header, tpdu=with_tpdu)
    speaking = Conversation(host, port or listener.port, framer, timeout_seconds, side)
    terminal = _terminal(wished, specs, listener, data)
    macs = proofs.macs(listener, specs, data, terminal.keys if terminal is not None else None)
    wire = Wire(codec=codec, header=header, tpdu=_TPDU if with_tpdu else b"", macs=macs)
    view = SendView(
        bytes=dumped,
        everything=everything,
        unmasked=unmasked,
        as_json=as_json,
        expect=expect,
        data=data,
        line=listener.name,
        expected=_form(listener),
    )
    try:
        if raw is not None:
            _refuse_beside_raw(wished, changes, file)
            send_raw(speaking, wire, raw_bytes(raw), view)
            return
        written = messages_of(file, codec, header) if file is not None else None
        messages = outgoing(wished, changes, written, specs, codec, data or DATA_FOLDER, terminal)
        if count * len(messages) > MESSAGES_MAX:
            raise SwitchError(f"--count: found {count}, expected at most {MESSAGES_MAX} messages in all")
        if len(messages) == count == 1:
            send_one(speaking, wire, messages[0], view)
        else:
            send_several(speaking, wire, repeated(messages, count, specs, codec, data or DATA_FOLDER), rate, specs, view)
    finally:
        speaking.close()


def _terminal(wishes: Wishes, specs: Parts, listener: Listener, data: Path | None) -> Terminal | None:
    """Who makes the proofs or the key that are asked for; None where none is, and the keys need not be loaded."""
    if not wishes.proofs.of_card and "key-change" not in (wishes.network or ""):
        return None
    from switch.cli.request.terminal import Terminal

    return Terminal(specs, listener, data)


def _form(listener: Listener) -> str:
    """How a listener has its messages, as the table of ``switch up`` says it."""
    return f"{listener.header.notation}{' + TPDU' if listener.tpdu else ''}, dialect {listener.dialect}"


def _refuse_beside_raw(wishes: Wishes, changes: tuple[str, ...], file: str | None) -> None:
    """No option is passed over in silence: bytes that are sent as they are have no elements anything could be set in."""
    from attrs import asdict

    names = {"kind": "--type", "merchant_id": "--merchant", "terminal_id": "--terminal"}
    asked = asdict(wishes, recurse=False)
    others = {names.get(name, f"--{name.replace('_', '-')}"): value for name, value in asked.items() if name != "proofs"}
    others[wishes.proofs.of_card or "--mac"] = bool(wishes.proofs)
    found = {**others, "--set": changes, "--file": file, "--count": given("count"), "--rate": given("rate")}
    for name in (name for name, value in found.items() if value):
        raise SwitchError(f"{name}: found beside --raw, which has no use for it")
