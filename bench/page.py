"""What a payment through the payment page costs, how many there are in a second, and what Switch is beside them:
``python -m bench.page``.

Switch with its banks, the payment page in a process of its own, and here shoppers and a shop whose time is not counted.
Writes ``bench/page.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import trio
from attrs import frozen

from bench import machine
from bench.load_tools import LoadTools, built_below
from bench.page_shopper import CARD, BenchShop, Shoppers
from bench.run import Case as LoadCase
from bench.run import refuse_wrong
from switch.centre.as_process import CentreProcess, start_centre

RESULTS = Path(__file__).parent / "page.md"
SPECS = Path(__file__).parent.parent / "specs"
BALANCE: Final = "9000000000.00"
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
NOTE = """\
A payment is four requests on one connection: the shop's form (est3Dgate, hash checked), the page with the card form, the card
(checked, authorized over ISO 8583, called back), and the last page. *auth* is captured at once; *preauth* is held, and captured
as the shop's answer to the callback says. Times are from the moment a payment was to begin to its last page; *card* is the
card's form to its redirect alone, with authorization and callback in it. CPU is of the payment page, all of its threads, for a
payment, with the mails that go out behind it; *Switch* is that of Switch and its banks beside it. Shoppers and shop run on the
same two cores and are not counted.
Each case lasts {seconds:g} s after a warm-up. Load average before the run: {load:.1f}."""
BESIDE: Final = """\
Switch at {rate} authorizations a second (4 connections, to one of its own banks), with the payment page idle, and beside
{payments} payments a second: {rounds} rounds of {seconds:g} s each, by turns. A cell is the median of the rounds, with the
least and the most in brackets; the ratio is of the two p99 of one round."""


@frozen(kw_only=True)
class Case:
    """``rate`` payments a second, or (0) as many as ``shoppers`` make one after another."""

    kind: str
    answer: bytes
    rate: float = 0
    shoppers: int = 0
    email: str = ""

    @property
    def name(self) -> str:
        how = f"{self.rate:g} a second" if self.rate else f"{self.shoppers} shoppers, as many as go"
        return f"{self.kind.lower()}{', receipt mailed' if self.email else ''}, {how}"


AUTH, PREAUTH = ("Auth", b"APPROVED"), ("PreAuth", b"ACTION=POSTAUTH")
CASES: Final = (
    Case(kind=AUTH[0], answer=AUTH[1], rate=10),
    Case(kind=AUTH[0], answer=AUTH[1], rate=50),
    Case(kind=PREAUTH[0], answer=PREAUTH[1], rate=50),
    Case(kind=AUTH[0], answer=AUTH[1], rate=50, email="zoe@shop.example"),
    Case(kind=AUTH[0], answer=AUTH[1], shoppers=1),
    Case(kind=AUTH[0], answer=AUTH[1], shoppers=16),
    Case(kind=PREAUTH[0], answer=PREAUTH[1], shoppers=16),
)


LOAD: Final = LoadCase(connections=4, window=16, rate=500)  #: what Switch answers beside the payments
QUIET_MS: Final = 20  #: of CPU in a second, at most, of a page that has nothing to do
QUIET_SECONDS_MAX: Final = 60.0
PAYMENTS_BESIDE: Final = Case(kind=AUTH[0], answer=AUTH[1], rate=50)
ROUNDS: Final = 3


def cpu_ms(pid: int) -> float:
    """What a process has taken until now, all of its threads."""
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / CLOCK_TICKS * 1000


async def quiet(pid: int) -> None:
    """Wait until a process has nothing left to do: receipts are mailed one after another, behind the payments."""
    with trio.move_on_after(QUIET_SECONDS_MAX):
        while True:
            before = cpu_ms(pid)
            await trio.sleep(1)
            if cpu_ms(pid) - before <= QUIET_MS:
                return


def measure(case: Case, number: int, port: int, seconds: float, pids: list[int]) -> str:
    """The row of one case. ``pids``: that of the page, then those of Switch."""

    async def run() -> tuple[Shoppers, float, list[float]]:
        shop = BenchShop(answer=case.answer)
        async with trio.open_nursery() as nursery:
            await nursery.start(shop.serve)
            warm = Shoppers(port=port, shop=shop, kind=case.kind, run_id=f"W{number}", email=case.email)
            await warm.closed_loop(4, 1.0)
            await quiet(pids[0])
            shoppers = Shoppers(port=port, shop=shop, kind=case.kind, run_id=f"C{number}", email=case.email)
            before = [cpu_ms(pid) for pid in pids]
            took = await (shoppers.paced(case.rate, seconds) if case.rate else shoppers.closed_loop(case.shoppers, seconds))
            await quiet(pids[0])
            used = [cpu_ms(pid) - was for pid, was in zip(pids, before, strict=True)]
            paid = len(warm.paid) + len(shoppers.paid)
            assert shop.called == paid, f"{paid} payments, {shop.called} callbacks: each payment is called back once"
            nursery.cancel_scope.cancel()
        return shoppers, took, used

    shoppers, took, used = trio.run(run)
    count = len(shoppers.paid)
    whole, card = [each.whole_ms for each in shoppers.paid], [each.card_ms for each in shoppers.paid]
    cells = [
        case.name,
        f"{count}",
        f"{count / took:.1f}",
        f"{used[0] / count:.1f}",
        f"{sum(used[1:]) / count:.1f}",
        f"{statistics.median(whole):.0f}",
        f"{machine.quantile(whole, 0.99):.0f}",
        f"{statistics.median(card):.0f}",
        f"{machine.quantile(card, 0.99):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def beside(tools: LoadTools, centre: CentreProcess, page_port: int, seconds: float) -> list[str]:
    """The rows of Switch under a fixed load of its own: with the page idle, and beside payments."""
    _, port = centre.address("ascii")
    alone: list[dict[str, float]] = []
    together: list[dict[str, float]] = []
    payments: list[float] = []

    def load(found: list[dict[str, float]]) -> None:
        figures = tools.load(port, *LOAD.options(seconds))
        refuse_wrong(LOAD, figures)
        found.append({key: figures[f"{key}_us"] / 1000 for key in ("p50", "p99")})

    async def both(number: int) -> None:
        shop = BenchShop(answer=PAYMENTS_BESIDE.answer)
        async with trio.open_nursery() as nursery:
            await nursery.start(shop.serve)
            shoppers = Shoppers(port=page_port, shop=shop, kind=PAYMENTS_BESIDE.kind, run_id=f"B{number}")
            async with trio.open_nursery() as working:
                working.start_soon(trio.to_thread.run_sync, load, together)
                working.start_soon(shoppers.paced, PAYMENTS_BESIDE.rate, seconds)
            payments.append(machine.quantile([each.whole_ms for each in shoppers.paid], 0.99))
            nursery.cancel_scope.cancel()

    load([])
    for number in range(ROUNDS):
        load(alone)
        trio.run(both, number)
    ratios = [one["p99"] / other["p99"] for one, other in zip(together, alone, strict=True)]
    rows = [("the page idle", alone, []), (f"{PAYMENTS_BESIDE.rate:g} payments a second beside", together, [ratios, payments])]
    return [
        f"| {name} | {' | '.join(_spread(each) for each in (*(_all(found, key) for key in ('p50', 'p99')), *more))} |"
        + " | |" * (not more)
        for name, found, more in rows
    ]


def _all(found: list[dict[str, float]], key: str) -> list[float]:
    return [each[key] for each in found]


def _spread(values: list[float]) -> str:
    low, middle, high = (f"{value:.1f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low} to {high})"


def endless(folder: Path) -> Path:
    """The specification that comes with Switch, in which nothing runs out. All shoppers have one address and one card: no post
    is one too many, and the card's account is larger than any run."""
    shutil.copytree(SPECS, folder)
    page, bank = folder / "gateway.toml", folder / "issuers" / "vesta.toml"
    page.write_text(page.read_text(encoding="utf-8") + "\n[limits]\nposts_per_minute = 0\n", encoding="utf-8")
    front, card, behind = bank.read_text(encoding="utf-8").partition(f'pan = "{CARD}"')
    assert card, f"{bank}: found no card of the bench"
    rich = re.sub(r'(?m)^balance = ".*"$', f'balance = "{BALANCE}"', behind, count=1)
    bank.write_text(front + card + rich, encoding="utf-8")
    return folder


def pids_of(centre: CentreProcess) -> list[int]:
    """The payment page's process, then those of Switch and its banks."""
    page = centre.ready["gateway"]
    return [int(page["pid"]), centre.process.pid, *(int(each["pid"]) for each in centre.ready["issuers"].values())]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.page")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each case (default 10)")
    parser.add_argument("--case", type=int, help="only the case of this number, from 0; nothing is written")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/page.md)")
    arguments = parser.parse_args()
    load = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="switch-page-bench-") as name:
        specs, data = endless(Path(name) / "specs"), Path(name) / "var"
        tools = built_below(Path(name))
        centre = start_centre(data, ["--specs", str(specs), "--gateway"])
        page = centre.ready["gateway"]
        print(f"page pid {page['pid']}", flush=True)
        try:
            port = urlsplit(page["url"]).port
            one = partial(measure, port=port, seconds=arguments.seconds, pids=pids_of(centre))
            chosen = [case for place, case in enumerate(CASES) if arguments.case in (None, place)]
            rows, others = [], list[str]()
            for number, case in enumerate(chosen):
                rows.append(one(case, number))
                print(rows[-1], flush=True)
            if tools is not None and arguments.case is None:
                others = beside(tools, centre, port, arguments.seconds)
                print("\n".join(others), flush=True)
        finally:
            centre.stop()
    if arguments.case is not None:
        return 0
    heads = [
        "| | payments | a second | CPU of the page, ms | of Switch, ms | p50, ms | p99, ms | card p50, ms | card p99, ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    heads_beside = [
        "| Switch, with | p50, ms | p99, ms | p99 beside / idle | p99 of the payments, ms |",
        "|---|---|---|---|---|",
    ]
    note = NOTE.format(seconds=arguments.seconds, load=load)
    table = [*heads, *rows]
    if others:
        about = BESIDE.format(rate=LOAD.rate, payments=f"{PAYMENTS_BESIDE.rate:g}", rounds=ROUNDS, seconds=arguments.seconds)
        table += ["", about, "", *heads_beside, *others]
    machine.write_report(arguments.out, "What a payment through the payment page costs", "page-bench", [note], table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
