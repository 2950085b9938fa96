"""A merchant's daily statement, the *relevé monétique*: what it says, and how that is written as fixed-width text and as CSV.

``Statement`` is what every form is made from (``statement_forms``). Text and CSV are written to anything with a ``write``, head
first and then the lines, some at a time, so that a statement of a million lines costs no memory. The same statement gives the
same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final, Literal, Protocol

from switch.display.kept import KeptTexts
from switch.display.visible import visible
from switch.merchant import StatementLanguage
from switch.money import CURRENCIES, currency_name, format_minor
from switch.record import frozen, of_row
from switch.settlement.bank_account import grouped_iban, grouped_rib
from switch.settlement.fees.stated import StatementConversion, StatementEntry, StatementPayout
from switch.settlement.statement_facts import StatementFacts
from switch.settlement.statement_labels import LABELS, TEXT_LANGUAGE
from switch.transaction import (
    BILL_PAYMENT,
    CASH_WITHDRAWAL,
    PURCHASE,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    REFUND,
)

AMOUNTS_KEPT = 1 << 17  #: decimals remembered, some 15 MB: prices, and still more discounts, come again and again
LINES_AT_ONCE = 1_000  #: of a statement in memory
AMOUNT_COLUMNS = 14  #: of the widest columns of amounts, a space before them included
WIDTH = 132  #: columns of the text form: the wide line printer, and A4 landscape in a small type

#: A payout is paid, or carried to the next one where it is not above zero.
PayoutOutcome = Literal["paid", "carried"]

#: The sections of a statement, in order.
SECTIONS = (PURCHASE, PURCHASE_WITH_CASH_BACK, QUASI_CASH, CASH_WITHDRAWAL, BILL_PAYMENT, REFUND)

ADJUSTMENTS_SECTION: Final = "adjustments"  #: the section below those, of what takes earlier lines back

#: As ``payouts.STATEMENT_LINES`` and ``engine.STATEMENT_ADJUSTMENTS`` select it, and the same with decimals for its amounts.
StatementRow = tuple[str, str, str, str, str, str, str, str, str, str, int, int, int, int, int, str]
ShownLine = tuple[str, str, str, str, str, str, str, str, str, str, str, int, str, str, str, str]


class Out(Protocol):
    """Where a statement is written to."""

    def write(self, text: str, /) -> object: ...


@frozen(kw_only=True)
class Head:
    """What a statement says once; the merchant as it was named on the business date."""

    centre_name: str
    business_date: str
    merchant_id: str
    name: str
    city: str
    language: StatementLanguage
    rib: str
    reference: str
    value_date: str
    currency: str
    presentment_count: int
    adjustment_count: int  #: lines that take back what stood on earlier statements
    gross_minor: int
    discount_minor: int
    vat_minor: int
    brought_forward_minor: int  #: of an earlier payout that was carried
    net_minor: int  #: credited, or carried when not above zero
    outcome: PayoutOutcome
    vat_rate_basis_points: int  #: of the business date
    address: str = ""  #: of the merchant, and its identifiant commun de l'entreprise: empty where its contract has none
    ice: str = ""
    entries_minor: int = 0  #: what changes what is paid besides the lines: fees of a period and the like, without VAT
    entries_vat_minor: int = 0  #: on those
    carried_minor: int = 0  #: of payouts of the date that are carried, where others are paid

    @property
    def lines_net_minor(self) -> int:
        """Net of the lines alone."""
        return self.gross_minor - self.discount_minor - self.vat_minor

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Head:
        return of_row(cls, row)


@frozen(kw_only=True)
class StatementTotal:
    """The totals of a statement for cards of one origin, for one type of transaction, or of its adjustments."""

    of: str  #: domestic, foreign; one of SECTIONS; adjusted
    line_count: int
    gross_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> StatementTotal:
        return of_row(cls, row)


@frozen(kw_only=True)
class Section:
    """The lines of one type of transaction, or those that take back what stood on earlier statements."""

    of: str  #: one of SECTIONS, or ``adjustments``
    total: StatementTotal
    lines: Iterable[StatementRow]  #: in the order the centre took the requests in; read anew each time they are gone through


@frozen(kw_only=True)
class Statement:
    """All that a merchant's statement of a closed date says, made from the books alone."""

    head: Head  #: with what is paid, and when
    sections: tuple[Section, ...]  #: in the order of SECTIONS, the adjustments last
    origins: tuple[StatementTotal, ...]  #: totals for domestic and foreign cards
    payouts: tuple[StatementPayout, ...] = ()  #: each payout of the date
    entries: tuple[StatementEntry, ...] = ()  #: what changes them besides the lines
    conversions: tuple[StatementConversion, ...] = ()  #: payouts that are paid in another currency
    facts: StatementFacts | None = None  #: for its other layouts: read from the books while they are open

    @property
    def whole(self) -> StatementTotal:
        """The total of all lines."""
        head = self.head
        return StatementTotal(
            of="all",
            line_count=head.presentment_count + head.adjustment_count,
            gross_minor=head.gross_minor,
            discount_minor=head.discount_minor,
            vat_minor=head.vat_minor,
            net_minor=head.lines_net_minor,
        )

    @property
    def parts(self) -> tuple[StatementTotal, ...]:
        """The parts of the total that are worth a line of their own: each type where there are several, and the adjustments."""
        types = [section.total for section in self.sections if section.of != ADJUSTMENTS_SECTION]
        adjusted = [section.total for section in self.sections if section.of == ADJUSTMENTS_SECTION]
        return (*(types if len(types) > 1 else ()), *adjusted)


#: Of a line: what sale it is of, by the names that CSV and JSON have.
SALE_FIELDS = (
    "local_at",
    "terminal_id",
    "pan_masked",
    "scheme",
    "product",
    "origin",
    "channel",
    "transaction_type",
    "rrn",
    "approval_code",
)
CSV_COLUMNS = (
    "business_date",
    "value_date",
    "merchant_id",
    "reference",
    *SALE_FIELDS,
    "currency",
    "gross",
    "discount_rate_basis_points",
    "discount",
    "vat",
    "net",
    "adjusts",
)


def amount_formatter(currency: str) -> Callable[[int], str]:
    """``money.format_minor`` for one currency, made ready for millions of amounts."""
    if CURRENCIES.get(currency, ("", 2))[1] != 2:
        return lambda amount_minor: format_minor(amount_minor, currency)

    return _with_point


@lru_cache(AMOUNTS_KEPT)
def _with_point(amount_minor: int) -> str:
    if amount_minor < 0:
        return f"-{-amount_minor // 100}.{-amount_minor % 100:02d}"
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def amount_writer(labels: Mapping[str, str], columns: int = AMOUNT_COLUMNS) -> Callable[[str], str]:
    """How a language writes an amount that is given as a decimal: its decimal mark, and what stands between thousands."""
    if not labels["thousands_mark"]:
        return str
    return partial(_marked, decimal_mark=labels["decimal_mark"], thousands_mark=labels["thousands_mark"], columns=columns)


@lru_cache(AMOUNTS_KEPT)
def _marked(decimal: str, decimal_mark: str, thousands_mark: str, columns: int = AMOUNT_COLUMNS) -> str:
    """Thousands stand together only where an amount is wider than its column otherwise.

    >>> _marked("1234567.89", ",", " "), _marked("-999.50", ",", " "), _marked("9999999999.99", ",", " ")
    ('1 234 567,89', '-999,50', '9999999999,99')
    """
    whole, point, part = decimal.partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands_mark)
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = f"-{grouped}"
    shown = grouped + (decimal_mark if point else "") + part
    return shown if len(shown) < columns else whole + (decimal_mark if point else "") + part


def shown_date(date: str, labels: Mapping[str, str]) -> str:
    """A date such as 2026-11-28 as a language writes it."""
    year, month, day = date.split("-")
    return labels["date"].format(year=year, month=month, day=day)


def shown_rate(rate_basis_points: int, labels: Mapping[str, str]) -> str:
    """A rate in per cent, without the decimals it does not need: 10 %, 5,5 %."""
    decimal = f"{rate_basis_points / 100:.2f}".rstrip("0").rstrip(".")
    return decimal.replace(".", labels["decimal_mark"]) + labels["percent"]


def batches(lines: Iterable[StatementRow]) -> Iterator[list[StatementRow]]:
    """The lines, some at a time."""
    following = iter(lines)
    while some := list(islice(following, LINES_AT_ONCE)):
        yield some


def shown_lines(head: Head, lines: Iterable[StatementRow]) -> list[ShownLine]:
    """The lines with their amounts as decimals, once for both forms."""
    amount, lines = amount_formatter(head.currency), list(lines)
    if "".join(["".join(line[:10]) for line in lines]).isprintable():  # nearly always
        return [
            (*line[:10], amount(line[10]), line[11], amount(line[12]), amount(line[13]), amount(line[14]), line[15])
            for line in lines
        ]
    return [
        (*_visible(line[:10]), amount(line[10]), line[11], amount(line[12]), amount(line[13]), amount(line[14]), line[15])
        for line in lines
    ]


Words = tuple[str, str, str, str, str, str, str, str, str, str]


def _visible(words: Words) -> Words:
    """What came off a wire, without control characters."""
    if "".join(words).isprintable():
        return words
    return tuple(map(visible, words))  # type: ignore[return-value]  # as many as there were


def text_labels(head: Head) -> Mapping[str, str]:
    """The words of the text form."""
    return LABELS[TEXT_LANGUAGE[head.language]]


def write_text_head(out: Out, head: Head) -> None:
    """The text form in the merchant's language, at most ``WIDTH`` columns: who, when, and the names of the columns."""
    labels = text_labels(head)
    title = labels["title"]
    name, city, centre_name = visible(head.name), visible(head.city), visible(head.centre_name)
    pairs = (
        ("merchant", f"{visible(head.merchant_id)}  {name}, {city}"),
        *([("ice", visible(head.ice))] if head.ice else []),
        ("rib", grouped_rib(head.rib)),
        ("iban", grouped_iban(head.rib)),
        ("business_date", shown_date(head.business_date, labels)),
        ("value_date", shown_date(head.value_date, labels)),
        ("reference", visible(head.reference)),
        ("currency", currency_name(head.currency)),
    )
    out.write(f"{centre_name[: WIDTH - len(title) - 1]:<{WIDTH - len(title)}}{title}\n\n")
    for key, value in pairs:
        out.write(f"{labels[key]:<18}{value}\n")
    named = {key: labels[key] for key in ("time", "terminal", "card", "scheme", "origin", "rrn", "approval")}
    vat = f"{labels['vat']} {shown_rate(head.vat_rate_basis_points, labels)}"
    out.write(
        "\n{time:<11} {terminal:<8} {card:<19} {scheme:<8} {origin:>3} {rrn:<12} {approval:<9}".format(**named)
        + f"{labels['gross']:>11}{labels['rate']:>7}{labels['discount']:>12}{vat:>12}{labels['net']:>14}\n"
    )
    out.write("-" * WIDTH + "\n")


def write_text_section(out: Out, head: Head, section: str) -> None:
    """The name of a section, one of SECTIONS or ``adjustments``, above its lines."""
    out.write(f"{text_labels(head)[section]}\n")


@lru_cache
def _text_columns(language: str) -> tuple[KeptTexts, ...]:
    """How the parts of a line are written in a language: its time (MMDDhhmm), gross and net, discount, VAT, rate."""
    labels = LABELS[language]
    point = labels["decimal_mark"]

    def amounts(columns: int) -> KeptTexts:
        shown = amount_writer(labels, columns)

        def written(decimal: str) -> str:  # below a thousand, none of its marks
            return f"{decimal.replace('.', point) if len(decimal) <= 6 else shown(decimal):>{columns}}"

        return KeptTexts(written, AMOUNTS_KEPT)

    times = KeptTexts(lambda at: f"{at[2:4]}/{at[:2]} {at[4:6]}:{at[6:8]}", AMOUNTS_KEPT)
    rates = KeptTexts(lambda rate: f"{rate // 100:>2}{point}{rate % 100:02d}", AMOUNTS_KEPT)
    return times, amounts(AMOUNT_COLUMNS), amounts(13), amounts(12), rates


_TEXT_LINE: Final = "%s %-8.8s %-19.19s %-10.10s %s %-12.12s %-6.6s%s %s%s%s%s\n"  #: a third faster than an f-string


def write_text_lines(out: Out, head: Head, lines: Iterable[ShownLine]) -> None:
    """A minus sign may take the space before its column, so that the largest amounts stay within the width."""
    labels = text_labels(head)
    marks = {"domestic": labels["domestic_mark"], "foreign": labels["foreign_mark"]}
    shown_at, wide, shown_discount, shown_vat, shown_rate = _text_columns(TEXT_LANGUAGE[head.language])
    written = [
        _TEXT_LINE
        % (
            *(shown_at[at[:8]], terminal, pan, scheme, marks[origin], rrn, approval),
            *(wide[gross], shown_rate[rate], shown_discount[discount], shown_vat[vat], wide[net]),
        )
        for at, terminal, pan, scheme, _, origin, _, _, rrn, approval, gross, rate, discount, vat, net, _ in lines
    ]
    out.write("".join(written))


def write_text_totals(out: Out, head: Head, totals: Iterable[StatementTotal], parts: Iterable[StatementTotal]) -> None:
    """The end of the text form: totals of each origin, in all, of the parts of the whole, and the amount credited."""
    labels = text_labels(head)
    decimals, shown = amount_formatter(head.currency), amount_writer(labels)

    def amount(minor: int) -> str:
        return shown(decimals(minor))

    def row(name: str, count: object, gross: str, discount: str, vat: str, net: str) -> None:
        vat = vat if len(vat) < 12 else vat.replace(labels["thousands_mark"], "")  # the narrowest column
        out.write(f"{name:<60}{count:>13}{gross:>14}{discount:>19}{vat:>12}{net:>14}\n")

    def row_of(name: str, total: StatementTotal) -> None:
        figures = (total.gross_minor, total.discount_minor, total.vat_minor, total.net_minor)
        row(name, total.line_count, *map(amount, figures))

    out.write("-" * WIDTH + "\n")
    row(labels["totals"], labels["count"], labels["gross"], labels["discount"], labels["vat"], labels["net"])
    for total in totals:
        row_of(labels[total.of], total)
    figures = (head.gross_minor, head.discount_minor, head.vat_minor, head.lines_net_minor)
    row(labels["all"], head.presentment_count + head.adjustment_count, *map(amount, figures))
    for part in parts:
        row_of(f"{labels['of_which']} {labels[part.of].lower()}", part)
    for key, minor in (
        ("entries", head.entries_minor + head.entries_vat_minor),
        ("brought_forward", head.brought_forward_minor),
        ("carried_part", -head.carried_minor),
    ):
        if minor:
            out.write(f"{labels[key]:<{WIDTH - 14}}{amount(minor):>14}\n")
    for key, minor in (
        ("total_discount", head.discount_minor),
        ("total_vat", head.vat_minor),
        ("total_charges", head.discount_minor + head.vat_minor),
    ):
        out.write(f"{labels[key]:<{WIDTH - 14}}{amount(minor):>14}\n")
    credited = f"{labels[head.outcome]} ({labels['value_date'].lower()} {shown_date(head.value_date, labels)})"
    out.write(
        f"\n{credited:<{WIDTH - 20}}{amount_writer(labels, 17)(decimals(head.net_minor)):>16} {currency_name(head.currency)}\n"
    )
    out.write(f"\n{labels['legend']}\n")


def years_of_months(business_date: str) -> defaultdict[str, str]:
    """The year of a local date, which a message does not carry: the business date's, or the nearer one around New Year."""
    year, month = int(business_date[:4]), business_date[5:7]
    years = defaultdict(lambda: f"{year:04d}")
    if month == "01":
        years["12"] = f"{year - 1:04d}"
    if month == "12":
        years["01"] = f"{year + 1:04d}"
    return years
