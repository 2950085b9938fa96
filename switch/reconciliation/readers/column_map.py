"""Which column of a table says what, as a person maps them: ``--map date=Jour,amount=Total`` or the same as TOML."""

from __future__ import annotations

from typing import Final

from switch.errors import SwitchError
from switch.reconciliation.readers.layouts import FIELDS
from switch.record import frozen
from switch.spec_table import SpecTable

SIDES: Final = ("left", "right")
_EXPECTED: Final = "pairs such as `date=Jour,amount=Total`, or the name of a TOML file"


@frozen(kw_only=True)
class ColumnMap:
    """The heads of columns by field, for each side; a field without a side counts for each file that has such columns."""

    left: dict[str, str]
    right: dict[str, str]
    sided: frozenset[str] = frozenset()  #: sides that have fields of their own: their file has to have the columns

    @classmethod
    def from_text(cls, text: str) -> ColumnMap:
        """Pairs with commas between; ``left.date=Jour`` is of one side alone."""
        sides: dict[str, dict[str, str]] = {side: {} for side in SIDES}
        sided = set()
        for pair in text.split(","):
            field, equals, head = pair.partition("=")
            side, dot, name = field.strip().partition(".")
            if not dot:
                side, name = "", side
            if not equals or not head.strip() or name not in FIELDS or side not in ("", *SIDES):
                raise SwitchError(f"--map: found {pair.strip()!r}, expected {_EXPECTED}; fields are `{', '.join(FIELDS)}`")
            sided |= {side} - {""}
            for each in (side,) if side else SIDES:
                sides[each][name] = head.strip()
        return cls(left=sides["left"], right=sides["right"], sided=frozenset(sided))

    @classmethod
    def from_toml(cls, table: SpecTable) -> ColumnMap:
        """The keys are fields; those below ``[left]`` and ``[right]`` are of one side alone."""
        both = _fields(table)
        sides, sided = {}, set()
        for side in SIDES:
            below = table.table(side)
            own = _fields(below)
            sides[side] = both | own
            sided |= {side} if own else set()
            below.done()
        table.done()
        return cls(left=sides["left"], right=sides["right"], sided=frozenset(sided))


def _fields(table: SpecTable) -> dict[str, str]:
    return {field: table.text(field) for field in FIELDS if field in table}
