"""Other bytes made of good ones, by a seed: what is tried where no tool looks at which lines of the code were reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

STRETCH_BYTES_MAX: Final = 64  #: cut out, doubled or taken from another sample at once
LONG_TIMES_MAX: Final = 200  #: how often a stretch is said again, now and then
INPUT_BYTES_MAX: Final = 16_384  #: what is longer is cut: it takes longer, and finds no more
CHANGES: Final = (1, 1, 2, 3, 5, 8)  #: how many at once
Change = Callable[[bytearray, "Mutator"], None]


class Mutator:
    """``seeds`` are good inputs, ``words`` what is worth putting in; the same ``random`` gives the same inputs."""

    def __init__(self, seeds: Sequence[bytes], words: Sequence[bytes], random: Random) -> None:
        self.seeds, self.words, self.random = list(seeds), list(words), random

    def next(self) -> bytes:
        """The next input; a seed itself now and then."""
        data = bytearray(self.random.choice(self.seeds))
        for _ in range(self.random.choice(CHANGES)):
            self.random.choice(CHANGED)(data, self)
        return bytes(data[:INPUT_BYTES_MAX])

    def place(self, data: bytearray) -> int:
        return self.random.randrange(len(data) + 1)

    def stretch(self, data: bytearray) -> tuple[int, int]:
        place = self.place(data)
        return place, place + self.random.randint(1, STRETCH_BYTES_MAX)


def _flip(data: bytearray, by: Mutator) -> None:
    if data:
        data[by.random.randrange(len(data))] ^= 1 << by.random.randrange(8)


def _set(data: bytearray, by: Mutator) -> None:
    if data:
        data[by.random.randrange(len(data))] = by.random.choice(
            (0, 1, 0x20, 0x30, 0x39, 0x7F, 0x80, 0xFF, by.random.randrange(256))
        )


def _cut(data: bytearray, by: Mutator) -> None:
    first, last = by.stretch(data)
    del data[first:last]


def _end(data: bytearray, by: Mutator) -> None:
    del data[by.place(data) :]


def _word(data: bytearray, by: Mutator) -> None:
    """A word in between, or in the place of as many bytes."""
    place, word = by.place(data), by.random.choice(by.words)
    data[place : place + by.random.choice((0, len(word)))] = word


def _double(data: bytearray, by: Mutator) -> None:
    first, last = by.stretch(data)
    data[first:first] = data[first:last]


def _long(data: bytearray, by: Mutator) -> None:
    first, last = by.stretch(data)
    data[first:first] = data[first:last] * by.random.randint(2, LONG_TIMES_MAX)


def _other(data: bytearray, by: Mutator) -> None:
    """A stretch of another sample."""
    other = by.random.choice(by.seeds)
    first = by.random.randrange(len(other) + 1)
    place = by.place(data)
    data[place : place + by.random.choice((0, STRETCH_BYTES_MAX))] = other[
        first : first + by.random.randint(1, 4 * STRETCH_BYTES_MAX)
    ]


def _behind(data: bytearray, by: Mutator) -> None:
    """Another sample behind it."""
    data += by.random.choice(by.seeds)


def _number(data: bytearray, by: Mutator) -> None:
    """Another digit where one stands."""
    digits = [place for place in range(min(len(data), INPUT_BYTES_MAX)) if 0x30 <= data[place] <= 0x39]
    if digits:
        data[by.random.choice(digits)] = 0x30 + by.random.randrange(10)


#: Each as often as it is drawn.
CHANGED: Final[tuple[Change, ...]] = (
    *(_flip, _flip, _set, _set, _word, _word, _number, _number, _number),
    *(_cut, _double, _end, _other, _other, _behind, _long),
)
