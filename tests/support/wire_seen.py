"""A gateway that does what the comments of a scenario say, and what it sees, in their words.

A step is what is sent and what is seen, ``payment amount=5.05 -> 05``. Sent: ``payment``, ``repeat``, ``reversal``,
``reversal repeat``, ``advice``, ``advice repeat``, ``echo``, ``sign-on``, ``totals``, ``60 payments``; or ``wait 30s``,
``connect``, ``release``, ``clock 22:30``; or the name of an issuer: the messages it has had so far. What is seen is watched for
9 seconds, one less than Switch waits for an issuer, or ``for 40s``; less where an answer has come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

import trio
from attrs import define, field

from switch.errors import MessageError
from switch.iso8583.message import Message
from switch.money import parse_amount
from tests.support.centre_in_loop import Client, Loopback, purchase, specs
from tests.support.host_stage import network, reversal_of

WATCHED_SECONDS: Final = 9.0
QUIET_SECONDS: Final = 1.5  #: of silence behind an answer, and nothing more is waited for
FULL_PIECES: Final = 20  #: an answer that comes in more pieces is said to come byte by byte
NOTHING: Final = "nothing"
_ELEMENTS: Final = {"card": 2, "merchant": 42, "terminal": 41}
_FUNCTIONS: Final = {"echo": "301", "sign-on": "001", "sign-off": "002"}
_AFTER: Final = re.compile(r" after ([\d.]+)s(?:\.\.([\d.]+)s)?$")


@define
class Gateway:
    """One connection at a time to a listener of a centre; ``clock`` moves the centre's business clock."""

    centre: Loopback
    clock: Callable[[int], None]
    _client: Client | None = None
    _stan: int = 0
    _last: Message | None = None  #: payment, as it was sent
    _answers: dict[str, Message] = field(factory=dict)  #: STAN of a payment -> the answer that came to it
    _advice: Message | None = None

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        await self._hang_up()

    async def _hang_up(self) -> None:
        if self._client is not None:
            await trio.aclose_forcefully(self._client.stream)
            self._client = None

    async def seen(self, sent: str, extra: tuple[int, ...] = ()) -> str:
        """Do what is said; what is seen of it. ``extra`` are elements of answers that are told with their values."""
        words = sent.split()
        seconds = WATCHED_SECONDS
        if "for" in words:
            seconds = float(words[words.index("for") + 1].removesuffix("s"))
            del words[words.index("for") :]
        if words[0].isdecimal():
            each = [await self.seen(" ".join(["payment", *words[2:]])) for _ in range(int(words[0]))]
            each = [_AFTER.sub(lambda found: f" after {float(found[1]):.0f}s", one).replace(", ", " and ") for one in each]
            kinds = sorted(set(each))
            return ", ".join(f"{kind}: {each.count(kind)}" for kind in kinds)
        if words[0] in self.centre.heard:
            heard = [message.mti for message in self.centre.heard[words[0]] if message.mti[1] != "8"]
            return " ".join(heard) or NOTHING
        if words[0] == "clock":
            hour, minute = words[1].split(":")
            at = datetime(2026, 11, 22, int(hour), int(minute), tzinfo=specs().calendar.zone)
            self.clock(int(at.astimezone(UTC).timestamp() * 1000))
            return NOTHING
        if words[0] == "connect":
            return await self._connected()
        message = None
        if words[0] == "release":
            held = self.centre.server.stage.held.waiting()
            self.centre.server.stage.release([each.id for each in held])
        elif words[0] == "wait":
            seconds = float(words[1].removesuffix("s"))
        else:
            message = self._message(words)
        return await self._watched(message, seconds, extra)

    async def _connected(self) -> str:
        client = self.centre.client()
        try:
            await client.__aenter__()
            with trio.move_on_after(0.5):
                if not await client.stream.receive_some(1):
                    return "refused"
        except (OSError, trio.BrokenResourceError):
            return "refused"
        await self._hang_up()
        self._client = client
        return "accepted"

    def _message(self, words: list[str]) -> Message:
        self._stan += 1
        what, options = words[0], [word for word in words[1:] if "=" in word]
        given = {}
        for option in options:
            key, _, value = option.partition("=")
            number = 4 if key == "amount" else _ELEMENTS.get(key) or int(key.removeprefix("de"))
            given[number] = f"{parse_amount(value):012d}" if key == "amount" else value
        if what == "payment":
            self._last = purchase(self._stan, de7=self._now(), **{f"de{number}": value for number, value in given.items()})
            if 2 in given:
                cards = (card for issuer in specs().issuers.values() for card in issuer.all_cards())
                expiry = next(card.expiry for card in cards if card.pan.digits == given[2])
                self._last = purchase(self._stan, de14=expiry, de7=self._now(), **{f"de{n}": v for n, v in given.items()})
            return self._last
        if what in ("repeat", "reversal"):
            assert self._last is not None, "a payment stands before"
            if what == "repeat":
                return self._last._replace(mti=f"{self._last.mti[:3]}1")
            return reversal_of(self._last, 900_000 + int(self._last.stan), mti="0421" if "repeat" in words else "0420")
        if what == "advice":
            if "repeat" not in words or self._advice is None:
                self._advice = purchase(self._stan, de7=self._now(), de39="00", de38="123456")._replace(mti="0120")
                return self._advice
            return self._advice._replace(mti="0121")
        if what == "totals":
            merchant = purchase().elements
            return Message("0500", {7: self._now(), 11: f"{self._stan:06d}", 32: "504777", 41: merchant[41]})
        return network(_FUNCTIONS[what], stan=self._stan)

    def _now(self) -> str:
        return f"112210{self._stan // 60:02d}{self._stan % 60:02d}"

    async def _watched(self, message: Message | None, seconds: float, extra: tuple[int, ...]) -> str:
        """What comes, and when, until the time is over or the connection ends."""
        if self._client is None and message is not None:
            assert await self._connected() == "accepted"
        if self._client is None:
            await trio.sleep(seconds)
            return NOTHING
        client, began = self._client, trio.current_time()
        if message is not None:
            await client.stream.send_all(client.framed(message))
        told, pieces, ended = list[str](), 0, ""
        with trio.move_on_after(seconds) as watching:
            while not ended:
                try:
                    data = await client.stream.receive_some(65_536)
                except trio.BrokenResourceError:
                    ended = "reset"
                    continue
                if not data:
                    ended = "closed"
                    continue
                pieces += 1
                watching.deadline = min(watching.deadline, trio.current_time() + QUIET_SECONDS)
                elapsed = trio.current_time() - began
                for frame in client._framer.feed(data):
                    text = self._told(client, frame.body, message, extra)
                    text += " byte by byte" if pieces > FULL_PIECES else f" after {elapsed:.3f}s" if elapsed >= 0.04 else ""
                    told.append(text)
        rest = client._framer.incomplete
        if rest is not None:
            told.append(self._broken(client))
        if ended:
            told.append(ended)
            await self._hang_up()
        elif rest is not None:
            await self._hang_up()
        return ", ".join(told) or NOTHING

    def _broken(self, client: Client) -> str:
        """Whether the bytes that wait for more are a whole answer already."""
        buffered = bytes(client._framer._rest)
        try:
            client.wire.codec.decode(buffered[2:])
        except MessageError:
            return "half an answer"
        return "an answer with a wrong length"

    def _told(self, client: Client, body: bytes, request: Message | None, extra: tuple[int, ...]) -> str:
        try:
            answer = client.wire.codec.decode(body)
        except MessageError:
            return "unreadable"
        e = answer.elements
        asked = request is not None and answer.mti[:2] == request.mti[:2]
        usual = asked and request is not None and answer.mti == f"{request.mti[:2]}{int(request.mti[2]) + 1}0"
        parts = [] if usual else [answer.mti]
        parts.append(e.get(39, "no code"))
        if asked and request is not None:
            partial = e.get(39) == "10"
            names = {11: "STAN", 37: "RRN", 41: "terminal"} | ({} if partial else {4: "amount"})
            both = [n for n in names if n in e and n in request.elements]
            parts += [f"with another {names[n]}" for n in both if e[n] != request.elements[n]]
            if partial:
                parts.append(f"for {int(e[4]) / 100:.2f}")
            wanted = [n for n in (11, 37, 41, 42) if n in request.elements]
            parts += [f"without {n}" for n in wanted if n not in e]
            approved = e.get(39) == "00" and request.mti in ("0100", "0101")
            parts += ["without 38"] if approved and 38 not in e else []
        parts += [f"balance {int(e[54][8:20]) / 100:.2f}"] if 54 in e and request is not None else []
        parts += [f"{n}={e.get(n, '')}" for n in extra]
        return " ".join(parts)


def fault_of(expected: str, seen: str) -> str | None:
    """What is wrong with what was seen; None where it is as expected."""
    if re.match(r"\S+: \d", seen):  # of many payments: each kind must occur, and no other
        kinds = set(re.split(r", | or ", expected))
        found = {part.partition(":")[0] for part in seen.split(", ")}
        return None if kinds == found else f"seen {seen}"
    wanted, got = expected.split(", "), seen.split(", ")
    if len(wanted) != len(got):
        return f"seen {seen}"
    for want, have in zip(wanted, got, strict=True):
        span, at = _AFTER.search(want), _AFTER.search(have)
        if _AFTER.sub("", want) != _AFTER.sub("", have):
            return f"seen {seen}"
        seconds = float(at[1]) if at else 0.0
        low = float(span[1]) if span else 0.0
        high = float(span[2] or span[1]) if span else 0.0
        if span is None and want[:2] == have[:2] and at is not None and re.match(r"0[1-8]\d\d ", want):
            continue  # an answer to an earlier message: when it comes is said there
        if not low - 0.05 <= seconds <= high + 0.2:
            return f"seen {seen}"
    return None
