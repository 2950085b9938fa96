"""Specifications read whole, from a folder or from the one embedded, and checked; scenarios read by themselves."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from switch.accounting.chart import Chart
from switch.clearing.interchange import InterchangeTable
from switch.disputes.terms import DISPUTES_FILE, NO_TERMS, DisputeTerms
from switch.errors import SwitchError
from switch.iso8583.scripted.element_names import numbers_by_name
from switch.rates import NO_RATES, RateTable
from switch.routing.table.routes import RoutingTable
from switch.scenarios.host_scenario import HostScenario
from switch.settlement.discount import DiscountTable, VatTable
from switch.spec_table import Mistakes, SpecTable
from switch.specs.card_checks import card_file_mistakes
from switch.specs.centre_profile import ACCEPT
from switch.specs.checks import CHECKS, Known, check_coverage, check_dialects
from switch.specs.currencies import RATES_FILE, check_currencies
from switch.specs.files import parse, read_bytes
from switch.specs.folder import default_folder, folder_of
from switch.specs.gateway.gateway_checks import GATEWAY_FILE, check_gateway
from switch.specs.gateway.gateway_profile import GatewayProfile
from switch.specs.mail.mail_profile import MailProfile
from switch.specs.parts import dialects_of, files_of, issuers_of, read_calendar, read_centre, read_merchants, refuse
from switch.specs.scenario_checks import check_rules, check_scenarios
from switch.specs.specification import Fees, Specs
from switch.transfers.payer import TransferProfile

MAIL_FILE: Final = "mail.toml"  #: it may be missing, as may those of rates and disputes
TRANSFERS_FILE: Final = "transfers.toml"  #: may be missing


def load_specs(folder: Path | None = None, *, today: str | None = None) -> Specs:
    """The specification of a folder, or the embedded default. SpecError names what is wrong: its ``mistakes`` are all of them.

    With ``today``, an ISO date, every sale of that business date must have its rates, too.
    """
    files = files_of(folder)
    centre = read_centre(files)
    dialects = dialects_of(files).right()
    issuers = issuers_of(files).right()
    routing = files.read("routing.toml", RoutingTable.from_toml)
    merchants = read_merchants(files)
    interchange = files.read("fees/interchange.toml", InterchangeTable.from_toml)
    discount = files.read("fees/discount.toml", DiscountTable.from_toml)
    vat = files.read("fees/vat.toml", VatTable.from_toml)
    calendar = read_calendar(files)
    rates = files.read(RATES_FILE, RateTable.from_toml) if files.has(RATES_FILE) else NO_RATES
    disputes = files.read(DISPUTES_FILE, DisputeTerms.from_toml) if files.has(DISPUTES_FILE) else NO_TERMS
    numbers = numbers_by_name(dialects.values())
    scenarios = {
        name: files.read(f"scenarios/{name}.toml", partial(HostScenario.from_toml, name, names=numbers))
        for name in files.names("scenarios")
    }
    mail = files.read(MAIL_FILE, MailProfile.from_toml) if (files.folder / MAIL_FILE).exists() else MailProfile()
    gateway = files.read(GATEWAY_FILE, GatewayProfile.from_toml) if files.has(GATEWAY_FILE) else GatewayProfile()
    transfers = files.read(TRANSFERS_FILE, TransferProfile.from_toml) if files.has(TRANSFERS_FILE) else TransferProfile()
    charts = {name: files.read(f"accounting/{name}.toml", partial(Chart.from_toml, name)) for name in files.names("accounting")}
    for check in CHECKS:
        check(files, routing)
    if files.has(GATEWAY_FILE):
        check_gateway(files.tables)
    check_scenarios(files, dialects)
    unsaid = check_dialects(files, dialects)
    check_currencies(files, rates, dialects, today)
    if today is not None:
        check_coverage(files, today, routing, interchange, discount, vat)
        for profile in issuers.values():
            if profile.managed:
                files.mistakes.update(card_file_mistakes(profile, routing))
    refuse(files.mistakes, ": `switch specs check` names all")
    assert centre is not None, "a part that is missing is a mistake"
    assert routing is not None
    assert merchants is not None
    assert interchange is not None
    assert discount is not None
    assert vat is not None
    assert calendar is not None
    assert mail is not None
    assert transfers is not None
    assert rates is not None
    assert gateway is not None
    assert disputes is not None
    return Specs(
        folder=files.folder,
        digest=files.digest(),
        centre=centre,
        dialects=dialects,
        issuers=issuers,
        routing=routing,
        merchants=merchants[0],
        default_contract=merchants[1] if centre.unknown_merchants == ACCEPT else None,
        fees=Fees(interchange=interchange, discount=discount, vat=vat),
        calendar=calendar,
        scenarios=MappingProxyType({name: scenario for name, scenario in scenarios.items() if scenario is not None}),
        mail=mail,
        transfers=transfers,
        charts=MappingProxyType({name: chart for name, chart in charts.items() if chart is not None}),
        rates=rates,
        gateway=gateway,
        disputes=disputes,
        unsaid=unsaid,
    )


def specs_of(data: Path, given: Path | None) -> Specs:
    """The specification to work on a data folder with: the one given, else the one its centre ran on."""
    return load_specs(folder_of(data, given))


LIBRARY: Final = "scenarios/library"  #: scenarios that come with a specification; each is read when it is named


def library_folder(folder: Path | None = None) -> Path:
    """The library of scenarios of a specification; the embedded one, where it has none of its own."""
    own = (folder or default_folder()) / LIBRARY
    return own if own.is_dir() else default_folder() / LIBRARY


def scenario_names_of(specs: Specs) -> list[str]:
    """The names by which scenarios may be called: those of the specification, and those of its library."""
    return [*specs.scenarios, *sorted(path.stem for path in library_folder(specs.folder).glob("*.toml"))]


def scenario_path(given: Path, specs: Specs) -> Path:
    """The file a scenario option means: a file, or the name of one in the specification's ``scenarios`` or their library."""
    folder = specs.folder / "scenarios"
    if given.is_file() or given.suffix or len(given.parts) > 1:
        return given
    places = [place / f"{given}.toml" for place in (folder, library_folder(specs.folder))]
    named = next((path for path in places if path.is_file()), None)
    if named is None:
        near = get_close_matches(str(given)[:80], scenario_names_of(specs), n=1)
        names = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "none"
        raise SwitchError(
            f"--scenario: found {str(given)!r}, expected {f'{near[0]} (the nearest), ' if near else ''}"
            f"a file or one of the specification's scenarios ({names}; `switch scenario library` lists others)"
        )
    return named


def load_scenario(path: Path, specs: Specs) -> HostScenario:
    """The scenario of one file, wherever it stands; what its rules name is of ``specs``. SpecError as in ``load_specs``."""
    file, mistakes = str(path), Mistakes()
    values, lines = parse(file, read_bytes(path, file))
    played = read_scenario(SpecTable(file, values, lines=lines, mistakes=mistakes), path.stem, specs)
    refuse(mistakes)
    assert played is not None
    return played


def scenario_of(specs: Specs, name: str, text: str) -> HostScenario:
    """The scenario in the text of a file. SpecError as in ``load_specs``."""
    file, mistakes = f"{name}.toml", Mistakes()
    values, lines = parse(file, text.encode(errors="surrogateescape"))
    played = read_scenario(SpecTable(file, values, lines=lines, mistakes=mistakes), name, specs)
    refuse(mistakes)
    assert played is not None
    return played


def read_scenario(table: SpecTable, name: str, specs: Specs) -> HostScenario | None:
    """The scenario of a table that has a place for mistakes; None where it has some."""
    names = numbers_by_name(specs.dialects.values())
    played = table.fresh().reading(partial(HostScenario.from_toml, name, names=names))
    check_rules(table.fresh(), Known.of(specs))
    return played


def prove_cards(specs: Specs, issuer_id: str) -> None:
    """SpecError where the card file of an issuer has mistakes: reading one for every command would take too long."""
    refuse(card_file_mistakes(specs.issuers[issuer_id], specs.routing))
