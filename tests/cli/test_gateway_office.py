"""``switch gateway office``: setting the password of a merchant."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from switch.cli import cli
from switch.gateway.office.passwords import password_is
from switch.gateway.site.serving import GATEWAY_FOLDER
from switch.gateway.store.order_book import open_orders
from switch.gateway.store.writer import Books


def run(data: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["gateway", "office", "password", *arguments, "--data", str(data)], input=typed)


def test_a_password_is_read_from_standard_input_and_kept_unreadable(tmp_path: Path) -> None:
    got = run(tmp_path, "TELECOM00000001", typed="a clerk's long password\n")
    assert got.exit_code == 0, got.output
    assert "merchant TELECOM00000001 signs in with this password from now on" in got.output
    assert "clerk" not in got.output
    with closing(open_orders(tmp_path / GATEWAY_FOLDER)) as connection:
        stored = Books(connection).office.password("TELECOM00000001")
    assert stored is not None
    assert password_is("a clerk's long password", stored.record)
    kept = b"".join(file.read_bytes() for file in (tmp_path / GATEWAY_FOLDER).iterdir())
    assert b"clerk" not in kept
    assert "can no longer sign in" in run(tmp_path, "TELECOM00000001", "--remove").output
    assert run(tmp_path, "TELECOM00000001", "--remove").exit_code == 1


@pytest.mark.parametrize(
    ("merchant", "typed", "sentence"),
    [
        ("TELECOM00000001", "short\n", "password: found 5 characters, expected 10 to 128"),
        ("TELECOM00000001", "", "password: found 0 characters, expected 10 to 128"),
        (
            "NOBODY",
            "a clerk's long password\n",
            "MERCHANT: found 'NOBODY', expected a merchant with a shop (AIRLINE00000001, TELECOM00000001)",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, merchant: str, typed: str, sentence: str) -> None:
    assert str(run(tmp_path, merchant, typed=typed).exception) == sentence


def test_the_office_is_told_of_in_french(tmp_path: Path) -> None:
    got = run(tmp_path, "TELECOM00000001", "--lang", "fr", typed="a clerk's long password\n")
    assert "le commerçant TELECOM00000001 se connecte désormais avec ce mot de passe" in got.output
