"""Card numbers, and messages that hold them, at rest: encrypted under the data folder's key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from switch.card import Pan
from switch.data_folder.key_file import key_in
from switch.errors import DataFolderError

KEY_BYTES: Final = 64  #: AES-256-SIV (RFC 5297) takes two keys of 32
KEY_FILE: Final = "pan.key"
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
        needed_by = "" if new else "the card numbers of this folder"
        return cls(key_in(data / KEY_FILE, KEY_BYTES, needed_by=needed_by))

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
