"""Who can reach the listeners: said once at the start, where that is more than this machine."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import ip_address
from typing import Final

from switch.issuers.profile import Profile
from switch.issuers.secure_line import REQUIRED
from switch.specs.centre_profile import Listener

CERTIFIED: Final = "only with a certificate its client_ca signed"


def reach(listeners: Collection[Listener], hosts: Iterable[str]) -> str | None:
    """What is open to whom where listeners are bound to these addresses; None where this machine alone can call.

    >>> reach([], ["127.0.0.1", "::1"])
    """
    outside = " or ".join(sorted({host for host in hosts if not is_this_machine(host)}))
    if not outside:
        return None
    closed = [f"{each.name} (TLS)" for each in listeners if _wants_certificate(each)]
    anybody = [f"{each.name} ({_how(each)})" for each in listeners if not _wants_certificate(each)]
    certified = f"{', '.join(closed)} {CERTIFIED}"
    if not anybody:
        return f"other machines reach {outside}, and can send messages to {certified}"
    sentence = f"whoever reaches {outside} can send messages to {', '.join(anybody)}"
    return f"{sentence}; to {certified}" if closed else sentence


def reach_of_issuer(issuer: Profile, host: str) -> str | None:
    """The same of an issuer that runs by itself, to which its centre is whoever calls."""
    if is_this_machine(host):
        return None
    server = issuer.tls.server if issuer.tls is not None else None
    if server is not None and server.client_certificates == REQUIRED:
        return f"other machines reach {host}, and can send messages to {issuer.id} (TLS) {CERTIFIED}"
    how = "TLS, without a certificate of the caller's" if server is not None else "plain"
    return f"whoever reaches {host} can send messages to {issuer.id} ({how})"


def reach_of_api(host: str) -> str | None:
    """The same of the control API."""
    if is_this_machine(host):
        return None
    return f"whoever reaches {host} and has the token of the control API can change rules and close days (plain HTTP)"


def is_this_machine(host: str) -> bool:
    """Whether nobody but this machine can call an address."""
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _wants_certificate(listener: Listener) -> bool:
    tls = listener.tls
    return tls is not None and not tls.plain and tls.client_certificates == REQUIRED


def _how(listener: Listener) -> str:
    if listener.tls is None:
        return "plain"
    return listener.tls.in_words if listener.tls.plain else "TLS, without a certificate of the caller's"
