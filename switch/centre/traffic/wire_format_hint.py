"""What the first bytes of a line look like, where they make no sense on the listener they came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.reading.openings import protocol_of, unusual_ways
from switch.iso8583.reading.stream import HEADERS, Way, whole_way
from switch.lines.line import OPENING_BYTES_MAX
from switch.lines.wire_format import WireFormat

UNUSUAL_READINGS_MAX: Final = 20  #: messages read to find out what else may stand around those of a line


class WireFormatHint:
    """Every wire format there is: those of the listeners first, then all dialects behind all length headers."""

    def __init__(self, wires: Mapping[str, WireFormat], dialects: Mapping[str, Dialect]) -> None:
        self._wires = wires
        self._codecs = [Codec(dialect) for dialect in dialects.values()]
        self._others = [Way(header, tpdu, codec) for header in HEADERS for tpdu in (False, True) for codec in self._codecs]

    def prepare(self) -> None:
        """Make what is made once, so that nobody waits for it later."""
        whole_way(bytes(OPENING_BYTES_MAX), self._others)

    def looks_like(self, opening: bytes, here: WireFormat | None = None) -> str:
        """The end of a sentence about a line that begins so; empty where its bytes make sense in no way. ``here`` is the wire
        format of the listener it came to."""
        protocol = protocol_of(opening)
        if protocol is not None:
            return f"; this looks like {protocol}"
        way = whole_way(opening, chain(self._spoken(), self._others)) or whole_way(
            opening, unusual_ways(opening, self._codecs), UNUSUAL_READINGS_MAX
        )
        if way is None:
            return ""
        if here is not None and (way.header, way.codec.dialect) == (here.header, here.codec.dialect) and way.tpdu != here.tpdu:
            return "; there is a TPDU, which this listener does not take" if way.tpdu else "; its TPDU is missing"
        listeners = [name for name, wire in self._wires.items() if _way(wire)[:2] == way[:2] and wire.codec is way.codec]
        where = f", which listener {listeners[0]} takes" if listeners else ""
        return f"; this looks like {way.behind}{where}"

    def _spoken(self) -> Iterator[Way]:
        return map(_way, self._wires.values())


def _way(wire: WireFormat) -> Way:
    return Way(wire.header, wire.tpdu, wire.codec)
