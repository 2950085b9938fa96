"""How messages stand on a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping.security_places import SecurityPlaces, security_places
from switch.iso8583.plain.picker import PickValues, ValuePicker
from switch.iso8583.plain.plain_answer import PLAIN_ANSWERS
from switch.iso8583.plain.plain_request import PLAIN_REQUESTS
from switch.keys.zone_keys import ZoneKeys
from switch.lines.message_mac import Macs
from switch.record import frozen


def utc_today() -> date:
    """The machine's date, for the years 1987 leaves out."""
    return datetime.now(UTC).date()


@frozen(kw_only=True)
class WireFormat:
    """Dialect, length header, and whether a TPDU goes in front; ``today`` is for the dates of a 1993 dialect."""

    codec: Codec
    header: HeaderFormat
    tpdu: bool
    today: Callable[[], date] = utc_today
    macs: Macs | None = None  #: who makes and verifies MACs; None: there are none on the line
    zone: ZoneKeys | None = None  #: the keys that can be exchanged on the line; None: none
    pin_zone: str = ""  #: the key that PIN blocks are enciphered under; empty: their control data (DE 53) name it

    @cached_property
    def places(self) -> SecurityPlaces:
        """Where its dialect says what proves card and holder."""
        return security_places(self.codec.dialect, self.pin_zone)

    @cached_property
    def pickers(self) -> tuple[PickValues, PickValues] | None:
        """Who reads plain requests and plain answers; None where every message is looked at whole."""
        if self.macs is not None or self.codec.dialect.edition == EDITION_1993:
            return None
        requests = ValuePicker(self.codec, PLAIN_REQUESTS, self.places.marked)
        return requests.pick, ValuePicker(self.codec, PLAIN_ANSWERS).pick

    @cached_property
    def words(self) -> tuple[str, str, bool]:
        """The same as plain values: the dialect's name, the notation of the header, whether there is a TPDU."""
        return self.codec.dialect.name, self.header.notation, self.tpdu
