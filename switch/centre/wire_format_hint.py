"""What the first bytes of a line look like, where they make no sense on the listener they came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.reading.stream import HEADERS, Way, whole_way
from switch.lines.line import OPENING_BYTES_MAX
from switch.lines.wire_format import WireFormat


class WireFormatHint:
    """Every wire format there is: those of the listeners first, then all dialects behind all length headers."""

    def __init__(self, wires: Mapping[str, WireFormat], dialects: Mapping[str, Dialect]) -> None:
        self._wires = wires
        codecs = [Codec(dialect) for dialect in dialects.values()]
        self._others = [Way(header, tpdu, codec) for header in HEADERS for tpdu in (False, True) for codec in codecs]
        whole_way(bytes(OPENING_BYTES_MAX), self._others)  # what is made once is made here: nobody is to wait for it

    def looks_like(self, opening: bytes) -> str:
        """The end of a sentence about a line that begins so; empty where its bytes make sense in no way."""
        way = whole_way(opening, chain(self._spoken(), self._others))
        if way is None:
            return ""
        listeners = [name for name, wire in self._wires.items() if _way(wire)[:2] == way[:2] and wire.codec is way.codec]
        where = f", which listener {listeners[0]} takes" if listeners else ""
        return f"; this looks like {way.behind}{where}"

    def _spoken(self) -> Iterator[Way]:
        return map(_way, self._wires.values())


def _way(wire: WireFormat) -> Way:
    return Way(wire.header, wire.tpdu, wire.codec)
