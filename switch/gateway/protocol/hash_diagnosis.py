"""Why a hash does not match: each way shops are known to miss it is tried, alone and in pairs, until one gives what was posted.

The cause is named by what its developer has to change, with the text that was hashed on both sides and where they part. The
store key is never shown.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, Final, Literal

from attrs import evolve, fields

from switch.gateway.protocol.hash_rules import (
    ACCEPTED_HASHES,
    REFERENCE,
    STORE_KEY_SHOWN,
    VALUE_FORMS,
    HashRules,
    NameOrder,
    is_hash,
    joined,
)
from switch.gateway.protocol.posted import Posted
from switch.record import frozen

#: What went wrong, in one word for logs and JSON; ``unknown`` where nothing that is tried gives the hash.
Cause = Literal[
    "missing",
    "version",
    "sorting",
    "escaping",
    "empty value",
    "entities",
    "blanks",
    "document",
    "extra field",
    "hashed field",
    "billing address",
    "encoding",
    "line ends",
    "quoting",
    "separator",
    "store key",
    "no store key",
    "output",
    "algorithm",
    "plus sign",
    "unknown",
]

HASH_BYTES: Final = 64  #: of SHA-512
_CHARSETS: Final = {"cp1252": "Windows-1252", "iso-8859-1": "ISO-8859-1", "cp1256": "Windows-1256", "utf-16-le": "UTF-16"}
FIELDS_TRIED_MAX: Final = 40  #: fields that are tried as one too many


@frozen(kw_only=True)
class Mistake:
    """One way to miss the hash: the word for it, the sentence for a developer, and the rules that make it."""

    cause: Cause
    sentence: str
    rules: HashRules = REFERENCE
    store_key: str | None = None  #: another than the merchant's


@frozen(kw_only=True)
class HashDiagnosis:
    """Whether the hash of a post is right, and if not, why."""

    accepted_as: str | None  #: the name of the rules it fits; None: it is wrong
    causes: tuple[Cause, ...] = ()
    sentences: tuple[str, ...] = ()  #: one for each cause
    expected_text: str = ""  #: what the reference hashes, without the store key
    shop_text: str = ""  #: what the shop hashed, where that was found out
    first_difference: int | None = None  #: the place of the first character that differs between the two


def accepted_as(posted: Posted, store_key: str) -> str | None:
    """The name of the rules that the hash of a post fits; None where it fits none, or where it says that it is of another
    version."""
    if _version(posted) != "ver3":
        return None
    return next((name for name, rules in ACCEPTED_HASHES.items() if is_hash(posted["hash"], posted, store_key, rules)), None)


def _version(posted: Posted) -> str:
    return posted["hashAlgorithm"].strip().lower()


def diagnosed(
    posted: Posted,
    store_key: str,
    known_keys: Mapping[str, str],
    expected_fields: Iterable[str],
    *,
    goes_on: Callable[[], bool] = lambda: True,
) -> HashDiagnosis:
    """Judge the hash of a post.

    ``known_keys`` are store keys by what to call them (another merchant's, the one before); ``expected_fields`` are names that
    the protocol knows, in any case: every other may be a named button or a field that came in after the hash was made. No
    further cause is looked for once ``goes_on`` says no.
    """
    given = posted["hash"]
    if (accepted := accepted_as(posted, store_key)) is not None:
        return HashDiagnosis(accepted_as=accepted)
    expected = shown_text(posted, REFERENCE)
    plain = _plain_mistake(posted, given)
    if plain is not None:
        return HashDiagnosis(accepted_as=None, causes=(plain.cause,), sentences=(plain.sentence,), expected_text=expected)
    named = {name.lower() for name in expected_fields}
    for tried in _tries(posted, store_key, known_keys, named):
        if not goes_on():
            told = "found no cause in time among so many fields; post fewer of them to be told more"
            return HashDiagnosis(accepted_as=None, causes=("unknown",), sentences=(told,), expected_text=expected)
        rules, key = _merged(tried, store_key)
        if is_hash(given, posted, key, rules):
            hashed = shown_text(posted, rules)
            return HashDiagnosis(
                accepted_as=None,
                causes=tuple(mistake.cause for mistake in tried),
                sentences=tuple(mistake.sentence for mistake in tried),
                expected_text=expected,
                shop_text=hashed,
                first_difference=_first_difference(expected, hashed),
            )
    sentence = (
        "no known mistake gives this hash: compare the text below with what your code hashes, character by character, and see"
        " that the store key is that of this client id"
    )
    return HashDiagnosis(accepted_as=None, causes=("unknown",), sentences=(sentence,), expected_text=expected)


def shown_text(posted: Posted, rules: HashRules) -> str:
    """The hashed text with a stand-in for the store key."""
    return joined(posted, STORE_KEY_SHOWN, rules)


def _plain_mistake(posted: Posted, given: str) -> Mistake | None:
    """What is seen without trying: no hash, one of an earlier version, or one whose + became blanks."""
    version = _version(posted)
    if not given.strip():
        return Mistake(cause="missing", sentence="HASH: found nothing, expected the SHA-512 of the fields in base64 (ver3)")
    if version != "ver3":
        found = repr(version) if version else "nothing"
        told = f"hashAlgorithm: found {found}, expected ver3; ver1 and ver2 (SHA-1 over chosen fields) are not taken any more"
        return Mistake(cause="version", sentence=told)
    if " " in given.strip() and _is_sha512(given.replace(" ", "+")):
        told = "HASH: found blanks where base64 has +; escape the value (%2B) as it is put into the form or address"
        return Mistake(cause="plus sign", sentence=told)
    return None


def _is_sha512(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == HASH_BYTES
    except (binascii.Error, ValueError):
        return False


def _tries(posted: Posted, store_key: str, known_keys: Mapping[str, str], named: set[str]) -> Iterator[tuple[Mistake, ...]]:
    """What is tried, the simplest first: each mistake alone, then two at once that have nothing to do with each other."""
    single = [*_mistakes(posted, store_key, known_keys, named)]
    for mistake in single:
        yield (mistake,)
    for one, other in combinations(single, 2):
        if one.cause != other.cause:
            yield one, other


def _mistakes(posted: Posted, store_key: str, known_keys: Mapping[str, str], named: set[str]) -> Iterator[Mistake]:
    names = [name for name, _ in posted.fields if name.lower() not in REFERENCE.left_out]
    yield from _of_order()
    yield from _of_values(posted)
    yield from _of_fields(posted, names, named)
    yield from _of_key(store_key, known_keys)
    yield from _of_output()


#: How names are sorted otherwise than in the order of the reference.
_ORDERS: Final[dict[NameOrder, str]] = {
    "posted": "the fields were hashed in the order of the form, not sorted by name",
    "natural small letters": "the names were sorted as small letters, where _ comes before them",
    "small letters": "the names were sorted letter by letter as small letters, where _ comes before them and 12 before 2",
    "natural bytes": "the names were sorted with capitals before small letters",
    "bytes": "the names were sorted letter by letter, with capitals before small letters",
    "capitals": "the names were sorted letter by letter, so that 12 comes before 2",
}
_ORDER: Final = "; the order is natural, without regard to case, and _ comes after the letters (natcasesort of PHP)"


def _of_order() -> Iterator[Mistake]:
    for order, told in _ORDERS.items():
        yield Mistake(cause="sorting", sentence=told + _ORDER, rules=evolve(REFERENCE, order=order))


def _of_values(posted: Posted) -> Iterator[Mistake]:
    escapings: dict[Any, str] = {
        "none": "\\ and | in values were not escaped; write \\\\ for \\ first, then \\| for |",
        "bar first": "| was escaped before \\, so that its \\ was escaped again; write \\\\ for \\ first, then \\| for |",
        "bar only": "\\ in values was not escaped; write \\\\ for \\ first, then \\| for |",
    }
    for escaping, told in escapings.items():
        yield Mistake(cause="escaping", sentence=told, rules=evolve(REFERENCE, escaping=escaping))
    empty = ", ".join(name for name, value in posted.fields if not value.strip() and name.lower() not in REFERENCE.left_out)
    if empty:
        told = f"fields without a value were left out ({empty}); they keep their place, as nothing between two |"
        yield Mistake(cause="empty value", sentence=told, rules=evolve(REFERENCE, empty_values=False))
    told = "blanks around values were hashed; trim each value"
    yield Mistake(cause="blanks", sentence=told, rules=evolve(REFERENCE, blanks=True))
    told = "values were hashed with their HTML entities (&eacute;); decode them first"
    yield Mistake(cause="entities", sentence=told, rules=evolve(REFERENCE, entities=False))
    documents = [name for name, value in posted.fields if re.search(r"document.", value, re.IGNORECASE)]
    if documents:
        told = (
            f"what follows the word document in {', '.join(documents)} was hashed as it stands; the page takes it for a full"
            " stop (document.): call the address otherwise, or do the same"
        )
        yield Mistake(cause="document", sentence=told, rules=evolve(REFERENCE, document=False))
    told = "letters but A to Z were taken out of the billing address in the hash, and not in the form"
    yield Mistake(cause="billing address", sentence=told, rules=evolve(REFERENCE, billing_stripped=True))
    forms: dict[Any, tuple[Cause, str]] = {
        "line feeds": ("line ends", "lines were hashed with one line feed at their end; a form posts them with \\r\\n"),
        "html": ("quoting", "values were hashed as HTML (&amp;, &#039;); hash them as the form posts them"),
        "percent": ("quoting", "values were hashed percent-encoded (%C3%A9); hash them as they are before that"),
        "json": ("quoting", "values were hashed as JSON writes them (\\/, \\u00e9); hash them as they are before that"),
    }
    for form, (cause, told) in forms.items():
        if any(VALUE_FORMS[form](value) != value for _, value in posted.fields):
            yield Mistake(cause=cause, sentence=told, rules=evolve(REFERENCE, form=form))
    for separator, name in (("", "nothing"), ("&", "&"), (",", "a comma"), (";", "a semicolon")):
        told = f"the values were joined with {name} between them; write | between them, and before the store key"
        yield Mistake(cause="separator", sentence=told, rules=evolve(REFERENCE, separator=separator))
    for charset, name in _CHARSETS.items():
        told = f"the text was hashed in {name}; hash its bytes in UTF-8, and post encoding=UTF-8"
        yield Mistake(cause="encoding", sentence=told, rules=evolve(REFERENCE, charset=charset))


def _of_fields(posted: Posted, names: list[str], named: set[str]) -> Iterator[Mistake]:
    unknown = [name for name in names if name.lower() not in named]
    known = [name for name in names if name.lower() in named]
    if len(unknown) > 1:
        told = f"the fields {', '.join(unknown)} are in the form and not in the hash: every named field counts, buttons too"
        yield _left_out(told, unknown)
    for name in (unknown + known)[:FIELDS_TRIED_MAX]:
        what = "if it is a named button, take its name away" if name in unknown else "hash it, too"
        told = f"the field {name} is in the form and not in the hash; every named field counts: {what}"
        yield _left_out(told, [name])
    for name in ("encoding", "hash"):
        if name in posted:
            kept = evolve(REFERENCE, left_out=REFERENCE.left_out - {name})
            told = f"{name} was hashed; the hash is made of every field but hash and encoding"
            yield Mistake(cause="hashed field", sentence=told, rules=kept)


def _left_out(sentence: str, names: list[str]) -> Mistake:
    rules = evolve(REFERENCE, left_out=REFERENCE.left_out | {name.lower() for name in names})
    return Mistake(cause="extra field", sentence=sentence, rules=rules)


def _of_key(store_key: str, known_keys: Mapping[str, str]) -> Iterator[Mistake]:
    for name, key in known_keys.items():
        if key != store_key:
            told = f"the store key is {name}; take that of the client id in the form"
            yield Mistake(cause="store key", sentence=told, store_key=key)
    spoilt: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("has a blank in front", lambda key: " " + key),
        ("has a blank behind", lambda key: key + " "),
        ("has a line end behind", lambda key: key + "\n"),
        ("is in capitals", str.upper),
        ("is in small letters", str.lower),
        ("is empty", lambda key: ""),
        ("is twice there", lambda key: key + key),
    )
    for how, spoil in spoilt:
        if spoil(store_key) != store_key:
            yield Mistake(cause="store key", sentence=f"the store key that was hashed {how}", store_key=spoil(store_key))
    told = "the store key is missing at the end of the text, behind a last |"
    yield Mistake(cause="no store key", sentence=told, rules=evolve(REFERENCE, key_place="nowhere"))
    told = "the store key stands before the values; it comes last, behind a last |"
    yield Mistake(cause="store key", sentence=told, rules=evolve(REFERENCE, key_place="first"))


def _of_output() -> Iterator[Mistake]:
    outputs: dict[Any, str] = {
        "hex": "the hash is written as hexadecimal digits; write its 64 bytes in base64",
        "capital hex": "the hash is written as hexadecimal digits; write its 64 bytes in base64",
        "url base64": "the hash is written in the base64 of addresses (- and _); write + and /, and escape them in the form",
        "base64 without =": "the == at the end of the hash is missing; base64 of 64 bytes has 88 characters",
        "base64 of hex": "base64 was made of the hexadecimal digits; make it of the 64 bytes (hash(…, true), pack('H*', …))",
    }
    for output, told in outputs.items():
        yield Mistake(cause="output", sentence=told, rules=evolve(REFERENCE, output=output))
    keyed: dict[Any, str] = {"base64": "in base64", "hex": "in hexadecimal digits"}
    for output, how in keyed.items():
        told = f"the hash is an HMAC with the store key, {how}; ver3 is SHA-512 of a text that ends with the key, in base64"
        yield Mistake(cause="algorithm", sentence=told, rules=evolve(REFERENCE, algorithm="hmac", output=output))
    everywhere: tuple[Any, ...] = ("base64", "hex", "base64 of hex")
    algorithms: tuple[Any, ...] = ("sha256", "sha1", "md5")
    for algorithm in algorithms:
        for output in everywhere:
            told = f"the hash is {algorithm.upper()}; ver3 is SHA-512"
            rules = evolve(REFERENCE, algorithm=algorithm, output=output)
            yield Mistake(cause="algorithm", sentence=told, rules=rules)


def _merged(mistakes: tuple[Mistake, ...], store_key: str) -> tuple[HashRules, str]:
    """The rules with all of the mistakes in them, and the key that was used."""
    rules, key = REFERENCE, store_key
    for mistake in mistakes:
        changed: dict[str, Any] = {
            field.name: value
            for field in fields(HashRules)
            if (value := getattr(mistake.rules, field.name)) != getattr(REFERENCE, field.name)
        }
        if "left_out" in changed:
            kept = REFERENCE.left_out - mistake.rules.left_out
            changed["left_out"] = (rules.left_out | mistake.rules.left_out) - kept
        rules = evolve(rules, **changed)
        key = key if mistake.store_key is None else mistake.store_key
    return rules, key


def _first_difference(one: str, other: str) -> int | None:
    """The place of the first character that differs; None where the texts are alike and something else is wrong."""
    if one == other:
        return None
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)
