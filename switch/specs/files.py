"""The TOML files of a specification folder, read once each. The only module that reads TOML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import tomli

from switch.errors import SpecError, SwitchError
from switch.machine.files import kind_at, read_whole
from switch.spec_table import Mistakes, SpecTable
from switch.specs.toml_lines import TomlLines

T = TypeVar("T")

FOLDERS: Final = (".", "accounting", "dialects", "fees", "issuers", "scenarios")  #: where TOML files of a specification stand
FILE_BYTES_MAX: Final = 16 * 1024 * 1024  #: of one file: a hundred thousand cards; more takes minutes to read
NUMBER_DIGITS: Final = 4_000  #: Python reads numbers of up to 4,300 digits
_DEEP: Final = re.compile(r"(?:[\[]\s*){50}|(?:\{\s*[^\s={]{1,40}\s*=\s*){50}")  #: brackets opened one within the other
_LONG_NUMBER: Final = re.compile(rf"[0-9_]{{{NUMBER_DIGITS}}}")


class Files:
    """The TOML files of one specs folder; ``table`` gives a fresh view at every call. ``mistakes`` are those found so far."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            found = kind_at(folder) or ("a file" if folder.exists() else "no such folder")
            raise SpecError(str(folder), "", found, "a folder with centre.toml in it")
        self.folder = folder
        self.mistakes: Mistakes = {}
        self._contents: dict[str, bytes] = {}
        self._parsed: dict[str, tuple[dict[str, Any], TomlLines] | SpecError] = {}

    def content(self, file: str) -> bytes:
        if file not in self._contents:
            self._contents[file] = read_bytes(self.folder / file, file)
        return self._contents[file]

    def table(self, file: str) -> SpecTable | None:
        """A view of a file; None, and a mistake, where it cannot be read."""
        if file not in self._parsed:
            try:
                self._parsed[file] = parse(file, self.content(file))
            except SpecError as error:
                self._parsed[file] = self.mistakes[file, "", str(error.found)] = error
        parsed = self._parsed[file]
        return None if isinstance(parsed, SpecError) else SpecTable(file, parsed[0], lines=parsed[1], mistakes=self.mistakes)

    def has(self, file: str) -> bool:
        """Whether there is such a file, or anything of its name: for files that may be missing."""
        return (self.folder / file).exists()

    def read(self, file: str, read: Callable[[SpecTable], T]) -> T | None:
        """What ``read`` makes of a file; None where that has mistakes."""
        table = self.table(file)
        return table.reading(read) if table is not None else None

    def tables(self, file: str, key: str) -> list[SpecTable]:
        """The tables of an array in a file; none where that cannot be read."""
        table = self.table(file)
        return list(table.tables(key)) if table is not None else []

    def names(self, kind: str) -> list[str]:
        """The names of the files of one sub-folder, in order."""
        return sorted(path.stem for path in (self.folder / kind).glob("*.toml"))

    def digest(self) -> str:
        """SHA-256 over the names and bytes of all files, in the order of their names."""
        import hashlib

        paths = (path for kind in FOLDERS for path in (self.folder / kind).glob("*.toml"))
        whole = hashlib.sha256()
        for file in sorted(path.relative_to(self.folder).as_posix() for path in paths):
            content = self.content(file)
            whole.update(f"{file}\0{len(content)}\0".encode(errors="surrogateescape") + content)
        return whole.hexdigest()


def read_bytes(path: Path, file: str) -> bytes:
    """The bytes of a file; ``file`` is its name in errors."""
    try:
        return read_whole(path, FILE_BYTES_MAX)
    except FileNotFoundError:
        raise SpecError(file, "", "no such file", "a TOML file (see README.md of the specs folder)") from None
    except SwitchError as found:
        raise SpecError(file, "", str(found), "a TOML file") from None


def parse(file: str, content: bytes) -> tuple[dict[str, Any], TomlLines]:
    """The values of a TOML file and the line each key stands on."""
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        bad = content.count(b"\n", 0, fault.start) + 1
        raise SpecError(file, "", f"byte 0x{content[fault.start]:02x}", "text in UTF-8", bad) from None
    try:
        return tomli.loads(text), TomlLines(text)
    except tomli.TOMLDecodeError as fault:
        what, _, place = str(fault).partition(" (at ")
        number = re.match(r"line (\d+)", place)
        last = text.count("\n") + (not text.endswith("\n"))
        found, line = f"broken TOML ({what})", int(number[1]) if number else last
    except RecursionError:
        found, line = "brackets within brackets, too many of them", _line(_DEEP, text)
    except ValueError:  # what Python makes no number or date of
        line = _line(_LONG_NUMBER, text)
        found = f"a number of {NUMBER_DIGITS} digits or more" if line else "a value that cannot be read"
    raise SpecError(file, "", found, "a TOML file", line)


def _line(pattern: re.Pattern[str], text: str) -> int:
    """The line something begins on; 0 where it stands nowhere."""
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def one_of(names: Mapping[str, object] | list[str]) -> str:
    """What is expected of a name."""
    return "one of " + ", ".join(sorted(names))
