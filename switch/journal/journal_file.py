"""The journal as those see it who are no centre: where it stands, and whether a bank has approved anything by it.

Issuers look here, each as it starts: it loads in a moment, which the rest of the journal does not.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from switch.errors import DataFolderError

JOURNAL_FILE: Final = "journal.db"

_APPROVED_BY: Final = "SELECT EXISTS (SELECT 1 FROM decision WHERE decided_by = ? AND approved_minor > 0)"


def has_approvals_of(path: Path, issuer: str) -> bool:
    """Whether a journal knows of money an issuer has approved by its own word. DataFolderError where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return bool(db.execute(_APPROVED_BY, (issuer,)).fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise DataFolderError(f"{path}: found {error}, expected a journal of Switch") from None
