"""Magic cards: what each kind of them does by itself, without any rule, so that a tester needs none.

Only these cards react to the amount, or always misbehave. What is done with an answer that is judged (late, twice, not at all)
is the business of the process that sends it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.transaction import APPROVALS, APPROVED, PARTIALLY_APPROVED, RESPONSE_MEANINGS, SCHEME_MEANINGS

BY_AMOUNT, DROPS_LINE, IS_LATE, IN_PART, TIMES_OUT, TWICE = "amount", "drop", "late", "partial", "timeout", "twice"
#: Kind of a magic card -> what it does, in the words of lists.
MAGIC_KINDS: Final = {
    BY_AMOUNT: "the last two digits of the amount are the response code: 51.51 gives 51, 10.00 is approved",
    TIMES_OUT: "approved by its bank, whose answer never comes: 91 after the time-out, and a reversal",
    IS_LATE: "approved three seconds late",
    TWICE: "approved, and its bank answers twice",
    DROPS_LINE: "its bank closes the connection instead of answering: 91 at once, and a reversal",
    IN_PART: "approved for half of the amount: 10 where the gateway takes a part (DE 25 = 41), else 51 and a reversal",
}


class Match(NamedTuple):
    """What a rule, or a magic card, wants of the judgement of one request."""

    reason: str  #: "scenario late-night, rule 2"
    code: str | None = None  #: refuse with this one; None leaves the judgement to the account
    in_part: bool = False  #: approve half of the amount
    part_minor: int | None = None  #: approve this part of it, in the currency of the account
    told: str = ""  #: what becomes of the answer besides, for people


def magic_match(kind: str, amount_minor: int) -> Match | None:
    """What a magic card wants of a request for an amount of the sale; None where its account judges it as any other.

    A number that is no code, and one that says that all went well, is approved.
    """
    if kind != BY_AMOUNT:
        return Match(f"magic card, {kind}", in_part=kind == IN_PART)
    code = f"{amount_minor % 100:02d}"
    if code == APPROVED:
        return None
    reason = f"magic card, amount ends in {code}"
    if code == PARTIALLY_APPROVED:
        return Match(reason, in_part=True)
    if code in APPROVALS:
        return Match(reason, told=f"{code} approves")
    if code not in RESPONSE_MEANINGS and code not in SCHEME_MEANINGS:
        return Match(reason, told=f"{code} is no response code")
    return Match(reason, code)
