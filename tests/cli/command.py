"""Running a command as a shell does: its exit code, what it prints, what it complains of."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

from attrs import frozen

from switch.cli import main


@frozen(kw_only=True)
class Outcome:
    """What a command did; ``sentence`` is the one line of an error, whatever hint stands below it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """What was wrong, in words; of an error in JSON the same made of its parts."""
        line, end, rest = self.err.partition("\n")
        assert end == "\n", self.err
        if line.startswith("{"):
            error = json.loads(line)["error"]
            return error.get("message") or f"{error['where']}: found {error['found']}, expected {error['expected']}"
        assert not rest or (rest.startswith("hint: ") and rest.count("\n") == 1), self.err
        assert line.startswith("switch: "), self.err
        return line.removeprefix("switch: ")


def run(*arguments: object, stdin: bytes = b"") -> Outcome:
    """Run ``switch`` with these arguments in this process; a traceback fails the test by itself.

    A command that gives way to the centre does not make the tests behind it slow: the process keeps its priority.
    """
    out, err, code = io.StringIO(), io.StringIO(), -1
    standard_input = io.TextIOWrapper(io.BytesIO(stdin))
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", standard_input), patch.object(os, "nice"):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    return Outcome(code=code, out=out.getvalue(), err=err.getvalue())
