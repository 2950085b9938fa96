"""The door to what computes the lines of a business date, of which there are many; all else stays in the books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

#: Which engine computes the lines: one of ``ENGINES``, or Spark at its address. The rows are the same.
EngineName = str
ENGINES: Final = ("sqlite", "duckdb")
ENGINE_EXPECTED: Final = "sqlite, duckdb, or sc://host:port of Spark Connect"
_SPARK: Final = re.compile(r"sc://([\w.-]+):(\d{1,5})", re.ASCII)
_PORT_MAX: Final = 65_535


def is_engine(name: EngineName) -> bool:
    """Whether there is an engine of this name."""
    return name in ENGINES or is_spark(name)


def is_spark(name: EngineName) -> bool:
    """Whether it is an address of Spark Connect."""
    found = _SPARK.fullmatch(name)
    return found is not None and 0 < int(found[2]) <= _PORT_MAX


class Engine(Protocol):
    """Runs statements that have lines, each by its name, beside the connection that has the books.

    It is opened for one business date. What a statement stores stays where the statements after it read it.
    """

    def keep(self, name: str, parameters: Mapping[str, object]) -> None:
        """Run a statement that stores. DataFolderError where its rows find no room."""

    def take(self, table: str) -> None:
        """See that the connection has what the books keep, or its statements read, of a table that was stored here."""

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        """The rows of a query (``clearing.gathered.Ask``): of one that has lines from here, of any other from the books."""


@runtime_checkable
class TellsIssuers(Engine, Protocol):
    """An engine that writes what the issuers are told of the date it has closed, for it has the lines and the journal."""

    def can_tell(self, business_date: str) -> bool:
        """Whether it has all of a date, and no text of it has to be escaped."""

    def take_presented(self, request_ids: Sequence[int]) -> None:
        """Put the presentments of these requests into ``presented_by_request``, which is empty. OSError as ``tell``."""

    def begin_telling(self, issuer: str, apart: Sequence[tuple[int, str]]) -> int:
        """Be told the lines that are written otherwise, each with its request, in their order; those of ``take_presented`` are
        among them. How many lines the issuer gets. OSError as ``tell``."""

    def tell(self, issuer: str, first_line: str, path: str) -> None:
        """Write the lines of an issuer, by request, in place of a file. OSError where memory or disk refuse them."""
