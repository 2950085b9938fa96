"""An answer that nobody asked for, on cue."""

from __future__ import annotations

from typing import Final

from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.message import Message

#: What tells a person, and a gateway, that it is none of its own.
STRAY_STAN: Final = "999999"
STRAY_RRN: Final = "999999999999"


def stray_answer(stamp: Stamp, institution_id: str) -> Message:
    """An approval (0110) of a purchase of 1.00 MAD that no gateway can have asked for."""
    return Message(
        "0110",
        {
            3: "000000",
            4: "000000000100",
            7: stamp.transmitted_at,
            11: STRAY_STAN,
            12: stamp.local_at[4:],
            13: stamp.local_at[:4],
            32: institution_id,
            37: STRAY_RRN,
            38: "STRAY1",
            39: "00",
            41: "STRAY001",
            42: "STRAY0000000001",
            49: "504",
        },
    )
