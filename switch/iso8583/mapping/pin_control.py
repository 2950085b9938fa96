"""DE 53 beside a PIN block: how the block is made, and under which key of the zone, in sixteen digits.

In the manner of Visa: 20 (a PIN under a zone key), the algorithm, the format of the block, the number of its key, zeros.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

_CONTROL: Final = re.compile(r"20(?P<algorithm>0[12])(?P<kind>0[134])(?P<index>\d\d)\d{8}")
#: Digits of DE 53 -> format of ISO 9564-1. 01 is ANSI X9.8, which is format 0.
_KINDS: Final[dict[str, Literal[0, 3, 4]]] = {"01": 0, "03": 3, "04": 4}
_AES: Final = "02"
FIRST_KEY: Final = "01"  #: the number of the key of a zone that has one


class PinControl(NamedTuple):
    """The format of a PIN block (ISO 9564-1: 0, 3 or 4), and the number of its key in its zone."""

    kind: Literal[0, 3, 4] = 0
    key_index: str = FIRST_KEY

    @classmethod
    def read(cls, text: str) -> PinControl | None:
        """What DE 53 says of a PIN block; None where it says something else.

        >>> PinControl.read("2001010100000000"), PinControl.read("9701100001000000")
        (PinControl(kind=0, key_index='01'), None)
        """
        found = _CONTROL.fullmatch(text)
        return cls(_KINDS[found["kind"]], found["index"]) if found else None

    @property
    def text(self) -> str:
        """
        >>> PinControl(3).text
        '2001030100000000'
        """
        kind = next(digits for digits, kind in _KINDS.items() if kind == self.kind)
        return f"20{_AES if self.kind == 4 else '01'}{kind}{self.key_index}{0:08d}"
