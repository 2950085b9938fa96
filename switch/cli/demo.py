"""``switch demo``: the main job, from the wire to a statement, told step by step."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.options import PATH, given, seed_option
from switch.cli.console.folding import folded
from switch.cli.console.screen import columns, say, say_command, say_text
from switch.cli.console.words import SPOKEN, figure, lang_option, language, said
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.centre.as_process import CentreProcess
    from switch.cli.demo_purchases import Purchase
    from switch.endofday.report import DayReport
    from switch.specs.specification import Specs

GONE = " (it is deleted with the folder; --data DIR keeps it)"


@click.command(cls=Verb)
@option(
    "--data", type=PATH, default=None, metavar="DIR", help="Use this data folder and keep it, with a statement as PDF and XLSX."
)
@seed_option
@lang_option
def demo(data: Path | None, seed: int) -> int:
    """Show the main job, from the wire to a merchant's statement, in a temporary folder.

    Starts Switch on free ports, sends some twenty purchases over TCP, closes the day, prints net positions and one
    statement, checks the books and stops. It then deletes the folder, unless --data names one to keep.
    """
    from switch.cli.console.program_name import program

    with tempfile.TemporaryDirectory(prefix="switch-demo-") as folder:
        status = _tell(data or Path(folder) / "var", seed, is_gone=data is None)
    kept = f"Its data folder is {data}" if data else f"Its data folder is gone; {program()} demo --data DIR keeps one"
    say_text(said(f"{kept}."))
    click.echo()
    click.echo(said("That was the whole way from the wire to a statement."))
    say_text(said(f"Your turn: {program()} up, then paste the line it prints."))
    return status


def _tell(data: Path, seed: int, *, is_gone: bool) -> int:
    """All steps, in a data folder; the exit code."""
    from switch.centre.as_process import running_centre
    from switch.specs.load import load_specs

    specs = load_specs()
    _step(1, "Start Switch: its listeners, its routing, and one process for each issuer", data, "up")
    date = specs.calendar.business_date_at(int(time.time() * 1000))
    with running_centre(data, ["--business-date", date, "--seed", str(seed)]) as centre:
        _show_centre(centre, specs)
        bought = _buy(centre, specs)
        report = _close(data, specs)
        _show_statement(data, bought, report, is_gone=is_gone)
        sound = _check(data)
        click.echo()
        say_text(f"7. {said('Stop Switch: it first finishes the requests in flight')}", "title", indent="   ")
        say(f"   $ kill {centre.process.pid}   # {said('or Ctrl+C')}", "hint")
        status = centre.stop()
    click.echo()
    click.echo(said(f"Switch ended with exit code {status}."))
    return EXIT_DONE if sound and status == EXIT_DONE else EXIT_NO


def _step(number: int, title: str, data: Path, command: str, *, note: str = "") -> None:
    """A title and the command a person would give for it; what follows in a demo is what that command prints."""
    from switch.cli.console.program_name import program

    click.echo()
    say_text(f"{number}. {said(title)}", "title", indent="   ")
    verb = command.split()[0]
    options = "" if verb == "send" else f" --data {data}"
    options += f" --lang {language()}" if verb in SPOKEN and given("lang") else ""
    say_command("   $", f"{program()} {command}{options}", gap=" ")
    if note:
        say_text(f"   # {said(note)}", "hint", indent="   # ")
    click.echo()


def _show_centre(centre: CentreProcess, specs: Specs) -> None:
    from switch.cli.show.tables import show_pairs

    pairs = []
    for name, place in centre.ready["listeners"].items():
        tpdu = " and TPDU" if place["tpdu"] else ""
        where = f"{place['host']}:{place['port']}"
        pairs.append((name, said(f"{where}, dialect {place['dialect']}, header {place['header']}{tpdu}")))
    for name, profile in specs.issuers.items():
        process = f"process {centre.issuer_pid(name)}"
        pairs.append((name, said(f"{profile.name}, {profile.origin}, dialect {profile.dialect}, {process}")))
    show_pairs(pairs)


def _buy(centre: CentreProcess, specs: Specs) -> list[Purchase]:
    from switch.cli.demo_purchases import SHOPPING, UNKNOWN, purchases
    from switch.cli.show.tables import show_table
    from switch.money import format_minor
    from switch.transaction import response_meaning

    first = specs.centre.listeners[0].name
    port, merchant = centre.address(first)[1], next(iter(specs.merchants))
    command = f"send --port {port} --amount 99.00 --merchant {merchant} --entry ecommerce"
    title = f"Buy: {len(SHOPPING)} authorizations over TCP, on all listeners in turn"
    _step(2, title, centre.data, command, note=f"and {len(SHOPPING) - 1} more, in short:")
    began = time.perf_counter()
    bought = list(purchases(centre, specs, lambda: datetime.now(specs.calendar.zone)))
    elapsed_ms = (time.perf_counter() - began) * 1000
    rows = [
        (
            said(item.merchant) if item.merchant.startswith(UNKNOWN) else item.merchant,
            item.pan_masked,
            said(item.brand),
            figure(format_minor(item.amount_minor)),
            said(f"{item.response_code} {response_meaning(item.response_code)}"),
        )
        for item in bought
    ]
    show_table(("merchant", "card", "brand", "MAD", "answer"), rows)
    click.echo()
    approved = sum(item.response_code == "00" for item in bought)
    click.echo(said(f"{approved} approved, {len(bought) - approved} declined, in {elapsed_ms:.0f} ms."))
    _explain(centre.data, specs, bought)
    return bought


def _explain(data: Path, specs: Specs, bought: list[Purchase]) -> None:
    """The life of the first decline, and the reasons of the others, as the journal tells them."""
    from switch.cli.show.tables import show_table
    from switch.cli.show.timeline import show_story
    from switch.explain.lifecycle import story
    from switch.explain.timeline import steps

    first, *others = (item for item in bought if item.response_code != "00")
    note = "in French here; the command itself speaks English" if language() == "fr" else ""
    _step(3, "Ask why: the journal knows the reason of every answer", data, f"explain {first.rrn}", note=note)
    found = story(data, first.rrn)
    show_story(found, [(step, None) for step in steps(found, specs)], specs)
    click.echo()
    rows = [(item.rrn, item.response_code, said(item.reason)) for item in others]
    show_table(("RRN", "code", "reason"), rows, title="The other declines, in short")


def _close(data: Path, specs: Specs) -> DayReport:
    from switch.cli.day import acquirer_names, show_report
    from switch.cli.mail import mail_closed
    from switch.endofday.close import close_day

    title = "Close the day while Switch runs: clear the banks, settle the merchants"
    _step(4, title, data, "day close")
    report = close_day(data, specs, None, int(time.time() * 1000))
    show_report(report, acquirer_names(specs))
    assert report.business_date is not None, "twenty purchases were made"
    mail_closed(data, specs, report.business_date)
    return report


def _show_statement(data: Path, bought: list[Purchase], report: DayReport, *, is_gone: bool) -> None:
    from switch.cli.mail import first_file
    from switch.endofday.statements import statement

    sales = Counter(item.merchant for item in bought if item.response_code == "00")
    names = {payout.name: payout.merchant_id for payout in report.payouts}
    merchant = names[sales.most_common(1)[0][0]]
    _step(5, "Give a merchant its statement, the relevé monétique", data, f"statement {merchant}")
    click.echo(folded(statement(data, merchant, language=language()), columns()), nl=False)
    file = first_file(data, report.business_date or "", merchant)
    click.echo()
    if not is_gone:
        pdf, xlsx = _statement_files(data, merchant)
        say_text(said(f"The same as a PDF: {pdf}"))
        say_text(said(f"The same as a workbook: {xlsx}"))
    if file is not None:
        say_text(said(f"The same as a message to the merchant: {file}" + (GONE if is_gone else "")))


def _statement_files(data: Path, merchant: str) -> tuple[Path, Path]:
    """Write the statement as a PDF and as a workbook into the data folder, as ``switch statement --out`` does."""
    from switch.endofday.files import statement_stem, system_letters
    from switch.endofday.statements import stated
    from switch.machine.private import create_file
    from switch.settlement.statement_forms import BYTES_SUFFIXES, as_bytes

    files = {form: data / f"releve-{statement_stem(merchant)}.{suffix}" for form, suffix in BYTES_SUFFIXES.items()}
    with stated(data, merchant, language=language()) as told:
        for form, path in files.items():
            with create_file(path) as out:
                out.write(as_bytes(told, form, system_letters() if form == "pdf" else None))
    return files["pdf"], files["xlsx"]


def _check(data: Path) -> bool:
    from switch.cli.check import show_proof
    from switch.endofday.close import check_books

    _step(6, "Prove the books: every approval presented once, every sum zero", data, "check")
    report = check_books(data)
    show_proof(report)
    return not report.faults
