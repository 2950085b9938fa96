"""A sentence of progress that says how far the work is: whoever shows it can draw a bar, and nobody else notices."""

from __future__ import annotations


class Measured(str):
    """A text with the number of steps that are done and the number of all of them.

    >>> said = Measured("closing 2026-11-28: writing statement 21 of 40", 20, 40)
    >>> said, said.done, said.total
    ('closing 2026-11-28: writing statement 21 of 40', 20, 40)
    """

    __slots__ = ("done", "total")

    done: int
    total: int

    def __new__(cls, text: str, done: int, total: int) -> Measured:
        self = super().__new__(cls, text)
        self.done, self.total = done, total
        return self
