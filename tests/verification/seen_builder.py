"""Messages as they were seen, in few words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from attrs import frozen

from switch.iso8583.mti import expects_answer, response_mti
from switch.spec_table import SpecTable
from switch.verification.expectation import SHORT_NAMES, Expectation
from switch.verification.seen_message import Party, SeenMessage
from switch.verification.sentence import expectation_values

RRN: Final = "632603575796"
CARD: Final = "4507160000000010"
T: Final = 1_000_000  #: when the first message came, in milliseconds


@frozen(kw_only=True)
class SaidFacts:
    """What a message says, as a test spells it."""

    said: dict[str, str]
    amount_minor: int | None = None
    original_stan: str = ""

    def words(self, name: str) -> Collection[str]:
        return (self.said[name],) if self.said.get(name) else ()

    def element(self, name: str) -> str:
        return self.said.get(name, "")


def seen(
    number: int,
    mti: str,
    at: float = 0.0,
    *,
    amount: int | None = 1200,
    original: str = "",
    sender: Party = "gateway",
    receiver: Party | None = None,
    **said: str,
) -> SeenMessage:
    """A message, so many seconds after T; a gateway's unless somebody else is named."""
    kind = "network_management" if mti[1:2] == "8" else ""
    about = {"rrn": RRN, "stan": f"{number:06d}", "terminal": "ONDE0001", "card": CARD, "code": "", "fault": "", **said}
    facts = {**about, "mti": mti, "class": kind, "37": about["rrn"], "11": about["stan"], "39": about["code"]}
    return SeenMessage(
        number=number,
        at_ms=T + round(at * 1000),
        line="ascii 127.0.0.1:1",
        sender=sender,
        receiver=receiver or ("host" if sender != "host" else "gateway"),
        mti=mti,
        stan=about["stan"],
        rrn=about["rrn"],
        terminal_id=about["terminal"],
        code=about["code"],
        fault=about["fault"],
        answers=response_mti(mti) if mti and expects_answer(mti) else "",
        facts=SaidFacts(said=facts, amount_minor=amount, original_stan=original),
    )


def answer(number: int, to: SeenMessage, code: str, at: float = 0.0) -> SeenMessage:
    """The host's answer to a message."""
    return seen(number, to.answers, at, sender="host", stan=to.stan, rrn=to.rrn, code=code)


def expect(text: str, **more: Any) -> Expectation:
    """An expectation in one line; ``more`` are keys of the long spelling."""
    table = SpecTable("test", {**expectation_values(text, SHORT_NAMES), **more})
    return Expectation.from_toml(table, SHORT_NAMES, text)
