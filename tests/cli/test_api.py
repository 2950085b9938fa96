"""``switch api`` and ``switch up --api``: what is wrong is one sentence."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from switch.cli.api import api_address
from tests.cli.command import run


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8700", ("127.0.0.1", 8700)),
        (":0", ("127.0.0.1", 0)),
        ("9000", ("127.0.0.1", 9000)),
        ("0.0.0.0", ("0.0.0.0", 8700)),
        ("[::1]:8700", ("::1", 8700)),
    ],
)
def test_an_address_has_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert api_address(text) == address


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--api", "127.0.0.1:99999"), "--api: found '127.0.0.1:99999', expected HOST:PORT, such as 127.0.0.1:8700"),
        (("--api-token-file", "token"), "--api-token-file: found without --api, expected both"),
        (("--api", "--api-token-file", "token"), "token: found No such file or directory, expected a file with a token"),
    ],
)
def test_wrong_use_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("up", "--free-ports", "--data", tmp_path / "var", *arguments)

    assert (outcome.code, outcome.err) == (2, f"switch: {sentence}\n")


def test_a_library_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "hypercorn" else name)
    outcome = run("up", "--api")

    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        "switch: --api: found no hypercorn, expected the libraries of the extra gateway",
        "hint: pip install 'interbank-switch[gateway]'",
    ]
