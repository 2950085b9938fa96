"""``switch scenario``: files of rules checked and tried, and a real centre whose rules are changed while it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from tests.cli.command import run
from tests.trials.small_centre import small_specs

CARD = "4507160000000010"
RETRY = f"""purpose = "retry"
rules = ["card={CARD} class=request -> ok, silence", "class=reversal -> 91"]
[[rule]]
issuer = "atlas"
then = {{ response_code = "05" }}
"""


@pytest.fixture
def retry(tmp_path: Path) -> Path:
    path = tmp_path / "retry.toml"
    path.write_text(RETRY, encoding="utf-8")
    return path


def test_a_file_that_is_well_is_said_to_be(retry: Path) -> None:
    outcome = run("scenario", "check", retry, "bad-evening")

    assert outcome.code == 0
    assert [line.partition(": ")[2] for line in outcome.out.splitlines()] == [
        "2 rules at the host, 1 at issuers: all well",
        "0 rules at the host, 4 at issuers: all well",
    ]


def test_every_mistake_is_printed_and_a_rule_that_can_never_apply_is_a_warning(retry: Path) -> None:
    retry.write_text(RETRY.replace("silence", "silense").replace("response_code", "response_cod"), encoding="utf-8")
    outcome = run("scenario", "check", retry)
    assert outcome.code == 2
    first, second, count = outcome.err.splitlines()
    assert first.startswith(f"switch: {retry}:2: rules[1].then: found 'silense', expected silence (the nearest)")
    assert second.startswith(f"switch: {retry}:5: rule[1].then.response_cod: found a key nobody reads")
    assert count == "switch: 2 mistakes"

    retry.write_text('purpose = "hidden"\nrules = ["any -> 91", "mti=0100 -> 05"]', encoding="utf-8")
    outcome = run("scenario", "check", retry)
    assert outcome.code == 0
    assert "scenario retry, rule 2 can never apply: scenario retry, rule 1 takes all its messages" in outcome.err


@pytest.mark.parametrize(
    ("message", "verdict", "code"),
    [
        ([f"card={CARD}", "amount=10"], "rule 1 applies: ok", 0),
        (["mti=0420", f"card={CARD}"], "rule 2 applies: 91", 0),
        (["card=4000000000000010", "de22=071"], "no rule applies", 1),
    ],
)
def test_a_message_is_tried_without_being_sent(retry: Path, message: list[str], verdict: str, code: int) -> None:
    outcome = run("scenario", "try", retry, *message)

    assert (outcome.out.splitlines()[0], outcome.code) == (verdict, code)
    assert CARD not in outcome.out + outcome.err


def test_a_sequence_is_seen_before_it_is_loaded() -> None:
    outcome = run("scenario", "try", "amount=60 -> silence, 91", "amount=60", "--times", 3)

    assert outcome.code == 0
    assert [line.split(maxsplit=1) for line in outcome.out.splitlines()] == [
        ["#", "message    meaning"],
        ["1", "amount=60  rule 1 applies: silence"],
        ["2", "amount=60  rule 1 applies: 91"],
        ["3", "amount=60  no rule applies"],
        ["rule", "hits"],
        ["1", "2  amount=60.00 -> silence, 91"],
    ]


def test_several_messages_come_one_after_the_other(retry: Path) -> None:
    one, other = [f"card={CARD}", "amount=10"], ["mti=0420", f"card={CARD}"]
    outcome = run("scenario", "try", retry, *one, "then", *other, "--times", 2)

    told = [line.rpartition("  ")[2].partition(";")[0] for line in outcome.out.splitlines()[1:5]]
    assert told == ["rule 1 applies: ok", "rule 2 applies: 91", "rule 1 applies: silence", "rule 2 applies: 91"]
    assert CARD not in outcome.out


def test_a_bank_that_is_not_asked_meets_no_rule(tmp_path: Path) -> None:
    path = tmp_path / "both.toml"
    path.write_text('purpose = "both"\nrules = ["nth=1 -> 05", "at=issuer any -> 91, 51"]', encoding="utf-8")

    outcome = run("scenario", "try", path, "amount=1", "--times", 2)

    assert [line.rpartition("  ")[2] for line in outcome.out.splitlines()[1:3]] == [
        "rule 1 applies: 05",
        "rule 2 applies at the issuer: 91",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "amount=60", "-", "silence"), "RULES: found - and no ->, expected rules in quotes, such as 'amount=60 -> ok'"),
        (("try", "amount=60", "-", "amount=60"), "RULES: found - and no ->, expected rules in quotes"),
        (("try", "FILE", "rrn=123"), "KEY=VALUE: found 'rrn=123', expected 12 characters (DE 37)"),
        (("try", "FILE", "amount=1", "then"), "KEY=VALUE: found no message beside then, expected one on each side"),
        (("try", "rrn=123 -> 05", "amount=1"), "rule: when.rrn: found '123', expected 12 characters (DE 37)"),
        (("try", "line=bdc -> 05", "amount=1"), "rule: when.line: found 'bdc', expected bcd (the nearest)"),
        (("try", "FILE", "crad=1"), "KEY=VALUE: found 'crad=1', expected card=…, amount=…, mti=0420, de22=071 and the like"),
        (("try", "FILE", "amount=x"), "amount: found 'x', expected digits with at most 2 decimals, such as 125.00"),
        (("remove",), "ID: found nothing, expected the ID of a rule, or --all"),
        (("remove", "3", "--all"), "--all: found IDs beside it, expected one or the other"),
        (("check", "nothing.toml"), "nothing.toml: found no such file"),
    ],
)
def test_wrong_use_is_one_sentence(retry: Path, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = run("scenario", *[str(retry) if each == "FILE" else each for each in arguments])

    assert outcome.code == 2
    assert outcome.err.startswith(f"switch: {sentence}")


def test_where_no_centre_runs_that_is_said(tmp_path: Path) -> None:
    outcome = run("scenario", "list", "--data", tmp_path)

    assert (outcome.code, outcome.err) == (
        3,
        f"switch: --data: found no running centre in {tmp_path}, expected one: `switch up`\n",
    )


@pytest.mark.long
def test_rules_of_a_running_centre_are_changed(tmp_path: Path, retry: Path) -> None:
    options = small_specs(tmp_path)
    with running_centre(tmp_path / "centre", [*options, "--scenario", str(retry)]) as centre:
        data = ("--data", centre.data)
        host, port = centre.address("ascii")

        def code(*arguments: str) -> str:
            return run("send", *options, "--host", host, "--port", port, *arguments).out[:2]

        assert "card=450716******0010 class=request -> ok, silence" in run("scenario", "list", *data).out
        added = run("scenario", "add", *data, "amount=3 -> 91", "--times", "1")
        assert added.code == 0, added.err
        assert added.out.splitlines()[1].split() == ["4", "0", "amount=3.00", "times=1", "->", "91"]
        assert [code("--amount", "3"), code("--amount", "3")] == ["91", "05"], "behind the host, the issuer's own rule"
        assert run("scenario", "list", *data).out.splitlines()[1].split()[:2] == ["4", "1"]
        assert run("scenario", "remove", "4", *data).out == "1 rule removed\n"

        wrong = run("scenario", "add", *data, "amont=3 -> 91", "any -> silense")
        assert (wrong.code, wrong.err.count("(the nearest)")) == (2, 2)

        unknown = run("scenario", "add", *data, "line=acsii -> 91", "any -> dialect bdc")
        assert unknown.code == 2
        assert unknown.err.count("(the nearest)") == 2

        applied = run("scenario", "apply", retry, *data, *options)
        assert applied.code == 0, applied.err
        assert [line.split()[0] for line in run("scenario", "list", *data).out.splitlines()[1:4]] == ["5", "6", "7"]
        assert "at=issuer" in run("scenario", "list", *data).out
        assert run("scenario", "remove", "--all", *data).out == "3 rules removed\n"
        assert run("scenario", "list", *data).out == "no rules\n"
        assert centre.stop() == 0
        assert not (centre.data / "control").exists()


def test_a_folder_is_checked_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('purpose = "x"\nrules = ["any -> ok"]\n')
    (tmp_path / "two.toml").write_text('purpose = "x"\nrules = [\n  "any -> time out",\n]\n')
    outcome = run("scenario", "check", tmp_path)
    assert outcome.code == 2
    assert outcome.out == f"{tmp_path}/one.toml: 1 rule at the host, 0 at issuers: all well\n"
    assert outcome.sentence.startswith(f"{tmp_path}/two.toml:3: rules[1].then: found 'time out', expected timeout (the")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("scenario", "check", empty).sentence == f"{empty}: found no file that ends with .toml, expected at least one"
