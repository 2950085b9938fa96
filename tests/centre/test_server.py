"""The switch over real sockets: what an acquirer sees."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import trio

from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.journal.journal import Batch
from switch.specs.centre_profile import KEEP, UNREADABLE, AfterUnreadable
from switch.transaction import ExchangeKey
from tests.iso8583.samples import codec, said_in
from tests.support.centre_in_loop import Loopback, loopback, purchase, scenario, specs


def _card(status_or_purpose: str, issuer: str = "atlas") -> str:
    """The number of the first card of an issuer with this status, or these words in its purpose."""
    cards = specs().issuers[issuer].cards
    return next(c.pan.digits for c in cards if c.status == status_or_purpose or status_or_purpose in c.purpose.lower())


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
async def test_a_purchase_is_approved_on_every_listener(listener: str) -> None:
    async with loopback() as centre, centre.client(listener) as client:
        answer = await client.ask(purchase())
        assert answer.mti == "0110"
        assert answer.elements[39] == "00"
        assert len(answer.elements[38]) == 6
        assert answer.elements[37] == "000000000001"
        if listener == "bcd":
            assert client.tpdus == [bytes.fromhex("6000020001")], "source and destination change places"


@pytest.mark.parametrize("issuer", ["atlas", "rif", "souss", "vesta", "maestra"])
async def test_every_issuer_is_understood_in_its_own_dialect(issuer: str) -> None:
    card = next(specs().issuers[issuer].all_cards())
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(purchase(de2=card.pan.digits, de14=card.expiry, de43="MEDINA".ljust(40)))
        assert answer.elements[39] == "00"


async def test_many_connections_each_with_many_requests_in_flight() -> None:
    answered: dict[int, set[str]] = {}

    async def acquire(centre: Loopback, number: int) -> None:
        async with centre.client() as client:
            stans = range(number * 1000, number * 1000 + 50)
            await client.send(*(purchase(stan, de4="000000000100") for stan in stans))
            answered[number] = {(await client.receive()).elements[11] for _ in stans}
            assert answered[number] == {f"{stan:06d}" for stan in stans}

    async with loopback() as centre, trio.open_nursery() as nursery:
        for number in range(1, 9):
            nursery.start_soon(acquire, centre, number)
    assert len(answered) == 8
    assert sum(len(batch.decisions) for batch in centre.journal.batches) == 400


async def test_answers_out_of_order_reach_the_right_connections() -> None:
    slow = _card("", "atlas")
    played = scenario({"purpose": "one slow card", "rule": [{"when": {"pan": slow}, "then": {"delay_seconds": 0.2}}]})
    fast = next(card for card in specs().issuers["atlas"].cards if card.pan.digits != slow and card.status == "active")
    async with loopback(played) as centre, centre.client() as one, centre.client() as two:
        await one.send(purchase(1, de2=slow, de14=""))
        await two.send(purchase(2, de2=fast.pan.digits, de14=""))
        order: list[str] = []

        async def wait(client: object, name: str) -> None:
            answer = await client.receive()  # type: ignore[attr-defined]
            order.append(f"{name} {answer.elements[11]}")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, one, "one")
            nursery.start_soon(wait, two, "two")
    assert order == ["two 000002", "one 000001"]


async def test_every_request_is_journaled_before_it_is_answered() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(purchase(1))
        decided = [item.decision for batch in centre.journal.batches for item in batch.decisions]
        assert [decision.response_code for decision in decided] == ["00"]


async def test_nothing_is_answered_when_the_journal_fails() -> None:
    class BrokenDiskError(Exception):
        pass

    def commit(batch: Batch, now_ms: int) -> None:
        if batch.decisions:
            raise BrokenDiskError

    with pytest.RaisesGroup(BrokenDiskError, flatten_subgroups=True):
        async with loopback() as centre, centre.client() as client:
            centre.journal.commit = commit  # type: ignore[method-assign]
            await client.send(purchase(1))
            with pytest.raises((EOFError, trio.Cancelled, trio.BrokenResourceError)):
                await client.receive()
            await trio.sleep_forever()


async def test_a_lost_issuer_gives_91_for_its_cards_and_no_other() -> None:
    vesta = next(specs().issuers["vesta"].all_cards())
    async with loopback() as centre, centre.client() as client:
        centre.issuers["atlas"].cancel()
        while not any(notice.kind == "issuer_down" for notice in centre.notices):
            await trio.testing.wait_all_tasks_blocked(0.001)
        assert (await client.ask(purchase(1))).elements[39] == "91"
        assert (await client.ask(purchase(2, de2=vesta.pan.digits, de14=vesta.expiry))).elements[39] == "00"


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"de4": ""}, "30", "DE 4: found nothing, expected a value: mandatory in a 0100"),
        ({"de2": ""}, "30", "DE 2: found nothing, expected a PAN in DE 2 or a track in DE 35"),
        ({"de42": "NOBODY000000000"}, "03", ""),
        ({"de2": "6999990000000001"}, "92", ""),
        ({"de2": "340000000000009"}, "15", ""),
    ],
)
async def test_a_wrong_request_is_refused_and_the_line_goes_on(changes: dict[str, str], code: str, said: str) -> None:
    async with loopback() as centre, centre.client() as client:
        assert (await client.ask(purchase(1, **changes))).elements[39] == code
        assert (await client.ask(purchase(2))).elements[39] == "00"
        if said:
            assert any(said in notice.detail for notice in centre.notices)


async def test_letters_in_an_amount_are_answered_30_with_what_can_be_matched() -> None:
    async with loopback() as centre, centre.client() as client:
        frame = client.framed(purchase(7)).replace(b"000000012500", b"00000001250X")
        await client.stream.send_all(frame)
        answer = await client.receive()
        assert answer.mti == "0110"
        assert answer.elements[39] == "30"
        assert (await client.ask(purchase(8))).elements[39] == "00"
    found = [notice.detail for notice in centre.notices if notice.kind == "format_error"]
    assert len(found) == 1
    assert "DE 4 at byte" in found[0]
    assert "expected n 12: digits" in found[0]


async def test_several_bad_elements_in_one_message_are_answered_30_too() -> None:
    async with loopback() as centre, centre.client() as client:
        frame = client.framed(purchase(7)).replace(b"000000012500", b"00000001250X").replace(b"ONDE0001", b"ONDE\x01001")
        await client.stream.send_all(frame)
        answer = await client.receive()
        assert answer.elements[39] == "30"
        assert not {4, 41} & set(answer.elements), "what was wrong is not echoed"
        assert (await client.ask(purchase(8))).elements[39] == "00"


@pytest.mark.parametrize("mti", ["1100", "0900", "2100"])
async def test_an_unknown_mti_is_named(mti: str) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.stream.send_all(client.framed(purchase(7)).replace(b"0100", mti.encode(), 1))
        assert (await client.receive()).elements[39] == "30"
        assert any(f"MTI {mti} is none of ISO 8583:1987" in notice.detail for notice in centre.notices)


async def test_an_issuer_that_signs_off_is_not_asked() -> None:
    async with loopback() as centre, centre.client() as client:
        centre.server.links["atlas"].network(Message("0800", {7: "1122100000", 11: "000001", 70: "002"}))
        assert (await client.ask(purchase(1))).elements[39] == "91"
        centre.server.links["atlas"].network(Message("0800", {7: "1122100000", 11: "000002", 70: "001"}))
        assert (await client.ask(purchase(2))).elements[39] == "00"


SPOKEN = {
    "ascii_hex": "ascii_hex behind a 4-digit length header, which listener ascii_hex takes",
    "bcd": "bcd behind a 2-byte length header and a TPDU, which listener bcd takes",
    "ascii93": "ascii93 behind a 2-byte length header, which listener ascii93 takes",
}


@pytest.mark.parametrize("spoken", SPOKEN)
async def test_a_line_of_another_listener_is_recognised(spoken: str) -> None:
    async with loopback() as centre, centre.client("ascii") as wrong, centre.client("ascii") as good:
        other = centre.client(spoken)
        message = said_in(spoken, purchase(1))
        await wrong.stream.send_all(other.framed(message))
        await wrong.stream.send_eof()
        with suppress(EOFError):
            while True:
                await wrong.receive()
        assert (await good.ask(purchase(2))).elements[39] == "00"
    assert sum(notice.detail.endswith(f"; this looks like {SPOKEN[spoken]}") for notice in centre.notices) == 1


async def test_a_wire_format_no_listener_takes_is_recognised_too() -> None:
    async with loopback() as centre, centre.client("ascii") as wrong:
        framer = Framer(HeaderFormat.parse("2l"))
        await wrong.stream.send_all(framer.wrap(codec("ebcdic").encode(purchase(1))))
        await wrong.stream.send_eof()
        with pytest.raises(EOFError):
            await wrong.receive()
    assert any(
        notice.detail.endswith("; this looks like ebcdic behind a 2-byte little-endian length header")
        for notice in centre.notices
    )


@pytest.mark.parametrize("policy", UNREADABLE)
async def test_a_line_is_kept_or_dropped_after_what_cannot_be_answered(policy: AfterUnreadable) -> None:
    async with loopback(unreadable=policy) as centre, centre.client() as client:
        await client.send(purchase(1))
        await client.stream.send_all(b"\x00\x040100")
        await client.send(purchase(2))
        assert (await client.receive()).elements[39] == "00"
        if policy == KEEP:
            assert (await client.receive()).elements[39] == "00"
        else:
            with pytest.raises((EOFError, trio.BrokenResourceError)):
                await client.receive()
    (told,) = (notice.detail for notice in centre.notices if notice.kind == "format_error")
    fault = "bitmap at byte 4: found nothing, expected 8 bytes of binary bitmap; not answered; bytes around it 30 31 30 30 []"
    assert told.endswith(fault + ("" if policy == KEEP else "; the line is dropped"))


async def test_half_a_frame_at_the_end_of_a_line_is_told_of() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.send(purchase(1))
        assert (await client.receive()).elements[39] == "00"
        await client.stream.send_all(client.framed(purchase(2))[:40])
        await client.stream.send_eof()
        with pytest.raises(EOFError):
            await client.receive()
    (told,) = [notice.detail for notice in centre.notices if notice.kind == "bad_frame"]
    assert "closed by its peer; length header 00" in told
    assert "found 38 bytes behind it, expected " in told


def _reversal_of(purchase_: Message, own_stan: str = "900001", **elements: str) -> Message:
    e = purchase_.elements
    key = ExchangeKey(e[32], e[41], e[11], e[7])
    values = {n: e[n] for n in (2, 3, 4, 12, 13, 22, 32, 37, 41, 42, 49)}
    values |= {7: "1122100100", 11: own_stan, 90: original_data("0100", key)}
    values.update({int(name.removeprefix("de")): value for name, value in elements.items()})
    return Message("0420", dict(sorted(values.items())))


async def _until(happened: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not happened():
            await trio.testing.wait_all_tasks_blocked(0.001)


@pytest.mark.parametrize("issuer", ["atlas", "rif", "souss", "vesta", "maestra"])
async def test_a_reversal_reaches_the_issuer_in_its_own_dialect_and_frees_the_money(issuer: str) -> None:
    card = next(specs().issuers[issuer].all_cards())
    all_of_it = f"{card.balance_minor:012d}"
    async with loopback() as centre, centre.client() as client:
        spent = purchase(1, de2=card.pan.digits, de14=card.expiry, de4=all_of_it)
        assert (await client.ask(spent)).elements[39] == "00"
        assert (await client.ask(purchase(2, de2=card.pan.digits, de14=card.expiry))).elements[39] == "51"
        answer = await client.ask(_reversal_of(spent))
        assert (answer.mti, answer.elements[39], answer.elements[11]) == ("0430", "00", "900001")
        await _until(lambda: centre.server.board.owed == 0)
        assert (await client.ask(purchase(3, de2=card.pan.digits, de14=card.expiry))).elements[39] == "00"
        assert (await client.ask(_reversal_of(spent))).elements[39] == "00", "once more: the same answer"


async def test_what_an_issuer_answers_too_late_is_undone_there() -> None:
    card = specs().issuers["atlas"].cards[0]
    rule = {"when": {"pan": card.pan.digits, "times": 1}, "then": {"delay_seconds": 0.05}}
    async with loopback(scenario({"purpose": "late once", "rule": [rule]})) as centre, centre.client() as client:
        all_of_it = f"{card.balance_minor:012d}"
        await client.send(purchase(1, de2=card.pan.digits, de14="", de4=all_of_it))
        await _until(lambda: centre.server.board.pending == 1)
        time_is_up = trio.current_time() + 60
        centre.server._perform(centre.server.board.tick(time_is_up), time_is_up)
        assert (await client.receive()).elements[39] == "91"
        await _until(lambda: centre.server.board.owed == 0)
        await _until(lambda: any(notice.kind == "late_answer" for notice in centre.notices))
        assert (await client.ask(purchase(2, de2=card.pan.digits, de14=""))).elements[39] == "00"


async def test_a_foreign_protocol_is_told_of_and_its_line_closed_while_others_go_on() -> None:
    async with loopback() as centre, centre.client() as good, centre.client() as bad:
        await bad.stream.send_all(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(EOFError):
            await bad.receive()
        assert (await good.ask(purchase(1))).elements[39] == "00"
    assert any(notice.kind == "bad_frame" and "length header 47 45" in notice.detail for notice in centre.notices)


@pytest.mark.parametrize(("mti", "code"), [("0300", "40"), ("0600", "40")])
async def test_what_is_not_offered_is_said_so(mti: str, code: str) -> None:
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(Message(mti, purchase(3).elements))
        assert (answer.mti[:2], answer.elements[39]) == (mti[:2], code)
        assert any(notice.kind == "unsupported" for notice in centre.notices)


async def test_an_advice_is_accepted_and_told_to_its_issuer() -> None:
    async with loopback() as centre, centre.client() as client:
        told = Message("0120", {**purchase(3).elements, 38: "OFF001", 39: "00"})
        answer = await client.ask(told)
        assert (answer.mti, answer.elements[39], answer.elements[38]) == ("0130", "00", "OFF001")
        again = await client.ask(Message("0121", told.elements))
        assert (again.mti, again.elements) == (answer.mti, answer.elements)
        kinds = [item.delivery.kind for batch in centre.journal.batches for item in batch.deliveries]
        assert kinds == ["advice"]


async def test_a_sale_is_voided_by_a_financial_message() -> None:
    async with loopback() as centre, centre.client() as client:
        sold = await client.ask(Message("0200", purchase(3).elements))
        assert sold.elements[39] == "00"
        named = {
            **purchase(4).elements,
            3: "020000",
            90: original_data("0200", ExchangeKey("504777", "", "000003", "1122100000")),
        }
        answer = await client.ask(Message("0200", named))
        assert (answer.mti, answer.elements[39]) == ("0210", "00")
        unknown = {**purchase(5).elements, 3: "020000", 37: "999999999999"}
        assert (await client.ask(Message("0200", unknown))).elements[39] == "25"
        outcomes = [item.outcome.effective for batch in centre.journal.batches for item in batch.reversals]
        assert outcomes == [True, False]


async def test_totals_agree_or_are_told() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(purchase(1))
        terminal = {7: "1122110000", 32: "504777", 41: purchase(1).elements[41]}
        wrong = await client.ask(Message("0500", {**terminal, 11: "000900", 76: "0000000002", 88: "0000000000025000"}))
        assert (wrong.mti, wrong.elements[39], wrong.elements[66]) == ("0510", "95", "2")
        assert (wrong.elements[76], wrong.elements[88], wrong.elements[97]) == ("0000000001", f"{12500:016d}", f"D{12500:016d}")
        right = await client.ask(Message("0520", {**terminal, 11: "000901", 76: "0000000001", 97: f"D{12500:016d}"}))
        assert (right.mti, right.elements[39], right.elements[66]) == ("0530", "00", "1")
        empty = await client.ask(Message("0500", {**terminal, 11: "000902"}))
        assert (empty.elements[66], empty.elements[76]) == ("0", "0000000000")


_TERMINAL = {7: "1122110000", 32: "504777", 41: purchase(1).elements[41]}
_ANSWERED = {
    "a request": Message("0100", purchase(1).elements),
    "an advice": Message("0120", {**purchase(1).elements, 38: "A00001", 39: "00"}),
    "one that is refused": Message("0100", {**purchase(1).elements, 2: "9999990000000004"}),
    "a reversal": Message(
        "0400", {**purchase(1).elements, 90: original_data("0100", ExchangeKey("504777", "", "000009", "1122100000"))}
    ),
    "totals": Message("0500", {**_TERMINAL, 11: "000900"}),
    "totals told": Message("0520", {**_TERMINAL, 11: "000900"}),
    "an echo": Message("0800", {7: "1122100000", 11: "000009", 70: "301"}),
    "one that makes no sense": Message("0100", {11: "000001"}),
}


@pytest.mark.parametrize("asked", _ANSWERED.values(), ids=_ANSWERED)
async def test_no_answer_is_due_behind_the_answer(asked: Message) -> None:
    """A line that counts one would be kept for 45 s once its peer has ended its side, and so would the centre that stops."""
    async with loopback() as centre, centre.client() as client:
        await client.ask(asked)
        assert [each["answers_due"] for each in centre.server.callers.told(trio.current_time())] == [0]


@pytest.mark.parametrize(("function", "code"), [("001", "00"), ("301", "00"), ("002", "00"), ("160", "40"), ("", "30")])
async def test_network_management_is_answered(function: str, code: str) -> None:
    elements = {7: "1122100000", 11: "000009", 70: function}
    async with loopback() as centre, centre.client() as client:
        answer = await client.ask(Message("0800", {n: value for n, value in elements.items() if value}))
        assert (answer.mti, answer.elements[39], answer.elements[11]) == ("0810", code, "000009")


async def test_a_peer_that_closes_its_side_still_gets_its_answers() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.send(*(purchase(stan, de4="000000000100") for stan in range(1, 21)))
        await client.stream.send_eof()
        assert len({(await client.receive()).elements[11] for _ in range(20)}) == 20
        with pytest.raises(EOFError):
            await client.receive()


async def test_a_peer_that_does_not_read_stops_being_read_and_loses_nothing() -> None:
    async with loopback() as centre, centre.client() as client:
        count = 3_000
        await client.send(*(purchase(stan, de4="000000000100") for stan in range(1, count + 1)))
        assert len({(await client.receive()).elements[11] for _ in range(count)}) == count


async def test_stopping_answers_what_is_in_flight() -> None:
    card = _card("", "atlas")
    played = scenario({"purpose": "slow", "rule": [{"when": {"pan": card}, "then": {"delay_seconds": 0.2}}]})
    async with loopback(played) as centre, centre.client() as client:
        await client.send(purchase(1, de2=card, de14=""))
        while not centre.server.board.pending:
            await trio.testing.wait_all_tasks_blocked(0.001)
        centre.server.stop()
        assert (await client.receive()).elements[11] == "000001"
        with pytest.raises(EOFError):
            await client.receive()
