"""The codec and a reader that shares nothing with it: the same message, or both refuse."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from tests.iso8583.samples import GOLDEN, TRACK_2
from tests.iso8583.second_reader import read
from tests.support.strategies import DIALECTS, messages, spoilt

WIRE: Final = {name: Codec(DIALECTS[name], plan_at=2) for name in ("ascii", "ascii_hex", "bcd")}
every_format = pytest.mark.parametrize("name", WIRE)
quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def read_by_us(data: bytes, name: str) -> Message | None:
    try:
        return WIRE[name].decode(data)
    except MessageError:
        return None


def read_by_the_other(data: bytes, name: str) -> Message | None:
    try:
        return Message(*read(data, name))
    except ValueError:
        return None


@every_format
@given(data=st.data())
@quick
def test_what_we_write_both_read(name: str, data: st.DataObject) -> None:
    message = data.draw(st.one_of(st.sampled_from(sorted(GOLDEN.values())), messages(DIALECTS[name])))
    written = WIRE[name].encode(message)
    assert read_by_the_other(written, name) == message
    assert read_by_us(written, name) == message


@pytest.mark.long
@every_format
@given(data=st.data())
@settings(quick, max_examples=300)
def test_what_is_spoilt_both_read_alike_or_both_refuse(name: str, data: st.DataObject) -> None:
    message = data.draw(st.one_of(st.sampled_from(sorted(GOLDEN.values())), messages(DIALECTS[name])))
    wrong = data.draw(spoilt(WIRE[name].encode(message)))
    assert read_by_us(wrong, name) == read_by_the_other(wrong, name)


# -- put together by hand, after the examples introductions to ISO 8583 begin with; no program wrote these bytes

#: A sign-on with a hexadecimal bitmap: DE 7, 11 and 70.
SIGN_ON: Final = b"0800" + b"8220000000000000" + b"0400000000000000" + b"1122091530" + b"000043" + b"001"

#: What a terminal with a magnetic stripe reader sends in packed digits: DE 3, 4, 11, 22, 24, 25, 35, 41 and 42.
SWIPED: Final = bytes.fromhex(
    "0200 3020058020C00000 000000 000000012500 000042 0021 0003 00"
    "37 04507160000000010D29121010000012345678"
    "5445524D30303031 53484F503030303030303030303031"
)

#: An approval with a binary bitmap: DE 3, 4, 7, 11, 37, 38, 39, 41 and 49.
APPROVAL: Final = (
    b"0110" + bytes.fromhex("322000000E808000") + b"000000" + b"000000012500" + b"1122091530" + b"000042"
    + b"632609000042" + b"A1B2C3" + b"00" + b"TERM0001" + b"504"
)  # fmt: skip

#: A partial reversal: DE 3, 4, 7, 11, 32, 41 and 42, the original in 90, and in 95 the 50.00 that remain.
PARTIAL_REVERSAL: Final = (
    b"0420" + b"B220000100C00000" + b"0000004200000000" + b"000000" + b"000000012500" + b"1122091600" + b"000044"
    + b"06504001" + b"TERM0001" + b"SHOP00000000001"
    + b"0100" + b"000042" + b"1122091530" + b"00000504001" + b"00000000000"
    + b"000000005000" + b"000000000000" + b"C00000000" + b"C00000000"
)  # fmt: skip

TERMINAL: Final = {41: "TERM0001", 42: "SHOP00000000001"}
BY_HAND: Final = {
    "sign-on": ("ascii_hex", SIGN_ON, Message("0800", {7: "1122091530", 11: "000043", 70: "001"})),
    "swiped": (
        "bcd",
        SWIPED,
        Message(
            "0200", {3: "000000", 4: "000000012500", 11: "000042", 22: "021", 24: "003", 25: "00", 35: TRACK_2, **TERMINAL}
        ),
    ),
    "approval": (
        "ascii",
        APPROVAL,
        Message(
            "0110",
            {3: "000000", 4: "000000012500", 7: "1122091530", 11: "000042"}
            | {37: "632609000042", 38: "A1B2C3", 39: "00", 41: "TERM0001", 49: "504"},
        ),
    ),
    "partial reversal": (
        "ascii_hex",
        PARTIAL_REVERSAL,
        Message(
            "0420",
            {3: "000000", 4: "000000012500", 7: "1122091600", 11: "000044", 32: "504001", **TERMINAL}
            | {90: "0100000042112209153000000504001" + "0" * 11, 95: "000000005000000000000000C00000000C00000000"},
        ),
    ),
}


@pytest.mark.parametrize("sample", BY_HAND)
def test_messages_put_together_by_hand(sample: str) -> None:
    name, data, message = BY_HAND[sample]
    assert read_by_the_other(data, name) == message
    assert read_by_us(data, name) == message
    assert WIRE[name].encode(message) == data
