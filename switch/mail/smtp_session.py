"""A conversation with a mail server (RFC 5321): TLS, login, and one message after the other.

The last line of a message, the dot, is sent apart from all before it: until then the server cannot have taken the message, and
``before_dot`` is called in between. From then to the answer nobody knows (RFC 1047); whoever sends again then sends the same
Message-ID.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from switch.card import mask_numbers
from switch.display.visible import visible
from switch.errors import SwitchError, UnreachableError
from switch.issuers.secure_line import ClientTls
from switch.lines.tls_context import client_side, tls_fault
from switch.machine.files import read_whole
from switch.machine.private import others_may_read
from switch.mail.replies import PlainSmtp, WrappedSmtp
from switch.record import frozen
from switch.specs.mail.mail_profile import IN_CLEAR, STARTTLS, WRAPPED, SmtpLine

SAID_CHARACTERS_MAX: Final = 300  #: of what a server said
LOGIN_BYTES_MAX: Final = 4_096
PLACE: Final = "mail.toml: smtp"
CLOSING: Final = 421  #: the server ends the session, whatever was asked (RFC 5321, 3.8)
MAILBOX_FULL: Final = 552  #: for a recipient it means 452 (RFC 5321, 4.5.3.1.10)


@frozen(kw_only=True)
class Verdict:
    """What a server made of a message. ``lost``: the session is over. ``unknown``: it has the message, or has not."""

    outcome: Literal["sent", "later", "refused", "unknown"]
    code: int | None
    said: str
    lost: bool = False


@frozen(kw_only=True)
class Login:
    """What a server is shown; ``repr`` does not show it."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login(…)"


class SmtpSession:
    """An open session. ``opened`` makes one."""

    def __init__(self, smtp: smtplib.SMTP, login: Login | None) -> None:
        self._smtp, self._login = smtp, login

    def send(self, sender: str, recipient: str, message: bytes, before_dot: Callable[[], None]) -> Verdict:
        """Give a message away. UnreachableError where the server takes nothing from this sender."""
        try:
            code, text = self._smtp.mail(sender)
            if code >= 500:
                raise UnreachableError(f"{PLACE}: the server refuses the sender {sender}: {self._said(code, text)}")
            if code // 100 == 2:
                code, text = self._smtp.rcpt(recipient)
                code = 452 if code == MAILBOX_FULL else code
            if code // 100 == 2:
                code, text = self._smtp.docmd("DATA")
            if code != 354:
                return self._refused(code, text)
            self._smtp.send(re.sub(rb"(?m)^\.", b"..", message))
        except (OSError, smtplib.SMTPException) as fault:
            return Verdict(outcome="later", code=None, said=self._fault(fault), lost=True)
        before_dot()
        try:
            self._smtp.send(b".\r\n")
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            return Verdict(outcome="unknown", code=None, said=self._fault(fault), lost=True)
        if code // 100 == 2:
            return Verdict(outcome="sent", code=code, said=self._said(code, text))
        return self._refused(code, text)

    def _refused(self, code: int, text: bytes) -> Verdict:
        """A refusal for good (5xx) or for now (all else), with the session ready for the next message, or lost."""
        lost = code == CLOSING
        if not lost:
            try:
                lost = self._smtp.rset()[0] != 250
            except (OSError, smtplib.SMTPException):
                lost = True
        said = self._said(code, text)
        return Verdict(
            outcome="refused" if 500 <= code < 600 else "later", code=code if code > 0 else None, said=said, lost=lost
        )

    def _said(self, code: int, text: bytes) -> str:
        """An answer, safe to be shown: one line, no controls, no card number, and not our password."""
        return safe_text(f"{code} " + text.decode("utf-8", "backslashreplace"), self._login)

    def _fault(self, fault: Exception) -> str:
        return safe_text(_words(fault), self._login)

    def close(self) -> None:
        """Say goodbye, where that is still possible."""
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()
        self._smtp.close()


def opened(line: SmtpLine, folder: Path, sender: str) -> SmtpSession:
    """A session that is ready for messages; ``folder`` is that of the specification.

    SwitchError where the login or the CA cannot be read; UnreachableError where the server is not there, is not who it should
    be, offers no TLS, or refuses the login: all of it concerns the line and no message.
    """
    login = login_of(line, folder)
    tls = None if line.tls == IN_CLEAR else client_side(ClientTls(ca=line.ca), folder, PLACE, line.host)
    name = sender.rpartition("@")[2]  # for EHLO: nobody's name server is asked for ours
    with _told(line, login):
        if line.tls == WRAPPED:
            assert tls is not None
            smtp: smtplib.SMTP = WrappedSmtp(line.host, line.port, name, timeout=line.timeout_seconds, context=tls.context)
        else:
            smtp = PlainSmtp(line.host, line.port, name, timeout=line.timeout_seconds)
    try:
        with _told(line, login):
            smtp.ehlo_or_helo_if_needed()
            if line.tls == STARTTLS:
                assert tls is not None
                if not smtp.has_extn("starttls"):
                    raise UnreachableError(f"{_name(line)} offers no STARTTLS, and nothing is sent in clear")
                smtp.starttls(context=tls.context)
                smtp.ehlo()
            if login is not None:
                smtp.login(login.user, login.password)
    except BaseException:
        smtp.close()
        raise
    return SmtpSession(smtp, login)


def check_line(line: SmtpLine, folder: Path) -> None:
    """SwitchError where a file that the line names cannot be used; a variable may be there only where mail is sent."""
    if line.tls != IN_CLEAR:
        client_side(ClientTls(ca=line.ca), folder, PLACE, line.host)
    if line.login_file is not None:
        login_of(line, folder)


@contextmanager
def _told(line: SmtpLine, login: Login | None) -> Iterator[None]:
    """What goes wrong before the first message, in a sentence."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as fault:
        raise UnreachableError(f"{_name(line)} refuses the login: {safe_text(_words(fault), login)}") from None
    except ssl.SSLError as fault:
        raise UnreachableError(f"{_name(line)}: TLS: {safe_text(tls_fault(fault), login)}") from None
    except UnicodeError:
        raise SwitchError(f"{PLACE}: found a login with other letters than ASCII, expected user:password in ASCII") from None
    except (OSError, smtplib.SMTPException) as fault:
        raise UnreachableError(f"{_name(line)}: {safe_text(_words(fault), login)}") from None


def _name(line: SmtpLine) -> str:
    return f"mail server {line.host}:{line.port}"


def login_of(line: SmtpLine, folder: Path) -> Login | None:
    """The login, out of its variable or file. SwitchError, which quotes nothing of it, where there is none to be read."""
    if line.login_env is not None:
        where = f"{PLACE}: login_env: {line.login_env}"
        text = os.environ.get(line.login_env)
        if text is None:
            raise SwitchError(f"{where}: found no such variable of the environment, expected user:password in it")
    elif line.login_file is not None:
        path = folder / line.login_file
        where = f"{PLACE}: login_file: {path}"
        text = _secret(path, where)
    else:
        return None
    user, colon, password = text.strip("\r\n").partition(":")
    if not (user and colon and password):
        raise SwitchError(f"{where}: found something else, expected user:password")
    return Login(user=user, password=password)


def _secret(path: Path, where: str) -> str:
    expected = "expected a file with user:password that its owner alone can read"
    try:
        if others_may_read(path):
            raise SwitchError(f"{where}: found a file that others may read, {expected} (chmod 600)")
        return read_whole(path, LOGIN_BYTES_MAX).decode()
    except OSError as fault:
        raise SwitchError(f"{where}: found {fault.strerror}, {expected}") from None
    except UnicodeDecodeError:
        raise SwitchError(f"{where}: found bytes that are no text, {expected}") from None


def safe_text(text: str, login: Login | None = None) -> str:
    """What a stranger said, as it may be kept and shown."""
    if login is not None:
        text = text.replace(login.password, "***")
    shown = mask_numbers(visible(" ".join(text.split())))
    return shown if len(shown) <= SAID_CHARACTERS_MAX else shown[:SAID_CHARACTERS_MAX] + "…"


def _words(fault: Exception) -> str:
    """What smtplib, or the network, has to say."""
    if isinstance(fault, smtplib.SMTPResponseException):
        text = fault.smtp_error
        return f"{fault.smtp_code} " + (text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else str(text))
    if isinstance(fault, TimeoutError) or "timed out" in str(fault):  # smtplib makes a connection that was closed of both
        return "no answer in time"
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return "the connection was closed in the middle"
    return (fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)) or type(fault).__name__
