"""A merchant's daily statement, the *relevé monétique*, rendered line by line as fixed-width text and as CSV.

Both are written to anything with a ``write``, head first and then the lines, some at a time, so that a statement of a million
lines costs no memory. The same head, lines and totals give the same bytes.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol

from attrs import fields, frozen

from switch.display.visible import cell, visible
from switch.merchant import StatementLanguage
from switch.money import CURRENCIES, currency_name, format_minor
from switch.transaction import (
    BILL_PAYMENT,
    CASH_WITHDRAWAL,
    PURCHASE,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    REFUND,
)

AMOUNTS_KEPT = 1 << 17  #: decimals remembered, some 15 MB: prices, and still more discounts, come again and again
WIDTH = 132  #: columns of the text form: the wide line printer, and A4 landscape in a small type

#: A payout is paid, or carried to the next one where it is not above zero.
PayoutOutcome = Literal["paid", "carried"]

#: The sections of a statement, in order; below them what takes earlier lines back.
SECTIONS = (PURCHASE, PURCHASE_WITH_CASH_BACK, QUASI_CASH, CASH_WITHDRAWAL, BILL_PAYMENT, REFUND)

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

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Head:
        return cls(**{field.name: value for field, value in zip(fields(cls), row, strict=True)})


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
        return cls(**{field.name: value for field, value in zip(fields(cls), row, strict=True)})


LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "RELEVÉ MONÉTIQUE",
        "merchant": "Commerçant",
        "rib": "RIB crédité",
        "business_date": "Journée du",
        "value_date": "Date de valeur",
        "reference": "Référence",
        "currency": "Devise",
        "time": "Date heure",
        "terminal": "Terminal",
        "card": "Carte",
        "scheme": "Marque",
        "origin": "O",
        "rrn": "RRN",
        "approval": "Autor.",
        "gross": "Brut",
        "rate": "Tx %",
        "discount": "Commission",
        "vat": "TVA",
        "net": "Net",
        "domestic_mark": "N",
        "foreign_mark": "E",
        "legend": "O : N carte nationale, E carte étrangère. Commission hors taxes.",
        "totals": "Totaux",
        "count": "Nombre",
        "domestic": "Cartes nationales",
        "foreign": "Cartes étrangères",
        "all": "Total",
        PURCHASE: "Achats",
        PURCHASE_WITH_CASH_BACK: "Achats avec remise d'espèces",
        QUASI_CASH: "Quasi-espèces",
        CASH_WITHDRAWAL: "Retraits d'espèces",
        BILL_PAYMENT: "Paiements de factures",
        REFUND: "Remboursements",
        "of_which": "dont",
        "adjustments": "Annulations d'opérations de relevés antérieurs",
        "adjusted": "Annulations",
        "brought_forward": "Report antérieur",
        "paid": "MONTANT CRÉDITÉ",
        "carried": "MONTANT REPORTÉ",
        "decimal_mark": ",",
    },
    "en": {
        "title": "MERCHANT STATEMENT",
        "merchant": "Merchant",
        "rib": "Account credited",
        "business_date": "Business date",
        "value_date": "Value date",
        "reference": "Reference",
        "currency": "Currency",
        "time": "Date time",
        "terminal": "Terminal",
        "card": "Card",
        "scheme": "Scheme",
        "origin": "O",
        "rrn": "RRN",
        "approval": "Appr.",
        "gross": "Gross",
        "rate": "Rt %",
        "discount": "Discount",
        "vat": "VAT",
        "net": "Net",
        "domestic_mark": "D",
        "foreign_mark": "F",
        "legend": "O: D domestic card, F foreign card. Discount before VAT.",
        "totals": "Totals",
        "count": "Count",
        "domestic": "Domestic cards",
        "foreign": "Foreign cards",
        "all": "Total",
        PURCHASE: "Purchases",
        PURCHASE_WITH_CASH_BACK: "Purchases with cash back",
        QUASI_CASH: "Quasi-cash",
        CASH_WITHDRAWAL: "Cash withdrawals",
        BILL_PAYMENT: "Bill payments",
        REFUND: "Refunds",
        "of_which": "of which",
        "adjustments": "Reversals of transactions on earlier statements",
        "adjusted": "Reversals",
        "brought_forward": "Brought forward",
        "paid": "AMOUNT CREDITED",
        "carried": "AMOUNT CARRIED FORWARD",
        "decimal_mark": ".",
    },
}

CSV_LINE_END = "\r\n"
CSV_COLUMNS = (
    "business_date",
    "value_date",
    "merchant_id",
    "reference",
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
    "currency",
    "gross",
    "discount_rate_basis_points",
    "discount",
    "vat",
    "net",
    "adjusts",
)


def amount_formatter(currency: str, decimal_mark: str = ".") -> Callable[[int], str]:
    """``money.format_minor`` for one currency, made ready for millions of amounts."""
    if CURRENCIES.get(currency, ("", 2))[1] != 2:
        return lambda amount_minor: format_minor(amount_minor, currency).replace(".", decimal_mark)

    return _with_comma if decimal_mark == "," else _with_point


@lru_cache(AMOUNTS_KEPT)
def _with_point(amount_minor: int) -> str:
    if amount_minor < 0:
        return f"-{-amount_minor // 100}.{-amount_minor % 100:02d}"
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def _with_comma(amount_minor: int) -> str:
    return _with_point(amount_minor).replace(".", ",")


def grouped_rib(rib: str) -> str:
    """A RIB as it is printed: bank, city, account, key.

    >>> grouped_rib("310810101402900442310133")
    '310 810 1014029004423101 33'
    """
    return f"{rib[:3]} {rib[3:6]} {rib[6:22]} {rib[22:]}"


def shown_lines(head: Head, lines: Iterable[StatementRow]) -> list[ShownLine]:
    """The lines with their amounts as decimals, once for both forms."""
    amount = amount_formatter(head.currency)
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


def write_text_head(out: Out, head: Head) -> None:
    """The text form in the merchant's language, at most ``WIDTH`` columns: who, when, and the names of the columns."""
    labels = LABELS[head.language]
    title = labels["title"]
    name, city, centre_name = visible(head.name), visible(head.city), visible(head.centre_name)
    pairs = (
        ("merchant", f"{visible(head.merchant_id)}  {name}, {city}"),
        ("rib", grouped_rib(head.rib)),
        ("business_date", head.business_date),
        ("value_date", head.value_date),
        ("reference", visible(head.reference)),
        ("currency", currency_name(head.currency)),
    )
    out.write(f"{centre_name[: WIDTH - len(title) - 1]:<{WIDTH - len(title)}}{title}\n\n")
    for key, value in pairs:
        out.write(f"{labels[key]:<18}{value}\n")
    named = {key: labels[key] for key in ("time", "terminal", "card", "scheme", "origin", "rrn", "approval")}
    out.write(
        "\n{time:<11} {terminal:<8} {card:<19} {scheme:<10} {origin:<1} {rrn:<12} {approval:<6}".format(**named)
        + f" {labels['gross']:>13} {labels['rate']:>5} {labels['discount']:>12} {labels['vat']:>11} {labels['net']:>13}\n"
    )
    out.write("-" * WIDTH + "\n")


def write_text_section(out: Out, head: Head, section: str) -> None:
    """The name of a section, one of SECTIONS or ``adjustments``, above its lines."""
    out.write(f"{LABELS[head.language][section]}\n")


def write_text_lines(out: Out, head: Head, lines: Iterable[ShownLine]) -> None:
    """A minus sign may take the space before its column, so that the largest amounts stay within the width."""
    labels = LABELS[head.language]
    marks = {"domestic": labels["domestic_mark"], "foreign": labels["foreign_mark"]}
    mark = labels["decimal_mark"]
    for at, terminal, pan, scheme, _, origin, _, _, rrn, approval, gross, rate, discount, vat, net, _ in lines:
        figures = f"{gross:>14} {rate // 100:>2}.{rate % 100:02d}{discount:>13}{vat:>12}{net:>14}\n"
        out.write(
            f"{at[2:4]}/{at[:2]} {at[4:6]}:{at[6:8]} {terminal:<8.8} {pan:<19.19} {scheme:<10.10} {marks[origin]} "
            f"{rrn:<12.12} {approval:<6.6}{figures.replace('.', mark)}"
        )


def write_text_totals(out: Out, head: Head, totals: Iterable[StatementTotal], parts: Iterable[StatementTotal]) -> None:
    """The end of the text form: totals of each origin, in all, of the parts of the whole, and the amount credited."""
    labels = LABELS[head.language]
    amount = amount_formatter(head.currency, labels["decimal_mark"])

    def row(name: str, count: object, gross: str, discount: str, vat: str, net: str) -> None:
        out.write(f"{name:<60}{count:>13}{gross:>14}{discount:>19}{vat:>12}{net:>14}\n")

    def row_of(name: str, total: StatementTotal) -> None:
        figures = (total.gross_minor, total.discount_minor, total.vat_minor, total.net_minor)
        row(name, total.line_count, *map(amount, figures))

    out.write("-" * WIDTH + "\n")
    row(labels["totals"], labels["count"], labels["gross"], labels["discount"], labels["vat"], labels["net"])
    for total in totals:
        row_of(labels[total.of], total)
    net_of_lines = head.net_minor - head.brought_forward_minor
    figures = (head.gross_minor, head.discount_minor, head.vat_minor, net_of_lines)
    row(labels["all"], head.presentment_count + head.adjustment_count, *map(amount, figures))
    for part in parts:
        row_of(f"{labels['of_which']} {labels[part.of].lower()}", part)
    if head.brought_forward_minor:
        out.write(f"{labels['brought_forward']:<{WIDTH - 14}}{amount(head.brought_forward_minor):>14}\n")
    credited = f"{labels[head.outcome]} ({labels['value_date'].lower()} {head.value_date})"
    out.write(f"\n{credited:<{WIDTH - 18}} {currency_name(head.currency)}{amount(head.net_minor):>14}\n")
    out.write(f"\n{labels['legend']}\n")


def write_csv_head(out: Out) -> None:
    """The CSV form (RFC 4180, UTF-8): one row for each line, amounts as decimals, no totals."""
    csv.writer(out, lineterminator=CSV_LINE_END).writerow(CSV_COLUMNS)


def write_csv_lines(out: Out, head: Head, lines: Iterable[ShownLine]) -> None:
    """Rows are joined plainly where no text needs quotes or may be a formula, which is nearly always; ``csv`` takes others."""
    sales_years = _years_of_months(head.business_date)
    first = (head.business_date, head.value_date, cell(head.merchant_id), cell(head.reference))
    prefix = ",".join(first)
    simple = prefix.count(",") == len(first) - 1 and '"' not in prefix
    writerow = csv.writer(out, lineterminator=CSV_LINE_END).writerow
    for line in lines:
        at, gross, rate, discount, vat, net, adjusts = line[0], *line[10:]
        years = _years_of_months(adjusts) if adjusts else sales_years
        local_at = f"{years[at[:2]]}-{at[:2]}-{at[2:4]}T{at[4:6]}:{at[6:8]}:{at[8:10]}"
        texts = ",".join(line[1:10])
        plain = simple and texts.isascii() and not ("=" in texts or "+" in texts or "-" in texts or "@" in texts)
        if plain and texts.count(",") == 8 and '"' not in texts:
            out.write(
                f"{prefix},{local_at},{texts},{head.currency},{gross},{rate},{discount},{vat},{net},{adjusts}{CSV_LINE_END}"
            )
        else:
            writerow((*first, local_at, *map(cell, line[1:10]), head.currency, *line[10:]))


def _years_of_months(business_date: str) -> defaultdict[str, str]:
    """The year of a local date, which a message does not carry: the business date's, or the nearer one around New Year."""
    year, month = int(business_date[:4]), business_date[5:7]
    years = defaultdict(lambda: f"{year:04d}")
    if month == "01":
        years["12"] = f"{year - 1:04d}"
    if month == "12":
        years["01"] = f"{year + 1:04d}"
    return years
