"""Message authentication codes over given bytes: the retail MAC of ANSI X9.19, and CMAC of NIST SP 800-38B.

Which bytes of a message are authenticated is an agreement between two parties, and none of this room's business.
"""

from __future__ import annotations

from typing import Final, Literal

from switch.card_security.ciphers import DES_BYTES, BlockCipher, TripleDes, same
from switch.errors import CardSecurityError

MacMethod = Literal["retail", "cmac"]
MAC_METHODS: Final[tuple[MacMethod, ...]] = ("retail", "cmac")
PaddingMethod = Literal[1, 2, 3]
MAC_BYTES: Final = 8  #: of a MAC in DE 64 and DE 128
MAC_BYTES_MIN: Final = 4  #: a shorter one is guessed too easily


def padded(data: bytes, method: PaddingMethod, block: int = DES_BYTES) -> bytes:
    """Data filled up to whole blocks by a padding method of ISO/IEC 9797-1.

    1: zeros, as few as possible, one block of them where there is nothing. 2: one bit 1, then zeros. 3: zeros as in 1, and a
    block in front that says how many bits the data have.

    >>> padded(b"abc", 1).hex(), padded(b"abc", 2).hex(), padded(b"abc", 3).hex()
    ('6162630000000000', '6162638000000000', '00000000000000186162630000000000')
    """
    if method == 2:
        data += b"\x80"
        return data + bytes(-len(data) % block)
    filled = data + bytes(-len(data) % block) if data else bytes(block)
    return filled if method == 1 else (8 * len(data)).to_bytes(block, "big") + filled


def retail_mac(key: TripleDes, data: bytes, method: PaddingMethod = 1, size: int = MAC_BYTES) -> bytes:
    """ANSI X9.19, which is ISO/IEC 9797-1 algorithm 3 with DES: the first ``size`` bytes, 4 to 8."""
    _check_size(size, MAC_BYTES)
    return key.algorithm_3(padded(data, method))[:size]


def cmac(key: BlockCipher, data: bytes, size: int = MAC_BYTES) -> bytes:
    """CMAC with AES or Triple DES (NIST SP 800-38B): the first ``size`` bytes, 4 to the length of a block."""
    _check_size(size, key.block_bytes)
    return key.cmac(data)[:size]


def mac_of(method: MacMethod, key: BlockCipher, data: bytes, size: int = MAC_BYTES, padding: PaddingMethod = 1) -> bytes:
    """The MAC of a method. CardSecurityError where a retail MAC is to be made with an AES key."""
    if method == "cmac":
        return cmac(key, data, size)
    if not isinstance(key, TripleDes):
        raise CardSecurityError("MAC key", "AES", "Triple DES for a retail MAC")
    return retail_mac(key, data, padding, size)


def mac_matches(method: MacMethod, key: BlockCipher, data: bytes, mac: bytes, padding: PaddingMethod = 1) -> bool:
    """Whether these are the first bytes of the MAC; False where they are fewer than four, or more than there can be."""
    if not MAC_BYTES_MIN <= len(mac) <= (key.block_bytes if method == "cmac" else MAC_BYTES):
        return False
    return same(mac_of(method, key, data, len(mac), padding), mac)


def _check_size(size: int, most: int) -> None:
    if not MAC_BYTES_MIN <= size <= most:
        raise CardSecurityError("MAC", f"a length of {size} bytes", f"{MAC_BYTES_MIN} to {most} bytes")
