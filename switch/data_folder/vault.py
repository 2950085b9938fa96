"""Card numbers, and messages that hold them, at rest: encrypted under the data folder's key."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from switch.card import Pan
from switch.errors import DataFolderError
from switch.machine.files import kind_at
from switch.machine.private import create_file

KEY_BYTES: Final = 64  #: AES-256-SIV (RFC 5297) takes two keys of 32
KEY_FILE: Final = "pan.key"
OTHERS: Final = 0o077  #: the bits of a mode that let in anybody but the owner
MESSAGE: Final = [b"message"]  #: sealed with it, so that neither kind of ciphertext can stand in the other's place


class Vault:
    """Encrypts and decrypts with AES-SIV. It is deterministic: one card has one ciphertext, so it can be grouped by."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    @classmethod
    def open(cls, data: Path, *, new: bool = True) -> Vault:
        """The vault of a data folder. A ``new`` folder gets its key file on first use, readable by its owner only.

        DataFolderError where the key is missing, cannot be read, is none, or can be read by others.
        """
        path = data / KEY_FILE
        try:
            key = _kept(path)
        except FileNotFoundError:
            if not new:
                raise DataFolderError(f"{path}: missing, and the card numbers of this folder open with no other key") from None
            key = _made(path)
        except OSError as error:
            raise DataFolderError(f"{path}: found {error.strerror}, expected a key that can be read") from None
        if len(key) != KEY_BYTES:
            raise DataFolderError(f"{path}: found a key of {len(key)} bytes, expected {KEY_BYTES}")
        return cls(key)

    def seal(self, pan: Pan) -> bytes:
        return self._cipher.encrypt(pan.digits.encode(), None)

    def kept(self, digits: str) -> tuple[bytes, str]:
        """A card number as it is kept: sealed, and masked."""
        pan = Pan(digits)
        return self.seal(pan), pan.masked

    def unseal(self, sealed: bytes) -> Pan:
        try:
            return Pan(self._cipher.decrypt(sealed, None).decode())
        except InvalidTag:
            raise DataFolderError(f"a card number does not open with the key in {KEY_FILE}: it is another folder's") from None

    def seal_bytes(self, data: bytes) -> bytes:
        """A message of the trace; it opens with ``unseal_bytes`` alone."""
        return self._cipher.encrypt(data, MESSAGE) if data else b""

    def unseal_bytes(self, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed, MESSAGE) if sealed else b""
        except InvalidTag:
            raise DataFolderError(f"a message does not open with the key in {KEY_FILE}: it is another folder's") from None


def _kept(path: Path) -> bytes:
    """The key of a file that nobody but its owner can read."""
    kind = kind_at(path)
    if kind is not None:
        raise DataFolderError(f"{path}: found {kind}, expected the file of a key")
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & OTHERS:
            raise DataFolderError(
                f"{path}: found a key that others can read or change (mode {mode:04o}), expected its owner's alone; "
                f"this mends it: chmod 600 {shlex.quote(str(path))}"
            )
        return file.read(KEY_BYTES + 1)


def _made(path: Path) -> bytes:
    """A new key in a file that is whole or not there at all."""
    key, partial = os.urandom(KEY_BYTES), path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with create_file(partial) as file:
        file.write(key)
        os.fsync(file.fileno())
    partial.replace(path)
    return key
