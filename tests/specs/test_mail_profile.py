from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.specs.folder import default_folder
from switch.specs.load import MAIL_FILE, load_specs
from switch.specs.mail.mail_profile import RETRY_MINUTES, MailProfile, SmtpLine

WHOLE = """
from = "releves@centre.example"
from_name = "Centre d'essai"
reply_to = "commercants@centre.example"
[smtp]
host = "smtp.centre.example"
port = 2525
tls = "starttls"
ca = "ca.pem"
login_env = "MAIL_LOGIN"
timeout_seconds = 12
retry_minutes = [2, 4]
"""


def loaded(tmp_path: Path, text: str) -> MailProfile:
    folder = tmp_path / "specs"
    shutil.copytree(default_folder(), folder)
    (folder / MAIL_FILE).write_text(text)
    return load_specs(folder).mail


def test_the_whole_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, WHOLE) == MailProfile(
        sender="releves@centre.example",
        sender_name="Centre d'essai",
        reply_to="commercants@centre.example",
        smtp=SmtpLine(
            host="smtp.centre.example",
            port=2525,
            tls="starttls",
            ca="ca.pem",
            login_env="MAIL_LOGIN",
            timeout_seconds=12.0,
            retry_minutes=(2, 4),
        ),
    )


def test_the_file_may_be_missing_or_empty(tmp_path: Path) -> None:
    assert load_specs().mail == loaded(tmp_path, "") == MailProfile()


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_server_by_its_name_alone(tmp_path: Path, tls: str, port: int) -> None:
    line = loaded(tmp_path, f'[smtp]\nhost = "mail.example"\ntls = "{tls}"').smtp
    assert line == SmtpLine(host="mail.example", port=port, tls=tls, retry_minutes=RETRY_MINUTES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('from = "releves"', "mail.toml:1: from: found 'releves', expected an e-mail address"),
        (
            'from = "a@b.example, c@d.example"',
            "mail.toml:1: from: found 'a@b.example, c@d.example', expected an e-mail address",
        ),
        ('reply_to = "é@b.example"', "mail.toml:1: reply_to: found 'é@b.example', expected an e-mail address"),
        (
            'from_name = "A\\r\\nBcc: x"',
            r"mail.toml:1: from_name: found 'A\r\nBcc: x', expected at most 80 characters on one line",
        ),
        ('to = "a@b.example"', "mail.toml:1: to: found a key nobody reads, expected one of from, from_name, reply_to, smtp"),
        ("[smtp]", "mail.toml:1: smtp.host: found nothing, expected text"),
        ('[smtp]\nhost = "a b"', "mail.toml:2: smtp.host: found 'a b', expected the name or address of a mail server"),
        ('[smtp]\nhost = "m"\ntls = "ssl"', "mail.toml:3: smtp.tls: found 'ssl', expected one of starttls, tls, none"),
        (
            '[smtp]\nhost = "m"\npassword = "secret"',
            (
                "mail.toml:3: smtp.password: found a login in the specification, expected login_env or login_file, which say "
                "where it stands"
            ),
        ),
        (
            '[smtp]\nhost = "m"\nlogin_env = "A"\nlogin_file = "b"',
            "mail.toml:4: smtp.login_file: found a second place of the login, expected login_env or login_file",
        ),
        (
            '[smtp]\nhost = "m"\ntls = "none"\nlogin_env = "A"',
            "mail.toml:3: smtp.tls: found none beside a login, expected starttls or tls: nobody else may read the password",
        ),
        (
            '[smtp]\nhost = "m"\nretry_minutes = [0]',
            (
                "mail.toml:3: smtp.retry_minutes: found another value, expected a list of whole minutes from 1 to 10080, such "
                "as [1, 5, 15]"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        loaded(tmp_path, text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "email",
    ["a@b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a@-b.example", f"{'a' * 65}@b.example", "a.@b.c"],
)
def test_an_address_of_a_merchant_that_is_none_is_a_mistake(tmp_path: Path, email: str) -> None:
    folder = tmp_path / "specs"
    shutil.copytree(default_folder(), folder)
    file = folder / "merchants.toml"
    escaped = email.replace("\r", "\\r").replace("\n", "\\n")
    file.write_text(file.read_text().replace("reglement@onde-telecom.example", escaped))
    with pytest.raises(SpecError, match=r"merchants.toml:\d+: merchant\[1\].email: found .*, expected an e-mail address"):
        load_specs(folder)
