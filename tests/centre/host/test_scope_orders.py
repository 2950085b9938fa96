"""Testers who share a host: each changes its own rules at the door, and nobody else's."""

from __future__ import annotations

from pathlib import Path

from switch.centre.host.scope_orders import ScopeOrders
from switch.iso8583.message import Message
from tests.centre.host.test_orders import with_door
from tests.support.centre_in_loop import purchase

FILE = 'purpose = "one"\nrules = ["any -> 96"]'


async def test_two_scopes_change_count_and_reset_their_own_rules(tmp_path: Path) -> None:
    async with with_door(tmp_path, "any -> 05") as (_, client, asker):
        assert (await asker.ask(do="put_scope", values={"name": "a", "terminal": ["ONDE0001"]}))["new"]
        taken = await asker.ask(do="put_scope", values={"name": "b", "terminal": "ONDE0001"})
        assert (
            taken["error"] == "scope b: found terminal ONDE0001, which scope a owns, expected things that no other scope owns"
        )
        assert (await asker.ask(do="put_scope", values={"name": "b", "terminal": "ONDE0002"}))["new"]

        added = await asker.ask(do="add", lines=["any -> 91, ok, ..."], scope="a")
        assert [(rule["id"], rule["scope"]) for rule in added["rules"]] == [(2, "a")]
        applied = await asker.ask(do="apply", name="mine", text=FILE, scope="b")
        assert [(rule["from"], rule["scope"]) for rule in applied["rules"]] == [("mine", "b")]

        def sale(stan: int, terminal: str) -> Message:
            return purchase(stan, de41=terminal)

        codes = [(await client.ask(sale(stan, f"ONDE000{stan % 2 + 1}"))).response_code for stan in range(1, 5)]
        assert codes == ["96", "91", "96", "00"]
        assert [rule["hits"] for rule in (await asker.ask(do="list", scope="b"))["rules"]] == [2]
        assert [rule["id"] for rule in (await asker.ask(do="list", scope=""))["rules"]] == [1]

        await asker.ask(do="reset", scope="a")
        assert {rule["scope"]: rule["hits"] for rule in (await asker.ask(do="list"))["rules"]} == {"a": 0, "b": 2, "": 0}
        assert (await client.ask(sale(8, "ONDE0001"))).response_code == "91"
        refused = await asker.ask(do="remove", ids=[1], scope="a")
        assert refused["error"] == "found no rule 1, expected one of 2"
        await asker.ask(do="apply", name="mine", text=FILE)
        assert len((await asker.ask(do="list"))["rules"]) == 4, "a file of another scope stays"

        assert not (await asker.ask(do="put_scope", values={"name": "a", "terminal": "ONDE0003"}))["new"]
        assert (await client.ask(sale(9, "ONDE0001"))).response_code == "96", "the rules went with the scope"
        gone = await asker.ask(do="remove_scope", scope="b")
        assert (gone["rules"], [each["name"] for each in (await asker.ask(do="scopes"))["scopes"]]) == (1, ["a"])
        unknown = await asker.ask(do="add", lines=["any -> 91"], scope="b")
        assert unknown["error"] == "scope: found 'b', expected one of a"


async def test_rules_are_tried_on_a_message_without_being_counted(tmp_path: Path) -> None:
    async with with_door(tmp_path, "amount=2 -> 05", "any -> silence") as (_, _, asker):
        tried = await asker.ask(do="try", mti="0100", elements={"4": "000000000300"}, line="ascii")
        assert [(rule["met"], rule["why"], rule["hits"]) for rule in tried["rules"]] == [
            (False, "amount=2.00", 0),
            (True, "silence", 0),
        ]


async def test_what_the_centre_tells_is_asked_for_by_name(tmp_path: Path) -> None:
    async with with_door(tmp_path) as (_, _, asker):
        assert await asker.ask(do="tell", what="weather") == {"error": "what: found 'weather', expected one of answer"}
        assert await asker.ask(do="tell", what="answer") == {"answer": 42}


async def test_cards_of_a_scope_are_whole_for_who_asks_for_them_by_name_alone() -> None:
    card = "9504010000000019"
    orders = ScopeOrders(lambda scope: None, lambda name: 0).orders
    put = await orders["put_scope"]({"values": {"name": "a", "card": [card]}})
    said = [put, *[await orders["scopes"](order) for order in ({}, {"unmasked": False}, {"unmasked": "yes"}, {"unmasked": 1})]]
    assert not [each for each in said if card in str(each)]
    assert card in str(await orders["scopes"]({"unmasked": True}))
    assert card not in str(await orders["remove_scope"]({"scope": "a"}))
