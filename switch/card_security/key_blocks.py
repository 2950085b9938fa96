"""Keys on their way between two parties: TR-31 key blocks (ANSI X9.143), keys under a zone master key, key check values.

A key block says what its key is for, and binds that to the key: a block that was changed anywhere does not open. Versions A and
C are variants of Triple DES and kept for old peers, B derives with Triple DES, D with AES.
"""

from __future__ import annotations

import re
from typing import Final, Literal, cast

from attrs import field

from switch.card_security.ciphers import AES_BYTES, DES_BYTES, TDES_KEY_BYTES, Aes, TripleDes, same, xor
from switch.errors import CardSecurityError
from switch.record import frozen

BlockVersion = Literal["A", "B", "C", "D"]
Algorithm = Literal["T", "A"]  #: Triple DES, AES: the letters of TR-31
KCV_BYTES: Final = {"T": 3, "A": 5}
HEADER_CHARACTERS: Final = 16
BLOCK_CHARACTERS_MAX: Final = 9992  #: the length field has four digits, and blocks are multiples of eight
_MAC_BYTES: Final = {"A": 4, "B": 8, "C": 4, "D": 16}
_BLOCK_BYTES: Final = {"A": DES_BYTES, "B": DES_BYTES, "C": DES_BYTES, "D": AES_BYTES}
_HEADER: Final = re.compile(
    r"(?P<version>[ABCD])(?P<length>[0-9]{4})(?P<usage>[0-9A-Z]{2})(?P<algorithm>[0-9A-Z])(?P<mode>[0-9A-Z])"
    r"(?P<number>[0-9A-Za-z]{2})(?P<export>[ENS])(?P<blocks>[0-9]{2})[0-9]{2}"
)
#: An optional block: its name and its length in characters. Length 00: as many bytes as the next two digits say hold it.
_OPTIONAL: Final = re.compile(r"[0-9A-Z]{2}(?:00(?:01(?P<one>[0-9A-F]{2})|02(?P<two>[0-9A-F]{4}))|(?P<length>[0-9A-F]{2}))")
_WHERE: Final = "key block"
_ENCRYPTION, _AUTHENTICATION = b"\x00\x00", b"\x00\x01"
_VARIANT_E, _VARIANT_M = 0x45, 0x4D
#: Length of a key in bytes -> how the derivation of versions B and D names it: algorithm, bits.
_DERIVED_B: Final = {16: b"\x00\x00\x00\x80", 24: b"\x00\x01\x00\xc0"}
_DERIVED_D: Final = {16: b"\x00\x02\x00\x80", 24: b"\x00\x03\x00\xc0", 32: b"\x00\x04\x01\x00"}


@frozen(kw_only=True)
class BlockHeader:
    """What a key block says of its key; the letters and numbers are TR-31's."""

    version: BlockVersion
    usage: str  #: C0 card verification, P0 PIN encryption, E0 issuer master key …
    algorithm: Algorithm
    mode: str  #: E encrypt, D decrypt, B both, C make and verify, G make, V verify, X derive, N no restriction
    number: str = "00"
    export: str = "E"  #: E under a key block, S also otherwise, N not at all
    optional: str = ""  #: optional blocks, as they stand in the header

    def text(self, length: int, count: int = 0) -> str:
        """The header of a block of that many characters with so many optional blocks."""
        about = f"{self.usage}{self.algorithm}{self.mode}{self.number}{self.export}"
        return f"{self.version}{length:04d}{about}{count:02d}00{self.optional}"


@frozen
class ProtectedKey:
    """A key that came out of a key block: what it is for, and its bytes."""

    header: BlockHeader
    key: bytes = field(repr=False)


def key_check_value(key: bytes, algorithm: Algorithm) -> str:
    """The key check value, in hexadecimal: of a Triple DES key the first three bytes of zeros enciphered, of an AES key the
    first five of the CMAC of a block of zeros (ANSI X9.24-1:2017, annex A).

    >>> key_check_value(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), "T")
    '08D7B4'
    """
    if algorithm == "T":
        return TripleDes(key).encrypt(bytes(DES_BYTES))[: KCV_BYTES["T"]].hex().upper()
    return Aes(key).cmac(bytes(AES_BYTES))[: KCV_BYTES["A"]].hex().upper()


def wrapped(protection: bytes, header: BlockHeader, key: bytes, fill: bytes) -> str:
    """A key in a TR-31 key block under a key block protection key (KBPK).

    ``fill`` is chance that hides the length of the key: it and the key with its two bytes of length fill whole cipher blocks.
    ``fill_bytes`` says how many there must be. CardSecurityError where the KBPK does not fit the version.
    """
    if header.optional:
        raise CardSecurityError(_WHERE, "optional blocks", "none in a block that is made here")
    version, size = header.version, _BLOCK_BYTES[header.version]
    data = (8 * len(key)).to_bytes(2, "big") + key + fill
    if len(data) % size or not key:
        raise CardSecurityError(_WHERE, f"{len(fill)} bytes of fill", f"as many as make whole blocks of {size} bytes")
    length = HEADER_CHARACTERS + 2 * len(data) + 2 * _MAC_BYTES[version]
    head = header.text(length).encode("ascii")
    sealed, mac = _sealed(version, protection, head, data)
    return head.decode("ascii") + sealed.hex().upper() + mac.hex().upper()


def fill_bytes(version: BlockVersion, algorithm: Algorithm, key_bytes: int) -> int:
    """How many bytes of fill a block takes so that every key of the algorithm makes a block of one length.

    >>> fill_bytes("B", "T", 16), fill_bytes("D", "A", 16)
    (14, 30)
    """
    longest = max(key_bytes, 24 if algorithm == "T" else 32)
    return longest - key_bytes + -(2 + longest) % _BLOCK_BYTES[version]


def unwrapped(protection: bytes, block: str) -> ProtectedKey:
    """The key of a TR-31 key block. CardSecurityError where the block was changed, or is another KBPK's; nothing is told then
    of what it would have held."""
    header, head, body = _taken_apart(block)
    size, mac_size = _BLOCK_BYTES[header.version], _MAC_BYTES[header.version]
    sealed, mac = body[:-mac_size], body[-mac_size:]
    if len(sealed) < size or len(sealed) % size:
        raise CardSecurityError(_WHERE, f"{len(sealed)} bytes of key data", f"whole blocks of {size} bytes")
    data = _opened(header.version, protection, head, sealed, mac)
    bits = int.from_bytes(data[:2], "big")
    if not bits or bits % 8 or 2 + bits // 8 > len(data):
        raise CardSecurityError(_WHERE, "a length of its key that cannot be", "one within the block")
    return ProtectedKey(header, data[2 : 2 + bits // 8])


def header_of_block(block: str) -> BlockHeader:
    """What a key block says of its key, believed or not: only ``unwrapped`` proves it."""
    return _taken_apart(block)[0]


def under_zone_key(zone_key: TripleDes | Aes, key: bytes, mode: Literal["ecb", "cbc"] = "ecb") -> bytes:
    """A key enciphered under a zone master key without a key block, as older peers exchange it; CBC begins with zeros."""
    _check_blocks(zone_key, key)
    return zone_key.encrypt(key) if mode == "ecb" else zone_key.encrypt_cbc(key)


def from_zone_key(zone_key: TripleDes | Aes, sealed: bytes, mode: Literal["ecb", "cbc"] = "ecb") -> bytes:
    """The key of ``under_zone_key``. Nothing but a key check value can tell whether it is the right one."""
    _check_blocks(zone_key, sealed)
    return zone_key.decrypt(sealed) if mode == "ecb" else zone_key.decrypt_cbc(sealed)


def _check_blocks(zone_key: TripleDes | Aes, key: bytes) -> None:
    if not key or len(key) % zone_key.block_bytes:
        raise CardSecurityError("key under a zone key", f"{len(key)} bytes", f"whole blocks of {zone_key.block_bytes} bytes")


def _taken_apart(block: str) -> tuple[BlockHeader, bytes, bytes]:
    """Header, its bytes with the optional blocks, and the bytes behind it."""
    parts = _HEADER.match(block)
    if parts is None:
        raise CardSecurityError(_WHERE, "no header of versions A to D", "the sixteen characters of one", position=0)
    if int(parts["length"]) != len(block) or len(block) > BLOCK_CHARACTERS_MAX:
        found = f"{len(block)} characters"
        raise CardSecurityError(_WHERE, found, f"{int(parts['length'])}, as its header says", position=1)
    if parts["algorithm"] not in ("T", "A"):
        raise CardSecurityError(_WHERE, f"algorithm {parts['algorithm']}", "T (Triple DES) or A (AES)", position=7)
    end = HEADER_CHARACTERS
    for _ in range(int(parts["blocks"])):
        optional = _OPTIONAL.match(block, end)
        size = int(optional["one"] or optional["two"] or optional["length"], 16) if optional else 0
        if size < 4 or end + size > len(block):
            raise CardSecurityError(_WHERE, "no optional block", "as many as its header says", position=end)
        end += size
    try:
        head, body = block[:end].encode("ascii"), bytes.fromhex(block[end:])
    except ValueError:
        raise CardSecurityError(_WHERE, "no hexadecimal", "hexadecimal behind its header", position=end) from None
    header = BlockHeader(
        version=cast("BlockVersion", parts["version"]),
        usage=parts["usage"],
        algorithm=cast("Algorithm", parts["algorithm"]),
        mode=parts["mode"],
        number=parts["number"],
        export=parts["export"],
        optional=block[HEADER_CHARACTERS:end],
    )
    return header, head, body


def _sealed(version: BlockVersion, protection: bytes, head: bytes, data: bytes) -> tuple[bytes, bytes]:
    if version in ("A", "C"):
        encryption, authentication = _variants(protection)
        sealed = TripleDes(encryption).encrypt_cbc(data, head[:DES_BYTES])
        return sealed, _variant_mac(authentication, head + sealed)
    cipher, encryption, authentication = _derived(version, protection)
    mac = cipher(authentication).cmac(head + data)
    return cipher(encryption).encrypt_cbc(data, mac), mac


def _opened(version: BlockVersion, protection: bytes, head: bytes, sealed: bytes, mac: bytes) -> bytes:
    if version in ("A", "C"):
        encryption, authentication = _variants(protection)
        whole, data = _variant_mac(authentication, head + sealed), TripleDes(encryption).decrypt_cbc(sealed, head[:DES_BYTES])
    else:
        cipher, encryption, authentication = _derived(version, protection)
        data = cipher(encryption).decrypt_cbc(sealed, mac)
        whole = cipher(authentication).cmac(head + data)
    if not same(whole, mac):
        raise CardSecurityError(_WHERE, "a MAC that is not its", "a block that nobody changed, and the key it was made under")
    return data


def _variants(protection: bytes) -> tuple[bytes, bytes]:
    """The keys of versions A and C: the KBPK, each byte xored with the letter E or M."""
    if len(protection) not in TDES_KEY_BYTES:
        raise CardSecurityError("key block protection key", f"{len(protection)} bytes", "16 or 24 bytes of Triple DES")
    of_e, of_m = (bytes([letter]) * len(protection) for letter in (_VARIANT_E, _VARIANT_M))
    return xor(protection, of_e), xor(protection, of_m)


def _variant_mac(key: bytes, data: bytes) -> bytes:
    """The MAC of versions A and C: four bytes of a CBC-MAC under Triple DES."""
    return TripleDes(key).encrypt_cbc(data)[-DES_BYTES:][:4]


def _derived(version: BlockVersion, protection: bytes) -> tuple[type[TripleDes] | type[Aes], bytes, bytes]:
    """The keys of versions B and D: CMACs under the KBPK over a counter and what the key is for."""
    cipher, about = (Aes, _DERIVED_D) if version == "D" else (TripleDes, _DERIVED_B)
    size = len(protection)
    if size not in about:
        sizes = ", ".join(map(str, about))
        raise CardSecurityError("key block protection key", f"{size} bytes", f"one of {sizes} bytes for version {version}")
    prepared = cipher(protection)
    counters = range(1, -(-size // prepared.block_bytes) + 1)
    keys = [
        b"".join(prepared.cmac(bytes([counter]) + use + b"\0" + about[size]) for counter in counters)[:size]
        for use in (_ENCRYPTION, _AUTHENTICATION)
    ]
    return cipher, keys[0], keys[1]
