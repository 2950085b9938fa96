"""What is kept of a message: nothing that must never be stored, in whatever way it is written, and all else as it came."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.element import EBCDIC
from switch.iso8583.elements import CARD_DATA, EMV_CARD_DATA, NEVER_QUOTED, NEVER_STORED
from switch.iso8583.message import Message
from switch.iso8583.reading.redaction import HEAD_BYTES, Blanked, blanked, head, looked_through
from tests.iso8583.samples import CHIP_PURCHASE, PURCHASE, codec, dialect, said_in, with_elements
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, spoilt

CVV2, PIN_BLOCK, DISCRETIONARY = "917", "0412AC89ABCDEF67", "5551234567"
TRACK = f"4507160000000010=29121010{DISCRETIONARY}"
SECRETS = {
    35: TRACK,
    36: f"014507160000000010=724{DISCRETIONARY}",
    45: f"B4507160000000010^A/B^29121010{DISCRETIONARY}",
    48: f"SECRET{CVV2}SECRET",
    52: PIN_BLOCK,
    126: f"SECRET{CVV2}SECRET",
}
CHIP = f"57124507160000000010D29121010{DISCRETIONARY}F9F2608C0FFEE01234567895F2403291231"
NAMES = sorted(name for name in DIALECTS if not name.startswith("base"))


@given(st.data(), st.one_of(dialects, mixtures()))
def test_a_message_that_is_taken_whole_is_what_looking_through_it_gives(data: st.DataObject, spec: Dialect) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(data.draw(messages(spec)))
    for each in (body, data.draw(spoilt(body))):
        first, slowly = blanked(wire, each), looked_through(wire, each)
        assert (first.body, first.places, first.message) == (slowly.body, slowly.places, slowly.message)
        assert str(first.error) == str(slowly.error)
        assert blanked(wire, each).message == first.message


def spelled(digits: str) -> list[bytes]:
    """Digits and characters as they may stand in bytes: ASCII, EBCDIC, and packed with either parity."""
    forms = [digits.encode(), digits.encode(EBCDIC)]
    if not digits.strip("0123456789ABCDEF"):
        even = digits if len(digits) % 2 == 0 else digits[1:]
        shifted = digits[1:] if len(digits) % 2 == 0 else digits
        forms += [bytes.fromhex(even), bytes.fromhex(shifted[: len(shifted) // 2 * 2])]
    return forms


def assert_free_of_secrets(body: bytes) -> None:
    for secret in (DISCRETIONARY, PIN_BLOCK, f"SECRET{CVV2}", f"{CVV2}SECRET"):
        assert not [form for form in spelled(secret) if form in body], secret


def secretive(name: str, *, chip: bool = True) -> tuple[Codec, bytes]:
    """A purchase with every element that is never stored, as far as a dialect has it."""
    wire = codec(name)
    said = said_in(name, PURCHASE).elements
    secrets = {n: v for n, v in {**SECRETS, **({55: CHIP} if chip else {})}.items() if wire.dialect.elements[n] is not None}
    mti = "1100" if wire.dialect.edition == "1993" else "0100"
    elements = dict(sorted({**said, **secrets}.items()))
    return wire, wire.encode(Message(mti, elements))


@pytest.mark.parametrize("name", NAMES)
def test_secrets_are_overwritten_and_all_else_is_as_it_came(name: str) -> None:
    wire, data = secretive(name)
    kept = blanked(wire, data)
    assert_free_of_secrets(kept.body)
    assert kept.error is None
    assert len(kept.body) == len(data)
    before, after = wire.decode(data), wire.decode(kept.body)
    assert after.mti == before.mti
    for number, value in before.elements.items():
        if number in NEVER_STORED:
            assert not after.elements[number].strip("0"), number
            assert number not in kept.message.elements
        elif number != 55:
            assert after.elements[number] == value, number
    overwritten = {offset for start, end in kept.places for offset in range(start, end)}
    assert all(kept.body[place] == data[place] for place in range(len(data)) if place not in overwritten)


def test_of_chip_data_only_card_data_is_overwritten() -> None:
    wire, data = secretive("ascii")
    assert wire.decode(blanked(wire, data).body).elements[55] == "5712" + "0" * 36 + CHIP[40:]
    start = data.index(bytes.fromhex("5712")) + 2
    assert (start, start + 18) in blanked(wire, data).places
    broken = wire.encode(Message("0100", {11: "000001", 55: CHIP[:-2]}))
    assert wire.decode(blanked(wire, broken).body).elements[55] == "0" * (len(CHIP) - 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_without_secrets_is_kept_whole(name: str) -> None:
    wire = codec(name)
    data = wire.encode(said_in(name, PURCHASE))
    assert blanked(wire, data) == Blanked(data, (), wire.decode(data), None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.long
def test_wherever_a_message_is_cut_off_or_longer_nothing_secret_is_kept(name: str) -> None:
    wire, data = secretive(name)
    for size in range(len(data)):
        assert_free_of_secrets(blanked(wire, data[:size]).body)
    for place in range(len(data)):
        assert_free_of_secrets(blanked(wire, data[:place] + b"1" + data[place:]).body)
        assert_free_of_secrets(blanked(wire, data[:place] + data[place + 1 :]).body)


@pytest.mark.parametrize("listener", NAMES)
@pytest.mark.parametrize("spoken", NAMES)
def test_on_the_wrong_listener_nothing_secret_is_kept(spoken: str, listener: str) -> None:
    for chip in (True, False):
        _, data = secretive(spoken, chip=chip)
        assert_free_of_secrets(blanked(codec(listener), data).body)


def test_one_wrong_content_costs_nothing_but_what_may_be_secret() -> None:
    wire = codec("ascii")
    data = wire.encode(with_elements(PURCHASE, de52=PIN_BLOCK))
    at = data.index(b"000000012500")
    wrong = data[:at] + b"X" + data[at + 1 :]
    kept = blanked(wire, wrong)
    assert str(kept.error) == "DE 4 at byte 36: found 'X' as character 1, expected n 12: digits"
    assert kept.body == wrong.replace(bytes.fromhex(PIN_BLOCK), bytes(8))
    assert kept.places == ((len(data) - 8, len(data)),)


def test_a_secret_with_wrong_content_is_overwritten_too() -> None:
    wire = codec("ascii")
    data = wire.encode(Message("0100", {7: "1122091530", 35: TRACK, 41: "TERM0001"})).replace(b"=2912", b"=29X2")
    kept = blanked(wire, data)
    assert kept.error is not None
    assert DISCRETIONARY.encode() not in kept.body
    assert kept.body.endswith(b"TERM0001")


#: The encoding of a value -> a byte that it cannot begin with, whatever its class.
WRONG = {"ascii": b"\x01", "latin1": b"\x01", "ebcdic": b"\x01", "hex": b"G", "bcd": b"\xaa"}


@pytest.mark.parametrize("name", NAMES)
def test_any_secret_whose_content_is_wrong_is_overwritten(name: str) -> None:
    wire, data = secretive(name)
    spoilt = 0
    for key, offset, raw, _ in wire.inspect(data)[0]:
        number = int(key) if key.isdecimal() else 0
        if number not in SECRETS and number != 55:
            continue
        element = wire.dialect.element(number)
        wrong = WRONG.get(element.encoding)
        if wrong is None:
            continue  # any byte may stand in it
        at = offset + element.length_bytes
        kept = blanked(wire, data[:at] + wrong + data[at + 1 :])
        assert kept.error is not None
        assert kept.error.element == number
        assert not any(kept.body[offset : offset + len(raw)]), number
        assert any(start <= offset and offset + len(raw) <= end for start, end in kept.places)
        assert_free_of_secrets(kept.body)
        spoilt += 1
    assert spoilt


BLANKED_CHIP, NO_CHIP = CHIP[:4] + "0" * 36 + CHIP[40:], "0" * (len(CHIP) - 2)


@pytest.mark.parametrize(
    ("binary", "chip", "kept_chip"),
    [
        ("raw", CHIP, BLANKED_CHIP),
        ("hex", CHIP, BLANKED_CHIP),
        ("raw", CHIP[:-2], NO_CHIP),
        ("hex", CHIP[:-2], NO_CHIP),
        ("hex", "G" + CHIP[1:], None),
    ],
    ids=["raw", "hex", "raw, no BER-TLV", "hex, no BER-TLV", "no hexadecimal digits"],
)
def test_chip_data_of_a_dialect_that_does_not_describe_them(binary: str, chip: str, kept_chip: str | None) -> None:
    """A dialect that extends none of ours may have DE 55 without a word of what stands in it."""
    own = {
        "7": {"name": "Date and time", "format": "n 10"},
        "55": {"name": "Chip data", "format": "b..255"},
        "60": {"name": "Private", "format": "ans..99"},
    }
    wire = Codec(dialect({"binary": binary}, own, extends=False))
    data = wire.encode(Message("0100", {7: "1122091530", 55: chip.replace("G", "5"), 60: "behind"}))
    data = data.replace(CHIP.encode(), chip.encode())
    kept = blanked(wire, data)
    assert_free_of_secrets(kept.body)
    assert len(kept.body) == len(data)
    assert kept.message.elements[60] == "behind"
    assert (kept.error is None) == (kept_chip is not None)
    if kept_chip is not None:
        assert wire.decode(kept.body).elements[55] == kept_chip
    overwritten = {offset for start, end in kept.places for offset in range(start, end)}
    assert overwritten
    assert all(kept.body[place] == data[place] for place in range(len(data)) if place not in overwritten)


#: How subelements stand in DE 60 -> what of the table says so, what stands in front of a CVV2, and what behind it.
PRIVATE: dict[str, tuple[dict[str, Any], str, str]] = {
    "places": ({}, "", "SHOWN"),
    "tags": ({"tag_characters": 2, "tag_length_digits": 3}, "01003", "02005SHOWN"),
    "bitmap": ({"bitmap": "hex", "bitmap_bytes": 1}, "C0", "05SHOWN"),
}


@pytest.mark.parametrize("layout", PRIVATE)
@pytest.mark.parametrize("encoding", [{}, {"text": "ebcdic", "digits": "ebcdic", "length": "ebcdic"}], ids=["ascii", "ebcdic"])
def test_a_subelement_that_a_dialect_marks_is_overwritten_in_an_element_that_is_kept(
    layout: str, encoding: dict[str, str]
) -> None:
    how, before, behind = PRIVATE[layout]
    numbers = ("01", "02") if layout == "tags" else ("1", "2")
    members = [
        {"name": "Card verification value", "format": "n 3", "secret": True},
        {"name": "Remarks", "format": "ans..50"},
    ]
    own = {"subelements": layout, **how, "subelement": dict(zip(numbers, members, strict=True))}
    wire = Codec(dialect(encoding, {"60": own}))
    data = wire.encode(with_elements(PURCHASE, de60=f"{before}{CVV2}{behind}"))
    kept = blanked(wire, data)
    assert kept.error is None
    assert wire.decode(kept.body).elements == {**wire.decode(data).elements, 60: f"{before}000{behind}"}
    (start, end), *more = kept.places
    assert (not more, data[start:end]) == (True, CVV2.encode(EBCDIC if encoding else "ascii"))
    assert 60 not in kept.message.elements


def test_where_the_layout_is_lost_the_beginning_is_kept() -> None:
    wire = codec("ascii")
    data = wire.encode(with_elements(CHIP_PURCHASE, de22="051"))
    kept = blanked(wire, data[:-5])
    start = data.index(b"37" + TRACK[:16].encode())
    assert kept.body == data[:start] + bytes(len(data) - 5 - start)
    assert kept.places == ((start, len(data) - 5),)
    assert kept.message.elements[11] == "000042"
    undated = wire.encode(with_elements(CHIP_PURCHASE, de7="9999999999"))
    assert blanked(wire, undated[:-5]).places == ((HEAD_BYTES, len(data) - 5),), "nothing proves that it is in this dialect"


@given(st.binary(max_size=80))
def test_bytes_that_are_no_frame_are_kept_as_far_as_no_element_can_stand_there(data: bytes) -> None:
    kept = head(data)
    assert kept.body == data[:HEAD_BYTES] + bytes(max(len(data) - HEAD_BYTES, 0))
    assert kept.message == Message("", {})


@given(st.sampled_from(NAMES), st.binary(max_size=120))
def test_any_bytes_can_be_blanked(name: str, data: bytes) -> None:
    kept = blanked(codec(name), data)
    assert len(kept.body) == len(data)


#: Tags of EMV Book 3, annex A, and of contactless kernels, whose values are a PAN, a track, a name or an enciphered PIN.
CARD_TAGS = {
    "56": "track 1 equivalent data of contactless magnetic stripe mode",
    "57": "track 2 equivalent data",
    "5A": "PAN",
    "5F20": "cardholder name",
    "5F21": "track 1",
    "5F22": "track 2",
    "5F23": "track 3",
    "99": "transaction PIN data",
    "9F0B": "cardholder name extended",
    "9F1F": "track 1 discretionary data",
    "9F20": "track 2 discretionary data",
    "9F6B": "track 2 data of contactless magnetic stripe mode",
}


@pytest.mark.parametrize("tag", [*CARD_TAGS, "9F26", "95", "5F34", "9F10"])
def test_each_tag_that_is_card_data_is_overwritten_and_no_other(tag: str) -> None:
    assert set(CARD_TAGS) == EMV_CARD_DATA
    wire, chip = codec("ascii"), f"950500000080{'00'}{tag}04DEADBEEF9A03261122"
    data = wire.encode(with_elements(PURCHASE, de55=chip))
    kept = wire.decode(blanked(wire, data).body).elements[55]
    assert kept == (chip.replace("DEADBEEF", "00000000") if tag in CARD_TAGS else chip)


def test_what_is_never_stored_shown_or_quoted() -> None:
    """Tracks 1, 2 and 3, PIN block, keys, MACs, and private data where networks put a CVV2 or a track."""
    never = {35, 36, 45, 48, 52, 59, 61, 62, 64, 96, 126, 127, 128}
    assert never == NEVER_STORED
    assert never | {55} == NEVER_QUOTED
    assert never | {2, 34, 55} == CARD_DATA


@pytest.mark.parametrize("name", ["ascii", "ascii93"])
@pytest.mark.parametrize("dated", [True, False])
def test_of_a_message_that_is_not_plainly_of_its_edition_no_value_is_taken(name: str, dated: bool) -> None:
    wire = codec(name)
    said = said_in(name, PURCHASE)
    number = 12 if name == "ascii93" else 7
    at = said.elements[number] if dated else "9" * len(said.elements[number])
    data = wire.encode(Message(said.mti, {**said.elements, number: at})).replace(b"000000012500", b"0000X0012500")
    kept = blanked(wire, data)
    assert kept.error is not None
    assert bool(kept.message.elements) == dated
