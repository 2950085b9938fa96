"""What a file may say of TLS on a line, and each mistake with where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.issuers.secure_line import ClientTls, ServerTls
from switch.spec_table import SpecTable

PAIR = {"certificate": "server.pem", "key": "server.key"}


def table(values: dict[str, Any]) -> SpecTable:
    return SpecTable("centre.toml", values, "tls")


def test_what_a_listener_says() -> None:
    tls = ServerTls.from_toml(table({**PAIR, "client_certificates": "required", "client_ca": "ca.pem", "plain": True}))
    assert (tls.certificate, tls.key, tls.client_certificates, tls.client_ca) == (
        "server.pem",
        "server.key",
        "required",
        "ca.pem",
    )
    assert tls.in_words == "TLS or plain"
    plainly = ServerTls.from_toml(table(PAIR))
    assert (plainly.client_certificates, plainly.client_ca, plainly.in_words) == ("none", None, "TLS")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"certificate": "a"}, "tls.key: found nothing, expected text"),
        ({**PAIR, "client_certificates": "yes"}, "tls.client_certificates: found 'yes', expected one of none, asked, required"),
        ({**PAIR, "client_certificates": "asked"}, "tls.client_ca: found nothing, expected the file of the CA that signs"),
        ({**PAIR, "client_ca": "a"}, "tls.client_certificates: found nothing that uses client_ca, expected asked or required"),
        ({**PAIR, "cipher": "a"}, "tls.cipher: found a key nobody reads"),
    ],
)
def test_mistakes_of_a_listener(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as mistake:
        ServerTls.from_toml(table(values))
    assert str(mistake.value).startswith(f"centre.toml: {said}")


def test_what_an_issuer_says() -> None:
    tls = ClientTls.from_toml(table({"ca": "ca.pem", "server_name": "bank.test", **PAIR, "server": PAIR}))
    assert (tls.ca, tls.server_name, tls.server) == (
        "ca.pem",
        "bank.test",
        ServerTls(certificate="server.pem", key="server.key"),
    )
    assert ClientTls.from_toml(table({})) == ClientTls()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"key": "a"}, "tls.certificate: found nothing, expected certificate and key, or neither"),
        ({"certificate": "a"}, "tls.key: found nothing, expected certificate and key, or neither"),
        ({"server": {**PAIR, "plain": True}}, "tls.server.plain: found true, expected false: Switch speaks TLS there"),
        ({"server": {"key": "a"}}, "tls.server.certificate: found nothing, expected text"),
        ({"host": "a"}, "tls.host: found a key nobody reads"),
    ],
)
def test_mistakes_of_an_issuer(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as mistake:
        ClientTls.from_toml(table(values))
    assert str(mistake.value).startswith(f"centre.toml: {said}")
