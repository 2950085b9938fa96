"""What rules of scenarios say of the issuing bank's page: the centre is asked at each payment, for it has the rules and counts,
unless it has none for the page.

The page finds the centre by the data folder that both have. A centre elsewhere has rules too, and no page asks it for them:
then ``gateway.toml`` alone says what 3-D Secure finds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import trio
from attrs import evolve

from switch.acquirer.messages import HOLD_MTI, SALE_MTI, Paid, Till, payment
from switch.card import AUTHENTICATION_RESULTS
from switch.data_folder.control_socket import CONTROL_SOCKET, ask_centre
from switch.data_folder.page_rules import page_rules_possible
from switch.errors import UnreachableError
from switch.gateway.payments.paying import TypedCard, transmitted_at
from switch.gateway.protocol.payment_request import PaymentRequest
from switch.gateway.store.writer import StoreWriter
from switch.specs.gateway.gateway_profile import AuthenticationRule, Shop
from switch.specs.specification import Specs

ASKED_SECONDS: Final = 5.0  #: how long the centre may take to say its rule; then the payment goes on without
SCRIPTED: Final = "authentication scripted"  #: what the store notes of an order whose result a rule chose


class ScriptedBanks:
    """The rules of the centre in a data folder; ``listener`` is where the page calls it, for rules that ask for a line."""

    def __init__(
        self, specs: Specs, store: StoreWriter, data: Path, *, dialect: str, listener: str, clock_ms: Callable[[], int]
    ) -> None:
        self._specs, self._store, self._data, self._listener, self._clock_ms = specs, store, data, listener, clock_ms
        self._dialect = specs.dialects[dialect]

    async def rule_for(self, number: int, request: PaymentRequest, shop: Shop, card: TypedCard) -> AuthenticationRule:
        """What the bank's page finds for the payment of an order: the result that a rule of the centre chooses, which is
        counted and noted beside the order, else that of ``gateway.toml``."""
        usual = self._specs.gateway.rule_of(card.pan)
        if not page_rules_possible(self._data) or not (self._data / CONTROL_SOCKET).exists():
            return usual
        order = self._order(request, shop, card)
        try:
            said = await trio.to_thread.run_sync(partial(ask_centre, self._data, order, ASKED_SECONDS), abandon_on_cancel=True)
        except UnreachableError as error:
            sys.stderr.write(f"switch: 3-D Secure goes by gateway.toml alone: {error}\n")
            return usual
        result = next((each for each in AUTHENTICATION_RESULTS if each == said.get("result")), None)
        if result is None:
            return usual
        note = {"result": result, "rule": str(said.get("rule", ""))}
        await self._store.do(lambda books: books.orders.note(number, SCRIPTED, self._clock_ms(), note))
        return evolve(usual, result=result)

    def _order(self, request: PaymentRequest, shop: Shop, card: TypedCard) -> dict[str, Any]:
        """The payment as the centre would be asked for it, without what proves the card, and without a number yet."""
        centre, at = self._specs.centre, datetime.fromtimestamp(self._clock_ms() / 1000, self._specs.calendar.zone)
        till = Till(
            merchant=self._specs.merchants[shop.merchant_id],
            terminal_id=shop.terminal_id,
            acquirer_id=centre.institution_id,
            country=centre.country,
        )
        paid = Paid(
            mti=SALE_MTI if request.captures else HOLD_MTI,
            stan="",
            rrn="",
            at=at,
            amount_minor=request.amount_minor,
            currency=request.currency,
            transmitted_at=transmitted_at(at),
            kind="purchase" if request.captures else "preauth",
        )
        message = payment(paid, till, card.pan, card.expiry, None, self._dialect)
        elements = {str(number): value for number, value in message.elements.items() if value}
        return {"do": "threeds", "mti": message.mti, "elements": elements, "line": self._listener}
