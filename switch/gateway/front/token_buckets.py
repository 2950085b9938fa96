"""How often somebody may do something: a bucket of tokens for each key, filled at a steady rate, in bounded memory.

The one mechanism for every limit of the payment page. A key is an address, or an address with the name somebody signs in by.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil
from typing import Final

from attrs import define

BUCKETS_MAX: Final = 20_000  #: keys remembered by one limit; behind them the one that was quiet longest begins anew
_ROUNDING: Final = 1e-9  #: seconds that are no wait, only how floats divide
_IPV6_NETWORK_BITS: Final = 64  #: one subscriber has as many addresses of these as it likes


@define
class _Bucket:
    """Tokens there were at a time (epoch milliseconds)."""

    tokens: float
    at_ms: int


class TokenBuckets:
    """One limit: at most ``burst`` at once, and ``per_minute`` in the long run. With ``per_minute`` 0 there is no limit.

    >>> now = [0]
    >>> buckets = TokenBuckets(burst=2, per_minute=60, clock_ms=lambda: now[0])
    >>> [buckets.wait_seconds("a") for _ in range(3)], buckets.wait_seconds("b")
    ([0, 0, 1], 0)
    """

    def __init__(self, *, burst: int, per_minute: float, clock_ms: Callable[[], int], keys_max: int = BUCKETS_MAX) -> None:
        self._burst, self._per_ms, self._clock_ms, self._keys_max = burst, per_minute / 60_000, clock_ms, keys_max
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait_seconds(self, key: Hashable) -> int:
        """Take a token: 0 where there was one, else the whole seconds after which there is one, and nothing is taken."""
        if not self._per_ms:
            return 0
        now = self._clock_ms()
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + max(0, now - bucket.at_ms) * self._per_ms)
        bucket.at_ms = now
        self._buckets[key] = bucket
        while len(self._buckets) > self._keys_max:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return max(1, ceil((1 - bucket.tokens) / self._per_ms / 1000 - _ROUNDING))
        bucket.tokens -= 1
        return 0

    def give_back(self, key: Hashable) -> None:
        """Forget what a key has used up: it did what it may do as often as it likes."""
        self._buckets.pop(key, None)


class PageLimits:
    """The limits of a site, each for an address; the numbers are those of ``gateway.toml``, 0 is no limit."""

    def __init__(
        self, posts_per_minute: int, sign_ins_per_minute: int, applications_per_hour: int, clock_ms: Callable[[], int]
    ) -> None:
        self.posts = TokenBuckets(burst=posts_per_minute, per_minute=posts_per_minute, clock_ms=clock_ms)
        self.sign_ins = TokenBuckets(burst=sign_ins_per_minute, per_minute=sign_ins_per_minute, clock_ms=clock_ms)
        self.applications = TokenBuckets(burst=applications_per_hour, per_minute=applications_per_hour / 60, clock_ms=clock_ms)


def address_key(address: str) -> str:
    """What an address is counted as: itself, or of IPv6 the network of its subscriber.

    >>> address_key("192.0.2.7"), address_key("2001:db8::7"), address_key("2001:db8::8"), address_key("nowhere")
    ('192.0.2.7', '2001:db8::/64', '2001:db8::/64', 'nowhere')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK_BITS), strict=False))
