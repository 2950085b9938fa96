"""What TLS needs of files: certificates and keys, read and checked; and what went wrong with a peer, in words.

The command line uses it too, so it knows no trio.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Final

from switch.errors import SwitchError
from switch.issuers.profile import Profile
from switch.issuers.secure_line import ASKED, NONE, ClientTls, ServerTls
from switch.machine.files import read_whole
from switch.record import frozen
from switch.specs.specification import Specs

PEM_BYTES_MAX: Final = 1 << 20  #: of a file of certificates; all the CAs a browser trusts have a quarter of that
CERTIFICATE: Final = "certificates in PEM (-----BEGIN CERTIFICATE-----)"
KEY: Final = "the key of the certificate, in PEM and without a password"
#: Alerts of a peer that mean a certificate of ours, in the words of the standard -> in ours.
ALERTS: Final = {
    "UNKNOWN_CA": "it does not know the CA that signed our certificate",
    "BAD_CERTIFICATE": "it refuses our certificate",
    "CERTIFICATE_UNKNOWN": "it refuses our certificate",
    "UNSUPPORTED_CERTIFICATE": "it refuses our certificate: not of a kind it takes",
    "CERTIFICATE_EXPIRED": "it refuses our certificate: expired",
    "CERTIFICATE_REVOKED": "it refuses our certificate: revoked",
    "CERTIFICATE_REQUIRED": "it wants a certificate of ours, and was given none",
    "PROTOCOL_VERSION": "it takes no version of TLS that we do",
    "HANDSHAKE_FAILURE": "it could not agree with us on a cipher, or wants a certificate of ours",
}
#: Codes of OpenSSL's verification (``X509_V_ERR_…``): self-signed, signed by a CA that is not trusted or not known.
UNTRUSTED: Final = frozenset({18, 19, 20, 21})
MISNAMED: Final = frozenset({62, 64})  #: the same of a host name, and of an address, that the certificate is not for
#: Reasons as OpenSSL has them -> in our words.
FAULTS: Final = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it showed no certificate, and this line wants one",
    "WRONG_VERSION_NUMBER": "what it sends is no TLS",
    "HTTP_REQUEST": "what it sends is no TLS",
    "UNSUPPORTED_PROTOCOL": "it offers no version of TLS from 1.2 on",
    "NO_SHARED_CIPHER": "it offers no cipher that is taken here",
}
_ALERT: Final = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)")


@frozen(kw_only=True)
class ServerSide:
    """TLS for those who call. ``plain``: a peer that does not begin with TLS is taken as it is."""

    context: ssl.SSLContext
    plain: bool


@frozen(kw_only=True)
class ClientSide:
    """TLS for a line we dial; ``server_name`` is what the other end's certificate has to be for."""

    context: ssl.SSLContext
    server_name: str


def listeners_tls(specs: Specs) -> dict[str, ServerSide]:
    """By name, of the listeners that have it. SwitchError where a file cannot be used."""
    return {
        listener.name: server_side(listener.tls, specs.folder, f"centre.toml: listener {listener.name}: tls")
        for listener in specs.centre.listeners
        if listener.tls is not None
    }


def issuers_tls(specs: Specs) -> dict[str, ClientSide]:
    """The centre's side of the lines to those issuers that have TLS. SwitchError where a file cannot be used."""
    return {
        issuer: client_side(profile.tls, specs.folder, f"issuers/{issuer}.toml: tls", profile.address.host)
        for issuer, profile in specs.issuers.items()
        if profile.tls is not None
    }


def issuer_server_tls(profile: Profile, specs: Specs) -> ServerSide | None:
    """The issuer's own side, where `switch issuer serve` is the issuer."""
    if profile.tls is None:
        return None
    place = f"issuers/{profile.id}.toml: tls.server"
    if profile.tls.server is None:
        raise SwitchError(f"{place}: found nothing, expected certificate and key: this issuer's line is TLS")
    return server_side(profile.tls.server, specs.folder, place)


def server_side(tls: ServerTls, folder: Path, place: str) -> ServerSide:
    """What a listener needs; its files are named from ``folder`` on, and ``place`` is the listener in an error."""
    context = _context(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # lines live long: nobody resumes a session
    context.options |= ssl.OP_NO_TICKET  # nor under TLS 1.2
    load_pair(context, folder / tls.certificate, folder / tls.key, place)
    if tls.client_certificates != NONE:
        assert tls.client_ca is not None, "read with the specification"
        load_trusted(context, folder / tls.client_ca, f"{place}: client_ca")
        context.verify_mode = ssl.CERT_OPTIONAL if tls.client_certificates == ASKED else ssl.CERT_REQUIRED
    return ServerSide(context=context, plain=tls.plain)


def client_side(
    tls: ClientTls, folder: Path, place: str, host: str, *, trusted: Path | None = None, anybody: bool = False
) -> ClientSide:
    """What a line to ``host`` needs; files are named from ``folder`` on, and ``place`` is the line in an error.

    Without a CA the other end's certificate may be the one of the file ``trusted``, and ``anybody`` takes any.
    """
    context = _context(ssl.PROTOCOL_TLS_CLIENT)
    if anybody:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.ca is not None:
        load_trusted(context, folder / tls.ca, f"{place}: ca")
    else:
        context.load_default_certs()
        if trusted is not None:
            load_trusted(context, trusted, f"{place}: certificate of the listener")
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if tls.certificate is not None and tls.key is not None:
        load_pair(context, folder / tls.certificate, folder / tls.key, place)
    return ClientSide(context=context, server_name=tls.server_name or host)


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def load_trusted(context: ssl.SSLContext, path: Path, place: str) -> None:
    """Trust whatever the certificates of a file have signed."""
    text = _pem(path, place, CERTIFICATE)
    try:
        context.load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise SwitchError(f"{place}: found no certificate in {path}, expected {CERTIFICATE}") from None


def load_pair(context: ssl.SSLContext, certificate: Path, key: Path, place: str) -> None:
    """Show this certificate to peers."""
    load_trusted(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, f"{place}: certificate")
    _pem(key, f"{place}: key", KEY)
    try:
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        found = "the key of another certificate" if error.reason == "KEY_VALUES_MISMATCH" else "no such key"
        raise SwitchError(f"{place}: key: found {found} in {key}, expected {KEY}") from None
    except OSError as error:
        raise SwitchError(f"{place}: key: {key}: found {error.strerror}, expected {KEY}") from None


def _pem(path: Path, place: str, expected: str) -> str:
    try:
        return read_whole(path, PEM_BYTES_MAX).decode("ascii")
    except FileNotFoundError:
        raise SwitchError(f"{place}: found no file {path}, expected {expected}") from None
    except (OSError, SwitchError) as error:
        found = getattr(error, "strerror", None) or error
        raise SwitchError(f"{place}: found {path}, {found}, expected {expected}") from None
    except UnicodeDecodeError:
        raise SwitchError(f"{place}: found {path} with bytes that are no text, expected {expected}") from None


def tls_fault(error: ssl.SSLError) -> str:
    """What is wrong with a peer, or what it says is wrong with us, in words.

    >>> tls_fault(ssl.SSLError(1, "[SSL: NO_SHARED_CIPHER] no shared cipher (_ssl.c:1006)"))
    'no shared cipher'
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in UNTRUSTED:
            return "its certificate is refused: no CA that is trusted here signed it"
        why = re.sub(r"^Hostname mismatch, c|^IP address mismatch, c", "c", error.verify_message.rstrip("."))
        return f"its certificate is refused: {why}"
    reason = getattr(error, "reason", None) or ""
    alert = _ALERT.fullmatch(reason)
    if alert:
        return ALERTS.get(alert[1], f"it ended TLS with the alert {_plainly(alert[1])}")
    return FAULTS.get(reason) or _plainly(reason or re.sub(r"\[.*?\] *| *\(_ssl.*", "", str(error.args[-1])))


def is_refusal(error: ssl.SSLError) -> bool:
    """Whether a peer says that it refuses our certificate, or wants one."""
    alert = _ALERT.fullmatch(getattr(error, "reason", None) or "")
    return alert is not None and alert[1] in ALERTS


def option_for(error: ssl.SSLError) -> str:
    """The end of a sentence for the command line: which option of `switch send` may help."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return {**dict.fromkeys(UNTRUSTED, " (--ca)"), **dict.fromkeys(MISNAMED, " (--server-name)")}.get(error.verify_code, "")
    return " (--certificate, --key)" if "ALERT_CERTIFICATE_REQUIRED" in (getattr(error, "reason", None) or "") else ""


def _plainly(name: str) -> str:
    return name.lower().replace("_", " ")
