"""Rules found by their index are those that trying each would find: the same answers in the same order, the same counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.scenarios import rule_index
from switch.scenarios.playbook import Playbook
from switch.scenarios.vocabulary.rule_words import HOST
from tests.scenarios.messages_said import Said, playbook, played

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
def test_ranges_that_overlap_too_much_are_found_otherwise(lines: list[str], said: list[Said]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule_index, "RANGE_ENTRIES_MAX", 2)
        alike(lines, said)


@pytest.mark.parametrize(
    "line",
    ["card=51281234{:08d}", "terminal=X{:07d}", "bin=95{:04d}", "amount={:d}..1000", "mcc={:04d}", "de11={:06d}",
     "class=reversal amount=1..{:d}", "type=refund de25=59 amount={:d}..2000"],
)  # fmt: skip
def test_five_hundred_rules_that_mean_others_are_not_tried(line: str) -> None:
    book = playbook(*(f"{line.format(number)} -> 91" for number in range(1, 501)))
    said = Said(amount_minor=99, others={"mcc": ("5411",), "type": ("purchase",)}, elements={"11": "999999"})

    assert book._found[HOST].places(said.marks, said) == []
