"""The codec against itself, against its slow path, and against pyiso8583, which is the authority."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import iso8583
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switch.errors import MessageError, SpecError
from switch.iso8583.codec import PLANS_MAX, Codec
from switch.iso8583.dialect import ELEMENTS_MAX, Dialect
from switch.iso8583.message import Message
from switch.iso8583.plan import bitmap_of, compile_decoder, compile_encoder, present_elements
from switch.spec_table import SpecTable
from tests.iso8583.samples import CHIP_PURCHASE, GOLDEN, PAN, PURCHASE, TRACK_2, codec, dialect, said_in, with_elements
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, mtis, spoilt, values

quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
every_dialect = pytest.mark.parametrize("name", sorted(DIALECTS))

WARM = {name: Codec(each, plan_at=1) for name, each in DIALECTS.items()}


def read_by_pyiso8583(spec: Dialect, data: bytes) -> Message:
    """The oracle's reading, in the form our messages have."""
    document, _ = iso8583.decode(data, spec.to_pyiso8583())
    elements = {int(key): value for key, value in document.items() if key not in ("t", "p", "1")}
    for number, value in elements.items():
        element = spec.element(number)
        if element.content == "z" and element.encoding == "bcd":
            elements[number] = value.replace("D", "=")
        if element.sign_encoding:
            sign = bytes.fromhex(value[:2]).decode("cp500" if element.sign_encoding == "ebcdic" else "ascii")
            digits, odd = value[2:], element.size % 2 == 0
            elements[number] = sign + (digits if not odd else digits[1:] if element.padding == "left 0" else digits[:-1])
    return Message(document["t"], elements)


def read_by_plan(spec: Dialect, data: bytes) -> dict[int, str] | None:
    """The elements as the plan of this bitmap reads them, None where it leaves them to the slow path."""
    start, size = 2 if spec.mti == "bcd" else 4, 8 if spec.bitmap == "binary" else 16
    bitmap = b""
    for place in range(start, start + 3 * size, size):
        part = data[place : place + size]
        if not bitmap or (bitmap[-8] & 0x80 and (len(bitmap) == 8 or spec.has_third)):
            bitmap += part if size == 8 else bytes.fromhex(part.decode("cp500" if spec.mti == "ebcdic" else "ascii"))
    try:
        return compile_decoder(spec, bitmap)(data, start + len(bitmap) * size // 8)
    except LookupError:
        return None


def check_round_trip(spec: Dialect, message: Message) -> None:
    slow = Codec(spec, plan_at=2)
    data = slow.encode(message)
    assert compile_encoder(spec, tuple(message.elements))(message.mti, message.elements) == data
    assert slow.encode(message) == data
    assert slow.decode(data) == message
    assert slow.decode(data) == message
    assert read_by_plan(spec, data) == message.elements
    assert read_by_pyiso8583(spec, data) == message


@given(st.data(), dialects)
@quick
def test_what_is_written_is_read_again_by_all_three(data: st.DataObject, spec: Dialect) -> None:
    check_round_trip(spec, data.draw(messages(spec)))


#: What values of one character are made of.
LONGEST: Final = {"n": "7", "a": "k", "an": "Z", "ans": "~", "b": "F", "z": "9", "x+n": "4"}


@every_dialect
@pytest.mark.long
def test_the_longest_and_shortest_value_of_every_element(name: str) -> None:
    spec = DIALECTS[name]
    for element in filter(None, spec.elements):
        if element.number == 65:
            continue
        sizes = {element.characters_max}
        if element.length_units:
            sizes.add(2 if element.content == "b" else 1)
        for size in sizes:
            value = LONGEST[element.content] * size
            check_round_trip(spec, Message("0100", {element.number: "C" + value[1:] if element.content == "x+n" else value}))


@every_dialect
def test_one_more_than_an_element_may_have_is_refused_though_its_length_can_say_it(name: str) -> None:
    spec, wire, wide = DIALECTS[name], codec(name), set()
    for element in filter(None, spec.elements):
        wider = evolve(element, size=element.size + 1)
        if element.number == 65 or not element.length_units or wider.characters_max == element.characters_max:
            continue
        elements = (*spec.elements[: element.number], wider, *spec.elements[element.number + 1 :])
        value = LONGEST[element.content] * wider.characters_max
        data = compile_encoder(evolve(spec, elements=elements), (element.number,))("0100", {element.number: value})
        assert data is not None
        assert read_by_plan(spec, data) is None, f"DE {element.number}"
        with pytest.raises(MessageError) as refused:
            wire.decode(data)
        assert refused.value.element == element.number
        wide.add(element.number)
    assert wide >= {2, 35}


@pytest.mark.parametrize("choices", list(product(("ascii", "bcd", "ebcdic"), ("binary", "hex"), ("raw", "hex"))), ids="-".join)
@given(st.data())
@settings(quick, max_examples=12)
def test_any_mixture_of_encodings(choices: tuple[str, str, str], data: st.DataObject) -> None:
    mti, bitmap, binary = choices
    check = data.draw(mixtures(mti=mti, bitmap=bitmap, binary=binary))
    check_round_trip(check, data.draw(messages(check)))
    check_round_trip(check, Message("0100", {28: data.draw(values(check.element(28))), 52: "AB" * 49}))


@pytest.mark.long
@given(st.data(), mixtures(mti="bcd", digits="bcd"))
@quick
def test_any_mixture_of_paddings(data: st.DataObject, spec: Dialect) -> None:
    check_round_trip(spec, data.draw(messages(spec)))
    odd = {2: PAN + "018", 22: "051", 23: "001", 32: "5040015", 35: "9" * 37, 36: f"{PAN}=12", 49: "504", 70: "3"}
    check_round_trip(spec, Message("0100", odd))


def packed(padding: str) -> Dialect:
    """Packed BCD with one padding for all elements."""
    return dialect({"mti": "bcd", "digits": "bcd", "length": "bcd", "fixed_padding": padding, "variable_padding": padding}, {})


@pytest.mark.parametrize(("padding", "written"), [("left 0", "0504"), ("right 0", "5040"), ("right F", "504f")])
def test_odd_digits_are_filled_up(padding: str, written: str) -> None:
    spec = packed(padding)
    message = Message("0100", {2: "504", 3: "123456", 23: "504", 24: "504", 35: "504", 49: "504"})
    check_round_trip(spec, message)
    assert Codec(spec).encode(message)[10:].hex() == f"03{written}123456{written}{written}03{written}{written}"
    assert Codec(spec).encode(Message("0100", {35: "50=4", 36: "12="}))[10:].hex() == "0450d4" + "0003" + written.replace(
        "504", "12d"
    )


@pytest.mark.parametrize("element", [2, 23, 35])
@pytest.mark.parametrize(
    ("padding", "wrong", "found"),
    [
        ("left 0", "1504", "padding 1, expected padding 0 on the left"),
        ("left 0", "f504", "padding F, expected padding 0 on the left"),
        ("right 0", "5041", "padding 1, expected padding 0 on the right"),
        ("right 0", "504f", "padding F, expected padding 0 on the right"),
        ("right F", "5040", "padding 0, expected padding F on the right"),
        ("right F", "504e", "padding E, expected padding F on the right"),
    ],
)
def test_a_wrong_padding_is_named(padding: str, wrong: str, found: str, element: int) -> None:
    wire = Codec(packed(padding))
    data = wire.encode(Message("0100", {element: "504"}))
    assert wire.decode(data).elements == {element: "504"}
    position = 10
    with pytest.raises(MessageError, match=f"DE {element} at byte {position}: found {found}, ") as refused:
        wire.decode(data[:-2] + bytes.fromhex(wrong))
    assert refused.value.position == position


@pytest.mark.parametrize("track", [TRACK_2, "4507160000000010=2912", "1", "1=", f"{PAN}==101", "9" * 37])
@every_dialect
def test_tracks(name: str, track: str) -> None:
    check_round_trip(DIALECTS[name], Message("0100", {35: track}))


def test_a_packed_track_may_be_written_with_either_separator() -> None:
    wire = codec("bcd")
    assert wire.encode(Message("0100", {35: "12D34"})) == wire.encode(Message("0100", {35: "12=34"}))
    assert codec("ascii").decode(codec("ascii").encode(Message("0100", {35: "12D34"}))).elements[35] == "12D34"


@every_dialect
def test_an_element_of_no_length(name: str) -> None:
    wire = codec(name)
    data = wire.encode(Message("0100", {11: "000001", 48: ""}))
    assert wire.decode(data) == wire.decode(data) == Message("0100", {11: "000001", 48: ""})


@every_dialect
def test_small_letters_in_hexadecimal_are_taken(name: str) -> None:
    wire = codec(name)
    data = wire.encode(Message("0100", {52: "0412AC89ABCDEF67"})).replace(b"ABCDEF", b"abcdef")
    assert wire.decode(data) == wire.decode(data) == Message("0100", {52: "0412AC89ABCDEF67"})


@pytest.mark.parametrize(
    ("element", "value", "written"),
    [
        ({"format": "n..19", "digits": "bcd", "length": "binary"}, "4507160000000010", "10 4507160000000010"),
        ({"format": "z..37", "digits": "bcd", "length": "binary", "padding": "right F"}, "4507=12", "07 4507d12f"),
        ({"format": "ans..999", "text": "ebcdic", "length": "binary"}, "AB", "0002 c1c2"),
        ({"format": "ans..255", "length": "binary"}, "AB", "02 4142"),
        ({"format": "ans..99", "length": "binary", "length_bytes": 2}, "AB", "0002 4142"),
        ({"format": "b..40", "length": "binary"}, "AB01", "02 ab01"),
        ({"format": "ans..999999"}, "AB", "303030303032 4142"),
        ({"format": "ans..999999", "length": "bcd"}, "AB", "000002 4142"),
        ({"format": "ans..9999", "length": "ebcdic"}, "AB", "f0f0f0f2 4142"),
        ({"format": "n..9", "length_digits": 1}, "123", "33 313233"),
        ({"format": "ans..99", "length_digits": 3}, "AB", "303032 4142"),
        ({"format": "x+n 8", "signed": "packed"}, "D00000125", "44 00000125"),
        ({"format": "x+n 8", "signed": "packed", "text": "ebcdic"}, "C00000125", "c3 00000125"),
        ({"format": "x+n 7", "signed": "packed", "padding": "right F"}, "C0000125", "43 0000125f"),
        ({"format": "x+n 8"}, "D00000125", "44 3030303030313235"),
        ({"format": "an 12"}, "ABC 12      ", "414243203132202020202020"),
        ({"format": "anp 6"}, "      ", "202020202020"),
    ],
)
def test_an_element_stands_on_the_wire_as_its_dialect_says(element: dict[str, Any], value: str, written: str) -> None:
    spec = dialect({}, {"28": element})
    message = Message("0100", {28: value})
    check_round_trip(spec, message)
    assert Codec(spec).encode(message)[12:].hex() == written.replace(" ", "").lower()


@pytest.mark.parametrize(
    ("element", "data", "sentence"),
    [
        ({"format": "ans..99", "length": "binary"}, "64", "DE 28 at byte 12: found length '100' with 0 bytes left, expected"),
        ({"format": "ans..99", "length": "binary"}, "", "DE 28 at byte 12: found 0 bytes left, expected 1 byte of length"),
        ({"format": "ans..999999"}, "3030303030", "DE 28 at byte 12: found 5 bytes left, expected 6 digits of length"),
        ({"format": "ans..999999"}, "30303030302b41", "DE 28 at byte 12: found length '00000+', expected 6 digits of length"),
        ({"format": "x+n 8", "signed": "packed"}, "5800000125", "DE 28 at byte 12: found 'X' as character 1, expected x+n 8"),
        ({"format": "x+n 8", "signed": "packed"}, "440000012a", "DE 28 at byte 12: found 'A' as character 9, expected x+n 8"),
        ({"format": "x+n 8", "signed": "packed"}, "4400", "DE 28 at byte 12: found 2 bytes left, expected x+n 8 (ascii+bcd)"),
    ],
)
def test_what_is_wrong_with_such_an_element_is_said(element: dict[str, Any], data: str, sentence: str) -> None:
    spec = dialect({}, {"28": element})
    body = b"0100" + bytes.fromhex("0000001000000000") + bytes.fromhex(data)
    for wire in (Codec(spec), Codec(spec, plan_at=1)):
        wire.encode(Message("0100", {28: "C00000001" if "x+n" in element["format"] else "1"}))
        with pytest.raises(MessageError) as refused:
            wire.decode(body)
        assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("element", "sentence"),
    [
        ({"format": "ans..999", "length_digits": 2}, "length_digits: found 2, expected enough to count what ans..999 may hold"),
        (
            {"format": "ans..99", "length_bytes": 1},
            "length_bytes: found 1, expected length_digits, or nothing, for a length in ascii",
        ),
        ({"format": "n 6", "length_digits": 2}, "length_digits: found 2, expected nothing, for a fixed length"),
        ({"format": "b..99", "binary": "hex", "length_digits": 2}, "length_digits: found 2, expected enough to count"),
        ({"format": "ans..999", "length_digits": 7}, "length_digits: found 7, expected a whole number from 1 to 6"),
        ({"format": "ans..1999999"}, "format: found 'ans..1999999', expected the standard's notation"),
    ],
)
def test_a_length_that_cannot_be_is_refused(element: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        dialect({}, {"28": element})
    assert str(refused.value).startswith(f"dialects/test.toml: element.28.{sentence}")


# -- anything at all


def answer(read: Callable[[bytes], Message], data: bytes) -> Message | MessageError:
    try:
        return read(data)
    except MessageError as error:
        return error


def check_any_bytes(spec: Dialect, data: bytes) -> None:
    warm, cold = WARM.get(spec.name) or Codec(spec, plan_at=1), Codec(spec, plan_at=2)
    first, second, third = answer(cold.decode, data), answer(cold.decode, data), answer(warm.decode, data)
    if isinstance(first, Message):
        assert first == second == third
        assert read_by_plan(spec, data) in (None, first.elements)
        assert read_by_pyiso8583(spec, data).mti == first.mti
        again = cold.encode(first)
        assert cold.decode(again) == first
        return
    assert str(first) == str(second) == str(third)
    assert isinstance(first, MessageError)
    assert 0 <= first.element <= ELEMENTS_MAX
    assert first.position is not None
    assert 0 <= first.position <= len(data)
    parts, error = cold.inspect(data)
    assert str(error) == str(first)
    for _, offset, raw, _ in parts:
        assert data[offset : offset + len(raw)] == raw


anything_spoken = st.one_of(dialects, mixtures())


@given(anything_spoken, st.binary(max_size=80))
@settings(quick)
def test_random_bytes_are_a_message_or_a_message_error(spec: Dialect, data: bytes) -> None:
    check_any_bytes(spec, data)


@given(anything_spoken, st.binary(min_size=8, max_size=16), st.binary(max_size=120))
@settings(quick)
def test_random_elements_behind_a_good_mti(spec: Dialect, bitmap: bytes, data: bytes) -> None:
    head = Codec(spec).encode(Message("0100", {}))
    written = bitmap if spec.bitmap == "binary" else bitmap.hex().encode()
    check_any_bytes(spec, head[: 2 if spec.mti == "bcd" else 4] + written + data)


@pytest.mark.long
@given(st.data(), anything_spoken)
@settings(quick, max_examples=200)
def test_spoilt_messages_are_read_alike_or_refused_alike(data: st.DataObject, spec: Dialect) -> None:
    golden = [said_in(spec.name, message) for message in GOLDEN.values()] if spec.name in WARM else []
    message = data.draw(st.one_of(st.sampled_from(golden) if golden else st.nothing(), messages(spec)))
    wire = WARM.get(spec.name) or Codec(spec, plan_at=1)
    whole = wire.encode(message)
    wire.decode(whole)
    check_any_bytes(spec, data.draw(spoilt(whole)))


@given(dialects, mtis, st.dictionaries(st.integers(0, 140), st.text(max_size=20), max_size=4))
@quick
def test_values_that_do_not_fit_are_refused_before_they_are_written(spec: Dialect, mti: str, elements: dict[int, str]) -> None:
    wire = Codec(spec)
    try:
        data = wire.encode(Message(mti, elements))
    except MessageError:
        return
    decoded = wire.decode(data).elements
    assert {n: value.replace("D", "=") for n, value in elements.items()} == {
        n: value.replace("D", "=") for n, value in decoded.items()
    }


# -- faults of pyiso8583 that are fenced


@every_dialect
def test_a_third_bitmap_is_refused_by_name(name: str) -> None:
    wire = codec(name)
    spec = DIALECTS[name]
    maps = bytes.fromhex("8000000000000000" * 2 + "0000002000000000")
    head = wire.encode(Message("0100", {}))[: 2 if spec.mti == "bcd" else 4]
    with pytest.raises(MessageError, match=r"DE 65 at byte .*third bitmap, expected at most 128 elements") as refused:
        wire.decode(head + (maps if spec.bitmap == "binary" else maps.hex().encode()))
    assert refused.value.position == len(head) + (8 if spec.bitmap == "binary" else 16)


@pytest.mark.parametrize("length", ["+1", " 1", "1 ", "-1", "1_", "0x"])
@pytest.mark.parametrize("name", ["ascii", "ascii_hex", "base87", "ebcdic"])
def test_a_length_that_is_not_made_of_digits(name: str, length: str) -> None:
    encoding = "cp500" if name == "ebcdic" else "ascii"
    wire = codec(name)
    data = wire.encode(Message("0100", {32: "5"}))
    assert wire.decode(data).elements == {32: "5"}
    with pytest.raises(MessageError) as refused:
        wire.decode(data[:-3] + length.encode(encoding) + data[-1:])
    assert str(refused.value) == f"DE 32 at byte {len(data) - 3}: found length {length!r}, expected 2 digits of length"


@pytest.mark.parametrize("name", ["bcd", "ebcdic_bcd"])
def test_a_packed_length_that_is_not_made_of_digits(name: str) -> None:
    wire = codec(name)
    data = wire.encode(Message("0100", {32: "5"}))
    with pytest.raises(MessageError, match="DE 32 at byte 10: found length '0a', expected 2 digits of length"):
        wire.decode(data[:-2] + b"\x0a" + data[-1:])


@pytest.mark.parametrize("bitmap", [b"0020000001 00000", b" 020000000000000", b"00200000010000 \t", b"00 20 00 00 01 0"])
def test_blanks_in_a_hexadecimal_bitmap(bitmap: bytes) -> None:
    with pytest.raises(MessageError, match=r"bitmap at byte 4: found 16 bytes .*expected 16 hexadecimal digits of bitmap"):
        codec("ascii_hex").decode(b"0100" + bitmap + b"0000010000")


def test_an_element_the_dialect_does_not_define() -> None:
    small = Codec(dialect({"mti": "ascii"}, {"11": {"name": "STAN", "format": "n 6"}}, extends=False))
    assert small.decode(small.encode(Message("0800", {11: "000001"}))).elements == {11: "000001"}
    with pytest.raises(MessageError, match="DE 3: found a value, expected an element that dialect test defines"):
        small.encode(Message("0800", {3: "000000"}))
    with pytest.raises(MessageError, match="DE 3 at byte 4: found a bit that announces element 3, expected an element that"):
        small.decode(b"0800" + bitmap_of([3, 11]) + b"000000000001")


# -- sentences


@pytest.mark.parametrize(
    ("name", "message", "old", "new", "sentence"),
    [
        (
            "ascii",
            PURCHASE,
            b"000000012500",
            b"00000ABC2500",
            "DE 4 at byte 36: found 'A' as character 6, expected n 12: digits",
        ),
        (
            "ascii",
            PURCHASE,
            b"632609000042",
            b"6326-9000042",
            "DE 37 at byte {}: found '-' as character 5, expected an 12: letters",
        ),
        (
            "ascii",
            PURCHASE,
            b"TERM0001",
            b"TERM\x00001",
            "DE 41 at byte {}: found '\\x00' as character 5, expected ans 8: printable",
        ),
        (
            "ascii",
            PURCHASE,
            b"TERM0001",
            b"TERM\xe9001",
            "DE 41 at byte {}: found 'é' as character 5, expected ans 8: printable",
        ),
        (
            "ascii",
            CHIP_PURCHASE,
            b"D00000100",
            b"X00000100",
            "DE 28 at byte {}: found 'X' as character 1, expected x+n 8: C or D and",
        ),
        (
            "ascii",
            CHIP_PURCHASE,
            b"D00000100",
            b"D0000 100",
            "DE 28 at byte {}: found ' ' as character 6, expected x+n 8: C or D and",
        ),
        (
            "ascii_hex",
            CHIP_PURCHASE,
            b"0412AC89ABCDEF67",
            b"0412AC89ABCDEG67",
            "DE 52 at byte {}: found 16 characters, not shown",
        ),
        ("ascii", CHIP_PURCHASE, b"37" + TRACK_2.encode(), b"", "DE 35 at byte {}: found length '63' with"),
        (
            "bcd",
            PURCHASE,
            b"\x00\x00\x00\x01\x25\x00",
            b"\x00\x00\x00\x0a\x25\x00",
            "DE 4 at byte 22: found 'A' as character 8, expected",
        ),
        (
            "bcd",
            PURCHASE,
            b"\x00\x51\x00",
            b"\x10\x51\x00",
            "DE 22 at byte {}: found padding 1, expected padding 0 on the left, n 3",
        ),
        ("bcd", PURCHASE, b"\x54\x11\x00\x51", b"\x54\x11\xf0\x51", "DE 22 at byte {}: found padding F, expected padding 0"),
        ("ascii", PURCHASE, b"0100", b"01A0", "MTI at byte 0: found '01A0', expected four digits"),
        (
            "ascii",
            PURCHASE,
            b"0100",
            b"01\xff0",
            "MTI at byte 0: found 4 bytes 30 31 ff 30, expected 4 bytes of MTI: four",
        ),
        ("ascii", PURCHASE, b"06504001", b"12504001", "DE 32 at byte {}: found length '12' with"),
        ("ascii", PURCHASE, b"16" + PAN.encode(), b"20" + PAN.encode() * 2, "DE 2 at byte 12: found length '20' with"),
    ],
)
def test_one_sentence_says_where_what_and_what_else(name: str, message: Message, old: bytes, new: bytes, sentence: str) -> None:
    wire = codec(name)
    data = wire.encode(message)
    assert data.count(old) == 1 or old == b"0100"
    place = data.index(old) + (2 if old.startswith(b"\x54\x11") else 0)
    for _ in range(2):
        with pytest.raises(MessageError) as refused:
            wire.decode(data.replace(old, new, 1))
        assert str(refused.value).startswith(sentence.format(place))


@every_dialect
def test_a_message_cut_short_says_where(name: str) -> None:
    wire = codec(name)
    data = wire.encode(said_in(name, PURCHASE))
    for size in range(len(data)):
        with pytest.raises(MessageError) as refused:
            wire.decode(data[:size])
        assert refused.value.position is not None
        assert refused.value.position <= size
        assert "found" in str(refused.value)


@every_dialect
def test_bytes_too_many_are_named_after_the_last_element(name: str) -> None:
    wire = codec(name)
    data = wire.encode(said_in(name, PURCHASE))
    with pytest.raises(MessageError) as refused:
        wire.decode(data + b"00")
    expected = f"DE 49 at byte {len(data)}: found 2 further bytes, expected the end of the message after DE 49"
    assert str(refused.value) == expected
    assert wire.inspect(data + b"00")[0] == wire.inspect(data)[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"de4": "12500"}, "DE 4: found 5 digits, expected n 12"),
        ({"de4": ""}, "DE 4: found 0 digits, expected n 12"),
        ({"de41": "T" * 9}, "DE 41: found 9 characters, expected ans 8"),
        ({"de41": "TERMÉ001"}, "DE 41: found 'É' as character 5, expected ans 8: printable characters"),
        ({"de2": "4" * 20}, "DE 2: found 20 digits, expected n..19"),
        ({"de52": "04"}, "DE 52: found 1 byte, expected b 8"),
        ({"de52": "zz12AC89ABCDEF67"}, "DE 52: found 16 characters, not shown, expected b 8: hexadecimal digits"),
        ({"de35": f"{PAN}-2912"}, "DE 35: found 21 characters, not shown, expected z..37: track data"),
        ({"de65": "80"}, "DE 65: found a value, expected an element that dialect ascii defines"),
        ({"de129": "80"}, "DE 129: found a value, expected an element that dialect ascii defines"),
    ],
)
def test_what_cannot_be_written_is_said(change: dict[str, str], sentence: str) -> None:
    wire = codec("ascii")
    for _ in range(2):
        with pytest.raises(MessageError) as refused:
            wire.encode(with_elements(PURCHASE, **change))
        assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("mti", ["", "100", "01000", "01A0", "０１００"])
def test_an_mti_that_is_not_four_digits(mti: str) -> None:
    with pytest.raises(MessageError, match=r"MTI: found .*, expected four digits"):
        codec("ascii").encode(Message(mti, {11: "000001"}))


@given(st.data(), dialects)
@quick
def test_no_error_shows_a_card_number_or_a_track(data: st.DataObject, spec: Dialect) -> None:
    track = TRACK_2.replace("=", "D") if spec.mti == "bcd" else TRACK_2
    message = Message("0100", {2: PAN, 11: "000001", 34: PAN, 35: track, 45: f"B{PAN}^DOE/JOHN^2912", 48: f"{PAN} 123"})
    error = answer(Codec(spec).decode, data.draw(spoilt(Codec(spec).encode(message))))
    shown = str(error) if isinstance(error, MessageError) else ""
    assert PAN[4:] not in shown
    assert PAN[6:12] not in shown
    assert "DOE" not in shown


# -- reading in part, and limits


def test_reading_goes_on_behind_wrong_content_and_leaves_it_out() -> None:
    wire = codec("ascii")
    data = wire.encode(PURCHASE).replace(b"000000012500", b"00000ABC2500").replace(b"TERM0001", b"TERM\x00001")
    parts, error = wire.inspect(data)
    assert error is not None
    assert error.element == 4
    read = {int(key): value for key, _, _, value in parts if key not in ("t", "p")}
    assert read == with_elements(PURCHASE, de4=None, de41=None).elements


def test_reading_stops_where_the_layout_is_lost() -> None:
    wire = codec("ascii")
    data = wire.encode(PURCHASE).replace(b"06504001", b"+6504001")
    parts, error = wire.inspect(data)
    assert error is not None
    assert error.element == 32
    assert [key for key, *_ in parts][-1] == "25"


def test_plans_are_bounded_and_do_without_is_the_same() -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    optional = (5, 6, 8, 9, 10, 15, 16, 17, 18, 19)
    for pattern in range(PLANS_MAX + 20):
        chosen = [n for place, n in enumerate(optional) if pattern >> place & 1]
        message = Message("0100", {n: "0" * DIALECTS["ascii"].element(n).size for n in chosen})
        assert wire.decode(wire.encode(message)) == message
    assert len(wire._decoders) <= PLANS_MAX
    assert len(wire._encoders) <= PLANS_MAX
    message = Message("0100", {n: "0" * DIALECTS["ascii"].element(n).size for n in (2, *optional)})
    assert wire.decode(wire.encode(message)) == wire.decode(wire.encode(message)) == message


@given(st.sets(st.integers(2, 128).filter(lambda n: n != 65)))
def test_bitmaps(numbers: set[int]) -> None:
    bitmap = bitmap_of(numbers)
    assert set(present_elements(bitmap)) == numbers
    assert len(bitmap) == (16 if any(n > 64 for n in numbers) else 8)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("ascii", b"GET / HTTP/1.1\r\n\r\n", "MTI at byte 0: found 'GET ', expected four digits"),
        ("ascii", b"GET \xff\xff", "MTI at byte 0: found 'GET ', expected four digits"),
        ("ascii_hex", b"GET / HTTP/1.1\r\n\r\n", "MTI at byte 0: found 'GET ', expected four digits"),
        ("bcd", bytes.fromhex("4f16") + b"x" * 30, "MTI at byte 0: found '4F16', expected four digits"),
        ("bcd", bytes.fromhex("4507160000000010"), "bitmap at byte 2: found 6 bytes 16 00 …, expected 8 bytes of binary"),
    ],
)
def test_what_is_no_message_at_all_is_told_from_its_first_byte(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(MessageError) as refused:
        codec(name).decode(data)
    assert str(refused.value).startswith(sentence)


def test_elements_behind_a_third_bitmap() -> None:
    spec = dialect({}, {"130": {"name": "private", "format": "ans..999"}, "129": {"name": "one more", "format": "n 2"}})
    data = bytes.fromhex("30313030 a020000000000000 8000000000000000 4000000000000000") + b"000000" + b"204812" + b"005HELLO"
    message = Message("0100", {3: "000000", 11: "204812", 130: "HELLO"})
    wire = Codec(spec)
    assert wire.decode(data) == message
    assert wire.encode(message) == data
    check_round_trip(spec, message)
    check_round_trip(spec, Message("0100", {129: "12"}))
    check_round_trip(spec, Message("0100", {3: "000000", 100: "5", 129: "12", 130: "A"}))
    with pytest.raises(
        MessageError, match="DE 131 at byte 20: found a bit that announces element 131, expected an element that"
    ):
        wire.decode(data[:20] + b"\x20" + data[21:])
    with pytest.raises(MessageError, match="DE 65 at byte 12: found a bit that announces a third bitmap, expected at most 128"):
        codec("ascii").decode(data)


def test_messages_of_1993_under_an_mti_that_begins_with_0() -> None:
    table = SpecTable("dialects/mine.toml", {"title": "mine", "extends": "ascii93", "mti_version": "0"})
    spec, plain = Dialect.from_toml("mine", table, DIALECTS["ascii93"]), codec("ascii93")
    message = Message("1100", {2: PAN, 12: "261122110000", 24: "100"})
    for wire in (Codec(spec), Codec(spec, plan_at=1)):
        for _ in range(2):
            assert wire.encode(message) == b"0" + plain.encode(message)[1:]
            assert wire.decode(wire.encode(message)) == message
            assert wire.inspect(wire.encode(message))[0][0][3] == "1100"
        assert wire.decode(b"1" + wire.encode(message)[1:]) == message


@pytest.mark.parametrize(("text", "written"), [("latin1", "3034 46e873b0"), ("ebcdic", "3034 c654a290")])
def test_letters_with_accents_stand_in_wider_code_pages(text: str, written: str) -> None:
    wire, message = Codec(dialect({}, {"43": {"format": "ans..40", "text": text}}), plan_at=1), Message("0100", {43: "Fès°"})
    for _ in range(2):
        assert wire.encode(message)[12:].hex() == written.replace(" ", "")
        assert wire.decode(wire.encode(message)) == message
    with pytest.raises(MessageError, match=r"DE 43: found '€' as character 1, expected ans\.\.40: printable characters"):
        wire.encode(Message("0100", {43: "€"}))
    with pytest.raises(MessageError, match="DE 43: found 'è' as character 2"):
        codec("ascii").encode(Message("0100", {43: "Fès".ljust(40)}))
