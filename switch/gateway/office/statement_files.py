"""A merchant's statements of closed dates: the files that the close wrote, as the books name them; a form that was not written
is made of the same books, which are only read."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Final

from switch.endofday import books
from switch.endofday.files import day_folder, statement_stem, system_letters
from switch.endofday.statements import stated
from switch.errors import SwitchError
from switch.machine.files import read_whole
from switch.settlement.layouts.layout_forms import laid_out
from switch.settlement.statement_forms import BYTES_SUFFIXES, as_bytes, write_texts

STATEMENT_BYTES_MAX: Final = 64 << 20  #: of one file that is handed out
STATEMENT_DATES_MAX: Final = 400  #: that are listed, the newest ones
STATEMENT_TYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_STATED: Final = "SELECT business_date FROM statement WHERE merchant_id = ? ORDER BY business_date DESC LIMIT ?"
_RECORDED: Final = "SELECT sha256, byte_count FROM day_file WHERE business_date = ? AND name = ?"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def statement_dates_of(data: Path, merchant_id: str) -> tuple[str, ...]:
    """The dates of a merchant's statements, the newest first; none where no date is closed, or there are no books here."""
    try:
        with books.opened(data) as connection:
            return tuple(str(row[0]) for row in connection.execute(_STATED, (merchant_id, STATEMENT_DATES_MAX)))
    except SwitchError:
        return ()


def read_statement(data: Path, merchant_id: str, business_date: str, suffix: str) -> bytes | None:
    """A statement of a merchant in a form; None where it has none of this date, or its file is not as the books have it."""
    if suffix not in STATEMENT_TYPES or not _DATE.fullmatch(business_date):
        return None
    name = f"statements/{statement_stem(merchant_id)}.{suffix}"
    try:
        with books.opened(data) as connection:
            known = {(str(digest), int(count)) for digest, count in connection.execute(_RECORDED, (business_date, name))}
        if not known:
            return _made(data, merchant_id, business_date, suffix)
        content = read_whole(day_folder(data, business_date) / name, STATEMENT_BYTES_MAX)
    except (OSError, SwitchError):
        return None
    return content if (hashlib.sha256(content).hexdigest(), len(content)) in known else None


def _made(data: Path, merchant_id: str, business_date: str, suffix: str) -> bytes:
    with stated(data, merchant_id, business_date, lambda: {merchant_id}) as statement:
        layout = statement.facts.layout if statement.facts is not None else "detailed"
        for form in BYTES_SUFFIXES:
            if suffix == form:
                letters = system_letters() if form == "pdf" else None
                return (
                    as_bytes(statement, form, letters) if layout == "detailed" else laid_out(statement, layout, form, letters)
                )
        if suffix == "txt" and layout != "detailed":
            return laid_out(statement, layout, "text")
        out = io.StringIO(newline="")
        write_texts(statement, {"csv" if suffix == "csv" else "text": out})
        return out.getvalue().encode()
