"""A chart of accounts, a file of ``accounting/``: which account a part of a remise is booked on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from switch.record import frozen
from switch.spec_table import SpecTable

#: What every chart has an account for. Any other role is a kind of amount beside the remises, such as ``rent``; ``other`` is
#: for kinds without an account of their own.
ROLES: Final = ("bank", "customers", "commission", "vat", "carried", "other")
_ROLE: Final = r"[a-z][a-z_]{0,39}"


@frozen(kw_only=True)
class ChartAccount:
    """An account of a chart."""

    number: str
    name: str


@frozen(kw_only=True)
class Chart:
    """The accounts of a merchant's books, by what is booked on them."""

    name: str  #: of the file
    title: str
    accounts: Mapping[str, ChartAccount]

    def account(self, role: str) -> ChartAccount:
        """The account of a role, or the one for all else."""
        return self.accounts.get(role) or self.accounts["vat" if role == "vat_collected" else "other"]

    @classmethod
    def from_toml(cls, name: str, table: SpecTable) -> Chart:
        accounts: dict[str, ChartAccount] = {}
        for entry, (role, account) in table.each("account", _account):
            if role in accounts:
                entry.mistake("role", f"{role!r} a second time", "each role once")
            accounts[role] = account
        named = {entry.peek("role", str) for entry in table.tables("account")}  # one with a mistake is there, too
        missing = [role for role in ROLES if role not in named]
        if missing:
            table.mistake("account", f"no account for {', '.join(missing)}", f"an account for each of {', '.join(ROLES)}")
        chart = cls(name=name, title=table.text("title"), accounts=MappingProxyType(accounts))
        table.done()
        return chart


def _account(table: SpecTable) -> tuple[str, ChartAccount]:
    role = table.text("role", pattern=_ROLE, expected="small letters, such as commission")
    account = ChartAccount(
        number=table.text("number", pattern=r"[1-9][0-9]{1,9}", expected="the number of an account, 2 to 10 digits"),
        name=table.text("name", pattern=r"[^\x00-\x1f\x7f]{1,80}", expected="at most 80 characters on one line"),
    )
    table.done()
    return role, account
