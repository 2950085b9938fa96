"""Words that people type first and that Switch does not have, with the words that it has instead."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Words by which people want to end the Switch that runs.
STOPPING: Final = frozenset({"stop", "down", "quit", "exit", "kill", "shutdown"})
#: A command behind the name of the program (empty: the program itself) -> a word, option or value typed -> what was meant.
_MEANT: Final = {
    "": {
        "start": "up", "run": "up", "serve": "up", "listen": "up", "host": "up",
        "rule": "scenario", "rules": "scenario list", "mock": "scenario add", "poke": "scenario poke",
        "hold": "scenario add", "state": "scenario list", "reset": "scenario reset",
        "pay": "send", "purchase": "send", "reverse": "send --reverse", "void": "send --void", "echo": "send --network echo",
        "sign-on": "send --network sign-on",
        "log": "tail", "logs": "tail", "follow": "tail", "watch": "tail", "messages": "trace", "list": "requests",
        "why": "explain", "show": "explain", "assert": "verify", "expect": "verify", "prove": "verify",
        "bench": "load", "stress": "load", "proxy": "record", "time": "clock", "close": "day close", "card": "cards",
        "version": "--version", "help": "--help",
    },
    "scenario": {
        "rm": "remove", "delete": "remove", "del": "remove", "clear": "remove --all", "show": "list", "ls": "list",
        "load": "apply", "validate": "check", "test": "try", "help": "--help",
    },
    "scenario add": {"->": "any -> 05", "-n": "--times"},
    "scenario remove": {"all": "--all"},
    "send": {"--card": "--pan", "--pin-block": "--pin", "--code": "--expect", "--repeat": "--count"},
    "requests": {"--card": "card=NUMBER", "--rrn": "rrn=RRN", "--terminal": "terminal=ID", "--answered": "answered 51"},
    "verify": {"--card": "card NUMBER", "--timeout": "--wait", "--within": "--wait", "--for": "--wait"},
    "clock": {
        "set": "to", "stop": "freeze", "pause": "freeze", "start": "resume", "run": "resume", "cutoff": "before-cut-off",
        "cut-off": "before-cut-off", "now": "to now", "reset": "to now", "tomorrow": "next-banking-day",
        "forward": "advance", "add": "advance",
    },
    "replay": {"--port": "--to", "--host": "--to", "--data": "replay RECORDING"},
    "record": {"--port": "--listen", "--to": "record HOST:PORT"},
}  # fmt: skip


def meant_by(command: str, typed: str) -> str:
    """What somebody probably means who types a word behind ``command``, such as ``scenario``; empty where nobody can say.

    >>> meant_by("scenario", "rm")
    'remove'
    """
    return _MEANT.get(command, {}).get(typed, "")


def nearest_of(typed: str, known: Sequence[str]) -> str:
    """The known word that is spelled most like the one typed; empty where none is near.

    >>> nearest_of("signoff", ["sign-on", "sign-off"])
    'sign-off'
    """
    return next(iter(get_close_matches(typed[:80], known, n=1)), "")
