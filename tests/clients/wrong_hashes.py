"""Ways in which shops compute a wrong hash, each as public integration notes tell of it, and what the page should name."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.clients.orders import STORE_KEY
from tests.clients.ver3 import NOT_HASHED, Fields, digest, escaped, hash_of, natural

#: Values in which every step of the hash matters.
TELLING: Final = {
    "BillToName": "Zoé | d'Œuvre \\ 1",
    "BillToCompany": "",
    "BillToStreet1": "Rue A",
    "BillToStreet12": "Étage 2",
    "BillToStreet2": "Porte 3",
    "description": "caf&eacute; &amp; thé",
    "_charset_": "UTF-8",
}


def counted(fields: Fields) -> list[tuple[str, str]]:
    return [each for each in fields if each[0].lower() not in NOT_HASHED]


def in_order(fields: Fields, key: Callable[[tuple[str, str]], object]) -> str:
    """The hash with another order of names."""
    ordered = sorted(counted(fields), key=key)  # type: ignore[arg-type]
    return digest([*(escaped(value) for _, value in ordered), STORE_KEY])


def with_values(fields: Fields, written: Callable[[str], str]) -> str:
    """The hash with values written another way."""
    ordered = sorted(counted(fields), key=lambda each: natural(each[0]))
    return digest([*(written(value) for _, value in ordered), STORE_KEY])


def text_of(fields: Fields) -> str:
    ordered = sorted(counted(fields), key=lambda each: natural(each[0]))
    return "|".join([*(escaped(value) for _, value in ordered), STORE_KEY])


def bar_first(value: str) -> str:
    """The bar before the backslash, so that its own backslash is escaped again."""
    return html.unescape(value.strip()).replace("|", "\\|").replace("\\", "\\\\")


def without_empty(fields: Fields) -> str:
    return hash_of([each for each in fields if each[1]], STORE_KEY)


def with_encoding(fields: Fields) -> str:
    """The field ``encoding`` counted, too."""
    ordered = sorted((each for each in fields if each[0].lower() != "hash"), key=lambda each: natural(each[0]))
    return digest([*(escaped(value) for _, value in ordered), STORE_KEY])


@dataclass(frozen=True)
class WrongWay:
    """What is done, and words of which the page's sentences must have one."""

    done: Callable[[Fields], str]
    named: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)  #: fields in which the mistake shows
    telling: Callable[[str], bool] = bool  #: whether it shows in this hash


def sent(digest_of_text: bytes) -> str:
    return base64.b64encode(digest_of_text).decode()


def sha512_of(fields: Fields, encoding: str = "utf-8") -> bytes:
    return hashlib.sha512(text_of(fields).encode(encoding)).digest()


def unescaped(value: str) -> str:
    return html.unescape(value.strip())


def entities_kept(value: str) -> str:
    return value.strip().replace("\\", "\\\\").replace("|", "\\|")


WRONG_WAYS: Final[dict[str, WrongWay]] = {
    "names in the order of ASCII": WrongWay(lambda f: in_order(f, lambda each: each[0]), ("sorting",)),
    "names in the order of the form": WrongWay(lambda f: in_order(f, lambda _: 0), ("sorting",)),
    "names in small letters": WrongWay(lambda f: in_order(f, lambda each: each[0].lower()), ("sorting",)),
    "| and \\ not escaped": WrongWay(lambda f: with_values(f, unescaped), ("escaping",)),
    "| escaped before \\": WrongWay(lambda f: with_values(f, bar_first), ("escaping",)),
    "empty values left out": WrongWay(without_empty, ("empty value",)),
    "the field encoding counted": WrongWay(with_encoding, ("encoding was hashed",)),
    "the store key of another shop": WrongWay(lambda f: hash_of(f, "TEST5678"), ("store key",)),
    "the store key with a blank behind": WrongWay(lambda f: digest([text_of(f) + " "]), ("store key",)),
    "no store key": WrongWay(lambda f: digest([text_of(f).removesuffix("|" + STORE_KEY)]), ("store key",)),
    "the text in Windows-1252": WrongWay(lambda f: sent(sha512_of(f, "cp1252")), ("1252",)),
    "hexadecimal digits in base64": WrongWay(lambda f: sent(sha512_of(f).hex().encode()), ("hexadecimal",)),
    "hexadecimal digits": WrongWay(lambda f: sha512_of(f).hex(), ("hexadecimal",)),
    "SHA-1, as in version 1": WrongWay(lambda f: sent(hashlib.sha1(text_of(f).encode()).digest()), ("algorithm",)),
    "entities of HTML not decoded": WrongWay(lambda f: with_values(f, entities_kept), ("entities",)),
    "every + lost on the way": WrongWay(
        lambda f: hash_of(f, STORE_KEY).replace("+", " "), ("plus sign",), telling=lambda given: " " in given
    ),
}
