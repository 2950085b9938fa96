"""Additional amounts, as an issuer adds them to its answers: entries of 20 characters in one element.

Each is account type (2), amount type (2), currency (3), C for an amount in the cardholder's favour or D, and 12 digits
(ISO 8583:1987, DE 54; amount types as the networks use them).
"""

from __future__ import annotations

from typing import Final

_ADDITIONAL_AMOUNTS: Final = 54
ANY_ACCOUNT: Final = "00"
LEDGER_BALANCE: Final = "01"
AVAILABLE_BALANCE: Final = "02"
ORIGINAL_AMOUNT: Final = "57"  #: what was asked for, of a partial approval; DE 4 has what was granted (type 53 elsewhere)


def balances(ledger_minor: int, available_minor: int, currency: str) -> dict[int, str]:
    """What an account has before and after its holds."""
    both = ((LEDGER_BALANCE, ledger_minor), (AVAILABLE_BALANCE, available_minor))
    return {_ADDITIONAL_AMOUNTS: "".join(_entry(kind, amount_minor, currency) for kind, amount_minor in both)}


def original_amount(asked_minor: int, currency: str) -> dict[int, str]:
    """What was asked for; a debit."""
    return {_ADDITIONAL_AMOUNTS: _entry(ORIGINAL_AMOUNT, -asked_minor, currency)}


def _entry(amount_type: str, amount_minor: int, currency: str) -> str:
    return f"{ANY_ACCOUNT}{amount_type}{currency}{'C' if amount_minor >= 0 else 'D'}{abs(amount_minor):012d}"
