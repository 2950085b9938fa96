"""What a file says of TLS on a line: of a listener, of an issuer, and of the line between the centre and an issuer."""

from __future__ import annotations

from typing import Final, Literal

from switch.record import frozen
from switch.spec_table import SpecTable

NONE: Final = "none"
ASKED: Final = "asked"
REQUIRED: Final = "required"
#: What becomes of a caller's certificate: not asked for; checked where one comes; nobody is let in without.
ClientCertificates = Literal["none", "asked", "required"]
CLIENT_CERTIFICATES: Final[tuple[ClientCertificates, ...]] = (NONE, ASKED, REQUIRED)


@frozen(kw_only=True)
class ServerTls:
    """TLS for those who call. Files are named from the folder of the specification on."""

    certificate: str
    key: str
    client_certificates: ClientCertificates = NONE
    client_ca: str | None = None  #: who signs them
    plain: bool = False  #: whether plain messages are taken on the same port

    @classmethod
    def from_toml(cls, table: SpecTable) -> ServerTls:
        tls = cls(
            certificate=table.text("certificate"),
            key=table.text("key"),
            client_certificates=table.choice("client_certificates", CLIENT_CERTIFICATES, NONE),
            client_ca=table.text("client_ca", None),
            plain=table.flag("plain", False),
        )
        if tls.client_certificates != NONE and tls.client_ca is None:
            table.mistake("client_ca", "nothing", "the file of the CA that signs the certificates of those who call")
        if tls.client_certificates == NONE and tls.client_ca is not None:
            table.mistake("client_certificates", "nothing that uses client_ca", f"{ASKED} or {REQUIRED}")
        table.done()
        return tls

    @property
    def in_words(self) -> str:
        """How one may speak there, for a table of listeners."""
        return "TLS or plain" if self.plain else "TLS"


@frozen(kw_only=True)
class ClientTls:
    """TLS on a line we dial. Files are named from the folder of the specification on."""

    ca: str | None = None  #: who signs the other end's certificate; None: the CAs this machine trusts
    server_name: str | None = None  #: whom that certificate has to be for; None: the host that is dialled
    certificate: str | None = None  #: what we show
    key: str | None = None
    server: ServerTls | None = None  #: the other end, where `switch issuer serve` is that

    @classmethod
    def from_toml(cls, table: SpecTable) -> ClientTls:
        own = optional(table, "server")
        tls = cls(
            ca=table.text("ca", None),
            server_name=table.text("server_name", None),
            certificate=table.text("certificate", None),
            key=table.text("key", None),
            server=own.reading(ServerTls.from_toml) if own is not None else None,
        )
        for key, value, other in (("key", tls.key, tls.certificate), ("certificate", tls.certificate, tls.key)):
            if value is None and other is not None:
                table.mistake(key, "nothing", "certificate and key, or neither")
        if tls.server is not None and tls.server.plain:
            table.mistake("server.plain", "true", "false: Switch speaks TLS there")
        table.done()
        return tls


def optional(table: SpecTable, key: str) -> SpecTable | None:
    """A table that may be missing."""
    return table.table(key) if key in table else None
