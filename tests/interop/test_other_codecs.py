"""Codecs of others under tables of their own: pyiso8583 with the specs it ships, cardutil with its configuration.

``tests/iso8583/test_codec.py`` holds our codec to pyiso8583 under specs made of our dialects, where a wrong length in a dialect
would be wrong on both sides. Here nobody of this house has written the other table.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any, Final

import iso8583
import pytest
from cardutil import iso8583 as cardutil
from cardutil.config import config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from iso8583 import specs as shipped

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from tests.iso8583.samples import GOLDEN, PURCHASE, codec, dialect, said_in
from tests.support.strategies import DIALECTS, THIRD_BITMAP, messages, values

quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# -- pyiso8583

#: Our dialect -> pyiso8583's own spec of the same wire format.
SHIPPED: Final = {"ascii": shipped.default, "ascii_hex": shipped.default_ascii}
every_shipped = pytest.mark.parametrize("name", sorted(SHIPPED))

#: Where pyiso8583 has another table: element -> (its size, ours). DE 54 holds six amounts in ISO 8583:1987 (an..120); it takes
#: twelve, as ISO 8583:1993 and some schemes do.
OTHER_SIZES: Final = {54: (240, 120)}


def written_by_pyiso8583(message: Message, name: str) -> bytes:
    document = {"t": message.mti, **{str(number): value for number, value in message.elements.items()}}
    return bytes(iso8583.encode(document, SHIPPED[name])[0])


def read_by_pyiso8583(data: bytes, name: str) -> Message:
    document, _ = iso8583.decode(data, SHIPPED[name])
    return Message(document["t"], {int(key): value for key, value in document.items() if key not in ("h", "t", "p", "1")})


@every_shipped
def test_the_tables_say_the_same(name: str) -> None:
    ours, different = DIALECTS[name].to_pyiso8583(), {}
    for number in range(2, 129):
        their_layout, our_layout = SHIPPED[name][str(number)], ours[str(number)]
        if number == THIRD_BITMAP:
            continue
        assert their_layout["data_enc"] == our_layout["data_enc"]
        assert their_layout["len_type"] == our_layout["len_type"]
        if their_layout["max_len"] != our_layout["max_len"]:
            different[number] = (their_layout["max_len"], our_layout["max_len"])
    assert different == OTHER_SIZES


@every_shipped
@given(data=st.data())
@quick
def test_what_pyiso8583_writes_we_read_and_the_other_way_round(name: str, data: st.DataObject) -> None:
    message = data.draw(st.one_of(st.sampled_from(sorted(GOLDEN.values())), messages(DIALECTS[name])))
    written, wire = written_by_pyiso8583(message, name), codec(name)
    assert wire.decode(written) == message
    assert wire.encode(message) == written
    assert read_by_pyiso8583(written, name) == message


@every_shipped
def test_additional_amounts_longer_than_the_standard_has_them_are_refused(name: str) -> None:
    with pytest.raises(MessageError, match=r"DE 54 at byte .*found length '240' .*expected an\.\.120"):
        codec(name).decode(written_by_pyiso8583(Message("0110", {54: "0002504C000000012500" * 12}), name))


# -- cardutil

#: cardutil has one configuration, that of Mastercard's clearing messages (IPM: 1240, 1442, 1644, 1740), which are ISO
#: 8583:1993. As a dialect of ours it is base87 and what differs from it; elements cardutil does not know are not used here.
IPM: Final = """
[element]
12 = { name = "Date and time, local transaction", format = "n 12" }
22 = { name = "Point of service data code", format = "an 12" }
25 = { name = "Message reason code", format = "n 4" }
26 = { name = "Card acceptor business code", format = "n 4" }
30 = { name = "Amounts, original", format = "n 24" }
31 = { name = "Acquirer reference data", format = "ans..99" }
43 = { name = "Card acceptor name/location", format = "ans..99" }
71 = { name = "Message number", format = "n 8" }
72 = { name = "Data record", format = "ans..999" }
93 = { name = "Transaction destination institution", format = "n..11" }
94 = { name = "Transaction originator institution", format = "n..11" }
95 = { name = "Card issuer reference data", format = "ans..10" }
"""
CONFIGURED: Final[dict[str, dict[str, Any]]] = config["bit_config"]
KNOWN: Final = [int(key) for key in CONFIGURED if key != "1"]
MESSAGE_NUMBER: Final = 71  #: in every message of IPM
LOCAL_TIME = "%y%m%d%H%M%S"

#: cardutil's encoding and whether its bitmap is hexadecimal -> the same in a dialect. A hexadecimal bitmap in an EBCDIC message
#: is not here: cardutil writes its digits in ASCII even there.
ENCODINGS: Final[dict[str, tuple[str, bool, dict[str, str]]]] = {
    "ascii": ("latin_1", False, {}),
    "ascii, hexadecimal bitmap": ("latin_1", True, {"bitmap": "hex"}),
    "ebcdic": ("cp500", False, dict.fromkeys(("mti", "digits", "text", "length"), "ebcdic")),
}
WIRE: Final = {name: Codec(dialect(chosen, tomllib.loads(IPM)["element"])) for name, (_, _, chosen) in ENCODINGS.items()}


def clearing_values(number: int, written_in: Dialect) -> st.SearchStrategy[str]:
    """Values that cardutil takes, which looks into dates and into the private data subelements (tag 4, length 3, data)."""
    processor, kind = CONFIGURED[str(number)].get("field_processor"), CONFIGURED[str(number)].get("field_python_type")
    if kind == "datetime":
        return st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(lambda at: at.strftime(LOCAL_TIME))  # noqa: DTZ001
    if processor == "PDS":
        text = st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=40)
        tags = st.dictionaries(st.integers(0, 9999), text, min_size=1, max_size=5)
        return tags.map(lambda tagged: "".join(f"{tag:04}{len(data):03}{data}" for tag, data in tagged.items()))
    return values(written_in.element(number))


@st.composite
def clearing_messages(
    draw: st.DrawFn, written_in: Dialect = WIRE["ascii"].dialect, unlike: frozenset[int] = frozenset()
) -> Message:
    known = [number for number in KNOWN if number not in unlike]
    chosen = draw(st.lists(st.sampled_from(known), max_size=16, unique=True))
    mti = draw(st.sampled_from(("1240", "1442", "1644", "1740")))
    return Message(mti, {number: draw(clearing_values(number, written_in)) for number in sorted(chosen)})


def to_cardutil(number: int, value: str) -> Any:
    """A value as cardutil wants it: a date as such, chip data as bytes."""
    kind = CONFIGURED[str(number)].get("field_python_type")
    if kind == "datetime":
        return datetime.strptime(value, LOCAL_TIME).replace(tzinfo=UTC)
    return bytes.fromhex(value) if number == 55 else value


def from_cardutil(number: int, value: Any) -> str:
    """A value of cardutil as our messages have it."""
    if isinstance(value, datetime):
        return value.strftime(LOCAL_TIME)
    if isinstance(value, bytes):
        return value.hex().upper()
    return f"{value:0{CONFIGURED[str(number)]['field_length']}d}" if isinstance(value, int) else str(value)


def written_by_cardutil(message: Message, encoding: str, hexadecimal: bool) -> bytes:
    document = {"MTI": message.mti, **{f"DE{n}": to_cardutil(n, value) for n, value in message.elements.items()}}
    return bytes(cardutil.dumps(document, encoding=encoding, hex_bitmap=hexadecimal))


def read_by_cardutil(data: bytes, encoding: str, hexadecimal: bool) -> Message:
    """Its reading; what it takes apart besides (PDS, chip tags, the parts of DE 43) is left out."""
    document = cardutil.loads(data, encoding=encoding, hex_bitmap=hexadecimal)
    numbers = [int(key[2:]) for key in document if key[:2] == "DE" and key[2:].isdecimal()]
    return Message(document["MTI"], {number: from_cardutil(number, document[f"DE{number}"]) for number in numbers})


@pytest.mark.parametrize("name", ENCODINGS)
@given(message=clearing_messages())
@quick
def test_what_cardutil_writes_we_read(name: str, message: Message) -> None:
    """It always writes the second bitmap, also an empty one."""
    encoding, hexadecimal, _ = ENCODINGS[name]
    assert WIRE[name].decode(written_by_cardutil(message, encoding, hexadecimal)) == message


@pytest.mark.parametrize("name", ENCODINGS)
@given(message=clearing_messages(), place=clearing_values(MESSAGE_NUMBER, WIRE["ascii"].dialect))
@quick
def test_what_we_write_cardutil_reads(name: str, message: Message, place: str) -> None:
    """It always reads a second bitmap, so the message has an element that calls for one: its number, as in every IPM file."""
    encoding, hexadecimal, _ = ENCODINGS[name]
    numbered = Message(message.mti, {**message.elements, MESSAGE_NUMBER: place})
    read = read_by_cardutil(WIRE[name].encode(numbered), encoding, hexadecimal)
    assert read == numbered


# -- cardutil and our own dialects of ISO 8583:1993

#: Our dialect -> whether its bitmap is hexadecimal, and what is not as in cardutil: DE 105, which Mastercard has for data of
#: its own, and DE 55 where it is written in hexadecimal digits.
OURS_OF_1993: Final[dict[str, tuple[bool, frozenset[int]]]] = {
    "ascii93": (False, frozenset({105})),
    "ascii_hex93": (True, frozenset({55, 105})),
}
of_1993 = pytest.mark.parametrize("name", OURS_OF_1993)


def test_the_1993_tables_say_the_same() -> None:
    """Sizes of a variable length are not cardutil's to say: most are 0 there."""
    different = set()
    for number in KNOWN:
        theirs, ours = CONFIGURED[str(number)], DIALECTS["base93"].element(number)
        length_units = {"FIXED": 0, "LLVAR": 2, "LLLVAR": 3}[theirs["field_type"]]
        if length_units != ours.length_units or (not length_units and theirs["field_length"] != ours.characters_max):
            different.add(number)
    assert different == {105}


@of_1993
@given(data=st.data())
@quick
def test_what_our_1993_dialects_write_cardutil_reads_and_the_other_way_round(name: str, data: st.DataObject) -> None:
    (hexadecimal, unlike), wire = OURS_OF_1993[name], codec(name)
    message = data.draw(clearing_messages(wire.dialect, unlike | {MESSAGE_NUMBER}))
    numbered = Message(message.mti, dict(sorted({**message.elements, MESSAGE_NUMBER: "00000042"}.items())))
    assert read_by_cardutil(wire.encode(numbered), "latin_1", hexadecimal) == numbered
    assert wire.decode(written_by_cardutil(numbered, "latin_1", hexadecimal)) == numbered


def test_a_purchase_of_1993_without_what_cardutil_does_not_know() -> None:
    said = said_in("ascii93", PURCHASE)
    known = Message(said.mti, {n: value for n, value in said.elements.items() if n in KNOWN} | {MESSAGE_NUMBER: "00000001"})
    read = read_by_cardutil(codec("ascii93").encode(known), "latin_1", hexadecimal=False)
    assert read == known
    assert read.elements[12] == "261122101530"
    assert read.elements[22] == "510101500001"
