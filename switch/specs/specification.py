"""What the specification says, read and checked: all of it together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from switch.accounting.chart import Chart
from switch.business_day import Calendar
from switch.clearing.interchange import InterchangeTable
from switch.disputes.terms import NO_TERMS, DisputeTerms
from switch.errors import SpecError
from switch.iso8583.dialect import Dialect
from switch.issuers.profile import Profile
from switch.merchant import Merchant
from switch.rates import NO_RATES, RateTable
from switch.record import frozen
from switch.routing.table.routes import RoutingTable
from switch.scenarios.host_scenario import HostScenario
from switch.settlement.discount import DiscountTable, VatTable
from switch.specs.centre_profile import CentreProfile
from switch.specs.gateway.gateway_profile import GatewayProfile
from switch.specs.mail.mail_profile import MailProfile
from switch.transfers.payer import TransferProfile


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
    centre: CentreProfile
    dialects: Mapping[str, Dialect]
    issuers: Mapping[str, Profile]
    routing: RoutingTable
    merchants: Mapping[str, Merchant]
    default_contract: Merchant | None  #: of every merchant that is not in ``merchants``; None: they are refused
    fees: Fees
    calendar: Calendar
    scenarios: Mapping[str, HostScenario]
    mail: MailProfile = MailProfile()  #: of ``mail.toml``, which may be missing
    transfers: TransferProfile = TransferProfile()  #: of ``transfers.toml``, which may be missing
    charts: Mapping[str, Chart] = MappingProxyType({})  #: of accounts, of ``accounting/``, by name
    rates: RateTable = NO_RATES  #: of accounts in other currencies than their sales
    gateway: GatewayProfile = GatewayProfile()  #: of ``gateway.toml``, which may be missing
    disputes: DisputeTerms = NO_TERMS  #: of ``disputes.toml``, which may be missing
    unsaid: tuple[SpecError, ...] = ()  #: what the centre may have to say on a line and its dialect cannot
