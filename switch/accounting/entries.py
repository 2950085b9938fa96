"""Entries in double entry: of a merchant's books, made of its remises; and of the centre's ledger, as it was posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from switch.accounting.chart import Chart
from switch.record import frozen

#: The first part of an account of the ledger -> the kind of account it is, as beancount calls its five roots.
LEDGER_ROOTS: Final = {
    "settlement-account": "Assets",
    "issuer-receivable": "Assets",
    "merchant-payable": "Liabilities",
    "payout-suspense": "Liabilities",
    "vat-collected": "Liabilities",
    "discount-income": "Income",
    "interchange-expense": "Expenses",
}
#: How other accounts of the ledger end -> the kind of account.
ROOT_BY_ENDING: Final = {
    "income": "Income",
    "expense": "Expenses",
    "receivable": "Assets",
    "account": "Assets",
    "payable": "Liabilities",
    "collected": "Liabilities",
    "reserve": "Liabilities",
    "deposit": "Liabilities",
    "recoverable": "Assets",
    "suspense": "Liabilities",
}
#: The first digit of an account in a chart of the French kind -> the kind of account.
CHART_ROOTS: Final = {
    "1": "Equity",
    "2": "Assets",
    "3": "Assets",
    "4": "Liabilities",
    "5": "Assets",
    "6": "Expenses",
    "7": "Income",
}
_DEFAULT_ROOT: Final = "Equity"
#: Kinds of amounts that a merchant is paid for a service of its own, and owes VAT on.
INCOME_KINDS: Final = frozenset({"cash_machine"})


@frozen(kw_only=True)
class SettledRemise:
    """What one remise sold, what it cost and what is paid for it; amounts are signed as the merchant gets them."""

    business_date: str
    merchant_id: str
    name: str
    terminal_id: str  #: empty where it is of the whole merchant
    number: int  #: 0 where it has none
    reference: str  #: of the payout
    currency: str
    gross_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int
    label: str


@frozen(kw_only=True)
class SettledAmount:
    """An amount beside the remises, signed as the merchant gets it: a fee of a period, a chargeback, what is held back."""

    business_date: str
    merchant_id: str
    name: str
    terminal_id: str
    number: int
    reference: str
    currency: str
    kind: str
    amount_minor: int
    vat_minor: int
    narrative: str


@frozen(kw_only=True)
class ConvertedPayout:
    """A payout that is paid in another currency than that of its sales: worth ``converted_minor``, less a margin."""

    business_date: str
    merchant_id: str
    name: str
    terminal_id: str
    number: int
    reference: str
    sold_minor: int
    sold_currency: str
    converted_minor: int
    margin_minor: int
    paid_minor: int
    paid_currency: str
    rate: str


@frozen(kw_only=True)
class TakenDebit:
    """What a direct debit takes from the account of a merchant, above zero; on its value date."""

    business_date: str
    merchant_id: str
    name: str
    reference: str
    currency: str
    amount_minor: int
    value_date: str


@frozen(kw_only=True)
class EntryLine:
    """One line of an entry: debited above zero, credited below."""

    account: str
    name: str  #: of the account
    root: str  #: the kind of account: Assets, Liabilities, Equity, Income, Expenses
    amount_minor: int


@frozen(kw_only=True)
class AccountingEntry:
    """An entry whose lines sum to zero."""

    business_date: str
    entry_id: str
    merchant_id: str  #: empty where it is of no one merchant
    terminal_id: str
    remise: int  #: 0: of none
    narrative: str
    currency: str  #: ISO 4217, numeric
    value_date: str
    lines: Sequence[EntryLine]


def entry_of_remise(remise: SettledRemise, value_date: str, chart: Chart) -> AccountingEntry:
    """The entry of a remise, four lines: net to the bank, commission and its VAT, and the sales that customers paid.

    A line of nothing is left out; where refunds outweigh the sales, debit and credit change places.
    """
    amounts = (
        ("bank", remise.net_minor),
        ("commission", remise.discount_minor),
        ("vat", remise.vat_minor),
        ("customers", -remise.gross_minor),
    )
    number = f"/{remise.number:06d}" if remise.number else ""
    return AccountingEntry(
        business_date=remise.business_date,
        entry_id=f"{remise.business_date}/remise/{remise.merchant_id}{_at(remise.terminal_id)}{number}",
        merchant_id=remise.merchant_id,
        terminal_id=remise.terminal_id,
        remise=remise.number,
        narrative=remise.label,
        currency=remise.currency,
        value_date=value_date,
        lines=list(_lines(amounts, chart)),
    )


def entry_of_amount(amount: SettledAmount, value_date: str, chart: Chart) -> AccountingEntry:
    """The entry of an amount beside the remises: the account of its kind and the VAT against the bank."""
    amounts = (
        ("bank", amount.amount_minor + amount.vat_minor),
        (amount.kind, -amount.amount_minor),
        ("vat_collected" if amount.kind in INCOME_KINDS else "vat", -amount.vat_minor),
    )
    number = f"/{amount.number:06d}" if amount.number else ""
    return AccountingEntry(
        business_date=amount.business_date,
        entry_id=f"{amount.business_date}/{amount.kind}/{amount.merchant_id}{_at(amount.terminal_id)}{number}/{amount.reference}",
        merchant_id=amount.merchant_id,
        terminal_id=amount.terminal_id,
        remise=amount.number,
        narrative=amount.narrative,
        currency=amount.currency,
        value_date=value_date,
        lines=list(_lines(amounts, chart)),
    )


def entries_of_conversion(payout: ConvertedPayout, value_date: str, chart: Chart) -> Iterator[AccountingEntry]:
    """The two entries of a conversion, each in one currency: what the remises put on the bank account leaves it, and what was
    paid comes in its place, with the margin; the account of conversions stands between them."""
    sold = (("bank", -payout.sold_minor), ("conversion", payout.sold_minor))
    paid = (("bank", payout.paid_minor), ("conversion_margin", payout.margin_minor), ("conversion", -payout.converted_minor))
    parts = (("sold", payout.sold_currency, sold), ("paid", payout.paid_currency, paid))
    number = f"/{payout.number:06d}" if payout.number else ""
    of = f"{payout.business_date}/conversion/{payout.merchant_id}{_at(payout.terminal_id)}{number}/{payout.reference}"
    for part, currency, amounts in parts:
        yield AccountingEntry(
            business_date=payout.business_date,
            entry_id=f"{of}/{part}",
            merchant_id=payout.merchant_id,
            terminal_id=payout.terminal_id,
            remise=payout.number,
            narrative=f"conversion of payout {payout.reference} at {payout.rate}",
            currency=currency,
            value_date=value_date,
            lines=list(_lines(amounts, chart)),
        )


def entry_of_debit(debit: TakenDebit, chart: Chart) -> AccountingEntry:
    """The entry of a direct debit as the bank executes it. That of its amount, ``direct_debit``, brought the payout to zero:
    what the merchant owed then is paid now."""
    return AccountingEntry(
        business_date=debit.business_date,
        entry_id=f"{debit.business_date}/direct_debit/{debit.merchant_id}/{debit.reference}/taken",
        merchant_id=debit.merchant_id,
        terminal_id="",
        remise=0,
        narrative=f"direct debit {debit.reference}",
        currency=debit.currency,
        value_date=debit.value_date,
        lines=list(_lines((("direct_debit", debit.amount_minor), ("bank", -debit.amount_minor)), chart)),
    )


def entry_of_ledger(posted: Sequence[tuple[str, str, str, int, str, str, str]]) -> AccountingEntry:
    """An entry of the ledger as it was posted: rows of business date, entry id, account, signed amount, currency, value date
    and narrative."""
    business_date, entry_id, _, _, currency, value_date, narrative = posted[0]
    lines = [
        EntryLine(account=account, name=account.partition(":")[0], root=ledger_root(account), amount_minor=minor)
        for _, _, account, minor, _, _, _ in posted
    ]
    merchant_id = next((each.account.partition(":")[2] for each in lines if each.name == "merchant-payable"), "")
    return AccountingEntry(
        business_date=business_date,
        entry_id=entry_id,
        merchant_id=merchant_id,
        terminal_id="",
        remise=0,
        narrative=narrative,
        currency=currency,
        value_date=value_date,
        lines=lines,
    )


def ledger_root(account: str) -> str:
    """The kind of an account of the ledger.

    >>> ledger_root("merchant-payable:EPICERIE0000001"), ledger_root("rent-income")
    ('Liabilities', 'Income')
    """
    first = account.partition(":")[0]
    return LEDGER_ROOTS.get(first) or ROOT_BY_ENDING.get(first.rpartition("-")[2], _DEFAULT_ROOT)


def _at(terminal_id: str) -> str:
    return f"/{terminal_id.strip()}" if terminal_id.strip() else ""


def _lines(amounts: Sequence[tuple[str, int]], chart: Chart) -> Iterator[EntryLine]:
    for role, minor in amounts:
        account = chart.account(role)
        if minor:
            root = CHART_ROOTS.get(account.number[0], _DEFAULT_ROOT)
            yield EntryLine(account=account.number, name=account.name, root=root, amount_minor=minor)
