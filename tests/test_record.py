"""Records: what ``frozen`` writes itself is what attrs would have written."""

from __future__ import annotations

import attrs
import pytest

from switch.record import altered, frozen, positional, record


@frozen(kw_only=True)
class Ours:
    number: int
    secret: str = attrs.field(repr=False)
    note: str = attrs.field(default="", eq=False)


@attrs.frozen(kw_only=True)
class Theirs:
    number: int
    secret: str = attrs.field(repr=False)
    note: str = attrs.field(default="", eq=False)


@frozen(kw_only=True, eq=False)
class Itself:
    number: int


@frozen
class Named:
    number: int

    def __repr__(self) -> str:
        return "a name of its own"


@record
class Quick:
    number: int


@record(kw_only=True)
class Long:
    number: int
    text: str
    note: str | None = None
    names: list[str] = attrs.field(factory=list)


def test_a_record_is_shown_as_attrs_shows_it() -> None:
    assert repr(Ours(number=1, secret="x")) == repr(Theirs(number=1, secret="x")).replace("Theirs", "Ours")
    assert repr(Named(1)) == "a name of its own"
    assert repr(Quick(1)) == "Quick(number=1)"


def test_records_are_the_same_by_the_fields_that_count() -> None:
    one, same, other = Ours(number=1, secret="x"), Ours(number=1, secret="x", note="n"), Ours(number=1, secret="y")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != object()
    assert Quick(1) == Quick(1)
    assert {Quick(1), Quick(1)} == {Quick(1)}


def test_a_record_without_equality_is_only_itself() -> None:
    one = Itself(number=1)
    assert one == one
    assert one != Itself(number=1)
    assert len({one, Itself(number=1)}) == 2


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Ours(number=1, secret="x").number = 2  # type: ignore[misc]


def test_a_record_with_other_values_leaves_the_first_as_it_was() -> None:
    one = Quick(1)
    assert altered(one, number=2) == Quick(2)
    assert altered(one) == one == Quick(1)
    with pytest.raises(AttributeError):
        altered(one, name="x")


def test_a_record_made_by_position_is_the_one_made_by_keywords() -> None:
    made = positional(Long, "text", "number", "names")("x", 1, ["a"])
    assert made == Long(number=1, text="x", names=["a"])
    assert made.note is None


@pytest.mark.parametrize("given", [("number", "text"), ("number", "names"), ("number", "text", "names", "other")])
def test_a_record_is_made_by_position_only_where_its_other_fields_have_plain_defaults(given: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        positional(Long, *given)
