"""Rules found by their index are those that trying each would find: the same answers in the same order, the same counts."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import MessageFacts, marks_of
from switch.lines.staging.issuer_script import Elsewhere
from switch.scenarios import condition, rule_index
from switch.scenarios.business_time import Moment
from switch.scenarios.condition import Condition
from switch.scenarios.playbook import Playbook
from switch.scenarios.rule_index import Numbered, RuleIndex
from switch.scenarios.vocabulary.rule_words import HOST
from switch.spec_table import SpecTable
from tests.scenarios.messages_said import Said, playbook, played
from tests.support.centre_in_loop import specs

CARDS = ("4507160000000010", "4507160000000028", "5128010400000027")
CLASSES = {"0100": ("authorization", "request"), "0220": ("financial", "advice"), "0420": ("reversal",), "0800": ("echo",)}
CLAUSES = (
    *(f"card={card}" for card in CARDS),
    f"card={CARDS[0]},{CARDS[2]}",
    *(f"bin={bin_}" for bin_ in ("4", "450716", "5128", "45,4507", "9")),
    *(f"terminal={each}" for each in ("ONDE0001", "X")),
    *(f"merchant={each}" for each in ("TELECOM00000001", "Y")),
    *(f"amount={each}" for each in ("1", "2", "1..3", "2..9", "0..100", "3..3")),
    *(f"mti={each}" for each in ("0100", "0420", "0100,0220")),
    *(f"class={each}" for each in ("request", "reversal", "advice", "echo", "authorization,financial")),
    *(f"de25={each}" for each in ("00", "59", '""')),
    *(f"type={each}" for each in ("purchase", "refund")),
    *(f"issuer={each}" for each in ("atlas", "rif")),
    "card!=4507160000000010",
    "de11=000001",
)
TURNS = ("", "nth=2", "first=1", "every=2", "times=1")
KEYS = st.lists(st.sampled_from(CLAUSES), max_size=4, unique_by=lambda text: text.partition("=")[0].rstrip("!"))
LINES = st.builds(
    lambda clauses, turn, code: f"{' '.join([*clauses, turn]).strip() or 'any'} -> {code:02d}",
    KEYS, st.sampled_from(TURNS), st.integers(20, 99),
)  # fmt: skip
SAID = st.builds(
    lambda mti, **parts: Said(mti=mti, kinds=CLASSES[mti], **parts),
    st.sampled_from(tuple(CLASSES)),
    card=st.sampled_from((*CARDS, "")),
    terminal=st.sampled_from(("ONDE0001", "X", "")),
    merchant=st.sampled_from(("TELECOM00000001", "Y")),
    amount_minor=st.sampled_from((None, 0, 99, 100, 200, 250, 300, 900, 10_000)),
    elements=st.fixed_dictionaries({"25": st.sampled_from(("", "00", "59")), "11": st.sampled_from(("000001", "2"))}),
    others=st.fixed_dictionaries(
        {"type": st.sampled_from(((), ("purchase",), ("refund",))), "issuer": st.sampled_from(((), ("atlas",), ("rif",)))}
    ),
)


def tried(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> Playbook:
    """Rules that are all tried, one after the other."""
    book = playbook(*lines)
    monkeypatch.setattr(book._found[HOST], "places", lambda marks, facts: list(range(len(book))))
    return book


def alike(lines: list[str], said: list[Said]) -> None:
    found = playbook(*lines)
    with pytest.MonkeyPatch.context() as patch:
        each = tried(lines, patch)
        assert played(found, *said) == played(each, *said)
        assert [rule.hits for rule in found.played] == [rule.hits for rule in each.played]


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, max_size=40), st.lists(SAID, max_size=12))
def test_the_index_finds_what_trying_each_finds(lines: list[str], said: list[Said]) -> None:
    alike(lines, said)


@settings(deadline=None, max_examples=50)
@given(st.lists(LINES, min_size=5, max_size=40), st.lists(SAID, min_size=1, max_size=6))
def test_more_than_a_block_of_rules_are_found_in_their_order(lines: list[str], said: list[Said]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule_index, "BLOCK_BITS", 3)
        alike(lines, said)


@pytest.mark.parametrize(
    "line",
    ["card=51281234{:08d}", "terminal=X{:07d}", "bin=95{:04d}", "amount={:d}..1000", "mcc={:04d}", "de11={:06d}",
     "class=reversal amount=1..{:d}", "type=refund de25=59 amount={:d}..2000", "mti=0100 type=refund de11={:06d}",
     "terminal=X{:07d} chance=10%", "merchant=X{:d} nth=2", "card!=4507160000000028 de11={:06d}", "date=2031-01-01 nth={:d}",
     "class=request amount={:d}..1000", "scheme=visa times={:d}", "line=ascii every={:d}"],
)  # fmt: skip
def test_five_hundred_rules_that_mean_others_are_not_tried(line: str) -> None:
    book = playbook(*(f"{line.format(number)} -> 91" for number in range(1, 501)))
    said = Said(amount_minor=99, others={"mcc": ("5411",), "type": ("purchase",)}, elements={"11": "999999"})

    assert book._found[HOST].places(said.marks, said) == []


def test_thousands_of_different_things_to_ask_for_are_found_as_well() -> None:
    asked = [Condition.from_toml(SpecTable("when", {f"127.{number}": "1"}), {}) for number in range(1, 3_301)]
    index = RuleIndex(Numbered(place, each) for place, each in enumerate(asked))
    said = Said(elements={"127": ""})
    assert index.places(said.marks, said) == []

    class Seventh(Said):
        def element(self, name: str) -> str:
            return "1" if name == "127.7" else ""

    assert index.places(said.marks, Seventh()) == [6]


def test_rules_that_cannot_be_found_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    book, ask = playbook(f"card={CARDS[0]} -> 91", "any -> 05"), Said(card=CARDS[0])
    before, next_id = list(book.played), book.next_id

    def too_many(*_: object) -> RuleIndex:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("switch.scenarios.playbook.RuleIndex", too_many)
        for change in (
            lambda: book.put_first(playbook("any -> 12").rules),
            lambda: book.put_first(playbook("any -> 12").rules, instead_of=lambda _: True),
            lambda: book.remove(lambda played: played.place == 0),
            lambda: book.replace(lambda _: before[1].rule),
            book.know_anew,
        ):
            with pytest.raises(MemoryError):
                change()
    assert (book.played, book.next_id, [each.place for each in before]) == (before, next_id, [0, 1])
    assert played(book, ask, Said(card=CARDS[1])) == ["91", "05"]


def test_rules_that_go_leave_nothing_in_memory() -> None:
    book = playbook("amount=1..3 class=request -> 91", f"card={CARDS[0]} -> 05", "type=purchase -> 12")
    kept = weakref.ref(book._found[HOST]._blocks[0].left)
    collects = gc.isenabled()
    gc.disable()
    try:
        book.remove(lambda played: played.place == 0)
        assert kept() is None
    finally:
        if collects:
            gc.enable()


CARDS_KNOWN = (*CARDS, "9504010000000027", "9504020000000018", "4000000000000002", "4507160000", "")
SHOPS = ("TELECOM00000001", "NOBODY000000001")
VALUES: dict[str, tuple[str, ...]] = {
    "card": CARDS_KNOWN[:-2],
    "bin": ("9", "950401", "95040100000", "45", "4507160000", "5"),
    "issuer": ("atlas", "rif", "vesta"),
    "scheme": ("cmi", "visa", "mastercard"),
    "terminal": ("ONDE0001", "X"),
    "merchant": SHOPS,
    "mcc": ("4814", "5411", "5999"),
    "mti": ("0100", "0420", "0800"),
    "class": ("request", "reversal", "advice", "financial", "echo", "network_management"),
    "type": ("purchase", "refund", "card_verification", "cash_withdrawal"),
    "entry": ("chip", "contactless", "manual", "ecommerce"),
    "channel": ("chip", "manual", "ecommerce"),
    "currency": ("504", "978"),
    "line": ("ascii", "bcd", "ascii 10.0.0.7:40000"),
    "amount": ("1", "1..3", "0..2", "2.50..900", "9999999999.99"),
    "time": ("08:00..12:00", "22:00..06:00"),
    "date": ("2026-11-27", "2026-11-28..2026-11-30"),
    "after": ("09:00", "2026-11-28", "2026-11-27T10:00"),
    "until": ("09:00", "2026-11-28", "2026-11-27T10:00"),
    "de3": ("000000", "200000"),
    "de11": ("000001",),
    "de25": ("00", "59"),
    "de41": ("ONDE0001",),
    "de43": ("SOMEWHERE", ""),
    "de70": ("301",),
}
ONE_AMOUNT = {"amount", "time", "date", "after", "until"}
ASKED = st.lists(st.sampled_from(tuple(VALUES)), max_size=3, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries(
        {
            key: st.sampled_from(VALUES[key])
            if key in ONE_AMOUNT
            else st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=2, unique=True)
            for key in keys
        }
    )
)
WHENS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    ASKED,
    lambda below: st.builds(
        lambda own, group, parts: {**own, group: parts},
        ASKED,
        st.sampled_from(("any", "all", "not")),
        st.lists(below.filter(bool), min_size=1, max_size=3),
    ),
    max_leaves=6,
)
MESSAGES = st.builds(
    lambda mti, elements: Message(mti, {number: value for number, value in elements.items() if value is not None}),
    st.sampled_from(("0100", "0200", "0220", "0420", "0800")),
    st.fixed_dictionaries(
        {
            2: st.sampled_from((*CARDS_KNOWN, None)),
            3: st.sampled_from(("000000", "010000", "200000", "220000", "020000", None)),
            4: st.sampled_from((None, *(f"{minor:012d}" for minor in (0, 99, 100, 200, 250, 300, 90_000, 999_999_999_999)))),
            11: st.sampled_from(("000001", "000002")),
            18: st.sampled_from((None, "5411", "5999")),
            22: st.sampled_from((None, "051", "071", "012", "812")),
            25: st.sampled_from((None, "00", "59")),
            35: st.sampled_from((None, f"{CARDS[0]}D29122010000")),
            41: st.sampled_from((None, "ONDE0001", "X       ")),
            42: st.sampled_from((None, *SHOPS, "NOBODY         ")),
            43: st.sampled_from((None, "SOMEWHERE  ")),
            49: st.sampled_from((None, "504", "978")),
            70: st.sampled_from((None, "001", "301")),
        }
    ),
)


def as_it_is(moment: Moment) -> Moment:
    return moment


MOMENTS = (Moment("2026-11-27", "2026-11-27T08:59:59"), Moment("2026-11-28", "2026-11-27T23:10:00"))


@settings(deadline=None, max_examples=4 * settings().max_examples)  # there are some forty kinds
@given(
    st.lists(WHENS, min_size=1, max_size=12),
    st.lists(st.tuples(MESSAGES, st.sampled_from(VALUES["line"]), st.sampled_from(MOMENTS)), min_size=1, max_size=6),
    st.sampled_from((2, 64)),
    st.sampled_from(("", "rif")),
)
def test_every_kind_of_condition_is_found_where_asking_each_finds_it(
    whens: list[dict[str, Any]], messages: list[tuple[Message, str, Moment]], ways_max: int, issuer: str
) -> None:
    asked = [Condition.from_toml(SpecTable("when", when), {}, timed=True) for when in whens]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(condition, "CONDITION_WAYS_MAX", ways_max)
        index = RuleIndex(Numbered(place, each) for place, each in enumerate(asked))
    for message, line, moment in messages:
        elsewhere = Elsewhere(specs().routing, specs().merchants, partial(as_it_is, moment), connection=line, issuer=issuer)
        facts = MessageFacts(message, specs().dialects["ascii"], elsewhere)
        found = index.places(marks_of(message, line, issuer), facts)
        fitting = [place for place, each in enumerate(asked) if each.fits(facts)]
        assert found == sorted(set(found))
        assert [place for place in found if asked[place].fits(facts)] == fitting
