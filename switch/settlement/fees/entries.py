"""Entries: what changes what a merchant is paid besides presentments, adjustments and amounts carried (``merchant_entry``).

A source of entries is one SQL statement that inserts them before payouts are made. It owns the kinds it inserts, counts
``line`` from 1 within merchant, terminal, remise and kind, and gives amounts the sign of what the merchant gets: a fee is below
zero. The table ``ENTRY_ACCOUNTS`` says where each kind is posted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switch.clearing.ledger import POST, POSTED
from switch.record import frozen

VAT_COLLECTED: Final = "vat-collected"  #: what merchants pay on fees
VAT_RECOVERABLE: Final = "vat-recoverable"  #: what is paid to merchants on what they charge


@frozen(kw_only=True)
class EntryAccount:
    """Where entries of one kind are posted, against what the merchant is owed."""

    account: str
    is_fee: bool  #: whether it is on the invoice of a month; if not, it is money that was or becomes the merchant's own
    vat_account: str = VAT_COLLECTED
    of_merchant: bool = False  #: whether each merchant has an account of its own: ``account:MERCHANT``


#: Kind of entry -> its accounts: the only place that knows them. An entry of a kind that is not here has no posting, and the
#: day does not balance.
ENTRY_ACCOUNTS: Final = {
    "rounding": EntryAccount(account="discount-income", is_fee=True),
    "service": EntryAccount(account="service-fee-income", is_fee=True),
    "gateway": EntryAccount(account="gateway-fee-income", is_fee=True),
    "cash_machine": EntryAccount(account="cash-machine-fee-expense", is_fee=True, vat_account=VAT_RECOVERABLE),
    "setup": EntryAccount(account="setup-fee-income", is_fee=True),
    "subscription": EntryAccount(account="subscription-income", is_fee=True),
    "rent": EntryAccount(account="terminal-rent-income", is_fee=True),
    "reserve": EntryAccount(account="merchant-reserve", is_fee=False, of_merchant=True),
    "reserve_release": EntryAccount(account="merchant-reserve", is_fee=False, of_merchant=True),
    "deposit": EntryAccount(account="merchant-deposit", is_fee=False, of_merchant=True),
    "deposit_release": EntryAccount(account="merchant-deposit", is_fee=False, of_merchant=True),
    "chargeback": EntryAccount(account="dispute-receivable", is_fee=False),
    "representment": EntryAccount(account="dispute-receivable", is_fee=False),
    "second_chargeback": EntryAccount(account="dispute-receivable", is_fee=False),
    "chargeback_fee": EntryAccount(account="chargeback-fee-income", is_fee=True),
    "write_off": EntryAccount(account="exception-loss", is_fee=False),
    "direct_debit": EntryAccount(account="settlement-account", is_fee=False),
}

#: The kinds that are on the invoice of a month.
INVOICED_KINDS: Final = frozenset(kind for kind, posted in ENTRY_ACCOUNTS.items() if posted.is_fee)

ENTRY_TABLES: Final = (
    """
    CREATE TEMP TABLE entry_account (
      kind TEXT PRIMARY KEY, account TEXT, vat_account TEXT, of_merchant INTEGER)
    """,
)
ADD_ENTRY_ACCOUNT: Final = "INSERT INTO entry_account VALUES (?, ?, ?, ?)"


def entry_accounts() -> Iterator[tuple[str, str, str, bool]]:
    """``ENTRY_ACCOUNTS`` as rows of ``entry_account``."""
    for kind, posted in ENTRY_ACCOUNTS.items():
        yield kind, posted.account, posted.vat_account, posted.of_merchant


#: One posting entry for each row: the merchant is owed what it gets, the account of its kind and that of VAT give it. What
#: moves on the account at the bank does so on the value date, as payouts do.
ENTRY_POSTINGS: Final = f"""
{POST}
WITH entry AS (
  SELECT
    :business_date || '/entry/' || e.merchant_id || '/' || e.terminal_id || '/' || e.remise_number || '/' || e.kind || '/'
      || e.line AS entry_id,
    e.merchant_id, e.amount_minor, e.vat_minor, e.currency, e.narrative,
    a.account || CASE a.of_merchant WHEN 1 THEN ':' || e.merchant_id ELSE '' END AS account, a.vat_account,
    CASE a.account WHEN 'settlement-account' THEN :value_date ELSE :business_date END AS value_date
  FROM merchant_entry AS e
  JOIN entry_account AS a ON a.kind = e.kind
  WHERE e.business_date = :business_date
), movement AS (
  SELECT entry_id, 1 AS line, 'entry' AS kind, 'merchant-payable:' || merchant_id AS account,
    -amount_minor - vat_minor AS amount_minor, currency, value_date, narrative
  FROM entry
  UNION ALL
  SELECT entry_id, 2, 'entry', account, amount_minor, currency, value_date, narrative FROM entry
  UNION ALL
  SELECT entry_id, 3, 'entry', vat_account, vat_minor, currency, value_date, narrative || ', VAT' FROM entry
)
{POSTED}
"""
