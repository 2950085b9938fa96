"""The trace: what is kept of the messages of both legs, what never is, and how it is found again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trio

from switch.data_folder.vault import Vault
from switch.errors import NegativeAnswerError
from switch.explain.lifecycle import Lifecycle, story
from switch.explain.messages import messages_of, with_messages
from switch.explain.timeline import steps
from switch.iso8583.element import EBCDIC
from switch.iso8583.framing import Frame
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.mapping.compose import worded
from switch.iso8583.message import Message
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.routing.traffic.notice import Notice
from switch.trace.reader import TraceChoice, Traced, last_messages, numbered_messages
from switch.trace.recorder import TRACE_FILE, TRACED_MAX, TRIM_EVERY, Recorder
from switch.trace.told import Trace
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import NOW_MS, TODAY, Client, loopback, purchase, scenario, specs
from tests.support.centre_in_loop import wire as wire_format

CARD = next(specs().issuers["atlas"].all_cards())
DISCRETIONARY, PIN_BLOCK, CVV2 = "5551234567", "0412AC89ABCDEF67", "917"
TRACK = f"{CARD.pan.digits}={CARD.expiry}1010{DISCRETIONARY}"
CHIP_TRACK = f"{CARD.pan.digits}D{CARD.expiry}1010{DISCRETIONARY}F"
SECRETIVE = {
    "de35": TRACK,
    "de48": f"SECRET{CVV2}SECRET",
    "de52": PIN_BLOCK,
    "de55": f"57{len(CHIP_TRACK) // 2:02X}{CHIP_TRACK}9F2608C0FFEE0123456789",
}
RRN = "000000000001"


class TraceInLoop(Trace):
    """A trace that is written by who tells it, in the same turn."""

    def __init__(self, data: Path, vault: Vault, notices: list[Notice], **limits: int) -> None:
        def tell(what: str) -> None:
            notices.append(Notice("trace", what))

        kept_max = limits.get("kept_max", TRACED_MAX)
        self._recorder = Recorder(data / TRACE_FILE, vault, specs().dialects, tell=tell, kept_max=kept_max)
        super().__init__(self._recorder.record, clock_ms=lambda: NOW_MS)

    def close(self) -> None:
        self.write()
        self._recorder.close()


@contextmanager
def traced(data: Path, notices: list[Notice] | None = None, **limits: int) -> Iterator[tuple[TraceInLoop, SqliteJournal]]:
    """A trace and a journal in one data folder."""
    vault, told = Vault.open(data), [] if notices is None else notices
    trace = TraceInLoop(data, vault, told, **limits)
    with closing(SqliteJournal(data / JOURNAL_FILE, vault)) as journal, closing(trace):
        if journal.open_date() is None:
            journal.open_business_date("2026-11-22", "operator", NOW_MS)
        yield trace, journal


def spelled(digits: str) -> list[bytes]:
    """Digits as they may stand in a file: ASCII, EBCDIC, packed in either parity."""
    forms = [digits.encode(), digits.encode(EBCDIC)]
    if not digits.strip("0123456789ABCDEF"):
        forms += [bytes.fromhex(digits[start:][: (len(digits) - start) // 2 * 2]) for start in (0, 1)]
    return forms


def stored(data: Path) -> bytes:
    """Every byte of the trace's files."""
    return b"".join(path.read_bytes() for path in sorted(data.glob(f"{TRACE_FILE}*")))


async def ask(client: Client, message: Message) -> Message:
    return await client.ask(worded(message, client.wire.codec.dialect, TODAY))


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd", "ascii93"])
async def test_both_legs_are_kept_and_nothing_secret_in_any_form(listener: str, tmp_path: Path) -> None:
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace) as centre, centre.client(listener) as client:
            await ask(client, purchase(1, **SECRETIVE))
            await ask(client, purchase(2, de2="", **SECRETIVE))
        trace.close()
        found = messages_of(tmp_path, story(tmp_path, RRN))
        kept = stored(tmp_path)
        bodies = [message.body for message in last_messages(tmp_path, 1_000)]
    version = "1" if listener == "ascii93" else "0"
    assert [(message.leg, message.direction, message.mti) for message in found] == [
        ("acquirer", "received", f"{version}100"),
        ("atlas", "sent", "0100"),
        ("atlas", "received", "0110"),
        ("acquirer", "sent", f"{version}110"),
    ]
    assert all(message.rrn == RRN and message.stan == "000001" for message in found)
    for secret in (DISCRETIONARY, PIN_BLOCK, f"SECRET{CVV2}", f"{CVV2}SECRET"):
        for form in spelled(secret):
            assert form not in kept
            assert not [body for body in bodies if form in body]
    assert not [form for form in spelled(CARD.pan.digits) if form in kept], "a card number is sealed"
    assert [form for form in spelled(CARD.pan.digits) if form in found[0].body], "and there, for who has the key"


async def test_what_is_kept_is_what_stood_on_the_line(tmp_path: Path) -> None:
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace) as centre, centre.client("bcd") as client:
            await client.ask(purchase())
            asked = client.wire.codec.encode(purchase())
        trace.close()
        first = messages_of(tmp_path, story(tmp_path, RRN))[0]
    assert (first.body, first.tpdu, first.places, first.fault) == (asked, Client.tpdu, (), "")
    assert first.line.startswith("bcd 127.0.0.1:")
    assert (first.dialect, first.header, first.at_ms) == ("bcd", "2b", NOW_MS)


async def test_messages_without_an_rrn_are_found_by_the_key_of_their_request(tmp_path: Path) -> None:
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace) as centre, centre.client() as client:
            answer = await client.ask(purchase(de37="", de7=""))
        trace.close()
        found = messages_of(tmp_path, story(tmp_path, answer.elements[37]))
    assert [message.direction for message in found] == ["received", "sent", "received", "sent"]


async def test_every_message_stands_at_the_step_that_tells_of_it_or_is_one_more(tmp_path: Path) -> None:
    silent = scenario({"purpose": "x", "rule": [{"when": {"terminal": "ONDE0001"}, "then": {"delay_seconds": 0.2}}]})
    reversal = purchase(9, de90=original_data("0100", ExchangeKey("504777", "ONDE0001", "000001", "1122100000")), de37=RRN)
    with traced(tmp_path) as (trace, journal):
        async with loopback(silent, journal=journal, trace=trace) as centre, centre.client() as client:
            await client.send(purchase(), Message("0101", purchase().elements))
            assert (await client.receive()).mti == (await client.receive()).mti == "0110"
            assert (await client.ask(Message("0400", reversal.elements))).elements[39] == "00"
            await trio.sleep(0.1)
        trace.close()
        told = with_messages(steps(found := story(tmp_path, RRN), specs()), messages_of(tmp_path, found))
    assert [(step.what, step.leg, message.mti) for step, message in told if message] == [
        ("received", "acquirer", "0100"),
        ("forwarded", "atlas", "0100"),
        ("reversal", "acquirer", "0400"),
        ("repeat", "acquirer", "0101"),
        ("response", "atlas", "0110"),
        ("owed", "atlas", "0420"),
        ("answered", "acquirer", "0110"),
        ("answered", "acquirer", "0410"),
        ("delivered", "atlas", "0430"),
        ("sent", "acquirer", "0110"),
    ]


async def test_what_makes_no_sense_is_kept_too(tmp_path: Path) -> None:
    whole = wire_format("ascii", "2b", False).codec.encode(purchase(1, **SECRETIVE))
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace) as centre:
            async with centre.client() as client:
                await client.stream.send_all((len(whole) - 9).to_bytes(2, "big") + whole[:-9])
                assert (await client.receive()).elements[39] == "30"
                await client.stream.send_all(b"GET / HTTP/1.1\r\n\r\n")
                with pytest.raises(EOFError):
                    await client.receive()
            async with centre.client() as client:
                await client.stream.send_all(b"\x01\x00" + whole[:99])
            await trio.sleep(0.1)
        trace.close()
        cut, foreign, incomplete = last_messages(tmp_path, 10, TraceChoice(unreadable=True))
        kept = stored(tmp_path)
    assert cut.fault.startswith("DE 55 at byte 192: found ")
    assert cut.body == whole[: whole.index(TRACK.encode()) - 2].ljust(len(whole) - 9, b"\0")
    assert (foreign.body, foreign.header) == (b"GET / HTTP/1" + bytes(6), "")
    assert foreign.fault == "length header 47 45: found a frame of 18245 bytes, expected 0 to 16384"
    assert incomplete.fault == "length header 01 00: found 99 bytes behind it, expected 256"
    assert incomplete.body[:12] == b"\x01\x00" + whole[:10]
    assert not [form for form in spelled(DISCRETIONARY) if form in kept]


def test_the_oldest_messages_go(tmp_path: Path) -> None:
    class Told:
        """As much of a line as the trace asks."""

        name, over, wire = "atlas", False, wire_format("ascii", "2b", False)

    frames = [Frame(b"", Told.wire.codec.encode(Message("0800", {11: f"{n:06d}"}))) for n in range(500)]
    with traced(tmp_path, kept_max=300) as (trace, _):
        for _ in range(6):
            trace.heard(Told, frames)  # type: ignore[arg-type]
            trace.write()
    kept = last_messages(tmp_path, 10_000)
    assert 300 <= len(kept) < 300 + TRIM_EVERY
    assert (kept[-1].id, kept[0].id) == (3_000, 3_000 - len(kept) + 1)
    with traced(tmp_path, kept_max=300) as (trace, _):
        trace.heard(Told, frames[:1])  # type: ignore[arg-type]
    assert last_messages(tmp_path, 1)[0].id == 3_001, "numbers go on"
    assert numbered_messages(tmp_path, [3_000])[0].stan == "000499"
    with pytest.raises(NegativeAnswerError, match=r"trace.db has no message 1, expected one of the last 100,000 that "):
        numbered_messages(tmp_path, [1])


async def test_a_trace_that_cannot_be_written_is_told_of_once_and_costs_nothing_else(tmp_path: Path) -> None:
    notices = list[Notice]()
    with traced(tmp_path, notices) as (trace, journal):
        with closing(sqlite3.connect(tmp_path / TRACE_FILE)) as db:
            db.execute("DROP TABLE message")
        async with loopback(journal=journal, trace=trace) as centre, centre.client() as client:
            assert (await client.ask(purchase())).elements[39] == "00"
            assert (await client.ask(purchase(2))).elements[39] == "00"
    assert [notice.kind for notice in notices] == ["trace"]
    assert notices[0].detail.endswith("cannot be written (no such table: message); no further message is kept")


async def test_without_a_trace_a_sentence_says_how_to_get_one(tmp_path: Path) -> None:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as journal:
        journal.open_business_date("2026-11-22", "operator", NOW_MS)
        async with loopback(journal=journal) as centre, centre.client() as client:
            await client.ask(purchase())
    with pytest.raises(NegativeAnswerError, match="no bytes are kept here; `switch up --trace` keeps those of every message"):
        messages_of(tmp_path, story(tmp_path, RRN))
    with traced(tmp_path):
        pass
    with pytest.raises(NegativeAnswerError, match=f"trace.db has no message of RRN {RRN}, expected one of the last 100,000"):
        messages_of(tmp_path, story(tmp_path, RRN))


def test_a_message_is_one_of_a_story_whose_step_is_far_in_time() -> None:
    message = Traced(
        id=1,
        at_ms=60_000,
        line="atlas",
        direction="sent",
        dialect="ascii",
        header="2b",
        mti="0421",
        stan="000001",
        transmitted_at="1122100000",
        terminal_id="ONDE0001",
        rrn=RRN,
        response_code="",
        fault="",
        tpdu=b"",
        places=(),
        body=b"",
    )
    ((step, kept),) = with_messages(steps(Lifecycle(rrn=RRN, lives=(), unknown=()), specs()), [message])
    assert kept is message
    assert (step.what, step.detail) == ("sent", "0421 reversal advice repeat, centre → atlas")


@pytest.mark.parametrize("issuer", ["rif", "souss"])
async def test_an_answer_of_1993_is_kept_with_the_names_its_request_has_to_the_centre(issuer: str, tmp_path: Path) -> None:
    card = next(specs().issuers[issuer].all_cards())
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace, issuers=(issuer,)) as centre, centre.client() as client:
            assert (await client.ask(purchase(de2=card.pan.digits, de14=card.expiry, de7="1122095959"))).mti == "0110"
        trace.close()
        found = messages_of(tmp_path, story(tmp_path, RRN))
    asked, answered = (message for message in found if message.leg == issuer)
    assert (asked.mti, answered.mti) == ("1100", "1110")
    assert (answered.stan, answered.rrn, answered.transmitted_at) == (asked.stan, asked.rrn, "1122095959")
