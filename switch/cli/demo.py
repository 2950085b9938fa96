"""``switch demo``: the main job, from the wire to a statement, told step by step."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.options import PATH
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.centre_process import CentreProcess
    from switch.demo import Purchase
    from switch.settlement.day import DayReport
    from switch.specs import Specs


@click.command()
@click.option("--data", type=PATH, default=None, metavar="DIR", help="Use this data folder and keep it.")
def demo(data: Path | None) -> int:
    """Show the main job, from the wire to a merchant's statement, in a temporary folder.

    Starts a centre on free ports, sends some twenty purchases over TCP, closes the day, prints net positions and one
    statement, checks the books and stops. Nothing is left behind unless --data says where.
    """
    with tempfile.TemporaryDirectory(prefix="switch-demo-") as folder:
        status = _tell(data or Path(folder) / "var")
    click.echo()
    click.echo("That was the whole way from the wire to a statement. Your turn: `switch up`, then paste the line it prints.")
    return status


def _tell(data: Path) -> int:
    """All steps, in a data folder; the exit code."""
    from switch.centre_process import running_centre
    from switch.specs import load_specs

    specs = load_specs()
    _step(1, "Start the centre: its listeners, its switch, and one process for each issuer", f"switch up --data {data}")
    date = specs.calendar.business_date_at(int(time.time() * 1000))
    with running_centre(data, ["--business-date", date]) as centre:
        _show_centre(centre, specs)
        bought = _buy(centre, specs)
        report = _close(data, specs)
        _show_statement(data, bought, report)
        sound = _check(data)
        _step(7, "Stop the centre: what is in flight is finished first", f"kill {centre.process.pid}   # or Ctrl+C")
        status = centre.stop()
    click.echo()
    click.echo(f"The centre ended with exit code {status}.")
    return EXIT_DONE if sound and status == EXIT_DONE else EXIT_NO


def _step(number: int, title: str, command: str) -> None:
    click.echo()
    click.secho(f"{number}. {title}", bold=True)
    click.secho(f"   $ {command}", dim=True)


def _show_centre(centre: CentreProcess, specs: Specs) -> None:
    from switch.cli.tables import show_pairs

    click.echo()
    pairs = []
    for name, place in centre.ready["listeners"].items():
        tpdu = " and TPDU" if place["tpdu"] else ""
        pairs.append((name, f"{place['host']}:{place['port']}, dialect {place['dialect']}, header {place['header']}{tpdu}"))
    for name, profile in specs.issuers.items():
        pairs.append((name, f"{profile.name}, {profile.origin}, dialect {profile.dialect}, process {centre.issuer_pid(name)}"))
    show_pairs(pairs)


def _buy(centre: CentreProcess, specs: Specs) -> list[Purchase]:
    from switch.cli.tables import show_table
    from switch.demo import SHOPPING, purchases
    from switch.money import format_minor
    from switch.transaction import response_meaning

    first = specs.centre.listeners[0].name
    port, merchant = centre.address(first)[1], next(iter(specs.merchants))
    _step(
        2,
        f"Buy: {len(SHOPPING)} authorizations over TCP, on all listeners in turn",
        f"switch send --port {port} --amount 99.00 --merchant {merchant} --entry ecommerce",
    )
    began = time.perf_counter()
    bought = list(purchases(centre, specs, lambda: datetime.now(specs.calendar.zone)))
    elapsed_ms = (time.perf_counter() - began) * 1000
    rows = [
        (
            item.merchant,
            item.pan_masked,
            item.brand,
            item.listener,
            item.entry,
            f"{format_minor(item.amount_minor):>8}",
            f"{item.response_code} {response_meaning(item.response_code)}",
        )
        for item in bought
    ]
    click.echo()
    show_table(("merchant", "card", "brand", "listener", "entry", "     MAD", "answer"), rows)
    click.echo()
    approved = sum(item.response_code == "00" for item in bought)
    click.echo(f"{approved} approved, {len(bought) - approved} declined, in {elapsed_ms:.0f} ms.")
    _explain(centre.data, bought)
    return bought


def _explain(data: Path, bought: list[Purchase]) -> None:
    """The reasons of the declines, as the journal tells them."""
    from switch.cli.tables import show_table

    declined = [item for item in bought if item.response_code != "00"]
    _step(3, "Ask why: the journal knows the reason of every answer", f"switch explain {declined[0].rrn} --data {data}")
    click.echo()
    show_table(("RRN", "code", "reason"), [(item.rrn, item.response_code, item.reason) for item in declined])


def _close(data: Path, specs: Specs) -> DayReport:
    from switch.cli.tables import show_table
    from switch.endofday import close_day
    from switch.money import currency_name, format_minor

    title = "Close the day, while the centre runs: clear between the banks, settle the merchants"
    _step(4, title, f"switch day close --data {data}")
    report = close_day(data, specs, None, int(time.time() * 1000))
    click.echo()
    click.echo(f"{report.sentence[:1].upper()}{report.sentence[1:]}: {report.presentment_count} sales presented.")
    click.echo()
    rows = [
        (
            position.name,
            position.role,
            currency_name(position.currency),
            format_minor(position.debit_minor, position.currency),
            format_minor(position.credit_minor, position.currency),
            format_minor(position.interchange_minor, position.currency),
            format_minor(position.net_minor, position.currency),
        )
        for position in report.positions
    ]
    columns = ("participant", "role", "currency", "debit", "credit", "interchange", "net")
    show_table(columns, rows, title="Net positions: who receives and who pays (-)")
    total = sum(position.net_minor for position in report.positions)
    click.echo(f"Their sum is {format_minor(total)}; money moves on {report.value_date}.")
    return report


def _show_statement(data: Path, bought: list[Purchase], report: DayReport) -> None:
    from switch.endofday import statement

    sales = Counter(item.merchant for item in bought if item.response_code == "00")
    names = {payout.name: payout.merchant_id for payout in report.payouts}
    merchant = names[sales.most_common(1)[0][0]]
    _step(5, "Give a merchant its statement, the relevé monétique", f"switch statement {merchant} --data {data}")
    click.echo()
    click.echo(statement(data, merchant).rstrip("\n"))


def _check(data: Path) -> bool:
    from switch.endofday import check_books

    _step(6, "Prove the books: every approval presented once, every sum zero", f"switch check --data {data}")
    report = check_books(data)
    click.echo()
    for fault in report.faults:
        click.echo(f"fault: {fault}")
    click.echo(
        f"{report.approval_count} approvals, {report.presentment_count} presentments, {report.posting_count} postings, "
        f"{report.statement_count} statements: {'sound' if not report.faults else f'{len(report.faults)} fault(s)'}."
    )
    return not report.faults
