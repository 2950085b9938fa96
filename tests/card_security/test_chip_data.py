"""Chip data: there and back, templates, and one clear error with its offset for whatever a stranger sends."""

from __future__ import annotations

import pyemv
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switch.card_security.chip_data import CHIP_DATA_BYTES_MAX, DataObject, chip_data, chip_values, data_objects
from switch.errors import CardSecurityError

SAMPLE = "9F2608AABBCCDDEEFF00119F2701809F360200019505000000800082021C005F2A020504"
TAGS = ("82", "84", "95", "9A", "9C", "5F2A", "5F34", "9F02", "9F10", "9F1A", "9F26", "9F36", "9F37", "DF8101")
objects = st.dictionaries(st.sampled_from(TAGS), st.binary(max_size=300))


def test_a_sample() -> None:
    values = chip_values(bytes.fromhex(SAMPLE))
    assert list(values) == ["9F26", "9F27", "9F36", "95", "82", "5F2A"]
    assert values["9F36"] == b"\0\1"
    assert chip_data(values).hex().upper() == SAMPLE


@given(objects)
def test_there_and_back(values: dict[str, bytes]) -> None:
    data = chip_data(values)
    assert chip_values(data) == values
    assert [one.offset for one in data_objects(data)] == sorted(one.offset for one in data_objects(data))
    assert pyemv.tlv.decode(data) == values


def test_templates_are_read_into() -> None:
    inner = chip_data({"9F18": b"\1\2\3\4", "86": b"\x84\x24"})
    data = chip_data([("72", inner), ("91", bytes(10))])
    template, last = data_objects(data)
    assert [(one.tag, one.offset) for one in template.inside or ()] == [("9F18", 2), ("86", 9)]
    assert last == DataObject("91", bytes(10), 13)
    assert list(chip_values(data)) == ["9F18", "86", "91"]


def test_zeros_between_objects_mean_nothing() -> None:
    assert chip_values(bytes.fromhex("00 00 9C0100 00 9A03261128 00")) == {"9C": b"\0", "9A": bytes.fromhex("261128")}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("9F", "chip data at byte 1: found the end inside a tag, expected its next byte"),
        ("9F26", "chip data at byte 2: found the end behind tag 9F26, expected its length"),
        ("9F2608AABB", "chip data at byte 3: found 2 of the 8 bytes of tag 9F26, expected all of them"),
        ("9C01009F2608AABB", "chip data at byte 6: found 2 of the 8 bytes of tag 9F26, expected all of them"),
        ("9C80", "chip data at byte 1: found a length of tag 9C that is indefinite, expected one of at most 2 bytes"),
        ("9C8400000001", "chip data at byte 1: found a length of tag 9C in 4 bytes, expected one of at most 2 bytes"),
        ("9C8201", "chip data at byte 3: found the end inside the length of tag 9C, expected its next byte"),
        ("9C81FF", "chip data at byte 3: found 0 of the 255 bytes of tag 9C, expected all of them"),
        ("9F8181810100", "chip data at byte 0: found a longer tag, expected a tag of at most 3 bytes"),
        ("7202 9F26", "chip data at byte 4: found the end behind tag 9F26, expected its length"),
    ],
)
def test_what_breaks_off(data: str, sentence: str) -> None:
    with pytest.raises(CardSecurityError) as error:
        data_objects(bytes.fromhex(data))
    assert str(error.value) == sentence
    assert error.value.position is not None


def test_a_tag_that_comes_twice() -> None:
    with pytest.raises(CardSecurityError, match=r"^chip data at byte 3: found tag 9C again, expected each tag once$"):
        chip_values(bytes.fromhex("9C01009C0101"))


def test_templates_within_templates() -> None:
    data = b""
    for _ in range(30):
        data = chip_data([("E1", data)])
    with pytest.raises(CardSecurityError, match=r"templates within templates, expected at most 8 deep"):
        data_objects(data)


def test_more_than_any_element_holds() -> None:
    with pytest.raises(CardSecurityError, match=f"found {CHIP_DATA_BYTES_MAX + 1} bytes, expected at most"):
        data_objects(bytes(CHIP_DATA_BYTES_MAX + 1))


def fault_of(data: bytes) -> CardSecurityError | None:
    try:
        data_objects(data)
    except CardSecurityError as error:
        return error
    return None


@given(st.binary(max_size=60))
@example(b"\x1f")
@example(b"\x3f\x80")
@example(b"\x30\x81")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    fault = fault_of(data)
    assert fault is None or (fault.position is not None and 0 <= fault.position <= len(data))


@pytest.mark.parametrize("tag", ["", "9", "9F", "9C9C", "00", "XX", "9F818181", "1F8001FF"])
def test_tags_that_are_none(tag: str) -> None:
    with pytest.raises(CardSecurityError, match=r"expected a tag in hexadecimal, such as 9F26$"):
        chip_data({tag: b""})
