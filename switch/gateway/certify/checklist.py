"""The checks, in order: each makes a callback, sends it to the shop, and says what its answer is worth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Literal

from attrs import evolve

from switch.errors import SwitchError, UnreachableError
from switch.gateway.protocol.answers import Authentication, PaymentOutcome, answer_fields, callback_fields
from switch.gateway.protocol.callbacks import CallbackAnswer, callback_answer
from switch.gateway.protocol.hash_diagnosis import diagnosed
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.protocol.payment_request import FORM_FIELDS, PaymentRequest, payment_request
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.calling_back import EVENT_HEADER
from switch.gateway.site.http_call import CALL_SECONDS, post_form
from switch.record import frozen
from switch.specs.gateway.gateway_profile import Shop

CheckVerdict = Literal["passed", "failed", "not checked"]
ORDERS_NEEDED: Final = 3  #: that wait in the shop
#: What may be answered: the payment is taken (captured by the page, or later by the shop), noted, refused, or not captured.
_TAKEN: Final = ("ACTION=POSTAUTH", "APPROVED")
_NOTED: Final = ("APPROVED",)
_REFUSED: Final = ("FAILURE",)
_NOT_CAPTURED: Final = ("APPROVED", "FAILURE")
_FORM: Final = "the form posts an order as it should"
_EURO: Final = "978"
_LETTERS: Final = "Zoé | Benaïssa \\ زينب & Œuvre"
NewOrder = Callable[[], Awaitable[Posted]]


@frozen(kw_only=True)
class CheckResult:
    """One line of the sheet. ``answer`` is what the shop wrote, its beginning."""

    check: str
    order: str
    expected: str
    answer: str
    verdict: CheckVerdict
    remark: str = ""


class Certification:
    """One run against one shop. ``new_order`` gives the form of an order that waits in the shop."""

    def __init__(
        self, shop: Shop, merchant: str, new_order: NewOrder, *, form_checked: bool, seconds: float = CALL_SECONDS
    ) -> None:
        self._shop, self._merchant, self._new_order = shop, merchant, new_order
        self._form_checked, self._seconds = form_checked, seconds
        self._number = 0
        self._there = form_checked  # a shop whose form was read is there, as is one that has answered
        self.results: list[CheckResult] = []

    async def run(self) -> tuple[CheckResult, ...]:
        """All the checks. UnreachableError where the shop is not there at all; one that breaks off an answer fails a check."""
        first = await self._order(_FORM)
        if first is not None:
            await self._refusals(first)
            await self._one_order(first)
        second = await self._order("")
        if second is not None:
            await self._letters(second)
        third = await self._order("")
        if third is not None:
            await self._late(third)
        return tuple(self.results)

    @property
    def passed(self) -> bool:
        return all(each.verdict != "failed" for each in self.results)

    async def _order(self, check: str) -> PaymentRequest | None:
        """An order that waits; a form that cannot be had or read, or has another hash, is a failure of its own."""
        try:
            posted = await self._new_order()
        except SwitchError as error:
            if not self._there:
                raise
            self._note(check or _FORM, "", "HASH", "", str(error))
            return None
        request, errors = payment_request(posted)
        why = "; ".join(map(str, errors))
        if self._form_checked and not why:
            found = diagnosed(posted, self._shop.store_key, {}, FORM_FIELDS)
            why = "" if found.accepted_as else " ".join(found.sentences) or "HASH: found another, expected ver3"
        if request is not None and not why and not request.callback_url:
            why = "callbackUrl: found nothing, expected the address of the shop's server"
        if why or check:
            self._note(check or _FORM, posted["oid"], "HASH", "", why, checked=self._form_checked)
        return None if why else request

    def _note(self, check: str, order: str, expected: str, answer: str, why: str, *, checked: bool = True) -> None:
        verdict: CheckVerdict = "failed" if why else "passed" if checked else "not checked"
        self.results.append(
            CheckResult(check=check, order=order, expected=expected, answer=answer, verdict=verdict, remark=why)
        )

    # what is sent

    async def _refusals(self, request: PaymentRequest) -> None:
        """Approvals that are none."""
        paid = self._outcome()
        wrong_key = self._fields(request, paid, key=f"{self._shop.store_key}-of-somebody-else")
        await self._send("a hash made with another key", request, wrong_key, _REFUSED)
        less = evolve(request, echoed=_with(request, {"amount": _lowered(request)}))
        await self._send("an amount that is not the order's", request, self._fields(less, paid), _REFUSED)
        euros = evolve(request, echoed=_with(request, {"currency": _EURO}))
        await self._send("the right amount in another currency", request, self._fields(euros, paid), _REFUSED)
        unknown = evolve(request, order_id=f"{request.order_id}-0", echoed=_with(request, {"oid": f"{request.order_id}-0"}))
        await self._send("an order the shop does not have", request, self._fields(unknown, paid), _REFUSED)

    async def _one_order(self, request: PaymentRequest) -> None:
        """A refusal, then a payment, then the same callback, then another payment."""
        declined = evolve(self._outcome(), answer="Declined", code="51", auth_code="", message="declined with 51")
        await self._send("a declined payment", request, self._fields(request, declined), _NOTED)
        fields = self._fields(request, self._outcome())
        await self._send("the same order, approved after the refusal", request, fields, _TAKEN)
        await self._send("the same callback once more", request, fields, _TAKEN)
        other = self._fields(request, self._outcome())
        await self._send("a second payment of an order that is paid", request, other, _NOT_CAPTURED)

    async def _letters(self, request: PaymentRequest) -> None:
        """Accents, Arabic, ``|`` and ``\\``, and the fields of an amount shown in another currency."""
        more = {"BillToName": _LETTERS, "amountCur": "3.02", "symbolCur": "EUR"}
        with_letters = evolve(request, echoed=_with(request, more))
        await self._send(
            "accents, | and \\, and an amount shown in euros", request, self._fields(with_letters, self._outcome()), _TAKEN
        )

    async def _late(self, request: PaymentRequest) -> None:
        """The shopper's browser is back before the server hears of the payment."""
        outcome = self._outcome()
        back = answer_fields(request, outcome, self._merchant, self._shop.store_key)
        if request.ok_url != request.callback_url:  # of an order placed by hand the page is not known
            with suppress(UnreachableError):  # it is not what is checked here
                await post_form(request.ok_url, tuple(back.items()), seconds=self._seconds)
        await self._send("a callback that comes after the browser", request, self._fields(request, outcome), _TAKEN)

    def _outcome(self) -> PaymentOutcome:
        self._number += 1
        return PaymentOutcome(
            answer="Approved",
            code="00",
            transaction_id=f"26332T120000N{self._number:06d}",
            at="20261128 12:00:00",
            random=f"certify-{self._number}",
            client_ip="127.0.0.1",
            auth_code=f"A{self._number:05d}",
            reference=f"633212{self._number:06d}",
            stan=f"{self._number:06d}",
            pan_masked="400000******0010",
            brand="visa",
            authentication=Authentication(md_status="2", trans_status="U", eci="07"),
        )

    def _fields(self, request: PaymentRequest, outcome: PaymentOutcome, *, key: str = "") -> dict[str, str]:
        return callback_fields(request, outcome, self._merchant, key or self._shop.store_key)

    async def _send(self, check: str, request: PaymentRequest, fields: Mapping[str, str], expected: tuple[str, ...]) -> None:
        headers = ((EVENT_HEADER, f"certify-{self._number}"),)
        try:
            came = await post_form(request.callback_url, tuple(fields.items()), headers, seconds=self._seconds)
        except UnreachableError as error:
            if not self._there:
                raise
            self._note(check, fields["oid"], " / ".join(expected), "", str(error))
            return
        self._there = True
        told = callback_answer(came.status, came.body)
        word = came.body.decode("utf-8", "replace").strip()
        why = told.remark or ("" if word in expected else _why(told, expected))
        kind = came.header("content-type").partition(";")[0].strip().lower()
        if not why and kind != "text/plain":
            why = f"Content-Type: found {kind or 'nothing'!r}, expected text/plain"
        self._note(check, fields["oid"], " / ".join(expected), word[:40], why)


def _why(told: CallbackAnswer, expected: tuple[str, ...]) -> str:
    meant = {"capture": "it takes the payment", "acknowledge": "it notes the payment", "failure": "it refuses the payment"}
    return f"{meant[told.verdict]}, expected {' or '.join(expected)}"


def _with(request: PaymentRequest, changes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What comes back, with other values; fields are found in any case."""
    names = {name.lower() for name in changes}
    kept = tuple((name, value) for name, value in request.echoed if name.lower() not in names)
    return (*kept, *changes.items())


def _lowered(request: PaymentRequest) -> str:
    """A tenth of the amount, or a centime more where that is nothing."""
    minor = request.amount_minor // 10 or request.amount_minor + 1
    return f"{minor // 100}.{minor % 100:02d}"


def order_form(shop: Shop, order_id: str, amount: str, callback_url: str) -> Posted:
    """The form of an order that somebody placed in the shop by hand."""
    fields: dict[str, Any] = {
        "clientid": shop.client_id,
        "storetype": "3D_PAY_HOSTING",
        "TranType": "PreAuth",
        "amount": amount,
        "currency": shop.currencies[0],
        "oid": order_id,
        "okUrl": callback_url,
        "failUrl": callback_url,
        "callbackUrl": callback_url,
        "lang": "fr",
        "hashAlgorithm": "ver3",
        "encoding": "UTF-8",
    }
    return Posted(tuple(signed(fields, shop.store_key).items()))
