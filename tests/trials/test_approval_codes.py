"""The approval code (DE 38) an acquirer gets is the one its issuer gave, for that request and no other."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen

from switch.data_folder.vault import Vault
from switch.iso8583.message import Message
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.lines.wire_format import WireFormat
from tests.messages.acquirers import Acquirer, acquirer
from tests.support.centre_in_loop import Client, specs, wire
from tests.support.played_issuer import Played, answer_to, played, quiet

CODES: Final = ("A1B2C3", "000001", "ZZZZZ9", "654321")  #: none of them reads the same backwards
EDITIONS: Final = {"ascii": "1987", "bcd": "1987", "ascii93": "1993"}
SPOKEN: Final = {"ascii": "1987", "ebcdic": "1987", "bcd": "1987", "ascii93": "1993", "bcd93": "1993"}
SAID: Final = {  #: DE 39 of an answer, by edition
    "1987": {"approved": "00", "in part": "10", "declined": "51"},
    "1993": {"approved": "000", "in part": "002", "declined": "116"},
}
PART: Final = "000000004000"
ISSUER: Final = "atlas"


@frozen
class Ends:
    """Who asks on which listener, and which dialect the issuer speaks."""

    listener: str
    dialect: str

    @property
    def shop(self) -> Acquirer:
        shop = acquirer(EDITIONS[self.listener], ISSUER)
        return type(shop)(shop.pan, shop.expiry, self.listener)

    @property
    def spoken(self) -> WireFormat:
        return wire(self.dialect, "2b", False)

    def sale(self, group: str, stan: int, *, in_part: bool = False) -> Message:
        """A 0100 or 0200 (``group`` 10, 20) of 125.00, which may be approved in part."""
        message = self.shop.sale(("1" if EDITIONS[self.listener] == "1993" else "0") + group + "0", stan)
        if not in_part:
            return message
        takes_less = {25: "41"} if EDITIONS[self.listener] == "1987" else {24: {"1": "170", "2": "270"}[group[0]]}
        return Message(message.mti, dict(sorted((message.elements | takes_less).items())))

    def given(self, outcome: str) -> str:
        return SAID[SPOKEN[self.dialect]][outcome]

    def got(self, outcome: str) -> str:
        return SAID[EDITIONS[self.listener]][outcome]


PAIRS: Final = (
    Ends("ascii", "ascii"),
    Ends("ascii", "ascii93"),
    Ends("bcd", "ebcdic"),
    Ends("ascii93", "bcd"),
    Ends("ascii93", "bcd93"),
)


def _name(value: object) -> str:
    return f"{value.listener} to {value.dialect}" if isinstance(value, Ends) else str(value)


async def _gives(issuer: Client, ends: Ends, code: str, outcome: str = "approved") -> Message:
    """The issuer's part in one request: its answer carries this code."""
    asked = await issuer.receive()
    more = {"de4": PART} if outcome == "in part" else {}
    await issuer.send(answer_to(asked, ends.given(outcome), **({} if outcome == "declined" else {"de38": code}), **more))
    return asked


def _of(answer: Message) -> tuple[str, str, str | None]:
    return answer.elements[11], answer.elements[39], answer.elements.get(38)


@pytest.mark.parametrize("group", ["10", "20"])
@pytest.mark.parametrize("ends", PAIRS, ids=_name)
async def test_the_code_of_each_answer_is_the_one_given_for_that_request(ends: Ends, group: str) -> None:
    async with played(ends.spoken, asked=ends.listener) as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(*(ends.sale(group, stan) for stan in (1, 2, 3, 4)))
        asked = {message.elements[11]: message for message in [await issuer.receive() for _ in CODES]}
        codes = dict(zip(sorted(asked), CODES, strict=True))
        for stan in reversed(codes):
            await issuer.send(answer_to(asked[stan], ends.given("approved"), de38=codes[stan]))
        answers = [await centre.acquirer.receive() for _ in CODES]
    assert sorted(map(_of, answers)) == [(stan, ends.got("approved"), code) for stan, code in codes.items()]
    assert _journaled(centre) == codes


@pytest.mark.parametrize("group", ["10", "20"])
@pytest.mark.parametrize("ends", PAIRS, ids=_name)
async def test_a_partial_approval_has_its_issuers_code_and_a_decline_has_none(ends: Ends, group: str) -> None:
    async with played(ends.spoken, asked=ends.listener) as centre:
        issuer = await centre.signed_on()
        for stan, outcome, code in ((1, "in part", CODES[0]), (2, "declined", None), (3, "in part", CODES[2])):
            await centre.acquirer.send(ends.sale(group, stan, in_part=True))
            await _gives(issuer, ends, code or "", outcome)
            answer = await centre.acquirer.receive()
            assert _of(answer) == (f"{stan:06d}", ends.got(outcome), code)
            assert answer.elements[4] == (PART if outcome == "in part" else "000000012500")


@pytest.mark.parametrize("ends", PAIRS, ids=_name)
async def test_a_repeat_gets_the_code_again_also_from_a_centre_that_was_started_anew(ends: Ends, tmp_path: Path) -> None:
    sale, want = ends.sale("10", 7), ("000007", ends.got("approved"), CODES[0])
    with closing(_journal(tmp_path)) as journal:
        async with played(ends.spoken, asked=ends.listener, journal=journal) as centre:
            issuer = await centre.signed_on()
            await centre.acquirer.send(sale, sale)
            await _gives(issuer, ends, CODES[0])
            assert [_of(await centre.acquirer.receive()) for _ in "ab"] == [want, want]
            assert _of(await centre.acquirer.ask(sale)) == want
    with closing(_journal(tmp_path)) as journal:
        async with played(ends.spoken, asked=ends.listener, journal=journal) as centre:
            await centre.signed_on()
            assert _of(await centre.acquirer.ask(sale)) == want


@pytest.mark.parametrize("ends", PAIRS, ids=_name)
async def test_a_stand_in_is_told_to_its_issuer_with_the_code_its_acquirer_got(ends: Ends) -> None:
    card = next(card for card in specs().issuers["rif"].cards if card.pan.digits.startswith("22215"))  # stood in for
    async with played(ends.spoken, asked=ends.listener, issuer="rif") as centre:
        codes = {}
        for stan in (1, 2):
            sale = ends.sale("10", stan)
            sale = Message(sale.mti, sale.elements | {2: card.pan.digits, 14: card.expiry})
            answer = await centre.acquirer.ask(sale)
            assert answer.elements[39] == ends.got("approved")
            codes[answer.elements[11]] = answer.elements[38]
        assert len(set(codes.values())) == 2
        issuer = await centre.signed_on()
        told = {}
        for _ in codes:
            advice = await issuer.receive()
            told[advice.elements[11]] = advice.elements[38]
            await issuer.send(answer_to(advice, ends.given("approved")))
            await quiet()
    assert told == codes


@pytest.mark.parametrize("ends", PAIRS, ids=_name)
async def test_the_code_of_an_offline_approval_goes_to_the_issuer_and_back(ends: Ends) -> None:
    async with played(ends.spoken, asked=ends.listener) as centre:
        issuer = await centre.signed_on()
        mti = "1220" if EDITIONS[ends.listener] == "1993" else "0220"
        told = ends.shop.advice(mti, 1, declined=False)
        told = Message(told.mti, told.elements | {38: CODES[2]})
        assert _of(await centre.acquirer.ask(told)) == ("000001", ends.got("approved"), CODES[2])
        assert (await issuer.receive()).elements[38] == CODES[2]


def _journal(folder: Path) -> SqliteJournal:
    journal = SqliteJournal(folder / JOURNAL_FILE, Vault.open(folder))
    if journal.open_date() is None:
        journal.open_business_date("2026-11-22", "operator", 1)
    return journal


def _journaled(centre: Played) -> dict[str, Any]:
    """DE 11 and the approval code of all that was decided."""
    batches = centre.journal.batches
    stans = {each.request_id: each.authorization.key.stan for batch in batches for each in batch.requests}
    return {stans[each.request_id]: each.decision.approval_code for batch in batches for each in batch.decisions}
