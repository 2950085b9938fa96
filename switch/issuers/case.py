"""One request before an issuer, with all that its checks look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from switch.issuers.account import AccountBook
from switch.issuers.cards.magic import Match
from switch.issuers.entry import Records
from switch.issuers.profile import Card
from switch.issuers.proofs.proof import Proof
from switch.transaction import Authorization, CardUse


class Means(NamedTuple):
    """What an issuer judges with beside its accounts."""

    records: Records  #: its durable book
    country: str  #: its own, ISO 3166 numeric
    read_use: Callable[[Authorization], CardUse]  #: how and where a request says the card is used


class Case(NamedTuple):
    """All that a check looks at."""

    request: Authorization
    match: Match | None
    card: Card
    available_minor: int
    today_yymm: str
    issuer_id: str
    now_ms: int
    accounts: AccountBook
    means: Means
    proof: Proof | None = None  #: of a request that carries some, and an issuer that looks at them

    @property
    def currency(self) -> str:
        """Of the account."""
        return self.accounts.currency

    @property
    def use(self) -> CardUse:
        return self.means.read_use(self.request)
