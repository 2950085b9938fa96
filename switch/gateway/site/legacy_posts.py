"""Posts of shops that speak the protocol before est3Dgate: checked, and begun as any order of the page."""

from __future__ import annotations

from typing import Final

from switch.gateway.payments.legacy_orders import as_page_post
from switch.gateway.protocol.legacy import legacy_request
from switch.gateway.protocol.payment_request import FieldError, payment_request
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.service import PageService
from switch.gateway.site.sessions import PageSession, PostRefusal

LEGACY_PATH: Final = "/mtc/actionSLK"
_PAGE_NAMES: Final = {
    "oid": "cartId",
    "okUrl": "updateURL",
    "failUrl": "offerURL",
    "callbackUrl": "bookURL",
    "amount": "totalAmountTx",
}


async def post_legacy(service: PageService, posted: Posted, url: str, client_ip: str, base: str) -> PageSession | PostRefusal:
    """A shop posts an order to an address of ours."""
    wanted, shops = posted["storeId"].strip(), service.profile.shops
    shop = shops.get(wanted)
    if shop is None or not shop.legacy_secret:
        known = ", ".join(each.client_id for each in shops.values() if each.legacy_secret) or "none"
        found = repr(wanted[:60]) if wanted else "nothing"
        return PostRefusal(errors=(FieldError("storeId", found, f"a shop of gateway.toml with a legacy_secret ({known})"),))
    legacy, errors = legacy_request(posted, url, shop.legacy_secret)
    if legacy is None:
        return PostRefusal(errors=errors, shop=shop)
    request, errors = payment_request(as_page_post(legacy, posted, shop))
    if request is None:
        named = tuple(FieldError(_PAGE_NAMES.get(each.field, each.field), each.found, each.expected) for each in errors)
        return PostRefusal(errors=named, shop=shop)
    return await service.begin(request, shop, client_ip, base)
