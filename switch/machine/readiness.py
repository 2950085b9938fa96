"""The file that is there while a service is ready, and not a moment before or after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from switch.errors import DataFolderError
from switch.machine.private import write_text


class ReadyFile:
    """A ready file at ``path``; None: nobody asked for one, and nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Take away what an earlier service left there, and behind the block what this one wrote; DataFolderError where that
        cannot be."""
        if self._path is None:
            yield
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise _not_writable(self._path, error) from None
        try:
            yield
        finally:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def write(self, ready: Mapping[str, Any]) -> None:
        """Write it anew: it appears under its name only once all of it is written. DataFolderError where it cannot be."""
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            write_text(temporary, json.dumps(ready, indent=1) + "\n")
            temporary.replace(self._path)
        except OSError as error:
            raise _not_writable(self._path, error) from None


def _not_writable(path: Path, error: OSError) -> DataFolderError:
    return DataFolderError(f"{path}: found {error.strerror}, expected a file that can be written")
