"""Specifications read from a folder, or from the one embedded; which one a data folder's centre runs on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from switch.business_day import Calendar
from switch.clearing.interchange import InterchangeTable
from switch.errors import DataFolderError, SpecsError, SwitchError
from switch.iso8583.dialect import Dialect
from switch.issuers.profile import Profile
from switch.issuers.scenario import Scenario
from switch.machine.files import kind_at, read_whole
from switch.machine.private import write_text
from switch.merchant import Merchant
from switch.routing.table.routes import RoutingTable
from switch.settlement.discount import DiscountTable, VatTable
from switch.spec_table import Mistakes, SpecTable
from switch.specs.card_files import card_file_mistakes, read_cards
from switch.specs.checks import CHECKS, DEFAULT_CONTRACT, Known, check_coverage, check_dialects, check_rules
from switch.specs.files import Files, one_of, parse, read_bytes
from switch.specs.specification import ACCEPT, CentreProfile, Fees, Specs

SPECS_NOTE: Final = "specs.txt"  #: in a data folder: the specification its centre runs on; empty for the embedded one
NOTE_BYTES_MAX: Final = 16_384  #: of that file; four times the longest path


def default_folder() -> Path:
    """The specification shipped with the package: ``switch/default_specs`` once installed, ``specs/`` in a checkout."""
    package = Path(str(resources.files("switch")))
    embedded = package / "default_specs"
    return embedded if embedded.is_dir() else package.parent / "specs"


def load_specs(folder: Path | None = None, *, today: str | None = None) -> Specs:
    """The specification of a folder, or the embedded default. SpecError names what is wrong: its ``mistakes`` are all of them.

    With ``today``, an ISO date, every sale of that business date must have its rates, too.
    """
    files = Files(default_folder() if folder is None else folder)
    centre = files.read("centre.toml", CentreProfile.from_toml)
    dialects = _dialects(files)
    issuers = {name: files.read(f"issuers/{name}.toml", partial(_issuer, files, name)) for name in files.names("issuers")}
    routing = files.read("routing.toml", RoutingTable.from_toml)
    merchants = files.read("merchants.toml", _merchants)
    interchange = files.read("fees/interchange.toml", InterchangeTable.from_toml)
    discount = files.read("fees/discount.toml", DiscountTable.from_toml)
    vat = files.read("fees/vat.toml", VatTable.from_toml)
    calendar = files.read("calendar.toml", Calendar.from_toml)
    scenarios = {
        name: files.read(f"scenarios/{name}.toml", partial(Scenario.from_toml, name)) for name in files.names("scenarios")
    }
    for check in CHECKS:
        check(files, routing)
    unsaid = check_dialects(files, dialects)
    if today is not None:
        check_coverage(files, today, routing, interchange, discount, vat)
        for profile in issuers.values():
            if profile is not None and profile.managed:
                files.mistakes.update(card_file_mistakes(profile, routing))
    _refuse(files.mistakes, ": `switch specs check` names all")
    assert centre is not None, "a part that is missing is a mistake"
    assert routing is not None
    assert merchants is not None
    assert interchange is not None
    assert discount is not None
    assert vat is not None
    assert calendar is not None
    return Specs(
        folder=files.folder,
        digest=files.digest(),
        centre=centre,
        dialects=dialects,
        issuers=MappingProxyType({name: profile for name, profile in issuers.items() if profile is not None}),
        routing=routing,
        merchants=merchants[0],
        default_contract=merchants[1] if centre.unknown_merchants == ACCEPT else None,
        fees=Fees(interchange=interchange, discount=discount, vat=vat),
        calendar=calendar,
        scenarios=MappingProxyType({name: scenario for name, scenario in scenarios.items() if scenario is not None}),
        unsaid=unsaid,
    )


def _refuse(mistakes: Mistakes, advice: str = "") -> None:
    """Raise what was found, file by file and line by line; ``advice`` follows a first of several."""
    found = sorted(mistakes.values(), key=lambda mistake: (mistake.file, mistake.line or 0))
    if found:
        raise found[0] if len(found) == 1 else SpecsError(found, advice)


def remember_specs(data: Path, folder: Path | None) -> None:
    """Note in a data folder which specification its centre runs on, for the commands that work on the folder later."""
    note, text = data / SPECS_NOTE, "" if folder is None else str(folder.resolve())
    kind = kind_at(note)
    if kind is not None:
        raise DataFolderError(f"{note}: found {kind}, expected a file that can be written")
    try:
        write_text(note, text + "\n")
    except OSError as fault:
        raise DataFolderError(f"{note}: found {fault.strerror}, expected a file that can be written") from None


def specs_of(data: Path, given: Path | None) -> Specs:
    """The specification to work on a data folder with: the one given, else the one its centre ran on."""
    noted = _noted(data / SPECS_NOTE) if given is None else ""
    return load_specs(Path(noted) if noted else given)


def _noted(note: Path) -> str:
    """The folder a note names; empty for the embedded one, and where there is no note."""
    try:
        return read_whole(note, NOTE_BYTES_MAX).decode(errors="surrogateescape").strip() if note.exists() else ""
    except (OSError, SwitchError) as error:
        raise DataFolderError(f"{note}: found {error}, expected the name of the folder of a specification") from None


def scenario_path(given: Path, specs: Specs) -> Path:
    """The file a scenario option means: a file, or the name of one in the specification's ``scenarios``."""
    folder = specs.folder / "scenarios"
    named = folder / f"{given}.toml"
    if given.is_file() or given.suffix or len(given.parts) > 1:
        return given
    if not named.is_file():
        names = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "none"
        raise SwitchError(
            f"--scenario: found {str(given)!r}, expected a file or one of the specification's scenarios ({names})"
        )
    return named


def load_scenario(path: Path, specs: Specs) -> Scenario:
    """The scenario of one file, wherever it stands; what its rules name is of ``specs``. SpecError as in ``load_specs``."""
    file, mistakes = str(path), Mistakes()
    values, lines = parse(file, read_bytes(path, file))
    scenario = SpecTable(file, values, lines=lines, mistakes=mistakes).reading(partial(Scenario.from_toml, path.stem))
    check_rules(SpecTable(file, values, lines=lines, mistakes=mistakes), Known.of(specs))
    _refuse(mistakes)
    assert scenario is not None
    return scenario


def _dialects(files: Files) -> Mapping[str, Dialect]:
    """The dialects that have no mistake, and extend none that has."""
    names = files.names("dialects")
    loaded: dict[str, Dialect | None] = {}

    def load(name: str, above: tuple[str, ...]) -> Dialect | None:
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

    return MappingProxyType({name: dialect for name in names if (dialect := load(name, ())) is not None})


def prove_cards(specs: Specs, issuer_id: str) -> None:
    """SpecError where the card file of an issuer has mistakes: reading one for every command would take too long."""
    _refuse(card_file_mistakes(specs.issuers[issuer_id], specs.routing))


def _issuer(files: Files, name: str, table: SpecTable) -> Profile:
    if table.peek("id", str) not in (None, name):
        table.mistake("id", repr(table.text("id")), f"{name!r}, the name of the file")
    profile = Profile.from_toml(table)
    if profile.card_file is None:
        return profile
    path = files.folder / profile.card_file
    if not path.is_file():
        table.mistake("card_file", repr(profile.card_file), "a file of cards, named from the folder of the specification")
        return profile
    return profile.with_sheet(partial(read_cards, path, profile.card_file))


def _merchants(table: SpecTable) -> tuple[Mapping[str, Merchant], Merchant | None]:
    """The merchants with a contract of their own, and the contract of all others, where there is one."""
    merchants = {merchant.id: merchant for _, merchant in table.each("merchant", Merchant.from_toml)}
    others = table.table(DEFAULT_CONTRACT).reading(Merchant.default_from_toml) if DEFAULT_CONTRACT in table else None
    table.done()
    return MappingProxyType(merchants), others
