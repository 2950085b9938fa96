"""The fee tables resolved for a business date: each kind of sale of the day once, never each sale; and what is due of periods.

What a fee can hang on of a merchant alone (its plan, category and monthly volume) makes a *tariff group*; amounts are alike
from one edge of its plan's ranges to the next (*bands*). The monthly volume is what the merchant sold on the earlier business
dates of the same calendar month, net of refunds and reversals, so that the order of the sales of a date changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final, Protocol, TypeVar

from attrs import Factory, define

from switch.clearing import presentments as clearing
from switch.clearing.interchange import ANY, InterchangeTable
from switch.errors import SpecError, SpecsLackError
from switch.merchant import Merchant
from switch.record import frozen
from switch.settlement.discount import DiscountTable, VatTable
from switch.settlement.fees import dues, lines
from switch.settlement.fees.rows import CHARGE_KINDS, PAID_TO_MERCHANT, FeeRow, FeeSale, edges

T = TypeVar("T")
ONCE_OR_EVENT: Final = frozenset({"setup", "chargeback_fee"})  #: charges that are of no month


class FeeTables(Protocol):
    """The fee tables of a specification."""

    @property
    def interchange(self) -> InterchangeTable: ...
    @property
    def discount(self) -> DiscountTable: ...
    @property
    def vat(self) -> VatTable: ...


@frozen
class _Group:
    """What merchants have in common for the fees of their sales."""

    plan: str
    mcc: str  #: empty where no row of the plan names one
    volume_minor: int  #: the edge of the plan's volumes at or below that of the merchant


@define
class Lacking:
    """What of the specification is missing for a date: collected, so that all of it is told at once."""

    mistakes: dict[str, SpecError] = Factory(dict)

    def found(self, look: Callable[[], T]) -> T | None:
        """What ``look`` gives; None where it is missing."""
        try:
            return look()
        except SpecError as error:
            self.mistakes[str(error)] = error
            return None

    def refuse(self) -> None:
        """SpecError where something is missing, with all of it."""
        found = sorted(self.mistakes.values(), key=lambda mistake: (mistake.file, mistake.line or 0, str(mistake)))
        if found:
            raise found[0] if len(found) == 1 else SpecsLackError(found)


_VOLUMES: Final = """
SELECT merchant_id, SUM(gross_minor) FROM payout
WHERE business_date >= SUBSTR(?1, 1, 8) || '01' AND business_date < ?1 GROUP BY merchant_id
"""


def stage_groups(connection: sqlite3.Connection, fees: FeeTables, business_date: str, lacking: Lacking) -> list[_Group]:
    """Tell the merchants of the date apart by what their fees hang on; the place of a group in the list is its number."""
    groups: dict[_Group, int] = {}
    volumes: dict[str, int] | None = None
    placed = []
    query = "SELECT merchant_id, plan, mcc FROM card_acceptor WHERE plan IS NOT NULL ORDER BY merchant_id"
    for merchant_id, plan_id, mcc in connection.execute(query).fetchall():
        plan = lacking.found(partial(fees.discount.plan, plan_id))
        rows = plan.rows if plan is not None else ()
        volume_edges = edges(row.volume for row in rows)
        volume = 0
        if len(volume_edges) > 1:
            if volumes is None:
                volumes = dict(connection.execute(_VOLUMES, (business_date,)).fetchall())
            sold = max(volumes.get(merchant_id, 0), 0)
            volume = max(edge for edge in volume_edges if edge <= sold)
        names_mcc = any(row.mcc != ANY for row in rows)
        group = _Group(plan=plan_id, mcc=mcc if names_mcc else "", volume_minor=volume)
        number = groups.setdefault(group, len(groups))
        bands = len(edges(row.amount for row in rows)) > 1
        placed.append((number, any(row.product != ANY for row in rows), bands, merchant_id))
    connection.executemany(clearing.SET_TARIFF_GROUP, placed)
    connection.executemany(clearing.ADD_AMOUNT_BAND, _bands(fees, list(groups)))
    return list(groups)


def _bands(fees: FeeTables, groups: list[_Group]) -> Iterator[tuple[int, int]]:
    for number, group in enumerate(groups):
        plan = fees.discount.plans.get(group.plan)
        for low_minor in edges(row.amount for row in (plan.rows if plan is not None else ())):
            yield number, low_minor


@define
class _Rules:
    """The numbers of the rows of fee tables in the books: what stood there keeps its own, what is new gets the next."""

    known: dict[tuple[object, ...], int]
    new: list[tuple[object, ...]] = Factory(list)

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> _Rules:
        return cls(known={tuple(row[1:]): row[0] for row in connection.execute(lines.RULES)})

    def number(self, plan: str, row: FeeRow) -> int:
        content = (
            *(row.kind, plan, row.file, row.line, row.from_date, row.covers_in_words, row.rate_basis_points, row.fixed_minor),
            *(row.minimum_minor, row.maximum_minor, int(row.refunds_give_back)),
        )
        if content not in self.known:
            self.known[content] = len(self.known) + 1
            self.new.append((self.known[content], *content))
        return self.known[content]


def stage_tariffs(
    connection: sqlite3.Connection, fees: FeeTables, business_date: str, groups: list[_Group], lacking: Lacking
) -> None:
    """Resolve each kind of sale of the date: one row of ``tariff``, and one of ``fee_tariff`` for each other fee it has."""
    rules = _Rules.of(connection)
    tariffs, extras = [], []
    for key in connection.execute(clearing.TARIFF_KEYS).fetchall():
        origin, scheme, channel, transaction_type, product, number, amount_minor = key
        group = groups[number]
        sale = FeeSale(
            origin=origin,
            scheme=scheme,
            product=product,
            channel=channel,
            mcc=group.mcc,
            transaction_type=transaction_type,
            amount_minor=amount_minor,
            volume_minor=group.volume_minor,
        )
        resolved = _resolved(fees, business_date, group, sale, lacking)
        if resolved is None:
            continue
        interchange, row = resolved
        taken = row.of(transaction_type)
        figures = (taken.rate_basis_points, taken.minimum_minor, taken.fixed_minor, taken.maximum_minor)
        tariffs.append((*key, interchange, *figures, rules.number(group.plan, row)))
        for extra in fees.discount.plan(group.plan).extra_rows(business_date, sale):
            vat = lacking.found(partial(fees.vat.rate, business_date, extra.kind))
            taken = extra.of(transaction_type)
            sign = 1 if extra.kind in PAID_TO_MERCHANT else -1
            figures = (taken.rate_basis_points, taken.minimum_minor, taken.fixed_minor, taken.maximum_minor)
            extras.append((*key, extra.kind, *figures, rules.number(group.plan, extra), vat, sign))
    connection.executemany(clearing.ADD_TARIFF, tariffs)
    connection.executemany(lines.ADD_FEE_TARIFF, extras)
    connection.executemany(lines.ADD_NEW_RULE, rules.new)


def _resolved(fees: FeeTables, business_date: str, group: _Group, sale: FeeSale, lacking: Lacking) -> tuple[int, FeeRow] | None:
    """The interchange and the commission of a kind of sale; None where either is missing."""
    interchange = lacking.found(
        lambda: fees.interchange.rate(business_date, sale.origin, sale.scheme, sale.channel, sale.transaction_type)
    )
    row = lacking.found(lambda: fees.discount.row(business_date, group.plan, sale))
    return None if interchange is None or row is None else (interchange, row)


def stage_dues(
    connection: sqlite3.Connection,
    fees: FeeTables,
    business_date: str,
    merchants: Sequence[Merchant],
    others: Merchant | None,
    lacking: Lacking,
) -> None:
    """What contracts and plans say is due besides transactions: charges in force, and shares held back.

    ``others`` is the contract of merchants without one of their own: those that sell on the date.
    """
    ids = [row[0] for row in connection.execute("SELECT merchant_id FROM card_acceptor WHERE plan IS NOT NULL ORDER BY 1")]
    own = {merchant.id: merchant for merchant in merchants}
    charges, held = [], []
    for merchant_id in ids:
        merchant = own.get(merchant_id, others)
        assert merchant is not None, f"{merchant_id} was staged by a contract"
        plan = fees.discount.plans.get(merchant.plan)
        for kind in CHARGE_KINDS if plan is not None and plan.charges else ():
            charge = plan.charge(business_date, kind) if plan is not None else None
            if charge is None:
                continue
            vat = lacking.found(partial(fees.vat.rate, business_date, kind))
            reference = "" if kind in ONCE_OR_EVENT else business_date[:7]
            of = merchant.terminals if kind == "rent" else ("",)
            due = (kind, reference, charge.amount_minor, vat, charge.place)
            charges += [(merchant_id, terminal_id, *due) for terminal_id in of]
        for kind, share in (("reserve", merchant.reserve), ("deposit", merchant.deposit)):
            if share is not None:
                release_on = (date.fromisoformat(business_date) + timedelta(days=share.days)).isoformat()
                rule = f"merchants.toml, {kind} of {merchant_id}"
                held.append((merchant_id, kind, share.rate_basis_points, share.maximum_minor, release_on, rule))
    connection.executemany(dues.ADD_DUE_CHARGE, charges)
    connection.executemany(dues.ADD_HELD_BACK, held)
