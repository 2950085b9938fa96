"""Two messages side by side, as ``switch decode --diff`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.explain.given import One, Packets, Several
    from switch.iso8583.reading.recognize import Reading

SAME, OTHER, FIRST_ONLY, SECOND_ONLY = "", "differs", "only in A", "only in B"
HIDDEN_DIFFERENCE: Final = "differs where it is masked"


class _Side(NamedTuple):
    name: str
    how: str
    reading: Reading
    plain: dict[int, str]  #: element (0 the MTI) -> value with nothing masked


class _Row(NamedTuple):
    element: int
    name: str
    first: str | None
    second: str | None
    mark: str


def show_difference(
    first: tuple[str, One | Several | Packets], second: tuple[str, One | Several | Packets], *, as_json: bool, unmasked: bool
) -> None:
    """Print both, what differs marked. NegativeAnswerError when one of them makes no sense."""
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
                    {"element": row.element, "name": row.name, "a": row.first, "b": row.second, "difference": row.mark or None}
                    for row in rows
                ],
            }
        )
    else:
        show_pairs([(letter, _in_words(side)) for letter, side in zip("AB", sides, strict=True)])
        click.echo()
        shown = [
            (
                row.element or "",
                row.name,
                "" if row.first is None else row.first,
                "" if row.second is None else row.second,
                row.mark,
            )
            for row in rows
        ]
        show_table(("DE", "name", "A", "B", "difference"), shown)
        count = len(marked)
        click.echo(f"\n{count} {'element differs' if count == 1 else 'elements differ'}" if count else "\nno element differs")
    for letter, side in zip("AB", sides, strict=True):
        error = side.reading.description.error
        if error is not None:
            raise NegativeAnswerError(f"{letter}: {error}")


def _side(name: str, given: One | Several | Packets, *, unmasked: bool) -> _Side:
    from switch.explain.given import One, Several
    from switch.iso8583.reading.hiding import values_of

    if not isinstance(given, One):
        what = "several messages" if isinstance(given, Several) else "a capture"
        raise SwitchError(f"{name}: found {what}, expected one message to compare")
    mti, elements = values_of(given.trial.parts)
    return _Side(name, given.how, given.trial.reading(unmasked=unmasked), {0: mti, **elements})


def _rows(first: _Side, second: _Side) -> list[_Row]:
    """Every element of either, in order; the bitmaps say no more than which there are, and are left out."""
    rows = []
    shown = [{line.element: line for line in side.reading.description.lines if line.element != 1} for side in (first, second)]
    for number in sorted(shown[0].keys() | shown[1].keys()):
        one, other = shown[0].get(number), shown[1].get(number)
        line = one or other
        assert line is not None
        a, b = one.value if one else None, other.value if other else None
        if one is None or other is None:
            mark = SECOND_ONLY if one is None else FIRST_ONLY
        elif first.plain.get(number) == second.plain.get(number):
            mark = SAME
        else:
            mark = OTHER if a != b else HIDDEN_DIFFERENCE
        rows.append(_Row(number, line.name, a, b, mark))
    return rows


def _in_words(side: _Side) -> str:
    from switch.iso8583.mti import describe_mti

    mti = side.reading.description.mti
    what = f"{mti} {describe_mti(mti)}" if mti else "no message"
    return f"{side.name}: {what}, {side.reading.dialect}, read as {side.how}"


def _about(side: _Side) -> dict[str, Any]:
    return {"name": side.name, "read_as": side.how, "dialect": side.reading.dialect, "mti": side.reading.description.mti}
