"""A data folder with a closed day of four merchants of the embedded specification, and how the tests send its mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import evolve

from switch.endofday.close import close_day
from switch.mail.delivery import MailRun, send_mail
from switch.mail.letter import Letter
from switch.mail.outbox import outbox_of
from switch.merchant import Merchant
from switch.specs.load import load_specs
from switch.specs.mail.mail_profile import MailProfile, SmtpLine
from switch.specs.specification import Specs
from tests.support.day_builders import FRIDAY, NOW_MS, journal_of

__all__ = ["FRIDAY", "NOW_MS"]
SPECS = load_specs()
AIRLINE, GROCER, HOTEL, SHOP = "AIRLINE00000001", "EPICERIE0000001", "HOTEL0000000001", "SUPERMARCHE0001"
MERCHANTS = (AIRLINE, GROCER, HOTEL, SHOP)
MINUTE_MS = 60_000
EMAILS = {name: SPECS.merchants[name].email for name in MERCHANTS}


def closed_day(data: Path, specs: Specs = SPECS, merchants: tuple[str, ...] = MERCHANTS) -> Path:
    """The folder, its Friday closed."""
    with journal_of(data, FRIDAY) as journal:
        for merchant in merchants:
            journal.decide(merchant_id=merchant)
    close_day(data, specs, FRIDAY, NOW_MS)
    return data


def with_server(port: int, specs: Specs = SPECS, **keys: Any) -> Specs:
    """The specification with a mail server on this machine."""
    line = SmtpLine(**{"host": "127.0.0.1", "port": port, "tls": "none", "timeout_seconds": 10.0, **keys})
    return evolve(specs, mail=MailProfile(smtp=line))


def with_email(specs: Specs, merchant: str, email: str) -> Specs:
    """The specification with another address of a merchant."""
    changed: dict[str, Merchant] = {**specs.merchants, merchant: evolve(specs.merchants[merchant], email=email)}
    return evolve(specs, merchants=changed)


class Clock:
    """A clock that stands, until it is told to go on or somebody sleeps."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.slept: list[float] = []

    def __call__(self) -> int:
        return self.now_ms

    def later(self, minutes: float) -> None:
        self.now_ms += int(minutes * MINUTE_MS)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ms += int(seconds * 1000)


def send(data: Path, specs: Specs, clock: Clock | None = None, date: str | None = None) -> MailRun:
    return send_mail(data, specs, clock or Clock(), date)


def letters(data: Path) -> dict[str, Letter]:
    """The messages of the outbox, by merchant."""
    with outbox_of(data) as outbox:
        return {each.merchant_id: each for each in outbox.letters()}


def states(data: Path) -> dict[str, str]:
    return {merchant: letter.state for merchant, letter in letters(data).items()}
