"""One exchange: from an acquirer's request to its answer."""

from __future__ import annotations

from typing import Any, Final

from attrs import define

from switch.transaction import Authorization

FORWARDED, DECIDED = "forwarded", "decided"

#: The life of an exchange: state -> event -> next state. A request refused by the switch itself is born decided.
TRANSITIONS: Final = {
    FORWARDED: {"answered": DECIDED, "timed out": DECIDED, "repeated": FORWARDED},
    DECIDED: {"answered late": DECIDED, "repeated": DECIDED},
}


@define
class Exchange:
    """A forwarded request waiting for its issuer. ``origins`` are all who asked it: a repeat adds one."""

    request_id: int
    authorization: Authorization
    origins: list[Any]
    forwarded_at: float  #: seconds on the monotonic clock
    deadline: float  #: likewise
