"""What a pasted text may mean: one way of reading it, and the messages it has then."""

from __future__ import annotations

from typing import Final, NamedTuple

MASK: Final = 0x2A  #: stands for a byte that is masked in a dump: the asterisk a masked character of text is, too
PIECES_MAX: Final = 5_000  #: dumps, literals or arrays that are looked at in one text


class Piece(NamedTuple):
    """The bytes of one message (or of several one behind the other), and the line of the text where they begin, from 1."""

    data: bytes
    line: int


class Pasted(NamedTuple):
    """One way to read a text: ``how`` names it ("a hexdump -C dump"), ``pieces`` are what it has then."""

    how: str
    pieces: tuple[Piece, ...]
    as_text: bool = False  #: the characters of the text are the bytes of the message

    @property
    def in_words(self) -> str:
        """
        >>> Pasted("an xxd dump", (Piece(b"0800", 1),)).in_words
        'an xxd dump, 4 bytes'
        """
        total = sum(len(piece.data) for piece in self.pieces)
        size = f"{total:,} byte{'' if total == 1 else 's'}"
        if len(self.pieces) == 1:
            return f"{self.how}, {size}"
        return f"{self.how}, {'the first ' if len(self.pieces) == PIECES_MAX else ''}{len(self.pieces):,} messages, {size}"
