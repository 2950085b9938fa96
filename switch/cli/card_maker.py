"""Cards by the thousand, the same for one seed: numbers in the ranges of an issuer, its products in their shares, names,
balances and the amount of a purchase for each.

Names, shares and amounts are invented, and the amounts are spread so that a purchase is 435 MAD in the mean: what a card paid
at Moroccan merchants in 2023 (58.8 milliards of dirhams in 135.3 million payments).
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from switch.card import luhn_digits
from switch.errors import SwitchError
from switch.issuers.cards.product import PLAIN, Product
from switch.issuers.profile import SERIES_BODY_DIGITS, Profile
from switch.money import format_minor
from switch.routing.table.routes import Route, RoutingTable

MADE_MAX: Final = 5_000_000  #: cards made at once; their numbers are sorted in memory, about 100 bytes each

DRAWS_MAX: Final = 100  #: of a number that is free: where so many are taken, too few are left

TICKET_MEAN_MINOR: Final = 43_500
_TICKET_SPREAD: Final = 0.9  #: standard deviation of the logarithm: half of all purchases are below 290 MAD
_TICKET_STEP_MINOR: Final = 5  #: prices end in 0 or 5 centimes
_TICKET_MIN_MINOR, _TICKET_MAX_MINOR = 500, 2_000_000

#: Kind of a product -> mean of its balances, minor units, and how far they are spread.
_BALANCES: Final = {"debit": (950_000, 1.1), "credit": (2_000_000, 0.6), "prepaid": (60_000, 0.8)}
_BALANCE_MIN_MINOR, _BALANCE_MAX_MINOR = 1_000, 50_000_000
_EXPIRY_YEARS: Final = (27, 28, 29, 30, 31)

_FIRST_NAMES: Final = (
    *("ADIL", "AMINA", "ANAS", "ASMAA", "AYOUB", "BOUCHRA", "DRISS", "FATIMA", "GHITA", "HAMZA", "HANANE", "HICHAM", "IKRAM"),
    *(
        "ILYAS",
        "IMANE",
        "JAMAL",
        "KARIM",
        "KENZA",
        "KHADIJA",
        "LAILA",
        "MEHDI",
        "MERYEM",
        "MOHAMED",
        "MOUNIA",
        "NADIA",
        "NAJAT",
    ),
    *("NOUR", "OMAR", "OTHMANE", "RACHID", "RIM", "SAAD", "SALMA", "SANAA", "SOUFIANE", "TARIK", "YASSINE", "YOUSSEF", "ZINEB"),
)
_LAST_NAMES: Final = (
    *("ALAMI", "AMRANI", "BAKKALI", "BENALI", "BENANI", "BENJELLOUN", "BENKIRANE", "BENNIS", "BERRADA", "BOUAZZA", "CHAOUI"),
    *("CHRAIBI", "DAOUDI", "EL FASSI", "EL IDRISSI", "EL KHATTABI", "EL MANSOURI", "EL OUAFI", "FILALI", "GUESSOUS", "HADDAD"),
    *("HAJJI", "IDRISSI", "JABRI", "KABBAJ", "KADIRI", "LAHLOU", "LAMRANI", "MEKOUAR", "NACIRI", "OUAHBI", "RAMI", "SABRI"),
    *("SEBTI", "SLAOUI", "TAHIRI", "TAZI", "YACOUBI", "ZAHRAOUI", "ZEROUALI"),
)


class MadeCard(NamedTuple):
    """A card as it goes into a card file."""

    pan: str
    expiry: str
    cvv2: str
    balance_minor: int
    product: str
    account: str
    name: str
    amount_minor: int  #: of a purchase with it


class Numbers(NamedTuple):
    """Numbers without their check digits, from ``low`` on, that all lead to the issuer by one route."""

    low: int
    numbers: int


class Group(NamedTuple):
    """Cards of one product: where their numbers come from, and how many beside those of the others."""

    product: Product
    kind: str
    body_digits: int
    segments: tuple[Numbers, ...]
    share: int


def made_cards(profile: Profile, routing: RoutingTable, count: int, seed: int) -> Iterator[MadeCard]:
    """So many cards in the order of their numbers. SwitchError where no range leads to the issuer, or too few numbers are
    left."""
    groups = _groups(profile, routing)
    if not groups:
        raise SwitchError(
            f"--issuer: found {profile.id!r}, to which no range leads that fits a product, expected another issuer"
        )
    chance = random.Random(seed)  # noqa: S311  # the same cards for one seed, and no secret
    bodies: list[tuple[str, int]] = []
    taken = {card.pan.digits[:-1] for card in profile.cards}
    for place, (group, wanted) in enumerate(zip(groups, _shares(groups, count), strict=True)):
        bodies += ((body, place) for body in _bodies(group, wanted, taken, chance))
    bodies.sort()
    completing = _check_digits([body for body, _ in bodies])
    draw = chance.random
    for number, (body, place) in enumerate(bodies, start=1):
        group = groups[place]
        code_digits = group.product.cvv2_digits
        yield MadeCard(
            pan=body + completing[number - 1],
            expiry=f"{_EXPIRY_YEARS[int(draw() * len(_EXPIRY_YEARS))]}{int(draw() * 12) + 1:02d}",
            cvv2=f"{int(draw() * 10**code_digits):0{code_digits}d}",
            balance_minor=_spread(*_BALANCES[group.kind], draw(), draw(), 1_000, _BALANCE_MIN_MINOR, _BALANCE_MAX_MINOR),
            product=group.product.id,
            account=f"made-{seed}-{number:07d}",
            name=f"{_FIRST_NAMES[int(draw() * len(_FIRST_NAMES))]} {_LAST_NAMES[int(draw() * len(_LAST_NAMES))]}",
            amount_minor=_spread(
                TICKET_MEAN_MINOR, _TICKET_SPREAD, draw(), draw(), _TICKET_STEP_MINOR, _TICKET_MIN_MINOR, _TICKET_MAX_MINOR
            ),
        )


def as_card_file(cards: Iterable[MadeCard]) -> Iterator[str]:
    """Lines of a card file, the heads first."""
    yield "pan,expiry,cvv2,balance,product,account,name,amount"
    for card in cards:
        balance, amount = format_minor(card.balance_minor), format_minor(card.amount_minor)
        yield f"{card.pan},{card.expiry},{card.cvv2},{balance},{card.product},{card.account},{card.name},{amount}"


def as_numbers(cards: Iterable[MadeCard]) -> Iterator[str]:
    """Numbers alone, for load tools."""
    return (card.pan for card in cards)


def as_messages(cards: Iterable[MadeCard]) -> Iterator[str]:
    """Lines of a file for ``switch send --file``: number, amount and expiry by the numbers of their elements."""
    yield "2,4,14"
    for card in cards:
        yield f"{card.pan},{card.amount_minor:012d},{card.expiry}"


def _check_digits(bodies: list[str]) -> list[str]:
    """The check digit of each number, of whatever length."""
    found = [""] * len(bodies)
    for digits in {len(body) for body in bodies}:
        alike = [place for place, body in enumerate(bodies) if len(body) == digits]
        for place, digit in zip(alike, luhn_digits([bodies[place] for place in alike]), strict=True):
            found[place] = digit
    return found


def _spread(mean: float, spread: float, one: float, other: float, step: int, low: int, high: int) -> int:
    """A log-normal amount of this mean in whole steps, from two numbers between 0 and 1 (Box and Muller's normal deviate)."""
    normal = math.sqrt(-2 * math.log(1 - one)) * math.cos(math.tau * other)
    amount = mean * math.exp(spread * normal - spread * spread / 2)
    return min(max(round(amount / step) * step, low), high)


def _groups(profile: Profile, routing: RoutingTable) -> list[Group]:
    """The products with the ranges they fit; an issuer without products has one group for each kind of range."""
    products = [product for product in profile.products.values() if product is not None and product.share]
    found = []
    for product in products or [PLAIN]:
        digits = (product.pan_digits or SERIES_BODY_DIGITS + 1) - 1
        by_kind: dict[str, list[Numbers]] = {}
        for segment, route in _segments(profile, routing, digits):
            if product.scheme in (None, route.scheme) and product.kind in (None, route.product) and route.product in _BALANCES:
                by_kind.setdefault(route.product, []).append(segment)
        found += [Group(product, kind, digits, tuple(segments), product.share) for kind, segments in by_kind.items()]
    return found


def _segments(profile: Profile, routing: RoutingTable, digits: int) -> Iterator[tuple[Numbers, Route]]:
    """The numbers of an issuer, cut where the route changes; those of its series are left out."""
    edges = set()
    for _, _, ranges in routing.ranges:
        for item in ranges:
            edges |= {int(item.low.ljust(digits, "0")), int(item.high.ljust(digits, "9")) + 1}
    series = []
    if digits == SERIES_BODY_DIGITS:
        series = [(int(one.bin.ljust(digits, "0")) + 1, one.count) for one in profile.card_series]
        edges |= {edge for low, count in series for edge in (low, low + count)}
    ordered = sorted(edges)
    for low, high in pairwise(ordered):
        route = routing.find(f"{low:0{digits}d}")
        taken = any(first <= low < first + count for first, count in series)
        if route is not None and route.issuer == profile.id and not taken:
            yield Numbers(low, high - low), route


def _shares(groups: list[Group], count: int) -> list[int]:
    """How many cards of each group: by their shares, and ``count`` in all."""
    whole = sum(group.share for group in groups)
    bounds = [count * part // whole for part in accumulate(group.share for group in groups)]
    return [high - low for low, high in zip([0, *bounds], bounds, strict=False)]


def _bodies(group: Group, wanted: int, taken: set[str], chance: random.Random) -> Iterator[str]:
    """So many numbers without check digit that are not ``taken``, one in each of as many equal parts of the group's."""
    ends = list(accumulate(segment.numbers for segment in group.segments))
    room = ends[-1]
    if room < 2 * wanted:
        raise SwitchError(
            f"--count: found {wanted} cards of product {group.product.id or group.kind!r}, expected at most {room // 2}"
        )
    draw = chance.random
    for number in range(wanted):
        low, high = room * number // wanted, room * (number + 1) // wanted
        for _ in range(DRAWS_MAX):
            place = low + int(draw() * (high - low))
            at = bisect_right(ends, place)
            segment = group.segments[at]
            body = f"{segment.low + place - (ends[at] - segment.numbers):0{group.body_digits}d}"
            if body not in taken:
                taken.add(body)
                yield body
                break
        else:
            raise SwitchError(
                f"--count: found more cards than {group.product.id or group.kind!r} has free numbers, expected fewer"
            )
