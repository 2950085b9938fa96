"""Wrong use of a command: one sentence in the voice of every error, and one hint."""

from __future__ import annotations

import pytest

from tests.cli.command import run

TYPES = "purchase, cash, cash-back, quasi-cash, bill, refund, balance, verify, preauth"
ACTIONS = "show, freeze, resume, advance, to, before-cut-off, next-banking-day"


@pytest.mark.parametrize(
    ("words", "sentence", "hint"),
    [
        ("snd", "snd: found an unknown command, expected one of switch", "did you mean send?"),
        ("day shw", "shw: found an unknown command, expected one of switch day", "did you mean show?"),
        ("zzz", "zzz: found an unknown command, expected one of switch", "switch --help"),
        ("send --amont 3", "--amont: found an unknown option, expected one of switch send", "did you mean --amount?"),
        ("stop", "stop: found an unknown command, expected one of switch", "Ctrl+C in the terminal of switch up stops Switch"),
        ("reverse 1", "reverse: found an unknown command, expected one of switch", "did you mean send --reverse?"),
        ("scenario rm 1", "rm: found an unknown command, expected one of switch scenario", "did you mean remove?"),
        ("scenario remove all", "IDS: found 'all', expected a whole number from 1", "did you mean --all?"),
        ("send --card 1", "--card: found an unknown option, expected one of switch send", "did you mean --pan?"),
        ("send --type purchas", f"--type: found 'purchas', expected one of {TYPES}", "did you mean purchase?"),
        ("clock cutoff", f"ACTION: found 'cutoff', expected one of {ACTIONS}", "did you mean before-cut-off?"),
        ("send --port 0", "--port: found '0', expected a whole number from 1 to 65535", "switch send --help"),
        ("send --port x", "--port: found 'x', expected a whole number from 1 to 65535", "switch send --help"),
        (
            "send --timeout x",
            "--timeout: found 'x', expected a length of time above 0 and up to 3600 s, such as 1s, 500ms or 1.5",
            "switch send --help",
        ),
        ("send --entry x", "--entry: found 'x', expected one of ecommerce, chip, magstripe, manual", "switch send --help"),
        ("send --type", "--type: found nothing, expected a value", ""),
        ("send --json=3", "--json: found a value, expected none", ""),
        ("send more", "more: found more than the command takes", "switch send --help"),
        ("statement", "MERCHANT: found nothing, expected a value", "switch statement --help"),
        ("trace x", "NUMBER: found 'x', expected a whole number from 1 to 999999999999", "switch trace --help"),
        ("completion tcsh", "SHELL: found 'tcsh', expected one of bash, zsh, fish", "switch completion --help"),
    ],
)
def test_wrong_use_is_told_in_one_voice(words: str, sentence: str, hint: str) -> None:
    outcome = run(*words.split())
    assert (outcome.code, outcome.out, outcome.sentence) == (2, "", sentence)
    assert outcome.err.partition("\n")[2] == (f"hint: {hint}\n" if hint else "")


def test_a_card_number_in_the_wrong_place_is_masked() -> None:
    assert "9504010000000019" not in run("send", "9504010000000019").err
    assert "9504010000000019" not in run("send", "--port", "9504010000000019").err
