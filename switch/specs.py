"""The specification: what the house knows, as files a banker may edit. The only module that reads TOML.

``load_specs`` reads a whole folder (the embedded default where none is given) and checks it across files, so that a centre
starts with all of it right or says in one sentence which file, line and key is wrong. ``specs/README.md`` lists every key.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from switch.business_day import Calendar
from switch.card import Pan
from switch.clearing.interchange import InterchangeTable
from switch.errors import DataFolderError, SpecError, SwitchError
from switch.iso8583.dialect import Dialect
from switch.iso8583.framing import HeaderFormat
from switch.issuers.profile import ECHO_SECONDS, ECHO_SECONDS_MAX, SERIES_BODY_DIGITS, CardSeries, Profile
from switch.issuers.scenario import Scenario
from switch.merchant import Merchant
from switch.private import write_text
from switch.routing.table import RoutingTable
from switch.settlement.discount import DiscountTable, VatTable
from switch.spec_table import SpecTable
from switch.toml_lines import toml_lines

SPECS_NOTE: Final = "specs.txt"  #: in a data folder: the specification its centre runs on; empty for the embedded one
FOLDERS: Final = (".", "dialects", "fees", "issuers", "scenarios")  #: where TOML files of a specification stand
KEEP, DROP = "keep", "drop"
UNREADABLE: Final = (KEEP, DROP)  #: what becomes of a line after a message that cannot be answered


@frozen(kw_only=True)
class Listener:
    """A line acquirers call in on."""

    name: str
    port: int
    dialect: str
    header: HeaderFormat
    tpdu: bool  #: whether each message carries a TPDU between length header and MTI
    unreadable: str = KEEP  #: one of UNREADABLE: what becomes of the line after a message that cannot be answered
    echo_seconds: int = ECHO_SECONDS  #: silence after which an acquirer that signed on is asked for an echo; 0: never

    @classmethod
    def from_toml(cls, table: SpecTable) -> Listener:
        listener = cls(
            name=table.text("name", pattern=r"[a-z0-9_]+", expected="small letters, digits and underscores"),
            port=table.integer("port", low=1, high=65_535),
            dialect=table.text("dialect"),
            header=_header(table),
            tpdu=table.flag("tpdu", False),
            unreadable=table.choice("unreadable", UNREADABLE, KEEP),
            echo_seconds=table.integer("echo_seconds", ECHO_SECONDS, high=ECHO_SECONDS_MAX),
        )
        table.done()
        return listener


@frozen(kw_only=True)
class Centre:
    """The centre itself; ``institution_id`` is its DE 32, ``country`` its ISO 3166 number."""

    name: str
    institution_id: str
    country: str
    listeners: tuple[Listener, ...]

    @classmethod
    def from_toml(cls, table: SpecTable) -> Centre:
        own = table.table("centre")
        centre = cls(
            name=own.text("name"),
            institution_id=own.text("institution_id", pattern=r"\d{1,11}", expected="1 to 11 digits"),
            country=own.text("country", pattern=r"\d{3}", expected="three digits (ISO 3166), such as 504"),
            listeners=tuple(Listener.from_toml(entry) for entry in table.tables("listener")),
        )
        if not centre.listeners:
            table.wrong("listener", "nothing", "at least one [[listener]]")
        own.done()
        table.done()
        return centre


@frozen(kw_only=True)
class Fees:
    """The dated fee tables of ``fees/``."""

    interchange: InterchangeTable
    discount: DiscountTable
    vat: VatTable


@frozen(kw_only=True, eq=False)
class Specs:
    """A whole specification, read and checked. ``digest`` (SHA-256, hex) names it: same files, same digest."""

    folder: Path
    digest: str
    centre: Centre
    dialects: Mapping[str, Dialect]
    issuers: Mapping[str, Profile]
    routing: RoutingTable
    merchants: Mapping[str, Merchant]
    fees: Fees
    calendar: Calendar
    scenarios: Mapping[str, Scenario]


class _Files:
    """The TOML files of one specs folder, each read once; ``table`` gives a fresh view at every call."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SpecError(str(folder), "", "no such folder", "a folder with centre.toml in it")
        self.folder = folder
        self._contents: dict[str, bytes] = {}
        self._parsed: dict[str, tuple[dict[str, Any], dict[str, int]]] = {}

    def content(self, file: str) -> bytes:
        if file not in self._contents:
            self._contents[file] = _read(self.folder / file, file)
        return self._contents[file]

    def table(self, file: str) -> SpecTable:
        if file not in self._parsed:
            self._parsed[file] = _parse(file, self.content(file))
        values, lines = self._parsed[file]
        return SpecTable(file, values, lines=lines)

    def names(self, kind: str) -> list[str]:
        """The names of the files of one sub-folder, in order."""
        return sorted(path.stem for path in (self.folder / kind).glob("*.toml"))

    def digest(self) -> str:
        """SHA-256 over the names and bytes of all files, in the order of their names."""
        paths = (path for kind in FOLDERS for path in (self.folder / kind).glob("*.toml"))
        whole = hashlib.sha256()
        for file in sorted(path.relative_to(self.folder).as_posix() for path in paths):
            content = self.content(file)
            whole.update(f"{file}\0{len(content)}\0".encode() + content)
        return whole.hexdigest()


def default_folder() -> Path:
    """The specification shipped with the package: ``switch/default_specs`` once installed, ``specs/`` in a checkout."""
    package = Path(str(resources.files("switch")))
    embedded = package / "default_specs"
    return embedded if embedded.is_dir() else package.parent / "specs"


def load_specs(folder: Path | None = None) -> Specs:
    """The specification of a folder, or the embedded default; SpecError names the first thing that is wrong."""
    files = _Files(default_folder() if folder is None else folder)
    specs = Specs(
        folder=files.folder,
        digest=files.digest(),
        centre=Centre.from_toml(files.table("centre.toml")),
        dialects=_dialects(files),
        issuers=_issuers(files),
        routing=RoutingTable.from_toml(files.table("routing.toml")),
        merchants=_merchants(files.table("merchants.toml")),
        fees=Fees(
            interchange=InterchangeTable.from_toml(files.table("fees/interchange.toml")),
            discount=DiscountTable.from_toml(files.table("fees/discount.toml")),
            vat=VatTable.from_toml(files.table("fees/vat.toml")),
        ),
        calendar=Calendar.from_toml(files.table("calendar.toml")),
        scenarios=MappingProxyType({name: _scenario(name, files) for name in files.names("scenarios")}),
    )
    for check in CHECKS:
        check(specs, files)
    return specs


def remember_specs(data: Path, folder: Path | None) -> None:
    """Note in a data folder which specification its centre runs on, for the commands that work on the folder later."""
    text = "" if folder is None else str(folder.resolve())
    write_text(data / SPECS_NOTE, text + "\n")


def specs_of(data: Path, given: Path | None) -> Specs:
    """The specification to work on a data folder with: the one given, else the one its centre ran on."""
    note = data / SPECS_NOTE
    try:
        noted = note.read_text(encoding="utf-8").strip() if given is None and note.is_file() else ""
    except OSError as error:
        raise DataFolderError(f"{note}: found {error.strerror}, expected a file that can be read") from None
    return load_specs(given if not noted else Path(noted))


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
    """The scenario of one file, wherever it stands; the issuers it names have to be issuers of ``specs``."""
    file = str(path)
    values, lines = _parse(file, _read(path, file))
    scenario = Scenario.from_toml(path.stem, SpecTable(file, values, lines=lines))
    _check_rule_issuers(SpecTable(file, values, lines=lines), specs)
    return scenario


def _dialects(files: _Files) -> Mapping[str, Dialect]:
    names = files.names("dialects")
    loaded: dict[str, Dialect] = {}

    def load(name: str, above: tuple[str, ...]) -> Dialect:
        if name not in loaded:
            table = files.table(f"dialects/{name}.toml")
            base = table.text("extends", None)
            if base is not None and base not in names:
                table.wrong("extends", repr(base), _one_of(names))
            if base in (*above, name):
                table.wrong("extends", repr(base), "a dialect that does not extend this one in turn")
            loaded[name] = Dialect.from_toml(name, table, load(base, (*above, name)) if base is not None else None)
        return loaded[name]

    return MappingProxyType({name: load(name, ()) for name in names})


def _issuers(files: _Files) -> Mapping[str, Profile]:
    issuers = {}
    for name in files.names("issuers"):
        table = files.table(f"issuers/{name}.toml")
        issuers[name] = Profile.from_toml(table)
        if table.text("id") != name:
            table.wrong("id", repr(table.text("id")), f"{name!r}, the name of the file")
    return MappingProxyType(issuers)


def _scenario(name: str, files: _Files) -> Scenario:
    return Scenario.from_toml(name, files.table(f"scenarios/{name}.toml"))


def _merchants(table: SpecTable) -> Mapping[str, Merchant]:
    merchants = {}
    for entry in table.tables("merchant"):
        merchant = Merchant.from_toml(entry)
        merchants[merchant.id] = merchant
    table.done()
    return MappingProxyType(merchants)


def _check_lines(specs: Specs, files: _Files) -> None:
    """Listeners and issuers speak dialects that exist; names, ports and addresses are used once."""
    centre = files.table("centre.toml")
    listeners = list(centre.tables("listener"))
    issuers = [files.table(f"issuers/{name}.toml") for name in specs.issuers]
    for entry in (*listeners, *issuers):
        if entry.text("dialect") not in specs.dialects:
            entry.wrong("dialect", repr(entry.text("dialect")), _one_of(specs.dialects))
        _header(entry)
    _check_unique(((entry, "name", entry.text("name")) for entry in listeners), "a name no other listener has")
    _check_unique(((entry, "port", entry.integer("port")) for entry in listeners), "a port no other listener has")
    _check_unique(((entry, "address", entry.text("address")) for entry in issuers), "an address no other issuer has")
    members = [centre.table("centre"), *issuers]
    _check_unique(
        ((entry, "institution_id", entry.text("institution_id")) for entry in members), "a code no other institution has"
    )


def _check_routing(specs: Specs, files: _Files) -> None:
    """Every range leads to an issuer."""
    for entry in files.table("routing.toml").tables("range"):
        if entry.text("issuer") not in specs.issuers:
            entry.wrong("issuer", repr(entry.text("issuer")), _one_of(specs.issuers))


def _check_cards(specs: Specs, files: _Files) -> None:
    """Every card is routed to the issuer that gave it out, so that none is a card of two issuers."""
    for name, profile in specs.issuers.items():
        table = files.table(f"issuers/{name}.toml")
        for entry, card in zip(table.tables("card"), profile.cards, strict=True):
            _check_routed(entry, "pan", card.pan, name, specs.routing)
        for entry, series in zip(table.tables("card_series"), profile.card_series, strict=True):
            for number in _numbers_to_look_at(series, specs.routing):
                _check_routed(entry, "bin", series.card(number).pan, name, specs.routing)


def _check_routed(entry: SpecTable, key: str, pan: Pan, issuer: str, routing: RoutingTable) -> None:
    route = routing.find(pan.digits)
    if route is None or route.issuer != issuer:
        expected = f"a card routing.toml leads to {issuer!r}"
        entry.wrong(key, f"{pan.masked}, which leads to {repr(route.issuer) if route else 'no issuer'}", expected)


def _numbers_to_look_at(series: CardSeries, routing: RoutingTable) -> list[int]:
    """First and last card of a series, and those at the edges of ranges: all others are routed like one of these."""
    base = int(series.bin.ljust(SERIES_BODY_DIGITS, "0"))
    edges = {1, series.count}
    for _, _, ranges in routing.ranges:
        for item in ranges:
            edges.add(int(item.low.ljust(SERIES_BODY_DIGITS, "0")) - base)
            edges.add(int(item.high.ljust(SERIES_BODY_DIGITS, "9")) + 1 - base)
    return sorted(edge for edge in edges if 1 <= edge <= series.count)


def _check_merchants(specs: Specs, files: _Files) -> None:
    """Merchant and terminal ids are used once; plans exist."""
    entries = list(files.table("merchants.toml").tables("merchant"))
    for entry in entries:
        if entry.text("plan") not in specs.fees.discount.plans:
            entry.wrong("plan", repr(entry.text("plan")), _one_of(specs.fees.discount.plans))
    _check_unique(((entry, "id", entry.text("id")) for entry in entries), "an id no other merchant has")
    terminals = ((entry, "terminals", terminal) for entry in entries for terminal in entry.texts("terminals"))
    _check_unique(terminals, "terminal ids that occur once")


def _check_scenarios(specs: Specs, files: _Files) -> None:
    """The rules of every scenario name issuers that exist."""
    for name in specs.scenarios:
        _check_rule_issuers(files.table(f"scenarios/{name}.toml"), specs)


def _check_rule_issuers(table: SpecTable, specs: Specs) -> None:
    for entry in table.tables("rule"):
        issuer = entry.text("issuer", None)
        if issuer is not None and issuer not in specs.issuers:
            entry.wrong("issuer", repr(issuer), _one_of(specs.issuers))


#: What has to hold between files, in the order it is looked at.
CHECKS: Final[tuple[Callable[[Specs, _Files], None], ...]] = (
    _check_lines,
    _check_routing,
    _check_cards,
    _check_merchants,
    _check_scenarios,
)


def _check_unique(values: Iterator[tuple[SpecTable, str, object]], expected: str) -> None:
    seen = set()
    for entry, key, value in values:
        if value in seen:
            entry.wrong(key, f"{value!r} a second time", expected)
        seen.add(value)


def _header(table: SpecTable) -> HeaderFormat:
    notation = table.text("header")
    try:
        return HeaderFormat.parse(notation)
    except ValueError as fault:
        table.wrong("header", repr(notation), str(fault))


def _one_of(names: Mapping[str, object] | list[str]) -> str:
    return "one of " + ", ".join(sorted(names))


def _read(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SpecError(file, "", "no such file", "a TOML file (see README.md of the specs folder)") from None
    except OSError as fault:
        raise SpecError(file, "", f"a file that cannot be read ({fault.strerror})", "a TOML file") from None


def _parse(file: str, content: bytes) -> tuple[dict[str, Any], dict[str, int]]:
    """The values of a TOML file and the line each key stands on."""
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise SpecError(file, "", f"byte 0x{content[fault.start]:02x}", "text in UTF-8", line) from None
    try:
        return tomllib.loads(text), toml_lines(text)
    except tomllib.TOMLDecodeError as fault:
        what, _, place = str(fault).partition(" (at ")
        number = re.match(r"line (\d+)", place)
        last = text.count("\n") + (not text.endswith("\n"))
        raise SpecError(file, "", f"broken TOML ({what})", "a TOML file", int(number[1]) if number else last) from None
