"""Who can reach the listeners: said once at the start, where that is more than this machine."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import ip_address

from switch.issuers.secure_line import REQUIRED
from switch.specs.specification import Listener


def reach(listeners: Collection[Listener], hosts: Iterable[str]) -> str | None:
    """What is open to whom where listeners are bound to these addresses; None where this machine alone can call.

    >>> reach([], ["127.0.0.1", "::1"])
    """
    outside = " or ".join(sorted({host for host in hosts if not ip_address(host.partition("%")[0]).is_loopback}))
    if not outside:
        return None
    closed = [f"{each.name} (TLS)" for each in listeners if _wants_certificate(each)]
    anybody = [f"{each.name} ({_how(each)})" for each in listeners if not _wants_certificate(each)]
    certified = f"{', '.join(closed)} only with a certificate its client_ca signed"
    if not anybody:
        return f"other machines reach {outside}, and can send messages to {certified}"
    sentence = f"whoever reaches {outside} can send messages to {', '.join(anybody)}"
    return f"{sentence}; to {certified}" if closed else sentence


def _wants_certificate(listener: Listener) -> bool:
    tls = listener.tls
    return tls is not None and not tls.plain and tls.client_certificates == REQUIRED


def _how(listener: Listener) -> str:
    if listener.tls is None:
        return "plain"
    return listener.tls.in_words if listener.tls.plain else "TLS, without a certificate of the caller's"
