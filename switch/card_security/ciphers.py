"""Triple DES (NIST SP 800-67) and AES (FIPS 197), prepared once for a key and used many times.

Making a cipher takes five to ten times as long as enciphering a block with it, so that what is kept is the prepared cipher.
"""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from switch.errors import CardSecurityError

DES_BYTES: Final = 8  #: of a block, and of a single DES key with its parity bits
AES_BYTES: Final = 16  #: of a block
TDES_KEY_BYTES: Final = (16, 24)  #: double and triple length; single DES is refused as a key of its own
AES_KEY_BYTES: Final = (16, 24, 32)
_ZERO: Final = bytes(DES_BYTES)
_ODD: Final = bytes(byte if byte.bit_count() % 2 else byte ^ 1 for byte in range(256))


class TripleDes:
    """A Triple DES key, ready for use. It does not give its bytes back."""

    block_bytes = DES_BYTES

    def __init__(self, key: bytes, name: str = "key") -> None:
        """CardSecurityError where the key has neither 16 nor 24 bytes; ``name`` is what the sentence calls it."""
        if len(key) not in TDES_KEY_BYTES:
            raise CardSecurityError(name, f"{len(key)} bytes", "a Triple DES key of 16 or 24 bytes")
        self._whole = TripleDES(key if len(key) == 24 else key + key[:DES_BYTES])
        self._encryptor: CipherContext | None = None
        self._decryptor: CipherContext | None = None
        self._half_encryptor: CipherContext | None = None
        self._half_cbc: Cipher[modes.CBC] | None = None
        self._cmac: CMAC | None = None

    def __repr__(self) -> str:
        return "TripleDes(…)"

    def encrypt(self, blocks: bytes) -> bytes:
        """Whole blocks, each for itself (ECB)."""
        if self._encryptor is None:
            self._encryptor = Cipher(self._whole, modes.ECB()).encryptor()
        return self._encryptor.update(blocks)

    def decrypt(self, blocks: bytes) -> bytes:
        """Whole blocks, each for itself (ECB)."""
        if self._decryptor is None:
            self._decryptor = Cipher(self._whole, modes.ECB()).decryptor()
        return self._decryptor.update(blocks)

    def encrypt_cbc(self, blocks: bytes, start: bytes = _ZERO) -> bytes:
        return Cipher(self._whole, modes.CBC(start)).encryptor().update(blocks)

    def decrypt_cbc(self, blocks: bytes, start: bytes = _ZERO) -> bytes:
        return Cipher(self._whole, modes.CBC(start)).decryptor().update(blocks)

    def algorithm_3(self, blocks: bytes) -> bytes:
        """The MAC of ISO/IEC 9797-1 algorithm 3 over whole blocks, at least one: all of its eight bytes.

        Single DES under the first eight bytes of the key chains the blocks; the last one takes the whole key.
        """
        before, last = blocks[:-DES_BYTES], blocks[-DES_BYTES:]
        if len(before) > DES_BYTES:
            if self._half_cbc is None:
                self._half_cbc = Cipher(self._half(), modes.CBC(_ZERO))
            last = xor(self._half_cbc.encryptor().update(before)[-DES_BYTES:], last)
        elif before:
            if self._half_encryptor is None:
                self._half_encryptor = Cipher(self._half(), modes.ECB()).encryptor()
            last = xor(self._half_encryptor.update(before), last)
        return self.encrypt(last)

    def _half(self) -> TripleDES:
        """Single DES under the first eight bytes of the key."""
        return TripleDES(bytes(self._whole.key)[:DES_BYTES] * 3)

    def cmac(self, data: bytes) -> bytes:
        """The eight bytes of TDES-CMAC (NIST SP 800-38B)."""
        if self._cmac is None:
            self._cmac = CMAC(self._whole)
        one = self._cmac.copy()
        one.update(data)
        return one.finalize()


class Aes:
    """An AES key, ready for use. It does not give its bytes back."""

    block_bytes = AES_BYTES

    def __init__(self, key: bytes, name: str = "key") -> None:
        """CardSecurityError where the key has not 16, 24 or 32 bytes; ``name`` is what the sentence calls it."""
        if len(key) not in AES_KEY_BYTES:
            raise CardSecurityError(name, f"{len(key)} bytes", "an AES key of 16, 24 or 32 bytes")
        self._algorithm = algorithms.AES(key)
        self._encryptor: CipherContext | None = None
        self._decryptor: CipherContext | None = None
        self._cmac: CMAC | None = None

    def __repr__(self) -> str:
        return "Aes(…)"

    def encrypt(self, blocks: bytes) -> bytes:
        """Whole blocks, each for itself (ECB)."""
        if self._encryptor is None:
            self._encryptor = Cipher(self._algorithm, modes.ECB()).encryptor()
        return self._encryptor.update(blocks)

    def decrypt(self, blocks: bytes) -> bytes:
        """Whole blocks, each for itself (ECB)."""
        if self._decryptor is None:
            self._decryptor = Cipher(self._algorithm, modes.ECB()).decryptor()
        return self._decryptor.update(blocks)

    def encrypt_cbc(self, blocks: bytes, start: bytes = bytes(AES_BYTES)) -> bytes:
        return Cipher(self._algorithm, modes.CBC(start)).encryptor().update(blocks)

    def decrypt_cbc(self, blocks: bytes, start: bytes = bytes(AES_BYTES)) -> bytes:
        return Cipher(self._algorithm, modes.CBC(start)).decryptor().update(blocks)

    def cmac(self, data: bytes) -> bytes:
        """The sixteen bytes of AES-CMAC (NIST SP 800-38B, RFC 4493)."""
        if self._cmac is None:
            self._cmac = CMAC(self._algorithm)
        one = self._cmac.copy()
        one.update(data)
        return one.finalize()


BlockCipher = TripleDes | Aes


def xor(one: bytes, other: bytes) -> bytes:
    """Two texts of one length, bit by bit.

    >>> xor(b"\\x0f\\xff", b"\\xff\\x0f").hex()
    'f0f0'
    """
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def odd_parity(key: bytes) -> bytes:
    """A DES key with the last bit of each byte set so that the byte has an odd number of ones; DES itself ignores these bits.

    >>> odd_parity(bytes.fromhex("0023")).hex()
    '0123'
    """
    return key.translate(_ODD)


def same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are equal, found out in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
