"""The issuer, the cards and the requests of these tests."""

from __future__ import annotations

import tomllib
from typing import Any

from attrs import evolve

from switch.card import Pan, luhn_digit
from switch.issuers.account import AccountBook
from switch.issuers.advice import Taken, take
from switch.issuers.cards.magic import Match
from switch.issuers.case import Means
from switch.issuers.decide import Judgement, Undoing, approval_codes, decide, undo
from switch.issuers.process.book import Book, MemoryBook
from switch.issuers.profile import Profile
from switch.spec_table import SpecTable
from switch.transaction import ADVICE, ECOMMERCE, FINANCIAL, PURCHASE, Authorization, CardUse, ExchangeKey, Reversal

NOW_MS = 1_795_348_800_000  #: 2026-11-22
TODAY = "2611"


def numbered(body: str) -> str:
    return body + luhn_digit(body)


GOOD = numbered("450716000000001")
POOR = numbered("450716000000002")
REFUSED = numbered("450716000000003")
NO_CASH = numbered("450716000000007")
LOST = numbered("450716000000004")
STOLEN = numbered("450716000000005")
EXPIRED = numbered("450716000000006")
OF_SERIES = numbered("476173000000007")
STRANGER = numbered("450716999999999")

ATLAS = f"""
id = "atlas"
name = "Banque de l'Atlas"
institution_id = "600001"
origin = "domestic"
address = "127.0.0.1:9101"
dialect = "ascii"
header = "2b"
timeout_seconds = 10

[[card]]
pan = "{GOOD}"
expiry = "2811"
cvv2 = "123"
balance = "1000.00"
purpose = "approves"

[[card]]
pan = "{POOR}"
expiry = "2811"
cvv2 = "123"
balance = "35.00"
purpose = "has little"

[[card]]
pan = "{REFUSED}"
expiry = "2811"
cvv2 = "123"
balance = "1000.00"
status = "do_not_honor"
purpose = "refused"

[[card]]
pan = "{LOST}"
expiry = "2811"
cvv2 = "123"
balance = "1000.00"
status = "lost"
purpose = "lost"

[[card]]
pan = "{STOLEN}"
expiry = "2811"
cvv2 = "123"
balance = "1000.00"
status = "stolen"
purpose = "stolen"

[[card]]
pan = "{EXPIRED}"
expiry = "2610"
cvv2 = "123"
balance = "1000.00"
purpose = "expired last month"

[[card]]
pan = "{NO_CASH}"
expiry = "2811"
cvv2 = "123"
balance = "1000.00"
cash_limit = "200.00"
purpose = "little cash"

[[card_series]]
bin = "476173"
count = 1000
expiry = "3012"
balance = "1000000.00"
purpose = "load"
"""


def table(text: str, file: str = "issuers/atlas.toml") -> SpecTable:
    return SpecTable(file, tomllib.loads(text))


def atlas() -> Profile:
    return Profile.from_toml(table(ATLAS))


def asked(pan: str = GOOD, amount_minor: int = 12_500, stan: int = 1, **other: Any) -> Authorization:
    values: dict[str, Any] = {
        "key": ExchangeKey("600000", "TERM0001", f"{stan:06d}", "1122101500"),
        "message_class": "authorization",
        "transaction_type": PURCHASE,
        "processing_code": "000000",
        "pan": Pan(pan),
        "expiry": None,
        "amount_minor": amount_minor,
        "currency": "504",
        "merchant_id": "TELECOM00000001",
        "merchant_type": "4814",
        "entry_mode": "812",
        "channel": ECOMMERCE,
        "rrn": f"{stan:012d}",
        "local_at": "1122101500",
        "carried": {},
    }
    return Authorization(**(values | other))


def advising(original: Authorization, **other: Any) -> Authorization:
    """A 0120 for a request the issuer gave no answer to in time."""
    return evolve(original, function=ADVICE, **({"advised_code": "00", "approval_code": "STAND1"} | other))


def completing(original: Authorization, amount_minor: int, stan: int = 700_001, **other: Any) -> Authorization:
    """A 0220 that captures what a request had held."""
    key = original.key._replace(stan=f"{stan:06d}", transmitted_at="1122101545")
    values: dict[str, Any] = {
        "key": key,
        "message_class": FINANCIAL,
        "amount_minor": amount_minor,
        "original_key": original.key,
    }
    return advising(original, **(values | other))


def reversing(original: Authorization, replacement_minor: int = 0, stan: int = 900_001, **other: Any) -> Reversal:
    """A reversal of a request; ``original_key=None`` leaves DE 90 out."""
    values: dict[str, Any] = {
        "key": original.key._replace(stan=f"{stan:06d}", transmitted_at="1122101530"),
        "mti": "0420",
        "original_key": original.key,
        "original_stan": "000000",
        "pan": original.pan,
        "amount_minor": original.amount_minor,
        "currency": "504",
        "replacement_minor": replacement_minor,
        "merchant_id": original.merchant_id,
        "rrn": original.rrn,
        "reason": "",
        "carried": {},
    }
    return Reversal(**(values | other))


class Issuer:
    """Atlas on one day; what it decides is written to its book at once."""

    def __init__(self, book: Book | MemoryBook | None = None, profile: Profile | None = None) -> None:
        self.book = book if book is not None else MemoryBook()
        self.use = CardUse()  #: of the requests it is asked
        self.profile = profile or atlas()
        self.accounts = AccountBook(self.profile)
        self.accounts.replay(self.book.entries())
        self.codes = approval_codes(7, "atlas", self.accounts.placed_count)

    def judge(
        self, request: Authorization, today_yymm: str = TODAY, now_ms: int = NOW_MS, match: Match | None = None
    ) -> Judgement:
        judgement = decide(
            request,
            self.accounts,
            match,
            means=Means(self.book, "504", lambda _: self.use),
            now_ms=now_ms,
            today_yymm=today_yymm,
            approval_codes=self.codes,
        )
        if judgement.entry is not None:
            self.book.append([judgement.entry])
        return judgement

    def take(self, advice: Authorization) -> Taken:
        taken = take(advice, self.accounts, self.book, now_ms=NOW_MS + 1)
        self.book.append(taken.entries)
        return taken

    def undo(self, reversal: Reversal) -> Undoing:
        undoing = undo(reversal, self.accounts, self.book, now_ms=NOW_MS + 1)
        if undoing.entry is not None:
            self.book.append([undoing.entry])
        return undoing

    def restarted(self) -> Issuer:
        return Issuer(self.book, self.profile)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """Kind and amount of every entry in the book."""
        return [(entry.kind, entry.amount_minor) for entry in self.book.entries()]

    def answer(self, request: Authorization, today_yymm: str = TODAY, now_ms: int = NOW_MS) -> tuple[str, str]:
        decision = self.judge(request, today_yymm, now_ms).decision
        return decision.response_code, decision.reason

    def available(self, pan: str = GOOD) -> int:
        return self.accounts.available_minor(self.accounts.card(pan))
