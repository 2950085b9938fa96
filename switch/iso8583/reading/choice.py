"""Which of several ways to read a text is meant: the one that gives messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from switch.iso8583.codec import Codec
from switch.iso8583.reading.pasted.lines import from_digits
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
    def _worth(self) -> tuple[float, float]:
        """The share of messages read whole, and how much each of them shows of what a message has."""
        read = [trial for trial in self.trials if trial is not None and trial.is_message]
        count = len(self.trials) or 1
        return sum(trial.whole and trial.fits for trial in read) / count, sum(trial.signs for trial in read) / count

    def likelier_than(self, other: Choice) -> bool:
        """Whether it is plainly better: what stands first among the ways is likelier by itself."""
        (whole, signs), (other_whole, other_signs) = self._worth, other._worth
        return whole > other_whole or (whole == other_whole and signs >= other_signs + 1)


def choose(ways: Iterable[Pasted], codecs: Iterable[Codec], wrappings: Sequence[Wrapping]) -> Choice | None:
    """The first way whose messages make sense wholly, else the likeliest; None where there is none."""
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
        spelled = pasted.as_text and best is not None and all(from_digits(data.decode("latin-1")) for data in sample)
        if best is None or (choice.likelier_than(best) and not spelled):
            best = choice
    return best


def read(data: bytes, codecs: Iterable[Codec], wrappings: Sequence[Wrapping], *, as_text: bool = False) -> Trial | None:
    """The likeliest reading of one message. What is text is read by dialects that write text, unless there are no such."""
    among = tuple(codecs)
    if as_text:
        among = tuple(codec for codec in among if codec.dialect.mti == "ascii") or among
    return likeliest(trials([data], among, wrappings))
