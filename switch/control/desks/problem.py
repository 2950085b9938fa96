"""What is wrong with a request, as RFC 9457 has it: status, title, one sentence, and the fields."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from switch.card import mask_numbers
from switch.display.visible import visible
from switch.errors import SwitchError

FIELDS_TOLD_MAX: Final = 50  #: in one problem
SENTENCE_MAX: Final = 500  #: characters of one sentence


class WrongField(NamedTuple):
    """One field that is wrong: ``rules[1].when.crad``, and what was found and expected."""

    field: str
    sentence: str


class ProblemError(SwitchError):
    """A request that is refused; nothing was changed. ``fields`` are all that are wrong."""

    def __init__(
        self, status: int, sentence: str, fields: Iterable[WrongField] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.fields, self.headers = status, tuple(fields), dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """The document of RFC 9457; card numbers are masked."""
        status = HTTPStatus(self.status)
        about: dict[str, Any] = {
            "type": "about:blank",
            "title": status.phrase,
            "status": self.status,
            "detail": _shown(str(self)),
        }
        if self.fields:
            told = self.fields[:FIELDS_TOLD_MAX]
            about["errors"] = [{"field": _shown(each.field), "detail": _shown(each.sentence)} for each in told]
        return about


def tell_fault_of_api(fault: BaseException) -> None:
    """A fault of our own on one line of standard error: what it is and where, and nothing of what it was about."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    sys.stderr.write(f"switch: a fault of the control API: {type(fault).__name__}{where}\n")


def wrong_fields(fields: Iterable[WrongField], status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> ProblemError:
    """The problem of a request whose values are wrong: its sentence is that of the first field."""
    found = list(fields)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    first = f"{found[0].field}: {found[0].sentence}" if found[0].field else found[0].sentence
    return ProblemError(status, f"{first}{more}", found)


def wrong(field: str, found: str, expected: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> ProblemError:
    """The problem of one value."""
    return wrong_fields([WrongField(field, f"found {found}, expected {expected}")], status)


def _shown(text: str) -> str:
    shown = mask_numbers(visible(text))
    return shown if len(shown) <= SENTENCE_MAX else f"{shown[:SENTENCE_MAX]}…"
