"""The layout by remise: one block for what a terminal captured, as the bank account shows one credit for it.

The facts and totals are those that programs read off the statements of Moroccan acquirers: a line without a time, the STAN, the
brand as a letter, the card masked, and the net on the side of debit or credit. Refunds and reversals of earlier sales are
blocks of their own, and so are chargebacks and fees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from switch.money import currency_name
from switch.settlement.bank_account import grouped_iban, grouped_rib
from switch.settlement.fees.stated import StatementEntry
from switch.settlement.layouts.document import Block, Cells, Column, ColumnKind, Document, currency_mark, written_date
from switch.settlement.layouts.layout_labels import LAYOUT_LABELS
from switch.settlement.statement import Head, Statement, years_of_months
from switch.settlement.statement_conversions import conversion_lines
from switch.settlement.statement_facts import LineGroup, RemiseFacts, RemiseLine
from switch.settlement.statement_labels import LABELS, entry_kind

#: Schemes by the letter that a line has for them; another one is the first letter of its name.
BRANDS: Final = {"visa": "V", "mastercard": "M", "maestro": "M", "cmi": "C", "jcb": "J", "diners": "D", "unionpay": "U"}
#: Kinds of entries that stand in the block of chargebacks.
UNPAID: Final = frozenset({"chargeback", "second_chargeback", "representment", "chargeback_fee"})
REMISE_DIGITS: Final = 6

LINE_COLUMNS: Final = (
    Column(key="date", kind="date", width=12),
    Column(key="stan", kind="digits", width=9),
    Column(key="brand", kind="text", width=16),
    Column(key="local", kind="text", width=6),
    Column(key="card_number", kind="text", width=20),
    Column(key="amount", kind="amount", width=21),
    Column(key="debit_net", kind="amount", width=18),
    Column(key="credit_net", kind="amount", width=18),
)
SUMMARY_COLUMNS: Final = (
    Column(key="remise_number", kind="digits", width=9),
    Column(key="terminal_id", kind="text", width=11),
    Column(key="bank_label", kind="text", width=30),
    Column(key="total_remise", kind="amount", width=20),
    Column(key="commission", kind="amount", width=17),
    Column(key="commission_vat", kind="amount", width=15),
    Column(key="net_remise", kind="amount", width=18),
)
ABOUT_COLUMNS: Final[tuple[tuple[str, ColumnKind], ...]] = (
    ("remise_number", "digits"),
    ("terminal_id", "digits"),
    ("business_date", "date"),
)
ENTRY_COLUMNS: Final = (
    Column(key="entry_kind", kind="text", width=26),
    Column(key="entry_reference", kind="digits", width=18),
    Column(key="narrative", kind="text", width=32),
    Column(key="entry_amount", kind="amount", width=15),
    Column(key="entry_vat", kind="amount", width=13),
    Column(key="entry_net", kind="amount", width=16),
)


def remise_document(statement: Statement, remises: Sequence[RemiseFacts]) -> Document:
    """The document of a statement's date: the blocks of its remises in their order, then chargebacks, then other entries."""
    head, entries = statement.head, statement.entries
    words = LAYOUT_LABELS[head.language]
    currency = currency_mark(head.currency)

    def date(text: str) -> str:
        return written_date(text, "remise", head.language)

    blocks: list[Block] = []
    for remise in remises:
        blocks += [_block(remise, group, words, currency, date(remise.business_date)) for group in remise.groups]
    unpaid = [entry for entry in entries if entry.kind in UNPAID]
    others = [entry for entry in entries if entry.kind not in UNPAID]
    for kind, some in (("unpaid", unpaid), ("entries", others)):
        if some:
            blocks.append(_entries_block(kind, some, head))
    if len(remises) > 1 or len(blocks) > 1:
        blocks.append(_summary(remises, words, currency))
    carried = [("opening", head.brought_forward_minor)] if head.brought_forward_minor else []
    of_entries = sum(entry.amount_minor + entry.vat_minor for entry in entries)
    return Document(
        layout="remise",
        language=head.language,
        currency=head.currency,
        title=words["remise_title"],
        subtitle=head.reference,
        centre_name=head.centre_name,
        name=f"{head.name}, {head.city}",
        merchant_id=head.merchant_id,
        pairs=(
            ("point_of_sale", head.merchant_id),
            *([("ice", head.ice)] if head.ice else []),
            ("account", grouped_rib(head.rib)),
            ("iban", grouped_iban(head.rib)),
            ("business_date", date(head.business_date)),
            ("value_date", date(head.value_date)),
            ("currency", currency_name(head.currency)),
        ),
        blocks=tuple(blocks),
        closing=(
            ("remise_total", sum(remise.net_minor for remise in remises)),
            *([("entries_total", of_entries)] if entries else []),
            *carried,
            *([("carried_part", -head.carried_minor)] if head.carried_minor else []),
            (f"net_{head.outcome}", head.net_minor),
        ),
        usual_about=ABOUT_COLUMNS,
        usual=(*LINE_COLUMNS, *ENTRY_COLUMNS),
        notes=tuple(conversion_lines(statement, LABELS[head.language])),
    )


def remise_number(number: int) -> str:
    """A number as it is printed: six digits; nothing for a date of before they were counted.

    >>> remise_number(285), remise_number(0)
    ('000285', '------')
    """
    return f"{number:0{REMISE_DIGITS}d}" if number else "-" * REMISE_DIGITS


def _block(remise: RemiseFacts, group: LineGroup, words: dict[str, str], currency: str, date: str) -> Block:
    number = remise_number(remise.number)
    return Block(
        kind=group.kind,
        title=words[f"{group.kind}_title"].format(number=number, date=date, currency=currency),
        about=tuple(
            (key, cell, kind)
            for (key, kind), cell in zip(ABOUT_COLUMNS, (number, remise.terminal_id, remise.business_date), strict=True)
        ),
        columns=LINE_COLUMNS,
        rows=_Rows(group.lines, remise.business_date, words),
        row_count=group.line_count,
        totals=(
            ("total_remise", group.gross_minor),
            ("total_commission", group.discount_minor),
            ("total_commission_vat", group.vat_minor),
            ("net_remise", group.net_minor),
        ),
    )


class _Rows:
    """The lines of a group as cells."""

    def __init__(self, lines: Iterable[RemiseLine], business_date: str, words: dict[str, str]) -> None:
        self._lines, self._date = lines, business_date
        self._marks = {"domestic": words["local_mark"], "foreign": words["foreign_short"]}

    def __iter__(self) -> Iterator[Cells]:
        for at, stan, scheme, origin, card, amount, net, adjusts in self._lines:
            year = years_of_months(adjusts or self._date)[at[:2]]
            brand = BRANDS.get(scheme) or scheme[:1].upper()
            side = (-net, None) if net < 0 else (None, net)
            yield f"{year}-{at[:2]}-{at[2:4]}", stan, brand, self._marks.get(origin, ""), card, amount, *side


def _entries_block(kind: str, entries: Sequence[StatementEntry], head: Head) -> Block:
    words = LAYOUT_LABELS[head.language]
    rows: list[Cells] = [
        (
            entry_kind(entry.kind, head.language).upper(),
            entry.reference,
            entry.narrative,
            entry.amount_minor,
            entry.vat_minor,
            entry.amount_minor + entry.vat_minor,
        )
        for entry in entries
    ]
    return Block(
        kind=kind,
        title=words[f"{kind}_title"].format(currency=currency_mark(head.currency)),
        about=(("business_date", head.business_date, "date"),),
        columns=ENTRY_COLUMNS,
        rows=rows,
        row_count=len(rows),
        totals=(("total_entries", sum(entry.amount_minor + entry.vat_minor for entry in entries)),),
    )


def _summary(remises: Sequence[RemiseFacts], words: dict[str, str], currency: str) -> Block:
    rows: list[Cells] = [
        (
            remise_number(each.number),
            each.terminal_id,
            each.label,
            each.gross_minor,
            each.discount_minor,
            each.vat_minor,
            each.net_minor,
        )
        for each in remises
    ]
    return Block(
        kind="summary",
        title=words["summary_title"].format(currency=currency),
        columns=SUMMARY_COLUMNS,
        rows=rows,
        row_count=len(rows),
        in_tables=False,
    )
