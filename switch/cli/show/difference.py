"""Two messages side by side, as ``switch decode --diff`` shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.explain.given import One, Packets, Several
    from switch.iso8583.codec import Codec
    from switch.iso8583.nested.shown import SubelementLine
    from switch.iso8583.reading.describe import ElementLine
    from switch.iso8583.reading.recognize import Reading

_Place = tuple[str, int]  #: of a subelement: its number, and which one of that number it is, as a tag may stand twice

SAME, OTHER, FIRST_ONLY, SECOND_ONLY = "", "differs", "only in A", "only in B"
HIDDEN_DIFFERENCE: Final = "differs where it is masked"


class _Side(NamedTuple):
    name: str
    how: str
    reading: Reading
    codec: Codec
    plain: dict[int, str]  #: element (0 the MTI) -> value with nothing masked


class _Inner(NamedTuple):
    number: str  #: 127.22
    name: str
    first: str | None
    second: str | None
    mark: str


class _Row(NamedTuple):
    element: int
    name: str
    first: str | None
    second: str | None
    mark: str
    inside: tuple[_Inner, ...]  #: its subelements in either message
    unread: tuple[str, str]  #: why those of each cannot be read, or no further; empty where they can


def show_difference(
    first: tuple[str, One | Several | Packets], second: tuple[str, One | Several | Packets], *, as_json: bool, unmasked: bool
) -> bool:
    """Print both, what differs marked, and give whether anything does. SwitchError when one of them makes no sense."""
    import click

    from switch.cli.show.tables import show_json, show_pairs, show_table

    sides = [_side(*each, unmasked=unmasked) for each in (first, second)]
    rows = list(_rows(*sides))
    marked = [row for row in rows if row.mark]
    if as_json:
        show_json(
            {
                "a": _about(sides[0]),
                "b": _about(sides[1]),
                "different": len(marked),
                "elements": [
                    {
                        "element": row.element,
                        "name": row.name,
                        "a": row.first,
                        "b": row.second,
                        "difference": row.mark or None,
                        **_inside_json(row),
                    }
                    for row in rows
                ],
            }
        )
    else:
        show_pairs([(letter, _in_words(side)) for letter, side in zip("AB", sides, strict=True)])
        click.echo()
        show_table(("DE", "name", "A", "B", "difference"), [cells for row in rows for cells in _cells(row)])
        count = len(marked)
        click.echo(f"\n{count} {'element differs' if count == 1 else 'elements differ'}" if count else "\nno element differs")
    for letter, side in zip("AB", sides, strict=True):
        error = side.reading.description.error
        if error is not None:
            raise SwitchError(f"{letter}: {error}")
    return bool(marked)


def _cells(row: _Row) -> Iterator[tuple[object, ...]]:
    """An element, and below it those of its subelements that differ."""
    yield row.element or "", row.name, row.first or "", row.second or "", row.mark
    for each in row.inside:
        if each.mark:
            yield each.number, "  " * each.number.count(".") + each.name, each.first or "", each.second or "", each.mark
    if row.mark and any(row.unread):
        first, second = (f"cannot be read: {why}" if why else "" for why in row.unread)
        yield "", "  subelements", first, second, ""


def _inside_json(row: _Row) -> dict[str, Any]:
    """All subelements of an element that has some."""
    found: dict[str, Any] = {}
    if row.inside:
        found["subelements"] = [
            {"element": each.number, "name": each.name, "a": each.first, "b": each.second, "difference": each.mark or None}
            for each in row.inside
        ]
    if any(row.unread):
        found["unread"] = {letter: why or None for letter, why in zip("ab", row.unread, strict=True)}
    return found


def _side(name: str, given: One | Several | Packets, *, unmasked: bool) -> _Side:
    from switch.explain.given import One, Several
    from switch.iso8583.reading.hiding import values_of

    if not isinstance(given, One):
        what = "several messages" if isinstance(given, Several) else "a capture"
        raise SwitchError(f"{name}: found {what}, expected one message to compare")
    mti, elements = values_of(given.trial.parts)
    return _Side(name, given.how, given.trial.reading(unmasked=unmasked), given.trial.codec, {0: mti, **elements})


def _rows(first: _Side, second: _Side) -> list[_Row]:
    """Every element of either, in order; the bitmaps say no more than which there are, and are left out."""
    rows = []
    shown = [{line.element: line for line in side.reading.description.lines if line.element != 1} for side in (first, second)]
    for number in sorted(shown[0].keys() | shown[1].keys()):
        one, other = shown[0].get(number), shown[1].get(number)
        line = one or other
        assert line is not None
        a, b = one.value if one else None, other.value if other else None
        same = first.plain.get(number) == second.plain.get(number)
        inside = tuple(_inside(_subelements(first, one), _subelements(second, other)))
        seen = any(each.mark not in (SAME, HIDDEN_DIFFERENCE) for each in inside)
        mark = _mark(a, b, same=same, seen=seen)
        rows.append(_Row(number, line.name, a, b, mark, inside, (one.unread if one else "", other.unread if other else "")))
    return rows


def _mark(first: str | None, second: str | None, *, same: bool, seen: bool = False) -> str:
    """How two values differ of which at least one is there; ``seen`` says that their subelements show it."""
    if first is None or second is None:
        return SECOND_ONLY if first is None else FIRST_ONLY
    if same:
        return SAME
    return OTHER if first != second or seen else HIDDEN_DIFFERENCE


def _subelements(side: _Side, line: ElementLine | None) -> dict[_Place, tuple[SubelementLine, str]]:
    """The subelements of an element as they are shown, each with its value with nothing masked."""
    from switch.iso8583.nested.shown import inside

    if line is None or not line.subelements:
        return {}
    number = line.element
    plain, _ = inside(side.codec.dialect.element(number), side.plain[number], str(number), unmasked=True)
    values = dict(_placed(plain))
    return {place: (each, values[place].value) for place, each in _placed(line.subelements)}


def _placed(lines: Iterable[SubelementLine]) -> Iterator[tuple[_Place, SubelementLine]]:
    counts = Counter[str]()
    for each in lines:
        counts[each.number] += 1
        yield (each.number, counts[each.number]), each


def _inside(
    first: dict[_Place, tuple[SubelementLine, str]], second: dict[_Place, tuple[SubelementLine, str]]
) -> Iterator[_Inner]:
    """Every subelement of either: those of the first in their order, and those that the second alone has behind what stands
    before them there."""
    order = list(first)
    place = 0
    for each in second:
        if each in first:
            place = order.index(each) + 1
        else:
            order.insert(place, each)
            place += 1
    for each in order:
        one, other = first.get(each), second.get(each)
        either = one or other
        assert either is not None
        a, b = one[0].value if one else None, other[0].value if other else None
        same = one is not None and other is not None and one[1] == other[1]
        yield _Inner(each[0], either[0].name, a, b, _mark(a, b, same=same))


def _in_words(side: _Side) -> str:
    from switch.iso8583.mti import describe_mti

    mti = side.reading.description.mti
    what = f"{mti} {describe_mti(mti)}" if mti else "no message"
    return f"{side.name}: {what}, {side.reading.dialect}, read as {side.how}"


def _about(side: _Side) -> dict[str, Any]:
    return {"name": side.name, "read_as": side.how, "dialect": side.reading.dialect, "mti": side.reading.description.mti}
