"""A recording as a script: the questions of gateways in their order, each with the answer it was given."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, response_mti
from switch.lines.line import RECEIVED
from switch.lines.message_mac import MACS
from switch.record import frozen
from switch.trace.pairs import MTI_DIGITS
from switch.trace.reader import Traced


@frozen(kw_only=True)
class RecordedQuestion:
    """A message of a gateway as it was kept. ``left_out`` are its elements that no recording keeps, or that hold a MAC."""

    number: int
    at_ms: int
    line: str
    message: Message
    dialect: Dialect
    tpdu: bytes
    left_out: tuple[int, ...]
    answer: Message | None
    elapsed_ms: int | None  #: to the answer


def questions_of(traced: Sequence[Traced], dialects: Mapping[str, Dialect]) -> list[RecordedQuestion]:
    """The questions among the messages of a recording; what cannot be read is none."""
    codecs = {name: Codec(dialects[name]) for name in {each.dialect for each in traced} if name in dialects}
    replies: dict[tuple[str, str, str], deque[Traced]] = defaultdict(deque)
    for each in traced:
        if each.direction != RECEIVED:
            replies[each.line, each.mti, each.stan].append(each)
    questions = []
    for each in traced:
        if each.direction != RECEIVED or each.fault or each.dialect not in codecs or not _asks(each.mti):
            continue
        answer = _reply_to(each, replies[each.line, response_mti(each.mti), each.stan])
        codec = codecs[each.dialect]
        kept = _read(codec, each)
        if kept is not None:
            message, left_out = kept
            replied = None if answer is None else _read(codec, answer)
            questions.append(
                RecordedQuestion(
                    number=each.id,
                    at_ms=each.at_ms,
                    line=each.line,
                    message=message,
                    dialect=codec.dialect,
                    tpdu=each.tpdu,
                    left_out=left_out,
                    answer=None if replied is None else replied[0],
                    elapsed_ms=None if answer is None else answer.at_ms - each.at_ms,
                )
            )
    return questions


def _asks(mti: str) -> bool:
    return len(mti) == MTI_DIGITS and mti.isdecimal() and expects_answer(mti)


def _reply_to(question: Traced, replies: deque[Traced]) -> Traced | None:
    """The first reply behind a question that is for its terminal, where both name one; it is taken out."""
    for reply in replies:
        if reply.id > question.id and (reply.terminal_id == question.terminal_id or not reply.terminal_id):
            replies.remove(reply)
            return reply
    return None


def _read(codec: Codec, traced: Traced) -> tuple[Message, tuple[int, ...]] | None:
    """A message without the elements that were overwritten, and without MACs, and the numbers of these."""
    parts, error = codec.inspect(traced.body)
    if error is not None:
        return None
    values = {key: value for key, _, _, value in parts}
    gone = set(_overwritten(parts, traced.places)) | ({int(key) for key in values if key.isdecimal()} & set(MACS))
    elements = {int(key): value for key, value in values.items() if key.isdecimal() and key != "1" and int(key) not in gone}
    return Message(values["t"], elements), tuple(sorted(gone))


def _overwritten(parts: Iterable[tuple[str, int, bytes, str]], places: Sequence[tuple[int, int]]) -> Iterable[int]:
    for key, start, raw, _ in parts:
        if key.isdecimal() and key != "1" and any(start < last and first < start + len(raw) for first, last in places):
            yield int(key)
