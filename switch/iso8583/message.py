"""A message: its MTI and the values of its data elements."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """A decoded message. Where one is made for every transaction, ``tuple.__new__`` makes it: a third quicker.

    ``mti`` is four digits. ``elements`` maps a data element's number (2…192, never a bitmap) to its value as text: digits
    and characters as they are, binary elements (class b) as upper-case hexadecimal, track data with ``=`` or ``D``.
    """

    mti: str
    elements: dict[int, str]

    @property
    def transmitted_at(self) -> str:
        """When it was sent (DE 7, MMDDhhmmss, UTC); empty where it does not say."""
        return self.elements.get(7, "")

    @property
    def stan(self) -> str:
        """The systems trace audit number (DE 11); empty where there is none."""
        return self.elements.get(11, "")

    @property
    def response_code(self) -> str:
        """DE 39; empty where there is none."""
        return self.elements.get(39, "")

    @property
    def terminal_id(self) -> str:
        """DE 41; empty where there is none."""
        return self.elements.get(41, "")

    @property
    def network_function(self) -> str:
        """What a network management message is about (DE 70); empty where there is none."""
        return self.elements.get(70, "")
