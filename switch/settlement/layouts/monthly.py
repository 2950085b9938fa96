"""The layout of a month: what a merchant was charged, as an invoice with its VAT, and what it sold, by day, brand and origin.

Everything on it was deducted from the payouts of the month already; the invoice says so, and asks for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switch.business_day import month_span
from switch.money import currency_name
from switch.settlement.bank_account import grouped_iban, grouped_rib
from switch.settlement.layouts.document import (
    Bar,
    Block,
    Cell,
    Cells,
    Column,
    ColumnKind,
    Document,
    currency_mark,
    written_date,
)
from switch.settlement.layouts.layout_labels import LAYOUT_LABELS
from switch.settlement.statement import Head
from switch.settlement.statement_facts import FeeLine, Volume
from switch.settlement.statement_labels import LABELS, entry_kind

FEE_COLUMNS: Final = (
    Column(key="fee_kind", kind="text", width=40),
    Column(key="line_count", kind="count", width=10),
    Column(key="base", kind="amount", width=19),
    Column(key="vat_rate", kind="rate", width=14),
    Column(key="vat", kind="amount", width=18),
    Column(key="with_tax", kind="amount", width=19),
)
VAT_COLUMNS: Final = (
    Column(key="vat_rate", kind="rate", width=30),
    Column(key="base", kind="amount", width=30),
    Column(key="vat", kind="amount", width=30),
    Column(key="with_tax", kind="amount", width=30),
)
_FIGURES: Final = (
    Column(key="line_count", kind="count", width=10),
    Column(key="gross", kind="amount", width=19),
    Column(key="discount", kind="amount", width=17),
    Column(key="vat", kind="amount", width=14),
    Column(key="net", kind="amount", width=18),
)
VOLUME_COLUMNS: Final = (Column(key="scheme", kind="text", width=16), Column(key="origin", kind="text", width=26), *_FIGURES)
DAY_COLUMNS: Final = (Column(key="day", kind="date", width=42), *_FIGURES)


def monthly_document(
    head: Head, month: str, fees: Sequence[FeeLine], volumes: Sequence[Volume], days: Sequence[Volume]
) -> Document:
    """The invoice of a month (2026-11). ``head`` is that of any statement of it: who the merchant is, and its account."""
    words, labels = LAYOUT_LABELS[head.language], LABELS[head.language]
    currency = currency_mark(head.currency)
    base, vat = sum(fee.base_minor for fee in fees), sum(fee.vat_minor for fee in fees)
    span = month_span(month)
    first, last = (written_date(date, "monthly", head.language) for date in (span.first, span.last))

    def title(key: str) -> str:
        return words[key].format(currency=currency)

    fee_rows: list[Cells] = [
        (
            entry_kind(fee.kind, head.language),
            fee.line_count,
            fee.base_minor,
            fee.vat_rate_basis_points,
            fee.vat_minor,
            fee.base_minor + fee.vat_minor,
        )
        for fee in fees
    ]
    volume_rows: list[Cells] = [(each.scheme, labels.get(each.origin, each.origin), *_figures(each)) for each in volumes]
    day_rows: list[Cells] = [(each.business_date, *_figures(each)) for each in days]
    whole = [("total_excluding", base), ("total_tax", vat), ("total_including", base + vat)]
    blocks = [
        _block("fees", month, title("fees_title"), FEE_COLUMNS, fee_rows),
        _block("vat", month, title("vat_title"), VAT_COLUMNS, _vat_rows(fees)),
        _block("volumes", month, title("volumes_title"), VOLUME_COLUMNS, volume_rows),
        _block("days", month, title("days_title"), DAY_COLUMNS, day_rows),
    ]
    return Document(
        layout="monthly",
        language=head.language,
        currency=head.currency,
        title=words["monthly_title"],
        subtitle=f"{month}-{head.merchant_id}",
        centre_name=head.centre_name,
        name=f"{head.name}, {head.city}",
        merchant_id=head.merchant_id,
        pairs=(
            ("merchant_id", head.merchant_id),
            *([("address", head.address)] if head.address else []),
            *([("ice", head.ice)] if head.ice else []),
            ("rib", grouped_rib(head.rib)),
            ("iban", grouped_iban(head.rib)),
            ("month", f"{first} - {last}"),
            ("currency", currency_name(head.currency)),
        ),
        blocks=tuple(blocks),
        closing=tuple(whole),
        chart_title=words["chart_title"],
        chart=tuple(Bar(label=each.business_date[8:], minor=each.gross_minor) for each in days),
        notes=(words["already_paid"],),
    )


def _figures(each: Volume) -> tuple[int, int, int, int, int]:
    return each.line_count, each.gross_minor, each.discount_minor, each.vat_minor, each.net_minor


def _block(kind: str, month: str, title: str, columns: tuple[Column, ...], rows: list[Cells]) -> Block:
    about: tuple[tuple[str, Cell, ColumnKind], ...] = (("block", kind, "text"), ("month", month, "text"))
    return Block(kind=kind, title=title, about=about, columns=columns, rows=rows, row_count=len(rows))


def _vat_rows(fees: Sequence[FeeLine]) -> list[Cells]:
    """Base, VAT and both for each rate, the highest last."""
    rates: dict[int, list[int]] = {}
    for fee in fees:
        sums = rates.setdefault(fee.vat_rate_basis_points, [0, 0])
        sums[0] += fee.base_minor
        sums[1] += fee.vat_minor
    return [(rate, base, vat, base + vat) for rate, (base, vat) in sorted(rates.items())]
