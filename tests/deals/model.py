"""What every message of a deal has to be answered, and what it leaves: the rules of the centre, written down a second time.

A deal has keys, cards and references of its own, so each deal has a model of its own. Amounts are integers of minor units.
"""

from __future__ import annotations

from typing import Final

from tests.deals.rules import APPROVALS, OWN_ACQUIRER, Merchant, Outcome, Plan, Rule
from tests.deals.sale import Key, Mark, Sale
from tests.deals.tally import COUNTERS, NET, Tally
from tests.deals.wire import Message

VOIDS: Final = ("02", "22")
BALANCE: Final = "30"
MARK_ZEROS: Final = "0 "


#: All that makes two reversals the same: key, name, merchant, amount, what is left, card, and whether it is a void.
Demand = tuple[object, ...]


class Model:
    """The deal as the rules have it. ``judge`` says what a message may be answered; the outcome that came is ``applied``."""

    def __init__(self, merchants: dict[str, Merchant]) -> None:
        self.merchants = merchants
        self.sales: list[Sale] = []
        self.ghosts: list[Sale] = []  #: requests that were given up and reversed
        self.marks: list[Mark] = []
        self.tally = Tally()
        self._demands: set[Demand] = set()
        self._refusals: dict[Demand, str] = {}
        self._reconciled: dict[tuple[str, ...], Outcome] = {}

    def judge(self, message: Message, plan: Plan | None, *, doubt: bool) -> list[Outcome]:
        """All that may be answered to a message; more than one where a kill or a short time leaves it open."""
        kind, elements = message.mti[1], message.elements
        if not _makes_sense(elements):
            return [Outcome("30", Rule.FORMAT)]
        if kind == "5":
            return self._totals(message)
        if kind == "4" or (message.mti[2] == "0" and elements[3][:2] in VOIDS):
            return self._reversal(message)
        return self._request(message, plan or Plan(), doubt)

    # requests and advices

    def give_up(self, message: Message) -> Sale:
        """A request nobody will ask about again: whatever was decided, it is worth nothing once its reversal is answered."""
        ghost = self._read(message)
        self.ghosts.append(ghost)
        return ghost

    def begin(self, message: Message) -> Sale:
        """A request has reached its bank and waits there."""
        waiting = self._read(message)
        self.sales.append(waiting)
        return waiting

    def _read(self, message: Message) -> Sale:
        e = message.elements
        financial, told = message.mti[1] == "2", message.mti[2] == "2"
        at = e.get(7) or (e[13] + e[12] if 12 in e and 13 in e else "")
        sale = Sale(
            Key(e.get(32, OWN_ACQUIRER), e[41], e[11], at),
            e.get(37, ""),
            self.merchants.get(e[42].rstrip()) or Merchant(e[42].rstrip(), "unknown"),
            e[2],
            int(e.get(4, "0")),
            financial,
            e[3][:2],
            told,
            clocked=not at,
        )
        adds = not financial and _named_in_90(e, sale.key.acquirer) is not None
        if sale.kind == BALANCE or (not sale.amount and not financial):
            sale.counts = "never"
        elif (not financial and (e.get(25) == "06" or adds)) or (sale.merchant.capture == "completion" and not financial):
            sale.counts = "hold"
        elif sale.merchant.capture == "batch" and not (financial and told):
            sale.counts = "batch"
        return sale

    def known(self, sale: Sale) -> Sale | None:
        """The earlier request of the same identity."""
        if sale.clocked:
            return next((s for s in self.sales if s.clocked and s.like(sale)), None)
        return next((s for s in self.sales if s.key == sale.key), None)

    def _request(self, message: Message, plan: Plan, doubt: bool) -> list[Outcome]:
        sale, e = self._read(message), message.elements
        before = self.known(sale)
        if before is not None and before.code:
            if before.same(sale):
                return [Outcome(before.code, Rule.REPEAT, approval=before.approval, granted=before.granted)]
            return [Outcome("94", Rule.USED_KEY)]
        if before is not None:
            sale = before  # it waited, and is decided now
        elif self._reversed_before(sale):
            return [self._declined(sale, "12", Rule.REVERSED_BEFORE)]
        elif sale.merchant.capture == "unknown":
            return [self._declined(sale, "03", Rule.NO_CONTRACT)]
        elif e.get(49, "504") != "504":
            return [self._declined(sale, "12", Rule.CURRENCY)]
        elif not sale.amount and sale.counts != "never":
            return [self._declined(sale, "13", Rule.NOTHING)]
        if sale.told:
            return self._advice(sale, e)
        base = self.hold_named(e, sale) if sale.counts == "hold" and names_a_hold(e) else None
        wrong = self._no_increment(sale, e, base)
        if wrong and doubt and before is not None:
            wrong.append(self._declined(sale, "91", Rule.DOUBT))
        return wrong or self._by_bank(sale, base, plan, doubt)

    def _no_increment(self, sale: Sale, e: dict[int, str], base: Sale | None) -> list[Outcome]:
        """Why a request cannot add to the hold it names; nothing where it can, or names none."""
        if base is not None:
            return [self._declined(sale, code, Rule.INCREMENT_UNFIT) for code in _unfit(base, sale)]
        adds = sale.counts == "hold" and _named_in_90(e, sale.key.acquirer) is not None
        return [self._declined(sale, "12", Rule.INCREMENT_UNKNOWN)] if adds else []

    def _by_bank(self, sale: Sale, base: Sale | None, plan: Plan, doubt: bool) -> list[Outcome]:
        """What an issuer's word leads to, as the plan of the deal has it."""
        unanswered = self._declined(sale, "91", Rule.DOUBT)
        if sale.called_off:
            called = self._declined(sale, "21", Rule.CALLED_OFF)
            return [called, unanswered] if doubt else [called]
        partly = plan.partial_accepted and 0 < plan.granted < sale.amount
        if plan.silent or plan.late:
            return [self._declined(sale, "91", Rule.SILENCE)]
        if plan.code not in APPROVALS:
            found = self._declined(sale, plan.code, Rule.ISSUER_DECLINES)
        elif plan.contradicts:
            found = self._declined(sale, "20", Rule.CONTRADICTS)
        elif plan.code == "10" and not partly:
            found = self._declined(sale, "51", Rule.PARTIAL_REFUSED)
        else:
            granted = plan.granted if plan.code == "10" else sale.amount
            found = self._approved(sale, plan.code, granted, Rule.ISSUER_APPROVES, base, "bank")
        return [found, unanswered] if doubt else [found]

    def _advice(self, sale: Sale, e: dict[int, str]) -> list[Outcome]:
        code = e.get(39, "00")
        told = e.get(38)
        if code not in APPROVALS:
            return [self._declined(sale, "00", Rule.TOLD_DECLINE, told, at_bank=True)]
        base = self.hold_named(e, sale) if names_a_hold(e) and (sale.financial or sale.counts == "hold") else None
        if base is None:
            rule = Rule.OFFLINE if sale.financial else Rule.TOLD
            return [self._approved(sale, "00", sale.amount, rule, None, told)]
        if not base.code:
            return [Outcome("09", Rule.IN_PROGRESS)]
        wrong = _unfit(base, sale)
        if not wrong and sale.financial and sale.amount > self.limit(base):
            wrong = ["13"]
        if wrong:
            return [self._declined(sale, each, Rule.COMPLETION_UNFIT) for each in wrong]
        if not sale.financial:
            return [self._approved(sale, "00", sale.amount, Rule.INCREMENT_TOLD, base, told)]
        return [self._approved(sale, "00", sale.amount, Rule.COMPLETION, None, told, completes=base)]

    def limit(self, hold: Sale) -> int:
        """How much a completion of this hold may be."""
        authorized = hold.left + sum(one.left for one in hold.increments)
        return authorized + authorized * hold.merchant.over_basis_points // 10_000

    def _declined(self, sale: Sale, code: str, rule: Rule, approval: str | None = None, *, at_bank: bool = False) -> Outcome:
        def apply(answer: Message) -> None:
            self._put(sale, code, answer)
            sale.approval = approval
            if at_bank:
                sale.counts, sale.told_decline = "never", True

        return Outcome(code, rule, apply, approval=approval)

    def _approved(
        self, sale: Sale, code: str, granted: int, rule: Rule, base: Sale | None, approval: str | None,
        *, completes: Sale | None = None,
    ) -> Outcome:  # fmt: skip
        def apply(answer: Message) -> None:
            self._put(sale, code, answer)
            sale.granted = sale.left = granted
            sale.approval = answer.elements.get(38)
            if base is not None:
                sale.adds_to = base
                base.increments.append(sale)
            if completes is not None:
                completes.completed_by, completes.left = sale, 0
                for one in completes.increments:
                    one.completed_by, one.left = (sale, 0) if one.left else (one.completed_by, 0)
            unasked = sale.told and base is None and (completes is None or completes.told)
            limit = sale.merchant.floor_limit
            sale.exception = unasked and sale.counts == "now" and limit is not None and sale.amount > limit
            self.tally.add(sale)

        return Outcome(code, rule, apply, approval=approval, granted=granted)

    def _put(self, sale: Sale, code: str, answer: Message) -> None:
        sale.code = code
        sale.rrn = answer.elements.get(37, sale.rrn)
        sale.key = sale.key._replace(at=sale.key.at or answer.elements.get(7, ""))
        if sale not in self.sales:
            self.sales.append(sale)

    def hold_named(self, e: dict[int, str], sale: Sale) -> Sale | None:
        """The hold that DE 90, or DE 37, 41, 42 and 38, mean; for an increment, what it adds to."""
        named = _named_in_90(e, sale.key.acquirer)
        if named is not None:
            found = next((s for s in self.sales if s.key == named), None)
        else:
            place = (e.get(37, ""), sale.key.terminal, sale.merchant.id)
            fits = [s for s in self.sales if (s.rrn, s.key.terminal, s.merchant.id) == place and s.counts == "hold"]
            if not sale.financial:
                fits = [s for s in fits if s.approval == e.get(38)]
            fits.sort(key=lambda s: (s.approval == e.get(38), s.left > 0))
            found = fits[-1] if fits else None
        while found is not None and found.adds_to is not None:
            found = found.adds_to
        return found

    def _reversed_before(self, sale: Sale) -> bool:
        return any(mark.means(sale) for mark in self.marks)

    # reversals

    def _reversal(self, message: Message) -> list[Outcome]:
        e, void = message.elements, message.mti[1] == "2"
        acquirer = e.get(32, OWN_ACQUIRER)
        amount, leaves = int(e[4]), int(e[95][:12]) if 95 in e else 0
        if leaves > amount:
            return [Outcome("30", Rule.FORMAT)]
        demand = (acquirer, e[41], e[11], e.get(7), e.get(90, e.get(37)), e[42], amount, leaves, e.get(2), void)
        if demand in self._demands:
            return [Outcome("00", Rule.REVERSAL_REPEAT)]
        named, mark = self.reversal_names(e, acquirer, amount)
        outcome = self._undo(named, mark, e.get(2), amount, leaves, void, demand)
        outcomes = [outcome] if outcome.code == "00" else [self._refused(outcome, demand)]
        if named is None and mark is not None and any(mark.means(ghost) for ghost in self.ghosts):
            outcomes.append(Outcome("00", Rule.GIVEN_UP, lambda _: self._demands.add(demand)))
        return [*outcomes, Outcome(self._refusals[demand], Rule.REVERSAL_REPEAT)] if demand in self._refusals else outcomes

    def _refused(self, outcome: Outcome, demand: Demand) -> Outcome:
        """A refusal; the same again is judged anew or refused again: the rules leave it open."""

        def apply(answer: Message) -> None:
            self._refusals[demand] = outcome.code

        outcome.applied = apply
        return outcome

    def _undo(
        self, named: Sale | None, mark: Mark | None, pan: str | None, amount: int, leaves: int, void: bool,
        demand: Demand,
    ) -> Outcome:  # fmt: skip
        def remember(answer: Message) -> None:
            self._demands.add(demand)

        def lower(answer: Message) -> None:
            remember(answer)
            assert named is not None
            self._lower(named.completed_by or named, leaves)

        def call_off(answer: Message) -> None:
            remember(answer)
            assert named is not None
            named.called_off = True

        def unknown(answer: Message) -> None:
            remember(answer)
            if mark is not None:
                self.marks.append(mark)

        if named is None:
            return Outcome("25", Rule.VOID_UNKNOWN) if void else Outcome("00", Rule.REVERSAL_UNKNOWN, unknown)
        if pan not in (None, named.pan):
            return Outcome("25", Rule.OTHER_CARD)
        if named.code and not named.approved:
            return Outcome("00", Rule.REVERSAL_OF_DECLINE, remember)
        if amount not in (named.amount, named.granted if named.code else named.amount):
            return Outcome("64", Rule.OTHER_AMOUNT)
        if not named.code:
            return Outcome("00", Rule.CALLED_OFF, call_off)
        if (named.adds_to is not None and named.completed_by is not None) or leaves >= named.worth:
            return Outcome("00", Rule.NOTHING_LEFT, remember)
        return Outcome("00", Rule.REVERSED, lower)

    def _lower(self, sale: Sale, leaves: int) -> None:
        self.tally.take_back(sale, sale.left - leaves)
        sale.left = leaves
        if not leaves:
            for one in sale.increments:
                if one.left:
                    self.tally.take_back(one, one.left)
                    one.left = 0

    def reversal_names(self, e: dict[int, str], acquirer: str, amount: int) -> tuple[Sale | None, Mark | None]:
        """What a reversal names, or what it would name."""
        named, place = _named_in_90(e, acquirer), (e[41], e[42].rstrip())
        if named is not None:
            return next((s for s in self.sales if s.key == named), None), Mark(named)
        here = [s for s in self.sales if (s.key.terminal, s.merchant.id) == place and s.amount == amount]
        if e.get(37, "").strip(MARK_ZEROS):
            fits = [s for s in here if s.rrn == e[37]]
            return max(fits, key=self._likelier, default=None), Mark(rrn=e[37], amount=amount)
        stan = (e.get(90, "0" * 42)[4:10].strip("0") and e[90][4:10]) or e[11]
        at = e.get(7) or e.get(13, "") + e.get(12, "")
        fits = [s for s in here if (s.key.acquirer, s.key.stan) == (acquirer, stan) and e.get(2) in (None, s.pan)]
        same = next((s for s in fits if s.key.at == at), None)
        found = same or max(fits, key=self._likelier, default=None)
        return found, Mark(stan=stan, pan=e.get(2, ""), amount=amount)

    def _likelier(self, sale: Sale) -> tuple[bool, int]:
        return sale.worth > 0 or not sale.code, self.sales.index(sale)

    # totals

    def _totals(self, message: Message) -> list[Outcome]:
        e = message.elements
        terminal = e.get(41, "")
        key = (e.get(32, OWN_ACQUIRER), terminal, e[11], e[7])
        if key in self._reconciled:
            return [self._reconciled[key]]
        outcome = self._compared(e, terminal)
        applied = outcome.applied

        def remember(answer: Message) -> None:
            applied(answer)
            self._reconciled[key] = Outcome(outcome.code, Rule.REPEAT, elements=outcome.elements)

        outcome.applied = remember
        return [outcome]

    def _compared(self, e: dict[int, str], terminal: str) -> Outcome:
        sent = {number: value for number, value in e.items() if number in COUNTERS or number == NET}
        ours = self.tally.counters(terminal)
        if not sent:
            return Outcome("!00" if 48 in e or 63 in e else "00", Rule.TOTALS_ASKED, elements=ours)
        if any(ours[number] != value for number, value in sent.items()):
            return Outcome("95", Rule.TOTALS_DIFFER, elements={**ours, 66: "2"})

        def agree(answer: Message) -> None:
            self.tally.agree(terminal)
            for sale in self.sales:
                waits = sale.counts == "batch" and sale.left > 0 and sale.approved
                if waits and terminal in ("", sale.key.terminal):
                    sale.captured = True

        return Outcome("00", Rule.TOTALS_AGREE, agree, elements={**ours, 66: "1"})


def names_a_hold(e: dict[int, str]) -> bool:
    """Whether an increment or a completion names what it belongs to."""
    return (90 in e and bool(e[90][4:20].strip("0"))) or 38 in e


def _named_in_90(e: dict[int, str], acquirer: str) -> Key | None:
    """The key DE 90 names: its STAN, its DE 7 and its acquirer, else that of the message itself."""
    whole = e.get(90, "0" * 42)
    if not whole[4:10].strip("0") or not whole[10:20].strip("0"):
        return None
    return Key(whole[20:31].lstrip("0") or acquirer, e[41], whole[4:10], whole[10:20])


def _unfit(hold: Sale, request: Sale) -> list[str]:
    """Every reason for which nothing can be completed with, or added to, a hold."""
    wrong = ["25"] if hold.pan != request.pan else []
    if not hold.approved or hold.completed_by is not None or hold.left <= 0:
        wrong.append("12")
    return wrong


def _makes_sense(e: dict[int, str]) -> bool:
    """Whether its dates and times are some, and its cards one."""
    cards = {e[n] for n in (2,) if n in e} | {e[n].partition("=")[0] for n in (35,) if n in e}
    cards |= {e[n][1:].partition("^")[0] for n in (45,) if n in e}
    dates = [e[n][:4] for n in (7, 13, 15, 17) if n in e]
    times = [e[n][-6:] for n in (7, 12) if n in e]
    return (
        len(cards) <= 1
        and all(_is_date(date) for date in dates)
        and all(time[:2] < "24" and time[2:4] < "60" and time[4:] < "60" for time in times)
        and "01" <= e.get(14, "0001")[2:] <= "12"
    )


def _is_date(date: str) -> bool:
    month = int(date[:2])
    return 1 <= month <= 12 and 1 <= int(date[2:]) <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
