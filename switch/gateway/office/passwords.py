"""Passwords of merchants, kept as what scrypt (RFC 7914) makes of them: its parameters, a salt, and the result."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

PASSWORD_CHARACTERS: Final = range(10, 129)  #: how long a password may be
_COST, _BLOCK, _PARALLEL = 1 << 14, 8, 5  #: 16 MiB for each try; as costly as OWASP asks for
_MEMORY_MAX: Final = 64 << 20
_SALT_BYTES: Final = 16
_RESULT_BYTES: Final = 32


def password_record(password: str) -> str:
    """What is kept of a password."""
    return _record(password, secrets.token_bytes(_SALT_BYTES))


def _record(password: str, salt: bytes) -> str:
    result = _scrypt(password, salt, _COST, _BLOCK, _PARALLEL)
    texts = (base64.b64encode(each).decode() for each in (salt, result))
    return "$".join(("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), *texts))


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY_MAX, dklen=_RESULT_BYTES)


def password_is(password: str, record: str | None) -> bool:
    """Whether a password is that of a record. Without a record it is not, and the answer takes as long.

    >>> password_is("not this one", None)
    False
    """
    try:
        scheme, cost, block, parallel, salt, result = (record or "").split("$")
        numbers = int(cost), int(block), int(parallel)
        kept = base64.b64decode(result, validate=True)
        given = _scrypt(password, base64.b64decode(salt, validate=True), *numbers)
    except (ValueError, binascii.Error):
        _record(password, bytes(_SALT_BYTES))
        return False
    return scheme == "scrypt" and hmac.compare_digest(given, kept)
