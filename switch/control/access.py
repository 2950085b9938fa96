"""Who may ask: whoever has the token; without one, programs of this machine, and no page of a stranger in a browser."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from switch.centre.exposure import is_this_machine
from switch.control.desks.problem import ProblemError, WrongField
from switch.errors import SwitchError
from switch.machine.files import read_whole
from switch.machine.private import make_folder, others_may_read, write_text
from switch.record import frozen

TOKEN_VARIABLE: Final = "SWITCH_API_TOKEN"  # noqa: S105  (its name)
TOKEN_FILE: Final = "api.token"  # noqa: S105  (its name, in the data folder)
TOKEN_CHARACTERS_MIN: Final = 16  #: a shorter one is guessed
_TOKEN_BYTES_MAX: Final = 4_096  #: of a file with one
_TOKEN_BYTES: Final = 32  #: of chance in one that is made here
_BEARER: Final = "bearer "


@frozen(kw_only=True)
class Token:
    """What a caller has to show; ``file`` is where it stands, where it stands in one."""

    text: str
    file: Path | None = None


def token_for(host: str, given: Path | None, data: Path, environment: Mapping[str, str] = os.environ) -> Token | None:
    """The token of a file or of the environment; else, where other machines can call, one that is made in the data folder at
    the first time; else None. SwitchError where one cannot be used."""
    if given is not None:
        return Token(text=_read(given), file=given)
    if environment.get(TOKEN_VARIABLE):
        return Token(text=_sound(environment[TOKEN_VARIABLE].strip(), TOKEN_VARIABLE))
    if is_this_machine(host):
        return None
    file = data / TOKEN_FILE
    if not file.exists():
        make_folder(data)
        write_text(file, secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
    return Token(text=_read(file), file=file)


def _read(file: Path) -> str:
    try:
        if others_may_read(file):
            raise SwitchError(f"{file}: found a file that others may read, expected one of its owner alone (chmod 600)")
        return _sound(read_whole(file, _TOKEN_BYTES_MAX).decode(errors="replace").strip(), str(file))
    except OSError as error:
        raise SwitchError(f"{file}: found {error.strerror}, expected a file with a token") from None


def _sound(token: str, where: str) -> str:
    if len(token) < TOKEN_CHARACTERS_MIN or not token.isascii() or not token.isprintable() or " " in token:
        expected = f"{TOKEN_CHARACTERS_MIN} or more letters and digits without spaces"
        raise SwitchError(f"{where}: found a token that cannot be used, expected {expected}")
    return token


class Gate:
    """Lets in who may ask."""

    def __init__(self, token: Token | None, port: int) -> None:
        self._token, self._port = token, port

    def refuse(self, headers: Iterable[tuple[bytes, bytes]], *, is_open: bool) -> None:
        """A problem where a request may not be answered. ``is_open``: what it asks for needs no token."""
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        if "content-length" in named and "transfer-encoding" in named:
            # Whoever stands in front may see another end of the request, and take the rest of it for one of its own.
            sentence = "found it beside Content-Length, expected one of the two"
            wrong = [WrongField("Transfer-Encoding", sentence)]
            raise ProblemError(HTTPStatus.BAD_REQUEST, f"Transfer-Encoding: {sentence}", wrong, {"Connection": "close"})
        if self._token is not None:
            if not is_open:
                self._refuse_without_token(named.get("authorization", ""))
            return
        # A name that is not of this machine is another site's, which leads here so that a browser asks us for it.
        host = named.get("host", "")
        if host and not _is_here(host):
            sentence = f"found {host!r}, expected an address of this machine, such as 127.0.0.1:{self._port}"
            raise ProblemError(HTTPStatus.FORBIDDEN, f"Host: {sentence}", [WrongField("Host", sentence)])
        origin = named.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            sentence = f"found {origin!r}, expected no page of another site"
            raise ProblemError(HTTPStatus.FORBIDDEN, f"Origin: {sentence}", [WrongField("Origin", sentence)])

    def _refuse_without_token(self, shown: str) -> None:
        assert self._token is not None
        given = shown[len(_BEARER) :].strip() if shown.lower().startswith(_BEARER) else ""
        if hmac.compare_digest(given.encode("latin-1", "replace"), self._token.text.encode()):
            return
        found = "another token" if given else "no token"
        sentence = f"found {found}, expected Bearer and the token that `switch up` names"
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            f"Authorization: {sentence}",
            [WrongField("Authorization", sentence)],
            {"WWW-Authenticate": "Bearer"},
        )


def _is_here(host: str) -> bool:
    """Whether a header Host names this machine: by an address (a name that a stranger owns is none), or as localhost."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        ip_address(name)
    except ValueError:
        return host.partition(":")[0].lower() == "localhost"
    return True
