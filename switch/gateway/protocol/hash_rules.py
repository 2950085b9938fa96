"""The hash that vouches for a post of est3Dgate: SHA-512 over its values and the store key, *ver3*, and the ways shops miss it.

The reference: every field but ``hash`` and ``encoding``, in natural order of the names (``natural_order``); of each value the
HTML entities are decoded, blanks around it removed, ``\\`` and ``|`` escaped; what follows the word ``document`` becomes a full
stop; values and store key are joined by ``|``. The kit for JSP sorts by capitals alone, and leaves only letters, digits,
blanks, ``_`` and ``-`` in fields of the billing address. Both are accepted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from html import escape
from html.entities import name2codepoint
from typing import Final, Literal
from urllib.parse import quote_plus

from attrs import evolve

from switch.gateway.protocol.natural_order import natural_order
from switch.gateway.protocol.posted import Posted
from switch.record import frozen

NameOrder = Literal["natural", "natural small letters", "natural bytes", "capitals", "small letters", "bytes", "posted"]
Escaping = Literal["both", "none", "bar first", "bar only"]
Output = Literal["base64", "base64 of hex", "hex", "capital hex", "url base64", "base64 without ="]
HashAlgorithm = Literal["sha512", "sha256", "sha1", "md5", "hmac"]
KeyPlace = Literal["last", "first", "nowhere"]
#: How a value was written before it was hashed: as posted, with one character a line end, or as another language quotes it.
ValueForm = Literal["plain", "line feeds", "html", "percent", "json"]

#: What a hash of ver3 never covers.
NOT_HASHED: Final = frozenset({"hash", "encoding"})
PHP_BLANKS: Final = " \t\n\r\0\v"  #: what PHP's ``trim`` removes
STORE_KEY_SHOWN: Final = "‹store key›"  #: in its place, wherever a hashed text is shown

_ENTITY: Final = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,8}));")
_AFTER_DOCUMENT: Final = re.compile(r"document(.)", re.IGNORECASE)
_JSP_REMOVES: Final = re.compile(r"[^0-9A-Za-z _-]")


@frozen(kw_only=True)
class HashRules:
    """One way to make the text that is hashed, and the hash of it."""

    order: NameOrder = "natural"
    escaping: Escaping = "both"
    empty_values: bool = True  #: they keep their place
    entities: bool = True  #: HTML entities are decoded
    blanks: bool = False  #: those around a value stay
    document: bool = True  #: what follows ``document`` becomes a full stop
    billing_stripped: bool = False  #: as the kit for JSP does
    charset: str = "utf-8"
    left_out: frozenset[str] = NOT_HASHED  #: names in small letters
    key_place: KeyPlace = "last"
    form: ValueForm = "plain"
    separator: str = "|"
    output: Output = "base64"
    algorithm: HashAlgorithm = "sha512"


REFERENCE: Final = HashRules()
JSP_KIT: Final = HashRules(order="capitals", billing_stripped=True)
#: The rules that are accepted, by the name they go by.
ACCEPTED_HASHES: Final = {"ver3": REFERENCE, "ver3 of the JSP kit": JSP_KIT}


def hashed_parts(posted: Posted, rules: HashRules) -> Iterator[tuple[str, str]]:
    """Name and text of every value that is hashed, in the order it is hashed in."""
    fields = [(name, value) for name, value in posted.fields if name.lower() not in rules.left_out]
    for name, value in _ordered(fields, rules.order):
        text = _text(name, value, rules)
        if text or rules.empty_values:
            yield name, text


def hashed_text(posted: Posted, store_key: str, rules: HashRules = REFERENCE) -> str:
    """The text that is hashed: the values and the store key, joined by ``|``."""
    return joined(posted, _escaped(store_key, rules.escaping), rules)


def joined(posted: Posted, key: str, rules: HashRules) -> str:
    """The text that is hashed, with ``key`` as the store key is written in it."""
    parts = [text for _, text in hashed_parts(posted, rules)]
    keys = [key]
    parts = {"last": parts + keys, "first": keys + parts, "nowhere": parts}[rules.key_place]
    return rules.separator.join(parts)


def hash_of(posted: Posted, store_key: str, rules: HashRules = REFERENCE) -> str:
    """The hash of a post under a store key, by default as the reference computes it.

    >>> hash_of(Posted((("oid", "1"), ("amount", "5.00"))), "key")[:16]
    '8jtx4TKZ8YEyD0nk'
    """
    return _written(hashed_text(posted, store_key, rules), store_key, rules)


def is_hash(given: str, posted: Posted, store_key: str, rules: HashRules = REFERENCE) -> bool:
    """Whether a hash is that of a post, found out in a time that tells nothing of how much of it is right."""
    expected = hash_of(posted, store_key, rules)
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def signed(fields: dict[str, str], store_key: str) -> dict[str, str]:
    """Fields of an answer with their hash, in the order that lets a shop check it without sorting."""
    whole = dict(natural_order(fields.items(), lambda field: field[0]))
    return {**whole, "HASH": hash_of(Posted(tuple(whole.items())), store_key)}


def without(rules: HashRules, *names: str) -> HashRules:
    """The same rules, with more fields left out."""
    return evolve(rules, left_out=rules.left_out | {name.lower() for name in names})


_FOLDS: Final[dict[NameOrder, Callable[[str], str]]] = {
    "natural": str.upper,
    "natural small letters": str.lower,
    "natural bytes": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "bytes": str,
}


def _ordered(fields: list[tuple[str, str]], order: NameOrder) -> list[tuple[str, str]]:
    if order == "posted":
        return fields
    fold = _FOLDS[order]
    if order.startswith("natural"):
        return natural_order(fields, lambda field: field[0], fold)
    return sorted(fields, key=lambda field: fold(field[0]))


def _text(name: str, value: str, rules: HashRules) -> str:
    if rules.entities:
        value = _ENTITY.sub(_entity, value)
    if not rules.blanks:
        value = value.strip(PHP_BLANKS)
    if rules.billing_stripped and name.lower().startswith("billto"):
        value = _JSP_REMOVES.sub("", value)
    escaped = _escaped(VALUE_FORMS[rules.form](value), rules.escaping)
    return _AFTER_DOCUMENT.sub("document.", escaped) if rules.document else escaped


def _entity(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        code = 34 if name == "quot" else name2codepoint.get(name, 0)
    else:
        code = int(decimal) if decimal is not None else int(hexadecimal, 16)
    usable = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if usable else found[0]


def _escaped(value: str, escaping: Escaping) -> str:
    if escaping == "both":
        return value.replace("\\", "\\\\").replace("|", "\\|")
    if escaping == "bar first":
        return value.replace("|", "\\|").replace("\\", "\\\\")
    return value.replace("|", "\\|") if escaping == "bar only" else value


def _as_html(value: str) -> str:
    return escape(value, quote=True).replace("&#x27;", "&#039;")  # as PHP writes it


def _as_json(value: str) -> str:
    return json.dumps(value)[1:-1].replace("/", "\\/")


VALUE_FORMS: Final[dict[ValueForm, Callable[[str], str]]] = {
    "plain": str,
    "line feeds": lambda value: value.replace("\r\n", "\n"),
    "html": _as_html,
    "percent": lambda value: quote_plus(value, errors="surrogateescape"),
    "json": _as_json,
}


def _written(text: str, store_key: str, rules: HashRules) -> str:
    try:
        content = text.encode(rules.charset, "surrogateescape")
    except UnicodeEncodeError:  # a letter that the charset has not: nobody can have hashed it so
        return ""
    if rules.algorithm == "hmac":
        digest = hmac.digest(store_key.encode(), content, "sha512")
    else:
        digest = hashlib.new(rules.algorithm, content, usedforsecurity=False).digest()
    if rules.output in ("hex", "capital hex"):
        return digest.hex() if rules.output == "hex" else digest.hex().upper()
    if rules.output == "url base64":
        return base64.urlsafe_b64encode(digest).decode()
    written = base64.b64encode(digest.hex().encode() if rules.output == "base64 of hex" else digest).decode()
    return written.rstrip("=") if rules.output == "base64 without =" else written
