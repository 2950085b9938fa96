"""Who has signed in to the office: sessions in memory, each known by a cookie nobody can guess, with a token for its forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from typing import Final

from attrs import define, field

OFFICE_SESSIONS_MAX: Final = 5_000  #: behind them the one that began first is forgotten
SESSIONS_OF_MERCHANT_MAX: Final = 50  #: one more ends the first of this merchant's, and no other merchant's
IDLE_MINUTES: Final = 30  #: without a request, and a session is over
SESSION_HOURS: Final = 12  #: after which it is over in any case
_TOKEN_BYTES: Final = 32  #: 256 bits
_MINUTE_MS: Final = 60_000


@define(eq=False)
class OfficeSession:
    """A merchant that has signed in. Times are epoch milliseconds."""

    merchant_id: str
    password_set_at_ms: int  #: of the password it signed in with; another one ends the session
    began_ms: int
    seen_ms: int
    form_token: str = field(factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES), repr=False)
    notice: tuple[str, str] | None = None  #: what the last form came to, for the next page: a text key, and what goes into it

    def sent(self, token: str) -> bool:
        """Whether a form is of this session."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.form_token.encode())

    def is_over(self, now_ms: int) -> bool:
        idle, all_of_it = now_ms - self.seen_ms, now_ms - self.began_ms
        return idle > IDLE_MINUTES * _MINUTE_MS or all_of_it > SESSION_HOURS * 60 * _MINUTE_MS


class OfficeSessions:
    """The sessions there are; after a restart there are none."""

    def __init__(self) -> None:
        self._by_digest: OrderedDict[str, OfficeSession] = OrderedDict()
        self._key = secrets.token_bytes(_TOKEN_BYTES)

    def begin(self, merchant_id: str, password_set_at_ms: int, now_ms: int) -> str:
        """A merchant signs in: the value of its cookie."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        own = [digest for digest, each in self._by_digest.items() if each.merchant_id == merchant_id]
        for digest in own[: max(0, len(own) - SESSIONS_OF_MERCHANT_MAX + 1)]:
            del self._by_digest[digest]
        self._by_digest[_digest(token)] = OfficeSession(merchant_id, password_set_at_ms, now_ms, now_ms)
        while len(self._by_digest) > OFFICE_SESSIONS_MAX:
            self._by_digest.popitem(last=False)
        return token

    def find(self, token: str, now_ms: int) -> OfficeSession | None:
        """The session of a cookie, which is seen now; None where there is none, or it is over."""
        session = self._by_digest.get(_digest(token))
        if session is None:
            return None
        if session.is_over(now_ms):
            self.end(token)
            return None
        session.seen_ms = now_ms
        return session

    def end(self, token: str) -> None:
        """The merchant signs out."""
        self._by_digest.pop(_digest(token), None)

    # the form to sign in with has no session yet: its token follows from a cookie of its own

    @staticmethod
    def new_visit() -> str:
        return secrets.token_urlsafe(_TOKEN_BYTES)

    def visit_token(self, visit: str) -> str:
        """The token that the form of a visit carries."""
        return hmac.new(self._key, visit.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def is_of_visit(self, visit: str, token: str) -> bool:
        return bool(visit) and hmac.compare_digest(self.visit_token(visit), token.encode("ascii", "replace").decode())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
