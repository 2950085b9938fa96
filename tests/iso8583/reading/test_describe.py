"""A message in words: golden texts, and nothing secret in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.reading.describe import MAY_BE_A_CARD, Description, describe, shown_value
from tests.iso8583.samples import GOLDEN, PAN, PURCHASE, TRACK_2, codec, said_in, with_elements
from tests.support.strategies import DIALECTS, dialects, messages, spoilt

GOLDEN_FOLDER = Path(__file__).parents[2] / "golden" / "wire"


def as_text(description: Description) -> str:
    """A description as lines: element, bytes from-to, name, notation, value, meaning."""
    lines = [
        f"{line.element:3} {line.offset:4}-{line.offset + line.length:<4} {line.name} [{line.format}]"
        f" {line.value!r} {line.meaning}"
        for line in description.lines
    ]
    return "\n".join(line.rstrip() for line in lines) + (f"\n{description.error}" if description.error else "")


def golden_text(name: str) -> str:
    wire = codec(name)
    parts = [f"# {DIALECTS[name].title}: bytes in hexadecimal, then what they say."]
    for title, message in GOLDEN.items():
        data = wire.encode(said_in(name, message))
        parts += ["", f"== {title}", data.hex(), as_text(describe(wire, data))]
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_golden_messages(name: str) -> None:
    assert golden_text(name) == (GOLDEN_FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_golden_bytes_are_the_golden_messages(name: str) -> None:
    wire = codec(name)
    blocks = (GOLDEN_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")[1:]
    read = {title: wire.decode(bytes.fromhex(rest.split("\n")[0])) for title, rest in (b.split("\n", 1) for b in blocks)}
    assert read == {title: said_in(name, message) for title, message in GOLDEN.items()}


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (2, PAN, "450716******0010"),
        (34, PAN, "450716******0010"),
        (35, TRACK_2, "450716******0010=…"),
        (35, TRACK_2.replace("=", "D"), "450716******0010=…"),
        (35, PAN, "450716******0010"),
        (36, PAN, "(track 3, not shown)"),
        (45, f"B{PAN}^DOE/J^2912", "(track 1, not shown)"),
        (48, "9203123", "(private data, not shown)"),
        (52, "0412AC89ABCDEF67", "(PIN block, not shown)"),
        (55, "", ""),
        (55, "5A084507160000000010", "5A=(not shown)"),
        (55, "9F2608C0FFEE01234567895F2A020504", "9F26=C0FFEE0123456789 5F2A=0504"),
        (55, "700C5A0845071600000000109500", "5A=(not shown) 95="),
        (55, "571145071600000000", "(EMV data that cannot be read, not shown)"),
        (55, "5A", "(EMV data that cannot be read, not shown)"),
        (55, "9F", "(EMV data that cannot be read, not shown)"),
        (55, "7080", "(EMV data that cannot be read, not shown)"),
        (55, "5A8108" + PAN, "5A=(not shown)"),
        (60, f"card {PAN}, ref 123456789012", "card 450716******0010, ref 123456789012"),
        (64, "00" * 8, "(MAC, not shown)"),
        (96, "00" * 8, "(key, not shown)"),
        (126, "123", "(private data, not shown)"),
        (127, "123", "(private data, not shown)"),
        (128, "00" * 8, "(MAC, not shown)"),
        (54, "0002504C000000012500", "0002504C000000012500"),
        (37, "632609000042", "632609000042"),
    ],
)
def test_what_is_shown_of_a_value(number: int, value: str, shown: str) -> None:
    assert shown_value(number, value) == shown


CARD = "4507168391627485"
SECRETS = {
    2: CARD,
    34: CARD,
    35: f"{CARD}=29121010000055512345",
    36: f"{CARD}=724",
    44: CARD,
    45: f"B{CARD}^DOE/JOHN^2912",
    46: f"x{CARD}",
    48: "CVV2 987",
    52: "0412AC89ABCDEF67",
    55: "5F2008444F452F4A4F484E5A084507168391627485",
    61: f"{CARD}{CARD}",
    96: "0412AC89ABCDEF67",
    102: CARD,
    126: "CVV2 987",
    127: "CVV2 987",
    128: "0412AC89ABCDEF67",
}


def check_nothing_secret(text: str) -> None:
    for secret in (CARD[4:], CARD[6:12], "CVV2", "987", "DOE", "444F45", "0412AC89", "2912", "555"):
        assert secret not in text


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_nothing_secret_is_shown(name: str) -> None:
    wire = codec(name)
    description = describe(wire, wire.encode(Message("0100", SECRETS)))
    assert description.error is None
    check_nothing_secret(as_text(description))
    unmasked = as_text(describe(wire, wire.encode(Message("0100", SECRETS)), unmasked=True))
    assert all(repr(value) in unmasked for value in SECRETS.values())


@given(st.data(), dialects)
def test_any_bytes_can_be_described(data: st.DataObject, spec: Dialect) -> None:
    message = data.draw(st.one_of(messages(spec), st.just(said_in(spec.name, PURCHASE))))
    wire = Codec(spec)
    raw = data.draw(st.one_of(spoilt(wire.encode(message)), st.binary(max_size=60)))
    description = describe(wire, raw)
    assert description.bytes_total == len(raw)
    assert [line.offset for line in description.lines] == sorted({line.offset for line in description.lines})
    if description.error is None:
        assert sum(line.length for line in description.lines) == len(raw)


def test_meanings() -> None:
    wire = codec("ascii")
    message = with_elements(Message("0110", PURCHASE.elements), de5="000000001000", de39="51", de49="504", de50="978")
    meanings = {line.element: line.meaning for line in describe(wire, wire.encode(message)).lines if line.meaning}
    assert meanings == {
        0: "authorization request response",
        3: "purchase",
        4: "125.00 MAD",
        5: "10.00 EUR",
        7: "11-22 09:15:30 UTC",
        22: "chip, terminal takes PINs",
        25: "normal presentment",
        39: "insufficient funds",
        49: "MAD",
        50: "EUR",
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0040504D000000005000", "cash back 50.00 MAD"),
        ("0057504D000000012500", "asked for 125.00 MAD"),
        ("0001504C000000003500" + "0002978D000000006300", "ledger balance 35.00 MAD, available -63.00 EUR"),
        ("0001504C00000000350", "an amount of another kind"),
        ("0099504C000000003500", "an amount of another kind"),
    ],
)
def test_additional_amounts_in_words(value: str, words: str) -> None:
    wire = codec("ascii")
    described = describe(wire, wire.encode(with_elements(Message("0110", PURCHASE.elements), de54=value)))
    assert next(line.meaning for line in described.lines if line.element == 54) == words


def test_wrong_content_is_left_out_and_the_rest_keeps_its_place() -> None:
    wire = codec("ascii")
    data = wire.encode(PURCHASE)
    description = describe(wire, data.replace(b"000000012500", b"00000ABC2500"))
    whole = [line for line in describe(wire, data).lines if line.element != 4]
    assert list(description.lines) == whole
    assert str(description.error) == "DE 4 at byte 36: found 'A' as character 6, expected n 12: digits"


def test_a_card_number_where_the_bitmap_should_be_is_not_shown() -> None:
    described = describe(codec("bcd"), bytes.fromhex("4507160000000010" + "0000"))
    assert PAN not in as_text(described).replace(" ", "")
    number = "4761739001010119"
    in_place = describe(codec("bcd"), bytes.fromhex("0100" + number))
    assert number not in as_text(in_place)
    assert in_place.lines[1].value == MAY_BE_A_CARD
    assert describe(codec("bcd"), bytes.fromhex("0100" + number), unmasked=True).lines[1].value == number


@pytest.mark.parametrize(("digits", "shown"), [(6, True), (7, False)])
@pytest.mark.parametrize("start", [0, len(PAN) - 7])
def test_no_more_of_the_card_is_shown_elsewhere_in_a_spoilt_message_than_in_its_place(
    digits: int, shown: bool, start: int
) -> None:
    wire, number = codec("ascii"), "5399411723840655"
    piece = number[start : start + digits]
    elements = PURCHASE.elements | {2: number, 35: f"{number}=29122010000012345678", 37: f"{piece:X<12}"}
    data = wire.encode(Message("0100", elements)).replace(b"000000012500", b"00000ABC2500")
    description = describe(wire, data)
    assert description.error is not None
    (rrn,) = (line.value for line in description.lines if line.element == 37)
    assert rrn == (elements[37] if shown else MAY_BE_A_CARD)


@pytest.mark.parametrize("name", ["ascii", "ascii93"])
def test_a_card_number_is_masked_in_every_element_of_text_but_the_additional_amounts(name: str) -> None:
    """DE 54 is made of parts that are digits alone; DE 41 has no room for a card number."""
    wire, shown = codec(name), dict[int, str]()
    for number in range(2, 128):
        element = wire.dialect.elements[number]
        if element is None or not element.format.startswith("ans") or number in (41, 54):
            continue
        size = int(element.format.rpartition(".")[2].removeprefix("ans"))
        text = PAN[:size] if size < 21 else f"CARD {PAN}"
        value = text if ".." in element.format else text.ljust(size)
        data = wire.encode(Message("1100" if name == "ascii93" else "0100", {number: value}))
        shown[number] = describe(wire, data).lines[-1].value
    assert {43, 44, 46, 63, 98, 101, 104, 125} <= shown.keys()
    assert [number for number, value in shown.items() if PAN[:15] in value] == []
