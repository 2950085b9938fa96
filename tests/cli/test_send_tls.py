"""``switch send`` over TLS against a running centre whose issuer atlas is reached over TLS too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.centre.as_process import READY_FILE, CentreProcess, running_centre
from switch.issuers.secure_line import REQUIRED
from switch.specs.load import load_specs
from tests.cli.command import Outcome, run
from tests.support.secured_specs import secured_specs

pytestmark = pytest.mark.long  # most play beside a whole centre

TOLD_SECONDS_MAX = 10.0
ATLAS = next(load_specs().issuers["atlas"].all_cards()).pan.digits


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return secured_specs(tmp_path_factory.mktemp("secured") / "specs")


@pytest.fixture(scope="module")
def centre(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), ["--specs", str(folder)]) as running:
        yield running
        assert running.stop() == 0


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    strange = tmp_path_factory.mktemp("strange")
    assert run("certificates", strange).code == 0
    return strange


def send(centre: CentreProcess, listener: str, *arguments: object) -> Outcome:
    return run("send", "--ready-file", centre.data / READY_FILE, "--listener", listener, "--pan", ATLAS, *arguments)


def told(centre: CentreProcess, sentence: str) -> bool:
    """Whether the centre says so, at once or in a moment: it prints beside its work."""
    deadline = time.monotonic() + TOLD_SECONDS_MAX
    while time.monotonic() < deadline:
        if any(line.startswith("tls: ") and sentence in line for line in centre.log.read_text().splitlines()):
            return True
        time.sleep(0.01)
    return False


def pair(folder: Path, name: str = "client") -> tuple[object, ...]:
    return "--certificate", folder / f"{name}.pem", "--key", folder / f"{name}.key"


@pytest.mark.parametrize(
    ("listener", "options"),
    [
        ("secure", ()),
        ("secure", ("--tls",)),
        ("secure", ("--any-certificate",)),
        ("both", ()),
        ("both", ("--tls",)),
        ("both", ("--no-tls",)),
        ("ascii", ("--no-tls",)),
    ],
)
def test_it_speaks_as_the_listener_does(centre: CentreProcess, listener: str, options: tuple[str, ...]) -> None:
    outcome = send(centre, listener, *options, "--expect", "00")
    assert outcome.code == 0, outcome.err


def test_with_a_ca_and_a_certificate(centre: CentreProcess, folder: Path) -> None:
    made = folder / "certificates"
    outcome = send(centre, "closed", "--ca", made / "ca.pem", *pair(made), "--expect", "00")
    assert outcome.code == 0, outcome.err


def test_a_centre_that_is_not_trusted(centre: CentreProcess, strange: Path) -> None:
    outcome = send(centre, "secure", "--ca", strange / "ca.pem")
    assert outcome.code == 3
    assert outcome.sentence.endswith(": TLS: its certificate is refused: no CA that is trusted here signed it (--ca)")
    assert told(centre, "it does not know the CA that signed our certificate; the line is closed")


def test_a_centre_of_another_name(centre: CentreProcess, folder: Path) -> None:
    outcome = send(centre, "secure", "--ca", folder / "certificates" / "ca.pem", "--server-name", "bank.test")
    assert outcome.sentence.endswith(
        "TLS: its certificate is refused: certificate is not valid for 'bank.test' (--server-name)"
    )


def test_a_caller_without_the_certificate_it_needs(centre: CentreProcess) -> None:
    outcome = send(centre, "closed")
    assert outcome.code == 3
    assert outcome.sentence.endswith(": TLS: it wants a certificate of ours, and was given none (--certificate, --key)")
    assert told(centre, "it showed no certificate, and this line wants one; the line is closed")


def test_a_caller_that_is_not_trusted(centre: CentreProcess, strange: Path) -> None:
    outcome = send(centre, "closed", *pair(strange))
    assert outcome.sentence.endswith(": TLS: it does not know the CA that signed our certificate")
    assert told(centre, "its certificate is refused: no CA that is trusted here signed it; the line is closed")


def test_tls_to_a_listener_that_is_plain(centre: CentreProcess) -> None:
    outcome = send(centre, "ascii", "--tls", "--timeout", "0.2")
    assert outcome.code == 3
    assert outcome.sentence.endswith(": TLS was not agreed on in time: does this listener speak it?")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--certificate", "a.pem"), "--key: found nothing beside --certificate, expected both or neither"),
        (("--key", "a.key"), "--certificate: found nothing beside --key, expected both or neither"),
        (("--no-tls", "--ca", "a.pem"), "--no-tls: found beside an option of TLS, expected one or the other"),
        (
            ("--ca", "missing.pem"),
            "TLS: ca: found no file missing.pem, expected certificates in PEM (-----BEGIN CERTIFICATE-----)",
        ),
    ],
)
def test_options_that_make_no_sense(centre: CentreProcess, options: tuple[str, ...], said: str) -> None:
    outcome = send(centre, "secure", *options)
    assert (outcome.code, outcome.sentence) == (2, said)


def test_the_table_of_listeners_says_how_to_speak(centre: CentreProcess) -> None:
    lines = [line.split() for line in centre.log.read_text().splitlines()]
    spoken = {line[0]: " ".join(line[3:]) for line in lines if line and line[0] in ("ascii", "secure", "closed", "both")}
    assert spoken == {"ascii": "2b", "secure": "2b, TLS", "closed": "2b + TPDU, TLS", "both": "4a, TLS or plain"}


def test_specs_check_reads_the_certificates(folder: Path, tmp_path: Path) -> None:
    outcome = run("specs", "check", "--specs", folder)
    assert outcome.code == 0, outcome.err
    other = secured_specs(tmp_path / "specs")
    (other / "certificates" / "server.key").write_bytes((other / "certificates" / "client.key").read_bytes())
    outcome = run("specs", "check", "--specs", other)
    assert outcome.code == 2
    assert outcome.sentence.startswith("centre.toml: listener secure: tls: key: found the key of another certificate in ")


def test_a_managed_issuer_needs_a_certificate_of_its_own(tmp_path: Path) -> None:
    other = secured_specs(tmp_path / "specs")
    atlas = other / "issuers" / "atlas.toml"
    before, _, after = atlas.read_text().partition("[tls.server]")
    atlas.write_text(before + after[after.index("[[card]]") :])
    outcome = run("specs", "check", "--specs", other)
    assert outcome.code == 2
    assert "tls.server: found nothing, expected certificate and key for the process `switch up` starts" in outcome.sentence


def test_the_specification_has_it(folder: Path) -> None:
    specs = load_specs(folder)
    closed = next(each for each in specs.centre.listeners if each.name == "closed")
    assert closed.tls is not None
    assert closed.tls.client_certificates == REQUIRED


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("up", "--free-ports"), "centre.toml: listener secure: tls: key: found no file "),
        (("issuer", "serve", "atlas"), "issuers/atlas.toml: tls.server: key: found no file "),
    ],
)
def test_nothing_starts_without_the_files_it_needs(tmp_path: Path, command: tuple[str, ...], said: str) -> None:
    other = secured_specs(tmp_path / "specs")
    (other / "certificates" / "server.key").unlink()
    outcome = run(*command, "--specs", other, "--data", tmp_path / "data")
    assert outcome.code == 2
    assert outcome.sentence.startswith(said)
    assert not (tmp_path / "data").exists()


def test_an_issuer_of_others_has_no_certificate_here(tmp_path: Path) -> None:
    other = secured_specs(tmp_path / "specs")
    atlas = other / "issuers" / "atlas.toml"
    before, _, after = atlas.read_text().partition("[tls.server]")
    atlas.write_text('process = "external"\n' + before + after[after.index("[[card]]") :])
    assert run("specs", "check", "--specs", other).code == 0
    outcome = run("issuer", "serve", "atlas", "--specs", other, "--data", tmp_path / "data")
    assert outcome.code == 2
    assert outcome.sentence == (
        "issuers/atlas.toml: tls.server: found nothing, expected certificate and key: this issuer's line is TLS"
    )
