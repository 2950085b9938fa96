"""The tables of subelements in a dialect's file: what they mean, and each mistake in one sentence with its key."""

from __future__ import annotations

import tomllib

import pytest

from switch.errors import SpecError
from switch.iso8583.dialect import Dialect
from switch.iso8583.nested.read import contents
from switch.iso8583.nested.write import build
from switch.spec_table import SpecTable
from tests.support.strategies import DIALECTS


def read(text: str, base: str = "ascii_private") -> Dialect:
    document = {"title": "mine", "extends": base, **tomllib.loads(text)}
    return Dialect.from_toml("mine", SpecTable("dialects/mine.toml", document), DIALECTS[base])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[element.60]\nsubelements = "tree"',
            "element.60.subelements: found 'tree', expected one of bitmap, tags, ber, places, none",
        ),
        (
            '[element.60]\nsubelements = "ber"',
            "element.60.subelements: found 'ber', expected a kind for ans..999; ber is for bytes, such as b..255",
        ),
        (
            '[element.61.subelement.1]\nname = "x"',
            (
                "element.61.subelement: found "
                "tables of subelements, "
                "expected subelements = one of bitmap, tags, ber, places beside them"
            ),
        ),
        (
            '[element.127.subelement.65]\nname = "x"\nformat = "n 1"',
            "element.127.subelement.65: found subelement '65', expected a number from 1 to 64",
        ),
        (
            '[element.127.subelement.4]\nname = "x"\nformat = "n6"',
            (
                "element.127.subelement.4.format: found "
                "'n6', "
                "expected the standard's notation, such as n 6, n..19, ans..999, b 8, z..37, x+n 8"
            ),
        ),
        (
            '[element.127.subelement.4]\nname = "x"\nformat = "n 6"\nsecrt = true',
            "element.127.subelement.4.secrt: found a key nobody reads",
        ),
        (
            '[element.48.subelement.012]\nname = "x"',
            "element.48.subelement.012: found subelement '012', expected a tag of 2 letters or digits",
        ),
        (
            "[element.48]\ntag_characters = 5",
            "element.48.tag_characters: found 5, expected a whole number from 1 to 4",
        ),
        (
            '[element.55.subelement.9F]\nname = "x"',
            (
                "element.55.subelement.9F: found "
                "subelement '9F', "
                "expected a tag of BER-TLV in capital hexadecimal digits, such as 9F02"
            ),
        ),
        (
            '[element.60.subelement.4]\nname = "x"\nformat = "n 6"',
            (
                "element.60.subelement.3.format: found "
                "'ans..50', "
                "expected a fixed length: only the last place may take what is left"
            ),
        ),
        (
            '[element.61]\nsubelements = "bitmap"\nbitmap = "binary"',
            "element.61.bitmap: found 'binary', expected hex, for ans..999; binary is for bytes, such as b..255",
        ),
    ],
)
def test_each_mistake_is_told(text: str, told: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(text)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[element.127]\nbitmap_bytes = 1", "element.127.subelement: found '10', of the dialect that this one extends"),
        ("[element.48]\ntag_characters = 3", "element.48.subelement: found '42', of the dialect that this one extends"),
    ],
)
def test_what_is_inherited_has_to_fit(text: str, told: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(text)
    assert told in str(refused.value)


def test_subelements_inside_bytes_are_written_as_the_dialect_writes() -> None:
    text = '[element.127]\nformat = "b..999"\nsubelements = "bitmap"\n'
    for key, notation in (("2", "n 3"), ("3", "ans..99"), ("10", "n..19"), ("64", "b 2")):
        text += f'[element.127.subelement.{key}]\nname = "x"\nformat = "{notation}"\n'
    element = read(text, "ebcdic_bcd").element(127)
    values = {"2": "504", "3": "AB", "10": "123", "64": "C0DE"}
    value = build(element, values)
    assert value == "6040000000000001" + "0504" + "02C1C2" + "030123" + "C0DE"
    assert {part.key: part.value for part in contents(element, value).parts} == values


def test_subelements_are_inherited_added_to_and_taken_away() -> None:
    more = read('[element.127.subelement.4]\nname = "x"\nformat = "n 6"\n[element.60]\nsubelements = "none"')
    layout = more.element(127).layout
    assert layout is not None
    assert list(layout.members) == ["2", "3", "4", "10", "22", "25"]
    assert more.element(60).layout is None
    assert DIALECTS["bcd"].element(55).layout is not None
    assert read('[element.55]\nformat = "ans..999"').element(55).layout is None
