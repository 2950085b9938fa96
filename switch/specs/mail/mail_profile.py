"""What ``mail.toml`` says: whom the statements come from, and the mail server that takes them. The file may be missing."""

from __future__ import annotations

from typing import Any, Final, Literal

from switch.issuers.secure_line import optional
from switch.merchant import EMAIL, EMAIL_EXPECTED
from switch.record import frozen
from switch.spec_table import SpecTable

STARTTLS: Final = "starttls"
WRAPPED: Final = "tls"
IN_CLEAR: Final = "none"
#: How a mail server is spoken to: TLS after STARTTLS (RFC 3207), from the first byte (RFC 8314), or not at all.
MailTls = Literal["starttls", "tls", "none"]
PORTS: Final[dict[MailTls, int]] = {STARTTLS: 587, WRAPPED: 465, IN_CLEAR: 25}  #: where the file names none
RETRY_MINUTES: Final = (1, 5, 15, 60, 240)  #: after a temporary failure; then the message has failed
RETRY_MINUTES_MAX: Final = 7 * 24 * 60
TIMEOUT_SECONDS_SMTP: Final = 30.0  #: for each answer of the server
SENDER: Final = "releves@switch.example"  #: where the file names none; ``.example`` is nobody's (RFC 2606)
_NAME: Final = r"[^\x00-\x1f\x7f]{1,80}"
_VARIABLE: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_HOST: Final = r"[A-Za-z0-9.:-]{1,253}"


@frozen(kw_only=True)
class SmtpLine:
    """The mail server. Its login stands in a variable of the environment or a file of its own, never in the specification."""

    host: str
    port: int
    tls: MailTls = STARTTLS
    ca: str | None = None  #: who signs the server's certificate; None: the CAs this machine trusts
    login_env: str | None = None  #: the variable with ``user:password``
    login_file: str | None = None  #: the file with ``user:password``, its owner's alone
    timeout_seconds: float = TIMEOUT_SECONDS_SMTP
    retry_minutes: tuple[int, ...] = RETRY_MINUTES

    @classmethod
    def from_toml(cls, table: SpecTable) -> SmtpLine:
        tls: MailTls = table.choice("tls", tuple(PORTS), STARTTLS)
        line = cls(
            host=table.text("host", pattern=_HOST, expected="the name or address of a mail server"),
            port=table.integer("port", PORTS.get(tls, 0), low=1, high=65_535),
            tls=tls,
            ca=table.text("ca", None),
            login_env=table.text("login_env", None, pattern=_VARIABLE, expected="the name of a variable of the environment"),
            login_file=table.text("login_file", None),
            timeout_seconds=table.seconds("timeout_seconds", TIMEOUT_SECONDS_SMTP),
            retry_minutes=_minutes(table, "retry_minutes"),
        )
        for secret in ("login", "user", "password"):
            if secret in table:
                table.peek(secret, str)
                table.mistake(secret, "a login in the specification", "login_env or login_file, which say where it stands")
        if line.login_env is not None and line.login_file is not None:
            table.mistake("login_file", "a second place of the login", "login_env or login_file")
        if tls == IN_CLEAR:
            if line.login_env is not None or line.login_file is not None:
                table.mistake("tls", "none beside a login", "starttls or tls: nobody else may read the password")
            if line.ca is not None:
                table.mistake("ca", "a CA beside tls = none", "starttls or tls")
        table.done()
        return line


def _minutes(table: SpecTable, key: str) -> tuple[int, ...]:
    """The waits between attempts."""
    found: Any = table.peek(key, list)
    if key not in table:
        return RETRY_MINUTES
    if not isinstance(found, list) or not all(type(each) is int and 0 < each <= RETRY_MINUTES_MAX for each in found):
        table.mistake(key, "another value", f"a list of whole minutes from 1 to {RETRY_MINUTES_MAX}, such as [1, 5, 15]")
        return RETRY_MINUTES
    return tuple(found)


@frozen(kw_only=True)
class MailProfile:
    """Whom the messages come from, and how they go: to a server, or, where none is named, as files of the data folder."""

    sender: str = SENDER
    sender_name: str | None = None  #: None: the name of the centre
    reply_to: str | None = None
    smtp: SmtpLine | None = None

    @classmethod
    def from_toml(cls, table: SpecTable) -> MailProfile:
        table.peek("smtp", dict)  # so that a sentence on other keys names it
        server = optional(table, "smtp")
        profile = cls(
            sender=table.text("from", SENDER, pattern=EMAIL, expected=EMAIL_EXPECTED),
            sender_name=table.text("from_name", None, pattern=_NAME, expected="at most 80 characters on one line"),
            reply_to=table.text("reply_to", None, pattern=EMAIL, expected=EMAIL_EXPECTED),
            smtp=server.reading(SmtpLine.from_toml) if server is not None else None,
        )
        table.done()
        return profile
