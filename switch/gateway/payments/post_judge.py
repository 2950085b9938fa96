"""Whether what a shop posts is right: a shop of this acquirer, a currency it sells in, a hash with its key; and if not, why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import trio

from switch.gateway.protocol.hash_diagnosis import HashDiagnosis, accepted_as, diagnosed
from switch.gateway.protocol.payment_request import CARD_FIELDS, FORM_FIELDS, FieldError, PaymentRequest
from switch.gateway.protocol.posted import Posted
from switch.specs.gateway.gateway_profile import AcquirerIdentity, GatewayProfile, Shop

DIAGNOSES_AT_ONCE: Final = 2  #: a wrong hash may take DIAGNOSIS_SECONDS of a processor to explain; nobody else waits for it
DIAGNOSIS_SECONDS: Final = 2.0  #: of a processor; of a form of thirty fields all is tried in a quarter of that
DIAGNOSES_WAITING_MAX: Final = 20  #: more wrong posts than that are refused without a cause


class PostJudge:
    """Judges posts by the shops of a profile. Looking for the cause of a wrong hash is bounded in time and in number."""

    def __init__(self, profile: GatewayProfile) -> None:
        self._profile = profile
        self._diagnosing = trio.CapacityLimiter(DIAGNOSES_AT_ONCE)

    def errors_of_shop(
        self, acquirer: AcquirerIdentity, shop: Shop | None, posted: Posted, request: PaymentRequest | None
    ) -> list[FieldError]:
        """What is wrong with who posts, and where: the fields of a post that do not fit its shop."""
        client = posted["clientid"].strip()
        if shop is None:
            known = ", ".join(self._profile.shops) or "none: gateway.toml names no shop"
            found = repr(client[:60]) if client else "nothing"
            return [FieldError("clientid", found, f"a shop of gateway.toml ({known})")] if client else []
        errors = []
        if shop.acquirer != acquirer.id:
            path = self._profile.acquirers[shop.acquirer].path
            errors.append(FieldError("clientid", f"{client!r} at {acquirer.path}", f"a post to {path}, its acquirer's"))
        if request is not None and request.currency not in shop.currencies:
            errors.append(FieldError("currency", repr(request.currency), f"{' or '.join(shop.currencies)}, as the shop sells"))
        return errors

    async def diagnosis(self, posted: Posted, shop: Shop) -> HashDiagnosis:
        """Whether the hash is right, and if not, why. A shop's own page may ask for the card: then the card is not hashed."""
        card = {name.lower() for name in CARD_FIELDS}
        bare = Posted(tuple((name, value) for name, value in posted.fields if name.lower() not in card))
        if (accepted := accepted_as(bare, shop.store_key)) is not None:
            return HashDiagnosis(accepted_as=accepted)
        keys = {f"that of client id {other.client_id}": other.store_key for other in self._profile.shops.values()}
        if shop.earlier_store_key:
            keys["the one before"] = shop.earlier_store_key
        if self._diagnosing.statistics().tasks_waiting > DIAGNOSES_WAITING_MAX:
            busy = "too many wrong hashes at once: found no time to look for the cause of this one; post it again"
            return HashDiagnosis(accepted_as=None, causes=("unknown",), sentences=(busy,))
        return await trio.to_thread.run_sync(_diagnosed_in_time, bare, shop.store_key, keys, limiter=self._diagnosing)


def _diagnosed_in_time(posted: Posted, store_key: str, known_keys: Mapping[str, str]) -> HashDiagnosis:
    ends = time.thread_time() + DIAGNOSIS_SECONDS
    return diagnosed(posted, store_key, known_keys, FORM_FIELDS, goes_on=lambda: time.thread_time() < ends)
