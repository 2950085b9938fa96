"""The message type indicator."""

from __future__ import annotations

import pytest

from switch.iso8583.mti import describe_mti, expects_answer, message_class, response_mti
from tests.iso8583.samples import codec


@pytest.mark.parametrize(
    ("mti", "kind", "answer", "words"),
    [
        ("0100", "authorization", "0110", "authorization request"),
        ("0101", "authorization", "0110", "authorization request repeat"),
        ("0102", "authorization", "0112", "authorization request"),
        ("0103", "authorization", "0112", "authorization request repeat"),
        ("0120", "authorization", "0130", "authorization advice"),
        ("0200", "financial", "0210", "financial request"),
        ("0302", "file_update", "0312", "file update request"),
        ("0420", "reversal", "0430", "reversal advice"),
        ("0421", "reversal", "0430", "reversal advice repeat"),
        ("0500", "reconciliation", "0510", "reconciliation request"),
        ("0620", "administrative", "0630", "administrative advice"),
        ("0800", "network_management", "0810", "network management request"),
    ],
)
def test_requests_and_their_answers(mti: str, kind: str, answer: str, words: str) -> None:
    assert message_class(mti) == kind
    assert expects_answer(mti)
    assert response_mti(mti) == answer
    assert message_class(answer) == kind
    assert not expects_answer(answer)
    assert describe_mti(mti) == words


@pytest.mark.parametrize("mti", ["0110", "0210", "0430", "0810"])
def test_an_answer_has_no_answer(mti: str) -> None:
    with pytest.raises(AssertionError, match=f"{mti} is an answer itself"):
        response_mti(mti)


@pytest.mark.parametrize("mti", ["1100", "2200", "0700", "0900", "0000"])
def test_another_version_or_class(mti: str) -> None:
    assert message_class(mti) is None


def test_every_four_digits_can_be_told_about() -> None:
    wire = codec("ascii")
    for number in range(10_000):
        mti = f"{number:04d}"
        message = wire.decode(mti.encode() + bytes(8))
        words = describe_mti(message.mti)
        assert words
        if "unknown class" in words:
            assert message_class(mti) is None
        if expects_answer(mti):
            assert response_mti(mti)[:2] == mti[:2]
