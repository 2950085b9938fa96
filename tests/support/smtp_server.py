"""A mail server for tests, in a thread on a free port: TLS, login, and whatever answers a test wants.

Written for the tests: aiosmtpd, which would do, has had no release since May 2024 and cannot end a connection in mid-message.
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from attrs import Factory, define

HANG_UP: Final = "hang up"  #: in place of an answer: the connection ends
SILENCE: Final = "silence"  #: in place of an answer: nothing, until the other end goes away
END: Final = "."  #: the verb of the end of a message
Answer = Callable[[str, str], str | None]  #: verb, argument -> another answer than the usual


@define
class Delivered:
    """A message that was taken."""

    sender: str
    recipient: str
    content: bytes
    secure: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@define
class PlayedServer:
    """What a test says of the server, and what it took."""

    starttls: ssl.SSLContext | None = None
    wrapped: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    answer: Answer = lambda _verb, _argument: None
    greeting: str = "220 mail.test ready"
    data_bytes_max: int | None = None  #: of a message, before the connection ends in the middle of it
    port: int = 0
    taken: list[Delivered] = Factory(list)
    ended: list[str] = Factory(list)  #: recipients of messages that came whole, whatever was answered
    sessions: int = 0
    reached: threading.Event = Factory(threading.Event)  #: for the answers of a test to set
    asked: list[str] = Factory(list)  #: verbs

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken."""
        return [str(each.message["Message-ID"]) for each in self.taken]


@contextmanager
def mail_server(server: PlayedServer) -> Iterator[PlayedServer]:
    """The server at work on ``port``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(server, listener), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            assert not thread.is_alive()


def _accept(server: PlayedServer, listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.sessions += 1
        connection.settimeout(10)
        with suppress(OSError, EOFError):
            try:
                _Session(server, connection).run()
            finally:
                connection.close()


class _Session:
    def __init__(self, server: PlayedServer, connection: socket.socket) -> None:
        self._server, self._secure = server, False
        self._user: str | None = None
        self._connection = connection
        if server.wrapped is not None:
            self._secured(server.wrapped)
        self._buffer = b""
        self._sender = self._recipient = ""

    def _secured(self, context: ssl.SSLContext) -> None:
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._secure = True

    def run(self) -> None:
        try:
            self._say(self._server.greeting)
            while True:
                verb, _, argument = self._line().partition(" ")
                self._take(verb.upper(), argument)
        finally:
            if self._secure:
                self._connection.close()

    def _line(self) -> str:
        while b"\r\n" not in self._buffer:
            self._read()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode()

    def _read(self) -> None:
        found = self._connection.recv(65_536)
        if not found:
            raise EOFError
        self._buffer += found

    def _say(self, text: str) -> None:
        if text == SILENCE:
            while self._connection.recv(65_536):
                pass
        if text in (HANG_UP, SILENCE):
            raise EOFError
        self._connection.sendall(text.encode() + b"\r\n")

    def _take(self, verb: str, argument: str) -> None:
        self._server.asked.append(verb)
        other = self._server.answer(verb, argument)
        if other is not None:
            self._say(other)
            return
        match verb:
            case "EHLO":
                offers = ["mail.test", *(["STARTTLS"] if self._server.starttls and not self._secure else [])]
                offers += ["AUTH PLAIN"] if self._server.login and self._secure else []
                self._say("\r\n".join([*(f"250-{each}" for each in offers), "250 8BITMIME"]))
            case "STARTTLS":
                assert self._server.starttls is not None
                self._say("220 go ahead")
                self._buffer = b""
                self._secured(self._server.starttls)
            case "AUTH":
                kind, _, text = argument.partition(" ")
                assert kind == "PLAIN"
                _, user, password = base64.b64decode(text).decode().split("\0")
                good = (user, password) == self._server.login
                self._user = user if good else None
                self._say("235 welcome" if good else f"535 5.7.8 no, not {password}")
            case "MAIL" if self._server.login and self._user is None:
                self._say("530 5.7.0 log in first")
            case "MAIL":
                self._sender = argument.partition("<")[2].partition(">")[0]
                self._say("250 ok")
            case "RCPT":
                self._recipient = argument.partition("<")[2].partition(">")[0]
                self._say("250 ok")
            case "DATA":
                self._say("354 go on")
                self._message()
            case "QUIT":
                self._say("221 bye")
                raise EOFError
            case _:
                self._say("250 ok")

    def _message(self) -> None:
        size = self._server.data_bytes_max
        while b"\r\n.\r\n" not in self._buffer:
            if size is not None and len(self._buffer) > size:
                raise EOFError
            self._read()
        content, _, self._buffer = self._buffer.partition(b"\r\n.\r\n")
        content = (content + b"\r\n").replace(b"\r\n..", b"\r\n.")
        self._server.ended.append(self._recipient)
        other = self._server.answer(END, self._recipient)
        if other in (None, HANG_UP, SILENCE):  # it has the message, whether it says so or not
            self._server.taken.append(Delivered(self._sender, self._recipient, content, self._secure, self._user))
        self._say(other or "250 2.0.0 taken")
