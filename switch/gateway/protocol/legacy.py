"""The protocol of Maroc Télécommerce before est3Dgate, which shops still speak: checksums of MD5, an answer of four fields.

Two versions are known of public integrations: ``2017`` (one amount, ``totalAmountTx``) and ``2010`` (an item count and
``TotalmountTx``). The text of a checksum is escaped as PHP's ``rawurlencode`` does.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final, Literal
from urllib.parse import quote

from switch.gateway.protocol.payment_request import FieldError, minor_units
from switch.gateway.protocol.posted import Posted
from switch.record import frozen

LegacyVersion = Literal["2017", "2010"]
#: What a checksum is made of, behind the address of the page that is called: names in any case.
_COVERED: Final[dict[LegacyVersion, tuple[str, ...]]] = {
    "2017": ("storeId", "cartId", "totalAmountTx", "email"),
    "2010": ("StoreId", "CartId", "Count", "TotalmountTx", "Email"),
}
_ANSWER: Final = re.compile(r"([01]);([^;]{1,64});([0-9]{8}|Null);([0-9])")


@frozen(kw_only=True)
class LegacyRequest:
    """A payment as a shop of the earlier protocol asks for it."""

    version: LegacyVersion
    store_id: str
    order_id: str
    amount_minor: int  #: dirhams: the protocol has no other currency
    email: str
    language: str
    book_url: str  #: the server of the shop, asked before the payment is booked
    update_url: str  #: where the shopper's browser returns to
    offer_url: str  #: the shop
    name: str


def legacy_checksum(version: LegacyVersion, url: str, posted: Posted, secret: str) -> str:
    """The checksum over the address that is called and the fields, under the secret of a store."""
    text = url + "".join(posted[name] for name in _COVERED[version]) + secret
    return hashlib.md5(quote(text.encode("utf-8", "surrogateescape"), safe="-._~").encode(), usedforsecurity=False).hexdigest()


def read_legacy(posted: Posted) -> LegacyRequest:
    """A post that was found right before, read again."""
    version: LegacyVersion = "2010" if "TotalmountTx" in posted else "2017"
    return LegacyRequest(
        version=version,
        store_id=posted["storeId"].strip(),
        order_id=posted["cartId"].strip(),
        amount_minor=minor_units(posted[_COVERED[version][-2]].strip(), "504") or 0,
        email=posted["email"].strip(),
        language=posted["langue"].strip().lower(),
        book_url=posted["bookURL"].strip(),
        update_url=posted["updateURL"].strip(),
        offer_url=posted["offerURL"].strip(),
        name=posted["name"].strip(),
    )


def legacy_request(posted: Posted, url: str, secret: str) -> tuple[LegacyRequest | None, tuple[FieldError, ...]]:
    """The payment a post asks for, or None and all that is wrong with it. ``url`` is the address it was posted to."""
    version: LegacyVersion = "2010" if "TotalmountTx" in posted else "2017"
    amount_name = _COVERED[version][-2]
    errors = [
        FieldError(name, "nothing", "a value")
        for name in (*_COVERED[version], "updateURL", *(("bookURL",) if version == "2017" else ()))
        if not posted[name].strip()
    ]
    amount = minor_units(posted[amount_name].strip(), "504")
    if posted[amount_name].strip() and not amount:
        errors.append(FieldError(amount_name, repr(posted[amount_name][:20]), "an amount in dirhams such as 31.50"))
    expected = legacy_checksum(version, url, posted, secret)
    if not hmac.compare_digest(posted["checksum"].strip().lower().encode("utf-8", "replace"), expected.encode()):
        covered = ", ".join(("the address " + url, *_COVERED[version]))
        wanted = f"the MD5 of rawurlencode over {covered} and the secret of the store"
        errors.append(FieldError("checksum", repr(posted["checksum"][:40]) if posted["checksum"] else "nothing", wanted))
    if errors:
        return None, tuple(errors)
    return read_legacy(posted), ()


@frozen(kw_only=True)
class PaidWith:
    """What a shop of the earlier protocol is told of a payment and its card."""

    order_number: str  #: the gateway's own, of the payment
    bank: str
    pan_masked: str
    expiry: str  #: MMYY
    brand: str


def booking_fields(request: LegacyRequest, posted: Posted, paid: PaidWith, secret: str) -> dict[str, str]:
    """What the server of the shop is asked to book."""
    checksum = legacy_checksum(request.version, request.book_url, posted, secret)
    return {
        "cartId": request.order_id,
        "totalAmountTx": posted[_COVERED[request.version][-2]],
        "email": request.email,
        "orderNumber": paid.order_number,
        "bankName": paid.bank,
        "ccn": paid.pan_masked,
        "expirationDate": paid.expiry,
        "paymentBrandName": paid.brand,
        "checksum": checksum,
    }


def return_fields(request: LegacyRequest, posted: Posted, order_number: str, secret: str) -> dict[str, str]:
    """What the shopper's browser brings back to ``updateURL`` by GET, once the payment is booked."""
    checksum = legacy_checksum(request.version, request.update_url, posted, secret)
    if request.version == "2010":
        return {"cartId": request.order_id, "paymentResult": "ok", "mtc_order_num": order_number, "checksum": checksum}
    amount = posted[_COVERED[request.version][-2]]
    return {
        "cartId": request.order_id,
        "totalAmountTx": amount,
        "email": request.email,
        "orderNumber": order_number,
        "checksum": checksum,
    }


def booking_accepted(body: bytes, order_id: str) -> tuple[bool, str]:
    """Whether the shop booked a payment, and what was wrong with its answer.

    >>> booking_accepted(b"1;A-17;20261128;2", "A-17")
    (True, '')
    >>> booking_accepted(b"OK", "A-17")
    (False, "found 'OK', expected 1;A-17;date as YYYYMMDD;2 to accept, 0;Null;Null;1 to reject")
    """
    text = body[:200].decode(errors="replace").strip()
    found = _ANSWER.fullmatch(text)
    if found is not None and found[1] == "0":
        return False, ""
    if found is not None and found[2] == order_id:
        return True, ""
    expected = f"expected 1;{order_id};date as YYYYMMDD;2 to accept, 0;Null;Null;1 to reject"
    return False, f"found {text[:40]!r}, {expected}" if text else f"found nothing, {expected}"
