from __future__ import annotations

import pytest

from switch.iso8583.nested.ber import emv_tags, tag_values


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
