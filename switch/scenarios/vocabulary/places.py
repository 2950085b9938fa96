"""Who misbehaves by a rule."""

from __future__ import annotations

from typing import Final

HOST, ISSUER, PAGE = "host", "issuer", "page"
#: The host, as its acquirers see it, an issuer, as the host sees it, or the page on which shoppers pay.
PLACES: Final = (HOST, ISSUER, PAGE)
