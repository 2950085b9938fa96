"""The verbs that read the specification alone: cards, specs, completion, help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from switch.card import luhn_valid
from switch.cli import VERBS, cli
from switch.cli.console.program_name import program
from switch.specs.load import load_specs
from tests.cli.command import run


def test_cards_are_listed_in_full_with_their_purpose() -> None:
    outcome = run("cards")
    assert outcome.code == 0
    for issuer in load_specs().issuers.values():
        own = outcome.out.partition(f"{issuer.id}: {issuer.name}, {issuer.origin}\n")[2].partition("\n\n")[0]
        for card in issuer.cards:
            line = next(line for line in own.splitlines() if line.startswith(card.pan.digits))
            assert line.endswith(card.purpose), "nothing is cut or wrapped where there is no terminal"
            assert f"  {card.expiry}  " in line


def test_cards_of_one_issuer_and_of_a_series() -> None:
    atlas = load_specs().issuers["atlas"]
    short, full = run("cards", "--issuer", "atlas", "--json").json, run("cards", "--issuer", "atlas", "--series", "--json").json
    assert {entry["issuer"] for entry in short} == {"atlas"}
    assert len(short) == len(atlas.cards) + len(atlas.card_series)
    assert short[-1]["count"] == atlas.card_series[-1].count
    assert len(full) == len(list(atlas.all_cards()))
    assert "  9504017000000014 …×200  2912 " in run("cards", "--issuer", "atlas").out
    sentence = run("cards", "--issuer", "x").sentence
    assert sentence.startswith(
        "--issuer: found 'x', expected one of atlas, lusitania, maestra, rif, sakura, souss, vesta (of the embedded "
    )


def test_merchants_are_listed() -> None:
    outcome, listed = run("merchants"), run("merchants", "--json").json
    assert [entry["merchant_id"] for entry in listed] == list(load_specs().merchants)
    for merchant in load_specs().merchants.values():
        line = next(line for line in outcome.out.splitlines() if line.startswith(merchant.id))
        assert line.endswith(" ".join(merchant.terminals))
        assert f"  {merchant.mcc}  {merchant.plan}" in line


def test_bare_numbers_for_load_tools() -> None:
    numbers = run("cards", "--pans").out.splitlines()
    assert len(numbers) == len(set(numbers)) > 1000
    without = {card.pan.digits for issuer in load_specs().issuers.values() for card in issuer.cards if not card.check_digit}
    assert {number for number in numbers if not luhn_valid(number)} == without


def test_the_embedded_specification_is_well_and_can_be_copied(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert run("specs", "check").out.endswith(f": all well in {load_specs().folder}\n")
    assert run("specs", "export", copy).code == 0
    assert load_specs(copy).digest == load_specs().digest
    again = run("specs", "export", copy)
    assert (again.code, again.sentence) == (2, f"{copy}: found files in it, expected a new or an empty folder")


def test_a_wrong_specification_is_named_in_one_sentence(tmp_path: Path) -> None:
    run("specs", "export", tmp_path / "copy")
    centre = tmp_path / "copy" / "centre.toml"
    centre.write_text(centre.read_text().replace("port = 8583", "prot = 8583"))
    outcome = run("specs", "check", "--specs", tmp_path / "copy")
    assert outcome.code == 2
    assert outcome.sentence.startswith("centre.toml:")
    assert run("specs", "check", "--specs", tmp_path / "none").code == 2


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert "_SWITCH_COMPLETE" in run("completion", shell).out


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        (("send", "--listener"), "b", ["bcd"]),
        (("send", "--dialect"), "ebcdic_", ["ebcdic_bcd"]),
        (("send", "--merchant"), "TELE", ["TELECOM00000001"]),
        (("decode", "--listener"), "ascii", ["ascii", "ascii_hex", "ascii93"]),
        (("cards", "--issuer"), "r", ["rif"]),
        (("up", "--scenario"), "slow", ["slow-atlas", "slow-host", "slow-host-long-tail"]),
        (("statement",), "PHARM", ["PHARMACIE000001"]),
        (("send", "--specs", "/nowhere", "--listener"), "b", []),
    ],
)
def test_a_shell_completes_names_of_the_specification(words: tuple[str, ...], incomplete: str, expected: list[str]) -> None:
    completer = ShellComplete(cli, {}, "switch", "_SWITCH_COMPLETE")
    assert [item.value for item in completer.get_completions(list(words), incomplete)] == expected


def test_a_shell_completes_cards_with_their_purpose() -> None:
    completer = ShellComplete(cli, {}, "switch", "_SWITCH_COMPLETE")
    cards = [card for issuer in load_specs().issuers.values() for card in issuer.cards]
    found = {item.value: item.help for item in completer.get_completions(["send", "--pan"], "")}
    assert found == {card.pan.digits: card.purpose for card in cards}


def test_a_line_to_paste_names_a_program_the_shell_finds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "switch"
    script.parent.mkdir()
    script.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert program() == "bin/switch"
    monkeypatch.chdir(script.parent)
    assert program() == str(script)
    monkeypatch.setenv("PATH", str(script.parent))
    assert program() == "switch"
    monkeypatch.setenv("PATH", "")
    script.unlink()
    assert program() == f"{script.with_name('python')} -m switch"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_a_newcomer_can_read(verb: str) -> None:
    outcome = run(verb, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: switch {verb}")


def test_help_imports_neither_rich_nor_trio_nor_the_codec() -> None:
    script = (
        "import sys; sys.argv = ['switch', '--help']\ntry:\n import switch.__main__ as m; m.main()\nexcept SystemExit: pass\n"
    )
    script += "print(sorted({'rich', 'trio', 'iso8583', 'sqlite3', 'cryptography', 'sqlite_utils'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_wrong_use_ends_with_two() -> None:
    assert run("send", "--port", "99999").code == 2
    assert run("send", "--no-such-option").code == 2
    assert run("nothing").code == 2


def test_cards_for_a_response_code() -> None:
    short = run("cards", "--for", "51", "--json").json
    assert {card["issuer"] for card in short} == {"atlas", "lusitania", "maestra", "rif", "sakura", "souss", "vesta"}
    plain, magic = [card for card in short if not card["magic"]], [card for card in short if card["magic"]]
    assert all("51 above that" in card["purpose"] and card["gives"] == ["00", "51"] for card in plain)
    assert {card["send"]["51"].partition("--amount ")[2] for card in magic} == {"51.51 --expect 51"}
    assert {card["scheme"] for card in short} == {"cmi", "mastercard", "visa"}
    assert all(
        f"declined {code}" in line
        for code in ("41", "43")
        for line in run("cards", "--for", code).out.partition("\nTo get ")[0].splitlines()
        if line[:1].isdecimal() and "magic" not in line
    )
    for word, options in {"timeout": " --expect 91", "late": " --expect 00", "partial": " --partial --expect 10"}.items():
        cards = run("cards", "--for", word, "--json").json
        assert [(card["magic"], card["send"][word].partition(card["pan"])[2]) for card in cards] == [(word, options)] * 7
    assert len(run("cards", "--for", "06", "--json").json) == 5, "two banks speak an edition that has no 06"
    none = run("cards", "--for", "77")
    assert (none.code, none.sentence) == (1, "--for: found 77, which no test card gives by itself; a scenario can")
