"""The subelements of an element, as rows beneath it and for ``--json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switch.iso8583.reading.describe import ElementLine


def inside_rows(line: ElementLine) -> Iterator[tuple[str, str, str, str, str]]:
    """Number, name (indented), format, value and meaning of each subelement; last of all why there are no more."""
    for each in line.subelements:
        yield each.number, "  " * each.depth + each.name, each.format, each.value, each.meaning
    if line.unread:
        yield "", "  subelements", "", "", f"cannot be read: {line.unread}"


def inside_json(line: ElementLine) -> dict[str, Any]:
    """The keys ``subelements`` and ``unread`` of an element that has them; nothing for all others."""
    found: dict[str, Any] = {}
    if line.subelements:
        found["subelements"] = [
            {
                "element": each.number,
                "name": each.name,
                "format": each.format,
                "value": each.value,
                **({"meaning": each.meaning} if each.meaning else {}),
            }
            for each in line.subelements
        ]
    if line.unread:
        found["unread"] = line.unread
    return found
