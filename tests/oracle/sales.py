"""From approvals to presentments and adjustments: what a date captured, what it costs, and what later reversals change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.oracle.journal import Request, Told
from tests.oracle.rules import COLUMNS, PAID_TO_MERCHANT, Charge, Rules, Sale, rounded, share

TYPES = ("purchase", "purchase_with_cash_back", "cash_withdrawal", "quasi_cash", "bill_payment", "refund")
SIGNS = {"chargeback": -1, "second_chargeback": -1, "representment": 1}  #: steps of a dispute that move money
FEE_KINDS = ("gateway", "service", "cash_machine")


@dataclass(frozen=True)
class FeeOf:
    """One fee of a transaction: the commission, or one besides it."""

    kind: str
    charge: Charge | None  #: None: the sale has no fee of the kind
    vat_rate_basis_points: int

    def amounts(self, amount_minor: int) -> tuple[int, int]:
        """The fee and its VAT at an amount, with the sign of the amount."""
        fee = rounded(self.charge.exact(amount_minor)) if self.charge else 0
        return fee, rounded(share(fee, self.vat_rate_basis_points))


@dataclass
class Line:
    """A presentment, or an adjustment of one: the amounts that it adds to a day."""

    request: Request
    day: str
    adjusts: str  #: business date of the presentment; empty: it is one
    amount_minor: int
    interchange_minor: int
    discount_minor: int
    discount_exact: Fraction
    vat_minor: int
    vat_rate_basis_points: int
    fees: dict[str, tuple[int, int]]  #: kind: amount and VAT, above zero if the merchant gets it
    remise_number: int = 0

    @property
    def net_minor(self) -> int:
        return self.amount_minor - self.discount_minor - self.vat_minor


@dataclass
class Presented:
    """A sale that was presented, with its rates and all that the books hold of it."""

    request: Request
    day: str
    interchange_basis_points: int
    commission: FeeOf
    fees: tuple[FeeOf, ...]
    lines: list[Line] = field(default_factory=list)

    def line(self, day: str, amount_minor: int) -> Line:
        """What the books lack of an amount: the whole of it at first, the difference later."""
        discount, vat = self.commission.amounts(amount_minor)
        exact = self.commission.charge.exact(amount_minor) if self.commission.charge else Fraction(0)
        booked = self.lines
        fees = {}
        for fee in self.fees:
            amount, fee_vat = fee.amounts(amount_minor)
            sign = 1 if fee.kind in PAID_TO_MERCHANT else -1
            fees[fee.kind] = (
                sign * amount - sum(each.fees[fee.kind][0] for each in booked),
                sign * fee_vat - sum(each.fees[fee.kind][1] for each in booked),
            )
        line = Line(
            request=self.request,
            day=day,
            adjusts=self.day if booked else "",
            amount_minor=amount_minor - sum(each.amount_minor for each in booked),
            interchange_minor=rounded(share(amount_minor, self.interchange_basis_points))
            - sum(each.interchange_minor for each in booked),
            discount_minor=discount - sum(each.discount_minor for each in booked),
            discount_exact=exact - sum((each.discount_exact for each in booked), Fraction(0)),
            vat_minor=vat - sum(each.vat_minor for each in booked),
            vat_rate_basis_points=self.commission.vat_rate_basis_points,
            fees=fees,
        )
        booked.append(line)
        return line


@dataclass(frozen=True)
class Dispute:
    """A step of a dispute that moves money: signed as an adjustment of the sale."""

    request: Request
    dossier: str
    kind: str
    amount_minor: int
    interchange_minor: int
    fee_minor: int  #: the merchant pays it, before VAT


class Sales:
    """All sales of a journal, date by date."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.day = ""  #: the date that was closed last
        self.known: set[str] = set()  #: merchants with an approval of that date, or an exception that was open before it
        self.presented: dict[int, Presented] = {}
        self.open: dict[int, int] = {}  #: exceptions: amount with its sign
        self.fates: dict[str, list[tuple[str, int, int]]] = defaultdict(list)  #: of the date: table -> (word, request, amount)
        self.paid_losses: dict[int, int] = {}  #: written-off sales that merchants were paid for: what they have of each
        self.volume: dict[tuple[str, str], int] = defaultdict(int)  #: merchant and month: sold on earlier dates

    def close(self, day: str, rules: Rules) -> list[Line]:
        """The presentments and adjustments of a date; exceptions, reversed and held approvals go to ``fates``."""
        self.day = day
        self.known = self.told.approved_at(day) | {self.told.requests[number].merchant_id for number in self.open}
        self.fates = defaultdict(list)
        left = self.told.left(day)
        lines = list(self._captured(day, rules, left))
        lines += self._adjusted(day, left)
        for line in lines:
            self.volume[line.request.merchant_id, day[:7]] += line.amount_minor
        return lines

    def left_of(self, number: int) -> int | None:
        """What a sale amounts to after the reversals of the date; None where the date has none."""
        left = self.told.left(self.day)
        return _signed(self.told.requests[number], left[number]) if number in left else None

    def disputes(self, day: str) -> list[Dispute]:
        """Chargebacks of a date, which are below zero, and what gives them back."""
        found = []
        for event in self.told.events:
            if event["business_date"] == day and event["kind"] in SIGNS:
                presented = self.presented[event["request_id"]]
                amount = SIGNS[event["kind"]] * event["amount_minor"]
                interchange = rounded(share(amount, presented.interchange_basis_points))
                found.append(
                    Dispute(presented.request, event["dossier"], event["kind"], amount, interchange, event["fee_minor"])
                )
        return found

    def _captured(self, day: str, rules: Rules, left: dict[int, int]) -> Iterator[Line]:
        due: dict[int, int] = {}
        for number, amount in self.open.items():
            request = self.told.requests[number]
            due[number] = _signed(request, left[number]) if number in left else amount
        of_day = [request for request in self.told.requests.values() if request.day == day]
        captured = {request.original_id for request in of_day if request.captured_minor is not None}
        for request in of_day:
            amount_left = left.get(request.id)
            if request.captured_minor is not None:
                due[request.id] = request.captured_minor if amount_left is None else _signed(request, amount_left)
            elif request.capture in ("completion", "batch") and request.id not in captured:
                granted = request.approved_minor if amount_left is None else amount_left
                self.fates["held_item" if granted else "reversed_item"].append(("", request.id, granted))
        orders = {each["request_id"]: each for each in self.told.orders if each["business_date"] <= day}
        volumes = dict(self.volume)
        for number, amount in sorted(due.items()):
            request = self.told.requests[number]
            is_old = number in self.open
            order = orders.get(number)
            reason = exception_reason(request, rules, is_offline=self.told.is_offline(request))
            if amount == 0:
                self._end(number, "reversed", 0, is_old=is_old)
            elif is_old and order and order["action"] == "write_off" and _can_end(order, reason):
                self._end(number, "written_off", amount, is_old=True)
            elif reason and not (is_old and order and reason == "floor"):
                if not is_old:
                    self.fates["exception_item"].append((reason, number, amount))
                self.open[number] = amount
            else:
                if is_old:
                    self._end(number, "presented", amount, is_old=True)
                yield self._present(request, amount, day, rules, volumes.get((request.merchant_id, day[:7]), 0))

    def _end(self, number: int, outcome: str, amount: int, *, is_old: bool) -> None:
        if is_old:
            del self.open[number]
            self.fates["exception_end"].append((outcome, number, amount))
        else:
            self.fates["reversed_item"].append(("", number, self.told.requests[number].captured_minor or 0))

    def _present(self, request: Request, amount: int, day: str, rules: Rules, volume: int) -> Line:
        contract = rules.contract(request.merchant_id) or {}
        columns = {column: contract["mcc"] if column == "mcc" else getattr(request, column) for column in COLUMNS}
        sale = Sale(**columns, amount_minor=amount)
        plan = rules.plan_of(request.merchant_id)
        row = rules.fee_row(plan["rate"], day, sale, volume)
        assert row is not None, f"no commission for request {request.id}"
        fees = []
        for kind in FEE_KINDS:
            of_kind = [each for each in plan.get("fee", []) if each["kind"] == kind]
            chosen = rules.fee_row(of_kind, day, sale, volume)
            if chosen is not None:
                fees.append(FeeOf(kind, Charge.of(chosen, amount, gives_back=False), rules.vat_rate(day, kind)))
        presented = Presented(
            request=request,
            day=day,
            interchange_basis_points=rules.interchange_rate(day, sale),
            commission=FeeOf("commission", Charge.of(row, amount, gives_back=True), rules.vat_rate(day, "commission")),
            fees=tuple(fees),
        )
        self.presented[request.id] = presented
        return presented.line(day, amount)

    def _adjusted(self, day: str, left: dict[int, int]) -> Iterator[Line]:
        for number, amount_left in left.items():
            presented = self.presented.get(number)
            if presented is None or presented.day == day:
                continue
            amount = _signed(presented.request, amount_left)
            if amount != sum(line.amount_minor for line in presented.lines):
                yield presented.line(day, amount)


def exception_reason(request: Request, rules: Rules, *, is_offline: bool) -> str:
    """Why an approval cannot be presented; empty: it can."""
    contract = rules.contract(request.merchant_id)
    if contract is None:
        return "merchant"
    if request.currency != contract.get("currency", "504"):
        return "currency"
    if request.issuer is None or request.issuer not in rules.issuers:
        return "issuer"
    if request.origin not in ("domestic", "foreign"):
        return "origin"
    if request.transaction_type not in TYPES:
        return "type"
    if is_offline and abs(request.captured_minor or 0) > rules.floor_limit(contract):  # as it was sold
        return "floor"
    return ""


def _can_end(order: dict[str, Any], reason: str) -> bool:
    """A write-off that pays the merchant waits until it can be paid: it has a contract, in the currency of the sale."""
    return not (order["pays_merchant"] and reason in ("merchant", "currency"))


def _signed(request: Request, left_minor: int) -> int:
    return -left_minor if (request.captured_minor or 0) < 0 else left_minor
