"""A damaged message, read in any dialect, shows no more of its card number than the first six digits and the last four."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.cli.show.message import message_json
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.reading.recognize import BARE, around_in_line, trials
from switch.iso8583.reading.redaction import blanked
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.iso8583.samples import PURCHASE, with_elements

SPECS = load_specs()
CODECS = {name: Codec(dialect) for name, dialect in SPECS.dialects.items()}
WRITTEN = [name for name, dialect in SPECS.dialects.items() if dialect.edition == "1987" and name != "base87"]
CARDS = ("4617893748250615", "5241968305271864", "371249805263146", "4532214533624751")
CUT_SHORT = (
    "004130323030373232303034383032304330383030323136343631373839"
    "33373438323530363135303030303030303030303030303034353530313132363130313530"
)


def revealed(shown: str, card: str) -> str:
    """The longest piece of a card number that stands in a text, whatever signs and words stand between its digits."""
    found = ""
    for text in _renderings(shown):
        digits = re.sub(r"[^0-9*]", "", text)
        for start in range(len(card)):
            for end in range(start + len(found) + 1, len(card) + 1):
                if card[start:end] not in digits:
                    break
                found = card[start:end]
    return found


def _renderings(shown: str) -> Iterator[str]:
    """What was shown, and the text that stands in it in hexadecimal."""
    yield shown
    for hexadecimal in re.findall(r"(?:[0-9a-fA-F]{2} ?){7,}", shown):
        data = bytes.fromhex(hexadecimal.replace(" ", ""))
        yield data.decode("latin-1")
        yield data.decode("cp500")


def decoded(data: bytes, *arguments: str) -> str:
    outcome = run("decode", data.hex(), *arguments)
    assert outcome.code in (0, 1, 2)
    return f"{outcome.out}\n{outcome.err}"


def values(data: bytes, dialect: str) -> str:
    """What is shown of a message read in one dialect, value after value, then what is quoted where it makes no sense."""
    shown = []
    for trial in trials([data], [CODECS[dialect]], [BARE]):
        said = message_json(trial.reading(), CODECS[dialect])
        shown += [said["mti"] or "", *(each["value"] for each in said["elements"])]
        if said["error"]:
            shown += [said["error"]["found"], said["error"]["around"]]
    return "\n".join(shown)


@cache
def message(dialect: str, card: str) -> bytes:
    track = f"{card}=29121011234500000"
    return CODECS[dialect].encode(with_elements(PURCHASE, de2=card, de35=track))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes, str]:
    card, dialect = draw(st.sampled_from(CARDS)), draw(st.sampled_from(WRITTEN))
    data = bytearray(message(dialect, card))
    place = draw(st.integers(0, len(data) - 1))
    match draw(st.sampled_from(("cut", "double", "lose", "change"))):
        case "cut":
            del data[place:]
        case "double":
            data.insert(place, data[place])
        case "lose":
            del data[place]
        case "change":
            data[place] = draw(st.integers(0, 255))
    return card, bytes(data), dialect


@settings(deadline=None, max_examples=700)
@given(damaged(), st.sampled_from(sorted(CODECS)))
def test_no_reading_of_a_damaged_message_shows_its_card(case: tuple[str, bytes, str], dialect: str) -> None:
    card, data, _ = case
    if data:
        shown = values(data, dialect)
        assert len(revealed(shown, card)) <= 6, shown


@settings(deadline=None, max_examples=300)
@given(damaged(), st.sampled_from(sorted(CODECS)))
def test_no_line_of_the_trace_or_the_centre_shows_it(case: tuple[str, bytes, str], dialect: str) -> None:
    """``switch trace`` lists what was kept of a message; the centre quotes the bytes around what makes no sense."""
    card, data, _ = case
    kept = blanked(CODECS[dialect], data)
    listed = "\n".join([kept.message.mti, *(kept.message.elements.get(number, "") for number in (11, 37, 39))])
    assert len(revealed(listed, card)) <= 6 or kept.error is None, listed
    if kept.error is not None:
        told = f"{kept.error}\n{around_in_line(CODECS[dialect], data)}"
        assert len(revealed(told, card)) <= 6, told


def test_a_message_cut_short_shows_no_card() -> None:
    elements = run("decode", CUT_SHORT, "--json").json["elements"]
    shown = "".join(each["value"] for each in elements)
    assert elements
    assert len(revealed(shown, CARDS[0])) <= 6, shown


@pytest.mark.parametrize("number", [59, 61, 62])
def test_private_data_of_other_networks_is_not_shown(number: int) -> None:
    said = with_elements(PURCHASE, **{f"de{number}": "B4617893748250615^BENNANI/SARA^2912 CVV 737"})
    try:
        data = CODECS["ascii"].encode(said)
    except MessageError:
        pytest.skip("not said in this dialect")
    shown = decoded(data, "--dialect", "ascii")
    assert "BENNANI" not in shown
    assert "737" not in shown


def test_a_sound_message_shows_what_it_asks() -> None:
    shown = decoded(message("ascii", CARDS[0]))
    for value in (PURCHASE.elements[number] for number in (4, 7, 11, 12, 37, 41)):
        assert value.strip() in shown
    assert "461789******0615" in shown
