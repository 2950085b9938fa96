"""Cards of accounts in euro and in yen, asked over the wire: what their bank is told and holds, what the acquirer hears."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from attrs import evolve

from switch.data_folder.vault import Vault
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.merchant import Merchant
from switch.rates import NO_RATES
from switch.specs.specification import Specs
from tests.support import centre_in_loop
from tests.support.centre_in_loop import NOW_MS, Loopback, loopback, purchase, scenario, specs
from tests.support.played_issuer import quiet

EURO, LITTLE_EURO = (card.pan.digits for card in specs().issuers["lusitania"].cards[:2])
YEN, LITTLE_YEN = (card.pan.digits for card in specs().issuers["sakura"].cards[:2])
VESTA = specs().issuers["vesta"].cards[0].pan.digits
ISSUER_OF = {EURO: "lusitania", LITTLE_EURO: "lusitania", YEN: "sakura", LITTLE_YEN: "sakura"}

RATE = "89388750"  #: 0.0925 and a margin of 1.5 %, with eight decimals
COST_EUR = 1_174  #: of 125.00 MAD: 11.7359…


def bought(stan: int, pan: str, **elements: str) -> Message:
    return purchase(stan, de2=pan, de14="2912", **elements)


def told(centre: Loopback, issuer: str, mti: str) -> Message:
    """The last message of an MTI that an issuer was sent."""
    return [message for message in centre.heard[issuer] if message.mti == mti][-1]


def reasons(centre: Loopback) -> list[str]:
    """Why each request was decided so, as the journal has it."""
    return [item.decision.reason for batch in centre.journal.batches for item in batch.decisions]


def held(centre: Loopback, issuer: str) -> int:
    return centre.hosts[issuer]._accounts.held_minor


def reversal_of(asked: Message, stan: int, left: int = 0) -> Message:
    e = asked.elements
    kept = {number: e[number] for number in (2, 3, 4, 7, 12, 13, 22, 25, 32, 37, 41, 42, 49)}
    kept |= {11: f"{stan:06d}", 90: f"{asked.mti}{e[11]}{e[7]}{e[32]:0>11}{0:011d}"}
    if left:
        kept[95] = f"{left:012d}{0:012d}C{0:08d}C{0:08d}"
    return Message("0420", dict(sorted(kept.items())))


async def settled(centre: Loopback) -> None:
    """Every delivery is answered."""
    await quiet()
    assert centre.server.board.owed == 0


async def test_a_sale_in_dirhams_is_held_in_euro() -> None:
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(bought(1, EURO, de43="MEDINA".ljust(38) + "MA"))
        asked = told(centre, "lusitania", "0100").elements
        assert {n: asked.get(n) for n in (4, 6, 10, 16, 19, 49, 51, 100)} == {
            4: "000000012500",
            6: f"{COST_EUR:012d}",
            10: RATE,
            16: "1122",
            19: "504",
            49: "504",
            51: "978",
            100: "620006",
        }
        assert asked[43].endswith("MA"), "the merchant's country"
        assert answer.elements[39] == "00"
        assert (answer.elements[4], answer.elements[49]) == ("000000012500", "504")
        assert not answer.elements.keys() & {6, 10, 16, 19, 51, 100}, "the acquirer sees nothing of it"
        assert held(centre, "lusitania") == COST_EUR
        assert reasons(centre)[-1] == "approved; 125.00 MAD are 11.74 EUR at 0.0938875"


async def test_yen_have_no_decimals() -> None:
    async with loopback() as centre, centre.client() as client:
        assert (await client.ask(bought(1, YEN))).elements[39] == "00"
        assert told(centre, "sakura", "0100").elements[6] == "000000001938"
        assert held(centre, "sakura") == 1_938
        assert (await client.ask(bought(2, LITTLE_YEN))).elements[39] == "51"


async def test_a_decline_says_what_it_would_have_cost() -> None:
    async with loopback() as centre, centre.client() as client:
        assert (await client.ask(bought(1, LITTLE_EURO))).elements[39] == "51"
        assert reasons(centre)[-1] == "available 10.00 EUR is less than 11.74 EUR; 125.00 MAD are 11.74 EUR at 0.0938875"


async def test_a_part_is_granted_in_the_currency_of_the_sale() -> None:
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(bought(1, LITTLE_EURO, de25="41"))
        assert (answer.elements[39], answer.elements[4]) == ("10", "000000010651")  # 10.00 / 0.0938875, rounded down
        assert answer.elements[54] == "0057504D000000012500"
        assert held(centre, "lusitania") == 1_000
        await client.ask(reversal_of(bought(1, LITTLE_EURO, de25="41"), 2))
        await settled(centre)
        assert held(centre, "lusitania") == 0


async def test_a_balance_is_told_in_the_currency_of_the_account() -> None:
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(bought(1, YEN, de3="310000", de4="000000000000"))
        assert answer.elements[54] == "0001392C0000008000000002392C000000800000"


@pytest.mark.parametrize("left", [0, 5_000])
async def test_a_reversal_converts_at_the_rate_of_its_original_after_a_restart_too(left: int, tmp_path: Path) -> None:
    """The sale is of the day before the rate changes, its reversal of a day after."""
    vault, books = Vault.open(tmp_path, new=True), dict[str, MemoryBook]()
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, vault)
    journal.open_business_date("2026-11-22", "operator", NOW_MS)
    async with loopback(journal=journal, books=books) as centre, centre.client() as client:
        sale = bought(1, EURO)
        assert (await client.ask(sale)).elements[39] == "00"
    journal.close()
    dearer = dict(specs().rates.courses)
    dates, rates, _ = dearer["504", "978"]
    dearer["504", "978"] = type(dearer["504", "978"])((*dates, "2026-11-23"), (*rates, rates[-1]._replace(digits=9_999_999)))
    changed = evolve(specs(), rates=evolve(specs().rates, courses=dearer))
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, vault)
    async with loopback(journal=journal, books=books, specification=changed) as centre, centre.client() as client:
        later = reversal_of(sale, 2, left)
        later.elements[7] = "1125100000"
        assert (await client.ask(later)).elements[39] == "00"
        await settled(centre)
        sent = told(centre, "lusitania", "0420").elements
        assert (sent[6], sent[10], sent[16], sent[51]) == (f"{COST_EUR:012d}", RATE, "1122", "978")
        if left:
            assert sent[95] == "000000005000" + "0" * 12 + "000000000469" + "0" * 6
        assert held(centre, "lusitania") == (469 if left else 0)
        fresh = bought(3, EURO, de7="1123100000")
        assert (await client.ask(fresh)).elements[39] == "00"
        assert told(centre, "lusitania", "0100").elements[10] == "89999999", "the rate of the next day"
    journal.close()


async def test_a_completion_converts_at_the_rate_of_its_hold() -> None:
    async with loopback() as centre, centre.client() as client:
        hotel = next(merchant for merchant in specs().merchants.values() if merchant.capture == "completion")
        at = {"de41": hotel.terminals[0], "de42": hotel.id}
        hold = bought(1, EURO, de25="06", **at)
        assert (await client.ask(hold)).elements[39] == "00"
        assert held(centre, "lusitania") == COST_EUR
        named = f"0100000001{hold.elements[7]}{'504777':0>11}{0:011d}"
        completion = bought(2, EURO, de4="000000010000", de7="1124100000", de90=named, **at)
        answer = await client.ask(Message("0220", completion.elements))
        assert answer.elements[39] == "00"
        await settled(centre)
        sent = told(centre, "lusitania", "0220").elements
        assert (sent[6], sent[10], sent[16]) == ("000000000939", RATE, "1122")
        assert held(centre, "lusitania") == 939


async def test_a_repeat_is_told_and_answered_alike() -> None:
    async with loopback() as centre, centre.client() as client:
        first = await client.ask(bought(1, EURO))
        again = await client.ask(Message("0101", bought(1, EURO).elements))
        assert again.elements[38] == first.elements[38]
        assert held(centre, "lusitania") == COST_EUR


async def test_scenarios_go_by_the_amount_of_the_sale() -> None:
    rule = {"issuer": "lusitania", "when": {"amount": "125.00", "currency": "504"}, "then": {"response_code": "57"}}
    async with loopback(scenario({"purpose": "one amount", "rule": [rule]})) as centre, centre.client() as client:
        assert (await client.ask(bought(1, EURO))).elements[39] == "57"
        assert (await client.ask(bought(2, EURO, de4="000000012600"))).elements[39] == "00"


async def test_without_a_rate_nothing_is_asked() -> None:
    async with loopback(specification=evolve(specs(), rates=NO_RATES)) as centre, centre.client() as client:
        assert (await client.ask(bought(1, EURO))).elements[39] == "96"
        assert reasons(centre)[-1] == "cannot be billed: rates.toml has no rate of MAD to EUR"
        assert held(centre, "lusitania") == 0


def abroad(currency: str) -> tuple[Specs, Merchant]:
    """The specification with a merchant that sells in another currency."""
    airline = evolve(next(m for m in specs().merchants.values() if m.plan == "airline"), currency=currency)
    return evolve(specs(), merchants={**specs().merchants, airline.id: airline}), airline


async def test_a_merchant_may_sell_in_euro() -> None:
    """To a card in euro at no rate, to one in yen at the rate of euro; a card in dirhams is refused, and so are dirhams."""
    specification, airline = abroad("978")
    at = {"de41": airline.terminals[0], "de42": airline.id, "de49": "978"}
    async with loopback(specification=specification) as centre, centre.client() as client:
        assert (await client.ask(bought(1, EURO, **at))).elements[39] == "00"
        sent = told(centre, "lusitania", "0100").elements
        assert not sent.keys() & {6, 10, 16, 51}
        assert held(centre, "lusitania") == 12_500
        assert (await client.ask(bought(2, YEN, **at))).elements[39] == "00"
        assert held(centre, "sakura") == 20_910  # 125.00 × 164.00 × 1.02
        assert (await client.ask(bought(3, VESTA, **at))).elements[39] == "12"
        assert (await client.ask(bought(4, EURO, **{**at, "de49": "504"}))).elements[39] == "12"
        assert reasons(centre)[2:] == [
            "amount is in EUR and the account in MAD",
            "currency MAD (DE 49) where the merchant accepts EUR",
        ]


async def test_what_goes_to_others_is_as_it_was() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(bought(1, VESTA))
        assert not told(centre, "vesta", "0100").elements.keys() & {6, 10, 16, 19, 51, 100}


async def test_a_network_of_1993_is_told_the_same() -> None:
    """Also what is left after a reversal of a part, which 1993 says in another element."""
    lusitania = evolve(specs().issuers["lusitania"], dialect="ascii93")
    spoken = evolve(specs(), issuers={**specs().issuers, "lusitania": lusitania})
    with patch.object(centre_in_loop, "specs", lambda: spoken):
        async with loopback(issuers=["lusitania"]) as centre, centre.client() as client:
            sale = bought(1, EURO)
            assert (await client.ask(sale)).elements[39] == "00"
            sent = told(centre, "lusitania", "1100").elements
            assert {n: sent[n] for n in (6, 10, 16, 19, 51, 100)} == {
                6: f"{COST_EUR:012d}",
                10: RATE,
                16: "1122",
                19: "504",
                51: "978",
                100: "620006",
            }
            assert held(centre, "lusitania") == COST_EUR
            await client.ask(reversal_of(sale, 2, 5_000))
            await settled(centre)
            assert held(centre, "lusitania") == 469
