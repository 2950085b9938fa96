from __future__ import annotations

from collections.abc import Sequence

import pytest

from switch.scenarios.playbook import Playbook, overshadowed
from tests.scenarios.messages_said import CARD, OTHER_CARD, NeverAsked, Said, playbook, played, rule

ONE, OTHER = Said(), Said(card=OTHER_CARD)


@pytest.mark.parametrize(
    ("line", "said", "outcome"),
    [
        ("any -> silence, ok, 91", [ONE] * 4, ["silence", "ok", "91", "-"]),
        ("any -> 91, 05, ...", [ONE] * 3, ["91", "05", "05"]),
        ("any -> 91, 05, again", [ONE] * 3, ["91", "05", "91"]),
        ("any -> silence, ok", [ONE, OTHER, ONE, OTHER], ["silence", "silence", "ok", "ok"]),
        ("per=rule -> silence, ok", [ONE, OTHER, ONE], ["silence", "ok", "-"]),
        ("per=terminal -> silence, ok", [ONE, OTHER, Said(terminal="X")], ["silence", "ok", "silence"]),
        ("nth=2 -> 91", [ONE, OTHER, ONE, ONE], ["-", "-", "91", "-"]),
        ("first=2 -> 91", [ONE] * 3, ["91", "91", "-"]),
        ("after=1 -> 91, 05", [ONE] * 4, ["-", "91", "05", "-"]),
        ("every=2 -> 91", [ONE] * 4, ["-", "91", "-", "91"]),
        ("times=1 -> 91", [ONE, OTHER], ["91", "-"]),
    ],
)
def test_turns_are_counted(line: str, said: Sequence[Said], outcome: list[str]) -> None:
    assert played(playbook(line), *said) == outcome


def test_the_first_rule_that_fits_and_whose_turn_has_come_applies() -> None:
    book = playbook("any amount=1 -> 05", f"card={CARD} nth=2 -> silence", "any -> 91")

    assert played(book, Said(amount_minor=100), ONE, ONE, ONE, OTHER) == ["05", "91", "silence", "91", "91"]
    assert [each.hits for each in book.played] == [1, 1, 3]
    assert book.never_hit() == []


def test_a_rule_is_found_by_whatever_it_asks_for() -> None:
    lines = [
        f"card={CARD} -> 01",
        "terminal=X -> 02",
        "merchant=Y -> 03",
        "amount=1 -> 04",
        "mti=0420 -> 05",
        "class=totals -> 06",
        "amount=2..3 -> 07",
    ]
    said = [ONE, Said(card="", terminal="X"), Said(card="", merchant="Y"), Said(card="", amount_minor=100)]
    said += [Said(card="", mti="0420"), Said(card="", mti="0500", kinds=("totals",)), Said(card="", amount_minor=250)]

    assert played(playbook(*lines), *said) == ["01", "02", "03", "04", "05", "06", "07"]
    assert played(playbook(*reversed(lines)), Said(terminal="X", merchant="Y")) == ["03"]


def test_no_message_is_looked_into_where_no_rule_may_match() -> None:
    book = playbook(*(f"card=45071600{number:08d} -> 91" for number in range(500)))

    assert book.match(Said(card="5128010400000027").marks, NeverAsked()) is None


def test_a_chance_depends_on_seed_rule_card_and_count_alone() -> None:
    said = [Said(card=f"45071600000{number:05d}") for number in range(400)]
    forth = dict(zip((each.card for each in said), played(playbook("chance=25% -> 91"), *said), strict=True))
    back = dict(zip((each.card for each in reversed(said)), played(playbook("chance=25% -> 91"), *reversed(said)), strict=True))

    assert forth == back
    assert 70 < list(forth.values()).count("91") < 130
    assert played(playbook("chance=25% -> 91", seed=2), *said) != list(forth.values())


def test_rules_are_added_in_front_and_taken_out_while_counts_go_on() -> None:
    book = playbook("any -> 91, 05, 12")
    assert played(book, ONE) == ["91"]

    book.put_first([rule(f"card={OTHER_CARD} -> silence", 2)])
    assert played(book, ONE, OTHER) == ["05", "silence"]

    assert [each.id for each in book.remove(lambda each: each.id == 2)] == [2]
    assert played(book, ONE, OTHER) == ["12", "91"]
    assert len(book) == 1


def test_a_trial_counts_nothing_and_says_why() -> None:
    book = playbook("mti=0420 -> 91", "nth=2 -> silence", "any -> 05")

    told = [what if isinstance(what, str) else what.in_words for _, what in book.trial(ONE)]

    assert told == ["mti=0420", "it fits, but its turn has not come, or is over (nth=2)", "05"]
    assert [each.hits for each in book.played] == [0, 0, 0]
    assert len(book.never_hit()) == 3


def test_a_rule_that_an_earlier_one_covers_can_never_match() -> None:
    rules = [
        rule("amount=1..5 -> 91", 1),
        rule(f"amount=2 card={CARD} -> 05", 2),
        rule("amount=2..9 -> 05", 3),
        rule("nth=1 -> 05", 4),
        rule("any -> 12", 5),
        rule("any -> 13", 6),
    ]

    assert [(later.number, earlier.number) for later, earlier in overshadowed(rules)] == [(2, 1), (6, 5)]


def test_memory_of_counts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.scenarios.playbook.COUNTED_MAX", 2)
    book: Playbook = playbook("nth=1 -> 91")

    assert played(book, ONE, OTHER, Said(card="1"), ONE) == ["91", "91", "91", "91"]
    assert len(book.played[0].counts) == 2


def test_a_state_is_kept_for_what_a_rule_counts_by_and_leads_from_rule_to_rule() -> None:
    lines = ["state=start -> 91 + state tried", "state=tried -> silence + state blocked", "state=blocked,lost -> 05"]

    assert played(playbook(*lines), ONE, ONE, OTHER, ONE) == ["91", "silence", "91", "05"]
    whole = playbook(*(f"per=rule {line}" for line in lines))
    assert played(whole, ONE, OTHER, OTHER) == ["91", "silence", "05"]
    assert [(kept.per, kept.key, kept.state) for kept in whole.states] == [("rule", "", "blocked")]


def test_a_message_in_another_state_is_not_counted() -> None:
    book = playbook("mti=0420 -> ok + state armed", "state=armed nth=2 -> 91")

    assert played(book, ONE, ONE, Said(mti="0420"), ONE, ONE, ONE) == ["-", "-", "ok", "-", "91", "-"]


def test_a_reset_begins_counts_and_states_anew() -> None:
    book = playbook("state=start -> 91 + state done", "nth=1 -> 05")
    assert played(book, ONE, ONE, ONE) == ["91", "05", "-"]

    book.reset()

    assert (book.states, [each.hits for each in book.played]) == ([], [0, 0])
    assert played(book, ONE, ONE) == ["91", "05"]


def test_back_to_the_start_no_state_is_kept() -> None:
    book = playbook("state=start -> 91 + state done", "state=done -> ok + state start")

    assert played(book, ONE, ONE, ONE) == ["91", "ok", "91"]
    assert len(book.states) == 1


def test_memory_of_states_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.scenarios.playbook.COUNTED_MAX", 1)
    book = playbook("any -> 91 + state done")
    played(book, ONE, OTHER)

    assert [kept.key for kept in book.states] == [OTHER_CARD]


def test_without_its_rules_a_scenario_has_no_states() -> None:
    book = playbook("any -> 91 + state done")
    played(book, ONE)

    book.remove(lambda each: True)

    assert book.states == []
