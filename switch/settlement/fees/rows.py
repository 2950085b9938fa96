"""Rows of fee tables: what each covers and takes, and which of several counts for a sale (``fees/discount.toml``).

Of the rows that are in force and cover a sale, the one that names the most columns wins, and of those the one with the
latest ``from``. ``winner`` is that sentence. Rows that are alike in both and cover the same sale are a mistake of the file.
Columns are ``origin``, ``scheme``, ``product``, ``channel``, ``mcc``, ``transaction_type``, a range of amounts and one of
monthly volumes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final

from attrs import evolve

from switch.card import CARD_ORIGINS
from switch.clearing.interchange import ANY, RATE_BASIS_POINTS_MAX, effective_from
from switch.errors import SpecError
from switch.money import BASIS_POINTS
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import CHANNELS, CREDITS, DEBITS

COMMISSION: Final = "commission"  #: the fee every sale has: its columns are those of its presentment
#: Other fees of a transaction: what merchants pay beside, and what operators of cash machines are paid for each withdrawal.
EXTRA_KINDS: Final = ("gateway", "service", "cash_machine")
PAID_TO_MERCHANT: Final = frozenset({"cash_machine"})
#: Fees of a period or an event: once for a merchant, each month, each month for every terminal, for each chargeback.
CHARGE_KINDS: Final = ("setup", "subscription", "rent", "chargeback_fee")

SOLD_TYPES: Final = (*sorted(DEBITS | CREDITS), ANY)
WORD_COLUMNS: Final = ("origin", "scheme", "product", "channel", "mcc", "transaction_type")  #: columns that are a word, or "*"
SALES_LOOKED_AT_MAX: Final = 200_000  #: kinds of sales of one plan that are tried when its file is checked for gaps


@frozen(kw_only=True)
class FeeSale:
    """What a fee can hang on. Amounts are without sign; the volume is what its merchant sold in the month before the date."""

    origin: str
    scheme: str = ""
    product: str = ""
    channel: str = ""
    mcc: str = ""
    transaction_type: str = ""
    amount_minor: int = 0
    volume_minor: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        return (self.origin, self.scheme, self.product, self.channel, self.mcc, self.transaction_type)


@frozen(kw_only=True)
class AmountRange:
    """Amounts from one on and below another; no end where that is None."""

    low_minor: int = 0
    below_minor: int | None = None

    @property
    def is_all(self) -> bool:
        return self.low_minor == 0 and self.below_minor is None

    def __contains__(self, minor: int) -> bool:
        return self.low_minor <= minor and (self.below_minor is None or minor < self.below_minor)

    def meets(self, other: AmountRange) -> bool:
        return other.low_minor in self or self.low_minor in other

    @classmethod
    def from_toml(cls, table: SpecTable, name: str) -> AmountRange:
        low, below = table.minor(f"{name}_from", 0), table.minor(f"{name}_below", None)
        if below is not None and below <= low:
            table.mistake(f"{name}_below", "no more than " + f"{name}_from", f"an amount above {name}_from")
        return cls(low_minor=low, below_minor=below)


@frozen(kw_only=True)
class FeeRow:
    """A row: from which business date on it is in force, what it covers, and what it takes of one transaction."""

    from_date: str
    origin: str = ANY
    scheme: str = ANY
    product: str = ANY
    channel: str = ANY
    mcc: str = ANY
    transaction_type: str = ANY
    amount: AmountRange = AmountRange()
    volume: AmountRange = AmountRange()
    rate_basis_points: int
    fixed_minor: int = 0  #: besides the rate
    minimum_minor: int = 0  #: the least it takes of one sale
    maximum_minor: int | None = None  #: the most it takes; None: no limit
    refunds_give_back: bool  #: whether a refund gives the fee back, by the rate alone
    kind: str = COMMISSION
    file: str = ""  #: where it stands
    line: int = 0  #: 0: not known

    @classmethod
    def from_toml(cls, table: SpecTable, kind: str = COMMISSION) -> FeeRow:
        error = table.error("", "", "")
        row = cls(
            from_date=effective_from(table),
            origin=table.choice("origin", (*CARD_ORIGINS, ANY), ANY),
            scheme=table.text("scheme", ANY),
            product=table.text("product", ANY),
            channel=table.choice("channel", (*CHANNELS, ANY), ANY),
            mcc=table.text("mcc", ANY, pattern=r"\d{4}|\*", expected="four digits (ISO 18245)"),
            transaction_type=table.choice("transaction_type", SOLD_TYPES, ANY),
            amount=AmountRange.from_toml(table, "amount"),
            volume=AmountRange.from_toml(table, "volume"),
            rate_basis_points=table.integer(
                "rate_basis_points", *([] if kind == COMMISSION else [0]), high=RATE_BASIS_POINTS_MAX
            ),
            fixed_minor=table.minor("fixed", 0),
            minimum_minor=table.minor("minimum", 0),
            maximum_minor=table.minor("maximum", None),
            refunds_give_back=table.flag("refunds_give_back", kind == COMMISSION),
            kind=kind,
            file=error.file,
            line=error.line or 0,
        )
        if row.maximum_minor is not None and row.maximum_minor < row.minimum_minor:
            table.mistake("maximum", "less than minimum", "an amount that is not below minimum")
        table.done()
        return row

    @property
    def words(self) -> tuple[str, ...]:
        return (self.origin, self.scheme, self.product, self.channel, self.mcc, self.transaction_type)

    @property
    def named_count(self) -> int:
        """How many columns it names."""
        return sum(word != ANY for word in self.words) + (not self.amount.is_all) + (not self.volume.is_all)

    @property
    def covers_in_words(self) -> str:
        """The columns it names, in words of the file; empty where it covers all."""
        named = [f"{column} {word}" for column, word in zip(WORD_COLUMNS, self.words, strict=True) if word != ANY]
        for name, span in (("amount", self.amount), ("volume", self.volume)):
            if not span.is_all:
                below = "" if span.below_minor is None else f" below {_decimal(span.below_minor)}"
                named.append(f"{name} from {_decimal(span.low_minor)}{below}")
        return ", ".join(named)

    def covers(self, sale: FeeSale) -> bool:
        return (
            all(mine in (ANY, theirs) for mine, theirs in zip(self.words, sale.words, strict=True))
            and sale.amount_minor in self.amount
            and sale.volume_minor in self.volume
        )

    def meets(self, other: FeeRow) -> bool:
        """Whether there is a sale that both cover."""
        alike = all(ANY in pair or pair[0] == pair[1] for pair in zip(self.words, other.words, strict=True))
        return alike and self.amount.meets(other.amount) and self.volume.meets(other.volume)

    @property
    def refund_rate_basis_points(self) -> int:
        """What a refund gives back."""
        return self.rate_basis_points if self.refunds_give_back else 0

    @property
    def place(self) -> str:
        """Where it stands and since when it is in force: fees/discount.toml:12, 2013-01-01."""
        return f"{self.file}{f':{self.line}' if self.line else ''}, {self.from_date}"

    def of(self, transaction_type: str) -> FeeRow:
        """What it takes of a type of transaction: a refund gives back by the rate alone, up to the maximum, or nothing."""
        if transaction_type not in CREDITS:
            return self
        return evolve(self, rate_basis_points=self.refund_rate_basis_points, fixed_minor=0, minimum_minor=0)

    def fee_minor(self, amount_minor: int) -> int:
        """What it takes of an amount without sign, rounded half away from zero; of nothing it takes nothing."""
        if amount_minor == 0:
            return 0
        taken = self.fixed_minor + (amount_minor * self.rate_basis_points + BASIS_POINTS // 2) // BASIS_POINTS
        taken = max(taken, self.minimum_minor)
        return taken if self.maximum_minor is None else min(taken, self.maximum_minor)


def winner(rows: Iterable[FeeRow], business_date: str, sale: FeeSale) -> FeeRow | None:
    """The row that counts for a sale: of those in force that cover it, the one that names the most columns, then the latest."""
    fitting = [row for row in rows if row.from_date <= business_date and row.covers(sale)]
    return max(fitting, key=lambda row: (row.named_count, row.from_date), default=None)


def refuse_ties(rows: Sequence[tuple[SpecTable, FeeRow]]) -> None:
    """No sale may have two rows that name as many columns from the same date on, and none above them: a mistake names both."""
    for place, (table, row) in enumerate(rows):
        for _, other in rows[:place]:
            if (row.named_count, row.from_date) != (other.named_count, other.from_date) or not row.meets(other):
                continue
            above = [each for _, each in rows if each.named_count > row.named_count and each.from_date <= row.from_date]
            if all(any(each.covers(sale) for each in above) for sale in _both(row, other, [each for _, each in rows])):
                continue
            where = f" of line {other.line}" if other.line else ""
            found = f"{row.covers_in_words or 'any sale'} beside {other.covers_in_words or 'any sale'}{where}"
            expected = f"one row for the sales that both cover from {row.from_date}: these name as many columns"
            table.mistake("", found, expected)


def _both(row: FeeRow, other: FeeRow, rows: Sequence[FeeRow]) -> Iterator[FeeSale]:
    """The sales that two rows cover, as far as the rows of a table tell them apart."""
    return (sale for sale in sales_of(rows) if row.covers(sale) and other.covers(sale))


def sales_of(rows: Sequence[FeeRow], origins: Sequence[str] = CARD_ORIGINS) -> Iterator[FeeSale]:
    """Every kind of sale that rows tell apart: "" stands for a word that none of them names."""
    words = [sorted({word for row in rows if (word := row.words[place]) != ANY}) for place in range(len(WORD_COLUMNS))]
    columns = [list(origins), *([*named, ""] for named in words[1:])]
    amounts = edges(row.amount for row in rows)
    volumes = edges(row.volume for row in rows)
    for number, (of_words, amount, volume) in enumerate(product(product(*columns), amounts, volumes)):
        if number >= SALES_LOOKED_AT_MAX:
            return
        yield FeeSale(**dict(zip(WORD_COLUMNS, of_words, strict=True)), amount_minor=amount, volume_minor=volume)


def edges(spans: Iterable[AmountRange]) -> list[int]:
    """Where spans begin and end: from each on, up to the next, rows treat an amount alike."""
    found = {0}
    for span in spans:
        found |= {span.low_minor, *([] if span.below_minor is None else [span.below_minor])}
    return sorted(found)


def missing_row(plan_id: str, business_date: str, sale: FeeSale, file: str, line: int | None) -> SpecError:
    """That no row of a plan covers a sale."""
    which = " ".join(word for word in (sale.origin, sale.scheme) if word)
    words = [word for word in (sale.product, sale.channel, sale.transaction_type) if word]
    words += [f"MCC {sale.mcc}"] if sale.mcc else []
    words += [f"of {_decimal(sale.amount_minor)}"] if sale.amount_minor else []
    words += [f"at a volume of {_decimal(sale.volume_minor)}"] if sale.volume_minor else []
    found = f"no row for {which} cards{', ' if words else ''}{' '.join(words)} on {business_date}"
    return SpecError(file, "plan.rate", found, f"a [[plan.rate]] of {plan_id!r} that covers it", line)


def _decimal(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
