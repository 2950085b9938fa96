"""A page, read from top to bottom by a reader who types every command of it.

``python -m tests.docs.running [--update] [PAGE ...]`` does so by hand; with ``--update`` it writes outputs anew where they
differ.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.docs.blocks import ROOT, Block, agrees, blocks_of, commands_of, renewed, with_outputs
from tests.docs.session import Session

FOLDERS: Final = ("docs/tutorials", "docs/how-to", "docs/fr")
RUN: Final = {"sh", "console", "python", "toml", "sql", "text"}
STARTS: Final = re.compile(r"^switch up\b(?!.*[&|]\s*(?:#.*)?$)", re.MULTILINE)
ASKS: Final = re.compile(
    r"switch (?:send|explain|trace|tail|day|statement|check)\b(?!.* --(?:data|ready-file|help)\b)|\b858\d\b"
)
ELSEWHERE: Final = re.compile(
    r"\bSWITCH_DATA="
)  #: in a page that names another data folder for all its commands: it needs no centre


def pages() -> list[Path]:
    return [page for folder in FOLDERS for page in sorted((ROOT / folder).glob("*.md"))]


class Reader:
    """Types what a page says; ``faults`` is what is wrong, ``differences`` outputs that differ, ``outputs`` the new ones."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.page, self.faults, self.differences = page, list[str](), list[str]()
        self.outputs = dict[tuple[int, int], list[str]]()
        self._session = Session(folder, page.read_text(encoding="utf-8"))
        shell = [block for block in blocks_of(page) if block.language in ("sh", "console") and not block.not_run]
        self._commands = "\n".join(block.text for block in shell)
        self._elsewhere = bool(ELSEWHERE.search(self._commands))
        self._starts = bool(STARTS.search(re.sub(r"^\$ ", "", self._commands, flags=re.MULTILINE)))
        shutil.copytree(ROOT / "docs/examples", self._session.folder / "docs/examples")

    def read(self) -> None:
        try:
            for block in blocks_of(self.page):
                if block.language in RUN and not block.not_run:
                    getattr(self, f"_{block.language}")(block)
        finally:
            self._session.close()

    def _fault(self, block: Block, what: str) -> None:
        self.faults.append(f"{block.page}:{block.line}: {what}")

    def _type(self, command: str) -> tuple[int, str]:
        if STARTS.match(command):
            return 0, self._session.up(command)
        if not (self._starts or self._elsewhere or self._session.has_centre) and ASKS.search(command):
            self._session.up()
        return self._session.run(command)

    def _console(self, block: Block) -> None:
        for command in commands_of(block):
            _, printed = self._type(command.text)
            if not agrees(command.output, printed):
                self.outputs[block.line, command.at] = renewed(command.output, printed)
                shown = "\n".join(command.output)
                self.differences.append(f"{block.page}:{block.line}: $ {command.text}\n--- page\n{shown}\n--- now\n{printed}")

    def _sh(self, block: Block) -> None:
        if self._write(block):
            return
        lines, waiting = block.text, ""
        for line in lines.splitlines(keepends=True):
            if STARTS.match(line):
                self._script(block, waiting)
                self._session.up(line.rstrip())
                waiting = ""
            else:
                waiting += line
        self._script(block, waiting)

    def _script(self, block: Block, script: str) -> None:
        if script.strip():
            code, printed = self._type(script)
            if code:
                self._fault(block, f"exit code {code}: {printed}")

    def _write(self, block: Block) -> bool:
        """Write the file that the block is; False if it is none."""
        if block.file is None:
            return False
        name, at_end = block.file
        path = self._session.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if at_end:
            assert path.exists(), f"{block.page}:{block.line}: there is no {name}"
        with path.open("a" if at_end else "w", encoding="utf-8") as file:
            file.write("\n" + block.text)
        return True

    def _toml(self, block: Block) -> None:
        tomllib.loads(block.text)
        if not self._write(block):
            self._fault(block, "a TOML block begins with the name of its file: # NAME.toml or # at the end of NAME.toml")

    def _python(self, block: Block) -> None:
        if self._write(block):
            assert block.file
            if block.file[0] not in self._commands and "pytest" not in self._commands:
                self._fault(block, "no command of the page runs it")
            return
        (self._session.folder / "block.py").write_text(block.text, encoding="utf-8")
        self._script(block, "python block.py")

    def _sql(self, block: Block) -> None:
        """The first line names the database: ``-- day/books.db``; the page's own commands have made it."""
        assert block.file, f"{block.page}:{block.line}: the first line of SQL names its database: -- day/books.db"
        with closing(sqlite3.connect(f"file:{self._session.folder / block.file[0]}?mode=ro", uri=True)) as database:
            try:
                database.execute(block.text).fetchall()
            except sqlite3.Error as error:
                self._fault(block, str(error))

    def _text(self, block: Block) -> None:
        """Each line stands in the first terminal; ``…`` is any part of it."""
        shown = self._session.shown().splitlines()
        for line in block.lines if block.shown_by else ():
            if not any(agrees([line], each) for each in shown):
                self._fault(block, f"the terminal of switch up does not show {line!r} but:\n" + "\n".join(shown))


def read(page: Path, *, update: bool = False) -> list[str]:
    """Run a page; its faults. With ``update``, outputs that differ are written into it and are no faults."""
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        reader = Reader(page, Path(folder))
        reader.read()
    if update and reader.outputs:
        page.write_text(with_outputs(page, reader.outputs), encoding="utf-8")
        print(f"{page.relative_to(ROOT)}: {len(reader.outputs)} outputs are new")
    return reader.faults + ([] if update else reader.differences)


def main(arguments: list[str]) -> int:
    update = "--update" in arguments
    named = [Path(each).resolve() for each in arguments if each != "--update"]
    faults = [fault for page in named or pages() for fault in read(page, update=update)]
    print("\n\n".join(faults) or "every block does what its page shows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
