"""What a message may name an earlier request by where it has not its key: an RRN, a STAN, or what it repeats of it.

Requests that wait and requests that were decided are found alike. Those the switchboard remembers stand in an index, which is
made when the first message needs it and kept up while others do; for all others the journal is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from switch.routing.memory.history import History
from switch.routing.memory.past import Archive, DecidedRequest, Named, Reference, SameStan
from switch.routing.memory.pending import Exchange, Pending
from switch.transaction import Authorization, ExchangeKey, Reversal, Upload, is_financial_advice

#: A request without any time of its own that is the same as one so long before is that one again. Terminals send again
#: within a minute or two, and count their STANs on with each message that is another.
SAME_AGAIN_SECONDS: Final = 600
#: A STAN alone names a request of so long before or after: no terminal uses up its 999,999 in a day, and a sale is reversed
#: sooner.
SAME_STAN_SECONDS: Final = 86_400
_NEAREST_SEARCHED_MAX: Final = 50  #: requests of a terminal, or of an RRN, looked through for the one a message may have meant
ADDED_MAX: Final = 10_000  #: requests added before the index is made anew of what is remembered; 2 kB each
FEW_WAITING: Final = 100  #: requests that wait and are quicker looked through than those of a name
UNUSED_MAX: Final = 10_000  #: requests that go by before an index that nobody asks is dropped
YEAR_SECONDS: Final = 366 * 86_400


class Near(NamedTuple):
    """The request that is most like the one a message names, and the elements in which they differ."""

    request_id: int
    differing: tuple[str, ...]

    @property
    def differs(self) -> str:
        return f"{' and '.join(self.differing)} differ" + ("s" if len(self.differing) == 1 else "")


class _Filed(NamedTuple):
    """A request in the index."""

    request_id: int
    authorization: Authorization


def seconds_apart(one: str, other: str) -> float:
    """How far two times (MMDDhhmmss) lie apart, over the turn of a year too; for ever where one is none.

    >>> seconds_apart("1231235959", "0101000001"), seconds_apart("0301000000", "0229000000")
    (2.0, 86400.0)
    """
    try:
        apart = abs((_instant(one) - _instant(other)).total_seconds())
    except ValueError:
        return math.inf
    return min(apart, YEAR_SECONDS - apart)


def _instant(at: str) -> datetime:
    return datetime.strptime("2000" + at, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


class Names:
    """The requests of a centre by their other names."""

    def __init__(self, archive: Archive, history: History, pending: Pending) -> None:
        self._archive, self._history, self._pending = archive, history, pending
        self._filed: dict[tuple[str, ...], list[_Filed]] = {}
        self.kept_up = False  #: whether the index holds all that is remembered, and every new request is to be added
        self._added = self._unused = 0

    def add(self, request_id: int, authorization: Authorization) -> None:
        """A request was taken in; to be called where the index is kept up."""
        self._unused += 1
        self._added += 1
        if self._unused > UNUSED_MAX or self._added > ADDED_MAX:
            self._filed, self.kept_up = {}, False
        else:
            self._file(_Filed(request_id, authorization))

    def _file(self, filed: _Filed) -> None:
        request, files = filed.authorization, self._filed
        rrn, stan, terminal_id = request.rrn, request.key.stan, request.key.terminal_id
        for name in (("37", rrn, terminal_id), ("37", rrn), ("11", stan, terminal_id), ("11", stan), (terminal_id,)):
            files.setdefault(name, []).append(filed)

    def _of(self, *name: str) -> Iterator[_Filed]:
        """The requests of a name, the latest first."""
        self._unused = 0
        if not self.kept_up:
            self._filed, self.kept_up, self._added = {}, True, 0
            decided = (_Filed(past.request_id, past.authorization) for past in self._history.remembered())
            waiting = (_Filed(exchange.request_id, exchange.authorization) for exchange in self._pending.all())
            for filed in sorted((*decided, *waiting), key=lambda filed: filed.request_id):
                self._file(filed)
        return reversed(self._filed.get(name, ()))

    # by reference, and by STAN

    def waiting(self, named: ExchangeKey | Named) -> Exchange | None:
        """The latest request of a name that waits for its issuer."""
        if isinstance(named, ExchangeKey):
            return self._pending.get(named)
        if isinstance(named, SameStan):
            exact = self._pending.get(named.key)
            if exact is not None or self._history.find(named.key) is not None:
                return exact
        if len(self._pending) <= FEW_WAITING:  # fewer than a name may have requests
            few = [each for each in self._pending.all() if named.fits(each.authorization)]
            return max(few, key=lambda each: each.request_id, default=None)
        keys = (filed.authorization.key for filed in self._fitting(named))
        return next((exchange for key in keys if (exchange := self._pending.get(key)) is not None), None)

    def decided(self, named: ExchangeKey | Named) -> DecidedRequest | None:
        """The decided request that a name means.

        Where several fit, one that still has something to undo comes before one that has not, and a later one before an earlier
        one.
        """
        if isinstance(named, ExchangeKey):
            return self._history.find(named)
        if isinstance(named, SameStan):
            exact = self._history.find(named.key)
            if exact is not None and named.fits(exact.authorization):
                return exact
        best = None
        for filed in self._fitting(named):
            past = self._history.find(filed.authorization.key)
            if past is not None and past.to_undo:
                return past
            best = best or past
        archived = self._archive.find_named(named)
        if archived is not None and (best is None or archived.to_undo):
            best = self._history.find(archived.authorization.key) or archived
        return best

    def _fitting(self, named: Named) -> Iterator[_Filed]:
        """The remembered requests of a name, the latest first."""
        if isinstance(named, Reference):
            return (each for each in self._of("37", named.rrn, named.terminal_id) if named.fits(each.authorization))
        fitting = [each for each in self._of("11", named.stan, named.terminal_id) if named.fits(each.authorization)]
        return (each for each in fitting if seconds_apart(each.authorization.key.transmitted_at, named.at) <= SAME_STAN_SECONDS)

    # by reference and approval code

    def hold(self, request: Authorization) -> DecidedRequest | None:
        """The request that a completion or an increment names by DE 37, 41, 42 and 38; never itself a completion.

        Where several fit, one with that approval code (DE 38) comes first, then one that is still held, then the latest.
        """
        reference = Reference(request.rrn, request.key.terminal_id, request.merchant_id, None)
        best: DecidedRequest | None = None
        for filed in self._fitting(reference):
            past = self._history.find(filed.authorization.key)
            if past is None or is_financial_advice(past.authorization):
                continue
            if past.held and past.decision.approval_code == request.approval_code:
                return past
            best = past if best is None else max(best, past, key=lambda each: _meant(each, request))
        archived = self._archive.find_hold(reference, request.approval_code)
        if archived is not None:
            also = self._history.find(archived.authorization.key) or archived
            best = also if best is None else max(best, also, key=lambda each: _meant(each, request))
        return best

    # the same again

    def same_before(self, request: Authorization) -> Authorization | None:
        """The earlier request that a request without a time of its own repeats; None where it repeats none."""
        key = request.key
        for filed in self._of("11", key.stan, key.terminal_id):
            if _same(filed.authorization, request):
                return filed.authorization
        for earlier in self._archive.of_stan(key, SAME_AGAIN_SECONDS):
            if _same(earlier, request):
                return earlier
        return None

    # nearest

    def nearest(self, reversal: Reversal) -> Near | None:
        """The request most like the unknown original that a reversal names; None where no request agrees in more than half
        of the elements compared."""
        terminal_id = reversal.key.terminal_id
        alike = (self._of("37", reversal.rrn), self._of("11", reversal.original_stan), self._of(terminal_id))
        best: Near | None = None
        for filed in (each for several in alike for each in islice(several, _NEAREST_SEARCHED_MAX)):
            compared = list(_compared(reversal, filed.authorization))
            differing = tuple(name for name, ours, theirs in compared if ours != theirs)
            if len(differing) * 2 < len(compared) and (best is None or len(differing) < len(best.differing)):
                best = Near(filed.request_id, differing)
        return best


def _meant(past: DecidedRequest, request: Authorization) -> tuple[bool, bool, int]:
    same_code = request.approval_code is not None and past.decision.approval_code == request.approval_code
    return same_code, past.held, past.request_id


def _same(earlier: Authorization, request: Authorization) -> bool:
    """Whether a request is an earlier one sent again: both say the same, and at most SAME_AGAIN_SECONDS lie between them."""
    return (
        earlier.key[:3] == request.key[:3]
        and earlier.is_sent_again(request)
        and seconds_apart(earlier.key.transmitted_at, request.key.transmitted_at) <= SAME_AGAIN_SECONDS
    )


def _compared(reversal: Reversal, request: Authorization) -> Iterator[tuple[str, object, object]]:
    """Each element compared: its name, its value in a request, and its value in a reversal that names an original. The
    original is named by the key of DE 90, else by DE 37, else by the STAN."""
    key, named = request.key, reversal.original_key
    if named is not None:
        yield "DE 7", key.transmitted_at, named.transmitted_at
    if named is None and reversal.refers:
        yield "DE 37", request.rrn, reversal.rrn
    else:
        yield "DE 11", key.stan, reversal.original_stan
    if named is None and not reversal.refers:
        yield "DE 7", seconds_apart(key.transmitted_at, reversal.key.transmitted_at) <= SAME_STAN_SECONDS, True
    acquirer_id = reversal.key.acquirer_id if named is None else named.acquirer_id
    yield "DE 32", key.acquirer_id, acquirer_id
    yield "DE 41", key.terminal_id, reversal.key.terminal_id
    yield "DE 42", request.merchant_id, reversal.merchant_id
    yield "DE 4", request.amount_minor, reversal.amount_minor
    if reversal.pan is not None:
        yield "DE 2", request.pan, reversal.pan


def same_key(key: ExchangeKey, other: ExchangeKey) -> bool:
    """Whether two keys differ in their time alone, and not by much."""
    return key[:3] == other[:3] and seconds_apart(key.transmitted_at, other.transmitted_at) <= SAME_AGAIN_SECONDS


def named_by(reversal: Reversal | Upload) -> Reference | SameStan:
    """What a reversal without a usable DE 90, or a transaction of a batch, names its original by: DE 37, else the STAN."""
    if reversal.refers:
        return Reference(reversal.rrn, reversal.key.terminal_id, reversal.merchant_id, reversal.amount_minor)
    key = reversal.key
    return SameStan(
        key.acquirer_id,
        key.terminal_id,
        reversal.original_stan,
        reversal.merchant_id,
        reversal.amount_minor,
        key.transmitted_at,
        reversal.pan,
    )
