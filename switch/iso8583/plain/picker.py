"""A few values of a message, cut out of its bytes; all of the message is judged, as where it is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from switch.iso8583.codec import Codec
from switch.iso8583.plain.shape import MessageShape, compile_shape
from switch.iso8583.plan import Picker, compile_picker, present_elements
from switch.record import frozen

PickValues = Callable[[bytes], "tuple[Any, ...] | None"]

SHAPES_MAX: Final = 256  #: kept of a dialect, 5 kB each; messages of further ones are read by plans


@frozen(eq=False)
class Wanted:
    """What is wanted of messages of which a few values say all that counts."""

    mtis: frozenset[str]
    values: tuple[int, ...]  #: elements, ascending, as their values are given
    needed: frozenset[int]  #: those of them without which a message is none of these
    beside: frozenset[int]  #: elements that may be there too, and change nothing


class ValuePicker:
    """Picks what is ``wanted`` out of the messages of one dialect, but for those that have one of the elements ``without``."""

    def __init__(self, codec: Codec, wanted: Wanted, without: frozenset[int] = frozenset()) -> None:
        self._codec, self._wanted = codec, wanted
        self._allowed = wanted.beside.union(wanted.values) - without
        self._plans: dict[bytes, Picker | None] = {}  #: by all that stands before the first element: MTI and bitmap
        self._shapes: dict[tuple[bytes, int], MessageShape | None] = {}  #: by MTI, first bitmap and the length of the message
        self._front = codec.front_bytes

    def pick(self, data: bytes) -> tuple[Any, ...] | None:
        """MTI and values; an element that is not there is None.

        None where the message is none of those wanted, or has to be decoded: its like has come too seldom, or something about
        it is unusual.
        """
        key = data[: self._front], len(data)
        shape = self._shapes.get(key)
        found = None if shape is None else shape(data)
        if found is None:
            found = self._planned(data)
            if found is not None and key not in self._shapes and len(self._shapes) < SHAPES_MAX:
                self._shapes[key] = self._shape(data)
        return found

    def _planned(self, data: bytes) -> tuple[Any, ...] | None:
        """The same by the plan of its layout, for messages of any length."""
        opening = self._codec.opening(data)
        if opening is None:
            return None
        mti, end = opening
        head = data[:end]
        try:
            plan = self._plans[head]
        except KeyError:
            plan = self._made(data, mti, end)
        if plan is None:
            return None
        try:
            return plan(data, end, mti)
        except (LookupError, ValueError):
            return None

    def _made(self, data: bytes, mti: str, end: int) -> Picker | None:
        """A plan for messages that come often enough to have one for decoding them."""
        bitmap = self._codec.elements_met(data, end)
        if bitmap is None:
            return None
        present, plan = frozenset(present_elements(bitmap)), None
        if mti in self._wanted.mtis and self._wanted.needed <= present <= self._allowed:
            plan = compile_picker(self._codec.dialect, bitmap, self._wanted.values)
        self._plans[data[:end]] = plan
        return plan

    def _shape(self, data: bytes) -> MessageShape | None:
        """The shape of a message that was picked."""
        opening = self._codec.opening(data)
        assert opening is not None, "it was picked"
        mti, start = opening
        elements = self._codec.decode(data).elements
        return compile_shape(self._codec.dialect, elements, data, start, mti, self._wanted.values)


class UndecodedElements(Mapping[int, str]):
    """The elements of a message that was judged, decoded when one of them is asked for."""

    __slots__ = ("_body", "_codec", "_elements")

    def __init__(self, codec: Codec, body: bytes) -> None:
        self._codec, self._body = codec, body
        self._elements: dict[int, str] | None = None

    def decoded(self) -> dict[int, str]:
        """All of them."""
        if self._elements is None:
            self._elements = self._codec.decode(self._body).elements
        return self._elements

    def __getitem__(self, number: int) -> str:
        return self.decoded()[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self.decoded())

    def __len__(self) -> int:
        return len(self.decoded())
