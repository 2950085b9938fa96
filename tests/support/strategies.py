"""Hypothesis strategies for the words of the wire: card numbers, element values by content class, messages by dialect."""

from __future__ import annotations

from hypothesis import strategies as st

from switch.card import luhn_digit
from switch.iso8583.dialect import Dialect
from switch.iso8583.element import ENCODINGS, PADDINGS, Element
from switch.iso8583.message import Message
from switch.iso8583.mti import CLASSES
from switch.spec_table import SpecTable
from switch.specs.load import load_specs

DIALECTS: dict[str, Dialect] = dict(load_specs().dialects)
THIRD_BITMAP = 65

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
_ALPHABETS = {
    "n": _DIGITS,
    "a": _LETTERS,
    "an": _DIGITS + _LETTERS,
    "anp": _DIGITS + _LETTERS + " ",
    "ans": _PRINTABLE,
    "b": "0123456789ABCDEF",
    "z": _DIGITS + "=",
    "x+n": _DIGITS,
}

VALUE_CHARACTERS_MAX = 12_000  #: of a generated value: longer ones are alike

dialects = st.sampled_from(sorted(DIALECTS.values(), key=lambda dialect: dialect.name))
mtis = st.builds("0{}{}{}".format, st.sampled_from(sorted(CLASSES)), st.sampled_from("0123"), st.sampled_from("0123"))


@st.composite
def mixtures(draw: st.DrawFn, /, **settled: str) -> Dialect:
    """A dialect that mixes encodings and paddings as nobody would, with a few elements of its own; ``settled`` ones stand."""
    encoding = {key: settled.get(key) or draw(st.sampled_from(allowed)) for key, allowed in ENCODINGS.items()}
    own = {"28": {"format": "x+n..99"}, "35": {"format": "z 37"}, "52": {"format": "b..60"}}
    odd = {"2": {}, "22": {}, "36": {"format": "z..103"}, "70": {"format": "n 1"}}
    counted = {
        "111": {"format": "n..9", "length": "ascii", "length_digits": 1},
        "112": {"format": "n..9999", "length": "bcd"},
        "113": {"format": "ans..999999", "length": "ebcdic"},
        "114": {"format": "b..99", "length": "bcd", "length_digits": 5},
        "115": {"format": "z..37", "length": "binary"},
        "116": {"format": "ans..999", "length": "binary", "length_bytes": 3},
        "117": {"format": "b..300", "length": "binary"},
    }
    third = {
        "129": {"name": "first behind the third bitmap", "format": "n 6"},
        "160": {"name": "another", "format": "ans..99"},
        "192": {"name": "last", "format": "b 8"},
    }
    padded = {key: {**entry, "padding": draw(st.sampled_from(PADDINGS))} for key, entry in odd.items()}
    document = {"title": "mixture", "encoding": encoding, "element": {**own, **counted, **padded, **third}}
    return Dialect.from_toml("mixture", SpecTable("dialects/mixture.toml", document), DIALECTS["base87"])


@st.composite
def pans(draw: st.DrawFn, prefix: str = "450716") -> str:
    """A card number of 13 to 19 digits with its check digit."""
    size = draw(st.integers(13, 19)) - 1 - len(prefix)
    body = prefix + draw(st.text(_DIGITS, min_size=size, max_size=size))
    return body + luhn_digit(body)


def values(element: Element) -> st.SearchStrategy[str]:
    """Values of an element from the shortest to the longest; long ones repeat themselves, which keeps the search quick."""
    sign = 1 if element.content == "x+n" else 0
    longest = min(element.characters_max, VALUE_CHARACTERS_MAX) - sign
    unit = 2 if element.content == "b" else 1
    if element.length_units:
        sizes = st.one_of(st.just(1), st.just(longest // unit), st.integers(1, longest // unit))
    else:
        sizes = st.just(longest // unit)
    text = st.builds(
        lambda pattern, size: (pattern * (size * unit))[: size * unit],
        st.text(_ALPHABETS[element.characters], min_size=1, max_size=8),
        sizes,
    )
    return st.builds(str.__add__, st.sampled_from("CD"), text) if sign else text


@st.composite
def messages(draw: st.DrawFn, dialect: Dialect) -> Message:
    """A message a dialect can carry, with up to sixteen elements, in ascending order."""
    defined = [e for e in dialect.elements if e is not None and e.number != THIRD_BITMAP]
    chosen = draw(st.lists(st.sampled_from(defined), max_size=16, unique=True))
    return Message(draw(mtis), {e.number: draw(values(e)) for e in sorted(chosen, key=lambda e: e.number)})


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """A message with up to three bytes changed, cut out or put in, or its end cut off."""
    spoilt_data = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(spoilt_data)))
        kind = draw(st.sampled_from(("change", "cut", "insert", "end")))
        if kind == "change" and place < len(spoilt_data):
            spoilt_data[place] = draw(_bytes_worth_trying)
        elif kind == "cut":
            del spoilt_data[place : place + draw(st.integers(1, 4))]
        elif kind == "insert":
            spoilt_data[place:place] = bytes([draw(_bytes_worth_trying)]) * draw(st.integers(1, 3))
        else:
            del spoilt_data[place:]
    return bytes(spoilt_data)


_bytes_worth_trying = st.one_of(st.sampled_from(b" +-_0123456789Aa=D\x00\x7f\x80\xff\xf0\xf1\xb2"), st.integers(0, 255))
