"""The desk of the payment page: it authorizes, captures, voids and refunds orders, and undoes what the centre left open.

Every step stands in the store before it goes out. Where the centre does not answer, the order is in doubt and a reversal is
sent until it is answered, also after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import trio
from attrs import asdict, evolve

from switch.acquirer.caller import CentreLine
from switch.acquirer.card_proofs import issuer_of
from switch.acquirer.messages import (
    CAPTURE_MTI,
    HOLD_MTI,
    REFUND_MTI,
    REVERSAL_MTI,
    SALE_MTI,
    CentreAnswer,
    Paid,
    Till,
    capture,
    payment,
    repeated,
    reversal,
)
from switch.data_folder.vault import Vault
from switch.errors import MessageError, UnansweredError, UnreachableError
from switch.gateway.payments.faults import OthersGoOn
from switch.gateway.payments.paying import (
    HolderProof,
    PaymentResult,
    TypedCard,
    paid_as_json,
    paid_from_json,
    result_body,
    transaction_id,
    transmitted_at,
)
from switch.gateway.payments.taking_up import answered_and_not_done, left_open, open_refunds
from switch.gateway.payments.turns import Turns
from switch.gateway.protocol.answers import GENERAL_ERROR
from switch.gateway.store.order_book import Advice, OrderRefusedError, out_of_range
from switch.gateway.store.writer import Books, Change, StoreWriter, nothing_else
from switch.iso8583.mapping.compose import retrieval_reference
from switch.iso8583.message import Message
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs
from switch.transaction import APPROVALS

ANSWER_SECONDS: Final = 20.0  #: how long the centre may take: it waits for a bank some ten seconds itself
ADVICE_PAUSE_SECONDS: Final = (1.0, 60.0)  #: between two rounds of what is still to be told: the first, and the longest
SOFT_DECLINES: Final = frozenset({"65", "1A"})  #: the bank wants to know its holder
_APPROVED_CODE: Final = "00"


class PaymentDesk:
    """What is done with orders. ``run`` has to run as long as it is used."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        line: CentreLine,
        vault: Vault,
        *,
        dialect: str,
        clock_ms: Callable[[], int],
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._specs, self._store, self._line, self._vault = specs, store, line, vault
        self._dialect, self._clock_ms, self._answer_seconds = specs.dialects[dialect], clock_ms, answer_seconds
        self._owed = trio.Event()
        self._turns = Turns()

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
        now, order, why = self._clock_ms(), books.orders.order(number), {"why": "the gateway was restarted"}
        asked, act = order.last("authorize"), answered_and_not_done(books, order)
        if order.state == "authorizing" and asked is not None:
            books.orders.happen(number, "lose", now, why)
            self._owe_reversal(books, number, asked["paid"])
        for body in open_refunds(order):
            books.orders.note(number, "refund undone", now, why)
            self._owe_reversal(books, number, body["paid"])
        if act == "capture":
            self._owe_capture(books, number)
        elif act == "void":
            self._owe_void(books, number)

    # authorization

    async def authorize(self, number: int, shop: Shop, card: TypedCard, proof: HolderProof, *, session: str) -> PaymentResult:
        """Ask the centre for the money of an order, as the post of this session (its digest) says. OrderRefusedError where the
        order is in no state to be paid, or was posted anew."""
        at = self._now()
        issuer, _ = issuer_of(self._specs, card.number)
        profile = self._specs.issuers.get(issuer)
        told = None if proof.told is None else asdict(proof.told)

        def begin(books: Books) -> tuple[Paid, bool]:
            post = books.orders.to_pay(number, session).last("post") or {}
            mti, kind = (SALE_MTI, "purchase") if post["captures"] else (HOLD_MTI, "preauth")
            paid = self._paid(books, mti, kind, at, int(post["amount_minor"]), str(post["currency"]))
            body = {
                "paid": paid_as_json(paid),
                "transaction_id": transaction_id(at, paid.stan),
                "pan_masked": card.masked,
                "brand": card.brand,
                "issuer": profile.name if profile is not None else "",
                "authentication": told,
            }
            if books.orders.happen(number, "authorize", self._clock_ms(), body) is None:
                raise OrderRefusedError("the order is paid already, or is being paid")
            books.orders.seal(number, self._vault.seal(card.number))
            return paid, bool(post["captures"])

        paid, captures = await self._store.do(begin)
        try:
            message = payment(paid, self._till(shop), card.pan, card.expiry, proof.security(card.code), self._dialect)
            answer = CentreAnswer.of(await self._line.ask(message, self._answer_seconds))
        except UnansweredError as error:
            return await self._lost(number, paid, str(error))
        except (UnreachableError, MessageError) as error:
            return await self._failed(number, paid, str(error))
        return await self._decided(number, paid, answer, proof, captures=captures)

    async def _failed(self, number: int, paid: Paid, why: str) -> PaymentResult:
        """Nothing was sent, so nothing is owed."""
        result = self._result("Error", GENERAL_ERROR, paid, message=f"the centre could not be asked: {why}")
        await self._store.do(lambda books: books.orders.happen(number, "fail", self._clock_ms(), result_body(result)))
        return result

    async def _lost(self, number: int, paid: Paid, why: str) -> PaymentResult:
        result = self._result("Error", GENERAL_ERROR, paid, message=f"the centre did not answer: {why}; a reversal is sent")

        def lose(books: Books) -> None:
            if books.orders.happen(number, "lose", self._clock_ms(), result_body(result)):
                self._owe_reversal(books, number, paid_as_json(paid))

        await self._store.do(lose)
        self._owed.set()
        return result

    async def _decided(
        self, number: int, paid: Paid, answer: CentreAnswer, proof: HolderProof, *, captures: bool
    ) -> PaymentResult:
        code = answer.code
        if code in APPROVALS:
            result = self._result("Approved", _APPROVED_CODE, paid, auth_code=answer.approval_code)
            body = {**result_body(result), "paid": paid_as_json(evolve(paid, approval_code=answer.approval_code))}
            await self._store.do(
                lambda books: books.orders.happen(
                    number, "approved and captured" if captures else "approved", self._clock_ms(), body
                )
            )
            return result
        again = code in SOFT_DECLINES and not proof.cavv
        result = self._result("Declined", code or GENERAL_ERROR, paid, message=f"declined with {code}", again=again)
        await self._store.do(
            lambda books: books.orders.happen(
                number, "authenticate" if again else "decline", self._clock_ms(), result_body(result)
            )
        )
        return result

    async def refuse(self, number: int, card: TypedCard, proof: HolderProof, *, session: str) -> PaymentResult:
        """Decline an order without asking the centre: the holder is not who should be. OrderRefusedError as for authorize."""
        result = PaymentResult(answer="Declined", code=GENERAL_ERROR, message=proof.refused)
        told = None if proof.told is None else asdict(proof.told)
        body = {**result_body(result), "pan_masked": card.masked, "brand": card.brand, "issuer": "", "authentication": told}

        def decline(books: Books) -> None:
            books.orders.to_pay(number, session)
            books.orders.happen(number, "decline", self._clock_ms(), body)

        await self._store.do(decline)
        return result

    # after it

    async def capture(self, number: int, shop: Shop, amount_minor: int | None = None, *, along: Change = nothing_else) -> str:
        """Capture a hold; the answer of the centre (DE 39). UnansweredError: it will be told until it answers.

        ``along`` is written in the transaction that owes the capture, so that neither stands without the other.
        """
        return await self._advised(number, shop, lambda books: self._owe_capture(books, number, amount_minor), along)

    async def void(self, number: int, shop: Shop, *, along: Change = nothing_else) -> str:
        """Undo a payment that is held or captured; the answer of the centre (DE 39). ``along`` as in ``capture``."""
        return await self._advised(number, shop, lambda books: self._owe_void(books, number), along)

    async def _advised(self, number: int, shop: Shop, owe: Callable[[Books], Advice], along: Change) -> str:
        def begin(books: Books) -> Advice:
            advice = owe(books)
            along(books)
            return advice

        async with self._turns.of(number):
            return await self._deliver_first(await self._store.do(begin), shop)

    async def refund(self, number: int, shop: Shop, amount_minor: int | None = None) -> PaymentResult:
        """Give a captured payment back, or a part of it."""
        async with self._turns.of(number):

            def begin(books: Books) -> tuple[Paid, str, bool]:
                order, sealed = books.orders.order(number), books.orders.sealed(number)
                approved = order.last("approved", "approved and captured")
                if order.state not in ("captured", "settled") or approved is None or sealed is None:
                    raise OrderRefusedError(f"found an order that is {order.state}, expected one that is captured")
                captured = (order.last("capture") or approved["paid"])["amount_minor"]
                left = int(captured) - order.refunded_minor
                amount = left if amount_minor is None else amount_minor
                if not 0 < amount <= left:
                    raise out_of_range(amount, left, approved["paid"]["currency"], "refund")
                paid = self._paid(books, REFUND_MTI, "refund", self._now(), amount, approved["paid"]["currency"])
                books.orders.note(number, "refund asked", self._clock_ms(), {"paid": paid_as_json(paid)})
                return paid, self._vault.unseal(sealed).digits, amount == left

            paid, pan, whole = await self._store.do(begin)
            try:
                message = payment(paid, self._till(shop), pan, "", None, self._dialect)
                answer = CentreAnswer.of(await self._line.ask(_without_empty(message), self._answer_seconds))
            except (UnreachableError, UnansweredError, MessageError) as error:
                return await self._refund_undone(number, paid, str(error), sent=isinstance(error, UnansweredError))
            if answer.code not in APPROVALS:
                return await self._refund_undone(number, paid, f"declined with {answer.code}", sent=False, code=answer.code)
            result = self._result("Approved", _APPROVED_CODE, paid, auth_code=answer.approval_code)
            body = {**result_body(result), "amount_minor": paid.amount_minor}

            def end(books: Books) -> None:
                if whole:
                    books.orders.happen(number, "refund", self._clock_ms(), body)
                else:
                    books.orders.note(number, "refund in part", self._clock_ms(), body)

            await self._store.do(end)
            return result

    async def _refund_undone(
        self, number: int, paid: Paid, why: str, *, sent: bool, code: str = GENERAL_ERROR
    ) -> PaymentResult:
        result = self._result("Declined" if code != GENERAL_ERROR else "Error", code, paid, message=why)

        def end(books: Books) -> None:
            books.orders.note(number, "refund undone", self._clock_ms(), result_body(result))
            if sent:
                self._owe_reversal(books, number, paid_as_json(paid))

        await self._store.do(end)
        self._owed.set()
        return result

    # advices

    def _owe_capture(self, books: Books, number: int, amount_minor: int | None = None) -> Advice:
        """OrderRefusedError where there is nothing to capture, or not so much."""
        order = books.orders.order(number)
        books.orders.refuse_in_doubt(number)
        if order.state != "held":
            raise OrderRefusedError(f"found an order that is {order.state}, expected one that is held")
        original = paid_from_json((order.last("approved") or {})["paid"])
        amount = original.amount_minor if amount_minor is None else amount_minor
        if not 0 < amount <= original.amount_minor:
            raise out_of_range(amount, original.amount_minor, original.currency, "capture")
        paid = evolve(self._paid(books, CAPTURE_MTI, "purchase", self._now(), amount, original.currency), rrn=original.rrn)
        return books.orders.owe(number, "capture", paid_as_json(paid), paid_as_json(original))

    def _owe_void(self, books: Books, number: int) -> Advice:
        """OrderRefusedError where there is nothing to undo."""
        order = books.orders.order(number)
        approved = order.last("approved", "approved and captured")
        books.orders.refuse_in_doubt(number)
        if order.refunded_minor:
            raise OrderRefusedError("found an order that is refunded in part, expected one without refunds")
        if approved is None or books.orders.happen(number, "void", self._clock_ms(), {}) is None:
            raise OrderRefusedError(f"found an order that is {order.state}, expected one that is held or captured")
        captured = order.last("capture")  # a hold that was captured is undone by its completion
        return self._owe_reversal(books, number, captured["paid"] if captured else approved["paid"])

    def _owe_reversal(self, books: Books, number: int, original: dict[str, Any]) -> Advice:
        of = paid_from_json(original)
        paid = self._paid(books, REVERSAL_MTI, of.kind, self._now(), of.amount_minor, of.currency)
        return books.orders.owe(number, "reversal", paid_as_json(paid), original)

    async def _deliver_first(self, advice: Advice, shop: Shop) -> str:
        code = await self._tell(advice, shop)
        if code is None:
            self._owed.set()
            raise UnansweredError(f"{self._line.place}: the centre did not answer; it will be told until it does")
        return code

    async def _deliver(self, advice: Advice) -> bool:
        """Whether the centre has answered an advice."""
        order = await self._store.do(lambda books: books.orders.order(advice.order_no))
        shop = self._specs.gateway.shops.get(order.client_id)
        if shop is None:  # the specification has changed; nobody knows its terminal any more
            return True
        return await self._tell(advice, shop) is not None

    async def _tell(self, advice: Advice, shop: Shop) -> str | None:
        message = await self._store.do(lambda books: self._advice_message(books, advice, shop))
        if message is None:
            return "25"
        try:
            answer = CentreAnswer.of(await self._line.ask(message, self._answer_seconds))
        except (UnreachableError, UnansweredError):
            return None

        def end(books: Books) -> None:
            books.orders.answered(advice.id, answer.code)
            order, now = books.orders.order(advice.order_no), self._clock_ms()
            if advice.kind == "capture" and answer.code in APPROVALS:
                body = {"amount_minor": advice.message["amount_minor"], "paid": dict(advice.message)}
                books.orders.happen(order.number, "capture", now, body)
            elif order.state == "in doubt":
                books.orders.happen(order.number, "reverse", now, {"code": answer.code})
            else:
                books.orders.note(order.number, f"{advice.kind} answered", now, {"code": answer.code})

        await self._store.do(end)
        return answer.code

    def _advice_message(self, books: Books, advice: Advice, shop: Shop) -> Message | None:
        books.orders.tried(advice.id)
        paid, of, till = paid_from_json(advice.message), paid_from_json(advice.original), self._till(shop)
        if advice.kind == "reversal":
            message = reversal(paid, of, till, self._dialect)
        else:
            sealed = books.orders.sealed(advice.order_no)
            if sealed is None:  # voided meanwhile
                books.orders.answered(advice.id, "25")
                return None
            message = capture(paid, of, till, self._vault.unseal(sealed).digits, self._dialect)
        return repeated(message) if advice.tries else message

    # words

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock_ms() / 1000, self._specs.calendar.zone)

    def _till(self, shop: Shop) -> Till:
        centre = self._specs.centre
        merchant = self._specs.merchants[shop.merchant_id]
        return Till(merchant=merchant, terminal_id=shop.terminal_id, acquirer_id=centre.institution_id, country=centre.country)

    def _paid(self, books: Books, mti: str, kind: str, at: datetime, amount_minor: int, currency: str) -> Paid:
        stan = books.orders.next_stan()
        return Paid(
            mti=mti,
            stan=stan,
            rrn=retrieval_reference(at, stan),
            at=at,
            amount_minor=amount_minor,
            currency=currency,
            transmitted_at=transmitted_at(at),
            kind=kind,
        )

    def _result(self, answer: Any, code: str, paid: Paid, **more: Any) -> PaymentResult:
        number = transaction_id(paid.at, paid.stan)
        return PaymentResult(answer=answer, code=code, transaction_id=number, rrn=paid.rrn, stan=paid.stan, **more)


def _without_empty(message: Message) -> Message:
    return Message(message.mti, {number: value for number, value in message.elements.items() if value})
