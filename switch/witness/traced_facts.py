"""What a message of the trace says, by the words of conditions. A message is opened when something is asked that its row does
not say."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.translation import Translation
from switch.iso8583.mapping.acquirer import named_stan
from switch.iso8583.message import Message
from switch.iso8583.reading.hiding import values_of
from switch.iso8583.scripted.glance import MessageFacts
from switch.record import frozen
from switch.specs.specification import Specs
from switch.trace.reader import Traced
from switch.trace.traced_rows import TracedRow

#: Elements that a row has -> where.
_OF_ROW: Final = {"11": "stan", "37": "rrn", "39": "response_code", "41": "terminal_id"}
MTI_DIGITS_ALL: Final = 4


class TraceOpener:
    """Opens messages of one trace. ``find`` gives a message by its number, None where it is not kept any more."""

    def __init__(self, specs: Specs, find: Callable[[int], Traced | None]) -> None:
        self.specs, self._find = specs, find
        self._codecs: dict[str, Codec] = {}

    def read(self, number: int) -> OpenedMessage | None:
        """A message in the form of 1987, as far as it can be read; None where nothing of it can."""
        traced = self._find(number)
        codec = None if traced is None or not traced.header else self._codec(traced.dialect)
        if traced is None or codec is None:
            return None
        mti, elements = values_of(codec.inspect(traced.body)[0])
        message = Message(mti, elements)
        if codec.dialect.edition == EDITION_1993:
            today = datetime.fromtimestamp(traced.at_ms / 1000, UTC).date()
            with suppress(MessageError, LookupError, ValueError):
                message = Translation(lambda: today).heard(message)
        return OpenedMessage(message=message, codec=codec)

    def _codec(self, dialect: str) -> Codec | None:
        if dialect not in self._codecs and dialect in self.specs.dialects:
            self._codecs[dialect] = Codec(self.specs.dialects[dialect])
        return self._codecs.get(dialect)


@frozen(kw_only=True)
class OpenedMessage:
    """A message with what it was read by."""

    message: Message
    codec: Codec


class TracedFacts:
    """One message of the trace."""

    def __init__(self, row: TracedRow, reader: TraceOpener) -> None:
        self._row, self._reader = row, reader

    def words(self, name: str) -> Collection[str]:
        """Every word by which the message answers to a clause."""
        row = self._row
        if name == "line":
            return (row.line.partition(" ")[0], row.line)
        if name == "mti":
            return (row.mti,) if row.mti else ()
        if name == "terminal" and row.terminal_id:
            return (row.terminal_id.rstrip(),)
        if name == "issuer" and not row.of_acquirer:
            return (row.line,)
        return () if self._facts is None else self._facts.words(name)

    @property
    def amount_minor(self) -> int | None:
        return None if self._facts is None else self._facts.amount_minor

    def element(self, name: str) -> str:
        """The value of an element or a subelement; empty where there is none."""
        if name in _OF_ROW and (value := getattr(self._row, _OF_ROW[name])):
            return str(value)
        return "" if self._facts is None else self._facts.element(name)

    @property
    def original_stan(self) -> str:
        """The STAN of the message it names as its original; empty where it names none."""
        return "" if self.opened is None else named_stan(self.opened.message.elements)

    @cached_property
    def opened(self) -> OpenedMessage | None:
        """The message itself; None where it cannot be read, or is not kept any more."""
        return self._reader.read(self._row.id)

    @cached_property
    def _facts(self) -> MessageFacts | None:
        opened = self.opened
        if opened is None or len(opened.message.mti) != MTI_DIGITS_ALL:
            return None
        return MessageFacts(opened.message, opened.codec.dialect, self._elsewhere)

    def _elsewhere(self, name: str, key: str) -> str:
        """What no message says: issuer and scheme of a card, MCC of a merchant."""
        specs = self._reader.specs
        if name == "mcc":
            merchant = specs.merchants.get(key)
            return merchant.mcc if merchant is not None else ""
        route = specs.routing.find(key) if key else None
        if route is None:
            return (specs.routing.scheme_of(key) or "") if name == "scheme" and key else ""
        return route.issuer if name == "issuer" else route.scheme
