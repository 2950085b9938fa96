"""The answers to an acquirer, from the whole one to the least: what is sent where its dialect cannot say all of it.

The centre tries them on the line; the check of a specification tries them on the dialect, and tells before what will be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from switch.iso8583.mapping.acquirer import to_response
from switch.iso8583.message import Message
from switch.transaction import SYSTEM_MALFUNCTION, Authorization, Decision, refuse

_CODES: Final = frozenset({38, 39})  #: what an answer says that its request did not


def lesser_responses(
    authorization: Authorization, decision: Decision, asked: Message
) -> Iterator[tuple[Message, Decision, str]]:
    """Less and less of the answer to a request, which came as ``asked``: each with the decision it tells, and what it lacks."""
    bare = evolve(decision, carried=None)
    if decision.carried is not None:
        added = ", ".join(map(str, sorted(decision.carried)))
        yield to_response(authorization, bare), decision, f"without the issuer's DE {added}"
    yield as_asked(to_response(authorization, bare), asked), decision, "without the elements that Switch added"
    if decision.approval_code is not None:
        coded = evolve(bare, approval_code=None)
        yield as_asked(to_response(authorization, coded), asked), decision, "without DE 38"
    failed = refuse(SYSTEM_MALFUNCTION, "")
    yield as_asked(to_response(authorization, failed), asked), failed, f"with {SYSTEM_MALFUNCTION}"


def as_asked(answer: Message, asked: Message) -> Message:
    """An answer with no element that its request has not, but for the codes: its sender's dialect has said all others."""
    return Message(answer.mti, {n: value for n, value in answer.elements.items() if n in _CODES or n in asked.elements})
