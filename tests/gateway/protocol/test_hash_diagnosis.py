"""A shop that misses the hash is told which of the known ways it went wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_plus

import pytest

from switch.gateway.protocol.hash_diagnosis import HashDiagnosis, diagnosed
from switch.gateway.protocol.posted import Posted

KEY: Final = "TEST|key\\1"
FORM_FIELDS: Final = {
    "clientid": "600000000",
    "storetype": "3D_PAY_HOSTING",
    "TranType": "PreAuth",
    "amount": "31.50",
    "currency": "504",
    "oid": "A-17",
    "okUrl": "https://shop.example/documents/ok",
    "failUrl": "https://shop.example/fail",
    "lang": "fr",
    "BillToName": "Zoé | fils \\ Co",
    "BillToStreet2": "rue 2",
    "BillToStreet12": "",
    "email": "zoe@shop.example",
    "rnd": "0.1 2",
    "hashAlgorithm": "ver3",
    "_charset_": "UTF-8",
}
NAMED: Final = frozenset(FORM_FIELDS)
NAMES: Final = """
amount BillToName BillToStreet2 BillToStreet12 clientid currency email failUrl hashAlgorithm lang oid okUrl rnd storetype
TranType _charset_
"""
NATURAL: Final = NAMES.split()


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|")


def right(value: str) -> str:
    return escaped(value).replace("documents", "document.")


def hashed(
    names: list[str] = NATURAL,
    value: Callable[[str], str] = right,
    key: str = escaped(KEY),
    fields: dict[str, str] = FORM_FIELDS,
    charset: str = "utf-8",
) -> bytes:
    """What the code of a shop does: this shares nothing with the product."""
    return hashlib.sha512("|".join([*(value(fields[name]) for name in names), key]).encode(charset)).digest()


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def judged(value: str, fields: dict[str, str] = FORM_FIELDS) -> HashDiagnosis:
    posted = Posted((*fields.items(), ("encoding", "UTF-8"), ("HASH", value)))
    return diagnosed(posted, KEY, {"that of OTHER": "other-key"}, NAMED)


def test_a_right_hash_is_taken() -> None:
    assert judged(b64(hashed())).accepted_as == "ver3"


MISTAKES: Final = [
    ("sorting", b64(hashed(list(FORM_FIELDS)))),
    ("sorting", b64(hashed(["_charset_", *NATURAL[:-1]]))),
    ("sorting", b64(hashed(sorted(NATURAL)))),
    ("escaping", b64(hashed(value=lambda value: value.replace("documents", "document."), key=KEY))),
    ("empty value", b64(hashed([name for name in NATURAL if FORM_FIELDS[name]]))),
    ("document", b64(hashed(value=escaped))),
    ("extra field", b64(hashed([name for name in NATURAL if name != "rnd"]))),
    ("store key", b64(hashed(key="other-key"))),
    ("store key", b64(hashed(key=escaped(KEY) + " "))),
    ("encoding", b64(hashed(charset="cp1252"))),
    ("output", hashed().hex()),
    ("output", base64.b64encode(hashed().hex().encode()).decode()),
    ("output", hashed().hex().upper()),
    ("output", base64.urlsafe_b64encode(hashed()).decode()),
    ("output", b64(hashed()).rstrip("=")),
    (
        "separator",
        b64(hashlib.sha512(("".join(right(FORM_FIELDS[name]) for name in NATURAL) + escaped(KEY)).encode()).digest()),
    ),
    (
        "store key",
        b64(hashlib.sha512("|".join([escaped(KEY), *(right(FORM_FIELDS[name]) for name in NATURAL)]).encode()).digest()),
    ),
    ("quoting", b64(hashed(value=lambda value: right(json.dumps(value)[1:-1].replace("/", "\\/"))))),
    ("quoting", b64(hashed(value=lambda value: right(quote_plus(value))))),
    (
        "algorithm",
        b64(
            hmac.digest(
                KEY.encode(),
                b"|".join([*(right(FORM_FIELDS[name]).encode() for name in NATURAL), escaped(KEY).encode()]),
                "sha512",
            )
        ),
    ),
    ("missing", ""),
    ("unknown", b64(hashed(key="nobody's"))),
]


@pytest.mark.parametrize(("cause", "value"), MISTAKES)
def test_the_cause_is_named(cause: str, value: str) -> None:
    found = judged(value)
    assert (found.accepted_as, found.causes) == (None, (cause,))
    assert len(found.sentences) == 1
    assert KEY not in found.expected_text + found.shop_text


@pytest.mark.parametrize(
    ("posted", "shops", "cause"),
    [("two\r\nlines", "two\nlines", "line ends"), ("Zoé's <shop>", "Zoé&#039;s &lt;shop&gt;", "quoting")],
)
def test_a_value_that_was_written_otherwise_is_found(posted: str, shops: str, cause: str) -> None:
    value = b64(hashed(fields={**FORM_FIELDS, "BillToName": shops}))
    assert judged(value, {**FORM_FIELDS, "BillToName": posted}).causes == (cause,)


def test_a_named_button_is_found_by_its_name() -> None:
    found = judged(b64(hashed()), {**FORM_FIELDS, "submit": "Payer"})
    assert found.causes == ("extra field",)
    assert "submit" in found.sentences[0]
    assert "button" in found.sentences[0]


def test_two_mistakes_at_once_are_both_named() -> None:
    names = [name for name in sorted(NATURAL) if FORM_FIELDS[name]]
    assert set(judged(b64(hashed(names))).causes) == {"sorting", "empty value"}


def test_the_first_character_that_differs_is_told() -> None:
    found = judged(b64(hashed([name for name in NATURAL if FORM_FIELDS[name]])))
    assert found.first_difference is not None
    place = found.first_difference
    assert found.expected_text[:place] == found.shop_text[:place]
    assert found.expected_text[place] != found.shop_text[place]


def test_no_cause_is_looked_for_beyond_its_time() -> None:
    posted = Posted((*FORM_FIELDS.items(), ("HASH", b64(hashed(key="nobody's")))))
    found = diagnosed(posted, KEY, {}, NAMED, goes_on=lambda: False)
    assert found.sentences == ("found no cause in time among so many fields; post fewer of them to be told more",)
    assert found.expected_text


@pytest.mark.parametrize(("version", "told"), [("ver2", "found 'ver2', expected ver3"), ("", "found nothing, expected ver3")])
def test_another_version_is_refused_by_its_name_also_where_the_hash_is_one_of_ver3(version: str, told: str) -> None:
    fields = {**FORM_FIELDS, "hashAlgorithm": version}
    for value in (b64(hashed()), b64(hashed(fields=fields))):
        found = judged(value, fields)
        assert (found.accepted_as, found.causes) == (None, ("version",))
        assert told in found.sentences[0]


def test_plus_signs_that_became_blanks_are_seen() -> None:
    numbered = ({**FORM_FIELDS, "rnd": str(number)} for number in range(50))
    fields = next(fields for fields in numbered if "+" in b64(hashed(fields=fields)))
    assert judged(b64(hashed(fields=fields)).replace("+", " "), fields).causes == ("plus sign",)
