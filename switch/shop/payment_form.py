"""What the shop posts to the payment page, and what it makes of what comes back. A shop's own code would look like this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from switch.gateway.protocol.hash_rules import is_hash, signed
from switch.gateway.protocol.payment_request import minor_units
from switch.gateway.protocol.posted import Posted
from switch.money import format_minor
from switch.record import frozen
from switch.shop.shop_book import ShopBook, ShopOrder, ShopPayment

DIRHAM = "504"

#: What a shop answers a callback with.
CallbackWord = Literal["ACTION=POSTAUTH", "APPROVED", "FAILURE"]


@frozen(kw_only=True)
class ShopAccount:
    """What the acquirer gave to the shop: where the page is, who it is there, and the key both know."""

    page_url: str  #: …/fim/est3Dgate
    client_id: str
    store_key: str
    own_url: str  #: of the shop, without a slash at the end


def payment_fields(account: ShopAccount, order: ShopOrder, random: str) -> Mapping[str, str]:
    """The form for the payment page, with its hash."""
    back = account.own_url
    fields = {
        "clientid": account.client_id,
        "storetype": "3D_PAY_HOSTING",
        "TranType": "PreAuth",
        "amount": format_minor(order.amount_minor, DIRHAM),
        "currency": DIRHAM,
        "oid": order.number,
        "okUrl": f"{back}/back/ok/{order.receipt}",
        "failUrl": f"{back}/back/fail/{order.receipt}",
        "callbackUrl": f"{back}/callback",
        "shopurl": f"{back}/",
        "lang": order.language,
        "email": order.email,
        "BillToName": order.customer,
        "BillToCountry": "MA",
        "AutoRedirect": "true",
        "refreshtime": "3",
        "hashAlgorithm": "ver3",
        "encoding": "UTF-8",
        "rnd": random,
    }
    return signed(fields, account.store_key)


def is_genuine(posted: Posted, store_key: str) -> bool:
    """Whether a post comes from the gateway: its hash is made with the key that only the two know."""
    return is_hash(posted["HASH"], posted, store_key)


def called_back(book: ShopBook, posted: Posted, store_key: str, at: str) -> CallbackWord:
    """Take a callback: check the hash, the order, the amount and its currency, and settle the bills of an approved payment.

    A payment that is already settled is accepted again, for a callback may be repeated; a second payment of an order is not.
    """
    if not is_genuine(posted, store_key):
        return "FAILURE"
    number = posted["oid"]
    if posted["ProcReturnCode"] not in ("00", "0"):
        book.refuse(number)
        return "APPROVED"
    if posted["currency"].strip() != DIRHAM:
        return "FAILURE"
    amount = minor_units(posted["amount"].strip(), DIRHAM)
    payment = ShopPayment(
        transaction_id=posted["TransId"], approval=posted["AuthCode"], card=posted["maskedCreditCard"], paid_at=at
    )
    settled = book.settle(number, amount or 0, payment)
    return "ACTION=POSTAUTH" if settled in ("settled", "already settled") else "FAILURE"
