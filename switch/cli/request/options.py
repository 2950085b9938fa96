"""The options of ``switch send`` that say what to send, and which of them go together."""

from __future__ import annotations

from typing import Final

from attrs import field

from switch.cli.request.proofs import NO_PROOFS, ProofWishes
from switch.errors import SwitchError
from switch.iso8583.mapping.compose import KINDS
from switch.iso8583.mapping.follow_up import ADJUST, COMPLETE, INCREMENT, REVERSE, VOID
from switch.record import frozen

#: What a message takes from the card and the till, of which network management and totals have none.
_OF_A_SALE: Final = ("--pan", "--expiry", "--amount", "--currency", "--entry", "--rrn", "--cash-back", "--partial")
#: Option -> those that mean nothing beside it: a message that follows another has the RRN of that one.
UNUSED: Final = {
    "--network": (*_OF_A_SALE, "--merchant", "--terminal"),
    "--totals": _OF_A_SALE,
    "--complete": ("--rrn",),
    "--adjust": ("--rrn",),
    "--increment": ("--rrn", "--partial"),
    "--reverse": ("--rrn",),
    "--void": ("--rrn",),
}
_ATTRIBUTES: Final = {"--merchant": "merchant_id", "--terminal": "terminal_id"}


def _or_none(proofs: ProofWishes | None) -> ProofWishes:
    return proofs or NO_PROOFS


@frozen(kw_only=True)
class Wishes:
    """The options that say what to send, as they were typed; None where left out."""

    pan: str | None
    expiry: str | None
    amount: str | None
    currency: str | None
    merchant_id: str | None
    terminal_id: str | None
    entry: str | None
    mti: str | None
    stan: str | None
    rrn: str | None
    kind: str | None
    cash_back: str | None
    partial: bool
    complete: str | None
    adjust: str | None
    increment: str | None
    reverse: str | None
    void: str | None
    leave: str | None
    original_stan: str | None
    original_at: str | None
    totals: bool
    network: str | None
    proofs: ProofWishes = field(default=NO_PROOFS, converter=_or_none)

    @property
    def follows(self) -> tuple[str, str] | None:
        """Which message that names another is asked for, and the RRN of that other."""
        wanted = {
            COMPLETE: self.complete,
            ADJUST: self.adjust,
            INCREMENT: self.increment,
            REVERSE: self.reverse,
            VOID: self.void,
        }
        return next(((what, rrn) for what, rrn in wanted.items() if rrn is not None), None)

    def _refuse_unused(self, way: str) -> None:
        """No option is passed over in silence: SwitchError names the first that means nothing to what is asked for."""
        for option in UNUSED.get(way, ()):
            if getattr(self, _ATTRIBUTES.get(option, option.removeprefix("--").replace("-", "_"))):
                raise SwitchError(f"{option}: found beside {way}, which has no use for it")
        if self.follows is None and (self.original_stan or self.original_at):
            option = "--original-stan" if self.original_stan else "--original-at"
            raise SwitchError(
                f"{option}: found alone, expected --complete, --adjust, --increment, --reverse or --void beside it"
            )

    def refuse_contradictions(self) -> None:
        """SwitchError where two options do not go together, or one needs another."""
        ways = {
            "--complete": self.complete,
            "--adjust": self.adjust,
            "--increment": self.increment,
            "--reverse": self.reverse,
            "--void": self.void,
            "--totals": self.totals,
            "--network": self.network,
            "--type": self.kind,
        }
        given = [option for option, value in ways.items() if value]
        if len(given) > 1:
            raise SwitchError(f"{given[1]}: found beside {given[0]}, expected one of them")
        self._refuse_unused(given[0] if given else "")
        if self.proofs.of_card and given and given[0] != "--type":
            raise SwitchError(f"{self.proofs.of_card}: found beside {given[0]}, which has no use for it")
        if self.proofs.entry is not None and self.entry not in (None, self.proofs.entry):
            raise SwitchError(f"{self.proofs.of_card}: found with --entry {self.entry}, expected --entry {self.proofs.entry}")
        if self.kind == "cash-back" and self.cash_back is None:
            raise SwitchError("--cash-back: found nothing, expected the part of --amount that is handed out")
        if self.cash_back is not None and (self.kind or "cash-back") != "cash-back":
            raise SwitchError(f"--cash-back: found with --type {self.kind}, expected --type cash-back")
        if self.partial and self.kind is not None and KINDS[self.kind].condition is not None:
            raise SwitchError(f"--partial: found with --type {self.kind}, expected one of them: DE 25 says either")
        if self.amount is not None and self.kind is not None and not KINDS[self.kind].moves_money:
            raise SwitchError(f"--amount: found with --type {self.kind}, which is for no amount")
        if self.leave is not None and self.reverse is None:
            raise SwitchError("--leave: found without --reverse, expected the reversal it belongs to")
        if (self.original_stan is None) != (self.original_at is None):
            raise SwitchError("--original-stan, --original-at: found one, expected both: DE 11 and DE 7 of the original")
