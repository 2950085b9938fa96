"""Who may ask the API: tokens of a file, of the environment or made here; without one this machine alone, and no browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.control.access import TOKEN_FILE, Gate, Token, token_for
from switch.control.desks.problem import ProblemError
from switch.errors import SwitchError
from switch.machine.private import write_text

TOKEN = "a-token-of-a-test-0123456789"


def test_on_this_machine_no_token_is_asked_for_unless_one_is_given(tmp_path: Path) -> None:
    assert token_for("127.0.0.1", None, tmp_path, {}) is None
    assert token_for("localhost", None, tmp_path, {"SWITCH_API_TOKEN": TOKEN}) == Token(text=TOKEN)
    file = tmp_path / "token"
    write_text(file, f"{TOKEN}\n")
    assert token_for("127.0.0.1", file, tmp_path, {"SWITCH_API_TOKEN": "x" * 20}) == Token(text=TOKEN, file=file)


def test_where_others_can_call_a_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = token_for("0.0.0.0", None, tmp_path / "var", {})
    assert made is not None
    assert made.file == tmp_path / "var" / TOKEN_FILE
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert len(made.text) >= 40
    assert token_for("0.0.0.0", None, tmp_path / "var", {}) == made


def test_a_token_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    write_text(file, TOKEN)
    file.chmod(0o640)
    with pytest.raises(SwitchError, match="found a file that others may read, expected one of its owner alone"):
        token_for("127.0.0.1", file, tmp_path, {})


@pytest.mark.parametrize("text", ["", "short", "a token with spaces in it", "é" * 20])
def test_a_token_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    write_text(file, text)
    with pytest.raises(SwitchError, match="found a token that cannot be used, expected 16 or more letters and digits"):
        token_for("127.0.0.1", file, tmp_path, {})


def refused(gate: Gate, headers: dict[str, str], *, is_open: bool = False) -> int:
    """The status of a refusal; 0 where a request is let in."""
    try:
        gate.refuse([(name.encode(), value.encode("latin-1")) for name, value in headers.items()], is_open=is_open)
    except ProblemError as problem:
        return problem.status
    return 0


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (f"Bearer {TOKEN}", 0),
        (f"bearer {TOKEN}", 0),
        ("", 401),
        ("Bearer ", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer \xff\xfe", 401),
    ],
)
def test_a_caller_shows_the_token(shown: str, status: int) -> None:
    gate = Gate(Token(text=TOKEN), 8700)

    assert refused(gate, {"authorization": shown}) == status
    assert refused(gate, {"authorization": shown}, is_open=True) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:8700"}, 0),
        ({"host": "localhost:8700"}, 0),
        ({"host": "[::1]:8700"}, 0),
        ({"host": "bank.example:8700"}, 403),
        ({"host": "127.0.0.1:8700", "origin": "http://bank.example"}, 403),
        ({"host": "127.0.0.1:8700", "origin": "null"}, 403),
        ({"host": "127.0.0.1:8700", "origin": "http://127.0.0.1:8700"}, 0),
        ({"host": "[:8700"}, 403),
        ({}, 0),
    ],
)
def test_without_a_token_no_page_of_a_stranger_gets_through_a_browser(headers: dict[str, str], status: int) -> None:
    assert refused(Gate(None, 8700), headers) == status


def test_a_request_with_two_lengths_is_refused_with_a_token_and_without() -> None:
    two = {"host": "127.0.0.1:8700", "authorization": f"Bearer {TOKEN}", "Content-Length": "4", "Transfer-Encoding": "chunked"}
    for gate in (Gate(None, 8700), Gate(Token(text=TOKEN), 8700)):
        with pytest.raises(ProblemError, match="Transfer-Encoding: found it beside Content-Length") as refusal:
            gate.refuse([(name.encode(), value.encode()) for name, value in two.items()], is_open=True)
        assert refusal.value.headers == {"Connection": "close"}
