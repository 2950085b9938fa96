"""What the person watching is told, and which kinds of it there are."""

from __future__ import annotations

from typing import Literal

from switch.record import record

#: Kinds of occurrences; the journal keeps them, and ``switch explain`` shows them.
OccurrenceKind = Literal[
    "came_as_repeat",
    "contradicted",
    "given_up",
    "late_answer",
    "not_accepted",
    "repeat",
    "scenario",
    "timer",
    "unknown_code",
    "unknown_original",
]
#: Kinds of notices on the terminal of ``switch up``: those of occurrences, and those that belong to no request of the journal.
NoticeKind = Literal[
    OccurrenceKind,
    "bad_frame",
    "clock",
    "clock_set",
    "cut_off",
    "cut_over",
    "duplicate",
    "format_error",
    "garbled",
    "half_open",
    "api_died",
    "gateway_died",
    "issuer_died",
    "issuer_down",
    "issuer_up",
    "key",
    "mac",
    "not_signed_on",
    "open_to_others",
    "shortage",
    "signed_off",
    "stopping",
    "tls",
    "too_many_lines",
    "trace",
    "unexpected",
    "unknown_merchant",
    "unknown_terminal",
    "unmatched",
    "unsupported",
    "waiting",
]


@record
class Notice:
    """Tell the person watching."""

    kind: NoticeKind
    detail: str
