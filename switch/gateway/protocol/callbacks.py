"""What a shop answers when it is called back, read strictly: three words in plain text, and everything else by what it is."""

from __future__ import annotations

from typing import Final, Literal

from switch.record import frozen

#: What the answer of a shop comes to. ``capture``: it accepts, and the payment is captured. ``acknowledge``: it heard, and will
#: capture by itself. ``failure``: it says so, or says nothing that counts; the payment stays as it is.
ShopVerdict = Literal["capture", "acknowledge", "failure"]

_WORDS: Final[dict[bytes, ShopVerdict]] = {b"ACTION=POSTAUTH": "capture", b"APPROVED": "acknowledge", b"FAILURE": "failure"}
ANSWER_BYTES_MAX: Final = 4_096  #: of an answer that is looked at
_SHOWN_MAX: Final = 60
_BOM: Final = b"\xef\xbb\xbf"


@frozen(kw_only=True)
class CallbackAnswer:
    """The answer of a shop, and what was wrong with it."""

    verdict: ShopVerdict
    understood: bool  #: one of the three words, as it is to be; else the callback is tried again
    remark: str = ""  #: for a developer: what was found, what was expected


def callback_answer(status: int, body: bytes) -> CallbackAnswer:
    """Read the answer to a callback: HTTP status and body.

    >>> callback_answer(200, b"ACTION=POSTAUTH").verdict
    'capture'
    >>> callback_answer(200, b"<html>APPROVED").remark
    "found '<html>APPROVED', expected ACTION=POSTAUTH, APPROVED or FAILURE and nothing else, as text/plain"
    """
    expected = ", expected ACTION=POSTAUTH, APPROVED or FAILURE and nothing else, as text/plain"
    if not 200 <= status < 300:
        where = "; a callback is not redirected" if 300 <= status < 400 else ""
        return CallbackAnswer(verdict="failure", understood=False, remark=f"found HTTP status {status}{where}{expected}")
    word = body[:ANSWER_BYTES_MAX].strip()
    if word in _WORDS:
        return CallbackAnswer(verdict=_WORDS[word], understood=True)
    shown = "nothing" if not word else repr(word[:_SHOWN_MAX].decode(errors="replace"))
    why = ""
    if word.startswith(_BOM) and word.removeprefix(_BOM).strip() in _WORDS:
        why = " (behind a byte order mark: save the script as UTF-8 without one)"
    elif word.upper() in _WORDS:
        why = " (in capitals)"
    return CallbackAnswer(verdict="failure", understood=False, remark=f"found {shown}{expected}{why}")
