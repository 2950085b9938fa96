"""The acquirers of a simulated world: what their shops sell, ask again, complete, take back and count."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import define, field

from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.issuers.profile import Card
from switch.transaction import ExchangeKey
from tests.simulation.holders import LIMITED_CARD, PIN_CARD, RIGHT_PIN, SHORT_CARD, WRONG_PIN
from tests.simulation.weather import CALM_SECONDS, Weather
from tests.support.centre_in_loop import specs

PATIENCE_SECONDS: Final = 15.0  #: then an acquirer repeats what it asked, or reverses it
ACQUIRER: Final = "504777"
SHOPS: Final = ("TELECOM00000001", "HOTEL0000000001", "SUPERMARCHE0001")
BATCHES: Final = "SUPERMARCHE0001"  #: whose sales wait for their batch
TWIN: Final = 1_000  #: added to the number of a deal for its twin's
FIRST_OF_HOLDERS: Final = 5_000  #: number of the first deal with a card whose bank counts
POOR_MINOR: Final = 10_000  #: cards with less are asked for more than they have, where less can be taken
Sender = Callable[[int, Message], None]
Key = tuple[str, str, str]


def key_of(message: Message) -> Key:
    """What tells a message of the one acquirer from all others, and its answer as well: DE 41, 11 and 7."""
    return message.elements[41], message.elements[11], message.elements[7]


@define
class Deal:
    """One sale, refund or stay as its acquirer sees it."""

    number: int
    shop: str
    card: Card
    asked: list[Message] = field(factory=list)  #: every different message, the first first
    approvals: dict[Key, str] = field(factory=dict)  #: approval code of every message that got one
    approval_codes: dict[Key, set[str]] = field(factory=dict)  #: all that came with an approval of it; empty: one without
    undone: dict[Key, Key] = field(factory=dict)  #: what was to be taken back in full, by the message that asked for it
    codes: dict[Key, list[tuple[str, int]]] = field(factory=dict)  #: code and amount of every answer to a message, in order

    @property
    def first(self) -> Message:
        return self.asked[0]

    @property
    def granted(self) -> bool:
        return any(code in ("00", "10") for code, _ in self.codes.get(key_of(self.first), ()))


class Shops:
    """Everything acquirers do. ``send`` takes a message to the switch, and brings its answers to ``answered``."""

    def __init__(self, weather: Weather, send: Sender, deals: int) -> None:
        self.weather, self.random, self._send = weather, weather.random, send
        self.deals: dict[int, Deal] = {}
        self._stan = 0
        plans = [self._sale, self._sale, self._refund, self._stay, self._offline, self._poor, self._look, self._void]
        plans += [self._twins, self._haste, self._tip]
        for number in range(1, deals + 1):
            plan = self.random.choice(plans)
            weather.at(self.random.uniform(0, CALM_SECONDS * 0.8), partial(plan, number))
        of_holders = [*[self._pin] * 12, *[self._limited] * 14, *[self._short] * 3]
        for number, plan in enumerate(of_holders, start=FIRST_OF_HOLDERS):
            weather.at(self.random.uniform(0, CALM_SECONDS * 0.8), partial(plan, number))
        for number in range(1, 5):
            weather.at(self.random.uniform(CALM_SECONDS * 0.2, CALM_SECONDS * 1.2), partial(self._count, -number))
        weather.at(CALM_SECONDS * 4, partial(self._count, -9))

    # what shops do

    def _sale(self, number: int) -> None:
        deal = self._begin(number)
        mti = self.random.choice(("0100", "0200"))
        self._ask(deal, self._message(deal, mti, "000000", self.random.choice([100, 250, 5_000])))
        if self.random.random() < 0.2:
            in_part = self.random.random() < 0.4
            self.weather.after(self.random.uniform(0.0, 30.0), lambda: self._reverse(deal, in_part=in_part))

    def _twins(self, number: int) -> None:
        """Two sales at once under one STAN, for two amounts: a STAN alone is not a key."""
        stan = self._next_stan()
        for which, shop, amount_minor in ((number, SHOPS[0], 110), (number + TWIN, SHOPS[2], 220)):
            deal = self._begin(which, issuer="vesta")
            deal.shop = shop
            self._ask(deal, self._message(deal, "0100", "000000", amount_minor, de11=stan))

    def _haste(self, number: int) -> None:
        """A sale given up before its issuer can have answered."""
        deal = self._begin(number)
        self._ask(deal, self._message(deal, "0200", "000000", 330))
        self.weather.after(self.random.uniform(0.05, 0.3), lambda: self._reverse(deal, in_part=False))

    def _refund(self, number: int) -> None:
        deal = self._begin(number)
        self._ask(deal, self._message(deal, "0200", "200000", self.random.choice([300, 900])))
        if self.random.random() < 0.3:
            self.weather.after(self.random.uniform(0.0, 30.0), lambda: self._reverse(deal, in_part=self.random.random() < 0.4))

    def _stay(self, number: int) -> None:
        """A hold, perhaps an increment, perhaps a completion, perhaps a reversal of it."""
        deal = self._begin(number)
        self._ask(deal, self._message(deal, "0100", "000000", 4_000, de25="06"))
        if self.random.random() < 0.4:
            self.weather.after(self.random.uniform(20, 60), lambda: self._follow(deal, "0100", 1_000))
        if self.random.random() < 0.7:
            self.weather.after(
                self.random.uniform(60, 200), lambda: self._follow(deal, "0220", self.random.randint(500, 4_000))
            )
        if self.random.random() < 0.25:
            self.weather.after(self.random.uniform(0, 300), lambda: self._reverse(deal, in_part=False))

    def _pin(self, number: int) -> None:
        """A purchase with a PIN, wrong mostly: three are looked at in a day."""
        deal = self._of(number, PIN_CARD)
        block = RIGHT_PIN if self.random.random() < 0.3 else WRONG_PIN
        self._ask(deal, self._message(deal, "0100", "000000", 100, de52=block, de53="2001010100000000"))

    def _limited(self, number: int) -> None:
        """A purchase, or a hold, of a card that may make few of them; some are given up, or taken back."""
        deal = self._of(number, LIMITED_CARD)
        held = self.random.random() < 0.3
        amount_minor = self.random.choice([100, 250, 1_500, 3_500])
        self._ask(deal, self._message(deal, "0100" if held else "0200", "000000", amount_minor, de25="06" if held else "00"))
        if held and self.random.random() < 0.6:
            self.weather.after(self.random.uniform(20, 250), lambda: self._follow(deal, "0220", amount_minor))
        elif self.random.random() < 0.35:
            in_part = self.random.random() < 0.3
            self.weather.after(self.random.uniform(0.05, 40.0), lambda: self._reverse(deal, in_part=in_part))

    def _short(self, number: int) -> None:
        """A stay whose hold ends after a day of its bank, before or after it is completed."""
        deal = self._of(number, SHORT_CARD)
        self._ask(deal, self._message(deal, "0100", "000000", 4_000, de25="06"))
        if self.random.random() < 0.6:
            completed = partial(self._follow, deal, "0220", self.random.randint(500, 4_000))
            self.weather.after(self.random.uniform(60, 300), completed)
        if self.random.random() < 0.3:
            self.weather.after(self.random.uniform(0, 300), lambda: self._reverse(deal, in_part=False))

    def _of(self, number: int, card: Card) -> Deal:
        deal = self.deals[number] = Deal(number, SHOPS[0], card)
        return deal

    def _follow(self, deal: Deal, mti: str, amount_minor: int) -> None:
        if deal.granted:
            first, told = deal.first.elements, {}
            named = {"de90": original_data("0100", ExchangeKey(ACQUIRER, first[41], first[11], first[7]))}
            if mti == "0220":
                told = {"de39": "00"}
                if key_of(deal.first) in deal.approvals and self.random.random() < 0.3:
                    named = {"de38": deal.approvals[key_of(deal.first)]}  # by its reference: DE 37, 41, 42 and 38
            self._ask(deal, self._message(deal, mti, "000000", amount_minor, de25="06", **named, **told))
            if mti == "0100" and self.random.random() < 0.3:
                added = deal.asked[-1]
                self.weather.after(self.random.uniform(0, 200), lambda: self._reverse_message(deal, added, in_part=False))

    def _offline(self, number: int) -> None:
        deal = self._begin(number)
        mti, code = self.random.choice((("0220", "00"), ("0120", "00"), ("0120", "51")))
        self._ask(deal, self._message(deal, mti, "000000", 700, de39=code))

    def _poor(self, number: int) -> None:
        deal = self._begin(number, poor=True)
        takes_less = self.random.random() < 0.7
        amount_minor = deal.card.balance_minor + self.random.choice([1, 500])
        self._ask(deal, self._message(deal, "0100", "000000", amount_minor, de25="41" if takes_less else "00"))

    def _look(self, number: int) -> None:
        deal = self._begin(number)
        code, amount_minor = self.random.choice((("310000", 0), ("000000", 0)))
        self._ask(deal, self._message(deal, "0100", code, amount_minor))

    def _void(self, number: int) -> None:
        deal = self._begin(number)
        self._ask(deal, self._message(deal, "0200", "000000", 1_500))
        self.weather.after(self.random.uniform(1.0, 40.0), lambda: self._take_back(deal, "0200", "020000", 0))

    def _tip(self, number: int) -> None:
        """A sale that comes to more before its batch is closed, or to less, or at a shop without batches; once or several
        times, and perhaps undone, or some of its adjustments."""
        deal, amount_minor = self._begin(number), 2_000
        if self.random.random() < 0.6:
            deal.shop = BATCHES
        self._ask(deal, self._message(deal, "0200", "000000", amount_minor))
        more_minor = self.random.choice((0, 1, 150, 200, -100))
        self.weather.after(self.random.uniform(0.05, 60), lambda: self._adjust(deal, amount_minor + more_minor))
        for _ in range(self.random.choice((0, 1, 1, 2))):
            other_minor = amount_minor + self.random.choice((0, 50, 120, 200))
            self.weather.after(self.random.uniform(20, 120), partial(self._adjust, deal, other_minor))
        if self.random.random() < 0.3:
            self.weather.after(self.random.uniform(20, 120), lambda: self._reverse(deal, in_part=False))

    def _adjust(self, deal: Deal, amount_minor: int) -> None:
        self._ask(deal, self._message(deal, "0220", "020000", amount_minor))
        if self.random.random() < 0.25:
            adjusted = deal.asked[-1]
            undo = partial(self._reverse_message, deal, adjusted, in_part=False)
            self.weather.after(self.random.uniform(0.05, 90), undo)

    def _count(self, number: int) -> None:
        """A terminal asks for the centre's totals; once it has them it finds that they are its own."""
        for shop in SHOPS:
            terminal = specs().merchants[shop].terminals[0]
            deal = Deal(number, shop, specs().issuers["atlas"].cards[0])
            self.deals[number * 10 - SHOPS.index(shop)] = deal
            self._ask(deal, Message("0500", {7: self._at(), 11: self._next_stan(), 32: ACQUIRER, 41: terminal}))

    # how they ask

    def _begin(self, number: int, *, poor: bool = False, issuer: str | None = None) -> Deal:
        issuer = issuer or self.random.choice(("atlas", "vesta", "rif"))
        cards = [card for card in specs().issuers[issuer].cards if card.status == "active" and card.expiry > "2612"]
        cards = [card for card in cards if card.usual and len(card.pan.digits) == len(cards[0].pan.digits)]
        fitting = [card for card in cards if (0 < card.balance_minor < POOR_MINOR) == poor and card.balance_minor]
        deal = Deal(number, self.random.choice(SHOPS), self.random.choice(fitting or cards))
        self.deals[number] = deal
        return deal

    def _message(self, deal: Deal, mti: str, code: str, amount_minor: int, **more: str) -> Message:
        merchant = specs().merchants[deal.shop]
        elements = {
            2: deal.card.pan.digits,
            3: code,
            4: f"{amount_minor:012d}",
            7: self._at(),
            11: self._next_stan(),
            14: deal.card.expiry,
            22: "051",
            32: ACQUIRER,
            37: f"{deal.number:012d}",
            41: merchant.terminals[0],
            42: f"{deal.shop:<15}",
            49: "504",
        }
        return Message(mti, elements | {int(name[2:]): value for name, value in more.items()})

    def _at(self) -> str:
        """DE 7: the second of the world, so that a number may come again under another."""
        minutes, seconds = divmod(int(self.weather.now), 60)
        hours, minutes = divmod(minutes, 60)
        return f"1122{10 + hours:02d}{minutes:02d}{seconds:02d}"

    def _next_stan(self) -> str:
        """Mostly new, at times one used not long ago: a STAN alone is not a key."""
        self._stan += 1
        return f"{self._stan if self.random.random() < 0.7 else self.random.randint(1, 8):06d}"

    def _ask(self, deal: Deal, message: Message) -> None:
        if any(key_of(message) == key_of(other) for known in self.deals.values() for other in known.asked):
            message = Message(message.mti, message.elements | {11: f"{900_000 + len(deal.asked) + 10 * abs(deal.number):06d}"})
        deal.asked.append(message)
        self._try(deal, message, 1)

    def _try(self, deal: Deal, message: Message, times: int) -> None:
        """Send, and send again until there is an answer; a request is given up after a while, and reversed."""
        stan, mti = message.elements[11], message.mti
        if deal.codes.get(key_of(message)):
            return
        may_give_up = mti[2] == "0" and mti[1] in "12" and message.elements[3][:2] != "02"
        if may_give_up and times > 3:
            self._reverse_message(deal, message, in_part=False)
            return
        again = times > 1
        self.weather.tell(f"acquirer sends {mti} {stan} of {deal.number}{' again' if again else ''}")
        self._send(deal.number, Message(mti[:3] + "1" if again else mti, message.elements))
        self.weather.after(PATIENCE_SECONDS, lambda: self._try(deal, message, times + 1))

    def _reverse(self, deal: Deal, *, in_part: bool) -> None:
        self._reverse_message(deal, deal.first, in_part=in_part and deal.granted)

    def _reverse_message(self, deal: Deal, message: Message, *, in_part: bool) -> None:
        left_minor = int(message.elements[4]) // 2 if in_part else 0
        self._take_back(deal, "0420", message.elements[3], left_minor, message)

    def _take_back(self, deal: Deal, mti: str, code: str, left_minor: int, message: Message | None = None) -> None:
        original = message or deal.first
        old = original.elements
        named = {"de90": original_data(original.mti, ExchangeKey(ACQUIRER, old[41], old[11], old[7]))}
        if len({key_of(asked) for asked in deal.asked}) == 1 and self.random.random() < 0.3:
            named = {}  # by its reference: DE 37, 41, 42 and 4
        more = {"de95": f"{left_minor:012d}{0:012d}C{0:08d}C{0:08d}"} if left_minor else {}
        self._ask(deal, self._message(deal, mti, code, int(old[4]), **named, **more))
        if not left_minor:
            deal.undone[key_of(deal.asked[-1])] = key_of(original)

    def answered(self, number: int, answer: Message) -> None:
        """An answer has come back."""
        elements, key = answer.elements, key_of(answer)
        deal = next(d for d in self.deals.values() if d.number == number and any(key_of(m) == key for m in d.asked))
        codes = deal.codes.setdefault(key, [])
        codes.append((elements[39], int(elements.get(4, "0"))))
        if elements[39] in ("00", "10"):
            deal.approval_codes.setdefault(key, set()).add(elements.get(38, ""))
        if 38 in elements:
            deal.approvals[key] = elements[38]
        if answer.mti[1] == "5" and elements[66] == "0" and len(codes) == 1:
            counters = {number: elements[number] for number in (74, 75, 76, 77, 86, 87, 88, 89, 97)}
            again = Message("0520", {7: self._at(), 11: self._next_stan(), 32: ACQUIRER, 41: elements[41], **counters})
            self._ask(deal, again)
