"""The answers of shops to callbacks, read strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.callbacks import callback_answer


@pytest.mark.parametrize(
    ("body", "verdict"),
    [(b"ACTION=POSTAUTH", "capture"), (b"APPROVED", "acknowledge"), (b"FAILURE", "failure"), (b" APPROVED\r\n", "acknowledge")],
)
def test_the_three_words(body: bytes, verdict: str) -> None:
    answer = callback_answer(200, body)
    assert (answer.verdict, answer.understood, answer.remark) == (verdict, True, "")


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, b"", "found nothing"),
        (200, b"OK", "found 'OK'"),
        (200, b"approved", "found 'approved'"),
        (200, b"<b>APPROVED</b>", "found '<b>APPROVED</b>'"),
        (500, b"APPROVED", "found HTTP status 500"),
        (302, b"APPROVED", "found HTTP status 302; a callback is not redirected"),
        (200, b"ACTION=POSTAUTH\nAPPROVED", "found 'ACTION=POSTAUTH\\nAPPROVED'"),
    ],
)
def test_everything_else_is_a_failure_that_is_told(status: int, body: bytes, found: str) -> None:
    answer = callback_answer(status, body)
    assert (answer.verdict, answer.understood) == ("failure", False)
    assert answer.remark.startswith(f"{found}, expected ACTION=POSTAUTH, APPROVED or FAILURE")


def test_a_byte_order_mark_is_named() -> None:
    assert "byte order mark" in callback_answer(200, b"\xef\xbb\xbfAPPROVED").remark


@given(st.integers(100, 599), st.binary(max_size=80))
def test_any_answer_is_read(status: int, body: bytes) -> None:
    answer = callback_answer(status, body)
    assert answer.understood == (answer.remark == "")
