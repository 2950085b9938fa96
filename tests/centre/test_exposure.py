"""What is said at the start of listeners that other machines reach."""

from __future__ import annotations

from attrs import evolve

from switch.centre.exposure import reach, reach_of_issuer
from switch.issuers.secure_line import ASKED, NONE, REQUIRED, ClientCertificates, ClientTls, ServerTls
from switch.specs.centre_profile import Listener
from tests.support.centre_in_loop import specs

PLAIN = specs().centre.listeners[0]
EVERYWHERE = ["0.0.0.0"]


def listener(name: str, clients: ClientCertificates = NONE, *, plain: bool = False) -> Listener:
    tls = ServerTls(certificate="a.pem", key="a.key", client_certificates=clients, client_ca="ca.pem", plain=plain)
    return evolve(PLAIN, name=name, tls=tls)


def test_nothing_is_said_where_only_this_machine_can_call() -> None:
    assert reach([PLAIN], ["127.0.0.1", "127.8.8.8", "::1"]) is None


def test_who_can_send_messages_where() -> None:
    listeners = [PLAIN, listener("open", ASKED), listener("both", REQUIRED, plain=True), listener("closed", REQUIRED)]
    assert reach(listeners, EVERYWHERE) == (
        "whoever reaches 0.0.0.0 can send messages to ascii (plain), open (TLS, without a certificate of the caller's), "
        "both (TLS or plain); to closed (TLS) only with a certificate its client_ca signed"
    )
    assert reach([PLAIN], ["127.0.0.1", "fe80::1%eth0"]) == "whoever reaches fe80::1%eth0 can send messages to ascii (plain)"


def test_an_issuer_that_runs_by_itself() -> None:
    atlas = specs().issuers["atlas"]
    assert reach_of_issuer(atlas, "127.0.0.1") is reach_of_issuer(atlas, "localhost") is None
    assert reach_of_issuer(atlas, "bank.test") == "whoever reaches bank.test can send messages to atlas (plain)"
    server = ServerTls(certificate="a.pem", key="a.key")
    secured = evolve(atlas, tls=ClientTls(server=server))
    said = "whoever reaches :: can send messages to atlas (TLS, without a certificate of the caller's)"
    assert reach_of_issuer(secured, "::") == said
    closed = evolve(atlas, tls=ClientTls(server=evolve(server, client_certificates=REQUIRED)))
    said = "other machines reach ::, and can send messages to atlas (TLS) only with a certificate its client_ca signed"
    assert reach_of_issuer(closed, "::") == said


def test_all_want_certificates() -> None:
    said = (
        "other machines reach 0.0.0.0, and can send messages to a (TLS), b (TLS) only with a certificate its client_ca signed"
    )
    assert reach([listener("a", REQUIRED), listener("b", REQUIRED)], EVERYWHERE) == said
