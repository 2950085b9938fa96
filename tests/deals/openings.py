"""How a deal begins: one or a few messages that make something the rest of it can complete, add to, reverse and ask again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

from tests.deals.deal import Asked, Deal
from tests.deals.rules import CREDIT, Plan
from tests.deals.sale import Sale
from tests.deals.wire import Message

Opening = Callable[[Deal], Awaitable[None]]

CASH, BILL, BALANCE, PURCHASE = "01", "50", "30", "00"
KINDS: Final = (PURCHASE, CASH, BILL, CREDIT, BALANCE)
DECLINES: Final = ("51", "05", "14", "54", "61", "96", "Z9", "7A")  #: the last two are in no table
#: Dates and times that are none.
NO_DATES: Final[tuple[dict[int, str], ...]] = (
    {7: "0230101010"},
    {7: "1123246000"},
    {12: "256100"},
    {13: "1340"},
    {14: "2613"},
    {15: "0230"},
    {17: "0431"},
)
AMOUNTS: Final = (100, 999_99)  #: minor units, of nearly all


def amount_of(rnd: Random) -> int:
    return rnd.randint(*AMOUNTS)


def planned(deal: Deal, message: Message, *, plain: bool = False) -> Plan:
    """What the bank makes of a request: mostly what it should. ``plain``: an approval or a decline of the whole."""
    rnd, amount = deal.rnd, int(message.elements[4])
    bare = rnd.randrange(4) == 0
    if deal.hasty and rnd.randrange(3):
        return Plan(silent=True) if rnd.randrange(2) else Plan(late=True, bare=bare)
    drawn = rnd.randrange(100)
    if drawn < 62 or (plain and drawn < 90):
        return Plan(rnd.choices(("00", "08", "11", "16"), (88, 4, 4, 4))[0], bare=bare)
    if drawn < 72 or plain or not amount or message.elements[3][:2] == BALANCE:
        return Plan(rnd.choice(DECLINES), bare=bare)
    if drawn < 80:
        takes = message.elements.get(25) == "41"
        return Plan("10", rnd.choice((amount // 2, amount // 2, 0, amount, amount + 100)), takes, bare=bare)
    if drawn < 92:
        return _contradicting(deal, message, amount)
    first, second = rnd.choice((("05", "00"), ("51", "00"), ("00", "05"), ("00", "00")))
    return Plan(first, second=second, bare=bare)


def _contradicting(deal: Deal, message: Message, amount: int) -> Plan:
    """An approval of something else than was asked."""
    other = {"0100": "0210", "0200": "0110"}[message.mti[:3] + "0"]
    return deal.rnd.choice(
        (
            Plan(changed={4: f"{amount + 1:012d}"}),
            Plan(changed={4: f"{amount * 2:012d}"}, bare=True),
            Plan(changed={4: f"{amount // 2:012d}"}),
            Plan(changed={2: deal.other_pan}),
            Plan(changed={49: "840"}),
            Plan(changed={3: "200000" if message.elements[3][:2] != CREDIT else "000000"}),
            Plan(changed={42: "SOMEBODYELSE001"}),
            Plan(mti=other),
        )
    )


def request(deal: Deal, *, hold: bool, kind: str = PURCHASE, amount: int = 0, rrn: str = "") -> Message:
    """A 0100 or 0200."""
    rnd = deal.rnd
    e = deal.elements(amount or amount_of(rnd), kind, rrn or deal.new_rrn())
    if hold:
        e[25] = "06"
    elif rnd.randrange(5) == 0:
        e[25] = "41"
    return Message("0100" if hold or rnd.randrange(2) else "0200", e)


async def ask(deal: Deal) -> None:
    """A request of any kind."""
    rnd = deal.rnd
    message = request(deal, hold=False, kind=rnd.choices(KINDS, (60, 10, 10, 15, 5))[0])
    if message.elements[3][:2] == CREDIT:
        message = Message("0200", message.elements)
    verifies = message.mti == "0100" and message.elements[3][:2] == PURCHASE and rnd.randrange(25) == 0
    if verifies or message.elements[3][:2] == BALANCE:
        message.elements[4] = "0" * 12  # only whether the card is good, or what is on it
    await deal.say(message, planned(deal, message))


async def hold(deal: Deal) -> None:
    """A pre-authorization, asked."""
    message = request(deal, hold=True)
    await deal.say(message, planned(deal, message, plain=deal.rnd.randrange(3) > 0))


async def told_hold(deal: Deal) -> None:
    """A pre-authorization or an authorization that was approved, or declined, at the point of sale."""
    rnd = deal.rnd
    rrn = f"{deal.number:08d}T{rnd.randrange(1000):03d}"
    amount = amount_of(rnd) if rnd.randrange(4) else rnd.randint(1_000_00, 9_000_00)
    e = deal.elements(amount, PURCHASE, rrn) | {38: f"T{rnd.randrange(100_000):05d}"}
    if rnd.randrange(4):
        e[25] = "06"
    if rnd.randrange(3):
        e[39] = rnd.choices(("00", "08", "10", "11", "16", "51", "05"), (52, 8, 4, 8, 8, 10, 10))[0]
    await deal.say(Message("0120", e))


async def offline(deal: Deal) -> None:
    """A sale, or a refund, the terminal made without asking."""
    rnd = deal.rnd
    kind = rnd.choices((PURCHASE, CREDIT), (85, 15))[0]
    amount = amount_of(rnd) if rnd.randrange(4) else rnd.randint(1_000_00, 9_000_00)
    e = deal.elements(amount, kind, deal.new_rrn())
    if rnd.randrange(2):
        e[38] = f"F{rnd.randrange(100_000):05d}"
        e[37] = f"{deal.number:08d}F{rnd.randrange(1000):03d}"
    if rnd.randrange(2):
        e[39] = "00"
    await deal.say(Message("0220", e))


async def reversed_before(deal: Deal) -> None:
    """The reversal comes first, its original later; both come once more, perhaps."""
    rnd = deal.rnd
    rrn = f"{deal.number:08d}B{rnd.randrange(1000):03d}"
    original = request(deal, hold=rnd.randrange(3) == 0, rrn=rrn)
    o = original.elements
    ways = ["37", "stan", "90 stan"] + (["90"] if 7 in o or 12 in o else [])
    way = rnd.choice(ways)
    e = deal.elements(int(o[4]), PURCHASE, "", identity=rnd.choice(("DE 7", deal.identity)))
    at = o.get(7) or o.get(13, "") + o.get(12, "")
    if rnd.randrange(3) == 0:
        del e[2]
    if way == "37":
        e[37] = rrn
    elif way == "90":
        e[90] = f"{original.mti}{o[11]}{at}{o.get(32, ''):0>11}{'0' * 11}"
    elif way == "90 stan":
        e[90] = f"{original.mti}{o[11]}{'0' * 32}"
    else:
        e[11] = o[11]
        if rnd.randrange(2) and 7 in o:
            e[7] = o[7]
    reversal = Message(rnd.choice(("0400", "0420")), e)
    await deal.say(reversal)
    if rnd.randrange(3) == 0:
        await deal.say(reversal, again=True)
    await deal.say(original, Plan())


async def voided_before(deal: Deal) -> None:
    """A void overtakes what it voids: 25; the sale is asked as if nothing had been, and the same void finds it then."""
    rnd = deal.rnd
    rrn = f"{deal.number:08d}V{rnd.randrange(1000):03d}"
    original = request(deal, hold=False, rrn=rrn)
    o = original.elements
    e = deal.elements(int(o[4]), "02", rrn, identity="DE 7")
    at = o.get(7) or o.get(13, "") + o.get(12, "")
    if at and rnd.randrange(2):
        e[90] = f"{original.mti}{o[11]}{at}{o.get(32, ''):0>11}{'0' * 11}"
    await deal.say(Message("0200", e))
    await deal.say(original, Plan())
    await deal.say(Message("0200", e), again=True)


async def waiting_reversed(deal: Deal) -> None:
    """A request is reversed while its bank still thinks about it."""
    rnd = deal.rnd
    message = request(deal, hold=rnd.randrange(2) == 0)
    waiting = await _sent_and_waiting(deal, message)
    if waiting is None:
        return
    first, sale, life = waiting
    r = deal.elements(int(message.elements[4]), PURCHASE, "", identity="DE 7")
    if sale.rrn and rnd.randrange(2):
        r[37] = sale.rrn
    elif sale.key.at and rnd.randrange(2):
        r[90] = deal.names(sale)
    else:
        r[11] = sale.key.stan
    bad = rnd.randrange(6) == 0 and 90 in r
    if bad:
        r[4] = f"{int(r[4]) + 100:012d}"
    reversal = Message(rnd.choice(("0400", "0420")), r)
    answer = await deal.ask(reversal, first)
    if answer.life != life:  # the request was decided before: by the start, or by the reversal sent first
        await first
        sale.called_off = first.result().message.elements.get(39) == "21"
        await _decided(deal, message, first)
        deal.heard(reversal, None, answer)
        return
    deal.heard(reversal, None, answer)
    if bad:
        deal.bank.release(deal.place_of(message))
    await _decided(deal, message, first)


async def waiting_repeated(deal: Deal) -> None:
    """A request is asked again, or used for another, while its bank still thinks about it."""
    rnd = deal.rnd
    message = request(deal, hold=rnd.randrange(2) == 0)
    waiting = await _sent_and_waiting(deal, message)
    if waiting is None:
        return
    first, _, _ = waiting
    second = deal.ask_beside(message, first)
    await asyncio.sleep(0)
    deal.bank.release(deal.place_of(message))
    await _decided(deal, message, first)
    deal.heard(message, None, await second, again=True)


async def waiting_completed(deal: Deal) -> None:
    """A hold is completed while its bank still thinks about it: 09, and again once it is decided."""
    message = request(deal, hold=True)
    waiting = await _sent_and_waiting(deal, message)
    if waiting is None:
        return
    first, sale, life = waiting
    if not sale.key.at:  # without its DE 7, which only an answer tells, it cannot be named
        deal.bank.release(deal.place_of(message))
        await _decided(deal, message, first)
        return
    e = deal.elements(sale.amount, PURCHASE, sale.rrn, identity="DE 7") | {90: deal.names(sale)}
    completion = Message("0220", e)
    answer = await deal.ask(completion, first)
    if answer.life != life:
        await _decided(deal, message, first)
        deal.heard(completion, None, answer)
        return
    deal.heard(completion, None, answer, again=True)
    deal.bank.release(deal.place_of(message))
    await _decided(deal, message, first)
    await deal.say(completion)


async def _sent_and_waiting(deal: Deal, message: Message) -> tuple[Asked, Sale, int] | None:
    """A request sent and come to its bank, which waits, and the life of the centre; None where a kill has decided it."""
    if deal.hasty:  # its bank may not wait
        await deal.say(message, Plan())
        return None
    plan, place = Plan(waits=True), deal.place_of(message)
    deal.plan(message, plan)
    arrived = deal.bank.arrived[place] = asyncio.Event()
    first = deal.ask_beside(message)
    came = asyncio.create_task(arrived.wait())
    await asyncio.wait((first, came), return_when=asyncio.FIRST_COMPLETED)
    came.cancel()
    if first.done():
        deal.heard(message, plan, first.result())
        return None
    return first, deal.model.begin(message), deal.lives[place]


async def _decided(deal: Deal, message: Message, first: Asked) -> None:
    deal.heard(message, Plan(), await first)


async def waiting_increment(deal: Deal) -> None:
    """A hold is completed or reversed while the bank still thinks about an increment of it: too late for the increment."""
    rnd = deal.rnd
    opened = request(deal, hold=True)
    hold = await deal.say(opened, Plan())
    if hold is None or not hold.left:
        return
    e = deal.elements(amount_of(rnd) // 4, PURCHASE, hold.rrn) | {90: deal.names(hold)}
    message = Message("0100", e)
    waiting = await _sent_and_waiting(deal, message)
    if waiting is None:
        return
    first, _, life = waiting
    mti = rnd.choice(("0220", "0420"))
    amount = hold.amount if mti == "0420" else rnd.randint(1, hold.amount)
    settling = Message(mti, deal.elements(amount, PURCHASE, hold.rrn, identity="DE 7") | {90: deal.names(hold)})
    answer = await deal.ask(settling, first)
    if answer.life != life:
        await _decided(deal, message, first)
        deal.heard(settling, None, answer)
        return
    deal.heard(settling, None, answer)
    deal.bank.release(deal.place_of(message))
    await _decided(deal, message, first)


async def twice_at_once(deal: Deal) -> None:
    """The same bytes on two lines at the same moment."""
    message = request(deal, hold=deal.rnd.randrange(3) == 0)
    plan = planned(deal, message)
    deal.plan(message, plan)
    first, second = deal.ask_beside(message), deal.ask_beside(message)
    one, other = await first, await second
    deal.heard(message, plan, one._replace(doubt=one.doubt or other.doubt))
    deal.heard(message, None, other, again=True)


async def same_stan(deal: Deal) -> None:
    """Two sales under one STAN at two times."""
    one = request(deal, hold=False)
    if 7 not in one.elements:
        await deal.say(one, Plan())
        return
    if await deal.say(one, Plan()) is None:
        return  # given up and reversed, by its STAN perhaps: the next one of that STAN would be declined
    later = "".join(deal.time_of(-deal.rnd.randint(1, 3_000)))
    await deal.say(Message(one.mti, one.elements | {7: later, 37: f"{deal.number:08d}SAME"}), Plan())


async def two_holds(deal: Deal) -> None:
    """Two holds under one reference: DE 38 tells them apart."""
    rrn = f"{deal.number:08d}TWIN"
    for _ in range(2):
        message = request(deal, hold=True, rrn=rrn)
        await deal.say(message, planned(deal, message, plain=True))


async def nonsense(deal: Deal) -> None:
    """A request nobody is asked about."""
    rnd = deal.rnd
    message = request(deal, hold=False, amount=0)
    e = message.elements
    change = rnd.choice(("merchant", "currency", "nothing", "cards", "date"))
    if change == "merchant":
        e[42] = "NOCONTRACT00001"
    elif change == "currency":
        e[49] = "840"
    elif change == "nothing":
        message, e[4] = Message("0200", e), "0" * 12
    elif change == "cards":
        e |= rnd.choice(({35: f"{deal.other_pan}=30121010000"}, {45: f"B{deal.other_pan}^NOBODY/N^30121010000"}))
    else:
        e |= rnd.choice(NO_DATES)
    await deal.say(message, Plan())


OPENINGS: Final[dict[str, tuple[int, Opening]]] = {
    "ask": (30, ask),
    "hold": (24, hold),
    "told_hold": (10, told_hold),
    "offline": (8, offline),
    "reversed_before": (7, reversed_before),
    "voided_before": (2, voided_before),
    "waiting_reversed": (5, waiting_reversed),
    "waiting_repeated": (3, waiting_repeated),
    "waiting_completed": (3, waiting_completed),
    "waiting_increment": (3, waiting_increment),
    "twice_at_once": (4, twice_at_once),
    "same_stan": (3, same_stan),
    "two_holds": (3, two_holds),
    "nonsense": (4, nonsense),
}
