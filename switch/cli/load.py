"""``switch load``: a mix of messages put on a host, measured, and held to limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import where_to, wire_format
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.names import card_numbers, issuer_names, known, merchant_ids
from switch.cli.command.options import PATH, json_option
from switch.cli.console.words import lang_option
from switch.cli.request.proofs import NO_PROOFS, RIGHT, ProofWishes
from switch.cli.request.target import Place, header_format, specs_and_place
from switch.cli.request.tls import TlsWishes, tls_options
from switch.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NO, EXIT_UNREACHABLE, EXIT_WRONG_USE, SpecError, SwitchError
from switch.machine.stopping import FINISH, Stop

if TYPE_CHECKING:
    from switch.acquirer.caller import CentreCall
    from switch.acquirer.load.draws import Draws, PartSources
    from switch.acquirer.load.load_run import LoadRun
    from switch.acquirer.load.mix import Mix
    from switch.lines.wire_format import WireFormat
    from switch.specs.parts import Parts

#: Options that say what is sent; a file says that itself.
_OF_MESSAGES: Final = {
    "types": "--types", "pans": "--pan", "issuers": "--issuer", "merchants": "--merchant", "amount": "--amount",
    "entry": "--entry", "expect": "--expect",
}  # fmt: skip
#: Key of a mix -> the option that says it.
_OPTION_OF: Final = {"card": "--pan", "type": "--types"}


@click.command(cls=Verb)
@click.argument("file", required=False, type=PATH, metavar="[FILE]")
@where_to("Where the host runs.")
@wire_format(
    "Dialect, instead of the listener's.",
    option("--mac", "with_mac", is_flag=True, help="Put a MAC into each message, made with the key of the listener."),
    tls_options,
)
@grouped(
    "Messages",
    option(
        "--types",
        metavar="TYPE=SHARE,…",
        help="Types of `switch send`, reversal, completion, echo, each with its share.  [default: purchase]",
    ),
    option("--pan", "pans", multiple=True, metavar="DIGITS", shell_complete=card_numbers,
           help="Card to pay with; repeatable.  [default: test cards that nothing refuses]"),
    option("--issuer", "issuers", multiple=True, metavar="NAME", shell_complete=issuer_names,
           help="Bank whose cards pay; repeatable."),
    option("--merchant", "merchants", multiple=True, metavar="ID", shell_complete=merchant_ids,
           help="Card acceptor (DE 42); repeatable.  [default: all that fit]"),
    option("--amount", metavar="LOW..HIGH", help="Amounts, drawn between the two.  [default: 1..60]"),
    option("--entry", metavar="ENTRY", help="How cards are read: ecommerce, chip, magstripe, manual.  [default: ecommerce]"),
    option("--expect", multiple=True, metavar="CODE", help="Right response code; another is a wrong answer. Repeatable."),
    option("--reverse-unanswered", is_flag=True, help="Reverse each payment that is not answered in time (0420)."),
)  # fmt: skip
@grouped(
    "Pace",
    option("--rate", type=float, metavar="NUMBER",
           help="Messages a second, whatever the host does.  [default: a new one for each answer]"),
    option("--step", "steps", multiple=True, metavar="RATE:TIME", help="A rate for a time, such as 100:30s; repeatable."),
    option("--duration", type=Duration(), metavar="TIME", help="How long to send, such as 30s or 5m.  [default: 10s]"),
    option("--count", type=click.IntRange(1), metavar="NUMBER", help="Stop after so many messages."),
    option("--connections", type=click.IntRange(1, 1_000), metavar="NUMBER", help="Connections.  [default: 4]"),
    option("--window", type=click.IntRange(1, 10_000), metavar="NUMBER",
           help="Messages outstanding on a connection at most.  [default: 16]"),
    option("--timeout", type=Duration(), metavar="TIME", help="Time to wait for an answer, such as 500ms.  [default: 15s]"),
    option("--seed", type=click.IntRange(0), metavar="NUMBER", help="Seed of cards, merchants and amounts.  [default: 1]"),
)  # fmt: skip
@grouped(
    "Limits",
    option("--fail-if", "limits", multiple=True, metavar="LIMIT",
           help="End with 1 where this is so: p95>50ms, errors>0.1%, approved<95%, rate<500. Repeatable."),
    option("--stop-on-wrong", is_flag=True, help="Stop at the first wrong answer, and end with 1."),
)  # fmt: skip
@json_option
@lang_option
def load(
    file: Path | None,
    host: str | None,
    port: int | None,
    ready_file: Path | None,
    listener_name: str | None,
    specs_folder: Path | None,
    dialect_name: str | None,
    header_notation: str | None,
    tpdu: bool | None,
    with_mac: bool,
    tls: TlsWishes,
    as_json: bool,
    **wishes: Any,
) -> int:
    """Put a load on a host: payments of test cards, reversals of them, echoes; measure the answers and hold them to limits.

    FILE is a mix in TOML; options stand in for it, or replace what it says of pace and limits. With --rate, a message is due
    at its time whatever the host does, and the time to its answer counts from then. Without --rate, a new message goes out
    for each answer.

    The report has answer times, a table of message types and response codes, and the cost of the load itself. That is its share
    of a processor, and how far it was behind its schedule. The exit code is 0 if every limit holds, 1 if one does not, 2 for a
    mistake, 3 if no answer came.

    \b
    switch load --rate 200 --fail-if 'p95>50ms' --fail-if 'errors>0'
    switch load --types purchase=80,balance=10,reversal=10 --connections 8
    switch load --step 100:10s --step 200:10s --step 400:10s
    switch load friday.toml --json
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    from switch.cli.load_report import load_json, show_load

    specs, place = specs_and_place(specs_folder, ready_file, listener_name)
    try:
        mix, sources = _mix(file, wishes, specs)
    except SpecError as error:
        return _refused(error, as_json=as_json)
    host, port = host or place.host, port or place.listener.port
    wire = _wire(place, specs, dialect_name, header_notation, tpdu, with_mac=with_mac)
    run = _load_run(mix, sources, specs, wire, host, port, tls.side(place.listener, specs.folder, host))
    _drive(run, stop, f"{host}:{port}", as_json=as_json)
    judged = run.tally.judged(mix.limits)
    about = load_json(run, judged, host=host, port=port, listener=place.listener.name, dialect=wire.codec.dialect.name)
    if as_json:
        from switch.cli.show.tables import show_json

        show_json(about)
    else:
        show_load(run, judged, place=f"{host}:{port}", listener=place.listener.name)
    if not all(each.kept for each in judged) or (mix.stop_on_wrong and run.tally.wrong):
        return EXIT_NO
    if run.tally.stopped == "interrupted":
        return EXIT_INTERRUPTED
    return EXIT_DONE if run.tally.answered else EXIT_UNREACHABLE


def _mix(file: Path | None, wishes: dict[str, Any], specs: Parts) -> tuple[Mix, list[PartSources]]:
    """The mix that is asked for. SpecError where it has mistakes."""
    from switch.acquirer.load.mix_file import mix_of_options, read_mix

    pace = _pace(wishes)
    if file is not None:
        beside = next((name for key, name in _OF_MESSAGES.items() if wishes[key]), None)
        if beside is not None:
            raise SwitchError(f"{beside}: found beside FILE, which says what is sent")
        return read_mix(file, specs, pace)
    return mix_of_options({**pace, "part": _parts(wishes)}, specs)


def _pace(wishes: dict[str, Any]) -> dict[str, Any]:
    """What options say besides the messages, as the values of a file."""
    values = {
        key: wishes[key] for key in ("rate", "duration", "count", "connections", "window", "timeout", "seed") if wishes[key]
    }
    values |= {key: True for key in ("reverse_unanswered", "stop_on_wrong") if wishes[key]}
    if wishes["seed"] == 0:
        values["seed"] = 0
    if wishes["limits"]:
        values["fail_if"] = list(wishes["limits"])
    if wishes["steps"]:
        values["step"] = [_step(text) for text in wishes["steps"]]
    return values


def _step(text: str) -> dict[str, Any]:
    from switch.verification.duration import duration_ms

    rate, _, seconds = text.partition(":")
    try:
        return {"rate": float(rate), "for": seconds if duration_ms(seconds) else _no_step(text)}
    except ValueError:
        _no_step(text)
        raise


def _no_step(text: str) -> str:
    raise SwitchError(f"--step: found {text!r}, expected messages a second and a length of time, such as 100:30s")


def _parts(wishes: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a mix that options spell: all with the same cards, merchants and amounts."""
    from switch.acquirer.load.mix import FOLLOWING_PARTS, LOAD_TYPES
    from switch.acquirer.load.mix_file import parts_of_shares
    from switch.iso8583.mapping.compose import KINDS

    parts = parts_of_shares(wishes["types"] or "purchase")
    if parts is None:
        raise SwitchError(
            f"--types: found {wishes['types']!r}, expected types with their shares, such as purchase=80,reversal=20; "
            f"types are {', '.join(LOAD_TYPES)}"
        )
    for part in parts:
        if part["type"] in KINDS:
            given = {"card": wishes["pans"], "issuer": wishes["issuers"], "merchant": wishes["merchants"]}
            part |= {key: list(value) for key, value in given.items() if value}
            part |= {"entry": wishes["entry"]} if wishes["entry"] else {}
            if wishes["amount"] and KINDS[part["type"]].moves_money:
                part["amount"] = wishes["amount"]
        if wishes["expect"] and part["type"] not in FOLLOWING_PARTS:
            part["expect"] = list(wishes["expect"])
    return parts


def _refused(error: SpecError, *, as_json: bool) -> int:
    """Print every mistake, each in a sentence: of a file with its line, of what was typed by the option."""
    from switch.acquirer.load.mix_file import OPTIONS_FILE
    from switch.cli.console.last_resort import complain

    for each in error.mistakes:
        key = each.key.rpartition(".")[2].partition("[")[0]
        option_name = _OPTION_OF.get(key, "--" + key.replace("_", "-"))
        typed = f"{option_name}: found {each.found}, expected {each.expected}"
        complain(typed if each.file == OPTIONS_FILE else str(each), as_json=as_json)
    return EXIT_WRONG_USE


def _wire(
    place: Place, specs: Parts, dialect_name: str | None, header: str | None, tpdu: bool | None, *, with_mac: bool
) -> WireFormat:
    """How messages stand on the line."""
    from switch.iso8583.codec import Codec
    from switch.lines.wire_format import WireFormat

    listener = place.listener
    dialect = specs.dialects[known("--dialect", dialect_name or listener.dialect, specs.dialects, place.source)]
    proofs = ProofWishes(mac=RIGHT) if with_mac else NO_PROOFS
    return WireFormat(
        codec=Codec(dialect),
        header=header_format(header) if header else listener.header,
        tpdu=listener.tpdu if tpdu is None else tpdu,
        macs=proofs.macs(listener, specs, place.data),
    )


def _load_run(mix: Mix, sources: list[PartSources], specs: Parts, wire: WireFormat, host: str, port: int, side: Any) -> LoadRun:
    from switch.acquirer.caller import CentreCall
    from switch.acquirer.load.draws import Draws
    from switch.acquirer.load.load_run import LoadRun

    centre = specs.centre
    draws: Draws = Draws(
        mix, sources, wire.codec.dialect, acquirer_id=centre.institution_id, country=centre.country, zone=specs.calendar.zone
    )
    call: CentreCall = CentreCall(host, port, side)
    return LoadRun(mix, draws, call, wire)


def _drive(run: LoadRun, stop: Stop, place: str, *, as_json: bool) -> None:
    """Run it, shown while it runs where a person looks on; asked to stop, it waits for the last answers."""
    import trio

    from switch.cli.console.run import run as run_until
    from switch.cli.load_live import shown_live

    async def stopped() -> None:
        await stop.comes_to(FINISH)
        run.stop("interrupted")

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stopped)
            if not as_json:
                nursery.start_soon(shown_live, run, place)
            await run.run()
            nursery.cancel_scope.cancel()

    run_until(main, stop, read_by_people=not as_json)
