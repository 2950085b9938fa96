"""DE 54, DE 90 and DE 56 of 1993, part by part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.nested.standard_parts import standard_parts


def told(number: int, value: str, edition: str = EDITION_1987) -> list[tuple[str, str]]:
    return [(part.value, part.meaning) for part in standard_parts(number, value, edition)]


def test_additional_amounts_one_by_one() -> None:
    assert told(54, "0001504C0000025000003002978D000000012500") == [
        ("0001504C000002500000", "default account, ledger balance, 25000.00 MAD, credit"),
        ("3002978D000000012500", "credit account, available, 125.00 EUR, debit"),
    ]
    assert told(54, "9977504X00000001250A") == [("9977504X00000001250A", "account type 99, amount type 77, sign X")]
    assert told(54, "0001504C00000250000") == []


def test_original_data_in_five_parts() -> None:
    assert told(90, "010000012311281902030000050490000000000000") == [
        ("0100", "authorization request"),
        ("000123", ""),
        ("1128190203", "11-28 19:02:03"),
        ("00000504900", "504900"),
        ("00000000000", "none"),
    ]
    assert told(90, "0200" + "000123" + "0" * 32)[2:4] == [("0" * 10, "not told"), ("0" * 11, "not told")]


def test_original_data_of_1993() -> None:
    assert told(56, "11000001232611281902030650490" + "0", EDITION_1993) == [
        ("1100", "authorization request"),
        ("000123", ""),
        ("261128190203", "2026-11-28 19:02:03"),
        ("504900", ""),
    ]
    assert told(56, "1100" * 10) == []
    assert told(90, "0" * 42, EDITION_1993) == []


@given(
    st.sampled_from([54, 56, 90]),
    st.text(alphabet="0123456789CDX ", max_size=130),
    st.sampled_from([EDITION_1987, EDITION_1993]),
)
def test_any_value_is_divided_or_not(number: int, value: str, edition: str) -> None:
    parts = standard_parts(number, value, edition)
    assert not parts or number == 56 or "".join(part.value for part in parts) == value
