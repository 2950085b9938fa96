"""Subelements: what is built is read again, and whatever bytes come, reading never fails otherwise than by saying why."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import Element, Layout
from switch.iso8583.nested.ber import with_tag
from switch.iso8583.nested.read import contents, element_value, subelement, without_secrets
from switch.iso8583.nested.shown import inside
from switch.iso8583.nested.wire import SubelementError
from switch.iso8583.nested.write import build, with_subelement
from tests.support.strategies import DIALECTS, mixtures, values

PRIVATE = DIALECTS["ascii_private"]
NESTED = [PRIVATE.element(number) for number in (48, 55, 60, 127)]


@st.composite
def members(draw: st.DrawFn, element: Element) -> dict[str, str]:
    """Values of some of the subelements that are described, deeper ones built."""
    layout = element.layout
    assert layout is not None
    keys = list(layout.members)
    if layout.kind == "places":
        keys = keys[: draw(st.integers(1, len(keys)))]
    else:
        keys = draw(st.lists(st.sampled_from(keys), unique=True, min_size=1))
    return {key: draw(value_of(layout.members[key])) for key in keys}


def value_of(member: Element) -> st.SearchStrategy[str]:
    if member.layout is not None:
        return members(member).map(lambda inner: build(member, inner))
    if member.layout is None and member.content == "b" and member.length_units:
        return st.binary(max_size=40).map(lambda data: data.hex().upper())
    return values(member).map(lambda value: value[:500])


@given(st.data(), st.sampled_from(NESTED))
def test_what_is_built_is_read_again(data: st.DataObject, element: Element) -> None:
    wanted = data.draw(members(element))
    found = contents(element, build(element, wanted))
    assert found.problem == ""
    assert element.layout is not None
    if element.layout.kind == "places":
        wanted = {key: value for key, value in wanted.items() if value}  # the last one may be empty, and is not there then
    assert {part.key: part.value for part in found.parts} == wanted


@given(st.data(), st.sampled_from(NESTED))
def test_spoilt_bytes_are_told_and_never_raise(data: st.DataObject, element: Element) -> None:
    whole = build(element, data.draw(members(element)))
    raw = bytearray(bytes.fromhex(whole) if element.content == "b" else whole.encode("latin-1"))
    for _ in range(data.draw(st.integers(1, 3))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    del raw[data.draw(st.integers(0, len(raw))) :]
    spoilt = raw.hex().upper() if element.content == "b" else raw.decode("latin-1")
    check_any(element, spoilt)


@given(st.binary(max_size=80), st.sampled_from(NESTED))
def test_any_bytes_can_be_asked(data: bytes, element: Element) -> None:
    check_any(element, data.hex().upper() if element.content == "b" else data.decode("latin-1"))


def check_any(element: Element, value: str) -> None:
    found = contents(element, value)
    _, problem = inside(element, value, str(element.number))
    assert problem == found.problem
    kept, _ = without_secrets(element, value)
    assert len(kept) == len(value)
    try:
        with_subelement(element, value, (next(iter(element.layout.members)) if element.layout else "1",), None)
    except SubelementError:
        assert found.problem or element.layout is None or element.layout.kind == "places"


@given(st.data(), st.sampled_from([each for each in NESTED if each.layout and each.layout.kind != "places"]))
def test_one_is_set_and_the_others_stay(data: st.DataObject, element: Element) -> None:
    assert element.layout is not None
    before = data.draw(members(element))
    key = data.draw(st.sampled_from([key for key, each in element.layout.members.items() if each.layout is None]))
    new = data.draw(value_of(element.layout.members[key]))
    after = contents(element, with_subelement(element, build(element, before), (key,), new))
    assert {part.key: part.value for part in after.parts} == {**before, key: new}


@given(st.data(), mixtures())
def test_subelements_of_mixed_encodings(data: st.DataObject, spec: Dialect) -> None:
    """The elements of a mixed dialect, put behind a bitmap as they are."""
    numbers = data.draw(st.lists(st.sampled_from([n for n in range(2, 128) if n != 65]), unique=True, min_size=1, max_size=6))
    layout = Layout(kind="bitmap", members={str(n): spec.element(n) for n in sorted(numbers)}, bitmap_bytes=16)
    outer = evolve(PRIVATE.element(127), layout=layout)
    wanted = {str(n): data.draw(values(spec.element(n))) for n in sorted(numbers)}
    found = contents(outer, build(outer, wanted))
    assert (found.problem, {part.key: part.value for part in found.parts}) == ("", wanted)


def test_a_tag_inside_a_template_is_replaced_where_it_stands() -> None:
    data = bytes.fromhex("700A9F02060000000125008A023030")
    assert with_tag(bytes.fromhex("70099F0206000000012500"), "9F02", b"\1").hex().upper() == "70049F020101"
    assert with_tag(b"", "8A", b"00").hex().upper() == "8A023030"
    with pytest.raises(IndexError):
        with_tag(data, "8A", None)
    assert with_tag(b"", "9F10", bytes(130))[:4].hex() == "9f108182"


def test_deeper_ones_are_set_and_asked() -> None:
    element = PRIVATE.element(127)
    value = with_subelement(element, "", ("25", "2"), "12500")
    value = with_subelement(element, value, ("3",), "ROUTE001")
    assert subelement(element, value, ("25", "2")) == "000000012500"
    assert element_value(PRIVATE, {127: value}, "127.3") == "ROUTE001"
    assert element_value(PRIVATE, {127: value}, "127.22") is None
    assert element_value(PRIVATE, {3: "000000"}, "3") == "000000"
    assert element_value(PRIVATE, {3: "000000"}, "3.1") is None


@pytest.mark.parametrize(
    ("number", "path", "value", "told"),
    [
        (3, ("1",), "x", "found subelement 1, expected an element whose subelements the dialect describes"),
        (127, ("9",), "x", "found subelement 9, expected one that the dialect describes: 2, 3, 10, 22, 25"),
        (127, ("3",), "ROUTE", "found in 3: 5 characters, expected ans 8"),
        (60, ("2",), "ABCD", "found in 2: nothing in place 1, expected a value in each place before one that is set"),
        (55, ("9F02",), "0", "found in 9F02: 1 character, not shown, expected b..999999: hexadecimal digits"),
    ],
)
def test_what_cannot_be_set_is_told(number: int, path: tuple[str, ...], value: str, told: str) -> None:
    with pytest.raises(SubelementError) as refused:
        with_subelement(PRIVATE.element(number), "", path, value)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("number", "value", "told"),
    [
        (48, "92", "found 2 bytes left, expected 5"),
        (48, "9200", "found 4 bytes left, expected 5"),
        (48, "92abc", "found in 92: no length, expected 3 digits of length"),
        (48, "92009123", "found in 92: 3 bytes left, expected 9"),
        (55, "9F0206", "found bytes that are no BER-TLV, expected tags with their lengths and values"),
        (60, "0", "found in 1: 1 byte left, expected 2"),
        (127, "80" + "00" * 7, "found a bit that announces 1, expected one that the dialect describes"),
        (127, "00" * 8 + "x", "found 1 further byte, expected the end of the value"),
    ],
)
def test_what_cannot_be_read_is_told(number: int, value: str, told: str) -> None:
    assert contents(PRIVATE.element(number), value).problem == told
