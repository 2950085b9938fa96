"""From the lines of a date to remises, entries, payouts, net positions and the accounts of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from tests.oracle.journal import Told
from tests.oracle.rules import DECIMALS, Row, Rules, minor, rounded, share
from tests.oracle.sales import Dispute, Line

#: Kind of entry -> the account that stands against the merchant's (docs/reference/books.md).
ACCOUNTS: Final = {
    "service": "service-fee-income",
    "gateway": "gateway-fee-income",
    "setup": "setup-fee-income",
    "subscription": "subscription-income",
    "rent": "terminal-rent-income",
    "chargeback_fee": "chargeback-fee-income",
    "cash_machine": "cash-machine-fee-expense",
    "rounding": "discount-income",
    "write_off": "exception-loss",
    "chargeback": "dispute-receivable",
    "second_chargeback": "dispute-receivable",
    "representment": "dispute-receivable",
}


@dataclass(frozen=True)
class Entry:
    """What changes a payout besides its lines. Amounts are above zero where the merchant gets them."""

    merchant_id: str
    terminal_id: str  #: empty: of the merchant
    remise_number: int
    kind: str
    reference: str
    amount_minor: int
    vat_minor: int

    @property
    def account(self) -> str:
        for held in ("reserve", "deposit"):
            if self.kind in (held, f"{held}_release"):
                return f"merchant-{held}:{self.merchant_id}"
        return ACCOUNTS[self.kind]


@dataclass
class Remise:
    """The lines of one terminal, or of one batch of it."""

    merchant_id: str
    terminal_id: str
    number: int
    lines: list[Line]

    def total(self, column: str) -> int:
        return sum(getattr(line, column) for line in self.lines)


@dataclass
class Payout:
    """One transfer, or what is carried in its place."""

    merchant_id: str
    terminal_id: str
    remise_number: int
    reference: str
    gross_minor: int = 0
    discount_minor: int = 0
    vat_minor: int = 0
    entries_minor: int = 0
    entries_vat_minor: int = 0
    brought_forward_minor: int = 0

    @property
    def net_minor(self) -> int:
        own = self.gross_minor - self.discount_minor - self.vat_minor
        return own + self.entries_minor + self.entries_vat_minor + self.brought_forward_minor

    @property
    def outcome(self) -> str:
        return "paid" if self.net_minor > 0 else "carried"

    def take(self, entry: Entry) -> None:
        self.entries_minor += entry.amount_minor
        self.entries_vat_minor += entry.vat_minor


@dataclass(frozen=True)
class HeldBack:
    """An amount of a reserve or deposit that waits for its release."""

    kind: str
    merchant_id: str
    held_on: str
    release_on: str
    amount_minor: int


@dataclass
class Settlement:
    """What merchants are owed over the dates: numbers of remises, amounts carried, charged and held back."""

    told: Told
    ordinals: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    carried: dict[str, int] = field(default_factory=dict)
    charged: set[tuple[str, str, str, str]] = field(default_factory=set)
    held: list[HeldBack] = field(default_factory=list)

    def remises(self, day: str, lines: Iterable[Line]) -> list[Remise]:
        groups: dict[tuple[str, str], dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
        adjustments = []
        for line in lines:
            terminal = line.request.merchant_id, line.request.terminal_id
            if line.adjusts:
                adjustments.append((terminal, line))
            else:
                groups[terminal][self.told.batch_of(line.request, day)].append(line)
        for terminal, line in adjustments:
            batches = groups[terminal]
            batches[min(batches, default=0)].append(line)
        remises = []
        for terminal, batches in sorted(groups.items()):
            for number in sorted(batches):
                self.ordinals[terminal] += 1
                remise = Remise(*terminal, (self.ordinals[terminal] - 1) % 999_999 + 1, batches[number])
                for line in remise.lines:
                    line.remise_number = remise.number
                remises.append(remise)
        return remises

    def entries(
        self, day: str, rules: Rules, remises: list[Remise], known: set[str], written_off: list[tuple[int, int]]
    ) -> Iterator[Entry]:
        """The entries of a date. ``known`` are merchants with an approval of the date, or an open exception."""
        for remise in remises:
            yield from _fees(remise)
            contract = rules.contract(remise.merchant_id)
            if contract and contract.get("rounding") == "remise":
                yield from _rounding(remise)
        yield from self._charges(day, rules, known)
        for number, amount in written_off:
            yield Entry(self.told.requests[number].merchant_id, "", 0, "write_off", str(number), amount, 0)
        yield from self._held_back(day, rules, remises, known)

    def disputed(self, day: str, rules: Rules, disputes: list[Dispute]) -> Iterator[Entry]:
        """The entries of disputes: the amount of each step, and its fee with VAT."""
        for each in disputes:
            merchant_id = each.request.merchant_id
            yield Entry(merchant_id, "", 0, each.kind, each.dossier, each.amount_minor, 0)
            if each.fee_minor:
                vat = rounded(share(-each.fee_minor, rules.vat_rate(day, "chargeback_fee")))
                yield Entry(merchant_id, "", 0, "chargeback_fee", each.dossier, -each.fee_minor, vat)

    def _charges(self, day: str, rules: Rules, known: set[str]) -> Iterator[Entry]:
        contracts = dict(rules.merchants)
        if rules.default_contract is not None:  # of the merchants without a contract of their own, those of the date
            strangers = known - set(contracts)
            contracts |= {merchant_id: {**rules.default_contract, "terminals": []} for merchant_id in sorted(strangers)}
        for merchant_id, contract in contracts.items():
            for kind, row in rules.charges(rules.plan_of(merchant_id), day).items():
                if kind == "chargeback_fee":
                    continue
                terminals = contract["terminals"] if kind == "rent" else [""]
                for terminal_id in terminals:
                    key = merchant_id, terminal_id, kind, "" if kind == "setup" else day[:7]
                    if key in self.charged:
                        continue
                    self.charged.add(key)
                    amount = -minor(row["amount"])
                    vat = rounded(share(amount, rules.vat_rate(day, kind)))
                    if amount:
                        yield Entry(merchant_id, terminal_id, 0, kind, "" if kind == "setup" else day[:7], amount, vat)

    def _held_back(self, day: str, rules: Rules, remises: list[Remise], known: set[str]) -> Iterator[Entry]:
        for waiting in [each for each in self.held if each.release_on <= day]:
            self.held.remove(waiting)
            yield Entry(waiting.merchant_id, "", 0, f"{waiting.kind}_release", waiting.held_on, waiting.amount_minor, 0)
        net: dict[str, int] = defaultdict(int)
        for remise in remises:
            net[remise.merchant_id] += remise.total("net_minor")
        for merchant_id, amount in sorted(net.items()):
            contract = (rules.contract(merchant_id) if merchant_id in known else rules.merchants.get(merchant_id)) or {}
            for kind in ("reserve", "deposit"):
                held = self._held(day, merchant_id, kind, contract.get(kind), amount)
                if held is not None:
                    self.held.append(held)
                    yield Entry(merchant_id, "", 0, kind, held.release_on, -held.amount_minor, 0)

    def _held(self, day: str, merchant_id: str, kind: str, terms: Row | None, net_minor: int) -> HeldBack | None:
        if terms is None or net_minor <= 0:
            return None
        amount = rounded(share(net_minor, terms["rate_basis_points"]))
        if "maximum" in terms:
            now = sum(each.amount_minor for each in self.held if (each.merchant_id, each.kind) == (merchant_id, kind))
            amount = min(amount, minor(terms["maximum"]) - now)
        release = (date.fromisoformat(day) + timedelta(days=terms["days"])).isoformat()
        return HeldBack(kind, merchant_id, day, release, amount) if amount > 0 else None

    def payouts(self, day: str, rules: Rules, remises: list[Remise], entries: list[Entry]) -> list[Payout]:
        payouts: dict[str, list[Payout]] = defaultdict(list)
        used: dict[str, int] = defaultdict(int)
        for remise in remises:
            contract = rules.contract(remise.merchant_id) or {}
            mine = payouts[remise.merchant_id]
            if contract.get("paid_by", "remise") == "remise":
                reference = f"{day}-{remise.terminal_id}-{remise.number:06d}"
                used[reference] += 1
                if used[reference] > 1:
                    reference = f"{reference}-{used[reference]}"
                mine.append(Payout(remise.merchant_id, remise.terminal_id, remise.number, reference))
            elif not mine:
                mine.append(Payout(remise.merchant_id, "", 0, f"{day}-{remise.merchant_id}"))
            payout = mine[-1]
            payout.gross_minor += remise.total("amount_minor")
            payout.discount_minor += remise.total("discount_minor")
            payout.vat_minor += remise.total("vat_minor")
            for entry in entries:
                if entry.remise_number and (entry.merchant_id, entry.terminal_id, entry.remise_number) == (
                    remise.merchant_id,
                    remise.terminal_id,
                    remise.number,
                ):
                    payout.take(entry)
        of_merchant = [entry for entry in entries if not entry.remise_number]
        for merchant_id in {entry.merchant_id for entry in of_merchant} - set(payouts):
            payouts[merchant_id].append(Payout(merchant_id, "", 0, f"{day}-{merchant_id}"))
        for merchant_id, mine in payouts.items():
            largest = max(mine, key=lambda payout: payout.net_minor)  # of equal ones the first terminal
            for entry in of_merchant:
                if entry.merchant_id == merchant_id:
                    largest.take(entry)
            largest.brought_forward_minor = self.carried.get(merchant_id, 0)
            self.carried[merchant_id] = sum(payout.net_minor for payout in mine if payout.outcome == "carried")
        return [payout for _, mine in sorted(payouts.items()) for payout in mine]


def _fees(remise: Remise) -> Iterator[Entry]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in remise.lines:
        for kind, (amount, vat) in line.fees.items():
            sums[kind][0] += amount
            sums[kind][1] += vat
    for kind, (amount, vat) in sums.items():
        if amount or vat:
            yield Entry(remise.merchant_id, remise.terminal_id, remise.number, kind, "", amount, vat)


def _rounding(remise: Remise) -> Iterator[Entry]:
    """Commission of the presentments rounded once, and VAT on that, less those of their lines; adjustments stay as they are."""
    lines = [line for line in remise.lines if not line.adjusts]
    if not lines:
        return
    whole = rounded(sum((line.discount_exact for line in lines), Fraction(0)))
    vat = rounded(share(whole, lines[0].vat_rate_basis_points))
    amount = sum(line.discount_minor for line in lines) - whole
    of_vat = sum(line.vat_minor for line in lines) - vat
    if amount or of_vat:
        yield Entry(remise.merchant_id, remise.terminal_id, remise.number, "rounding", "", amount, of_vat)


Positions = dict[tuple[str, str], tuple[int, int, int, int, int, int]]
Accounts = dict[tuple[str, str, str, str], int]


def positions(moves: Iterable[Line | Dispute]) -> Positions:
    """Participant and currency -> debits, credits (number, amount each), interchange received, net."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
    for line in moves:
        debit = line.amount_minor > 0
        for participant, pays, sign in ((line.request.issuer or "", debit, 1), ("504900", not debit, -1)):
            row = sums[participant, line.request.currency]
            row[0 if pays else 2] += 1
            row[1 if pays else 3] += abs(line.amount_minor)
            row[4] += sign * line.interchange_minor
    return {key: (a, b, c, d, e, d - b + e) for key, (a, b, c, d, e) in sums.items()}


def accounts(
    day: str, rules: Rules, lines: list[Line], disputes: list[Dispute], entries: list[Entry], payouts: list[Payout]
) -> Accounts:
    """Kind, account, currency and value date -> debits less credits."""
    sums: Accounts = defaultdict(int)
    value = rules.value_date(day)

    def book(kind: str, debit: str, credit: str, amount: int, currency: str, on: str = day) -> None:
        sums[kind, debit, currency, on] += amount
        sums[kind, credit, currency, on] -= amount

    for line in lines:
        currency, payable = line.request.currency, f"merchant-payable:{line.request.merchant_id}"
        issuer = f"issuer-receivable:{line.request.issuer}"
        kind = "adjustment" if line.adjusts else "presentment"
        book(kind, issuer, payable, line.amount_minor, currency)
        book(kind, "interchange-expense", issuer, line.interchange_minor, currency)
        book("discount", payable, "discount-income", line.discount_minor, currency)
        book("vat", payable, "vat-collected", line.vat_minor, currency)
    for each in disputes:
        issuer, currency = f"issuer-receivable:{each.request.issuer}", each.request.currency
        book("entry", issuer, "dispute-receivable", each.amount_minor, currency)
        book("entry", "interchange-expense", issuer, each.interchange_minor, currency)
    for entry in entries:
        currency = (rules.contract(entry.merchant_id) or {}).get("currency", "504")
        payable = f"merchant-payable:{entry.merchant_id}"
        book("entry", entry.account, payable, entry.amount_minor, currency)
        vat_account = "vat-recoverable" if entry.kind == "cash_machine" else "vat-collected"
        book("entry", vat_account, payable, entry.vat_minor, currency)
    for payout in payouts:
        if payout.outcome == "paid":
            contract = rules.contract(payout.merchant_id) or {}
            sold = contract.get("currency", "504")
            book("payout", f"merchant-payable:{payout.merchant_id}", "settlement-account", payout.net_minor, sold, value)
            changed = conversion(day, rules, payout)
            if changed:
                paid = contract["paid_in"]
                book("payout", "settlement-account", "currency-position", payout.net_minor, sold, value)
                book("payout", "currency-position", "settlement-account", changed[2], paid, value)
                book("payout", "currency-position", "conversion-income", changed[1], paid, value)
    for (participant, currency), row in positions([*lines, *disputes]).items():
        if participant != "504900":
            book("settlement", "settlement-account", f"issuer-receivable:{participant}", -row[5], currency, value)
    return {key: amount for key, amount in sums.items() if amount}


def conversion(day: str, rules: Rules, payout: Payout) -> tuple[int, int, int, str, str] | None:
    """Of a payout in another currency: converted, margin, paid, and the rate with its date."""
    contract = rules.contract(payout.merchant_id) or {}
    sold, paid = contract.get("currency", "504"), contract.get("paid_in", "")
    if paid in ("", sold) or payout.outcome != "paid":
        return None
    assert paid in DECIMALS
    ratio, text, since = rules.rate(day, sold, paid)
    converted = rounded(payout.net_minor * ratio)
    margin = rounded(share(converted, contract.get("conversion_margin_basis_points", 0)))
    return converted, margin, converted - margin, text, since
