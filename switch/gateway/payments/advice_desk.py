"""What the centre has still to be told: captures and reversals stand in the store before they go out, and are sent until they
are answered, also after a restart."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import trio
from attrs import evolve

from switch.acquirer.messages import CAPTURE_MTI, REVERSAL_MTI, capture, repeated, reversal
from switch.data_folder.vault import Vault
from switch.errors import UnansweredError, UnreachableError
from switch.gateway.payments.centre_side import CentreSide
from switch.gateway.payments.faults import OthersGoOn
from switch.gateway.payments.paying import paid_as_json, paid_from_json
from switch.gateway.payments.taking_up import answered_and_not_done, left_open, open_refunds
from switch.gateway.store.order_book import Advice, OrderRefusedError, out_of_range
from switch.gateway.store.writer import Books, StoreWriter
from switch.iso8583.message import Message
from switch.specs.gateway.gateway_profile import Shop
from switch.transaction import APPROVALS

ADVICE_PAUSE_SECONDS: Final = (1.0, 60.0)  #: between two rounds of what is still to be told: the first, and the longest
_NOTHING_TO_CAPTURE: Final = "25"


class AdviceDesk:
    """Owes advices and tells them. ``run`` has to run as long as it is used."""

    def __init__(self, side: CentreSide, store: StoreWriter, vault: Vault) -> None:
        self._side, self._store, self._vault = side, store, vault
        self._owed = trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what an earlier life left open, then tell the centre what it has still to be told."""
        for number in await self._store.do(left_open, long=True):
            with OthersGoOn():
                await self._store.do(partial(self._take_up, number))
        task_status.started()
        pause, longest = ADVICE_PAUSE_SECONDS
        while True:
            self._owed = trio.Event()
            if await self._all_told():
                pause = ADVICE_PAUSE_SECONDS[0]
                await self._owed.wait()
                continue
            with trio.move_on_after(pause):
                await self._owed.wait()
            pause = min(pause * 2, longest)

    async def _all_told(self) -> bool:
        """Whether the centre was told all that it has still to be told; who does not answer is not told the next."""
        faults = 0
        for advice in await self._store.do(lambda books: books.orders.advices()):
            told = None
            with OthersGoOn():
                told = await self._deliver(advice)
            if told is False:
                return False
            faults += told is None
        return not faults

    def _take_up(self, number: int, books: Books) -> None:
        now, order, why = self._side.clock_ms(), books.orders.order(number), {"why": "the gateway was restarted"}
        asked, act = order.last("authorize"), answered_and_not_done(books, order)
        if order.state == "authorizing" and asked is not None:
            books.orders.happen(number, "lose", now, why)
            self.owe_reversal(books, number, asked["paid"])
        for body in open_refunds(order):
            books.orders.note(number, "refund undone", now, why)
            self.owe_reversal(books, number, body["paid"])
        if act == "capture":
            self.owe_capture(books, number)
        elif act == "void":
            self.owe_void(books, number)

    # owing

    def owe_capture(self, books: Books, number: int, amount_minor: int | None = None) -> Advice:
        """OrderRefusedError where there is nothing to capture, or not so much."""
        order = books.orders.order(number)
        books.orders.refuse_in_doubt(number)
        if order.state != "held":
            raise OrderRefusedError(f"found an order that is {order.state}, expected one that is held")
        original = paid_from_json((order.last("approved") or {})["paid"])
        amount = original.amount_minor if amount_minor is None else amount_minor
        if not 0 < amount <= original.amount_minor:
            raise out_of_range(amount, original.amount_minor, original.currency, "capture")
        paid = self._side.paid(books, CAPTURE_MTI, "purchase", self._side.now(), amount, original.currency)
        return books.orders.owe(number, "capture", paid_as_json(evolve(paid, rrn=original.rrn)), paid_as_json(original))

    def owe_void(self, books: Books, number: int) -> Advice:
        """OrderRefusedError where there is nothing to undo."""
        order = books.orders.order(number)
        approved = order.last("approved", "approved and captured")
        books.orders.refuse_in_doubt(number)
        if order.refunded_minor:
            raise OrderRefusedError("found an order that is refunded in part, expected one without refunds")
        if approved is None or not books.orders.happen(number, "void", self._side.clock_ms(), {}):
            raise OrderRefusedError(f"found an order that is {order.state}, expected one that is held or captured")
        captured = order.last("capture")  # a hold that was captured is undone by its completion
        return self.owe_reversal(books, number, captured["paid"] if captured else approved["paid"])

    def owe_reversal(self, books: Books, number: int, original: dict[str, Any]) -> Advice:
        """The reversal of a message that asked for money, as the store has it."""
        of = paid_from_json(original)
        paid = self._side.paid(books, REVERSAL_MTI, of.kind, self._side.now(), of.amount_minor, of.currency)
        return books.orders.owe(number, "reversal", paid_as_json(paid), original)

    # telling

    def wake(self) -> None:
        """There is more to be told."""
        self._owed.set()

    def message(self, books: Books, advice: Advice, shop: Shop) -> Message | None:
        """The message of an advice, which counts as tried from now on; None where there is nothing to capture any more."""
        books.orders.tried(advice.id)
        side, till = self._side, self._side.till(shop)
        paid, of = paid_from_json(advice.message), paid_from_json(advice.original)
        if advice.kind == "reversal":
            message = reversal(paid, of, till, side.dialect)
        else:
            sealed = books.orders.sealed(advice.order_no)
            if sealed is None:  # voided meanwhile
                books.orders.answered(advice.id, _NOTHING_TO_CAPTURE)
                return None
            message = capture(paid, of, till, self._vault.unseal(sealed).digits, side.dialect)
        return repeated(message) if advice.tries else message

    async def deliver_first(self, advice: Advice, message: Message | None) -> str:
        """Tell the centre at once; what it answers. UnansweredError: it will be told until it answers."""
        code = await self._tell(advice, message)
        if code is None:
            self.wake()
            raise UnansweredError(f"{self._side.place}: the centre did not answer; it will be told until it does")
        return code

    async def _deliver(self, advice: Advice) -> bool:
        """Whether the centre has answered an advice."""
        order = await self._store.do(lambda books: books.orders.order(advice.order_no))
        shop = self._side.specs.gateway.shops.get(order.client_id)
        if shop is None:  # the specification has changed; nobody knows its terminal any more
            return True
        message = await self._store.do(lambda books: self.message(books, advice, shop))
        return await self._tell(advice, message) is not None

    async def _tell(self, advice: Advice, message: Message | None) -> str | None:
        if message is None:
            return _NOTHING_TO_CAPTURE
        try:
            answer = await self._side.ask(message)
        except (UnreachableError, UnansweredError):
            return None

        def end(books: Books) -> None:
            books.orders.answered(advice.id, answer.code)
            order, now = books.orders.order(advice.order_no), self._side.clock_ms()
            if advice.kind == "capture" and answer.code in APPROVALS:
                body = {"amount_minor": advice.message["amount_minor"], "paid": dict(advice.message)}
                books.orders.happen(order.number, "capture", now, body)
            elif order.state == "in doubt":
                books.orders.happen(order.number, "reverse", now, {"code": answer.code})
            else:
                books.orders.note(order.number, f"{advice.kind} answered", now, {"code": answer.code})

        await self._store.do(end)
        return answer.code
