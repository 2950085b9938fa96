"""TLS and login with a real server, and what is said where they go wrong."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from switch.errors import SwitchError, UnreachableError
from switch.mail.smtp_session import SAID_CHARACTERS_MAX, Login, login_of, opened, safe_text
from switch.specs.mail.mail_profile import SmtpLine
from tests.mail.closed_day import SPECS, closed_day, send, states, with_server
from tests.support.certificates import Drawer
from tests.support.smtp_server import HANG_UP, PlayedServer, mail_server

LOGIN = ("desk", "s3cret:with colon")
SENDER = "releves@bank.example"


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("certificates")).made


def line(port: int, **keys: Any) -> SmtpLine:
    return SmtpLine(**{"host": "127.0.0.1", "port": port, "tls": "none", "timeout_seconds": 5.0, **keys})


def secured(tls: str, context: ssl.SSLContext) -> PlayedServer:
    """A server that wants a login, with TLS in one of two ways."""
    return PlayedServer(login=LOGIN, starttls=context if tls == "starttls" else None, wrapped=context if tls == "tls" else None)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_messages_go_under_tls_with_a_login(tmp_path: Path, drawer: Drawer, tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from attrs import evolve

    data = closed_day(tmp_path)
    context = drawer.server().context
    server = secured(tls, context)
    monkeypatch.setenv("MAIL_LOGIN", ":".join(LOGIN))
    with mail_server(server):
        specs = evolve(with_server(server.port, tls=tls, ca="ca.pem", login_env="MAIL_LOGIN"), folder=drawer.folder)
        assert len(send(data, specs).sent) == 4
    assert {(each.secure, each.user) for each in server.taken} == {(True, "desk")}
    assert set(states(data).values()) == {"sent"}


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "ca", "sentence"),
    [
        ("server", "stranger", "its certificate is refused: no CA that is trusted here signed it"),
        ("server", None, "its certificate is refused: no CA that is trusted here signed it"),
        ("expired", "ca", "its certificate is refused: certificate has expired"),
        ("other_host", "ca", "its certificate is refused: certificate is not valid for '127.0.0.1'"),
    ],
)
def test_a_server_that_is_somebody_else_gets_nothing(
    drawer: Drawer, tls: str, certificate: str, ca: str | None, sentence: str
) -> None:
    context = drawer.server(certificate).context
    server = secured(tls, context)
    with mail_server(server), pytest.raises(UnreachableError) as refused:
        opened(line(server.port, tls=tls, ca=f"{ca}.pem" if ca else None), drawer.folder, SENDER)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(f"mail server 127.0.0.1:{server.port}: TLS: ")
    assert "AUTH" not in server.asked
    assert server.taken == []


def test_a_server_without_starttls_gets_nothing_in_clear(drawer: Drawer, tmp_path: Path) -> None:
    (tmp_path / "login").write_text(":".join(LOGIN))
    (tmp_path / "login").chmod(0o600)
    with (
        mail_server(PlayedServer()) as server,
        pytest.raises(UnreachableError, match="offers no STARTTLS, and nothing is sent"),
    ):
        opened(line(server.port, tls="starttls", ca="ca.pem", login_file=str(tmp_path / "login")), drawer.folder, SENDER)
    assert server.asked == ["EHLO"]


def test_a_refused_login_says_so_without_the_password(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_LOGIN", "desk:wr0ng")
    server = PlayedServer(login=LOGIN, wrapped=drawer.server().context)
    with mail_server(server), pytest.raises(UnreachableError) as refused:
        opened(line(server.port, tls="tls", ca="ca.pem", login_env="MAIL_LOGIN"), drawer.folder, SENDER)
    assert str(refused.value).endswith("refuses the login: 535 5.7.8 no, not ***")
    assert "wr0ng" not in str(refused.value)
    assert "wr0ng" not in repr(Login(user="desk", password="wr0ng"))


def test_a_login_of_other_letters_is_told(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_LOGIN", "desk:é")
    server = PlayedServer(login=LOGIN, wrapped=drawer.server().context)
    with mail_server(server), pytest.raises(SwitchError, match="other letters than ASCII"):
        opened(line(server.port, tls="tls", ca="ca.pem", login_env="MAIL_LOGIN"), drawer.folder, SENDER)


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ("desk:word", 0o640, "found a file that others may read, expected a file with user:password that its owner alone"),
        ("desk", 0o600, "found something else, expected user:password"),
        (":word", 0o600, "found something else, expected user:password"),
        (None, 0, "found No such file or directory, expected a file with user:password"),
    ],
)
def test_a_login_file_that_cannot_be_used_is_told(tmp_path: Path, text: str | None, mode: int, sentence: str) -> None:
    if text is not None:
        (tmp_path / "login").write_text(text)
        (tmp_path / "login").chmod(mode)
    with pytest.raises(SwitchError, match=sentence) as refused:
        login_of(line(1, tls="tls", login_file="login"), tmp_path)
    assert "word" not in str(refused.value).replace("password", "")


def test_a_login_file_is_read_to_the_end_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("desk:a b\n")
    (tmp_path / "login").chmod(0o600)
    assert login_of(line(1, tls="tls", login_file="login"), tmp_path) == Login(user="desk", password="a b")
    assert login_of(line(1), tmp_path) is None


def test_a_variable_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_LOGIN", raising=False)
    with pytest.raises(SwitchError, match="login_env: MAIL_LOGIN: found no such variable of the environment"):
        login_of(line(1, tls="tls", login_env="MAIL_LOGIN"), tmp_path)


@pytest.mark.parametrize("greeting", ["554 5.7.1 not you", "SSH-2.0-OpenSSH_9.6", HANG_UP])
def test_a_server_that_does_not_greet_is_told(greeting: str) -> None:
    with (
        mail_server(PlayedServer(greeting=greeting)) as server,
        pytest.raises(UnreachableError, match=r"^mail server 127\.0\.0\.1:"),
    ):
        opened(line(server.port), Path(), SENDER)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(UnreachableError, match="no answer in time"):
        opened(line(mute.getsockname()[1], timeout_seconds=0.05), Path(), SENDER)


def test_plain_tls_with_a_server_that_speaks_in_clear_is_told(drawer: Drawer) -> None:
    with mail_server(PlayedServer()) as server, pytest.raises(UnreachableError, match="TLS: what it sends is no TLS"):
        opened(line(server.port, tls="tls", ca="ca.pem"), drawer.folder, SENDER)


def test_what_a_server_says_is_safe_to_show() -> None:
    shown = safe_text("550 card 4507160000000010\r\n\x1b[2J pass-word" + "x" * 999, Login(user="u", password="pass-word"))
    assert shown.startswith(r"550 card 450716******0010 \x1b[2J ***xxx")
    assert len(shown) == SAID_CHARACTERS_MAX + 1


def test_the_embedded_specification_names_no_server() -> None:
    assert SPECS.mail.smtp is None
