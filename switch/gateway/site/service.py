"""What the payment page does: it takes posts of shops, forms of shoppers and of the bank's page, and leads each to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Final

import trio
from attrs import evolve

from switch.card import CHALLENGING, AuthenticationResult
from switch.gateway.front.token_buckets import PageLimits
from switch.gateway.office.office_desk import OfficeDesk
from switch.gateway.payments.desk import PaymentDesk
from switch.gateway.payments.faults import OthersGoOn, tell_fault_of_page
from switch.gateway.payments.legacy_orders import legacy_of
from switch.gateway.payments.outcomes import WayBack, as_posted, decision, for_browser, outcome_of, posted_body, request_of
from switch.gateway.payments.paying import HolderProof, PaymentResult, known_without_check_digit
from switch.gateway.payments.post_judge import PostJudge
from switch.gateway.protocol.order_states import OrderEvent
from switch.gateway.protocol.payment_request import PaymentRequest, payment_request
from switch.gateway.protocol.posted import Posted
from switch.gateway.receipts.receipt_desk import ReceiptDesk
from switch.gateway.site.calling_back import CallbackDesk, FirstCall
from switch.gateway.site.card_form import CardForm, card_form
from switch.gateway.site.holder_proofs import BankPages, answered, no_question
from switch.gateway.site.late_banks import LATE, LATE_LOOK_SECONDS, LateBanks
from switch.gateway.site.scripted_banks import ScriptedBanks
from switch.gateway.site.sessions import CHALLENGE_TRIES, PageSession, PostRefusal, Sent, Sessions, Stage, digest_of
from switch.gateway.store.order_book import OrderRefusedError, OrderReplacedError, PageOrder
from switch.gateway.store.writer import Books, Change, StoreWriter, nothing_else
from switch.specs.gateway.gateway_profile import AcquirerIdentity, AuthenticationRule, Shop
from switch.specs.specification import Specs

EXPIRY_LOOK_SECONDS: Final = 5.0  #: how often it is looked for sessions whose time is up


class PageService:
    """The payment page without its HTTP. ``run`` has to run as long as it is used."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        desk: PaymentDesk,
        callbacks: CallbackDesk,
        banks: BankPages,
        scripted: ScriptedBanks,
        receipts: ReceiptDesk,
        office: OfficeDesk,
        limits: PageLimits,
        *,
        clock_ms: Callable[[], int],
    ) -> None:
        self.specs, self.profile = specs, specs.gateway
        self._store, self.desk, self._callbacks, self._banks, self.clock_ms = store, desk, callbacks, banks, clock_ms
        self._scripted = scripted
        self.receipts, self.store, self.office, self.limits = receipts, store, office, limits
        self.sessions, self._late_banks = Sessions(), LateBanks()
        self._judge = PostJudge(self.profile)
        self._nursery: trio.Nursery | None = None
        self._under_way, self._idle = 0, trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Own the payments under way: a browser that goes away ends none of them."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self._hear_late_banks)
            task_status.started()
            while True:
                for session in self.sessions.expired(self.clock_ms()):
                    with OthersGoOn():
                        await self._expire(session)
                await trio.sleep(EXPIRY_LOOK_SECONDS)

    async def _hear_late_banks(self) -> None:
        """Go on with payments whose bank has answered, also where no browser looks; note the answers nobody waits for."""
        assert self._nursery is not None
        while True:
            for session, result in self._late_banks.decided(self.clock_ms()):
                self._nursery.start_soon(self._late_answer, session, result)
            for number in self._late_banks.came_too_late(self.clock_ms()):
                with OthersGoOn():
                    await self._store.do(partial(self._note_late, number))
            await trio.sleep(LATE_LOOK_SECONDS)

    async def _late_answer(self, session: PageSession, result: AuthenticationResult) -> None:
        await self._in_background(partial(self._finding, result=result), session, Sent())

    def _note_late(self, number: int, books: Books) -> None:
        books.orders.note(number, "authentication too late", self.clock_ms(), {})

    async def finish(self, seconds: float) -> None:
        """Let the payments under way come to their end, for so long at most; what is left the next life undoes."""
        with trio.move_on_after(seconds):
            while self._under_way:
                self._idle = trio.Event()
                await self._idle.wait()

    # the shop

    async def post(
        self, acquirer: AcquirerIdentity, posted: Posted, client_ip: str, base: str = ""
    ) -> PageSession | PostRefusal:
        """A shop posts an order. ``base`` is the address of this site as the shop's browser knows it."""
        request, errors = payment_request(posted)
        shop = self.profile.shops.get(posted["clientid"].strip())
        errors = (*errors, *self._judge.errors_of_shop(acquirer, shop, posted, request))
        diagnosis = None if shop is None else await self._judge.diagnosis(posted, shop)
        if errors or request is None or shop is None or diagnosis is None or diagnosis.accepted_as is None:
            wrong = diagnosis if diagnosis is not None and diagnosis.accepted_as is None else None
            return PostRefusal(errors=tuple(errors), diagnosis=wrong, shop=shop)
        if shop.callback == "informs":
            request = evolve(request, kind="Auth")
        session = await self.begin(request, shop, client_ip, base)
        if isinstance(session, PageSession) and request.store_type == "3D_PAY":
            await self.pay(session, posted, session.form_token, hosted=False)
        return session

    async def begin(self, request: PaymentRequest, shop: Shop, client_ip: str, base: str) -> PageSession | PostRefusal:
        """An order that was found right: its session, or why it is not paid again."""
        token, now = self.sessions.new_token(), self.clock_ms()
        body = {**posted_body(request, digest_of(token), client_ip), "base": base}
        client_id, order_id = request.client_id, request.order_id
        try:
            order = await self._store.do(lambda books: books.orders.post(client_id, order_id, now, body))
        except OrderRefusedError as error:
            return PostRefusal(refused=str(error), shop=shop)
        session = self._session(token, order, request, shop, client_ip, now)
        self.sessions.add(session)
        return session

    def _session(
        self, token: str, order: PageOrder, request: PaymentRequest, shop: Shop, client_ip: str, began_ms: int
    ) -> PageSession:
        return PageSession(
            token=token,
            number=order.number,
            shop=shop,
            acquirer=self.profile.acquirers[shop.acquirer],
            request=request,
            language=request.language,
            client_ip=client_ip,
            deadline_ms=began_ms + request.session_seconds * 1000,
        )

    # the shopper

    async def find(self, token: str) -> PageSession | None:
        """The session of an address; one of an earlier life of the gateway is made anew from the store."""
        session = self.sessions.find(token)
        if session is not None:
            if session.deadline_ms < self.clock_ms() and session.stage in ("page", "bank"):
                await self._expire(session)
            for late, result in self._late_banks.decided(self.clock_ms(), session) if session.stage == "late" else ():
                await self._late_answer(late, result)
            if session.restored and session.stage == "wait":
                await self._settle_stage(session, await self._order(session))
            return session
        digest = digest_of(token)
        found = await self._store.do(lambda books: books.orders.by_session(digest))
        if found is None:
            return None
        order, post = found
        shop = self.profile.shops.get(order.client_id)
        if shop is None:
            return None
        request = request_of(post.body)
        session = self._session(token, order, request, shop, post.body["client_ip"], post.at_ms)
        session.restored = True
        await self._settle_stage(session, as_posted(order, digest))
        self.sessions.add(session)
        return session

    async def _settle_stage(self, session: PageSession, order: PageOrder) -> None:
        """Where a session stands, by its order: what was in memory is gone, so the card is asked for anew."""
        if order.state in ("authorizing", "in doubt") and decision(order) is None:
            session.stage = "wait"
        elif decision(order) is not None:
            session.stage = "end"
        elif order.state == "abandoned":
            session.stage = "cancelled" if order.events[-1].event == "cancel" else "expired"
        else:
            session.stage = "page"
        if session.stage == "page" and session.deadline_ms < self.clock_ms():
            await self._expire(session)

    async def pay(self, session: PageSession, posted: Posted, token: str, *, hosted: bool = True) -> CardForm | None:
        """The form with the card was sent. The form, with its errors, where it has to be shown again; else None: the session
        has moved on, or another sends the same form."""
        if session.stage != "page":
            return None
        before = session.sent.get(token)
        if before is not None:
            await before.done.wait()
            return None
        known = partial(known_without_check_digit, self.specs)
        form = card_form(posted, session.shop, self.profile, self._today(), without_check_digit=known, hosted=hosted)
        if form.card is None:
            return form
        sent = session.take(token)
        if sent is None:
            session.message = "form_old"
            return form
        session.card, session.message = form.card, ""
        await self._in_background(self._start, session, sent)
        return None

    async def _in_background(self, act: Callable[[PageSession], Awaitable[None]], session: PageSession, sent: Sent) -> None:
        """Do something that goes on where the browser that asked for it goes away."""
        done = trio.Event()
        self._under_way += 1

        async def all_of_it() -> None:
            try:
                await act(session)
            except OrderRefusedError as error:
                session.stage, session.card = _stage_of(error), None
            except Exception as fault:  # one payment's, and no other's: its order is looked up in the store from now on
                tell_fault_of_page(fault)
                session.stage, session.card, session.restored = "wait", None, True
            finally:
                self._under_way -= 1
                done.set()
                sent.done.set()
                if not self._under_way:
                    self._idle.set()

        assert self._nursery is not None, "the page does not run"
        self._nursery.start_soon(all_of_it)
        await done.wait()

    async def _start(self, session: PageSession) -> None:
        """The card is there: is its holder?"""
        assert session.card is not None
        if not session.shop.three_d_secure:
            return await self._authorize(session, no_question())
        await self._store.do(lambda books: books.orders.to_pay(session.number, session.digest))
        rule = session.bank_rule = await self._scripted.rule_for(session.number, session.request, session.shop, session.card)
        begin = partial(self._begin_authentication, session)
        if rule.result not in CHALLENGING and rule.result not in LATE:  # known at once: asked for in one transaction with it
            return await self._finding(session, rule.result, first=begin)
        await self._store.do(begin)
        self.sessions.take_over(session)
        if rule.result not in CHALLENGING:
            return await self._finding(session, rule.result, may_wait=True)
        session.stage, session.wrong_codes = "bank", 0
        return None

    def rule_of(self, session: PageSession) -> AuthenticationRule:
        """What the bank's page finds for the card of a session."""
        assert session.card is not None
        return session.bank_rule or self.profile.rule_of(session.card.pan)

    def _begin_authentication(self, session: PageSession, books: Books) -> None:
        """The holder is asked; where another window, or an earlier life of the gateway, has asked before, this takes over."""
        number = session.number
        if books.orders.to_pay(number, session.digest).state == "authenticating":
            books.orders.happen(number, "authenticated", self.clock_ms(), {})
        if not books.orders.happen(number, "authenticate", self.clock_ms(), {}):
            raise OrderRefusedError("the order is being paid elsewhere")

    async def bank(self, session: PageSession, posted: Posted, token: str) -> None:
        """The form of the bank's page was sent: a code, or a result that was chosen there."""
        before = session.sent.get(token)
        if before is not None:
            await before.done.wait()
            return
        if session.stage != "bank" or session.card is None:
            return
        sent = session.take(token)
        if sent is None:
            return
        found = answered(posted, self.rule_of(session))
        if found is None:
            session.wrong_codes += 1
            if session.wrong_codes < CHALLENGE_TRIES:
                session.message = "code_of_bank_wrong"
                sent.done.set()
                return
        result: AuthenticationResult = found or "wrong code"
        session.message = ""

        async def go_on(of: PageSession) -> None:
            await self._finding(of, result, may_wait=True)

        await self._in_background(go_on, session, sent)

    async def _finding(
        self, session: PageSession, result: AuthenticationResult, *, may_wait: bool = False, first: Change = nothing_else
    ) -> None:
        """What the bank found; an answer that comes late is waited for first. ``first`` is written with what follows."""
        assert session.card is not None
        if may_wait and result in LATE:
            return self._late_banks.ask(session, result, self.rule_of(session).seconds, self.clock_ms())
        proof = self._banks.proof(session.card, result, unproved=session.shop.unproved)
        if not proof.refused:
            return await self._authorize(session, proof, first)
        number, digest = session.number, session.digest
        with self._callbacks.first_call() as call:
            await self.desk.refuse(number, session.card, proof, session=digest, first=first, decided=call.write)
            self.sessions.take_over(session)
            return await self._end(session, call)

    async def _authorize(self, session: PageSession, proof: HolderProof, first: Change = nothing_else) -> None:
        assert session.card is not None
        session.stage = "wait"
        number, shop, card, begun = session.number, session.shop, session.card, partial(self.sessions.take_over, session)
        with self._callbacks.first_call() as call:
            result: PaymentResult = await self.desk.authorize(
                number, shop, card, proof, session=session.digest, first=first, begun=begun, decided=call.write
            )
            if not result.again:
                return await self._end(session, call)
        session.stage, session.wrong_codes, session.message = "bank", 0, "bank_asks"
        return None

    async def _end(self, session: PageSession, call: FirstCall) -> None:
        """The try is decided: the shop's server is told, and then the browser."""
        session.card = None
        await self._callbacks.make(call)
        session.tries += 1
        if call.state == "declined" and session.tries < session.shop.tries:
            session.stage, session.message = "page", "declined_again"
            return
        session.stage = "end"

    async def way_back(self, session: PageSession) -> WayBack | None:
        """What the browser posts to the shop; None where nothing is decided yet."""
        order = await self._order(session)
        decided = decision(order)
        if decided is None:
            return None
        outcome = outcome_of(order, decided, self.specs.calendar.zone, session.client_ip)
        legacy = legacy_of(order.last("post") or {})
        if legacy is None:
            url, fields = for_browser(session.request, outcome, session.shop, self.merchant_name(session.shop))
        else:
            url, fields = legacy.way_back(outcome, session.shop.legacy_secret)
        return WayBack(
            url=url,
            fields=fields,
            approved=outcome.answer == "Approved",
            code=outcome.code,
            transaction_id=outcome.transaction_id,
            auth_code=outcome.auth_code,
            masked=outcome.pan_masked,
            by_get=legacy is not None,
            receipt=self.receipts.path_of(order) if outcome.answer == "Approved" else "",
        )

    async def cancel(self, session: PageSession, token: str) -> bool:
        """The shopper gives up; whether that was still possible."""
        if session.stage not in ("page", "bank", "late"):
            return session.stage == "cancelled"
        if session.take(token) is None:
            return False
        session.card = None
        session.stage = await self._give_up(session, "cancel", "cancelled")
        return session.stage == "cancelled"

    async def _expire(self, session: PageSession) -> None:
        """Time is up: the order is abandoned, unless it is paid, or goes on in another session."""
        session.card = None
        if session.stage in ("page", "bank"):
            session.stage = await self._give_up(session, "expire", "expired")

    # words

    async def _give_up(self, session: PageSession, event: OrderEvent, stage: Stage) -> Stage:
        """Nobody pays any more in a session: where it stands then. An order that is paid, or paid elsewhere, stays as it is."""

        def give_up(books: Books) -> Stage:
            try:
                books.orders.to_pay(session.number, session.digest)
            except OrderRefusedError as error:
                return _stage_of(error)
            books.orders.happen(session.number, event, self.clock_ms(), {})
            return stage

        return await self._store.do(give_up)

    async def _order(self, session: PageSession) -> PageOrder:
        """The order of a session, without what happened to it since the shop posted it anew."""
        return as_posted(await self._store.do(lambda books: books.orders.order(session.number)), session.digest)

    def merchant_name(self, shop: Shop) -> str:
        return self.specs.merchants[shop.merchant_id].name

    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock_ms() / 1000, self.specs.calendar.zone).date()


def _stage_of(error: OrderRefusedError) -> Stage:
    return "replaced" if isinstance(error, OrderReplacedError) else "refused"
