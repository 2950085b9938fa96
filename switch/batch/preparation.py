"""The journal of dates that are not closed, prepared for their close by DuckDB while the centre runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from switch.data_folder.lock import file_held
from switch.display.measured import Measured
from switch.endofday import books
from switch.endofday.engines.beside import journal_columns
from switch.endofday.engines.in_duckdb import with_notices
from switch.endofday.engines.prepared import (
    LAST_REQUEST,
    PREPARED_FOLDER,
    folder_of,
    gaps,
    prepare,
    ranges_in,
    remove_closed,
)
from switch.endofday.engines.statements import DECIDED_COLUMNS
from switch.endofday.line_files.parquet import connected, said
from switch.errors import DataFolderError
from switch.journal.journal_file import JOURNAL_FILE
from switch.machine.private import make_folder
from switch.record import frozen


@frozen(kw_only=True)
class Prepared:
    """What stands ready for the next close."""

    written: int  #: files of this run
    file_count: int  #: in all
    last_request_id: int  #: up to which the journal was prepared last; 0: nothing of it is
    left: int  #: requests that the close reads from the journal


def prepare_journal(data: Path, say: Callable[[str], None] = lambda _: None) -> Prepared:
    """Write what is finished of the journal into files, for the close of its date by DuckDB.

    DataFolderError where the journal cannot be read, the files cannot be written, or another process writes them; SwitchError
    without DuckDB. ``say`` is called with what is being done.
    """
    with books.opened(data) as connection, connected("day prepare") as duck:
        try:
            make_folder(data / PREPARED_FOLDER)
            busy = f"{data}: found another `switch day prepare` that runs, expected one at a time"
            with file_held(data / PREPARED_FOLDER / "lock", busy=busy), said(data, PREPARED_FOLDER, "room for the journal"):
                remove_closed(connection, data)
                columns, selected = with_notices(journal_columns(connection, DECIDED_COLUMNS), DECIDED_COLUMNS)
                folder, written = folder_of(data, columns, selected), 0
                duck.execute("CREATE SCHEMA journal")
                (last,) = connection.execute(LAST_REQUEST).fetchone()
                with closing(prepare(connection, duck, folder, data / JOURNAL_FILE, columns, selected)) as files:
                    for each in files:
                        written += 1
                        say(Measured(f"prepared up to request {each.last}", each.last, last))
                ranges = ranges_in(folder)
        except OSError as error:
            where = error.filename or data / PREPARED_FOLDER
            raise DataFolderError(f"{where}: found {error.strerror}, expected a folder that can be written") from None
    left = sum(min(until, last) - since + 1 for since, until in gaps(ranges) if since <= last)
    return Prepared(written=written, file_count=len(ranges), last_request_id=ranges[-1].last if ranges else 0, left=left)
