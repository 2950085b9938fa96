"""Stand-in: what the centre approves for an issuer it cannot ask, within limits the issuer has set for a BIN range."""

from __future__ import annotations

from attrs import field

from switch.card import Pan
from switch.money import format_minor
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import (
    APPROVED,
    CHANNELS,
    ISSUER_INOPERATIVE,
    PURCHASE,
    SWITCH,
    Authorization,
    Channel,
    Decision,
    refuse,
)


@frozen(kw_only=True)
class StandIn:
    """The limits of one BIN range (``[range.stand_in]`` of routing.toml)."""

    amount_max_minor: int  #: of one purchase
    count_max: int  #: purchases of one card that may be approved before its issuer knows of them
    channels: frozenset[Channel]  #: how the card may have been read

    @classmethod
    def from_toml(cls, table: SpecTable) -> StandIn:
        channels = table.texts("channels", CHANNELS)
        for channel in channels:
            if channel not in CHANNELS:
                table.mistake("channels", repr(channel), f"some of {', '.join(CHANNELS)}")
        if not channels:
            table.mistake("channels", "none", f"some of {', '.join(CHANNELS)}")
        limits = cls(
            amount_max_minor=table.minor("amount"), count_max=table.integer("count", low=1), channels=frozenset(channels)
        )
        table.done()
        return limits

    def refuses(self, request: Authorization, already: int) -> str | None:
        """Why the centre does not stand in for a request, in words; None where it does. ``already`` counts the card's
        approvals that its issuer does not know yet."""
        if request.transaction_type != PURCHASE or request.pre_authorized:
            return "only purchases are"
        if request.authenticated:
            return "3-D Secure data can be judged by the issuer alone"
        if request.channel not in self.channels:
            return f"{request.channel} is not"
        if request.amount_minor > self.amount_max_minor:
            amount, limit = (format_minor(minor, request.currency) for minor in (request.amount_minor, self.amount_max_minor))
            return f"{amount} is above {limit}"
        if already >= self.count_max:
            return f"{already} of the card wait to be told already"
        return None


@frozen
class StandIns:
    """For each card, the number of stand-in approvals that its issuer does not know yet."""

    _untold: dict[Pan, int] = field(factory=dict, init=False)

    def decide(self, request: Authorization, limits: StandIn | None, issuer: str, request_id: int, why: str) -> Decision:
        """An approval in the issuer's stead, or 91. ``why`` says why it cannot be asked."""
        if limits is None:
            return refuse(ISSUER_INOPERATIVE, why)
        refusal = limits.refuses(request, self._untold.get(request.pan, 0))
        if refusal is not None:
            return refuse(ISSUER_INOPERATIVE, f"{why}; not stood in for: {refusal}")
        self.untold(request.pan)
        limit = format_minor(limits.amount_max_minor, request.currency)
        return Decision(
            response_code=APPROVED,
            approval_code=f"{request_id % 1_000_000:06d}",
            decided_by=SWITCH,
            reason=f"stand-in for {issuer}, up to {limit}: {why}",
        )

    def untold(self, pan: Pan) -> None:
        """Count an approval that the issuer does not know yet."""
        self._untold[pan] = self._untold.get(pan, 0) + 1

    def told(self, pan: Pan) -> None:
        """Count one less: the advice of an approval was answered, or given up."""
        left = self._untold.pop(pan, 0) - 1
        if left > 0:
            self._untold[pan] = left
