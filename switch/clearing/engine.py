"""The door to what computes the lines of a business date, of which there are many; all else stays in the books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, Protocol, get_args

#: Which engine computes the lines. The rows are the same.
EngineName = Literal["sqlite", "duckdb"]
ENGINES: Final[tuple[EngineName, ...]] = get_args(EngineName)


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
