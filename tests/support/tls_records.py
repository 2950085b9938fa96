"""Records of TLS 1.3 made by hand, for what no library says when a test wants it: key updates."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CIPHER: Final = "TLS_AES_256_GCM_SHA384"  #: that of OpenSSL where both sides leave it the choice
HANDSHAKE, DATA = b"\x16", b"\x17"  #: types of what a record carries
KEY_UPDATE: Final = b"\x18\x00\x00\x01"  #: the handshake message, but for its last byte


class Records:
    """What a client says after its handshake (RFC 8446, 5.2 and 7.2), by the key log its context wrote."""

    def __init__(self, key_log: Path) -> None:
        lines = (line.split() for line in key_log.read_text().splitlines())
        self._secret = next(bytes.fromhex(line[2]) for line in lines if line and line[0] == "CLIENT_TRAFFIC_SECRET_0")
        self._begin()

    def _begin(self) -> None:
        self._key, self._iv, self._number = self._derived("key", 32), self._derived("iv", 12), 0

    def _derived(self, label: str, size: int) -> bytes:
        name = f"tls13 {label}".encode()
        info = size.to_bytes(2, "big") + bytes([len(name)]) + name + b"\x00"
        return HKDFExpand(algorithm=hashes.SHA384(), length=size, info=info).derive(self._secret)

    def record(self, kind: bytes, data: bytes) -> bytes:
        inner = data + kind
        head = DATA + b"\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
        nonce = (int.from_bytes(self._iv, "big") ^ self._number).to_bytes(12, "big")
        self._number += 1
        return head + AESGCM(self._key).encrypt(nonce, inner, head)

    def key_update(self, *, asks_for_one: bool) -> bytes:
        record = self.record(HANDSHAKE, KEY_UPDATE + bytes([asks_for_one]))
        self._secret = self._derived("traffic upd", 48)
        self._begin()
        return record
