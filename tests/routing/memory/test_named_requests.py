"""The remembered requests by their other names: which of them is meant, told apart by every part of the name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve

from switch.card import Pan
from switch.routing.memory import names as names_module
from switch.routing.memory.history import History
from switch.routing.memory.names import SAME_AGAIN_SECONDS, SAME_STAN_SECONDS, Names, Near, named_by, same_key, seconds_apart
from switch.routing.memory.past import DecidedRequest, NoArchive, Reference, SameStan
from switch.routing.memory.pending import Exchange, Pending
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    FINANCIAL,
    LATER,
    NOW,
    Authorization,
    CaptureTime,
    Decision,
    ExchangeKey,
    Upload,
)
from tests.support.dialogue import ATLAS, VESTA_CARD, by_stan_alone, request, reversed_

SALE = request(1, approval_code="A00001", function=ADVICE, advised_code="00")
SOON_AFTER = SALE.key._replace(transmitted_at="1122092030")
BY_REFERENCE = Reference(SALE.rrn, SALE.key.terminal_id, SALE.merchant_id, SALE.amount_minor)
BY_STAN = SameStan(*SALE.key[:3], SALE.merchant_id, SALE.amount_minor, "1122100000", SALE.pan)
ANOTHER: dict[str, dict[str, Any]] = {
    "acquirer": {"key": SOON_AFTER._replace(acquirer_id="504002")},
    "terminal": {"key": SOON_AFTER._replace(terminal_id="TERM0002")},
    "STAN": {"key": SOON_AFTER._replace(stan="000002")},
    "day": {"key": SALE.key._replace(transmitted_at="1120091530")},
    "RRN": {"key": SOON_AFTER, "rrn": "000000000002"},
    "merchant": {"key": SOON_AFTER, "merchant_id": "SHOP00000000002"},
    "amount": {"key": SOON_AFTER, "amount_minor": 12_501},
    "card": {"key": SOON_AFTER, "pan": Pan(VESTA_CARD)},
}
NAMED: list[tuple[Reference | SameStan, str]] = [
    (BY_REFERENCE, "terminal RRN merchant amount"),
    (BY_STAN, "acquirer terminal STAN day merchant amount card"),
]
CASES = [(named, what) for named, differing in NAMED for what in differing.split()]
IDS = [f"{type(named).__name__}, another {what}" for named, what in CASES]


class Past:
    """What a switchboard remembers, and no journal."""

    def __init__(self) -> None:
        self.history, self.pending = History(NoArchive()), Pending()
        self.names = Names(NoArchive(), self.history, self.pending)

    def decided(self, asked: Authorization, number: int = 0, *, held: bool = False, left_minor: int | None = None) -> None:
        decision = Decision(response_code="00", approval_code=asked.approval_code, decided_by="atlas", reason="")
        left_minor = asked.amount_minor if left_minor is None else left_minor
        number = number or int(asked.key.stan)
        capture: CaptureTime = LATER if held else NOW
        self.history.put(DecidedRequest(number, asked, "atlas", decision, left_minor, capture=capture))

    def waits(self, asked: Authorization, number: int) -> None:
        timer = self.pending.timer("atlas", 10.0)
        self.pending.add(Exchange(number, asked, [], ATLAS, NOW, 10.0, timer, asked))
        if self.names.kept_up:
            self.names.add(number, asked)

    def meant(self, named: Reference | SameStan) -> ExchangeKey | None:
        past = self.names.decided(named)
        return None if past is None else past.authorization.key


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize(("named", "what"), CASES, ids=IDS)
def test_a_remembered_request_that_differs_in_one_part_of_a_name_is_not_meant_by_it(
    named: Reference | SameStan, what: str, earlier: bool
) -> None:
    other = evolve(SALE, **ANOTHER[what])
    past = Past()
    for number, each in enumerate([other, SALE] if earlier else [SALE, other], start=1):
        past.decided(each, number)
    assert past.meant(named) == SALE.key


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize(("named", "what"), CASES, ids=IDS)
def test_a_request_that_waits_and_differs_in_one_part_of_a_name_is_not_meant_by_it(
    monkeypatch: pytest.MonkeyPatch, named: Reference | SameStan, what: str, few: int
) -> None:
    if what == "day" and few:
        pytest.skip("nothing waits for a day, and what waits is not asked how long")
    monkeypatch.setattr(names_module, "FEW_WAITING", few)
    past = Past()
    past.waits(evolve(SALE, **ANOTHER[what]), 1)
    assert past.names.waiting(named) is None
    past.waits(SALE, 2)
    past.waits(evolve(SALE, key=SALE.key._replace(transmitted_at="1122091500")), 3)
    found = past.names.waiting(named)
    assert found is not None
    assert found.request_id == 3, "the latest"


@pytest.mark.parametrize("named", [BY_REFERENCE, BY_STAN], ids=lambda named: type(named).__name__)
def test_one_that_has_something_left_is_meant_before_a_later_one_and_one_that_waits_is_no_decided_one(
    named: Reference | SameStan,
) -> None:
    past = Past()
    times = ("1122091530", "1122091600", "1122091700", "1122091800")
    first, second, third, fourth = (evolve(SALE, key=SALE.key._replace(transmitted_at=at)) for at in times)
    past.decided(first, 1)
    past.decided(second, 2)
    past.decided(third, 3, left_minor=0)
    past.waits(fourth, 4)
    assert past.meant(named) == second.key
    for number, each in enumerate((first, second), start=1):
        past.decided(each, number, left_minor=0)
    assert past.meant(named) == third.key, "the latest, where nothing is left of any"


def test_a_transaction_of_a_batch_that_still_waits_for_its_issuer_is_not_yet_decided() -> None:
    past = Past()
    past.waits(SALE, 1)
    upload = Upload(
        key=SALE.key._replace(stan="000900"),
        original_stan=SALE.key.stan,
        pan=SALE.pan,
        amount_minor=SALE.amount_minor,
        currency=SALE.currency,
        merchant_id=SALE.merchant_id,
        rrn="",
    )
    assert past.names.decided(named_by(upload)) is None
    past.decided(SALE, 1)
    assert past.meant(named_by(upload)) == SALE.key
    assert past.meant(named_by(evolve(upload, rrn=SALE.rrn))) == SALE.key


def _completion(**changes: Any) -> Authorization:
    return request(9, message_class=FINANCIAL, function=ADVICE, **{"rrn": SALE.rrn, "approval_code": "A00001", **changes})


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_of_several_holds_of_a_reference_code_and_hold_and_number_decide_in_this_order(order: tuple[int, ...]) -> None:
    """One was completed and has the code, one is held and has another, one is held and has the code."""
    kinds = [("A00001", False), ("A00002", True), ("A00001", True)]
    for wanted in (3, 2, 1):
        past = Past()
        for number, which in enumerate(order, start=1):
            if which >= wanted:
                continue
            code, held = kinds[which]
            asked = request(number, rrn=SALE.rrn, message_class=AUTHORIZATION, approval_code=code, pre_authorized=True)
            past.decided(asked, held=held, left_minor=None if held else 0)
        past.waits(request(7, rrn=SALE.rrn), 7)
        past.decided(_completion(), 8)
        found = past.names.hold(_completion())
        assert found is not None
        best = 2 if wanted == 3 else 0
        assert found.request_id == order.index(best) + 1
        other = past.names.hold(_completion(approval_code="A00003"))
        assert other is not None
        held_numbers = [number for number, which in enumerate(order, start=1) if which < wanted and kinds[which][1]]
        assert other.request_id == (max(held_numbers) if held_numbers else order.index(0) + 1)


@pytest.mark.parametrize("what", ["acquirer", "terminal", "STAN", "merchant", "amount", "card"])
@pytest.mark.parametrize("seconds", [0, SAME_AGAIN_SECONDS, SAME_AGAIN_SECONDS + 1])
def test_a_request_without_a_time_is_the_one_before_where_it_says_the_same_soon_after(what: str, seconds: int) -> None:
    past = Past()
    minutes, rest = divmod(seconds, 60)
    at = f"112209{15 + minutes:02d}{rest:02d}"
    first = evolve(SALE, key=SALE.key._replace(transmitted_at="1122091500"))
    past.decided(first, 1)
    again = evolve(first, key=first.key._replace(transmitted_at=at))
    assert past.names.same_before(again) == (first if seconds <= SAME_AGAIN_SECONDS else None)
    changed = evolve(again, **ANOTHER[what])
    assert past.names.same_before(evolve(changed, key=changed.key._replace(transmitted_at=at))) is None


def _differing(past: Past, reversal: Any) -> tuple[str, ...] | None:
    near = past.names.nearest(reversal)
    return None if near is None else near.differing


NAMING: list[tuple[Callable[[], Any], str]] = [
    (lambda: reversed_(1).reversal, "DE 7,DE 11,DE 32,DE 41,DE 42,DE 4,DE 2"),
    (lambda: reversed_(1, named=False).reversal, "DE 37,DE 32,DE 41,DE 42,DE 4,DE 2"),
    (lambda: by_stan_alone(1, SALE.pan.digits).reversal, "DE 11,DE 7,DE 32,DE 41,DE 42,DE 4,DE 2"),
]
PARTS: dict[str, dict[str, Any]] = {
    "DE 7": {"key": SALE.key._replace(transmitted_at="1101091530")},
    "DE 11": {"key": SALE.key._replace(stan="000002")},
    "DE 32": {"key": SALE.key._replace(acquirer_id="504002")},
    "DE 41": {"key": SALE.key._replace(terminal_id="TERM0002")},
    "DE 37": {"rrn": "000000000002"},
    "DE 42": {"merchant_id": "SHOP00000000002"},
    "DE 4": {"amount_minor": 12_501},
    "DE 2": {"pan": Pan(VESTA_CARD)},
}


@pytest.mark.parametrize(("naming", "compared"), NAMING, ids=["DE 90", "DE 37", "STAN"])
def test_the_nearest_request_is_told_with_each_element_it_differs_in(naming: Callable[[], Any], compared: str) -> None:
    reversal = naming()
    assert _differing(_past_of([SALE]), reversal) == ()
    for name in compared.split(","):
        assert _differing(_past_of([evolve(SALE, **PARTS[name])]), reversal) == (name,)
        assert _differing(_past_of([evolve(SALE, **PARTS[name]), SALE]), reversal) == ()
    names = compared.split(",")
    half = [name for name in names if name in ("DE 42", "DE 4", "DE 2", "DE 37")][: (len(names) + 1) // 2]
    changes: dict[str, Any] = {}
    for name in half:
        changes |= PARTS[name]
    far = _past_of([evolve(SALE, **changes)])
    assert _differing(far, reversal) == (None if len(half) * 2 >= len(names) else tuple(half))


def _past_of(several: Iterable[Authorization]) -> Past:
    past = Past()
    for number, each in enumerate(several, start=1):
        past.decided(each, number)
    return past


def test_the_limits_of_names() -> None:
    limits = (SAME_AGAIN_SECONDS, SAME_STAN_SECONDS, names_module.ADDED_MAX, names_module.UNUSED_MAX, names_module.FEW_WAITING)
    assert limits == (600, 86_400, 10_000, 10_000, 100)
    assert names_module._NEAREST_SEARCHED_MAX == 50


def test_times_lie_apart_either_way_over_a_leap_day_and_the_turn_of_a_year_and_for_ever_where_one_is_none() -> None:
    apart = {
        ("1122091530", "1122091531"): 1,
        ("0228235959", "0229000000"): 1,
        ("0228000000", "0301000000"): 2 * 86_400,
        ("1231235959", "0101000000"): 1,
        ("0101000000", "0702000000"): 183 * 86_400,
        ("0101000000", "0703000000"): 182 * 86_400,
    }
    for (one, other), seconds in apart.items():
        assert seconds_apart(one, other) == seconds_apart(other, one) == seconds
    for none in ("", "1331000000", "0230000000", "1122"):
        assert seconds_apart(none, "1122091530") == seconds_apart("1122091530", none) == math.inf


@pytest.mark.parametrize(
    ("at", "fits"), [("1123091530", True), ("1121091530", True), ("1123091531", False), ("1121091529", False)]
)
def test_a_stan_alone_names_a_request_of_a_day_before_or_after_and_not_of_a_second_more(at: str, fits: bool) -> None:
    past = Past()
    past.decided(evolve(SALE, key=SALE.key._replace(transmitted_at="1122091530")), 1)
    assert (past.meant(BY_STAN._replace(at=at)) is not None) == fits


def test_keys_are_the_same_that_differ_in_their_time_alone_and_not_by_much() -> None:
    key = SALE.key._replace(transmitted_at="1122091500")
    times = {"1122091500": True, "1122092500": True, "1122090500": True, "1122092501": False, "1122090459": False, "": False}
    for at, same in times.items():
        assert same_key(key, key._replace(transmitted_at=at)) == same, at
    for other in ({"stan": "000002"}, {"terminal_id": "TERM0002"}, {"acquirer_id": "504002"}):
        assert not same_key(key, key._replace(**other))


def test_elements_that_differ_are_counted_in_words() -> None:
    assert [Near(1, names).differs for names in (("DE 4",), ("DE 7", "DE 4"))] == ["DE 4 differs", "DE 7 and DE 4 differ"]


@pytest.mark.parametrize("limit", ["UNUSED_MAX", "ADDED_MAX"])
def test_the_index_is_dropped_where_nobody_asks_and_made_anew_where_much_was_added(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(names_module, limit, 2)
    past = Past()
    past.decided(SALE, 1)

    def kept_up() -> bool:
        return past.names.kept_up

    assert not kept_up()
    assert past.meant(BY_REFERENCE) == SALE.key
    for number in (2, 3, 4):
        assert kept_up(), number
        if limit == "ADDED_MAX":
            assert past.meant(BY_REFERENCE) == SALE.key
        past.names.add(number, request(number))
    assert not kept_up()
    assert past.names._filed == {}
    assert past.meant(BY_REFERENCE) == SALE.key
    assert kept_up()
    past.names.add(5, request(5))
    past.names.add(6, request(6))
    assert kept_up(), "it counts anew"


class Kept(NoArchive):
    """A journal with one request under every name."""

    def __init__(self, kept: DecidedRequest) -> None:
        self.kept, self.asked = kept, list[Any]()

    def find_named(self, named: Reference | SameStan) -> DecidedRequest | None:
        self.asked.append(named)
        return self.kept

    def find_hold(self, named: Reference, approval_code: str | None) -> DecidedRequest | None:
        self.asked.append((named, approval_code))
        return self.kept

    def of_stan(self, key: ExchangeKey, seconds: float) -> list[Authorization]:
        self.asked.append((key, seconds))
        return [request(2), self.kept.authorization]


def _kept(number: int = 9, left_minor: int = 12_500, held: bool = False) -> DecidedRequest:
    decision = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="")
    key = SALE.key._replace(transmitted_at="1122091000")
    return DecidedRequest(number, evolve(SALE, key=key), "atlas", decision, left_minor, capture=LATER if held else NOW)


@pytest.mark.parametrize("named", [BY_REFERENCE, BY_STAN], ids=lambda named: type(named).__name__)
@pytest.mark.parametrize(
    ("remembered", "kept", "meant"),
    [(None, 12_500, 9), (None, 0, 9), (0, 12_500, 9), (0, 0, 1), (5_000, 12_500, 1)],
    ids=str,
)
def test_the_journal_is_asked_for_a_name_and_counts_where_memory_has_nothing_left_to_undo(
    named: Reference | SameStan, remembered: int | None, kept: int, meant: int
) -> None:
    past, archive = Past(), Kept(_kept(left_minor=kept))
    past.names = Names(archive, past.history, past.pending)
    if remembered is not None:
        past.decided(evolve(SALE, key=SALE.key._replace(transmitted_at="1122091531")), 1, left_minor=remembered)
    found = past.names.decided(named)
    assert found is not None
    assert found.request_id == meant
    assert archive.asked == ([] if remembered else [named])


def test_what_the_journal_finds_is_what_memory_has_of_it() -> None:
    past, kept = Past(), _kept()
    past.names = Names(Kept(kept), past.history, past.pending)
    past.decided(evolve(kept.authorization, amount_minor=1), 9, left_minor=4_000)
    found = past.names.decided(BY_REFERENCE)
    assert found is not None
    assert found.remaining_minor == 4_000
    past = Past()
    past.names = Names(Kept(_kept(held=True)), past.history, past.pending)
    past.decided(evolve(kept.authorization, rrn="000000000077"), 9, left_minor=3_000, held=True)
    hold = past.names.hold(_completion())
    assert hold is not None
    assert hold.remaining_minor == 3_000


def test_a_request_without_a_time_may_be_one_that_only_the_journal_has() -> None:
    past, archive = Past(), Kept(_kept())
    past.names = Names(archive, past.history, past.pending)
    again = evolve(archive.kept.authorization, key=SALE.key._replace(transmitted_at="1122091500"))
    assert past.names.same_before(again) is archive.kept.authorization
    assert archive.asked == [(again.key, SAME_AGAIN_SECONDS)]
    assert past.names.same_before(evolve(again, amount_minor=1)) is None


def test_the_very_request_of_a_stan_and_a_time_is_meant_before_any_other_of_its_stan() -> None:
    past = Past()
    exact, other = (evolve(SALE, key=SALE.key._replace(transmitted_at=at)) for at in ("1122100000", "1122095900"))
    past.decided(exact, 1, left_minor=0)
    past.decided(other, 2)
    assert past.meant(BY_STAN) == exact.key, "although nothing is left of it"
    past.waits(evolve(SALE, key=SALE.key._replace(transmitted_at="1122095800")), 3)
    assert past.names.waiting(BY_STAN) is None, "the one it means is decided"
    past = Past()
    past.waits(exact, 1)
    past.waits(other, 2)
    found = past.names.waiting(BY_STAN)
    assert found is not None
    assert found.request_id == 1
    past = Past()
    past.decided(evolve(exact, amount_minor=1), 1)
    past.decided(other, 2)
    assert past.meant(BY_STAN) == other.key, "the very one has another amount"
