"""The public list of sites that take payments on this page (*Payer en ligne*): name, address, acquirer, and since when."""

from __future__ import annotations

import json

from switch.record import frozen
from switch.specs.gateway.gateway_profile import GatewayProfile


@frozen(kw_only=True)
class ApprovedSite:
    """A site of the list. ``approved_on`` is an ISO date."""

    name: str
    address: str
    approved_on: str
    acquirer: str


def approved_sites(profile: GatewayProfile) -> tuple[ApprovedSite, ...]:
    """The shops that name their site, by their names."""
    found = [
        ApprovedSite(
            name=shop.name, address=shop.site, approved_on=shop.approved_on, acquirer=profile.acquirers[shop.acquirer].name
        )
        for shop in profile.shops.values()
        if shop.site
    ]
    return tuple(sorted(found, key=lambda site: (site.name.casefold(), site.address)))


def sites_json(sites: tuple[ApprovedSite, ...], as_of: str) -> bytes:
    """The same for programs: an object with the date of the list and its sites.

    >>> sites_json((), "2026-11-22")
    b'{"as_of": "2026-11-22", "sites": []}'
    """
    listed = [
        {"name": site.name, "address": site.address, "approved_on": site.approved_on, "acquirer": site.acquirer}
        for site in sites
    ]
    return json.dumps({"as_of": as_of, "sites": listed}, ensure_ascii=False).encode()
