"""A request once it is checked, and what all desks share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from attrs import define, field

from switch.control.desks.problem import ProblemError, WrongField, wrong_fields
from switch.data_folder.control_socket import ask_centre
from switch.errors import UnreachableError
from switch.record import frozen
from switch.specs.specification import Specs

RETRY_LATER = {"Retry-After": "1"}  #: of whoever comes while too much is to do


@frozen(kw_only=True)
class Call:
    """The values of a request. ``gone`` says whether whoever asked waits no longer."""

    path: dict[str, Any]
    query: dict[str, Any]
    body: Any
    gone: Callable[[], bool] = lambda: False

    @property
    def scope(self) -> str:
        """The scope it is about, of the query or of the body; empty where it names none."""
        given = self.query.get("scope")
        if given is None and isinstance(self.body, dict):
            given = self.body.get("scope")
        return given or ""


@define
class DeskMemory:
    """What this process remembers of each scope; it is forgotten when the process ends. Guarded by ``lock``."""

    lock: threading.Lock = field(factory=threading.Lock)
    #: Scope -> the number of the last message before it began, or began anew.
    begun: dict[str, int] = field(factory=dict)
    #: Number -> scope, and an expectation as it was given: a sentence or a table.
    expectations: dict[int, tuple[str, Any]] = field(factory=dict)
    last_expectation: int = 0
    #: Card numbers and merchants that were given out.
    given: set[str] = field(factory=set)


@frozen(kw_only=True)
class Desk:
    """A data folder, the specification its centre runs on, and what is remembered."""

    data: Path
    specs: Specs
    memory: DeskMemory = field(factory=DeskMemory)

    def ask(self, order: dict[str, Any], fields: Callable[[dict[str, Any]], str] | None = None) -> dict[str, Any]:
        """The answer of the centre to an order; a problem where it refuses. ``fields`` makes the name of a field of the place
        of a mistake."""
        try:
            answer = ask_centre(self.data, order)
        except UnreachableError as error:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers=RETRY_LATER) from None
        if "mistakes" in answer:
            places = answer["places"]
            named = fields or _field_of_key
            raise wrong_fields(
                [WrongField(named(place), _cause(text)) for place, text in zip(places, answer["mistakes"], strict=True)]
            )
        if "error" in answer:
            status = HTTPStatus.NOT_FOUND if answer.get("missing") else HTTPStatus.CONFLICT
            before, colon, behind = str(answer["error"]).partition(": ")
            wrong_field = WrongField(before, behind) if colon else WrongField("id", before)
            raise ProblemError(status, answer["error"], [wrong_field])
        return answer


def _field_of_key(place: dict[str, Any]) -> str:
    return str(place["key"])


def _cause(sentence: str) -> str:
    """What was found and expected, without the place before it."""
    _, found, rest = sentence.partition(": found ")
    return f"found {rest}" if found else sentence
