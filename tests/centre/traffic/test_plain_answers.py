"""A plain answer, decided as it is picked, leads to what the same answer leads to where it is decoded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.centre.traffic.inbound import Inbound
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Frame
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.lines.wire_format import WireFormat
from switch.routing.traffic.effects import Effect, Forward, JournalDecision
from switch.routing.traffic.events import RequestReceived, Scripted
from switch.transaction import Authorization
from tests.support.dialogue import ATLAS_CARD, VESTA_CARD, in_words, request, switchboard
from tests.support.strategies import DIALECTS

ACQUIRER = "504001"
CODES = ("00", "00", "00", "05", "08", "09", "10", "11", "51", "XX")
CHANGES: tuple[dict[int, str], ...] = (
    {},
    {},
    {},
    {2: "4507160000000028"},
    {3: "200000"},
    {4: "000000001000"},
    {11: "000099"},
    {38: "      "},
    {42: "SHOP00000000009"},
    {49: "978"},
    {63: "why"},
)


class Centre:
    """A switchboard, and one line from its issuers: plain answers are picked there, or all are ``decoded``."""

    def __init__(self, dialect: str = "ascii", *, decoded: bool = False) -> None:
        self.codec = Codec(DIALECTS[dialect], plan_at=1)
        wire = WireFormat(codec=self.codec, header=HeaderFormat.parse("2b"), tpdu=False)
        self.board = switchboard()
        voice: Any = SimpleNamespace(institution_id=ACQUIRER)
        callers: Any = SimpleNamespace(signed_off=set())
        nothing: Any = None  #: is sent, and nobody is told
        self._inbound = Inbound(voice, callers, nothing, self.board, nothing)
        self._line: Any = SimpleNamespace(
            name="issuer",
            codec=self.codec,
            pickers=None if decoded else wire.pickers,
            macs=None,
            translates=False,
            places=wire.places,
        )
        self.asked: list[Authorization] = []  #: what went on to an issuer
        self.picked = 0  #: answers that have a plan

    def ask(self, stan: int, now: float = 0.0, scripted: Scripted | None = None, **changes: Any) -> list[Effect]:
        effects: list[Effect] = []
        self.board.take(RequestReceived(request(stan, **changes), "gateway", "line", scripted), now, effects)
        self.asked += [effect.authorization for effect in effects if isinstance(effect, Forward)]
        return effects

    def answer(self, to: Authorization, code: str, issuer: str, now: float, **changed: str) -> list[Effect]:
        """What the answer of an issuer to a request leads to; ``de4`` and the like are its elements."""
        elements = {
            2: to.pan.digits,
            3: to.processing_code,
            4: f"{to.amount_minor:012d}",
            7: to.key.transmitted_at,
            11: to.key.stan,
            32: ACQUIRER,
            37: to.rrn,
            39: code,
            41: to.key.terminal_id,
            42: to.merchant_id.ljust(15),
            49: to.currency,
        } | {int(name[2:]): value for name, value in changed.items()}
        mti = "0210" if to.message_class == "financial" else "0110"
        body, effects = self.codec.encode(Message(mti, dict(sorted(elements.items())))), list[Effect]()
        self.codec.decode(body)
        if self._line.pickers is not None:
            self.picked += self._line.pickers[1](body) is not None
        link: Any = SimpleNamespace(issuer=issuer)
        self._inbound.from_issuer((link, self._line), Frame(b"", body), now, effects)
        return effects


def told(effects: list[Effect]) -> list[str]:
    """All that effects say, also what is not compared of a decision."""
    added = [effect.decision.carried for effect in effects if isinstance(effect, JournalDecision)]
    return [*(f"{effect!r} {in_words(effect)}" for effect in effects), repr(added)]


@given(st.data(), st.sampled_from(("ascii", "bcd", "ebcdic_bcd")))
def test_answers_that_are_picked_lead_to_what_decoded_ones_lead_to(data: st.DataObject, dialect: str) -> None:
    centres = Centre(dialect), Centre(dialect, decoded=True)
    now, stan = 0.0, 0
    for act in data.draw(st.lists(st.sampled_from(("ask", "answer", "answer", "wait")), min_size=2, max_size=12)):
        if act == "ask" or not centres[0].asked:
            stan += 1
            changes: dict[str, Any] = {"pan": data.draw(st.sampled_from((ATLAS_CARD, VESTA_CARD)))}
            is_hold, is_increment, partial_accepted = (data.draw(st.booleans()) for _ in range(3))
            if is_hold:
                changes |= {"pre_authorized": True, "partial_accepted": partial_accepted}
                if is_increment and centres[0].asked:
                    changes["original_key"] = centres[0].asked[0].key
            part, seconds = data.draw(st.sampled_from((None, None, 3_000))), data.draw(st.sampled_from((0.0, 0.0, 1.0)))
            scripted = Scripted("a rule", part_minor=part, timeout_seconds=seconds) if part or seconds else None
            effects = [centre.ask(stan, now, scripted, **changes) for centre in centres]
        elif act == "answer":
            place = data.draw(st.integers(0, len(centres[0].asked) - 1))
            code, issuer = data.draw(st.sampled_from(CODES)), data.draw(st.sampled_from(("atlas", "atlas", "vesta")))
            changed = {f"de{number}": value for number, value in data.draw(st.sampled_from(CHANGES)).items()}
            if code == "00":
                changed = {"de38": "A1B2C3"} | changed
            effects = [centre.answer(centre.asked[place], code, issuer, now, **changed) for centre in centres]
        else:
            now += data.draw(st.sampled_from((0.5, 1.5, 11.0)))
            looks = data.draw(st.booleans())
            effects = [centre.board.tick(now) if looks else [] for centre in centres]
        assert told(effects[0]) == told(effects[1])
    assert centres[0].board.pending == centres[1].board.pending


def test_the_approval_of_another_issuer_approves_nothing() -> None:
    centre = Centre()
    centre.ask(1, pan=ATLAS_CARD)
    effects = centre.answer(centre.asked[0], "00", "vesta", 0.5, de38="A1B2C3")
    assert (centre.picked, centre.board.pending) == (1, 1)
    assert not any(isinstance(effect, JournalDecision) for effect in effects)


@pytest.mark.parametrize(("at", "code"), [(0.5, "00"), (1.5, "91")])
def test_an_approval_after_the_time_that_a_rule_gave_is_late_though_nobody_has_looked_meanwhile(at: float, code: str) -> None:
    centre = Centre()
    centre.ask(1, scripted=Scripted("a rule", timeout_seconds=1.0))
    effects = centre.answer(centre.asked[0], "00", "atlas", at, de38="A1B2C3")
    assert centre.picked == 1
    assert [effect.decision.response_code for effect in effects if isinstance(effect, JournalDecision)] == [code]
