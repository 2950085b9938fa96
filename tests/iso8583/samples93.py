"""Messages of ISO 8583:1993, written by hand in the words of that standard."""

from __future__ import annotations

from typing import Final

from switch.iso8583.edition93.messages import to_1987, to_1993
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE, TODAY

#: The purchase of the samples as an acquirer that speaks 1993 says it.
PURCHASE_1993: Final = Message(
    "1100",
    {
        **{n: PURCHASE.elements[n] for n in (2, 3, 4, 7, 11)},
        12: "261122101530",
        14: "2912",
        22: "510101500001",
        24: "100",
        26: "5411",
        **{n: PURCHASE.elements[n] for n in (32, 37, 41, 42)},
        43: "EPICERIE DU COIN\\12 RUE HAROUN\\RABAT\\10000        MAR",
        49: "504",
    },
)

#: Elements of a request that the centre's answer has as well.
ECHOED: Final = (2, 3, 4, 7, 11, 12, 13, 14, 15, 18, 22, 25, 32, 33, 37, 41, 42, 49, 90)


def answered(asked: Message, **elements: str) -> Message:
    """The centre's answer to a message of 1993, as its peer gets it."""
    heard = to_1987(asked)
    kept = {n: v for n, v in heard.elements.items() if n in ECHOED}
    said = {int(name.removeprefix("de")): value for name, value in elements.items()}
    mti = heard.mti[:2] + ("1" if heard.mti[2] == "0" else "3") + "0"
    return to_1993(Message(mti, dict(sorted((kept | said).items()))), asked, TODAY)
