"""One route of the API: how it is asked for, what it takes and gives, and who does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from attrs import field

from switch.control.desks.call import Call, Desk
from switch.control.shapes import Shape
from switch.record import frozen
from switch.scenarios.scope import NAME_EXPECTED

ADMIN_PATH: Final = "/__admin"
#: Which limit a request is done under: ``ask`` (an order to the centre), ``read`` (the data folder), ``wait`` (a verification),
#: ``close`` (a day).
Work = Literal["ask", "read", "wait", "close"]
IDS_MAX: Final = 10**12

#: The values in paths.
PATH_SHAPES: Final[Mapping[str, Shape]] = {
    "id": {"type": "integer", "minimum": 0, "maximum": IDS_MAX, "description": "Its number."},
    "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", "description": NAME_EXPECTED},
    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "A date such as 2026-11-22."},
}


@frozen(kw_only=True)
class ApiRoute:
    """One thing that can be asked for. ``answer`` and ``body`` are names of shapes; ``status`` is that of an answer."""

    method: str
    path: str  #: below ADMIN_PATH
    operation: str
    tag: str
    summary: str
    handler: Callable[[Desk, Call], dict[str, Any]]
    answer: str
    work: Work = "ask"
    body: str | None = None
    body_needed: bool = True
    query: Mapping[str, Shape] = field(factory=dict)
    status: int = 200
    problems: tuple[int, ...] = ()  #: besides those that every route may answer

    def matches(self, path: str) -> dict[str, str] | None:
        """The values in a path; None where it is another's."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", ADMIN_PATH + self.path), path)
        return None if found is None else found.groupdict()

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the values in its path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))
