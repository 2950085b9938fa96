"""The short form of ``make bench``: one case of it, with the neutral issuer, which is not ours, behind the switch."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from bench import codec, run, security, tls
from bench.load_tools import LoadTools, NoLoadToolsError, build
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.specs.load import load_specs

pytestmark = pytest.mark.outside


@pytest.fixture
def tools(tmp_path: Path) -> LoadTools:
    try:
        return build(tmp_path)
    except NoLoadToolsError as missing:
        pytest.skip(str(missing))


@pytest.mark.long
def test_a_case_is_measured_with_the_neutral_issuer_behind_the_switch(tools: LoadTools, tmp_path: Path) -> None:
    case, arguments, port = run.Case(connections=4, window=16), Namespace(seconds=0.2, repeats=2), run.free_port()
    specs = run.neutral_specs(tmp_path / "specs", port)
    assert not load_specs(specs).issuers[run.ISSUER].managed
    with run.listening(tools.isohost, port) as issuer_pid:
        (row,) = run.measure(tools, tmp_path / "var", (case,), arguments, specs, issuer_pid)
    assert len(row.runs) == 2
    assert all(figures["approved"] > 0 and figures["resident_mib"] > 0 for figures in row.runs)
    assert run.rows_table([row])[-1].startswith("| 4×16 | ")


@pytest.mark.long
def test_tls_is_measured_through_stunnel(tools: LoadTools, tmp_path: Path) -> None:
    try:
        program = tls.stunnel_program()
    except tls.NoStunnelError as missing:
        pytest.skip(str(missing))
    case, arguments = run.Case(connections=4, window=16), Namespace(seconds=0.2, repeats=1)
    plain, secured = tls.measured(tools, program, tmp_path, arguments, (case,))
    assert (plain.kind, secured.kind) == ("plain", "TLS")
    assert all(row.runs[0]["approved"] > 0 for row in (plain, secured))
    assert tls.table([plain, secured])[-1].startswith("| 4×16 | TLS | ")


@pytest.mark.parametrize("name", sorted(load_specs().dialects))
def test_the_message_measured_is_one_of_each_dialect(name: str) -> None:
    dialect = load_specs().dialects[name]
    message = codec.sample(load_specs(), dialect)
    assert Codec(dialect).decode(Codec(dialect).encode(message)) == message
    assert len(message.elements) == (16 if dialect.edition == EDITION_1993 else 17)


@pytest.mark.long
def test_card_security_is_measured_beside_plain_purchases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "security.md"
    monkeypatch.setattr(
        "sys.argv", ["security", "--messages", "60", "--turns", "1", "--data", str(tmp_path), "--out", str(out)]
    )
    assert security.main() == 0
    assert [line.split(" | ")[0].strip("| ") for line in out.read_text().splitlines()[-3:]] == [
        kind.name for kind in security.KINDS
    ]
