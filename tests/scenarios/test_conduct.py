from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.scenarios.conduct import AS_USUAL, Conduct, conduct_of, steps_from_toml
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
        ("silense", "then: found 'silense', expected silence (the nearest), or one of approve, drop line"),
        ("00", "then: found '00', expected two digits or capital letters that refuse (DE 39), or \"ok\""),
        ("late", "then: found 'late', expected late 12s (the nearest)"),
        ("without 200", "then: found 'without 200', expected without 38 (the nearest)"),
        ("silence + 05", "then: found 'silence + 05', expected \"silence\" without an answer beside it"),
        ("lost + twice", "then: found 'lost + twice', expected \"lost\" alone"),
        ({"answer": "10"}, "then.answer: found '10', expected two digits or capital letters that refuse"),
        ({"anwser": "05"}, "then.anwser: found a key nobody reads, expected one of answer, drop"),
        ({}, "then: found nothing to do"),
        ({"wrong": "pan"}, "then.wrong: found 'pan', expected one of amount, mti, rrn, stan"),
        ({"late": "-1"}, "then.late: found '-1', expected seconds above 0"),
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
    told = [conduct_of(words, NAMES).told for words in ("silence", "lost", "drop line", "reset line", "05 + late 2s")]

    assert told == [
        "not answered",
        "taken as never received",
        "not answered, connection closed",
        "not answered, connection reset",
        "answered: 05 + late 2s",
    ]
