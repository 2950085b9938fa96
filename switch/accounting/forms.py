"""Entries as files: CSV for an accountant's program, JSON, and the plain text of beancount, each a piece at a time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from switch.accounting.entries import AccountingEntry
from switch.display.visible import cell, visible
from switch.money import currency_name, format_minor

AccountingForm = Literal["csv", "json", "beancount"]
ACCOUNTING_FORMS: Final[tuple[AccountingForm, ...]] = ("csv", "json", "beancount")
CSV_HEADS: Final = (
    *("date", "entry", "merchant", "terminal", "remise", "account", "account_name", "narrative", "debit", "credit"),
    *("currency", "value_date"),
)
_LINE_END: Final = "\r\n"  #: RFC 4180
_DIGEST: Final = 6  #: hexadecimal digits that keep two accounts apart whose names become alike


def as_csv(entries: Iterable[AccountingEntry]) -> Iterator[str]:
    """One row a line, with the amount in one of two columns."""
    yield _row(CSV_HEADS)
    for entry in entries:
        for line in entry.lines:
            amount = format_minor(abs(line.amount_minor), entry.currency)
            sides = (amount, "") if line.amount_minor > 0 else ("", amount)
            about = (entry.business_date, entry.entry_id, entry.merchant_id, entry.terminal_id)
            remise = f"{entry.remise:06d}" if entry.remise else ""
            named = (line.account, cell(line.name), cell(entry.narrative))
            yield _row((*map(cell, about), remise, *named, *sides, currency_name(entry.currency), entry.value_date))


def as_json(entries: Iterable[AccountingEntry]) -> Iterator[str]:
    """A list of entries, one a line."""
    before = "[\n"
    for entry in entries:
        yield before + json.dumps(entry_json(entry), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def entry_json(entry: AccountingEntry) -> dict[str, Any]:
    """An entry as JSON has it."""
    return {
        "business_date": entry.business_date,
        "entry_id": entry.entry_id,
        "merchant_id": entry.merchant_id or None,
        "terminal_id": entry.terminal_id or None,
        "remise": entry.remise or None,
        "narrative": entry.narrative,
        "currency": entry.currency,
        "value_date": entry.value_date,
        "lines": [
            {
                "account": line.account,
                "name": line.name,
                "debit_minor": max(line.amount_minor, 0),
                "credit_minor": max(-line.amount_minor, 0),
            }
            for line in entry.lines
        ],
    }


def as_beancount(entries: Iterable[AccountingEntry], accounts: Mapping[tuple[str, str], str], title: str) -> Iterator[str]:
    """A file of beancount: ``accounts`` are all there are, by root and account, with the date each is first used."""
    yield f'option "title" "{_quoted(title)}"\n\n'
    for (root, account), first_date in sorted(accounts.items(), key=lambda each: (each[1], each[0])):
        yield f"{first_date} open {beancount_account(root, account)}\n"
    for entry in entries:
        yield f'\n{entry.business_date} * "{_quoted(entry.narrative)}"\n'
        yield f'  entry: "{_quoted(entry.entry_id)}"\n  value-date: {entry.value_date}\n'
        if entry.merchant_id:
            yield f'  merchant: "{_quoted(entry.merchant_id)}"\n'
        for line in entry.lines:
            amount = format_minor(line.amount_minor, entry.currency)
            yield f"  {beancount_account(line.root, line.account)}  {amount} {commodity(entry.currency)}\n"


def accounts_used(entries: Iterable[AccountingEntry]) -> dict[tuple[str, str], str]:
    """The accounts of entries by root and account, each with the date it is first used."""
    used: dict[tuple[str, str], str] = {}
    for entry in entries:
        for line in entry.lines:
            key = (line.root, line.account)
            used[key] = min(used.get(key, entry.business_date), entry.business_date)
    return used


def beancount_account(root: str, account: str) -> str:
    """The name of an account as beancount takes it: parts of letters, digits and hyphens, each with a capital or a digit first.

    >>> beancount_account("Liabilities", "merchant-payable:EPICERIE0000001"), beancount_account("Assets", "5141")
    ('Liabilities:Merchant-payable:EPICERIE0000001', 'Assets:5141')
    >>> beancount_account("Assets", "issuer-receivable:a_b")
    'Assets:Issuer-receivable:A-b-648fa9'
    """
    return ":".join([root, *map(_part, account.split(":"))])


def _part(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]", "-", text).lstrip("-")
    named = (plain[:1].upper() + plain[1:]) or "X"
    if plain != text:
        named += f"-{hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]}"
    return named


def commodity(currency: str) -> str:
    """A currency as beancount takes it: a number ISO 4217 has no name for here gets a letter in front."""
    name = currency_name(currency)
    return name if name.isalpha() else f"C{name}"


def _quoted(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


def _row(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=_LINE_END).writerow(values)
    return out.getvalue()
