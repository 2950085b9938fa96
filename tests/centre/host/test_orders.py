"""Rules that are changed while the centre runs: through its door, over real sockets, while a gateway goes on."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from switch.centre.host.door import serve_door
from switch.centre.host.orders import Orders
from switch.data_folder.control_socket import CONTROL_SOCKET, ask_centre, close_door, open_door
from switch.errors import DataFolderError, UnreachableError
from switch.iso8583.scripted.element_names import numbers_by_name
from switch.specs.load import scenario_of
from tests.support.centre_in_loop import Client, Loopback, purchase, specs
from tests.support.host_stage import staged

FILE = """purpose = "one of each"
rules = ["amount=1 -> 91"]
[[rule]]
then = { response_code = "05" }
"""


class Asker:
    """Who comes to the door with orders."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def ask(self, **order: Any) -> dict[str, Any]:
        return await trio.to_thread.run_sync(ask_centre, self._data, order)

    async def rules(self) -> list[tuple[int, str, int]]:
        return [(rule["id"], rule["rule"], rule["hits"]) for rule in (await self.ask(do="list"))["rules"]]


@asynccontextmanager
async def with_door(data: Path, *lines: str) -> AsyncIterator[tuple[Loopback, Client, Asker]]:
    async with staged(*lines) as (centre, client), trio.open_nursery() as nursery:
        server, names = centre.server, numbers_by_name(specs().dialects.values())
        orders = Orders(
            server.script,
            server.rules_changed,
            names,
            partial(scenario_of, specs()),
            told={"answer": lambda: 42},
            facts=partial(server.script.facts_now, specs=specs()),
        )
        door = open_door(data)
        nursery.start_soon(serve_door, door, orders.carry_out)
        yield centre, client, Asker(data)
        nursery.cancel_scope.cancel()
    close_door(data, door)


async def test_a_rule_is_added_hit_listed_and_removed_while_a_gateway_goes_on(tmp_path: Path) -> None:
    async with with_door(tmp_path) as (_, client, asker):
        assert (await client.ask(purchase(1))).response_code == "00"
        added = await asker.ask(do="add", lines=["class=request -> 91, ok", "times=1 any -> 05"])
        assert [(rule["id"], rule["rule"]) for rule in added["rules"]] == [(1, "class=request -> 91, ok"), (2, "times=1 -> 05")]
        assert [(await client.ask(purchase(stan))).response_code for stan in (2, 3, 4, 5)] == ["91", "00", "05", "00"]
        assert await asker.rules() == [(1, "class=request -> 91, ok", 2), (2, "times=1 -> 05", 1)]
        await asker.ask(do="remove", ids=[1])
        assert await asker.rules() == [(2, "times=1 -> 05", 1)]
        assert (await asker.ask(do="remove", ids=[7]))["error"] == "found no rule 7, expected one of 2"
        await asker.ask(do="remove", all=True)
        assert await asker.rules() == []


async def test_what_is_late_already_still_comes_when_its_rule_is_removed(tmp_path: Path) -> None:
    async with with_door(tmp_path, "any -> late 0.3s") as (_, client, asker):
        await client.send(purchase())
        while not (await asker.rules())[0][2]:
            pass
        await asker.ask(do="remove", all=True)
        assert (await client.ask(purchase(2))).stan == "000002", "the next answer is as usual"
        assert (await client.receive()).stan == "000001"


async def test_the_newest_rule_comes_first_and_warns_of_those_it_hides(tmp_path: Path) -> None:
    async with with_door(tmp_path, "amount=125 -> 91") as (_, client, asker):
        added = await asker.ask(do="add", lines=["any -> 05"])
        assert added["warnings"] == ["rule 1 can no longer apply: rule 2 takes all its messages"]
        assert (await client.ask(purchase())).response_code == "05"


async def test_a_file_is_applied_and_applied_again_in_its_own_place(tmp_path: Path) -> None:
    async with with_door(tmp_path, "amount=2 -> 05") as (_, client, asker):
        applied = await asker.ask(do="apply", name="mine", text=FILE)
        assert [(rule["from"], rule["rule"]) for rule in applied["rules"]] == [
            ("mine", "amount=1.00 -> 91"),
            ("mine", "at=issuer class=request -> 05"),
        ]
        assert (await client.ask(purchase(1, de4="000000000100"))).response_code == "91"
        await asker.ask(do="apply", name="mine", text=FILE.replace("91", "96"))
        assert (await client.ask(purchase(2, de4="000000000100"))).response_code == "96"
        assert (await client.ask(purchase(3))).response_code == "05", "the issuer refuses what the host lets pass"
        assert await asker.rules() == [
            (4, "amount=1.00 -> 96", 1),
            (5, "at=issuer class=request -> 05", 1),
            (1, "amount=2.00 -> 05", 0),
        ]


async def test_a_wrong_order_changes_nothing_and_says_all_that_is_wrong(tmp_path: Path) -> None:
    async with with_door(tmp_path, "amount=2 -> 05") as (_, _, asker):
        wrong = await asker.ask(do="add", lines=["any -> 91", "crad=1 -> 91", "any -> silense"])
        assert [sentence.partition(", expected")[0] for sentence in wrong["mistakes"]] == [
            "rule 2: when.crad: found a key nobody reads",
            "rule 3: then: found 'silense'",
        ]
        text = FILE.replace("amount", "amuont").replace("response_code", "response_cod")
        wrong = await asker.ask(do="apply", name="mine", text=text)
        assert [sentence.partition(", expected")[0] for sentence in wrong["mistakes"]] == [
            "mine.toml:2: rules[1].when.amuont: found a key nobody reads",
            "mine.toml:4: rule[1].then.response_cod: found a key nobody reads",
        ]
        assert (await asker.ask(do="apply", name="mine", text="= x"))["mistakes"][0].startswith(
            "mine.toml:1: found broken TOML"
        )
        refused = (await asker.ask(do="dance"))["error"]
        assert refused.startswith("do: found 'dance', expected one of list, add, remove, apply")
        assert await asker.rules() == [(1, "amount=2.00 -> 05", 0)]


@pytest.mark.parametrize("said", [b"", b"hello", b"[1]", b'{"do": "list"', b"\xff\xfe"])
async def test_whatever_somebody_says_at_the_door_the_centre_goes_on(tmp_path: Path, said: bytes) -> None:
    async with with_door(tmp_path) as (_, client, asker):
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(tmp_path / CONTROL_SOCKET))
            rude.sendall(said)
            rude.shutdown(socket.SHUT_WR)
            assert b"expected an order" in await trio.to_thread.run_sync(rude.recv, 1000)
        silent = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for each in silent:
            each.connect(str(tmp_path / CONTROL_SOCKET))
        assert await asker.rules() == []
        assert (await client.ask(purchase())).response_code == "00"
        for each in silent:
            each.close()


WRONG = [
    {"do": "add", "lines": 5},
    {"do": "add", "lines": "any -> 91"},
    {"do": "add", "lines": [["any -> 91"]]},
    {"do": "remove", "ids": 7},
    {"do": "remove", "ids": [[]]},
    {"do": "remove", "ids": [True]},
    {"do": "apply", "name": 1, "text": ""},
    {"do": "apply", "name": "mine", "text": {}},
    {"do": ["list"]},
    {"do": None},
]


@pytest.mark.parametrize("order", WRONG)
async def test_an_order_of_another_shape_is_one_sentence(tmp_path: Path, order: dict[str, Any]) -> None:
    async with with_door(tmp_path, "amount=2 -> 05") as (_, client, asker):
        assert ", expected " in (await asker.ask(**order))["error"]
        assert await asker.rules() == [(1, "amount=2.00 -> 05", 0)]
        assert (await client.ask(purchase())).response_code == "00"


def test_the_door_is_its_owners_alone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    open_door(deep).close()  # a centre that was killed
    door = open_door(deep)
    assert (deep / CONTROL_SOCKET).stat().st_mode & 0o777 == 0o600
    close_door(deep, door)
    assert list(deep.iterdir()) == []
    with pytest.raises(UnreachableError, match="found no running centre in"):
        ask_centre(deep, {"do": "list"})
    with pytest.raises(UnreachableError, match="found no running centre in"):
        ask_centre(tmp_path / "nowhere", {"do": "list"})
    (deep / CONTROL_SOCKET).write_text("somebody's file")
    with pytest.raises(DataFolderError, match="expected a place for a socket"):
        open_door(deep)
    assert (deep / CONTROL_SOCKET).read_text() == "somebody's file"
