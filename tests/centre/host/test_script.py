"""Rules at the host, over real sockets: what a gateway sees of each class of message, and what the journal then has."""

from __future__ import annotations

import pytest

from switch.iso8583.codec import PLAN_AT
from switch.iso8583.message import Message
from switch.scenarios.host_rule import HostRule
from tests.support.centre_in_loop import purchase, specs
from tests.support.host_stage import decided, network, noticed, occurred, reversal_of, rules, staged

CARD = next(specs().issuers["atlas"].all_cards()).pan.digits
APPROVED_BY_ATLAS = ("00", "atlas", "approved")


async def test_a_sequence_is_counted_per_card_and_what_was_not_answered_stands_in_the_journal() -> None:
    other = next(specs().issuers["rif"].all_cards())
    async with staged("class=request -> ok, silence, 91, ok") as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "00"
        await client.send(purchase(2))
        refused = await client.ask(purchase(3))
        assert (refused.stan, refused.response_code) == ("000003", "91"), "nothing was answered to the second"
        assert (await client.ask(purchase(4, de2=other.pan.digits, de14=other.expiry))).response_code == "00"
        assert (await client.ask(purchase(5))).response_code == "00"
        assert (await client.ask(purchase(6))).response_code == "00", "after the last step everything is as usual"
    in_order = sorted(decided(centre))
    assert in_order == sorted([*[APPROVED_BY_ATLAS] * 4, ("00", "rif", "approved"), ("91", "switch", "rule 1")])
    assert occurred(centre) == ["not answered (rule 1)"]
    assert [told.partition(" (")[0] for told in noticed(centre)] == ["not answered"]


async def test_requests_that_come_often_meet_their_rules_too() -> None:
    lines = ("amount=3 class=request -> 91", "de25=08 -> 05", "class=reversal amount=1..500 -> 12", "mcc=4814 amount=4 -> 51")
    async with staged(*lines) as (centre, client):
        for stan in range(1, 2 * PLAN_AT):
            assert (await client.ask(purchase(stan))).response_code == "00"
        assert (await client.ask(purchase(31, de4="000000000300"))).response_code == "91"
        assert (await client.ask(purchase(32, de25="08"))).response_code == "05"
        assert (await client.ask(purchase(33, de4="000000000400"))).response_code == "51"
        assert (await client.ask(reversal_of(purchase(1)))).response_code == "12"
        assert [played.hits for played in centre.server.script.playbook.played] == [1, 1, 1, 1]
        centre.server.script.playbook.put_first(rules("any -> 62").rules)
        centre.server.rules_changed()
        assert (await client.ask(purchase(34))).response_code == "62"


async def test_a_refusal_at_the_host_never_reaches_the_issuer() -> None:
    async with staged(f"card={CARD} -> 05") as (centre, client):
        answer = await client.ask(purchase())
        assert (answer.mti, answer.response_code) == ("0110", "05")
        assert 38 not in answer.elements
    assert decided(centre) == [("05", "switch", "rule 1")]
    assert [message for message in centre.heard["atlas"] if message.mti == "0100"] == []


async def test_a_repeat_gets_the_answer_of_its_original_however_that_was_sent() -> None:
    async with staged("mti=0100 -> silence") as (centre, client):
        await client.send(purchase())
        again = purchase()._replace(mti="0101")
        assert (await client.ask(again)).response_code == "00"
    assert decided(centre) == [APPROVED_BY_ATLAS]


async def test_a_late_answer_comes_after_the_answer_to_the_reversal() -> None:
    async with staged("class=request -> late 0.3s") as (centre, client):
        sale = purchase()
        await client.send(sale)
        while not decided(centre):
            await client.ask(network("301"))
        undone = await client.ask(reversal_of(sale))
        assert (undone.mti, undone.response_code) == ("0430", "00")
        late = await client.receive()
        assert (late.mti, late.stan, late.response_code) == ("0110", sale.stan, "00")
    (reversed_,) = [each for batch in centre.journal.batches for each in batch.reversals]
    assert reversed_.outcome.original_id == 1


async def test_a_reversal_is_not_answered_until_its_second_repeat_and_is_done_once() -> None:
    async with staged("class=reversal -> silence, silence, ok") as (centre, client):
        sale = purchase()
        await client.ask(sale)
        await client.send(reversal_of(sale), reversal_of(sale, mti="0421"))
        answer = await client.ask(reversal_of(sale, mti="0421"))
        assert (answer.mti, answer.response_code) == ("0430", "00")
    assert len([each for batch in centre.journal.batches for each in batch.reversals]) == 1
    assert occurred(centre) == ["not answered (rule 1)"] * 2


async def test_a_refused_reversal_is_not_done() -> None:
    async with staged("class=reversal first=1 -> 05") as (centre, client):
        sale = purchase()
        await client.ask(sale)
        assert (await client.ask(reversal_of(sale))).response_code == "05"
        assert [each for batch in centre.journal.batches for each in batch.reversals] == []
        assert (await client.ask(reversal_of(sale, mti="0421"))).response_code == "00"
    assert noticed(centre) == ["0420 STAN 900001: answered: 05 (rule 1)"]


async def test_an_advice_is_refused_as_a_request_is_and_journaled() -> None:
    async with staged("class=advice -> 05, silence") as (centre, client):
        advice = purchase(de39="00", de38="123456")._replace(mti="0120")
        assert (await client.ask(advice)).response_code == "05"
        await client.send(purchase(2, de39="00", de38="123457")._replace(mti="0120"))
        assert (await client.ask(network("301"))).mti == "0810"
    assert [code for code, _, _ in decided(centre)] == ["05", "00"]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (network("001"), "class=sign_on"),
        (network("301"), "class=echo"),
        (network("002"), "class=network_management"),
        (Message("0500", {7: "1122100000", 11: "000009", 41: "ONDE0001", 42: "TELECOM00000001", 50: "504"}), "class=totals"),
    ],
    ids=["sign-on", "echo", "sign-off", "totals"],
)
async def test_every_class_is_left_unanswered_then_refused_then_answered(message: Message, line: str) -> None:
    async with staged(f"{line} -> silence, 91, ok") as (centre, client):
        await client.send(message)
        refused = await client.ask(message)
        assert (refused.mti[2:], refused.response_code) == ("10", "91")
        assert (await client.ask(message)).response_code != "91"
    assert [told.rpartition(": ")[2] for told in noticed(centre)] == [
        "not answered (rule 1)",
        "05 (rule 1)".replace("05", "91"),
    ]


async def test_a_sign_on_that_is_refused_signs_nobody_on() -> None:
    async with staged("class=sign_off -> 91") as (_, client):
        assert (await client.ask(network("002"))).response_code == "91"
        assert (await client.ask(purchase())).response_code == "00", "the line did not sign off"


async def test_a_lost_message_leaves_no_trace_of_itself() -> None:
    async with staged("class=request times=1 -> lost") as (centre, client):
        await client.send(purchase(1))
        assert (await client.ask(purchase(2))).response_code == "00"
        assert (await client.ask(reversal_of(purchase(1)))).response_code in ("00", "25")
    assert len(decided(centre)) == 1
    assert noticed(centre) == ["0100 STAN 000001: taken as never received (rule 1)"]


async def test_a_void_is_a_reversal_and_refused_as_one() -> None:
    async with staged("class=reversal -> 12") as (centre, client):
        sale = purchase()._replace(mti="0200")
        await client.ask(sale)
        void = Message("0200", {**sale.elements, 3: "020000", 11: "000007", 90: reversal_of(sale).elements[90]})
        answer = await client.ask(void)
        assert (answer.mti, answer.response_code) == ("0210", "12")
    assert [each for batch in centre.journal.batches for each in batch.reversals] == []


async def test_issuer_scheme_line_and_mcc_are_looked_up() -> None:
    lines = ["issuer=rif -> 01", "line=bcd -> 02", "scheme=mastercard -> 03", "mcc=4814 -> 04", "any -> 05"]
    card = {issuer: next(specs().issuers[issuer].all_cards()) for issuer in specs().issuers}
    mcc = specs().merchants["TELECOM00000001"].mcc
    async with staged(*[line.replace("4814", mcc) for line in lines]) as (centre, client), centre.client("bcd") as terminal:
        assert (await client.ask(purchase(1, de2=card["rif"].pan.digits))).response_code == "01"
        assert (await terminal.ask(purchase(2))).response_code == "02"
        assert (await client.ask(purchase(3, de2="5128010400000019"))).response_code == "03"
        assert (await client.ask(purchase(4))).response_code == "04"
        assert (await client.ask(purchase(5, de42="HOTEL0000000001"))).response_code == "05"


async def test_without_a_rule_no_message_is_looked_at() -> None:
    async with staged() as (centre, client):
        assert centre.server._incoming.script is None
        assert (await client.ask(purchase())).response_code == "00"
        centre.server.script.playbook.put_first([_rule("any -> 91")])
        centre.server.rules_changed()
        assert (await client.ask(purchase(2))).response_code == "91"
        centre.server.script.playbook.remove(lambda rule: True)
        centre.server.rules_changed()
        assert (await client.ask(purchase(3))).response_code == "00"


def _rule(line: str) -> HostRule:
    return HostRule.from_line(line, number=1, names={})


async def test_business_time_is_that_of_the_open_date_and_the_calendar() -> None:
    lines = [
        "time=10:00..11:00 -> 01",
        "date=2026-11-23 -> 02",
        "until=2026-11-22T11:00 -> 03",
        "after=11:00 date=2026-11-22 -> 91",
    ]
    async with staged(*lines) as (_, client):
        assert (await client.ask(purchase())).response_code == "91", "10:00 UTC is 11:00 in Casablanca"


async def test_a_state_leads_from_a_reversal_to_the_next_payment() -> None:
    lines = ["class=reversal -> ok + state blocked", "class=request state=blocked -> 62, ok + state start"]
    async with staged(*lines) as (centre, client):
        sale = purchase()
        assert (await client.ask(sale)).response_code == "00"
        assert (await client.ask(reversal_of(sale))).response_code == "00"
        assert (await client.ask(purchase(2))).response_code == "62"
        assert (await client.ask(purchase(3))).response_code == "00"
        assert (await client.ask(purchase(4))).response_code == "00"
        assert centre.server.script.playbook.states == []
