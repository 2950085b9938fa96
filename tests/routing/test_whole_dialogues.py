"""Dialogues with every effect told whole: what stands in ``whole_dialogues.txt`` was read by a person, line by line.

Where a line has to change, ``python -m tests.routing.test_whole_dialogues`` prints the file anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from switch.routing.switchboard import Switchboard
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.events import (
    AnswerReceived,
    DeliveryFailed,
    ForwardFailed,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    Scripted,
)
from switch.transaction import ExchangeKey, refuse
from tests.routing.memory.test_totals import totals
from tests.routing.rules.test_completion import HELD, completion
from tests.routing.test_odd_orders import adjusts
from tests.routing.whole import changed, told
from tests.support.dialogue import (
    ATLAS,
    SHOP,
    VESTA_CARD,
    answered,
    asked,
    by_stan_alone,
    delivered,
    request,
    reversed_,
    shop,
    switchboard,
)

FILE: Final = Path(__file__).with_name("whole_dialogues.txt")
LIMITS: Final = StandIn(amount_max_minor=20_000, count_max=2, channels=frozenset({"chip", "ecommerce"}))
BY_BATCH: Final[dict[str, Any]] = {"merchant": shop(capture="batch", over_basis_points=1_000)}
TOLD: Final[dict[str, Any]] = {"function": "advice", "advised_code": "00"}


def _sold(stan: int = 1, code: str = "00", **changes: Any) -> list[Any]:
    return [asked(stan, **changes), answered(stan, code)]


def _answer(stan: int, code: str, issuer: str = "atlas", **changes: Any) -> AnswerReceived:
    event = answered(stan, code, issuer=issuer)
    return evolve(event, answer=evolve(event.answer, **changes))


def _scripted(event: Any, **wanted: Any) -> Any:
    return evolve(event, scripted=Scripted(**wanted))


def _elsewhere(event: RequestReceived, terminal_id: str) -> Any:
    return changed(event, key=event.authorization.key._replace(terminal_id=terminal_id))


def _stamped(event: Any, at: str) -> Any:
    """A reversal of a terminal without a time: its own is the centre's."""
    return changed(event, stamped=True, key=event.reversal.key._replace(transmitted_at=at))


def _tips() -> tuple[Switchboard, Iterable[Any]]:
    last = changed(reversed_(3, own_stan=901, amount_minor=13_500), reason="4000")
    again = reversed_(3, own_stan=905, amount_minor=13_500)
    own = asked(1)
    own = changed(own, key=own.authorization.key._replace(stan="900004", transmitted_at="1122091600"))
    tipped = [*_sold(), adjusts(2, 13_000), adjusts(3, 13_500), last, again, own]
    first = reversed_(2, own_stan=902, amount_minor=13_000)
    return switchboard(**BY_BATCH), [*tipped, first, reversed_(1, own_stan=903), reversed_(1, own_stan=904), first]


def _tips_taken_back_with_their_sale() -> tuple[Switchboard, Iterable[Any]]:
    def tipped(stan: int) -> list[Any]:
        return [*_sold(stan), adjusts(stan + 1, 13_000, of=stan, rrn=request(stan).rrn)]

    by_name = changed(reversed_(1, own_stan=901, amount_minor=13_000, named=False), of_adjustment=False)
    void = changed(reversed_(12, own_stan=902, amount_minor=13_000), mti="0200")
    other = [
        *tipped(21),
        adjusts(23, 13_100, of=22),
        reversed_(22, own_stan=903),
        reversed_(22, own_stan=904, amount_minor=13_000),
    ]
    return switchboard(**BY_BATCH), [*tipped(1), by_name, *tipped(11), void, *other]


def _tips_named_by_their_sale() -> tuple[Switchboard, Iterable[Any]]:
    keyed = adjusts(2, 13_000, approval_code="B00002", entry_mode="012", channel="keyed", repeat=True)
    back = changed(reversed_(1, own_stan=901, amount_minor=13_000), of_adjustment=True)
    other = changed(reversed_(1, own_stan=902, amount_minor=12_999), of_adjustment=True)
    by_name = changed(reversed_(1, own_stan=903, amount_minor=13_200, named=False), of_adjustment=True)
    events = [
        *_sold(),
        keyed,
        other,
        back,
        back,
        adjusts(3, 13_200, rrn=request(1).rrn),
        by_name,
        totals(1, debits_count=1),
        adjusts(4, 13_300),
    ]
    return switchboard(**BY_BATCH), events


def _tips_that_are_refused() -> tuple[Switchboard, Iterable[Any]]:
    part = reversed_(1, own_stan=901, amount_minor=13_000, replacement_minor=100)
    waits = adjusts(31, 13_000, of=77, rrn=request(30).rrn)
    events = [
        *_sold(),
        adjusts(2, 12_499),
        adjusts(3, 13_751),
        adjusts(4, 13_000, original_minor=12_600),
        adjusts(5, 13_000, original_minor=12_500),
        adjusts(6, 13_100, original_minor=13_000),
        adjusts(7, 12_500, original_minor=12_500),
        adjusts(8, 13_750),
        adjusts(9, 13_000, transaction_type="bill_payment"),
        adjusts(10, 13_000, pan=VESTA_CARD),
        adjusts(11, 13_000, currency="978"),
        changed(part, amount_minor=13_750),
        adjusts(12, 13_000),
        adjusts(13, 13_000, of=77),
        asked(30),
        changed(waits, original_key=None),
        *_sold(40, **HELD),
        adjusts(41, 13_000, of=40),
        *_sold(50, "51"),
        adjusts(51, 13_000, of=50),
        *_sold(60),
        adjusts(61, 20_000, of=60),
        adjusts(62, 13_000, of=61),
    ]
    return switchboard(**BY_BATCH), events


def _tips_between_reversals() -> tuple[Switchboard, Iterable[Any]]:
    part = reversed_(1, own_stan=901, replacement_minor=11_000)
    rest = reversed_(2, own_stan=902, amount_minor=11_500, replacement_minor=10_000)
    events = [*_sold(), part, adjusts(2, 12_101), adjusts(3, 11_500), rest, reversed_(3, own_stan=903, amount_minor=11_500)]
    voids = changed(reversed_(1, own_stan=904, amount_minor=12_500), mti="0200")
    again = [*_sold(5), adjusts(6, 13_000, of=5), changed(voids, original_key=request(5).key), adjusts(7, 13_000, of=5)]
    return switchboard(**BY_BATCH), [*events, *again]


def _holds_with_increments() -> tuple[Switchboard, Iterable[Any]]:
    raises = [
        each for stan in (2, 3, 4) for each in _sold(stan, amount_minor=1_000 * stan, original_key=request(1).key, **HELD)
    ]
    taken = reversed_(3, own_stan=901, amount_minor=3_000)
    part = reversed_(4, own_stan=902, amount_minor=4_000, replacement_minor=1_500)
    declined = _sold(5, "51", amount_minor=5_000, original_key=request(4).key, **HELD)
    told_of = asked(6, amount_minor=700, original_key=request(2).key, **HELD, **TOLD)
    late = asked(7, amount_minor=100, original_key=request(1).key, **HELD)
    ends = completion(8, of=2, amount_minor=16_700)
    events = [*_sold(**HELD), *raises, taken, part, *declined, told_of, late, ends, answered(7), completion(9, of=5)]
    whole = changed(reversed_(1, own_stan=903), reason="4000")
    events += [completion(10, of=8), asked(20, **HELD, **{**TOLD, "advised_code": "51"}), completion(21, of=20)]
    return switchboard(), [*events, whole, reversed_(8, own_stan=904, amount_minor=16_700), reversed_(2, amount_minor=2_000)]


def _holds_reversed_whole() -> tuple[Switchboard, Iterable[Any]]:
    raises = [each for stan in (2, 3) for each in _sold(stan, amount_minor=1_000, original_key=request(1).key, **HELD)]
    events = [*_sold(**HELD), *raises, reversed_(2, amount_minor=1_000), changed(reversed_(1, own_stan=902), reason="4000")]
    return switchboard(), [*events, completion(4), asked(5, original_key=request(1).key, **HELD)]


def _completions_by_reference() -> tuple[Switchboard, Iterable[Any]]:
    named: dict[str, Any] = {"of": None, "rrn": request(1).rrn}
    events = [
        *_sold(**HELD),
        completion(2, approval_code="B00002", **named),
        *_sold(3, **HELD),
        completion(4, of=None, rrn=request(3).rrn, approval_code=None),
        completion(5, of=None, rrn="000000000000", approval_code="A00001"),
        asked(6, function="advice", advised_code="51", original_key=request(3).key, message_class="financial"),
        asked(7, original_key=request(3).key, **HELD, function="advice", advised_code="51"),
        completion(8, of=7),
        asked(9, rrn=request(3).rrn, approval_code="A00001", **HELD),
        answered(9),
        completion(10, of=3, advised_code="A9"),
        completion(11, of=3, amount_minor=25_000, approval_code="A00001"),
    ]
    return switchboard(), events


def _answers_that_do_not_fit() -> tuple[Switchboard, Iterable[Any]]:
    part: dict[str, Any] = {"partial_accepted": True}
    events: list[Any] = []
    for stan, granted in enumerate((0, 1, 12_499, 12_500, None), start=1):
        events += [asked(stan, **part), _answer(stan, "10", approval_code="A00001", approved_minor=granted)]
    events += [asked(6), _answer(6, "10", approval_code="A00001", approved_minor=5_000)]
    events += [asked(7), _answer(7, "00", contradiction="another amount (DE 4)")]
    events += [asked(8), _answer(8, "20", reason="no word"), asked(9), _answer(9, "Z9"), asked(10), _answer(10, "N7")]
    events += [asked(11), answered(11, issuer="vesta"), answered(11, "05"), answered(11, "05"), answered(11), answered(11)]
    one, other = request(12).key._replace(stan="000099"), request(12).key._replace(stan="000099", terminal_id="TERM0002")
    events += [
        asked(12),
        _answer(12, "00", key=one),
        _answer(12, "00", key=other),
        10.0,
        1.5,
        answered(12),
        answered(12, "51"),
        answered(13),
    ]
    events += [asked(14), answered(14, "09"), asked(14, repeat=True)]
    return switchboard(), events


def _parts_that_a_scenario_wants() -> tuple[Switchboard, Iterable[Any]]:
    part: dict[str, Any] = {"note": "scenario part", "part_minor": 5_000}
    events = [
        _scripted(asked(1), **part),
        answered(1),
        _scripted(asked(2, amount_minor=5_000), **part),
        answered(2),
        _scripted(asked(3, transaction_type="cash_withdrawal"), **part, timeout_seconds=3.0),
        3.0,
        _scripted(asked(4), note="later", timeout_seconds=4.0),
        _scripted(asked(5), note="as ever", timeout_seconds=10.0),
        4.0,
        _scripted(asked(6), **part),
        6.0,
        4.0,
        _scripted(asked(7), note="declined", refusal=refuse("51", "a scenario declines it")),
        _scripted(asked(7), note="said again"),
        _scripted(asked(8), note="first"),
        _scripted(asked(8), note="while it waits"),
        _scripted(asked(8, amount_minor=1), note="another under its key"),
        _scripted(reversed_(8), note="as it waits"),
        _scripted(reversed_(77, own_stan=901), note="of nothing"),
        _scripted(reversed_(8, own_stan=902), note=""),
        _scripted(changed(reversed_(8), mti="0401"), note="repeated"),
        _scripted(asked(9), **part),
        answered(9, "51"),
        _scripted(asked(10), **part),
        _answer(10, "10", approval_code="A00001", approved_minor=2_000),
    ]
    return switchboard(), events


def _in_an_issuers_stead() -> tuple[Switchboard, Iterable[Any]]:
    events = [
        asked(1),
        asked(2, message_class="financial"),
        asked(3),
        IssuerUp("atlas"),
        1.9,
        0.1,
        IssuerDown("atlas", "signed off", lost=False),
        3.9,
        IssuerUp("atlas"),
        delivered(1, kind="advice"),
        delivered(2, kind="advice", response_code="14"),
        asked(4),
        IssuerDown("atlas", "its line is gone", lost=True),
        IssuerDown("atlas", "still gone", lost=True),
        asked(5, amount_minor=20_001),
        IssuerUp("atlas"),
        asked(6),
        ForwardFailed(request(6), "atlas", "91", "cannot be sent"),
        ForwardFailed(request(6), "atlas", "91", "cannot be sent"),
        asked(7, message_class="financial"),
        ForwardFailed(request(7, message_class="financial"), "atlas", "30", "cannot be said"),
    ]
    return switchboard(up=(), atlas=evolve(ATLAS, stand_in=LIMITS)), events


def _silence_and_lost_lines() -> tuple[Switchboard, Iterable[Any]]:
    slow = evolve(ATLAS, timeout_seconds=4.0)
    events = [
        asked(1),
        asked(1, "line 2"),
        asked(1, "line 3", repeat=True),
        asked(2, repeat=True),
        asked(3, pan=VESTA_CARD),
        3.9,
        0.1,
        6.0,
        asked(1, "line 4", repeat=True),
        delivered(1),
        delivered(2, response_code="25"),
        delivered(3, issuer="vesta"),
        delivered(3, issuer="vesta"),
        asked(4),
        IssuerDown("atlas", "it hung up", lost=True),
        asked(5),
        asked(6, pan="6011000000000004"),
        asked(7, pan="340000000000009"),
        asked(8, merchant_id="NOBODY"),
        asked(9, currency="978"),
        asked(10, transaction_type="other", processing_code="990000"),
        asked(11, amount_minor=0),
        asked(12, amount_minor=100, cash_back_minor=101),
        asked(13, pan=VESTA_CARD, amount_minor=100, cash_back_minor=100),
        asked(14, pan=VESTA_CARD, amount_minor=0, transaction_type="balance_inquiry"),
        asked(15, pan=VESTA_CARD, amount_minor=1),
        answered(13, issuer="vesta"),
        answered(14, issuer="vesta"),
    ]
    return switchboard(atlas=slow), events


def _reversals_of_all_kinds() -> tuple[Switchboard, Iterable[Any]]:
    events = [
        *_sold(),
        changed(reversed_(1, replacement_minor=12_500), mti="0421"),
        changed(reversed_(1, own_stan=902, replacement_minor=12_499), reason="4001"),
        changed(reversed_(1, own_stan=903, replacement_minor=12_499), reason="4001"),
        changed(reversed_(1, own_stan=903, replacement_minor=1), reason="4001"),
        changed(reversed_(1, own_stan=904), reason="4000"),
        changed(reversed_(1, own_stan=904), reason="4000", pan=None),
        asked(2),
        changed(reversed_(2, own_stan=905), reason="4000", pan=None),
        answered(2),
        changed(reversed_(3, own_stan=906), mti="0200"),
        reversed_(3, own_stan=907),
        reversed_(3, own_stan=907),
        reversed_(1, own_stan=908, amount_minor=99, pan=VESTA_CARD),
        by_stan_alone(4, None),
        *_sold(5),
        _stamped(reversed_(5, own_stan=909), "1122091600"),
        _stamped(reversed_(5, own_stan=909), "1122092600"),
        _stamped(reversed_(5, own_stan=909), "1122092601"),
        _elsewhere(asked(6), "TERM0002"),
        reversed_(6, own_stan=910),
    ]
    return switchboard(), events


def _merchants_without_a_contract() -> tuple[Switchboard, Iterable[Any]]:
    other: dict[str, Any] = {"merchant_id": "STRANGER", "merchant_type": "5999"}
    events = [
        *_sold(1, **other),
        asked(2, **other),
        asked(3, merchant_id="STRANGER", merchant_type=""),
        asked(4, merchant_id="   "),
        _elsewhere(asked(5), "TERM0009"),
        _elsewhere(asked(6), "TERM0009"),
        asked(7, merchant_type="9999"),
        asked(8, merchant_type=""),
    ]
    return switchboard(default_contract=evolve(SHOP, id="", mcc="7999", terminals=())), events


def _batches() -> tuple[Switchboard, Iterable[Any]]:
    closed: dict[str, Any] = {
        "debits_count": 3,
        "debits_minor": 37_500,
        "debits_reversed_minor": 2_500,
        "credits_count": 1,
        "net_minor": -22_500,
    }
    events = [
        *_sold(),
        *_sold(2),
        reversed_(2, replacement_minor=10_000),
        *_sold(3, transaction_type="refund"),
        *_sold(4, message_class="financial"),
        asked(5),
        totals(1, **{**closed, "credits_count": 2}),
        totals(2, **closed),
        totals(2, **closed),
        answered(5),
        totals(3, debits_count=1),
        reversed_(5, own_stan=901),
        reversed_(1, own_stan=902, replacement_minor=12_000),
    ]
    return switchboard(**BY_BATCH), events


def _advices() -> tuple[Switchboard, Iterable[Any]]:
    events = [
        asked(1, **TOLD, approval_code="P00001"),
        asked(1, **TOLD, approval_code="P00001", repeat=True),
        delivered(1, kind="advice"),
        asked(2, function="advice", advised_code="51"),
        reversed_(2),
        asked(3, function="advice", advised_code="10", amount_minor=4_000),
        reversed_(3, amount_minor=4_000),
        asked(4, function="advice", advised_code="Q7"),
        asked(5, **TOLD, transaction_type="refund", message_class="financial"),
        asked(6, **TOLD, original_key=ExchangeKey("504001", "TERM0001", "000099", "1122091530")),
        IssuerDown("atlas", "gone", lost=True),
        asked(7, **TOLD, pan="9504010000000027"),
        asked(8),
    ]
    return switchboard(), events


def _what_an_issuer_cannot_be_told() -> tuple[Switchboard, Iterable[Any]]:
    board = switchboard()
    given = [*_sold(), *_sold(2), reversed_(1), reversed_(2, own_stan=901)]
    told(board, given)
    owed = board._outbox._deliveries._queues["atlas"].waiting
    first, second = owed
    failed = [DeliveryFailed(second, "not the first"), DeliveryFailed(first, "cannot be said"), DeliveryFailed(first, "again")]
    return board, [*failed, delivered(2, kind="advice"), delivered(2, issuer="vesta"), delivered(2)]


STORIES: Final[list[Callable[[], tuple[Switchboard, Iterable[Any]]]]] = [
    _tips,
    _tips_named_by_their_sale,
    _tips_taken_back_with_their_sale,
    _tips_that_are_refused,
    _tips_between_reversals,
    _holds_with_increments,
    _holds_reversed_whole,
    _completions_by_reference,
    _answers_that_do_not_fit,
    _parts_that_a_scenario_wants,
    _in_an_issuers_stead,
    _silence_and_lost_lines,
    _reversals_of_all_kinds,
    _merchants_without_a_contract,
    _batches,
    _advices,
    _what_an_issuer_cannot_be_told,
]


def _name(story: Callable[[], Any]) -> str:
    return story.__name__.strip("_").replace("_", " ")


@pytest.mark.parametrize("story", STORIES, ids=_name)
def test_a_dialogue_has_every_effect_whole(story: Callable[[], tuple[Switchboard, Iterable[Any]]]) -> None:
    sections = dict(section.split("\n", 1) for section in FILE.read_text("utf-8").split("== ")[1:])
    assert told(*story()) == sections[_name(story)].splitlines()


def test_every_dialogue_of_the_file_is_played() -> None:
    named = [line[3:] for line in FILE.read_text("utf-8").splitlines() if line.startswith("== ")]
    assert named == [_name(story) for story in STORIES]


if __name__ == "__main__":
    for each in STORIES:
        print(f"== {_name(each)}", *told(*each()), sep="\n")
