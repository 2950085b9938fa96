"""One target steered by atheris: ``python -m tests.fuzz.steered TARGET SECONDS SEED FOLDER``, started by ``tests.fuzz.run``.

Atheris (``pip install atheris``) is no dependency of anything here. It has to see the house's modules as they are imported, so
everything that imports them is imported here.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

WORD_BYTES_MAX: Final = 64  #: longer ones atheris does not take
FROZEN: Final = 60  #: seconds; an input that takes longer ends the run


def main(name: str, seconds: float, seed: int, folder: Path) -> None:
    """Let atheris choose the inputs; it ends the process by itself."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["switch"]):
        from tests.fuzz.mutator import INPUT_BYTES_MAX
        from tests.fuzz.run import Trial
    trial = Trial.of(name, folder)
    corpus, words = folder / f"corpus-{name}", folder / f"{name}.dict"
    corpus.mkdir(exist_ok=True)
    for good in trial.target.seeds():
        (corpus / sha256(good).hexdigest()[:16]).write_bytes(good)
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in trial.target.words if len(word) < WORD_BYTES_MAX))
    ends = time.monotonic() + seconds

    def tried(data: bytes) -> None:
        trial(data)
        if time.monotonic() > ends:
            trial.sum_up()
            os._exit(0)  # what atheris does at its own end, which says nothing of what was tried

    options = [f"-max_len={INPUT_BYTES_MAX}", f"-seed={seed % 2**31 or 1}", f"-timeout={FROZEN}", "-rss_limit_mb=0"]
    options += [f"-dict={words}", f"-artifact_prefix={folder}/", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], tried)
    atheris.Fuzz()


def _quoted(word: bytes) -> str:
    """A word as a dictionary of atheris has it."""
    return "".join(rf"\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
