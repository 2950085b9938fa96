"""Whatever the bytes, reading them ends in a message or in one place where they stop making sense; and shows no card number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import card_numbers, luhn_digit
from switch.errors import FrameError, SwitchError
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading import recognize
from switch.iso8583.reading.describe import Description, describe
from switch.iso8583.reading.recognize import BARE, CONTEXT_BYTES, Wrapping, around, from_hex, likeliest, trials, unwrap
from switch.specs.load import load_specs

CODECS = {name: Codec(dialect) for name, dialect in load_specs().dialects.items()}
WRAPPINGS = [BARE, Wrapping(HeaderFormat.parse("2b"), False), Wrapping(HeaderFormat.parse("4a"), False), Wrapping(None, True)]

pans = st.text("0123456789", min_size=14, max_size=14).map(lambda body: "4" + body + luhn_digit("4" + body))
dialects = st.sampled_from(sorted(CODECS))


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_have_a_reading(data: bytes) -> None:
    trial = likeliest(trials([data], CODECS.values(), WRAPPINGS))
    assert trial is not None
    way = trial.reading()
    error = way.description.error
    if error is None:
        return
    assert error.position is not None
    shown, caret = around(CODECS[way.dialect], way.body, way.description)
    assert len(caret) <= len(shown) + 2


@given(st.binary(max_size=300), dialects)
def test_what_is_described_stands_in_order_and_leaves_out_the_place_of_the_error(data: bytes, dialect: str) -> None:
    description = describe(CODECS[dialect], data)
    end = 0
    for line in description.lines:
        assert line.offset >= end
        end = line.offset + line.length
    assert end <= len(data) == description.bytes_total
    if description.error is not None:
        assert description.error.position is not None
        assert description.error.element not in {line.element for line in description.lines if line.element > 1}


@given(pans, dialects, st.data())
def test_a_changed_byte_never_brings_the_card_number_to_light(pan: str, dialect: str, data: st.DataObject) -> None:
    track = f"{pan}=29121010"
    body = bytearray(CODECS[dialect].encode(Message("0100", {2: pan, 3: "000000", 11: "000001", 35: track, 41: "TERM0001"})))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    description = describe(CODECS[dialect], bytes(body))
    if description.error is not None:
        shown, _ = around(CODECS[dialect], bytes(body), description)
        bare = shown.replace(" ", "")
        for digits in (pan, pan.encode().hex(), pan.encode("cp500").hex()):
            assert digits not in bare


@given(st.one_of(st.binary(max_size=80), st.from_regex(rb"0100[0-9]{20,90}[^0-9]?[0-9]{0,30}", fullmatch=True)), dialects)
def test_what_is_hidden_of_a_part_is_what_is_hidden_there_of_the_whole(body: bytes, dialect: str) -> None:
    codec = CODECS[dialect]
    description, whole = describe(codec, body), range(len(body))
    if description.error is None:
        return
    everything = recognize.hidden_places(codec, body, description, whole.start, whole.stop)
    for start in whole:
        part = set(range(start, min(start + 2 * CONTEXT_BYTES, whole.stop)))
        assert recognize.hidden_places(codec, body, description, start, max(part) + 1) & part == everything & part


def test_a_long_message_costs_no_more_than_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    search = card_numbers

    def counted(text: str) -> Iterator[tuple[int, int]]:
        searched.append(text)
        return search(text)

    monkeypatch.setattr(recognize, "card_numbers", counted)
    body = b"0100" + bytes(8) + b"4" * 16_000
    around(CODECS["ascii"], body, describe(CODECS["ascii"], body))
    assert searched
    assert max(map(len, searched)) <= 2 * 2 * (CONTEXT_BYTES + 19)


def test_a_unit_of_hex_around_a_place() -> None:
    description = describe(CODECS["ascii"], b"0100\x40")
    assert isinstance(description, Description)
    assert description.error is not None
    assert around(CODECS["ascii"], b"0100\x40", description) == ("30 31 30 30 40", "            ^")


def test_hexadecimal_as_people_paste_it() -> None:
    assert from_hex("0x30 31\n30:30\t") == b"0100"
    with pytest.raises(SwitchError, match="found 'x' at digit 3"):
        from_hex("30xx")
    with pytest.raises(SwitchError, match="found 3 hexadecimal digits, expected an even number"):
        from_hex("303")


def test_unwrapping_wants_the_exact_length() -> None:
    two = HeaderFormat.parse("2b")
    assert unwrap(b"\x00\x070123456", Wrapping(two, True)) == (b"\x00\x07", b"01234", b"56")
    for data, wrapping in [
        (b"\x00", Wrapping(two, False)),
        (b"\x00\x08abc", Wrapping(two, False)),
        (b"abc", Wrapping(None, True)),
    ]:
        with pytest.raises(FrameError):
            unwrap(data, wrapping)
