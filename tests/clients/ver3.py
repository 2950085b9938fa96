"""The hash of est3Dgate, version 3, written after its public description and after nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Sequence

Fields = Sequence[tuple[str, str]]

NOT_HASHED = frozenset({"hash", "encoding"})


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """The key of PHP's natcasesort: upper case, and runs of digits as numbers."""
    parts = re.findall(r"\d+|\D", name.upper())
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def escaped(value: str) -> str:
    """A value as it stands in the text that is hashed."""
    plain = html.unescape(value.strip())
    return plain.removesuffix("\n").replace("\\", "\\\\").replace("|", "\\|")


def digest(values: Iterable[str]) -> str:
    """The end of every way to hash: SHA-512 over the joined values, in base64."""
    return base64.b64encode(hashlib.sha512("|".join(values).encode()).digest()).decode()


def hash_of(fields: Fields, store_key: str) -> str:
    """The hash over posted fields."""
    counted = sorted((each for each in fields if each[0].lower() not in NOT_HASHED), key=lambda each: natural(each[0]))
    return digest([*(escaped(value) for _, value in counted), escaped(store_key)])


def is_right(fields: Fields, store_key: str) -> bool:
    """Whether posted fields carry the hash that belongs to them."""
    given = [value for name, value in fields if name.lower() == "hash"]
    return given == [hash_of(fields, store_key)]
