"""Certificates for tests of TLS, made when the first of them runs."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from attrs import define

from switch.data_folder.certificates import LOCAL_HOSTS_SERVED, Authority, KeyPair
from switch.issuers.secure_line import ASKED, NONE, REQUIRED, ClientCertificates, ClientTls, ServerTls
from switch.lines.tls_context import ClientSide, ServerSide, client_side, server_side

__all__ = ["ASKED", "NONE", "REQUIRED", "Drawer"]
HOST = "127.0.0.1"


@define(slots=False)
class Drawer:
    """A folder of certificates: ``ca`` signed ``server``, ``client``, and what is wrong about ``expired``, ``other_host``;
    ``stranger`` is the CA of ``strange_server`` and ``strange_client``."""

    folder: Path

    @cached_property
    def made(self) -> Drawer:
        """The same, its files written."""
        now = datetime.now(UTC)
        begin, end = now - timedelta(days=2), now + timedelta(days=2)
        ca, stranger = Authority.of("CA", begin, end), Authority.of("Stranger", begin, end)
        yesterday = now - timedelta(days=1)
        pairs = {
            "ca": ca.pair,
            "stranger": stranger.pair,
            "server": ca.signed("server", LOCAL_HOSTS_SERVED),
            "client": ca.signed("client"),
            "expired": ca.signed("expired", LOCAL_HOSTS_SERVED, end=yesterday),
            "expired_client": ca.signed("expired", end=yesterday),
            "other_host": ca.signed("other", ["switch.test"]),
            "strange_server": stranger.signed("server", LOCAL_HOSTS_SERVED),
            "strange_client": stranger.signed("client"),
        }
        for name, pair in pairs.items():
            self._write(name, pair)
        return self

    def _write(self, name: str, pair: KeyPair) -> None:
        (self.folder / f"{name}.pem").write_text(pair.certificate)
        (self.folder / f"{name}.key").write_text(pair.key)

    def server(self, name: str = "server", *, clients: ClientCertificates = NONE, plain: bool = False) -> ServerSide:
        """The side of those who are called."""
        client_ca = None if clients == NONE else "ca.pem"
        tls = ServerTls(
            certificate=f"{name}.pem", key=f"{name}.key", client_certificates=clients, client_ca=client_ca, plain=plain
        )
        return server_side(tls, self.folder, "test")

    def client(self, name: str | None = None, *, ca: str = "ca", version: ssl.TLSVersion | None = None) -> ClientSide:
        """The side of who calls."""
        shown = (None, None) if name is None else (f"{name}.pem", f"{name}.key")
        side = client_side(ClientTls(ca=f"{ca}.pem", certificate=shown[0], key=shown[1]), self.folder, "test", HOST)
        if version is not None:
            side.context.minimum_version = side.context.maximum_version = version
        return side
