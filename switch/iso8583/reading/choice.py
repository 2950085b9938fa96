"""Which of several ways to read a text is meant: the one that gives messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from switch.iso8583.codec import Codec
from switch.iso8583.reading.pasted.piece import Pasted
from switch.iso8583.reading.recognize import MESSAGE_BYTES_MAX, Trial, Wrapping, likeliest, trials

PIECES_TRIED: Final = 3  #: of one way; whoever pastes a log pastes messages of one kind
BYTES_TRIED: Final = 4 * MESSAGE_BYTES_MAX  #: of all ways together, once a first one was tried


class Choice(NamedTuple):
    """A way to read a text, and its first messages read: the likeliest trial of each."""

    pasted: Pasted
    trials: tuple[Trial | None, ...]

    @property
    def whole(self) -> bool:
        """Whether all that was tried makes sense wholly."""
        return bool(self.trials) and all(trial is not None and trial.whole and trial.fits for trial in self.trials)

    @property
    def _worth(self) -> tuple[int, bool, float]:
        messages = [trial for trial in self.trials if trial is not None and trial.is_message]
        whole = sum(trial.whole and trial.fits for trial in messages)
        given = sum(len(piece.data) for piece in self.pasted.pieces[: len(self.trials)]) or 1
        return whole, len(messages) == len(self.trials) > 0, sum(trial.understood_bytes for trial in messages) / given

    def likelier_than(self, other: Choice) -> bool:
        return self._worth > other._worth


def choose(ways: Iterable[Pasted], codecs: Iterable[Codec], wrappings: Sequence[Wrapping]) -> Choice | None:
    """The first way whose messages make sense wholly, else the likeliest; of equals the first. None where there is none."""
    best: Choice | None = None
    tried, among = 0, tuple(codecs)
    for pasted in ways:
        sample = [piece.data for piece in pasted.pieces[:PIECES_TRIED] if len(piece.data) <= MESSAGE_BYTES_MAX]
        tried += sum(map(len, sample))
        if best is not None and tried > BYTES_TRIED:
            break
        choice = Choice(pasted, tuple(read(data, among, wrappings, as_text=pasted.as_text) for data in sample))
        if choice.whole:
            return choice
        if best is None or choice.likelier_than(best):
            best = choice
    return best


def read(data: bytes, codecs: Iterable[Codec], wrappings: Sequence[Wrapping], *, as_text: bool = False) -> Trial | None:
    """The likeliest reading of one message. What is text is read by dialects that write text, unless there are no such."""
    among = tuple(codecs)
    if as_text:
        among = tuple(codec for codec in among if codec.dialect.mti == "ascii") or among
    return likeliest(trials([data], among, wrappings))
