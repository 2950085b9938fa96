"""The parts of a specification one by one, for those who need only some: how to speak, to whom, and with which cards.

What is read here is right by itself. What parts must agree on, ``load`` checks, for whoever runs the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from switch.business_day import Calendar
from switch.errors import SpecsError
from switch.iso8583.dialect import Dialect
from switch.issuers.profile import Profile
from switch.merchant import Merchant
from switch.spec_table import Mistakes, SpecTable
from switch.specs.card_checks import read_cards
from switch.specs.centre_profile import CentreProfile
from switch.specs.files import Files, one_of
from switch.specs.folder import default_folder

T = TypeVar("T")

DEFAULT_CONTRACT: Final = "default_contract"  #: the table of the contract that stands for merchants no other one names


class Parts:
    """A specification whose parts are read when they are first asked for. SpecError or SpecsError where one has mistakes."""

    def __init__(self, folder: Path | None) -> None:
        self._files = files_of(folder)
        self.folder = self._files.folder
        self.dialects: Mapping[str, Dialect] = dialects_of(self._files)
        self.issuers: Mapping[str, Profile] = issuers_of(self._files)

    @cached_property
    def centre(self) -> CentreProfile:
        return self._sound(read_centre)

    @cached_property
    def merchants(self) -> Mapping[str, Merchant]:
        return self._sound(read_merchants)[0]

    @cached_property
    def calendar(self) -> Calendar:
        return self._sound(read_calendar)

    def _sound(self, read: Callable[[Files], T | None]) -> T:
        part = read(self._files)
        refuse(self._files.mistakes)
        assert part is not None, "a part that is missing is a mistake"
        return part


class _Named(Mapping[str, T]):
    """What a sub-folder has, by the names of its files, each read when it is asked for."""

    def __init__(self, files: Files, kind: str, read: Callable[[str], T | None]) -> None:
        self._files, self._names, self._read = files, files.names(kind), cache(read)

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        one = self._read(name)
        refuse(self._files.mistakes)
        assert one is not None, "a file without a mistake gives something"
        return one

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def right(self) -> Mapping[str, T]:
        """All that have no mistake."""
        return MappingProxyType({name: one for name in self._names if (one := self._read(name)) is not None})


def files_of(folder: Path | None) -> Files:
    """The files of a folder, or of the embedded specification."""
    return Files(default_folder() if folder is None else folder)


def read_centre(files: Files) -> CentreProfile | None:
    return files.read("centre.toml", CentreProfile.from_toml)


def read_calendar(files: Files) -> Calendar | None:
    return files.read("calendar.toml", Calendar.from_toml)


def dialects_of(files: Files) -> _Named[Dialect]:
    """The dialects; one with a mistake takes those with it that extend it."""
    names = files.names("dialects")
    loaded: dict[str, Dialect | None] = {}

    def load(name: str, above: tuple[str, ...] = ()) -> Dialect | None:
        if name not in loaded:
            loaded[name] = files.read(f"dialects/{name}.toml", lambda table: read(name, table, above))
        return loaded[name]

    def read(name: str, table: SpecTable, above: tuple[str, ...]) -> Dialect | None:
        extends = table.text("extends", None)
        if extends is None:
            return Dialect.from_toml(name, table, None)
        if extends not in names:
            table.wrong("extends", repr(extends), one_of(names))
        if extends in (*above, name):
            table.wrong("extends", repr(extends), "a dialect that does not extend this one in turn")
        base = load(extends, (*above, name))
        return Dialect.from_toml(name, table, base) if base is not None else None

    return _Named(files, "dialects", load)


def issuers_of(files: Files) -> _Named[Profile]:
    return _Named(files, "issuers", lambda name: files.read(f"issuers/{name}.toml", partial(_issuer, files.folder, name)))


def _issuer(folder: Path, name: str, table: SpecTable) -> Profile:
    if table.peek("id", str) not in (None, name):
        table.mistake("id", repr(table.text("id")), f"{name!r}, the name of the file")
    profile = Profile.from_toml(table)
    if profile.card_file is None:
        return profile
    path = folder / profile.card_file
    if not path.is_file():
        table.mistake("card_file", repr(profile.card_file), "a file of cards, named from the folder of the specification")
        return profile
    return profile.with_sheet(partial(read_cards, path, profile.card_file))


def read_merchants(files: Files) -> tuple[Mapping[str, Merchant], Merchant | None] | None:
    """The merchants with a contract of their own, and the contract of all others, where there is one."""
    return files.read("merchants.toml", _merchants)


def _merchants(table: SpecTable) -> tuple[Mapping[str, Merchant], Merchant | None]:
    merchants = {merchant.id: merchant for _, merchant in table.each("merchant", Merchant.from_toml)}
    others = table.table(DEFAULT_CONTRACT).reading(Merchant.default_from_toml) if DEFAULT_CONTRACT in table else None
    table.done()
    return MappingProxyType(merchants), others


def refuse(mistakes: Mistakes, advice: str = "") -> None:
    """Raise what was found, file by file and line by line; ``advice`` follows a first of several."""
    found = sorted(mistakes.values(), key=lambda mistake: (mistake.file, mistake.line or 0))
    if found:
        raise found[0] if len(found) == 1 else SpecsError(found, advice)
