"""The file that says that a service is ready."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switch.errors import DataFolderError
from switch.machine.readiness import ReadyFile


def test_it_is_there_as_long_as_the_service_is_ready(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("of an earlier service", encoding="utf-8")
    ready = ReadyFile(path)
    with ready.ours():
        assert not path.exists()
        for pid in (1, 2):
            ready.write({"pid": pid})
            assert json.loads(path.read_text(encoding="utf-8")) == {"pid": pid}
    assert list(tmp_path.iterdir()) == []


def test_nobody_has_to_ask_for_one(tmp_path: Path) -> None:
    ready = ReadyFile(None)
    with ready.ours():
        ready.write({"pid": 1})


def test_a_file_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "ready.json"
    folder.mkdir()
    with pytest.raises(DataFolderError, match="expected a file that can be written"), ReadyFile(folder).ours():
        pass
    with pytest.raises(DataFolderError, match=r"no-folder/ready\.json: found No such file or directory"):
        ReadyFile(tmp_path / "no-folder" / "ready.json").write({})
