"""What rules of scenarios make the issuing bank's page find: through the centre's door, and the page on real sockets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import define

from switch.centre.host.door import serve_door
from switch.centre.host.orders import Orders
from switch.centre.host.page_orders import PageOrders, marked, marking
from switch.cli.scenario_library import LibraryScenario, library_of
from switch.data_folder.control_socket import CONTROL_SOCKET, ask_centre, close_door, open_door
from switch.data_folder.page_rules import NO_PAGE_RULES
from switch.gateway.site.scripted_banks import SCRIPTED
from switch.iso8583.scripted.element_names import numbers_by_name
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from switch.specs.load import load_scenario, scenario_of
from tests.support.centre_in_loop import NOW_MS, loopback, specs
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, Page, PaymentPage, payment_page

LIBRARY = [entry for entry in library_of() if any(sent.startswith("checkout") for sent, _ in entry.steps)]
BANK, WAITING = "Authentication by your bank", "Waiting for your bank"
TRIES_MAX = 5


def rules(*lines: str) -> list[HostRule]:
    return [HostRule.from_line(line, number=number, names={}) for number, line in enumerate(lines, start=1)]


@define
class Scripted:
    """A payment page beside a centre whose door is open."""

    page: PaymentPage
    playbook: Playbook
    orders: Orders
    now: list[int]  #: what its clock shows, in milliseconds
    _orders_posted: int = 0
    _last: Page | None = None

    async def seen(self, sent: str) -> str:
        """Do what a step of a scenario says; what is seen of it."""
        words = sent.split()
        if words[0] in self.page.centre.heard:
            return " ".join(each.mti for each in self.page.centre.heard[words[0]] if each.mti[1] != "8") or "nothing"
        if words[0] == "wait":
            assert self._last is not None, "somebody waits"
            self.now[0] += int(words[1].removesuffix("s")) * 1000
            return self._told(await self.page.browser.get(self._last.url), 0)
        given = dict(word.split("=") for word in words[1:])
        self._orders_posted += 1
        oid, amount = f"STEP-{self._orders_posted}", given.get("amount", "31.50")
        page = await self.page.type_card(
            await self.page.begin(oid, amount=amount, TranType="Auth"), given.get("card", CHALLENGED)
        )
        asked = 0
        while page.heading == BANK and asked < TRIES_MAX:
            asked, page = asked + 1, await self.page.prove(page, code="123")
        return self._told(page, asked)

    def _told(self, page: Page, asked: int) -> str:
        self._last = page
        if page.heading == WAITING:
            return "waiting"
        fields = page.form()[1]
        code = fields["ProcReturnCode"]
        paid = "paid" if fields["Response"] == "Approved" else "declined" if code == "99" else f"declined {code}"
        question = ["asked" if asked == 1 else f"asked {asked} times"] if asked else []
        return ", ".join([*question, paid, f"mdStatus {fields['mdStatus']}"])


@asynccontextmanager
async def scripted(folder: Path, played: Iterable[HostRule], *, door: bool = True) -> AsyncIterator[Scripted]:
    """``door``: whether the centre can be asked in the data folder."""
    playbook, names = Playbook(played, seed=1), numbers_by_name(specs().dialects.values())
    now = [NOW_MS]
    async with (
        loopback(playbook=playbook, issuers=("atlas", "vesta")) as centre,
        payment_page(folder, centre=centre, clock_ms=lambda: now[0]) as page,
        trio.open_nursery() as nursery,
    ):
        server = centre.server
        of_page = PageOrders(server.script, specs(), centre.notices.append).handlers
        read = partial(scenario_of, specs())
        orders = Orders(
            server.script, marking(folder, server.script.playbook, server.rules_changed), names, read, others=of_page
        )
        opened = open_door(folder)
        try:
            if door:
                nursery.start_soon(serve_door, opened, orders.carry_out)
            else:
                close_door(folder, opened)
            with marked(folder, server.script.playbook):
                yield Scripted(page, playbook, orders, now)
        finally:
            nursery.cancel_scope.cancel()
            close_door(folder, opened)


@pytest.mark.parametrize("entry", LIBRARY, ids=lambda entry: entry.name)
async def test_the_page_shows_what_a_scenario_of_the_library_says(entry: LibraryScenario, tmp_path: Path) -> None:
    async with scripted(tmp_path / "data", load_scenario(entry.path, specs()).rules) as played:
        for sent, expected in entry.steps:
            assert await played.seen(sent) == expected, f"{entry.name}: {sent}"
        assert [rule.in_words for rule in played.playbook.never_hit()] == []


def test_the_library_has_each_result() -> None:
    found = {word for entry in LIBRARY for rule in entry.rules for word in re.findall(r"threeds=([a-z ]+)", rule)}
    assert found == {
        "frictionless", "challenge", "wrong code", "attempted", "not enrolled", "unavailable", "rejected", "failed", "late",
        "too late",
    }  # fmt: skip


async def test_rules_change_and_count_while_the_page_runs(tmp_path: Path) -> None:
    async with scripted(tmp_path / "data", []) as played:
        assert await played.seen("checkout") == "asked, paid, mdStatus 1"
        line = f"card={CHALLENGED} nth=2 -> threeds=frictionless"
        await played.orders.carry_out({"do": "add", "lines": [line, "bin=9876 times=1 -> threeds=attempted"]})
        assert [await played.seen("checkout") for _ in range(3)] == [
            "paid, mdStatus 4",
            "paid, mdStatus 1",
            "asked, paid, mdStatus 1",
        ]
        listed = (await played.orders.carry_out({"do": "list"}))["rules"]
        assert [(rule["rule"], rule["hits"]) for rule in listed] == [
            ("card=987601******3560 nth=2 -> threeds=frictionless", 1),
            ("bin=9876 times=1 -> threeds=attempted", 1),
        ]
        told = [notice.detail for notice in played.page.centre.notices if notice.kind == "scenario"]
        assert told == [
            "payment page: 987601******3560: 3-D Secure finds: attempted (rule 2)",
            "payment page: 987601******3560: 3-D Secure finds: frictionless (rule 1)",
        ]


async def test_a_rule_is_noted_beside_its_order_and_asks_of_the_payment(tmp_path: Path) -> None:
    asked = "merchant=TELECOM00000001 terminal=ONDE0002 class=request channel=ecommerce currency=504 issuer=atlas amount=31.50"
    async with scripted(tmp_path / "data", rules(f"{asked} -> threeds=unavailable")) as played:
        assert await played.seen("checkout") == "paid, mdStatus 5"
        order = await played.page.store.do(lambda books: books.orders.find("600000000", "STEP-1"))
        assert order is not None
        noted = order.last(SCRIPTED)
        assert noted == {"result": "unavailable", "rule": "rule 1"}


async def test_rules_at_the_host_are_none_of_the_page(tmp_path: Path) -> None:
    async with scripted(tmp_path / "data", rules("any times=1 -> ok + state x", "class=request -> 05")) as played:
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 2"
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "declined 05, mdStatus 2"


async def test_without_a_centre_in_its_folder_the_page_goes_by_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with scripted(tmp_path / "data", rules("any -> threeds=rejected"), door=False) as played:
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 2"
        assert capsys.readouterr().err == ""
        open_door(tmp_path / "data").close()  # a centre that ended without a word
        assert (tmp_path / "data" / CONTROL_SOCKET).exists()
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 2"
        assert "3-D Secure goes by gateway.toml alone" in capsys.readouterr().err
        assert len(played.playbook.never_hit()) == 1


async def test_a_centre_that_has_no_rule_for_the_page_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def ask(data: Path, order: dict[str, Any], seconds: float) -> dict[str, Any]:
        asked.append(order["do"])
        return ask_centre(data, order, seconds)

    monkeypatch.setattr("switch.gateway.site.scripted_banks.ask_centre", ask)
    async with scripted(tmp_path / "data", rules("class=request channel=chip -> 05")) as played:
        assert (tmp_path / "data" / NO_PAGE_RULES).exists()
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 2"
        assert asked == []
        added = await played.orders.carry_out({"do": "add", "lines": ["times=1 any -> threeds=attempted"]})
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 4"
        assert asked == ["threeds"]
        await played.orders.carry_out({"do": "remove", "ids": [added["rules"][0]["id"]]})
        assert await played.seen(f"checkout card={FRICTIONLESS}") == "paid, mdStatus 2"
        assert asked == ["threeds"]
