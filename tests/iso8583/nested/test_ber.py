from __future__ import annotations

import pytest

from switch.iso8583.nested.ber import emv_tags, tag_values, tlv, with_tag


@pytest.mark.parametrize("data", ["9F2602AABB5701AA", "57820001AA9F2601BB", "E1035701CC9F2601DD", "5701AA5701BB"])
def test_some_tags_are_found_as_all_of_them_are(data: str) -> None:
    raw = bytes.fromhex(data)
    every = {bytes.fromhex(name): raw[start:end] for name, start, end in emv_tags(raw)}
    assert tag_values(raw, frozenset(every)) == every
    assert tag_values(raw, frozenset()) == {}


@pytest.mark.parametrize("data", ["9F", "9F26", "9F2603AA", "5702AA", "E1035701"])
def test_data_that_break_off_have_no_tags(data: str) -> None:
    with pytest.raises(IndexError):
        tag_values(bytes.fromhex(data), frozenset())


def test_a_tag_in_a_template_is_replaced_too_and_one_that_is_new_stands_last() -> None:
    data = bytes.fromhex("9F2602AABBE1035701CC9F3601DD")
    assert with_tag(data, "57", b"\x01\x02") == bytes.fromhex("9F2602AABBE104570201029F3601DD")
    assert with_tag(data, "57", None) == bytes.fromhex("9F2602AABBE1009F3601DD")
    assert with_tag(data, "9F26", b"\xee") == bytes.fromhex("9F2601EEE1035701CC9F3601DD")
    assert with_tag(data, "9F36", None) == bytes.fromhex("9F2602AABBE1035701CC")
    assert with_tag(data, "95", b"\x05") == data + bytes.fromhex("950105")
    assert with_tag(data, "95", None) == data


@pytest.mark.parametrize(("size", "length"), [(0, "00"), (127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100")])
def test_a_length_is_as_short_as_it_can_be(size: int, length: str) -> None:
    assert tlv("9F26", bytes(size)) == bytes.fromhex("9F26" + length) + bytes(size)
