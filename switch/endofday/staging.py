"""The staging tables a day is made from: the specification, resolved for its date, and what the journal has of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Protocol

from switch.business_day import Calendar
from switch.clearing import presentments as clearing
from switch.endofday.tariffs import FeeTables, Lacking, stage_dues, stage_groups, stage_tariffs
from switch.errors import SpecError
from switch.merchant import Merchant
from switch.money import currency_name
from switch.settlement.fees.dues import DUE_TABLES, RELEASES_WANTED
from switch.settlement.fees.entries import ADD_ENTRY_ACCOUNT, ENTRY_TABLES, entry_accounts
from switch.settlement.fees.lines import FEE_TABLES


class _Centre(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def institution_id(self) -> str: ...


class _Issuer(Protocol):
    @property
    def name(self) -> str: ...


class DaySpecs(Protocol):
    """What the day needs of the specification (``switch.specs.specification.Specs``)."""

    @property
    def digest(self) -> str: ...
    @property
    def centre(self) -> _Centre: ...
    @property
    def issuers(self) -> Mapping[str, _Issuer]: ...
    @property
    def merchants(self) -> Mapping[str, Merchant]: ...
    @property
    def default_contract(self) -> Merchant | None: ...
    @property
    def fees(self) -> FeeTables: ...
    @property
    def calendar(self) -> Calendar: ...


def stage(connection: sqlite3.Connection, specs: DaySpecs, parameters: dict[str, object]) -> None:
    """Fill the staging tables: the journal is read once, before the books are locked, and the dated rates are resolved.

    The VAT rate on commissions is put among the parameters. SpecError with all that the specification lacks for the date.
    """
    business_date = str(parameters["business_date"])
    acceptors = ((merchant.id, *_terms(merchant)) for merchant in specs.merchants.values())
    issuers = ((issuer_id, issuer.name) for issuer_id, issuer in specs.issuers.items())
    lacking = Lacking()
    parameters["vat_rate_basis_points"] = lacking.found(lambda: specs.fees.vat.rate(business_date))
    for sql in (*clearing.STAGING_TABLES, *ENTRY_TABLES, *FEE_TABLES, *DUE_TABLES):
        connection.execute(sql)
    connection.execute("BEGIN")
    connection.executemany(ADD_ENTRY_ACCOUNT, entry_accounts())
    connection.executemany(clearing.ADD_CARD_ACCEPTOR, acceptors)
    if specs.default_contract is not None:
        connection.execute(clearing.OTHER_ACCEPTORS, (*_terms(specs.default_contract), business_date))
    connection.executemany(clearing.ADD_CARD_ISSUER, issuers)
    groups = stage_groups(connection, specs.fees, business_date, lacking)
    connection.execute(RELEASES_WANTED, parameters)
    for sql in clearing.STAGE:
        connection.execute(sql, parameters)
    _refuse_changed_currency(connection, parameters)
    stage_tariffs(connection, specs.fees, business_date, groups, lacking)
    stage_dues(connection, specs.fees, business_date, [*specs.merchants.values()], specs.default_contract, lacking)
    lacking.refuse()
    connection.execute("COMMIT")


def _terms(m: Merchant) -> tuple[object, ...]:
    """What the day is computed with of a contract, as ``card_acceptor`` has it."""
    return (
        *(m.name, m.city, m.currency, m.rib, m.language, m.plan),
        *(m.over_basis_points, m.floor_limit_minor, m.address, m.ice, m.paid_by, m.payout_label, m.mcc, m.rounding),
    )


def _refuse_changed_currency(connection: sqlite3.Connection, parameters: Mapping[str, object]) -> None:
    row = connection.execute(clearing.CURRENCY_CHANGED, parameters).fetchone()
    if row is not None:
        merchant_id, found, expected = row
        still = (
            f"{currency_name(expected)} ({expected}) while its sales in it are reversed; another currency is another merchant"
        )
        raise SpecError("merchants.toml", f"merchant {merchant_id}: currency", repr(found), still)
