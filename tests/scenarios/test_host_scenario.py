from __future__ import annotations

from switch.scenarios.host_scenario import HostScenario
from switch.spec_table import Mistakes, SpecTable
from switch.specs.files import parse
from tests.scenarios.messages_said import NAMES

TEN_MISTAKES = b"""purpose = "ten mistakes"
sede = 3
rules = ["card=123 -> ok", "foo"]
[[rule]]
when = { card = "4507160000000010", amuont = "1" }
then = ["silense"]
[[rule]]
when = { class = "reversl", any = [{ mcc = "1" }] }
then = { anser = "05" }
[[rule]]
nam = "x"
when = { chance = 2 }
then = "05"
"""


def read(content: bytes) -> tuple[HostScenario | None, list[str]]:
    mistakes = Mistakes()
    values, lines = parse("f.toml", content)
    table = SpecTable("f.toml", values, lines=lines, mistakes=mistakes)
    return table.reading(lambda table: HostScenario.from_toml("f", table, NAMES)), [str(each) for each in mistakes.values()]


def test_ten_mistakes_are_ten_sentences_each_with_line_key_and_the_nearest() -> None:
    _, sentences = read(TEN_MISTAKES)

    assert [sentence.partition(", expected ")[0] for sentence in sentences] == [
        "f.toml:3: rules[1].when.card: found '123'",
        "f.toml:3: rules[2]: found no ->",
        "f.toml:5: rule[1].when.amuont: found a key nobody reads",
        "f.toml:6: rule[1].then: found 'silense'",
        "f.toml:8: rule[2].when.class: found 'reversl'",
        "f.toml:8: rule[2].when.any[1].mcc: found '1'",
        "f.toml:9: rule[2].then.anser: found a key nobody reads",
        "f.toml:12: rule[3].when.chance: found another value",
        "f.toml:11: rule[3].nam: found a key nobody reads",
        "f.toml:2: sede: found a key nobody reads",
    ]
    for place, nearest in {2: "amount", 3: "silence", 4: "reversal", 6: "answer", 8: "name", 9: "seed"}.items():
        assert f"{nearest} (the nearest)" in sentences[place] or sentences[place].endswith(f"(the nearest is {nearest})")


def test_rules_in_one_line_come_first_and_issuers_rules_keep_their_places() -> None:
    content = b"""purpose = "both sides"
seed = 7
rules = ["any nth=1 -> silence"]
[[rule]]
then = { response_code = "05" }
[[rule]]
then = "91"
"""
    scenario, sentences = read(content)

    assert sentences == []
    assert scenario is not None
    assert [(rule.number, rule.in_words, rule.seed) for rule in scenario.rules] == [
        (1, "nth=1 -> silence", 7),
        (2, "at=issuer class=request -> 05", 7),
        (3, "any -> 91", 7),
    ]
    assert [rule.number for rule in scenario.at_host] == [1, 3]
    assert [rule.number for rule in scenario.at_issuers] == [2]


def test_a_file_without_rules_is_refused() -> None:
    _, sentences = read(b'purpose = "nothing"')

    assert sentences == ["f.toml: rule: found nothing, expected at least one [[rule]], or a list rules"]


def test_a_mistake_in_a_list_of_rules_names_the_line_of_its_rule() -> None:
    _, sentences = read(b'purpose = "x"\nrules = [\n  "any -> ok",\n  # a remark\n  "any -> silense",\n]\n')

    assert sentences[0].startswith("f.toml:5: rules[2].then: found 'silense'")
