"""The desk of the payment page: it authorizes, captures, voids and refunds orders, and undoes what the centre left open.

Every step stands in the store before it goes out. Where the centre does not answer, the order is in doubt and a reversal is
sent until it is answered, also after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import trio
from attrs import asdict, evolve

from switch.acquirer.caller import CentreLine
from switch.acquirer.card_proofs import issuer_of
from switch.acquirer.messages import (
    HOLD_MTI,
    REFUND_MTI,
    SALE_MTI,
    CentreAnswer,
    Paid,
    payment,
)
from switch.data_folder.vault import Vault
from switch.errors import MessageError, UnansweredError, UnreachableError
from switch.gateway.payments.advice_desk import AdviceDesk
from switch.gateway.payments.centre_side import CentreSide
from switch.gateway.payments.paying import (
    HolderProof,
    PaymentResult,
    TypedCard,
    paid_as_json,
    result_body,
    transaction_id,
)
from switch.gateway.payments.turns import Turns
from switch.gateway.protocol.answers import GENERAL_ERROR
from switch.gateway.protocol.order_states import OrderEvent
from switch.gateway.store.order_book import Advice, OrderRefusedError, out_of_range
from switch.gateway.store.writer import Books, Change, StoreWriter, nothing_else
from switch.iso8583.message import Message
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs
from switch.transaction import APPROVALS

ANSWER_SECONDS: Final = 20.0  #: how long the centre may take: it waits for a bank some ten seconds itself
SOFT_DECLINES: Final = frozenset({"65", "1A"})  #: the bank wants to know its holder
_APPROVED_CODE: Final = "00"
Decided = Callable[[Books, int], object]  #: something to be written with the end of a try to pay an order


def nothing_told(books: Books, number: int) -> None:
    """No word of the end of a try."""


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
        self._specs, self._store, self._vault, self._clock_ms = specs, store, vault, clock_ms
        self._side = CentreSide(specs, line, dialect, clock_ms, answer_seconds)
        self._advices = AdviceDesk(self._side, store, vault)
        self._turns = Turns()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what an earlier life left open, then tell the centre what it has still to be told."""
        await self._advices.run(task_status=task_status)

    # authorization

    async def authorize(
        self,
        number: int,
        shop: Shop,
        card: TypedCard,
        proof: HolderProof,
        *,
        session: str,
        first: Change = nothing_else,
        begun: Callable[[], None] = lambda: None,
        decided: Decided = nothing_told,
    ) -> PaymentResult:
        """Ask the centre for the money of an order, as the post of this session (its digest) says. OrderRefusedError where the
        order is in no state to be paid, or was posted anew.

        ``first`` is written in the transaction that begins, ``decided`` in the one that ends the try; ``begun`` is called when
        the first of them is on the disk.
        """
        at = self._side.now()
        issuer, _ = issuer_of(self._specs, card.number)
        profile = self._specs.issuers.get(issuer)
        told = None if proof.told is None else asdict(proof.told)

        def begin(books: Books) -> tuple[Paid, bool]:
            first(books)
            post = books.orders.to_pay(number, session).last("post") or {}
            mti, kind = (SALE_MTI, "purchase") if post["captures"] else (HOLD_MTI, "preauth")
            paid = self._side.paid(books, mti, kind, at, int(post["amount_minor"]), str(post["currency"]))
            body = {
                "paid": paid_as_json(paid),
                "transaction_id": transaction_id(at, paid.stan),
                "pan_masked": card.masked,
                "brand": card.brand,
                "issuer": profile.name if profile is not None else "",
                "authentication": told,
            }
            if not books.orders.happen(number, "authorize", self._clock_ms(), body):
                raise OrderRefusedError("the order is paid already, or is being paid")
            books.orders.seal(number, self._vault.seal(card.number))
            return paid, bool(post["captures"])

        paid, captures = await self._store.do(begin)
        begun()
        try:
            security = proof.security(card.code)
            message = payment(paid, self._side.till(shop), card.pan, card.expiry, security, self._side.dialect)
            event, result = self._judged(paid, await self._side.ask(message), proof, captures=captures)
        except UnansweredError as error:
            event, result = "lose", self._error(paid, f"the centre did not answer: {error}; a reversal is sent")
        except (UnreachableError, MessageError) as error:  # nothing was sent, so nothing is owed
            event, result = "fail", self._error(paid, f"the centre could not be asked: {error}")
        body = result_body(result)
        if result.answer == "Approved":
            body["paid"] = paid_as_json(evolve(paid, approval_code=result.auth_code))

        def end(books: Books) -> None:
            if not books.orders.happen(number, event, self._clock_ms(), body):
                return
            if event == "lose":
                self._advices.owe_reversal(books, number, paid_as_json(paid))
            if not result.again:
                decided(books, number)

        await self._store.do(end)
        if event == "lose":
            self._advices.wake()
        return result

    def _judged(
        self, paid: Paid, answer: CentreAnswer, proof: HolderProof, *, captures: bool
    ) -> tuple[OrderEvent, PaymentResult]:
        """What an answer of the centre comes to."""
        code = answer.code
        if code in APPROVALS:
            result = self._result("Approved", _APPROVED_CODE, paid, auth_code=answer.approval_code)
            return "approved and captured" if captures else "approved", result
        again = code in SOFT_DECLINES and not proof.cavv
        result = self._result("Declined", code or GENERAL_ERROR, paid, message=f"declined with {code}", again=again)
        return "authenticate" if again else "decline", result

    async def refuse(
        self,
        number: int,
        card: TypedCard,
        proof: HolderProof,
        *,
        session: str,
        first: Change = nothing_else,
        decided: Decided = nothing_told,
    ) -> PaymentResult:
        """Decline an order without asking the centre: the holder is not who should be. OrderRefusedError, ``first`` and
        ``decided`` as for authorize."""
        result = PaymentResult(answer="Declined", code=GENERAL_ERROR, message=proof.refused)
        told = None if proof.told is None else asdict(proof.told)
        body = {**result_body(result), "pan_masked": card.masked, "brand": card.brand, "issuer": "", "authentication": told}

        def decline(books: Books) -> None:
            first(books)
            books.orders.to_pay(number, session)
            if books.orders.happen(number, "decline", self._clock_ms(), body):
                decided(books, number)

        await self._store.do(decline)
        return result

    # after it

    async def capture(self, number: int, shop: Shop, amount_minor: int | None = None, *, along: Change = nothing_else) -> str:
        """Capture a hold; the answer of the centre (DE 39). UnansweredError: it will be told until it answers.

        ``along`` is written in the transaction that owes the capture, so that neither stands without the other.
        """
        return await self._advised(number, shop, lambda books: self._advices.owe_capture(books, number, amount_minor), along)

    async def void(self, number: int, shop: Shop, *, along: Change = nothing_else) -> str:
        """Undo a payment that is held or captured; the answer of the centre (DE 39). ``along`` as in ``capture``."""
        return await self._advised(number, shop, lambda books: self._advices.owe_void(books, number), along)

    async def _advised(self, number: int, shop: Shop, owe: Callable[[Books], Advice], along: Change) -> str:
        def begin(books: Books) -> tuple[Advice, Message | None]:
            advice = owe(books)
            along(books)
            return advice, self._advices.message(books, advice, shop)

        async with self._turns.of(number):
            return await self._advices.deliver_first(*await self._store.do(begin))

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
                paid = self._side.paid(books, REFUND_MTI, "refund", self._side.now(), amount, approved["paid"]["currency"])
                books.orders.note(number, "refund asked", self._clock_ms(), {"paid": paid_as_json(paid)})
                return paid, self._vault.unseal(sealed).digits, amount == left

            paid, pan, whole = await self._store.do(begin)
            try:
                message = payment(paid, self._side.till(shop), pan, "", None, self._side.dialect)
                answer = await self._side.ask(_without_empty(message))
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
                self._advices.owe_reversal(books, number, paid_as_json(paid))

        await self._store.do(end)
        self._advices.wake()
        return result

    def _error(self, paid: Paid, message: str) -> PaymentResult:
        return self._result("Error", GENERAL_ERROR, paid, message=message)

    def _result(self, answer: Any, code: str, paid: Paid, **more: Any) -> PaymentResult:
        number = transaction_id(paid.at, paid.stan)
        return PaymentResult(answer=answer, code=code, transaction_id=number, rrn=paid.rrn, stan=paid.stan, **more)


def _without_empty(message: Message) -> Message:
    return Message(message.mti, {number: value for number, value in message.elements.items() if value})
