"""Arabic as it stands on paper: each letter in the form its neighbours give it, and the text in the order it is seen.

A PDF has letters from left to right and knows nothing of either. The letters are joined by arabic-reshaper and ordered by
python-bidi (UAX 9), the extra ``[arabic]``; whoever sets no Arabic needs neither.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from switch.errors import SwitchError

#: Hebrew, Arabic and the other scripts from right to left, the forms of their letters included.
RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
EXTRA: Final = "interbank-switch[arabic]"
_LAM_ALEF_ALONE: Final = {"delete_harakat": False, "ARABIC LIGATURE ALLAH": False}


def is_right_to_left(text: str) -> bool:
    """Whether any letter of a text is written from right to left.

    >>> is_right_to_left("مقهى"), is_right_to_left("CAFÉ")
    (True, False)
    """
    return RIGHT_TO_LEFT.search(text) is not None


def has_shaping() -> bool:
    """Whether the extra is installed."""
    return _tools() is not None


def missing_shaping() -> SwitchError:
    """The sentence for a machine without the extra."""
    return SwitchError(
        f"Arabic in a PDF: found no arabic-reshaper or no python-bidi, expected both (pip install '{EXTRA}' brings them)"
    )


@lru_cache(1 << 12)
def as_seen(text: str) -> str:
    """A text as its letters stand on paper from left to right, each in its form. SwitchError where the extra is missing."""
    tools = _tools()
    if tools is None:
        raise missing_shaping()
    reshaper, ordered = tools
    seen: str = ordered(reshaper.reshape(text), base_dir="R")
    return seen


@lru_cache(1)
def _tools() -> tuple[Any, Any] | None:
    try:
        from arabic_reshaper import ArabicReshaper
        from bidi.algorithm import get_display  # the one that turns brackets round, too
    except ImportError:
        return None
    return ArabicReshaper(configuration=_LAM_ALEF_ALONE), get_display
