"""One attempt to call a shop back: written once, sent by nobody else meanwhile, and what its answer does to the payment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from switch.errors import SwitchError, UnansweredError, UnreachableError
from switch.gateway.site import calling_back
from switch.gateway.site.calling_back import CallbackDesk
from switch.gateway.site.http_call import HttpAnswer
from switch.gateway.store.callback_book import Callback
from switch.gateway.store.order_book import open_orders
from switch.gateway.store.writer import Books


class House:
    """A store in this thread, a desk that writes down what it is asked, and a shop that answers what it is told to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.books = Books(open_orders(folder))
        self.order = self.books.orders.post("600000000", "A", 1, {"session": "x"})
        self.asked, self.called = list[str](), list[str]()
        self.fault: SwitchError | None = None
        self.answer: bytes | SwitchError | ValueError = b"APPROVED"
        monkeypatch.setattr(calling_back, "post_form", self._posted)
        shops = {"600000000": SimpleNamespace(client_id="600000000")}
        specs: Any = SimpleNamespace(gateway=SimpleNamespace(shops=shops))
        desk: Any = SimpleNamespace(capture=self._acts("capture"), void=self._acts("void"))
        store: Any = self
        self.desk = CallbackDesk(specs, store, desk, clock_ms=lambda: 5_000, new_id=lambda: "new")

    async def do(self, change: Callable[[Books], Any], *, long: bool = False) -> Any:
        return change(self.books)

    async def _posted(self, url: str, fields: Any, headers: Any, *, seconds: float) -> HttpAnswer:
        self.called.append(dict(headers)["Callback-Event-Id"])
        if isinstance(self.answer, Exception):
            raise self.answer
        return HttpAnswer(status=200, headers=(), body=self.answer)

    def _acts(self, act: str) -> Any:
        async def done(number: int, shop: Any, *, along: Callable[[Books], object]) -> None:
            self.asked.append(f"{act} {number}")
            if self.fault is not None:
                raise self.fault
            along(self.books)

        return done

    def held(self) -> None:
        for event in ("authenticate", "authorize", "approved"):
            assert self.books.orders.happen(self.order.number, event, 2, {})

    def told(self, response: str = "Approved") -> Callback:
        return self.books.callbacks.add("id", self.order, 3, "http://shop.example/", {"Response": response})

    def now(self) -> tuple[str, int, list[str]]:
        one = self.books.callbacks.one("id")
        assert one is not None
        return one.state, one.tries, [each.verdict for each in self.books.callbacks.attempts("id")]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)


async def test_what_was_answered_between_the_look_and_the_call_is_not_sent_again(house: House) -> None:
    due = house.told()
    for _ in range(2):
        house.desk._under_way.add("id")
        await house.desk._sent_again(due)
        assert (house.called, house.now()) == (["id"], ("answered", 1, ["acknowledge"]))
        assert house.desk._under_way == set(), "it may be sent again when it is due"
    house.books.callbacks.replay("id", 9)
    house.answer = b""
    again = house.books.callbacks.one("id")
    assert again is not None
    await house.desk._attempt(again)
    await house.desk._attempt(again)  # another life of the page made it, too
    assert (len(house.called), house.now()) == (3, ("waiting", 1, ["acknowledge", "failure"]))


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        (UnreachableError("shop.example: nobody is there"), "shop.example: nobody is there"),
        (ValueError("whatever"), "a fault of the payment page: ValueError"),
    ],
    ids=["unreachable", "fault"],
)
async def test_a_call_that_comes_to_nothing_is_an_attempt_with_its_reason(
    house: House, answer: SwitchError | ValueError, remark: str
) -> None:
    house.answer = answer
    await house.desk._attempt(house.told())
    assert house.now() == ("waiting", 1, ["failure"])
    (attempt,) = house.books.callbacks.attempts("id")
    assert (attempt.status, attempt.remark, attempt.at_ms) == (0, remark, 5_000)


@pytest.mark.parametrize(
    ("held", "response", "fault", "asked", "noted"),
    [
        (True, "Approved", None, ["capture 1"], False),
        (True, "Declined", None, [], False),
        (False, "Approved", None, [], False),
        (True, "Approved", SwitchError("the hold is gone"), ["capture 1"], True),
    ],
)
async def test_a_shop_that_accepts_captures_what_is_held_and_nothing_else(
    house: House, held: bool, response: str, fault: SwitchError | None, asked: list[str], noted: bool
) -> None:
    if held:
        house.held()
    house.answer, house.fault = b"ACTION=POSTAUTH", fault
    await house.desk._attempt(house.told(response))
    assert (house.asked, house.now()) == (asked, ("answered", 1, ["capture"]))
    refused = house.books.orders.order(house.order.number).last("capture refused")
    assert refused == ({"why": "the hold is gone"} if noted else None)


async def test_a_capture_that_the_centre_leaves_open_is_no_attempt_yet(house: House) -> None:
    house.held()
    house.answer, house.fault = b"ACTION=POSTAUTH", UnansweredError("no answer")
    await house.desk._attempt(house.told())
    assert house.now() == ("waiting", 0, [])


async def test_a_first_call_is_under_way_until_it_has_ended(house: House) -> None:
    with suppress(KeyError), house.desk.first_call() as call:
        assert (call.id, house.desk._under_way) == ("new", {"new"})
        raise KeyError
    assert house.desk._under_way == set()
