"""What an issuer does in the earlier spelling of its rules, ``{ response_code = "51", delay_seconds = 2 }``, as a conduct.

``silence`` there means what ``lost`` means now: the issuer never received the request, and holds nothing.
"""

from __future__ import annotations

from typing import Final

from switch.scenarios.conduct import AS_USUAL, Conduct
from switch.spec_table import SpecTable
from switch.transaction import APPROVALS

#: Keys of a ``then`` in this spelling: a table of these alone is one, where the rule does not say ``at``.
EARLIER_KEYS: Final = frozenset({"response_code", "delay_seconds", "silence"})


def conduct_as_before(table: SpecTable) -> Conduct:
    """A table ``then``."""
    expected = "two digits or capital letters (DE 39)"
    code = table.text("response_code", None, pattern=r"[0-9A-Z]{2}", expected=expected)
    conduct = Conduct(code=code, late_seconds=table.seconds("delay_seconds", 0.0), lost=table.flag("silence", False))
    if code in APPROVALS:
        table.mistake("response_code", repr(code), "a refusal: only money on the account approves")
    if conduct.lost and conduct != Conduct(lost=True):
        table.mistake("silence", "an answer beside it", "silence = true alone")
    table.done()
    if conduct == AS_USUAL:
        table.wrong("", "nothing to do", "response_code, delay_seconds or silence = true")
    return conduct
