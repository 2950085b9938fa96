"""The desk of the office: who may sign in, which orders a merchant sees, and what it may have done with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Literal

import trio

from switch.errors import SwitchError, UnansweredError
from switch.gateway.front.token_buckets import TokenBuckets, address_key
from switch.gateway.office.journal_view import JournalEntry, journal_entries
from switch.gateway.office.office_sessions import OfficeSession, OfficeSessions
from switch.gateway.office.passwords import PASSWORD_CHARACTERS, password_is
from switch.gateway.office.statement_files import read_statement, statement_dates_of
from switch.gateway.payments.desk import PaymentDesk
from switch.gateway.payments.turns import Turns
from switch.gateway.protocol.payment_request import minor_units
from switch.gateway.store.callback_book import Callback, CallbackAttempt
from switch.gateway.store.office_book import PostedOrder
from switch.gateway.store.order_book import OrderRefusedError, PageOrder
from switch.gateway.store.reading import StoreReader
from switch.gateway.store.writer import Books, StoreWriter
from switch.record import frozen
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs
from switch.transaction import APPROVALS

SIGN_INS_AT_ONCE: Final = 2  #: tries whose password is being computed; others wait for their turn
SIGN_INS_WAITING_MAX: Final = 8  #: more tries than that are sent away at once
TRIES_OF_PAIR: Final = 5  #: wrong passwords for one merchant from one address; then one try a minute
STATEMENTS_AT_ONCE: Final = 1  #: that are made while payments go on
PAGE_ORDERS: Final = 50  #: on one page of a list
_BUSY_SECONDS: Final = 5
_MERCHANT_ID: Final = re.compile(r"[A-Za-z0-9]{1,15}")

OfficeAct = Literal["capture", "void", "refund"]
OFFICE_ACTS: Final[tuple[OfficeAct, ...]] = ("capture", "void", "refund")
#: In which states of an order an act is offered; the payment desk decides.
_OFFERED: Final[Mapping[OfficeAct, frozenset[str]]] = {
    "capture": frozenset({"held"}),
    "void": frozenset({"held", "captured"}),
    "refund": frozenset({"captured", "settled"}),
}


@frozen(kw_only=True)
class SignIn:
    """What came of a try to sign in: the value of a cookie, or the seconds after which the next try is looked at, or neither:
    merchant or password are wrong."""

    token: str = ""
    wait_seconds: int = 0


@frozen(kw_only=True)
class DayOfOrders:
    """The orders of a date: those of one page, and of all of them how many are in which state."""

    orders: tuple[PageOrder, ...]
    page: int
    pages: int
    states: tuple[tuple[str, int, int, str], ...]  #: state, count, minor units asked for, currency


@frozen(kw_only=True)
class OrderLife:
    """All that is known of an order: the page's side, and the centre's."""

    order: PageOrder
    shop: Shop
    callbacks: tuple[tuple[Callback, tuple[CallbackAttempt, ...]], ...]
    journal: tuple[JournalEntry, ...] | None  #: None: the journal cannot be read from here
    acts: tuple[OfficeAct, ...]
    left_minor: int  #: what may be captured, or is not refunded yet


class OfficeDesk:
    """What merchants do in the office."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        desk: PaymentDesk,
        data: Path,
        *,
        tries: TokenBuckets,
        clock_ms: Callable[[], int],
        limits_ms: Callable[[], int],
    ) -> None:
        """``clock_ms`` is the clock of orders and statements, ``limits_ms`` that of tries and of who is signed in."""
        self.specs, self.clock_ms, self._limits_ms, self.sessions = specs, clock_ms, limits_ms, OfficeSessions()
        self._store, self._desk, self._data, self._tries = store, desk, data, tries
        self._reader = StoreReader(store.path)
        self._pairs = TokenBuckets(burst=TRIES_OF_PAIR, per_minute=1, clock_ms=limits_ms)
        self._signing_in = 0  #: tries under way
        self._computing = trio.CapacityLimiter(SIGN_INS_AT_ONCE)
        self._rendering = trio.CapacityLimiter(STATEMENTS_AT_ONCE)
        self._acting = Turns()

    # signing in

    async def sign_in(self, merchant_id: str, password: str, address: str) -> SignIn:
        """A merchant types its password. Tries are counted for a merchant and an address together, and for an address alone,
        so that whoever guesses keeps no merchant out."""
        merchant_id, address = merchant_id.strip(), address_key(address)
        known = merchant_id if _MERCHANT_ID.fullmatch(merchant_id) else ""
        pair = (known, address)
        if self._signing_in >= SIGN_INS_AT_ONCE + SIGN_INS_WAITING_MAX:  # whoever is not looked at has not tried
            return SignIn(wait_seconds=_BUSY_SECONDS)
        wait = self._tries.wait_seconds(address) or self._pairs.wait_seconds(pair)
        if wait:
            return SignIn(wait_seconds=wait)
        self._signing_in += 1
        try:
            return await self._compared(known, password, pair)
        finally:
            self._signing_in -= 1

    async def _compared(self, known: str, password: str, pair: tuple[str, str]) -> SignIn:
        stored = await self._reader.do(lambda books: books.office.password(known))  # also of nobody: it takes as long
        stored = stored if self.shops_of(known) else None
        typed = password if len(password) in PASSWORD_CHARACTERS else ""
        record = stored.record if stored is not None and typed else None
        if not await trio.to_thread.run_sync(password_is, typed, record, limiter=self._computing) or stored is None:
            return SignIn()
        self._pairs.give_back(pair)
        return SignIn(token=self.sessions.begin(known, stored.set_at_ms, self._limits_ms()))

    async def session(self, cookie: str) -> OfficeSession | None:
        """Who a cookie is of; None where nobody is signed in by it, or the password was changed since."""
        session = self.sessions.find(cookie, self._limits_ms()) if cookie else None
        if session is None:
            return None
        merchant_id = session.merchant_id
        stored = await self._reader.do(lambda books: books.office.password(merchant_id))
        if stored is None or stored.set_at_ms != session.password_set_at_ms or not self.shops_of(merchant_id):
            self.sessions.end(cookie)
            return None
        return session

    def shops_of(self, merchant_id: str) -> dict[str, Shop]:
        """The shops of a merchant, by their client ids."""
        if not merchant_id:
            return {}
        return {each.client_id: each for each in self.specs.gateway.shops.values() if each.merchant_id == merchant_id}

    # orders

    def today(self) -> str:
        """The date where the centre is."""
        return f"{datetime.fromtimestamp(self.clock_ms() / 1000, self.specs.calendar.zone):%Y-%m-%d}"

    async def day(self, merchant_id: str, date: str, page: int) -> DayOfOrders:
        """The orders that were posted on a date, the last one first; the pages of a list begin at 1."""
        clients = tuple(self.shops_of(merchant_id))
        first, end = self._span(date)

        def ask(books: Books) -> tuple[list[PostedOrder], tuple[PageOrder, ...], int, int]:
            posted = books.office.posted(clients, first, end)
            pages = max(1, -(-len(posted) // PAGE_ORDERS))
            chosen = min(max(1, page), pages)
            shown = posted[(chosen - 1) * PAGE_ORDERS : chosen * PAGE_ORDERS]
            return posted, tuple(books.orders.order(each.number) for each in shown), chosen, pages

        posted, orders, chosen, pages = await self._reader.do(ask)
        sums: dict[tuple[str, str], list[int]] = {}
        for each in posted:
            of_state = sums.setdefault((each.state, each.currency), [0, 0])
            of_state[0] += 1
            of_state[1] += each.amount_minor
        states = tuple((state, count, minor, currency) for (state, currency), (count, minor) in sorted(sums.items()))
        return DayOfOrders(orders=orders, page=chosen, pages=pages, states=states)

    def _span(self, date: str) -> tuple[int, int]:
        """When a date begins and ends: epoch milliseconds."""
        zone, day = self.specs.calendar.zone, datetime.fromisoformat(date).date()
        begins = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
        first, end = (round(each.timestamp() * 1000) for each in begins)
        return first, end

    async def find(self, merchant_id: str, wanted: str) -> int | None:
        """The number of an order by the shop's order number or the page's transaction number; None where it has none such."""
        clients = tuple(self.shops_of(merchant_id))

        def ask(books: Books) -> int | None:
            for client in clients:
                found = books.orders.find(client, wanted) or books.orders.by_transaction(client, wanted)
                if found is not None:
                    return found.number
            return None

        return await self._reader.do(ask)

    async def life(self, merchant_id: str, number: int) -> OrderLife | None:
        """All of an order; None where the merchant has none of this number."""
        shops = self.shops_of(merchant_id)

        def ask(books: Books) -> tuple[PageOrder, tuple[tuple[Callback, tuple[CallbackAttempt, ...]], ...]] | None:
            order = books.office.own(tuple(shops), number)
            if order is None:
                return None
            told = [each for each in books.callbacks.all(order.order_id) if each.order_no == number]
            return order, tuple((each, tuple(books.callbacks.attempts(each.id))) for each in told)

        found = await self._reader.do(ask)
        if found is None:
            return None
        order, callbacks = found
        shop = shops[order.client_id]
        journal = await trio.to_thread.run_sync(journal_entries, self._data, order, shop)
        return OrderLife(
            order=order,
            shop=shop,
            callbacks=callbacks,
            journal=journal,
            acts=acts_offered(order),
            left_minor=left_minor(order),
        )

    async def act(self, merchant_id: str, number: int, act: OfficeAct, typed: str, seen: str) -> tuple[str, str] | None:
        """Capture, void or refund an order: what came of it, as a text key and what goes into that text; None where the
        merchant has no such order. ``seen`` is how much had happened to the order when the form was shown: where more has
        happened since, nothing is done, so that a form that is sent twice moves money once."""
        shops = self.shops_of(merchant_id)
        async with self._acting.of(number):
            order = await self._reader.do(lambda books: books.office.own(tuple(shops), number))
            if order is None:
                return None
            if seen != str(order.steps):
                return "act_meanwhile", ""
            shop, left = shops[order.client_id], left_minor(order)
            amount = minor_units(re.sub(r"\s", "", typed), _currency(order)) if typed.strip() else None
            if act != "void" and (amount is None or not 0 < amount <= left):
                return "act_amount", ""
            return await self._acted(order, shop, act, amount)

    async def _acted(self, order: PageOrder, shop: Shop, act: OfficeAct, amount: int | None) -> tuple[str, str]:
        try:
            if act == "refund":
                result = await self._desk.refund(order.number, shop, amount)
                code = "00" if result.answer == "Approved" else result.code
            elif act == "capture":
                code = await self._desk.capture(order.number, shop, amount)
            else:
                code = await self._desk.void(order.number, shop)
        except UnansweredError:
            return "act_unanswered", ""
        except OrderRefusedError:
            return "act_state", ""
        except SwitchError:
            return "act_fault", ""
        return ("act_done", act) if code in APPROVALS else ("act_declined", code)

    # statements

    async def statement_dates(self, merchant_id: str) -> tuple[str, ...]:
        """The dates of the merchant's statements, the newest first."""
        return await trio.to_thread.run_sync(statement_dates_of, self._data, merchant_id)

    async def statement(self, merchant_id: str, date: str, suffix: str) -> bytes | None:
        """A statement in a form; None where there is none, or its file is not as the books have it."""
        made = partial(read_statement, self._data, merchant_id, date, suffix)
        return await trio.to_thread.run_sync(made, limiter=self._rendering)


def _currency(order: PageOrder) -> str:
    return str((order.last("post") or {}).get("currency", "504"))


def acts_offered(order: PageOrder) -> tuple[OfficeAct, ...]:
    """What may be done with an order as it is."""
    offered = [act for act in OFFICE_ACTS if order.state in _OFFERED[act]]
    return tuple(act for act in offered if not (act == "void" and order.refunded_minor))


def left_minor(order: PageOrder) -> int:
    """What of an order may be captured, or has been and is not given back: minor units."""
    approved = order.last("approved", "approved and captured")
    if approved is None:
        return 0
    captured = order.last("capture") or approved["paid"]
    return int(captured["amount_minor"]) - order.refunded_minor
