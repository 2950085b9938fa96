"""A folder of scenario files that is looked at while the centre runs: what changes there is applied, what goes is removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import trio

from switch.centre.host.orders import CarryOut
from switch.display.plural import plural
from switch.errors import SwitchError
from switch.routing.traffic.notice import Notice
from switch.specs.files import read_bytes

FOLDER_LOOK_SECONDS: Final = 1.0  #: between two looks

FileState = tuple[
    int, int, int
]  #: by which a file is known not to have changed: when it was written, its size, which file it is


class WatchedFolder:
    """The files ``*.toml`` of a folder, by the state in which they were last read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = self._look()
        self._wrong = dict[Path, list[str]]()

    def files(self) -> list[Path]:
        """The files there were at the last look, by name."""
        return sorted(self._seen)

    def found_wrong(self, path: Path, mistakes: list[str]) -> None:
        """A file has these mistakes, or none any more."""
        self._wrong.pop(path, None)
        if mistakes:
            self._wrong[path] = mistakes

    def wrong_files(self) -> list[dict[str, Any]]:
        """The files that have mistakes now, by name, with a sentence for each mistake: the rules they brought before stay."""
        return [{"file": str(path), "mistakes": mistakes} for path, mistakes in sorted(self._wrong.items())]

    def changes(self) -> tuple[list[Path], list[Path]]:
        """What is new or another since the last look, and what is gone; the look is the last one from now on."""
        before, self._seen = self._seen, self._look()
        changed = [path for path, seen in sorted(self._seen.items()) if before.get(path) != seen]
        return changed, sorted(before.keys() - self._seen.keys())

    def _look(self) -> dict[Path, FileState]:
        found = dict[Path, FileState]()
        try:
            for path in self.folder.iterdir():
                if path.suffix == ".toml" and not path.name.startswith(".") and path.is_file():
                    about = path.stat()
                    found[path] = (about.st_mtime_ns, about.st_size, about.st_ino)
        except OSError:  # a file that goes while it is looked at, or the folder itself: the next look tells
            pass
        return found


async def watch(watched: WatchedFolder, carry_out: CarryOut, tell: Callable[[Notice], None]) -> None:
    """Apply what changes, until cancelled. Where a file is wrong each mistake is a notice, and its earlier rules stay."""
    while True:
        await trio.sleep(FOLDER_LOOK_SECONDS)
        changed, gone = await trio.to_thread.run_sync(watched.changes)
        for path in changed:
            try:
                text = (await trio.to_thread.run_sync(read_bytes, path, str(path))).decode(errors="surrogateescape")
            except SwitchError as error:
                watched.found_wrong(path, [str(error)])
                tell(Notice("scenario", f"{error}; its earlier rules stay"))
                continue
            answer = await carry_out({"do": "apply", "name": path.stem, "text": text})
            mistakes = [*answer.get("mistakes", ()), *([answer["error"]] if "error" in answer else [])]
            mistakes = [_at(path, sentence) for sentence in mistakes]
            watched.found_wrong(path, mistakes)
            for sentence in mistakes:
                tell(Notice("scenario", f"{sentence}; its earlier rules stay"))
            if not mistakes:
                for sentence in (f"{path}: read again, {plural(len(answer['rules']), 'rule')}", *answer["warnings"]):
                    tell(Notice("scenario", sentence))
        for path in gone:
            watched.found_wrong(path, [])
            listed = await carry_out({"do": "list"})
            ids = [rule["id"] for rule in listed["rules"] if rule["from"] == path.stem]
            await carry_out({"do": "remove", "ids": ids})
            tell(Notice("scenario", f"{path}: gone, and its {plural(len(ids), 'rule')} with it"))


def _at(path: Path, sentence: str) -> str:
    """A mistake with the file as every other line names it: with its folder."""
    return sentence.replace(path.name, str(path), 1) if sentence.startswith(f"{path.name}:") else sentence
