"""What ``transfers.toml`` says: the account that pays the merchants, and how accounts are named. The file may be missing."""

from __future__ import annotations

from typing import Final, Literal

from switch.merchant import RIB_DIGITS, rib_key
from switch.record import frozen
from switch.spec_table import SpecTable

SETTLEMENT_RIB: Final = "999780000050490000000151"  #: where the file names none: an invented account of an invented bank
#: How an account is named in a file: by its IBAN, or by its RIB as another scheme's number (``Othr`` with ``Prtry`` RIB).
AccountForm = Literal["iban", "rib"]
ACCOUNT_FORMS: Final[tuple[AccountForm, ...]] = ("iban", "rib")
_BIC: Final = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"


@frozen(kw_only=True)
class TransferProfile:
    """Who pays, from which account, and in which form accounts are written."""

    name: str | None = None  #: of the account's holder; None: the name of the centre
    rib: str = SETTLEMENT_RIB
    bic: str | None = None  #: of the bank that keeps the account; None: it is not named
    account: AccountForm = "iban"

    @classmethod
    def from_toml(cls, table: SpecTable) -> TransferProfile:
        rib = table.text("rib", SETTLEMENT_RIB).replace(" ", "")
        if not (rib.isascii() and rib.isdecimal() and len(rib) == RIB_DIGITS):
            table.mistake("rib", repr(rib), f"{RIB_DIGITS} digits")
        elif rib_key(rib[:22]) != rib[22:]:
            table.mistake("rib", f"key {rib[22:]} in {rib}", f"key {rib_key(rib[:22])}")
        profile = cls(
            name=table.text("name", None, pattern=r"[^\x00-\x1f\x7f]{1,70}", expected="at most 70 characters on one line"),
            rib=rib,
            bic=table.text("bic", None, pattern=_BIC, expected="a BIC of 8 or 11 characters (ISO 9362)"),
            account=table.choice("account", ACCOUNT_FORMS, "iban"),
        )
        table.done()
        return profile
