"""Terminals that no contract lists, and merchants that have no contract where such are accepted: their requests are taken like
any other, and a notice says so once for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switch.card import mask_numbers
from switch.merchant import Merchant
from switch.routing.traffic.notice import Notice
from switch.transaction import Authorization

TOLD_MAX: Final = 1_000  #: terminals that get a notice; a sender may invent a new terminal for each message
LISTED_SHOWN_MAX: Final = 3  #: terminals of a contract in a sentence


def is_listed(merchant: Merchant | None, terminal_id: str) -> bool:
    """Whether a terminal (DE 41) stands in the contract; of a merchant without one there is nothing to say."""
    return merchant is None or terminal_id.strip() in map(str.strip, merchant.terminals)


class Terminals:
    """The terminals of all contracts, and the unlisted ones that had their notice. ``listed`` are the merchants by id and
    terminal."""

    __slots__ = ("_listed", "_told", "listed")

    def __init__(self, merchants: Mapping[str, Merchant]) -> None:
        self._told: set[tuple[str, str, str]] = set()
        self.know(merchants)

    def know(self, merchants: Mapping[str, Merchant]) -> None:
        """These are the contracts from now on."""
        self._listed = {each.id: frozenset(map(str.strip, each.terminals)) for each in merchants.values()}
        self.listed = {(each.id, terminal_id): each for each in merchants.values() for terminal_id in each.terminals}

    def stranger(self, request: Authorization, merchant: Merchant | None, line: str) -> tuple[Notice, ...]:
        """The notice about a terminal that its merchant's contract does not list, or about a merchant under the default
        contract; none where the contract lists the terminal, or for a second time.

        ``line`` is a listener and the address of its peer: one that calls anew for each message is still the same.
        """
        if merchant is None:
            return ()
        terminal_id = request.key.terminal_id.strip()
        listed = self._listed[merchant.id] if merchant.id else frozenset()
        if terminal_id in listed or len(self._told) > TOLD_MAX:
            return ()
        key = (line.rpartition(":")[0], merchant.id or request.merchant_id, terminal_id if merchant.id else "")
        if key in self._told:
            return ()
        self._told.add(key)
        if not merchant.id and len(self._told) <= TOLD_MAX:
            what = f"merchant {mask_numbers(request.merchant_id)!r} (DE 42) has no contract of its own"
            taken = "its requests are taken under the default contract"
            return (Notice("unknown_merchant", f"{line}: {what}; told once, {taken}"),)
        if len(self._told) > TOLD_MAX:
            return (
                Notice("unknown_terminal", f"{TOLD_MAX} terminals and merchants that no contract lists were told; no more are"),
            )
        shown = sorted(listed)[:LISTED_SHOWN_MAX]
        which = ", ".join(shown) + (f" and {len(listed) - len(shown)} more" if len(listed) > len(shown) else "")
        what = f"terminal {mask_numbers(terminal_id)!r} (DE 41) is not in the contract of merchant {merchant.id}"
        detail = f"{line}: {what}, which lists {which or 'none'}; told once, its requests are taken"
        return (Notice("unknown_terminal", detail),)
