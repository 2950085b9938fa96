from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.scenarios.conduct import AS_USUAL, Conduct, conduct_of
from switch.scenarios.conduct_table import steps_from_toml
from switch.scenarios.durations import Delay
from switch.scenarios.vocabulary.rule_words import ANSWERS
from switch.spec_table import SpecTable
from tests.scenarios.messages_said import NAMES


def of_table(**then: Any) -> Conduct:
    (step,) = steps_from_toml(SpecTable("trial", {"then": then}), "then", NAMES)
    return step


@pytest.mark.parametrize(
    ("words", "table", "conduct"),
    [
        ("ok", {"answer": "ok"}, AS_USUAL),
        ("05", {"answer": "05"}, Conduct(code="05")),
        ("silence", {"silence": True}, Conduct(silence=True)),
        ("lost", {"lost": True}, Conduct(lost=True)),
        ("late 12s", {"late": "12s"}, Conduct(late_seconds=12)),
        ("late 0.5", {"late": 0.5}, Conduct(late_seconds=0.5)),
        ("05 + late 2s + twice", {"answer": "05", "late": 2, "twice": True}, Conduct(code="05", late_seconds=2, twice=True)),
        ("wrong_stan + wrong rrn", {"wrong": ["stan", "rrn"]}, Conduct(wrong=("stan", "rrn"))),
        ("wrong mti", {"wrong": "mti"}, Conduct(wrong=("mti",))),
        ("without response_code", {"remove": "39"}, Conduct(remove=("39",))),
        ("without 38 + without 37", {"remove": ["38", "37"]}, Conduct(remove=("38", "37"))),
        ("set 38=AB C12", {"set": {"38": "AB C12"}}, Conduct(set=(("38", "AB C12"),))),
        ("half frame", {"frame": "half"}, Conduct(frame="half")),
        ("drop line", {"drop": "close"}, Conduct(silence=True, drop="close")),
        ("ok + drop line", {"answer": "ok", "drop": "close"}, Conduct(drop="close")),
        ("late 300ms", {"late": "300ms"}, Conduct(late_seconds=0.3)),
        ("late uniform 1s..3s", {"late": "uniform 1s..3s"}, Conduct(late=Delay("uniform", 1, 3))),
        ("late lognormal 300ms 0.4", {"late": "lognormal 300ms 0.4"}, Conduct(late=Delay("lognormal", 0.3, 0.4))),
        ("hold", {"hold": True}, Conduct(hold=True)),
        ("05 + hold + late 2s", {"answer": "05", "hold": True, "late": 2}, Conduct(code="05", hold=True, late_seconds=2)),
        ("partial 30", {"partial": "30.00"}, Conduct(part_minor=3000)),
        ("balance 500.50", {"balance": "500.50"}, Conduct(balance_minor=50050)),
        ("dialect ascii_hex", {"dialect": "ascii_hex"}, Conduct(dialect="ascii_hex")),
        ("half open", {"drop": "half_open"}, Conduct(silence=True, drop="half_open")),
        ("ok + half open", {"answer": "ok", "drop": "half_open"}, Conduct(drop="half_open")),
        ("refuse 30s", {"refuse": "30s"}, Conduct(silence=True, drop="close", refuse_seconds=30)),
        ("ok + refuse 30s", {"answer": "ok", "refuse": 30}, Conduct(drop="close", refuse_seconds=30)),
        ("reset line + refuse 1s", {"drop": "reset", "refuse": "1s"}, Conduct(silence=True, drop="reset", refuse_seconds=1)),
        ("timeout 3s", {"timeout": "3s"}, Conduct(timeout_seconds=3)),
        ("timeout", {"timeout": "1ms"}, Conduct(timeout_seconds=0.001)),
        (
            "partial 30 + timeout 0.5 + twice",
            {"partial": "30.00", "timeout": 0.5, "twice": True},
            Conduct(part_minor=3000, timeout_seconds=0.5, twice=True),
        ),
        ("state two_bad", {"state": "two_bad"}, Conduct(state="two_bad")),
        ("silence + state x", {"silence": True, "state": "x"}, Conduct(silence=True, state="x")),
        ("threeds=wrong code", {"threeds": "wrong code"}, Conduct(threeds="wrong code")),
        ("threeds not_enrolled", {"threeds": "not enrolled"}, Conduct(threeds="not enrolled")),
        ("threeds = too-late + state x", {"threeds": "too late", "state": "x"}, Conduct(threeds="too late", state="x")),
        ("05 + reset line", {"answer": "05", "drop": "reset"}, Conduct(code="05", drop="reset")),
    ],
)
def test_words_and_table_say_the_same(words: str, table: dict[str, Any], conduct: Conduct) -> None:
    assert conduct_of(words, NAMES) == conduct
    assert of_table(**table) == conduct
    assert conduct_of(conduct.in_words, NAMES) == conduct, "what is shown can be typed"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("silense", "then: found 'silense', expected silence (the nearest), or another answer, such as ok, 05"),
        ("time-out", "then: found 'time-out', expected timeout (the nearest), or another answer"),
        ("no answer", "then: found 'no answer', expected silence (the nearest)"),
        ("decline", "then: found 'decline', expected 05 (the nearest)"),
        ("delay 3s", "then: found 'delay 3s', expected late 12s (the nearest)"),
        ("zzzzz", "then: found 'zzzzz', expected one of ok, 05, silence, lost, partial 30.00, timeout"),
        ("00", "then: found '00', expected two digits or capital letters that refuse (DE 39), or \"ok\""),
        ("late", "then: found 'late', expected late 12s (the nearest)"),
        ("without 200", "then: found 'without 200', expected without 38 (the nearest)"),
        ("silence + 05", "then: found 'silence + 05', expected \"silence\" without an answer beside it"),
        ("threeds=chalenge", "then: found 'threeds=chalenge', expected threeds=challenge (the nearest)"),
        ("3ds=failed", "then: found '3ds=failed', expected threeds=failed (the nearest)"),
        (
            "threeds=failed + 05",
            "then: found 'threeds=failed + 05', expected \"threeds\" without an answer of the host beside it",
        ),
        ({"threeds": "no"}, "then.threeds: found 'no', expected one of frictionless, challenge"),
        ("05 + timeout 3s", "then: found '05 + timeout 3s', expected a code that refuses, or a timeout"),
        ("timeout soon", "then: found 'timeout soon', expected timeout 3s (the nearest)"),
        ("lost + twice", "then: found 'lost + twice', expected \"lost\" alone"),
        ({"answer": "10"}, "then.answer: found '10', expected two digits or capital letters that refuse"),
        ({"anwser": "05"}, "then.anwser: found a key nobody reads, expected one of answer, balance"),
        ({}, "then: found nothing to do"),
        ({"wrong": "pan"}, "then.wrong: found 'pan', expected one of amount, mti, rrn, stan"),
        ({"late": "-1"}, "then.late: found '-1', expected seconds above 0"),
        ({"late": "uniform 3s..1s"}, "then.late: found 'uniform 3s..1s', expected seconds above 0"),
        ({"late": "lognormal 1s"}, "then.late: found 'lognormal 1s', expected seconds above 0"),
        ("partial 0", "then: found 'partial 0', expected partial 30.00 (the nearest)"),
        ("partial 30 + 05", "then: found 'partial 30 + 05', expected a code that refuses, or a part of the amount"),
        ("hold + silence", "then: found 'hold + silence', expected \"silence\" without an answer beside it"),
        ({"balance": "much"}, "then.balance: found 'much', expected an amount such as"),
        ({"dialect": "B C D"}, "then.dialect: found 'B C D', expected the name of a dialect"),
        ({"refuse": "soon"}, "then.refuse: found 'soon', expected seconds above 0"),
        ({"state": "a b"}, "then.state: found 'a b', expected a name of 1 to 40 letters"),
        ({"set": {"x": "1"}}, "then.set.x: found element 'x'"),
        ({"remove": ["127.2"]}, "then.remove: found element '127.2'"),
        (5, "then: found 5, expected text, a table, or a list of these"),
        ([5], "then: found 5 in a list"),
    ],
)
def test_a_wrong_step_is_refused_in_one_sentence(step: object, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        steps_from_toml(SpecTable("trial", {"then": step}), "then", NAMES)

    assert str(refused.value).startswith(f"trial: {sentence}")


def test_what_becomes_of_an_answer_is_said() -> None:
    told = [
        conduct_of(words, NAMES).told
        for words in ("silence", "lost", "threeds=late", "drop line", "reset line", "05 + late 2s", "hold", "refuse 9s")
    ]

    assert told == [
        "not answered",
        "taken as never received",
        "3-D Secure finds: late",
        "not answered, connection closed",
        "not answered, connection reset",
        "answered: 05 + late 2s",
        "held back: hold",
        "not answered, connection closed, connections refused for 9s",
    ]


@pytest.mark.parametrize(
    ("at", "offered", "barred"),
    [
        ("host", {"hold", "timeout", "refuse 30s"}, {"threeds"}),
        ("issuer", {"silence", "late 12s"}, {"threeds", "hold", "timeout", "refuse"}),
        ("page", {"ok", "threeds=not enrolled"}, {"05", "silence", "hold", "late", "approve"}),
    ],
)
def test_a_mistake_offers_only_the_answers_that_there_are_at_its_place(at: str, offered: set[str], barred: set[str]) -> None:
    with pytest.raises(SpecError) as refused:
        steps_from_toml(SpecTable("trial", {"then": "zzzzz"}), "then", NAMES, at)
    listed = set(str(refused.value).partition("one of ")[2].split(", "))

    assert offered <= listed
    assert barred.isdisjoint({word.partition(" ")[0].partition("=")[0] for word in listed})


def test_what_is_offered_can_be_typed() -> None:
    for each in ANSWERS:
        for words in each.spelled:
            conduct_of(words, NAMES)
