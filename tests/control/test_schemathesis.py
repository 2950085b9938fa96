"""The API held against its own document by a program of others: schemathesis, which makes requests of every shape."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.outside

#: What a request that is as the document says may be answered: done, or a word in it means nothing, or it names what is not
#: there. One that is not is refused. A verification waits for up to ten minutes, and events have no end.
CONFIGURATION = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "404", "409", "422", "503"]
negative_data_rejection.expected-statuses = ["400", "404", "405", "413", "415", "422"]
"""
UNENDING = ("/__admin/events", "/__admin/verify")
EXAMPLES = "6"


def schemathesis() -> str:
    beside = Path(__file__).parents[2] / ".venv-outside" / "bin" / "schemathesis"
    found = os.environ.get("SWITCH_SCHEMATHESIS") or (str(beside) if beside.exists() else shutil.which("schemathesis"))
    if found is None:
        pytest.skip("no schemathesis (SWITCH_SCHEMATHESIS, .venv-outside or the search path)")
    return found


def test_every_answer_is_as_the_document_says(tmp_path: Path) -> None:
    program = schemathesis()
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
    with running_centre(tmp_path / "var", [*small_specs(tmp_path), "--trace", "--api"]) as centre:
        url = centre.ready["api"]["url"].removesuffix("/__admin")
        command = [program, "--config-file", "schemathesis.toml", "run", f"{url}/__admin/openapi.json", "--url", url]
        command += [part for path in UNENDING for part in ("--exclude-path", path)]
        command += ["--max-examples", EXAMPLES, "--generation-deterministic", "--workers", "1", "--no-color"]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=280, cwd=tmp_path, check=False)
        assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
        assert centre.stop() == 0
        assert "Traceback" not in centre.log.read_text(encoding="utf-8")
