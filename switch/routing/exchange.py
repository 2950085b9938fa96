"""One exchange: from an acquirer's request to its answer."""

from __future__ import annotations

from typing import Any

from attrs import define

from switch.transaction import Authorization


@define
class Exchange:
    """A forwarded request waiting for its issuer. ``origins`` are all who asked it: a repeat adds one."""

    request_id: int
    authorization: Authorization
    origins: list[Any]
    forwarded_at: float  #: seconds on the monotonic clock
    deadline: float  #: likewise
