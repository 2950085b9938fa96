"""An issuer's process (``switch issuer serve``): it listens for the centre, judges what it is asked and keeps its book."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import trio

from switch.card import Pan
from switch.errors import MessageError, TlsError
from switch.iso8583.codec import Codec
from switch.iso8583.edition93.action_codes import SCHEME_ACTIONS
from switch.iso8583.framing import Frame
from switch.iso8583.mapping import acquirer, issuer
from switch.iso8583.mapping.billing import Billed, billed_in, reversal_in, with_billing
from switch.iso8583.mapping.card_use import card_use
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.mapping.session import CUT_OVER, SETTLEMENT_DATE, network_response
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, message_class
from switch.iso8583.scripted.altered_answers import altered_answer
from switch.issuers.account import ACCOUNT_CURRENCY, AccountBook
from switch.issuers.advice import take
from switch.issuers.billing import told_in_sale
from switch.issuers.cards.magic import DROPS_LINE, IS_LATE, TIMES_OUT, TWICE, Match
from switch.issuers.case import Means
from switch.issuers.decide import approval_codes, decide, undo
from switch.issuers.entry import Entry, EntryReference, Placed
from switch.issuers.process.upkeep import DurableBook, Upkeep
from switch.issuers.profile import Profile
from switch.issuers.proofs.proof import Proofs, Verifier
from switch.issuers.proofs.tries import ProofEvent, ProofMemory
from switch.lines.line import Line
from switch.lines.message_mac import MacError
from switch.lines.network_management import take_key
from switch.lines.selector import Lines
from switch.lines.sockets import accept
from switch.lines.staging.answer_stage import AnswerStage
from switch.lines.staging.cues import AnswerCue, cue_in, name_of
from switch.lines.staging.issuer_script import IssuerScript
from switch.lines.tls import answer
from switch.lines.tls_context import ServerSide
from switch.lines.wire_format import WireFormat
from switch.scenarios.conduct import CLOSE, Conduct
from switch.transaction import (
    FORMAT_ERROR,
    FUNCTION_NOT_SUPPORTED,
    SECURITY_VIOLATION,
    SYSTEM_MALFUNCTION,
    Authorization,
    CardUse,
    Decision,
    ExchangeKey,
)

HOME_COUNTRY: Final = "504"  #: of an issuer that is told no other: Morocco

CUES_MAX: Final = 1_000  #: on one line whose messages have not come: each stands right in front of its message
#: Kind of a magic card -> how the answers to its requests are given, where that is not as usual.
MAGIC_CONDUCTS: Final = {
    TIMES_OUT: Conduct(silence=True),
    IS_LATE: Conduct(late_seconds=3.0),
    TWICE: Conduct(twice=True),
    DROPS_LINE: Conduct(silence=True, drop=CLOSE),
}

UPKEEP_SECONDS: Final = 0.25  #: between two looks for cleared days, orders and holds whose time is up
JUMP_MS: Final = 5_000  #: since the last look: then somebody has set the clock forward
CATCH_UP_STEPS_MAX: Final = 100  #: of the upkeep, before what came in is judged: less than a second; the rest is done unasked


class Keeper(DurableBook, Protocol):
    """The durable book as the host uses it."""

    def append(self, entries: list[Entry], events: list[ProofEvent] = ...) -> None: ...

    def entries(self) -> Iterator[Entry]: ...

    def proof_events(self) -> Iterator[ProofEvent]: ...


class Writing:
    """The durable book and what a gulp adds to it, written in one commit; what is looked up is written first."""

    __slots__ = ("_book", "events", "waiting")

    def __init__(self, book: Keeper) -> None:
        self._book = book
        self.waiting: list[Entry] = []
        self.events: list[ProofEvent] = []

    def write(self) -> None:
        if self.waiting or self.events:
            if self.events:
                self._book.append(self.waiting, self.events)
                self.events.clear()
            else:
                self._book.append(self.waiting)
            self.waiting.clear()

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        self.write()
        return self._book.placed_under(key)

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        self.write()
        return self._book.key_of(reference)

    def of_account(self, account: str, after_ms: int) -> Iterable[Entry]:
        self.write()
        return self._book.of_account(account, after_ms)


class IssuerHost:
    """One simulated bank or network. What came in a gulp is judged, its entries written in one commit, then answered."""

    def __init__(
        self,
        profile: Profile,
        wire: WireFormat,
        book: Keeper,
        *,
        institution_id: str,
        country: str = HOME_COUNTRY,
        clock_ms: Callable[[], int],
        script: IssuerScript | None = None,
        cued: bool = True,
        codec_named: Callable[[str], Codec | None] = lambda _: None,
        seed: int = 0,
        tls: ServerSide | None = None,
        told_in: Path | None = None,
        unseal: Callable[[str], Pan | None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        verifier: Verifier | None = None,
    ) -> None:
        """``told_in``: the data folder where it finds cleared days and orders (``notices``). ``script``: the rules of an issuer
        that runs by itself; one that a centre has started hears from it what each answer is to be, where it is ``cued``.
        ``codec_named`` gives the codec of a dialect in which a rule wants an answer."""
        self._tls = tls
        self._wire, self._writing, self._clock_ms = wire, Writing(book), clock_ms
        self._name, self._institution_id = profile.id, institution_id
        self._currency = profile.billing_currency  #: of its accounts, where sales are converted for them
        self._lines = Lines(lambda: None)
        self._means = Means(self._writing, country, _use_of)
        self._accounts = AccountBook(profile)
        self._accounts.replay(book.entries())
        self._places = security_places(wire.codec.dialect, wire.pin_zone)
        self._proofs: Proofs | None = None
        if verifier is not None:
            self._proofs = Proofs(profile.proofs, verifier, ProofMemory())
            self._proofs.memory.replay(book.proof_events())
        self._script, self._cued, self._codec_named = script, cued, codec_named
        self._stage = AnswerStage(lambda: None, lambda name, seconds: None)
        self.settlement_date: str | None = None  #: MMDD, of the last cut-over the centre told of
        self._codes = approval_codes(seed, profile.id, self._accounts.placed_count)
        self._kept_up_ms = 0  #: the time of the last look
        self.upkeep = Upkeep(self._accounts, book, told_in, write=self._writing.write, unseal=unseal, say=say)

    async def serve(self, listening: socket.socket) -> None:
        """Accept the centre's lines until cancelled; the socket is closed then."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._lines.run)
            nursery.start_soon(self._keep_up)
            nursery.start_soon(self._stage.run)
            with closing(listening), closing(self.upkeep):
                while True:
                    connection, peer = await accept(listening)
                    nursery.start_soon(self._line, connection, f"{self._name} {peer}")

    async def _keep_up(self) -> None:
        """Look four times a second for what is to be done unasked; requests come between its steps."""
        while True:
            while self.upkeep.step(self._clock_ms()):
                await trio.lowlevel.checkpoint()
            self._kept_up_ms = self._clock_ms()
            await trio.sleep(UPKEEP_SECONDS)

    def _catch_up(self, now_ms: int) -> None:
        """The clock was set forward since the last look: holds whose time is up by now end before anything is judged."""
        self._kept_up_ms = now_ms
        for _ in range(CATCH_UP_STEPS_MAX):
            if not self.upkeep.expire(now_ms):
                return

    async def _line(self, connection: socket.socket, name: str) -> None:
        line = Line(connection, self._wire, name)
        async with line.living():
            if self._tls is not None:
                try:
                    secured = await answer(connection, self._tls)
                except TlsError:
                    return  # the centre has been told why, and says so
                if secured is not None:
                    line.secure(secured)
            await self._lines.read(line, partial(self._gulp, line, {}))

    def _gulp(self, line: Line, cues: dict[str, AnswerCue], frames: Iterable[Frame | None]) -> None:
        """Judge what came in one gulp. ``cues`` are those of this line whose messages have not come."""
        now_ms = self._clock_ms()
        if now_ms >= self.upkeep.due_ms:
            self.upkeep.expire(now_ms)
        if now_ms > self._kept_up_ms + JUMP_MS:
            self._catch_up(now_ms)
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        month, second = now.strftime("%y%m"), now.strftime("%m%d%H%M%S")
        stamp = acquirer.Stamp(second, second)
        for frame in frames:
            if frame is None:
                continue
            try:
                asked = line.codec.decode(frame.body)
            except MessageError:
                self._hear(frame.body, cues)
                continue
            plain = asked
            if self._wire.macs is not None:
                try:
                    plain = line.checked(asked, frame.body)
                except MacError as fault:
                    _refuse(line, asked, line.framer.answered(frame.tpdu), fault)
                    continue
            message = line.understood(plain) if line.translates else plain
            cue = cues.pop(name_of(frame.body), None) if cues else None
            if self._script is not None and cue is None:
                cue = self._script.answer_cue(self._name, line.codec.dialect, message)
            if cue is not None and cue.conduct.lost:
                continue
            answer, conduct = self._answer(message, now_ms, month, stamp, cue)
            if answer is not None and conduct is None:
                _queue(line, answer, line.framer.answered(frame.tpdu), asked)
            elif answer is not None and conduct is not None:
                self._staged(line, answer, line.framer.answered(frame.tpdu), asked, conduct)
        self._writing.write()
        line.flush()

    def _hear(self, body: bytes, cues: dict[str, AnswerCue]) -> None:
        """A cue of the centre that started this process; anything else that is no message is passed over."""
        heard = cue_in(body) if self._cued and len(cues) < CUES_MAX else None
        if heard is not None:
            cues[heard[0]] = heard[1]

    def _staged(self, line: Line, answer: Message, tpdu: bytes, asked: Message, conduct: Conduct) -> None:
        """Give an answer as a rule or a magic card wants it. One that the dialect cannot say in the altered form is given
        unaltered."""
        altered = []
        if conduct.alters:
            altered.append(altered_answer(answer, conduct.set, conduct.remove, conduct.wrong, conduct.balance_minor))
        other = self._codec_named(conduct.dialect) if conduct.dialect else None
        said = [*altered, answer]
        queued = not conduct.silence and (
            (other is not None and _queue_in(line, other, said[0], tpdu))
            or any(_queue(line, each, tpdu, asked) for each in said)
        )
        self._stage.perform(line, line.take_back() if queued else b"", conduct)

    def _answer(
        self, message: Message, now_ms: int, month: str, stamp: acquirer.Stamp, cue: AnswerCue | None = None
    ) -> tuple[Message | None, Conduct | None]:
        """The answer to one message (None: it gets none), and how it is given (None: as usual)."""
        kind, conduct = message_class(message.mti), None if cue is None else cue.conduct
        if kind in ("authorization", "financial") and message.mti[2] == "0":
            try:
                request = acquirer.to_authorization(
                    message,
                    acquirer_id=self._institution_id,
                    stamp=stamp,
                    currency=ACCOUNT_CURRENCY,
                    places=self._places,
                )
                billed = None if self._currency is None else billed_in(self._currency, request)
            except MessageError:
                return acquirer.refusal(message, FORMAT_ERROR), conduct
            judgement = decide(
                request if billed is None else billed.request,
                self._accounts,
                None if cue is None else _match(cue, None if billed is None else (request, billed.request)),
                means=self._means,
                now_ms=now_ms,
                today_yymm=month,
                approval_codes=self._codes,
                asked=request,
                proofs=self._proofs,
            )
            if judgement.entry is not None:
                self._writing.waiting.append(judgement.entry)
            self._writing.events += judgement.events
            if judgement.magic is not None:
                conduct = MAGIC_CONDUCTS.get(judgement.magic)
            if billed is not None:
                return self._billed_answer(message, request, billed, judgement.decision), conduct
            return issuer.from_issuer(message, judgement.decision, self._places), conduct
        if not expects_answer(message.mti):
            return None, None
        if conduct is not None and conduct.code is not None:
            return acquirer.refusal(message, conduct.code), conduct
        if kind in ("authorization", "financial"):
            return self._take(message, now_ms, stamp), conduct
        if kind == "reversal":
            return self._undo(message, now_ms, stamp), conduct
        if kind == "network_management":
            if message.network_function == CUT_OVER:
                self.settlement_date = message.elements.get(SETTLEMENT_DATE)
            return network_response(message, response_code=self._key_taken(message)), conduct
        return acquirer.refusal(message, FUNCTION_NOT_SUPPORTED), conduct

    def _key_taken(self, message: Message) -> str | None:
        """The response code to an exchange of a key; None of any other message, and of an issuer that knows no keys."""
        taken = take_key(self._wire.zone, message)
        return None if taken is None else taken[0]

    def _take(self, message: Message, now_ms: int, stamp: acquirer.Stamp) -> Message:
        """The answer to an advice; what it changes waits to be written."""
        try:
            advice = acquirer.to_authorization(
                message, acquirer_id=self._institution_id, stamp=stamp, currency=ACCOUNT_CURRENCY
            )
            billed = None if self._currency is None else billed_in(self._currency, advice)
        except MessageError:
            return acquirer.refusal(message, FORMAT_ERROR)
        taken = take(advice if billed is None else billed.request, self._accounts, self._writing, now_ms=now_ms)
        self._writing.waiting.extend(taken.entries)
        if billed is not None:
            return self._billed_answer(message, advice, billed, taken.decision)
        return issuer.from_issuer(message, taken.decision)

    def _billed_answer(self, message: Message, asked: Authorization, billed: Billed, decision: Decision) -> Message:
        """The answer to a request or an advice that was converted: what it says of money is in the currency of the sale, and
        DE 6, 10, 16 and 51 say what the account bears."""
        told = told_in_sale(decision, asked, billed.request, billed.rate)
        return with_billing(issuer.from_issuer(message, told, self._places), message, decision.approved_minor)

    def _undo(self, message: Message, now_ms: int, stamp: acquirer.Stamp) -> Message:
        """The answer to a reversal; what it changes waits to be written."""
        try:
            reversal = acquirer.to_reversal(message, acquirer_id=self._institution_id, stamp=stamp, currency=ACCOUNT_CURRENCY)
            if self._currency is not None:
                reversal = reversal_in(self._currency, reversal)
        except MessageError:
            return acquirer.refusal(message, FORMAT_ERROR)
        undoing = undo(reversal, self._accounts, self._writing, now_ms=now_ms)
        if undoing.entry is not None:
            self._writing.waiting.append(undoing.entry)
        return acquirer.reversal_response(reversal, undoing.response_code)


def _use_of(request: Authorization) -> CardUse:
    return card_use(request.carried)


def _refuse(line: Line, asked: Message, tpdu: bytes, fault: MacError) -> None:
    """Queue the answer to a message whose MAC is wrong, or missing."""
    message = line.understood(asked) if line.translates else asked
    if expects_answer(message.mti):
        code = FORMAT_ERROR if fault.missing else SECURITY_VIOLATION
        refusal = acquirer.refusal(message, code)
        _queue(line, Message(refusal.mti, {**refusal.elements, issuer.REASON: str(fault)}), tpdu, asked)


def _match(cue: AnswerCue, sale: tuple[Authorization, Authorization] | None) -> Match:
    """What a rule wants of a judgement. ``sale``: the request in the currency of the sale, and in that of the account."""
    wanted, part_minor = cue.conduct, cue.conduct.part_minor
    if part_minor is not None and sale is not None:
        part_minor = part_minor * sale[1].amount_minor // max(1, sale[0].amount_minor)
    return Match(cue.reason, wanted.code, part_minor=part_minor, told=wanted.besides_code)


def _queue_in(line: Line, codec: Codec, answer: Message, tpdu: bytes) -> bool:
    """Queue an answer in another dialect; False where it cannot say it."""
    try:
        line.queue_in(codec, answer, tpdu)
    except MessageError:
        return False
    return True


def _queue(line: Line, answer: Message, tpdu: bytes, asked: Message) -> bool:
    """Queue an answer, or 96 where the dialect cannot say it; False where it cannot say that either."""
    for message in (answer, Message(answer.mti, {**answer.elements, 39: SYSTEM_MALFUNCTION})):
        with suppress(MessageError):
            action = SCHEME_ACTIONS.get(message.response_code)
            if action is None:
                line.queue(message, tpdu, asked)
            else:
                line.queue(message, tpdu, asked, action)
            return True
    return False
