"""The centre itself as its file describes it, and the listeners that acquirers call in on."""

from __future__ import annotations

from typing import Final, Literal

from switch.iso8583.header import HeaderFormat
from switch.issuers.profile import ECHO_SECONDS, ECHO_SECONDS_MAX
from switch.issuers.proofs.rules import TEST_KEYS, LineKeys
from switch.issuers.secure_line import ServerTls, optional
from switch.record import frozen
from switch.spec_table import SpecTable

KEEP: Final = "keep"
DROP: Final = "drop"
HEADER: Final = "2b"  #: stands in for a length header that is wrong
REFUSE: Final = "refuse"
ACCEPT: Final = "accept"
#: What becomes of requests of merchants (DE 42) that no contract names: 03, or they are taken under the default contract.
UnknownMerchants = Literal["refuse", "accept"]
UNKNOWN_MERCHANTS: Final[tuple[UnknownMerchants, ...]] = (REFUSE, ACCEPT)
#: What becomes of a line after a message that cannot be answered.
AfterUnreadable = Literal["keep", "drop"]
UNREADABLE: Final[tuple[AfterUnreadable, ...]] = (KEEP, DROP)


@frozen(kw_only=True)
class Listener:
    """A line acquirers call in on."""

    name: str
    port: int
    dialect: str
    header: HeaderFormat
    tpdu: bool  #: whether each message carries a TPDU between length header and MTI
    unreadable: AfterUnreadable = KEEP  #: what becomes of the line after a message that cannot be answered
    echo_seconds: int = ECHO_SECONDS  #: silence after which an acquirer that signed on is asked for an echo; 0: never
    tls: ServerTls | None = None  #: None: it takes plain messages
    keys: LineKeys = TEST_KEYS  #: what acquirers on it and the centre agreed on

    @classmethod
    def from_toml(cls, table: SpecTable) -> Listener:
        secure, security = optional(table, "tls"), optional(table, "security")
        keys = TEST_KEYS
        if security is not None:
            keys = security.reading(LineKeys.from_toml) or keys
            security.reading(SpecTable.done)
        listener = cls(
            name=table.text("name", pattern=r"[a-z0-9_]+", expected="small letters, digits and underscores"),
            port=table.integer("port", low=1, high=65_535),
            dialect=table.text("dialect"),
            header=header_of(table),
            tpdu=table.flag("tpdu", False),
            unreadable=table.choice("unreadable", UNREADABLE, KEEP),
            echo_seconds=table.integer("echo_seconds", ECHO_SECONDS, high=ECHO_SECONDS_MAX),
            tls=secure.reading(ServerTls.from_toml) if secure is not None else None,
            keys=keys,
        )
        table.done()
        return listener


@frozen(kw_only=True)
class CentreProfile:
    """The centre itself; ``institution_id`` is its DE 32, ``country`` its ISO 3166 number."""

    name: str
    institution_id: str
    country: str
    listeners: tuple[Listener, ...]
    unknown_merchants: UnknownMerchants = REFUSE  #: what becomes of requests of merchants that no contract names

    @classmethod
    def from_toml(cls, table: SpecTable) -> CentreProfile:
        own = table.table("centre")
        centre = cls(
            name=own.text("name"),
            institution_id=own.text("institution_id", pattern=r"\d{1,11}", expected="1 to 11 digits"),
            country=own.text("country", pattern=r"\d{3}", expected="three digits (ISO 3166), such as 504"),
            listeners=tuple(listener for _, listener in table.each("listener", Listener.from_toml)),
            unknown_merchants=own.choice("unknown_merchants", UNKNOWN_MERCHANTS, REFUSE),
        )
        if "listener" not in table or not any(table.tables("listener")):
            table.mistake("listener", "nothing", "at least one [[listener]]")
        own.reading(SpecTable.done)
        table.done()
        return centre


def header_of(table: SpecTable) -> HeaderFormat:
    """The length header a listener or an issuer is given."""
    notation = table.text("header")
    try:
        return HeaderFormat.parse(notation)
    except ValueError as fault:
        table.mistake("header", repr(notation), str(fault))
        return HeaderFormat.parse(HEADER)
