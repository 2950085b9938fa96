"""Certificates for tests: a CA of one's own, and what it signs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from switch.errors import SwitchError
from switch.machine.private import begin_file, make_folder, write_text
from switch.record import frozen

LOCAL_HOSTS_SERVED: Final = ("localhost", "127.0.0.1", "::1")  #: what a server's certificate is always for
DAYS: Final = 397  #: how long certificates are good; more than that, some clients refuse
EARLIER: Final = timedelta(hours=1)  #: good from a little before now: clocks of two machines differ
CA: Final = "ca"
SERVER: Final = "server"
CLIENT: Final = "client"
FILES: Final = tuple(f"{name}.{kind}" for name in (CA, SERVER, CLIENT) for kind in ("pem", "key"))


@frozen(kw_only=True)
class KeyPair:
    """A certificate and its key, in PEM."""

    certificate: str
    key: str


@frozen(kw_only=True)
class Authority:
    """A CA. What it signs is good from ``begin`` to ``end``, unless told otherwise."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    begin: datetime
    end: datetime

    @classmethod
    def of(cls, name: str, begin: datetime, end: datetime) -> Authority:
        """A new one."""
        key, subject = ec.generate_private_key(ec.SECP256R1()), _named(name)
        usage = _usage(digital_signature=False, key_cert_sign=True)
        builder = (
            _begun(subject, subject, key, begin, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        return cls(certificate=builder.sign(key, hashes.SHA256()), key=key, begin=begin, end=end)

    @property
    def pair(self) -> KeyPair:
        return _pair(self.certificate, self.key)

    def signed(
        self, name: str, hosts: Collection[str] = (), *, begin: datetime | None = None, end: datetime | None = None
    ) -> KeyPair:
        """A certificate for a server with these names and addresses, or for a client where there are none."""
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        issuer_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            _begun(_named(name), self.certificate.subject, key, begin or self.begin, end or self.end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True, key_cert_sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(issuer_key_id, critical=False)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        return _pair(builder.sign(self.key, hashes.SHA256()), key)


def make_certificates(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    """Write a new CA, and what it signs for a server and a client, into a folder; SwitchError where one of the files exists."""
    for host in hosts:
        _host(host)
    there = next((name for name in FILES if (folder / name).exists() or (folder / name).is_symlink()), None)
    if there is not None:
        raise SwitchError(f"{folder / there}: found a file of this name, expected a folder without one: nothing is overwritten")
    authority = Authority.of("Switch test CA", now - EARLIER, now + timedelta(days=DAYS))
    served = tuple(dict.fromkeys((*LOCAL_HOSTS_SERVED, *hosts)))
    pairs = {
        CA: authority.pair,
        SERVER: authority.signed("Switch test server", served),
        CLIENT: authority.signed("Switch test client"),
    }
    try:
        make_folder(folder)
        for name, pair in pairs.items():
            for kind, text in (("key", pair.key), ("pem", pair.certificate)):
                begin_file(folder / f"{name}.{kind}")
                write_text(folder / f"{name}.{kind}", text)
    except OSError as fault:
        raise SwitchError(f"{folder}: {fault.strerror or fault}, expected a folder that can be written") from None


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), begin, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(*, digital_signature: bool, key_cert_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError:
        raise SwitchError(f"--host: found {host!r}, expected a name in ASCII (xn--… for others) or an IP address") from None


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> KeyPair:
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return KeyPair(
        certificate=certificate.public_bytes(pem).decode(),
        key=key.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode(),
    )
