"""The hash of est3Dgate against published vectors, and against PHP where it is there."""

from __future__ import annotations

import hmac
import json
import re
import shutil
import subprocess
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol import natural_order as natural_order_module
from switch.gateway.protocol.hash_rules import JSP_KIT, hash_of, hashed_text, is_hash, signed
from switch.gateway.protocol.natural_order import natural_order
from switch.gateway.protocol.posted import Posted

FIRST: Final = (
    ("clientid", "190100000"),
    ("storetype", "3d_pay"),
    ("amount", "100.25"),
    ("oid", "order222"),
    ("okUrl", "https://domain.com/success"),
    ("failUrl", "https://domain.com/fail_url"),
    ("rnd", "rand"),
    ("lang", "tr"),
    ("currency", "949"),
    ("taksit", ""),
    ("islemtipi", "Auth"),
    ("firmaadi", "siparis veren"),
    ("Email", "test@test.com"),
    ("hashAlgorithm", "ver3"),
)
SECOND: Final = (*FIRST, ("description", "a|b\\c"), ("_charset_", "UTF-8"))
ORDER_OF_SECOND: Final = (
    "amount clientid currency description Email failUrl firmaadi hashAlgorithm islemtipi lang oid okUrl rnd storetype taksit"
    " _charset_"
)
PHP: Final = shutil.which("php")


def test_the_published_vector() -> None:
    expected = "/uPxhEKWCEGi3NsDOOQ4u8Hu5g71v5GWspOid70WehTWEz97PqxG3IN1Jv5jsbOXOw3Z3Rr/0UtywzEgbqFfdA=="
    assert hash_of(Posted(FIRST), "123456") == expected


def test_the_vector_with_bars_backslashes_and_a_name_that_begins_with_an_underscore() -> None:
    expected = "05pi7iFFuPnjFOMKcYmKqazG7wMuILup9piUiAvgV8Vwb/qLWK+y1/Q70/dfQzxoUlv+amtFHdQs68Y5yoOLhw=="
    assert hash_of(Posted(SECOND), "12|3\\4") == expected
    assert " ".join(natural_order([name for name, _ in SECOND], str)) == ORDER_OF_SECOND


def test_neither_the_order_of_the_post_nor_hash_and_encoding_change_a_hash() -> None:
    shuffled = Posted((("HASH", "any"), *reversed(SECOND), ("Encoding", "UTF-8")))
    assert hash_of(shuffled, "k") == hash_of(Posted(SECOND), "k")


@pytest.mark.parametrize(
    ("value", "hashed"),
    [
        ("  blanks \t\r\n", "blanks"),
        ("Caf&eacute; &amp; co &#39;x&#39; &quot;", "Café & co 'x' \""),
        ("&amp no semicolon &unknown;", "&amp no semicolon &unknown;"),
        ("a|b\\c", "a\\|b\\\\c"),
        ("https://shop.example/documents/1", "https://shop.example/document./1"),
        ("Document", "Document"),
        ("&#0; &#x110000;", "&#0; &#x110000;"),
    ],
)
def test_what_becomes_of_a_value(value: str, hashed: str) -> None:
    assert hashed_text(Posted((("description", value),)), "key") == f"{hashed}|key"


def test_the_kit_for_jsp_leaves_only_plain_letters_in_the_billing_address() -> None:
    posted = Posted((("BillToName", "L'Été, 12"), ("description", "L'Été")))
    assert hashed_text(posted, "key", JSP_KIT) == "Lt 12|L'Été|key"


def test_an_answer_can_be_checked_without_sorting_it() -> None:
    fields = signed({"oid": "1", "Response": "Approved", "_x": "", "amount": "5.00"}, "key")
    assert [*fields] == ["amount", "oid", "Response", "_x", "HASH"]
    assert fields["HASH"] == hash_of(Posted(tuple(fields.items())), "key")


def test_a_hash_is_compared_in_a_time_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def counted(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return real(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    posted, expected = Posted(FIRST), hash_of(Posted(FIRST), "123456")
    assert is_hash(expected, posted, "123456")
    assert not is_hash("/" + expected, posted, "123456")
    assert not is_hash("\udcff", posted, "123456")
    assert not is_hash("", Posted((("a", "\ud800"),)), "123456"), "what nobody can hash has no hash, and not an empty one"
    assert len(compared) == 3


def test_what_names_have_in_common_in_front_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[object] = []
    skipped = natural_order_module._skipped

    def counted(pattern: re.Pattern[bytes], text: bytes, place: int) -> int:
        steps.append(pattern)
        return skipped(pattern, text, place)

    monkeypatch.setattr(natural_order_module, "_skipped", counted)
    front = "item 12 of the basket " * 40
    assert natural_order([front + "b", front + "a"], str) == [front + "a", front + "b"]
    assert len(steps) < 10


_NAMES: Final = st.one_of(
    st.text("aAbBzZ019_ .-é", min_size=1, max_size=8),
    st.tuples(st.sampled_from(["a", "00", "a1 ", "é 0", "b-", "a0"]), st.text("aA019 _", max_size=4)).map("".join),
)


@pytest.mark.skipif(PHP is None, reason="php is not installed")
@given(st.lists(st.lists(_NAMES, min_size=2, max_size=12, unique=True), min_size=1, max_size=40))
def test_names_stand_in_the_order_that_php_gives_them(groups: list[list[str]]) -> None:
    assert PHP is not None
    code = (
        "$out = []; foreach (json_decode(stream_get_contents(STDIN)) as $names)"
        " { natcasesort($names); $out[] = array_values($names); } echo json_encode($out);"
    )
    said = subprocess.run([PHP, "-r", code], input=json.dumps(groups), capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == [natural_order(names, str) for names in groups]
