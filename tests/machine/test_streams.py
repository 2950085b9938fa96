"""Commands whose standard input or output is closed, or none they can do anything with, end in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BY_HAND = "switch: switch issuer {} as standard input, expected the {} of a centre: switch up starts this by itself"


def ended(command: str, folder: Path) -> tuple[int, str, str]:
    """How ``switch`` with the words and redirections of a shell ends, and what it prints."""
    environment = {"TMPDIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    line = f'exec "$0" -m switch {command}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=60,
        check=False,
    )
    assert list(folder.glob("switch-fault-*")) == []
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("merchants >&-", "switch: standard output: found Bad file descriptor, expected one that can be written"),
        ("merchants >/dev/full", "switch: standard output: found No space left on device, expected one that can be written"),
        (
            "api serve --port 0 >/dev/full",
            "switch: standard output: found No space left on device, expected one that can be written",
        ),
        ("gateway serve --port 0 >&-", "switch: standard output: found Bad file descriptor, expected one that can be written"),
        ("--help >&-", "switch: standard output: found Bad file descriptor, expected one that can be written"),
        ("decode - <&-", "switch: message: found nothing, expected a message in hexadecimal or in bytes"),
        ("issuer start-by-fork </dev/null", BY_HAND.format("start-by-fork: found a device", "socket")),
        ("issuer start-by-fork <&-", BY_HAND.format("start-by-fork: found a device", "socket")),
        ('issuer record-trace <"$0"', BY_HAND.format("record-trace: found a file", "pipe")),
    ],
)
def test_it_is_one_sentence(command: str, sentence: str, tmp_path: Path) -> None:
    code, printed, told = ended(command, tmp_path)
    assert (code, printed, told.strip()) == (2, "", sentence)


def test_a_closed_stream_that_is_not_needed_changes_nothing(tmp_path: Path) -> None:
    usual = ended("merchants", tmp_path)
    assert usual[0] == 0
    assert ended("merchants <&-", tmp_path) == ended("merchants 2>&-", tmp_path) == usual


def test_what_is_wrong_is_not_told_on_output_where_errors_are_closed(tmp_path: Path) -> None:
    assert ended("decode --bogus 2>&-", tmp_path) == (2, "", "")
