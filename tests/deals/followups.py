"""What a deal goes on with: completions, increments, reversals, voids, totals, the same again, and used keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from tests.deals.deal import Deal, Sent
from tests.deals.openings import NO_DATES, OPENINGS, PURCHASE, amount_of, planned
from tests.deals.rules import CREDIT
from tests.deals.sale import Sale
from tests.deals.tally import COUNTERS, NET
from tests.deals.wire import Message

MESSAGES_MAX: Final = 8
DRAWS_MAX: Final = 25  #: of what to go on with; some find nothing to do
SLEEPERS_PERCENT: Final = 4  #: deals that go on in the next business date only
REASONS: Final = ("4001", "4002", "4012", "4021")  #: of reversals; 4000 none of them gives


async def play(deal: Deal, kinds: frozenset[str] = frozenset()) -> None:
    """One deal from its first message to its last; of these kinds of openings, if any are named."""
    rnd = deal.rnd
    names = [name for name in OPENINGS if not kinds or name in kinds] or ["ask"]
    await OPENINGS[rnd.choices(names, [OPENINGS[name][0] for name in names])[0]][1](deal)
    messages = rnd.randint(2, MESSAGES_MAX - 1)
    if rnd.randrange(100) < SLEEPERS_PERCENT and deal.identity != "nothing":
        await deal.world.next_date()
    for _ in range(DRAWS_MAX):
        drawn = rnd.choices(list(FOLLOW_UPS), list(FOLLOW_UPS.values()))[0]
        said = deal.messages
        await drawn(deal)  # nothing where the deal has nothing of the kind
        messages -= deal.messages > said
        if not messages:
            return


def _holds(deal: Deal) -> list[Sale]:
    return [s for s in deal.model.sales if s.counts == "hold" and s.adds_to is None and s.code and not s.told_decline]


async def again(deal: Deal) -> None:
    """The same bytes once more, or the same as a repeat."""
    if not deal.sent:
        return
    rnd = deal.rnd
    message = rnd.choice(deal.sent).message
    mti = message.mti[:3] + "1" if rnd.randrange(2) else message.mti
    await deal.say(Message(mti, message.elements), again=True)


async def used_key(deal: Deal) -> None:
    """Another message under the key of one that came before."""
    rnd = deal.rnd
    known = [sent for sent in deal.sent if _is_keyed(sent)]
    if not known:
        return
    mti, elements = rnd.choice(known).message
    e = dict(elements)
    change = rnd.choice(("amount", "card", "type", "class", "function"))
    if change == "amount":
        e[4] = f"{int(e[4]) + 100:012d}"
    elif change == "card":
        e[2] = deal.other_pan
    elif change == "type":
        e[3] = "500000" if e[3][:2] != "50" else "000000"
    elif change == "class":
        mti = mti[0] + ("2" if mti[1] == "1" else "1") + mti[2:]
    else:
        mti = mti[:2] + ("2" if mti[2] == "0" else "0") + mti[3:]
    await deal.say(Message(mti, e), again=True)


def _is_keyed(sent: Sent) -> bool:
    return sent.sale is not None and not sent.sale.clocked and sent.message.elements[4].strip("0") != ""


async def reverse(deal: Deal) -> None:
    """A reversal, in full or in part, named in one of four ways, now and then wrong in one element."""
    rnd = deal.rnd
    sales = [sale for sale in deal.model.sales if sale.amount]
    if not sales:
        return
    sale = rnd.choice(sales)
    way, alone = rnd.choice(_ways(deal, sale)), [s.key.stan for s in deal.model.sales].count(sale.key.stan) == 1
    e = deal.elements(sale.amount, sale.kind, "", identity="nothing" if alone and rnd.randrange(4) == 0 else "DE 7")
    e[2] = sale.pan
    _name_original(deal, e, sale, way)
    if rnd.randrange(10) < 4:
        del e[2]
    drawn = rnd.randrange(100) if way == "90" and not (sale.adds_to and sale.completed_by) else rnd.randrange(11, 100)
    if drawn < 5:
        e[2] = deal.other_pan
    elif drawn < 11 and sale.approved:
        e[4] = f"{sale.amount + 100:012d}"
    elif drawn < 40 and sale.amount > 2:
        leaves = rnd.choice((sale.amount // 2, sale.amount - 1, rnd.randint(1, sale.amount), sale.amount))
        e[95] = f"{leaves:012d}{0:012d}C{0:08d}C{0:08d}"
    if rnd.randrange(4) == 0:
        e[56] = rnd.choice(REASONS)
    if rnd.randrange(25) == 0:
        e |= rnd.choice(NO_DATES)
    await deal.say(Message(rnd.choice(("0400", "0420")), e))


def _ways(deal: Deal, sale: Sale) -> list[str]:
    """How a reversal can name a request so that it means no other."""
    ways = ["90", "90"] if sale.key.at else []
    alike = [s for s in deal.model.sales if s.rrn == sale.rrn and s.amount == sale.amount]
    if sale.rrn and (len(alike) == 1 or not any(s.completed_by for s in alike)):
        ways += ["37", "37"]
    twins = [s for s in deal.model.sales if s.key.stan == sale.key.stan]
    if len(twins) == 1 or all(s.left for s in twins):
        ways += ["stan", "90 stan"]
    return ways


def _name_original(deal: Deal, e: dict[int, str], sale: Sale, way: str) -> None:
    """DE 90; DE 37; the STAN alone, or in a DE 90 without a time."""
    rnd = deal.rnd
    if way == "90":
        e[90] = deal.names(sale)
    if way == "37" or (way == "90" and sale.rrn and rnd.randrange(2)):
        e[37] = sale.rrn
    if way == "stan":
        e[11] = sale.key.stan
        if rnd.randrange(4) == 0 and sale.key.at:
            e[7] = sale.key.at
        if rnd.randrange(4) == 0:
            e[37] = "0" * 12
    if way == "90 stan":
        e[90] = f"0{'2' if sale.financial else '1'}00{sale.key.stan}{'0' * 32}"


async def corrected(deal: Deal) -> None:
    """A reversal once more under its own DE 11 and 7, with another amount, or leaving another: it is judged anew."""
    rnd = deal.rnd
    reversals = [s.message for s in deal.sent if s.message.mti[1] == "4" and {7, 90} <= s.message.elements.keys()]
    if not reversals:
        return
    mti, elements = rnd.choice(reversals)
    e = dict(elements)
    named = next((s for s in deal.model.sales if s.key.at and deal.model.reversal_names(e, s.key.acquirer, 0)[0] is s), None)
    if named is None or (named.adds_to and named.completed_by):
        return
    e[4] = f"{named.amount:012d}"
    if 2 in e:
        e[2] = named.pan
    e.pop(95, None)
    if rnd.randrange(2):
        leaves = rnd.choice((named.amount // 3, named.amount // 2, named.amount))
        e[95] = f"{leaves:012d}{0:012d}C{0:08d}C{0:08d}"
    await deal.say(Message(mti, e))


async def void(deal: Deal) -> None:
    """A 0200 that takes a sale or a refund back, or one that names nothing known."""
    rnd = deal.rnd
    named = [s for s in deal.model.sales if s.counts in ("now", "batch") and s.approved and s.key.at and s.amount]
    if not named:
        return
    sale = rnd.choice(named)
    e = deal.elements(sale.amount, "22" if sale.kind == CREDIT else "02", "", identity="DE 7")
    alike = [s for s in deal.model.sales if s.rrn == sale.rrn and s.amount == sale.amount]
    drawn = rnd.randrange(10)
    if drawn == 0:
        e[90] = deal.names(sale)[:4] + "999999" + deal.names(sale)[10:]
    elif drawn < 4 and sale.rrn and len(alike) == 1:
        e[37] = sale.rrn
    else:
        e[90] = deal.names(sale)
    await deal.say(Message("0200", e))


async def complete(deal: Deal) -> None:
    """A 0220 that completes a hold, by DE 90 or by reference, for what may be captured or for more."""
    rnd, model = deal.rnd, deal.model
    holds = _holds(deal)
    if not holds:
        return
    hold = rnd.choice(holds)
    limit = model.limit(hold) or hold.amount
    drawn = rnd.randrange(100)
    amount = limit + 1 if drawn < 8 else limit if drawn < 30 else rnd.randint(max(1, limit // 2), limit)
    e = deal.elements(amount, PURCHASE, hold.rrn, identity=rnd.choice(("DE 7", deal.identity)))
    if not _name(deal, e, hold):
        return
    if rnd.randrange(20) == 0:
        e[2] = deal.other_pan
    if rnd.randrange(2):
        e[39] = "00"
    await deal.say(Message("0220", e))


def _name(deal: Deal, e: dict[int, str], hold: Sale) -> bool:
    """Name a hold, or an increment of it, by DE 90 or by DE 37 and 38; False where it cannot be named."""
    rnd = deal.rnd
    place = [s for s in deal.model.sales if s.rrn == hold.rrn and s.counts == "hold"]
    alone = all(s is hold or s.adds_to is hold for s in place)
    if hold.rrn and hold.approval and rnd.randrange(2):
        approvals = [hold.approval] + [s.approval for s in hold.increments if s.rrn == hold.rrn and s.approval]
        e |= {37: hold.rrn, 38: "NOBODY" if alone and rnd.randrange(6) == 0 else rnd.choice(approvals)}
        return True
    if not hold.key.at:
        return False
    named = rnd.choice([hold, *(s for s in hold.increments if s.key.at)])
    e[90] = deal.names(named)
    if hold.approval and rnd.randrange(2):
        e[38] = hold.approval
    return True


async def increment(deal: Deal) -> None:
    """What adds to a hold: asked, or told; by DE 90 or by reference; told of a decline, now and then."""
    rnd = deal.rnd
    holds = _holds(deal)
    if not holds:
        return
    hold, told = rnd.choice(holds), rnd.randrange(2) == 0
    e = deal.elements(max(1, amount_of(rnd) // 4), PURCHASE, hold.rrn, identity=rnd.choice(("DE 7", deal.identity)))
    if not _name(deal, e, hold):
        return
    if 38 in e and e[38] == "NOBODY":
        e[38] = str(hold.approval)
    if 90 not in e or rnd.randrange(2):
        e[25] = "06"
    drawn = rnd.randrange(20)
    if drawn == 0:
        e[2] = deal.other_pan
    elif drawn == 1:
        e.pop(38, None)
        e[90] = f"0100999999{e.get(7, '1123101010')}{'0' * 22}"
    if not told:
        message = Message("0100", e)
        await deal.say(message, planned(deal, message, plain=rnd.randrange(3) > 0))
        return
    if drawn in (2, 3):
        e[39] = "51"
    elif drawn < 10:
        e[39] = "00"
    await deal.say(Message("0120", e))


async def totals(deal: Deal) -> None:
    """A 0500 or 0520 of an acquirer that is the deal's own: right, wrong, or without counters."""
    rnd = deal.rnd
    if (
        not deal.acquirer or not deal.in_two_dates or deal.model.ghosts
    ):  # whether a request that was given up had counted nobody knows
        return
    whole = rnd.randrange(4) == 0
    e = {n: v for n, v in deal.elements(1, PURCHASE, "", identity="DE 7").items() if n in (7, 11, 12, 13, 32, 41, 42)}
    if whole:
        del e[41]
        del e[42]
    right = deal.model.tally.counters("" if whole else deal.terminal)
    drawn = rnd.randrange(10)
    if drawn > 1:
        e |= {n: right[n] for n in rnd.sample(list(right), rnd.randint(1, len(right)))}
    elif drawn == 1:
        e[63] = "0010000000050000"
    if drawn == 2:
        number = rnd.choice([n for n in e if n in COUNTERS or n == NET])
        digits = len(e[number]) - (number == NET)
        e[number] = ("C" if number == NET else "") + f"{int(e[number][-digits:]) + 7:0{digits}d}"
    await deal.say(Message(rnd.choice(("0500", "0520")), e))


async def another_sale(deal: Deal) -> None:
    """One more sale of the same card."""
    e = deal.elements(amount_of(deal.rnd), PURCHASE, deal.new_rrn())
    message = Message(deal.rnd.choice(("0100", "0200")), e)
    await deal.say(message, planned(deal, message))


FollowUp = Callable[[Deal], Awaitable[None]]
FOLLOW_UPS: Final[dict[FollowUp, int]] = {
    again: 18,
    used_key: 8,
    reverse: 30,
    corrected: 6,
    void: 6,
    complete: 18,
    increment: 16,
    totals: 12,
    another_sale: 6,
}
