"""Calling shops back: each decision is told to the shop's server until it answers, and its answer may capture the payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final, Literal

import trio
from attrs import define

from switch.errors import SwitchError, UnansweredError, UnreachableError
from switch.gateway.payments.desk import PaymentDesk
from switch.gateway.payments.faults import OthersGoOn, tell_fault_of_page
from switch.gateway.payments.legacy_orders import is_booking, legacy_answer, legacy_of
from switch.gateway.payments.outcomes import decision, for_server, outcome_of, request_of
from switch.gateway.payments.taking_up import tells_of_approval
from switch.gateway.protocol.callbacks import CallbackAnswer, callback_answer
from switch.gateway.protocol.order_states import OrderState
from switch.gateway.site.http_call import CALL_SECONDS, HttpAnswer, post_form
from switch.gateway.store.callback_book import Callback, CallbackAttempt
from switch.gateway.store.order_book import PageOrder
from switch.gateway.store.writer import Books, Change, StoreWriter
from switch.record import frozen
from switch.specs.specification import Specs

EVENT_HEADER: Final = "Callback-Event-Id"  #: the same however often a callback is sent
DUE_LOOK_SECONDS: Final = 1.0  #: how often it is looked for callbacks that are due
FIRST_CALLS_AT_ONCE_MAX: Final = 50  #: of one shop: its shoppers wait for them, and those of no other shop do
REPEATS_AT_ONCE_MAX: Final = 10  #: of one shop, beside its first calls


@frozen(kw_only=True)
class CallbackWords:
    """What a shop is told, and where; without fields it wants to be told nothing."""

    url: str
    fields: Mapping[str, str]


@define
class FirstCall:
    """The callback of one try to pay an order, from before its end to the first attempt."""

    id: str
    desk: CallbackDesk
    state: OrderState | None = None  #: of the order, at the end of the try
    callback: Callback | None = None  #: None: the shop wants none

    def write(self, books: Books, number: int) -> None:
        """Write it down in the transaction that ends the try. Where it cannot be made, the end of the try still stands, and the
        shop is told by the next life of the gateway."""
        order = books.orders.order(number)
        self.state, words = order.state, None
        with OthersGoOn():
            words = self.desk.words(order)
        if words is not None:
            self.callback = self.desk.written(books, order, self.id, words)


class CallbackDesk:
    """Sends callbacks, the first time before the browser goes back, and again while nobody answers."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        desk: PaymentDesk,
        *,
        clock_ms: Callable[[], int],
        new_id: Callable[[], str],
        seconds: float = CALL_SECONDS,
    ) -> None:
        self._specs, self._store, self._desk, self._clock_ms, self._new_id = specs, store, desk, clock_ms, new_id
        self._seconds = seconds
        self._under_way: set[str] = set()
        self._first_calls: dict[str, trio.CapacityLimiter] = defaultdict(partial(trio.CapacityLimiter, FIRST_CALLS_AT_ONCE_MAX))

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what an earlier life did not tell, then send what is due."""
        for order in await self._store.do(lambda books: books.orders.untold(), long=True):
            with OthersGoOn():
                await self._made(order, self._new_id())
        task_status.started()
        async with trio.open_nursery() as nursery:
            while True:
                for callback in await self._store.do(self._due):
                    if callback.id not in self._under_way:
                        self._under_way.add(callback.id)
                        nursery.start_soon(self._sent_again, callback)
                await trio.sleep(DUE_LOOK_SECONDS)

    def _due(self, books: Books) -> list[Callback]:
        return books.callbacks.due(self._clock_ms(), REPEATS_AT_ONCE_MAX)

    @contextmanager
    def first_call(self) -> Iterator[FirstCall]:
        """The callback of a try to pay an order, to be written down with the end of it (``write``) and then made (``make``)."""
        call = FirstCall(id=self._new_id(), desk=self)
        self._under_way.add(call.id)  # so that it is nobody else's, though it is due as soon as it is written
        try:
            yield call
        finally:
            self._under_way.discard(call.id)

    async def make(self, call: FirstCall) -> None:
        """Tell the shop, and wait for the first attempt to end; a shop without a callback is told nothing."""
        if call.callback is not None:
            async with self._first_calls[call.callback.client_id]:
                await self._attempt(call.callback)

    async def tell_settled(self, order: PageOrder) -> None:
        """Tell a shop that wants it that the remise of an order is settled: the callback once more, with its SettleId."""
        shop = self._specs.gateway.shops.get(order.client_id)
        if shop is not None and shop.settled_callback and legacy_of(order.last("post") or {}) is None:
            await self._made(order, self._new_id())  # it is due at once

    async def _made(self, order: PageOrder, callback_id: str) -> Callback | None:
        """Write the callback of an order's last decision down."""
        words = self.words(order)
        return None if words is None else await self._store.do(lambda books: self.written(books, order, callback_id, words))

    def words(self, order: PageOrder) -> CallbackWords | None:
        """What a shop is told of an order's last decision; None where nothing is decided."""
        shop, decided, posted = self._specs.gateway.shops.get(order.client_id), decision(order), order.last("post")
        if decided is None or posted is None:
            return None
        request, fields = request_of(posted), dict[str, str]()
        if shop is not None and request.callback_url:
            outcome = outcome_of(order, decided, self._specs.calendar.zone, posted["client_ip"])
            legacy = legacy_of(posted)
            if legacy is None:
                fields = for_server(request, outcome, shop, self._specs.merchants[shop.merchant_id].name)
            elif outcome.answer == "Approved":  # the protocol before est3Dgate asks for nothing but bookings
                fields = legacy.booking(outcome, shop.legacy_secret)
        return CallbackWords(url=request.callback_url, fields=fields)

    def written(self, books: Books, order: PageOrder, callback_id: str, words: CallbackWords) -> Callback | None:
        """Write a callback down, together with the fact that there is one; None where its shop wants none."""
        books.orders.note(order.number, "told", self._clock_ms(), {"callback": callback_id if words.fields else ""})
        if not words.fields:
            return None
        return books.callbacks.add(callback_id, order, self._clock_ms(), words.url, words.fields)

    async def _sent_again(self, callback: Callback) -> None:
        """Send a callback that was due when it was looked for, unless it was answered between that look and now."""
        try:
            with OthersGoOn():
                now = await self._store.do(lambda books: books.callbacks.one(callback.id))
                if now is not None and (now.state, now.tries) == ("waiting", callback.tries):
                    await self._attempt(now)
        finally:
            self._under_way.discard(callback.id)

    async def _attempt(self, callback: Callback) -> None:
        """One attempt, written down with what the shop answered."""
        status, body, answer = 0, b"", None
        try:
            came: HttpAnswer = await post_form(
                callback.url, tuple(callback.fields.items()), ((EVENT_HEADER, callback.id),), seconds=self._seconds
            )
            status, body = came.status, came.body
            answer = legacy_answer(callback, status, body) or callback_answer(status, body)
        except UnreachableError as error:
            answer = CallbackAnswer(verdict="failure", understood=False, remark=str(error))
        except Exception as fault:  # of this callback, and of no other: it is an attempt, so that the next one has its time
            tell_fault_of_page(fault)
            remark = f"a fault of the payment page: {type(fault).__name__}"
            answer = CallbackAnswer(verdict="failure", understood=False, remark=remark)
        told = answer
        attempt = CallbackAttempt(
            at_ms=self._clock_ms(),
            status=status,
            answer=body.decode("utf-8", "replace"),
            verdict=told.verdict,
            remark=told.remark,
        )

        def attempted(books: Books) -> None:
            found = books.callbacks.one(callback.id)
            if found is not None and found.tries == callback.tries:  # it is not written down yet
                books.callbacks.attempted(callback, attempt, understood=told.understood)

        if told.verdict == "capture":
            await self._carried_out(callback, attempted, "capture")
        elif told.understood and told.verdict == "failure" and is_booking(callback):
            await self._carried_out(callback, attempted, "void")
        else:
            await self._store.do(attempted)

    async def _carried_out(self, callback: Callback, attempted: Change, act: Literal["capture", "void"]) -> None:
        """The shop accepts, and a hold is captured; or a shop of the protocol before est3Dgate rejects a booking, and it is
        voided: in one transaction with the answer. A payment that is held no longer stays as it is, and so does one that was
        declined when the callback was made."""
        order = await self._store.do(lambda books: books.orders.order(callback.order_no))
        shop = self._specs.gateway.shops.get(order.client_id)
        if order.state != "held" or shop is None or not tells_of_approval(callback):
            await self._store.do(attempted)
            return
        try:
            await (self._desk.capture if act == "capture" else self._desk.void)(order.number, shop, along=attempted)
        except UnansweredError:
            return  # the centre is told until it answers
        except SwitchError as error:
            why = str(error)

            def refused(books: Books) -> None:
                attempted(books)
                books.orders.note(order.number, f"{act} refused", self._clock_ms(), {"why": why})

            await self._store.do(refused)
