"""``switch keys``: check values are shown, keys are not, but for a test key by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.cli import cli
from switch.cli.keys import USES
from switch.keys.key import KEY_USES
from switch.keys.shipped import secret_of
from switch.specs.load import load_specs
from tests.cli.command import run

CLEAR = b"0123456789ABCDEFFEDCBA9876543210\n"


def test_the_list() -> None:
    outcome, listed = run("keys", "list"), run("keys", "list", "--json").json
    assert outcome.code == 0
    assert {key["id"].partition(".")[0] for key in listed} == {*load_specs().issuers, "acquirer"}
    for key in listed:
        line = next(line for line in outcome.out.splitlines() if line.startswith(f"{key['id']} "))
        assert key["kcv"] in line
        assert line.endswith("TEST KEY")
        assert secret_of(key["id"], "A" if key["cipher"].startswith("AES") else "T").hex() not in outcome.out.lower()
    atlas = run("keys", "list", "--owner", "atlas").out
    assert atlas.startswith("atlas\n")
    assert "rif" not in atlas
    assert run("keys", "list", "--owner", "nobody").sentence == "--owner: found 'nobody', who has no keys"
    assert tuple(KEY_USES) == USES


def test_generate_list_export_import(tmp_path: Path) -> None:
    ours, theirs = ("--data", tmp_path / "ours"), ("--data", tmp_path / "theirs")
    made = run("keys", "generate", "atlas.zpk", *ours)
    assert made.code == 0
    (row,) = (line.split() for line in run("keys", "list", *ours).out.splitlines() if line.startswith("atlas.zpk "))
    assert row == made.out.splitlines()[1].split()
    assert "TEST" not in row
    block = run("keys", "export", "atlas.zpk", "--zone-key", "atlas.zmk", *ours)
    assert block.out.startswith("B0096P0TB00E0000")
    assert block.out.count("\n") == 1
    taken = run("keys", "import", "partner.zpk", block.out.strip(), "--zone-key", "atlas.zmk", *theirs)
    assert taken.out.splitlines()[1].split()[1:] == row[1:]


def test_by_aes(tmp_path: Path) -> None:
    data = ("--data", tmp_path)
    assert "AES 256" in run("keys", "generate", "partner.zmk-aes", *data).out
    assert "AES 256" in run("keys", "generate", "partner.lines", "--use", "mac", "--aes", *data).out
    block = run("keys", "export", "partner.lines", "--zone-key", "partner.zmk-aes", *data).out.strip()
    assert block.startswith("D0144M6AC00E0000")
    wrong = run("keys", "export", "partner.lines", "--zone-key", "partner.zmk-aes", "--format", "B", *data)
    assert (wrong.code, wrong.sentence) == (2, "partner.zmk-aes: found AES 256, expected Triple DES for version B")


def test_in_the_clear(tmp_path: Path) -> None:
    data = ("--data", tmp_path)
    taken = run("keys", "import", "x.zmk", "--clear", *data, stdin=CLEAR)
    assert "08D7B4" in taken.out
    assert CLEAR.decode().strip() not in taken.out
    strange = run("keys", "import", "y.zmk", "--clear", *data, stdin=b"\xff\xfe")
    assert strange.sentence == "clear key for y.zmk: found 2 characters, expected pairs of hexadecimal digits"
    refused = run("keys", "export", "x.zmk", "--clear", *data)
    assert refused.code == 2
    assert refused.out == ""
    assert refused.sentence == (
        "x.zmk: found a key that is no test key, expected one labelled TEST KEY, or a key block under a zone key"
    )
    assert run("keys", "export", "atlas.cvk", "--clear", *data).out == "4F8C463838E615F18FB9B34C6B2F7A34\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("generate x.y", "--use: found nothing, and 'x.y' does not say it, expected one of " + ", ".join(USES)),
        ("generate x --use zpk", "key name: found 'x', expected an owner and a name, such as atlas.cvk"),
        ("generate x.y --use zzz", "--use: found 'zzz', expected one of " + ", ".join(USES)),
        ("import x.zpk", "BLOCK: found nothing, expected a key block and its zone key, or --clear"),
        ("import x.zpk B0000", "--zone-key: found nothing, expected a key block and its zone key, or --clear"),
        ("import x.zpk --clear --zone-key a.b", "--clear: found beside a key block, expected the key on standard input alone"),
        ("export atlas.zpk", "--zone-key: found nothing, expected the name of a zmk, or --clear for a test key"),
        ("export atlas.zpk --clear --format B", "--clear: found beside a zone key or a format, expected one of the two ways"),
        ("export atlas.x --zone-key atlas.zmk", "key: found no 'atlas.x', expected a key of the keystore, or a test key"),
    ],
)
def test_wrong_use(words: str, sentence: str, tmp_path: Path) -> None:
    outcome = run("keys", *words.split(), "--data", tmp_path / "new")
    assert (outcome.code, outcome.out, outcome.sentence) == (2, "", sentence)


def test_a_key_is_not_overwritten(tmp_path: Path) -> None:
    assert run("keys", "generate", "x.zpk", "--data", tmp_path).code == 0
    assert run("keys", "generate", "x.zpk", "--data", tmp_path).sentence.startswith("x.zpk: found a key of this name")
    assert run("keys", "generate", "x.zpk", "--data", tmp_path, "--replace").code == 0


def test_a_shell_completes_names() -> None:
    from click.shell_completion import ShellComplete

    complete = ShellComplete(cli, {}, "switch", "_SWITCH_COMPLETE").get_completions
    assert [one.value for one in complete(["keys", "export"], "atlas.c")] == ["atlas.cvk", "atlas.cavk"]
    assert [one.value for one in complete(["keys", "export", "atlas.cvk", "--zone-key"], "rif.")] == ["rif.zmk", "rif.zmk-aes"]
    assert "keys" in [one.value for one in complete([], "k")]
