"""One thing that happened to a transaction, in words."""

from __future__ import annotations

from typing import Any, Final, Literal

from attrs import asdict

from switch.lines.line import Direction
from switch.record import frozen

CENTRE: Final = ""  #: the leg of what the centre decides, owes or clears by itself
DAY: Final = "day"  #: the leg of what the close of a business date did

StepDirection = Literal[Direction, ""]  #: empty where the step is no message


@frozen(kw_only=True)
class Step:
    """``at_ms`` is epoch milliseconds, None for what has not happened yet.

    ``direction`` and ``mti`` (as the peer's edition has it) are those of a message on a line; both are empty for what is no
    message, the MTI alone where it is not known.
    """

    at_ms: int | None
    leg: str  #: ``lines.line.ACQUIRER``, an issuer's id, DAY or CENTRE
    what: str
    detail: str
    request_id: int | None  #: of the journal; None for a reversal whose original is not known
    mti: str = ""
    direction: StepDirection = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
