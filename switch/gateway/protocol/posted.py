"""What a form posts: names and values in the order they came in, told apart by name in any case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final
from urllib.parse import unquote_to_bytes

from switch.record import frozen

POST_BYTES_MAX = 64 * 1024  #: of a form; shops post two
FIELDS_MAX = 200  #: of a form; shops post thirty, and seven more for each article
NAME_LENGTH_MAX = 64  #: characters of a name: sorting names for the hash takes time by their length
BRAND_NUMBERS: Final = {
    "visa": "1",
    "mastercard": "2",
    "cmi": "3",
    "amex": "4",
}  #: ``cardType`` of a form, ``sID`` of an answer


@frozen
class Posted:
    """The fields of a post. Shops spell names as they like (``HASH``, ``Hash``, ``hash``), so they are found in any case."""

    fields: tuple[tuple[str, str], ...]  #: in the order they were posted

    @classmethod
    def from_form(cls, body: bytes, charset: str = "utf-8") -> Posted:
        """The fields of an ``application/x-www-form-urlencoded`` body (HTML, 4.10.22.7).

        What is no text in the charset is kept byte by byte, so that nothing is lost and a hash over it can still be looked for.

        >>> Posted.from_form(b"oid=a+b&Amount=31.50&rnd=").fields
        (('oid', 'a b'), ('Amount', '31.50'), ('rnd', ''))
        """

        def text(part: bytes) -> str:
            return unquote_to_bytes(part.replace(b"+", b" ")).decode(charset, "surrogateescape")

        pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
        return cls(tuple((text(name), text(value)) for name, _, value in pairs))

    def excess(self) -> str:
        """What is more than anybody posts, in a sentence; empty where nothing is."""
        if len(self.fields) > FIELDS_MAX:
            return f"body: found {len(self.fields)} fields, expected at most {FIELDS_MAX}"
        longest = max((len(name) for name, _ in self.fields), default=0)
        if longest > NAME_LENGTH_MAX:
            return f"body: found a field name of {longest} characters, expected at most {NAME_LENGTH_MAX}"
        return ""

    @cached_property
    def _values(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self.fields)}

    def __getitem__(self, name: str) -> str:
        """The value of a field, the first where it came twice; empty where it did not come."""
        return self._values.get(name.lower(), "")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def twice(self) -> Iterator[str]:
        """Names that came more than once, in any case: what PHP keeps of them is the last, what others keep is the first."""
        seen: dict[str, int] = {}
        for name, _ in self.fields:
            seen[name.lower()] = seen.get(name.lower(), 0) + 1
            if seen[name.lower()] == 2:
                yield name
