"""A recording played to a host: its questions in their order and at their time, each answer beside the recorded one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import trio

from switch.acquirer.caller import CentreLine
from switch.errors import MessageError, UnansweredError
from switch.iso8583.message import Message
from switch.iso8583.replayed.comparison import AnswerDifference, differences
from switch.iso8583.replayed.renewal import Renewal
from switch.lines.wire_format import WireFormat
from switch.record import frozen
from switch.recording.script import RecordedQuestion

AS_ANSWERED: Final = 0.0  #: a speed: each question of a connection follows the answer to the one before it


@frozen(kw_only=True)
class Played:
    """A question as it was played. ``answer`` is None where none came in time, ``unsaid`` why it could not be sent."""

    question: RecordedQuestion
    sent: Message
    answer: Message | None
    elapsed_ms: int
    differs: tuple[AnswerDifference, ...]
    unsaid: str = ""

    @property
    def as_recorded(self) -> bool:
        """Whether the host did now what it did then."""
        return not self.unsaid and not self.differs and (self.answer is None) == (self.question.answer is None)


class Player:
    """Plays questions to the host at ``address``. ``wires`` is how messages stand on the wire, by dialect.

    ``speed`` 1 keeps the times of the recording, 2 takes half of them; ``AS_ANSWERED`` waits for answers and nothing else.
    ``ignored`` are elements that are not compared.
    """

    def __init__(
        self,
        address: tuple[str, int],
        wires: Mapping[str, WireFormat],
        renewal: Renewal,
        *,
        speed: float,
        timeout_seconds: float,
        ignored: Collection[int] = (),
        played: Callable[[Played], None] = lambda _: None,
    ) -> None:
        self._address, self._wires, self._renewal = address, wires, renewal
        self._speed, self._timeout_seconds, self._ignored = speed, timeout_seconds, ignored
        self._played = played

    async def play(self, questions: Sequence[RecordedQuestion]) -> list[Played]:
        """All of them, each connection of the recording as one of its own; in the order of the questions.

        UnreachableError where the host takes no call.
        """
        found: dict[int, Played] = {}
        by_line: dict[str, list[RecordedQuestion]] = {}
        for question in questions:
            by_line.setdefault(question.line, []).append(question)
        async with trio.open_nursery() as lines:
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                for asked in by_line.values():
                    line = CentreLine(*self._address, self._wires[asked[0].dialect.name])
                    await lines.start(line.run)
                    nursery.start_soon(self._play_line, line, asked, began, questions[0].at_ms, found)
            lines.cancel_scope.cancel()
        return [found[question.number] for question in questions]

    async def _play_line(
        self, line: CentreLine, asked: list[RecordedQuestion], began: float, first_ms: int, found: dict[int, Played]
    ) -> None:
        """The questions of one connection: each at its time, or each behind the answer to the one before it."""
        if self._speed == AS_ANSWERED:
            for question in asked:
                await self._ask(line, question, found)
            return
        async with trio.open_nursery() as nursery:
            for question in asked:
                await trio.sleep_until(began + (question.at_ms - first_ms) / 1000 / self._speed)
                nursery.start_soon(self._ask, line, question, found)

    async def _ask(self, line: CentreLine, question: RecordedQuestion, found: dict[int, Played]) -> None:
        recorded_at = datetime.fromtimestamp(question.at_ms / 1000, UTC)
        sent = self._renewal.renewed(question.message, recorded_at, question.dialect.edition)
        answer, unsaid, began = None, "", trio.current_time()
        try:
            answer = await line.ask(sent, self._timeout_seconds)
        except UnansweredError:
            pass
        except MessageError as error:
            unsaid = str(error)
        elapsed_ms = round((trio.current_time() - began) * 1000)
        self._renewal.answered(question.answer, answer)
        differs: tuple[AnswerDifference, ...] = ()
        if question.answer is not None and answer is not None:
            differs = tuple(differences(question.answer, answer, sent, self._ignored))
        played = Played(question=question, sent=sent, answer=answer, elapsed_ms=elapsed_ms, differs=differs, unsaid=unsaid)
        found[question.number] = played
        self._played(played)
