from __future__ import annotations

import re
from pathlib import Path

import pytest

from switch.acquirer.load.mix import LOAD_TYPES, Mix, amount_range
from switch.acquirer.load.mix_file import mix_of_options, read_mix, sources_of
from switch.errors import SpecError
from switch.specs.parts import Parts

SPECS = Parts(None)
GOOD = """
purpose = "a Friday evening"
connections = 8
window = 4
seed = 7
timeout = "5s"
fail_if = ["p95>50ms", "errors>0.1%"]
reverse_unanswered = true

[[part]]
share = 80
type = "purchase"
issuer = ["atlas", "rif"]
merchant = "SUPERMARCHE0001"
amount = "5..250"
entry = "chip"
expect = "00"

[[part]]
share = 5
type = "reversal"

[[step]]
rate = 100
for = "10s"

[[step]]
for = 2.5
"""
#: Ten mistakes, each with its line and what is said of it.
BAD = """\
rate = 0
connections = 5000
fail_if = ["p95", "errors>0"]
sede = 7
[[part]]
type = "purchse"
amount = "9..1"
[[part]]
merchant = "SUPERMARCHE0002"
issuer = "atlass"
[[part]]
type = "echo"
card = "4507160000000010"
[[part]]
card = "12x"
expect = "approved"
"""
TOLD = [
    (1, "rate: found 0, expected messages a second"),
    (2, "connections: found 5000, expected a whole number from 1 to 1000"),
    (3, "fail_if: found 'p95', expected a limit such as p95>50ms"),
    (4, "sede: found a key nobody reads"),
    (6, "type: found 'purchse', expected one of purchase"),
    (7, "amount: found '9..1', expected an amount"),
    (9, "merchant: found 'SUPERMARCHE0002', expected SUPERMARCHE0001 (the nearest)"),
    (10, "issuer: found 'atlass', expected atlas (the nearest)"),
    (13, "card: found a key beside type 'echo'"),
    (15, "card: found '12x', expected a card number"),
    (16, "expect: found 'approved', expected response codes"),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "mix.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_all_of_a_load(tmp_path: Path) -> None:
    mix, (sales, reversals) = read_mix(written(tmp_path, GOOD), SPECS, {})

    assert (mix.connections, mix.window, mix.seed, mix.timeout_seconds, mix.seconds) == (8, 4, 7, 5.0, 12.5)
    assert [limit.in_words for limit in mix.limits] == ["p95>50ms", "errors>0.1%"]
    assert [step.rate for step in mix.steps] == [100, None]
    assert (sales.part.low_minor, sales.part.high_minor, sales.part.expect) == (500, 25_000, ("00",))
    assert [seller.merchant_id for seller in sales.sellers] == ["SUPERMARCHE0001"]
    assert len({card.digits[:6] for card in sales.cards}) > 1
    assert (reversals.part.share, reversals.cards) == (5, ())


def test_options_replace_pace_and_limits_of_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    mix, _ = read_mix(path, SPECS, {"rate": 5.0, "duration": "1s", "fail_if": ["errors>0"], "seed": 9})

    assert [(step.rate, step.seconds) for step in mix.steps] == [(5.0, 1.0)]
    assert ([limit.in_words for limit in mix.limits], mix.seed) == (["errors>0"], 9)
    plain = written(tmp_path, 'rate = 7\nduration = "1s"\n')
    mix, _ = read_mix(plain, SPECS, {"step": [{"rate": 1.0, "for": "3s"}]})
    assert [(step.rate, step.seconds) for step in mix.steps] == [(1.0, 3.0)]


def test_every_mistake_is_told_in_one_run_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, BAD)
    with pytest.raises(SpecError) as raised:
        read_mix(path, SPECS, {})
    told = [str(each) for each in raised.value.mistakes]

    assert len(told) == len(TOLD)
    for sentence, (line, words) in zip(told, TOLD, strict=True):
        assert sentence.startswith(f"{path}:{line}: "), sentence
        assert words in sentence


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[part]\n", "broken TOML"),
        ('[[part]]\ntype = "reversal"\n', "reversals alone"),
        ('[[part]]\n[[part]]\ntype = "completion"\n', "completions alone"),
        ('[[part]]\ntype = "balance"\namount = "5"\n', "moves no money"),
        ('rate = 5\n[[step]]\nfor = "1s"\n', "a key beside [[step]]"),
        ("[[step]]\nrate = 5\n", "how long it lasts"),
        ('duration = "soon"\n', "a length of time"),
        ('duration = "0s"\n', "above 0"),
        ('rate = "5"\n', "messages a second"),
    ],
)
def test_a_mistake(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=re.escape(told)):
        read_mix(written(tmp_path, text), SPECS, {})


def test_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such file"):
        read_mix(tmp_path / "none.toml", SPECS, {})


@pytest.mark.parametrize("kind", LOAD_TYPES)
def test_every_type_has_cards_and_sellers_of_its_own(kind: str) -> None:
    parts = [{"type": "purchase"}, {"type": "preauth"}, {"type": kind}]
    mix, _ = mix_of_options({"part": parts}, SPECS)
    sources = sources_of(mix.parts[-1], SPECS)
    mccs = {seller.merchant.mcc for seller in sources.sellers if seller.merchant is not None}

    assert bool(sources.cards) == (kind not in ("reversal", "completion", "echo"))
    assert (mccs == {"6011"}) == (kind == "cash")


def test_a_card_that_nobody_here_gave_out_may_pay() -> None:
    _, (sources,) = mix_of_options({"part": [{"card": ["6011000000000004"]}]}, SPECS)

    assert [(card.digits, card.expiry) for card in sources.cards] == [("6011000000000004", "4912")]
    assert "6011000000000004" not in repr(Mix(parts=(sources.part,)))


def test_a_range_of_amounts() -> None:
    assert [amount_range(text) for text in ("0", "x", "1..", "1.005")] == [None] * 4
