"""``switch certificates``: six files, their owner's alone, that fit together and are never overwritten."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from switch.data_folder.certificates import FILES
from tests.cli.command import run


def test_what_it_makes(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    outcome = run("certificates", folder, "--host", "switch.test", "--host", "10.1.2.3")
    assert outcome.code == 0, outcome.err
    assert f"Certificates for tests, in {folder}" in outcome.out
    assert "for localhost, 127.0.0.1, ::1, switch.test, 10.1.2.3" in outcome.out
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    server = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "switch.test"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1", "10.1.2.3"]


def test_a_strict_client_takes_them(tmp_path: Path) -> None:
    assert run("certificates", tmp_path).code == 0
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    server.load_verify_locations(tmp_path / "ca.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    client.load_cert_chain(tmp_path / "client.pem", tmp_path / "client.key")
    client.load_verify_locations(tmp_path / "ca.pem")
    for context in (server, client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname="::1"), server.wrap_bio(up, down, server_side=True)]
    agreed = set[int]()
    while len(agreed) < len(ends):
        for number, end in enumerate(ends):
            try:
                end.do_handshake()
                agreed.add(number)
            except ssl.SSLWantReadError:
                pass


@pytest.mark.parametrize("there", FILES)
def test_nothing_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    outcome = run("certificates", tmp_path)
    assert outcome.code == 2
    assert outcome.sentence == (
        f"{tmp_path / there}: found a file of this name, expected a folder without one: nothing is overwritten"
    )
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "client.key").symlink_to(tmp_path / "elsewhere")
    assert run("certificates", tmp_path).code == 2


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = run("certificates", tmp_path / "file")
    assert (outcome.code, outcome.sentence) == (2, f"{tmp_path / 'file'}: File exists, expected a folder that can be written")


def test_a_host_that_is_none(tmp_path: Path) -> None:
    outcome = run("certificates", tmp_path / "made", "--host", "café")
    assert outcome.sentence == "--host: found 'café', expected a name in ASCII (xn--… for others) or an IP address"
    assert not (tmp_path / "made").exists()
