"""Applications for affiliation and what was decided of them, as they stand in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, Literal

from switch.record import frozen

APPLICATIONS_OPEN_MAX: Final = 5_000  #: not decided yet; one more is not taken
AffiliationVerdict = Literal["accepted", "refused"]
_KEPT: Final = (
    "SELECT a.id, a.applied_at_ms, a.body, d.verdict, d.decided_at_ms, d.body FROM affiliation AS a"
    " LEFT JOIN affiliation_decision AS d ON d.affiliation_no = a.id"
)


@frozen(kw_only=True)
class Affiliation:
    """An application, with what was decided; ``verdict`` is empty while nothing is. Times are epoch milliseconds."""

    number: int
    applied_at_ms: int
    fields: Mapping[str, str]
    verdict: AffiliationVerdict | Literal[""]
    decided_at_ms: int
    decided: Mapping[str, str]  #: the reason of a refusal; merchant, terminal and keys of an acceptance


class AffiliationBook:
    """Questions and changes; whoever calls owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def apply(self, fields: Mapping[str, str], now_ms: int) -> int | None:
        """Keep an application: its number; None where too many wait for a decision."""
        (waiting,) = self._sql.execute(
            "SELECT count(*) FROM affiliation WHERE id NOT IN (SELECT affiliation_no FROM affiliation_decision)"
        ).fetchone()
        if waiting >= APPLICATIONS_OPEN_MAX:
            return None
        values = (now_ms, json.dumps(dict(fields), ensure_ascii=True))
        return self._sql.execute("INSERT INTO affiliation (applied_at_ms, body) VALUES (?, ?)", values).lastrowid

    def one(self, number: int) -> Affiliation | None:
        """An application by its number; None where there is none."""
        row = self._sql.execute(f"{_KEPT} WHERE a.id = ?", (number,)).fetchone()
        return None if row is None else _affiliation(row)

    def all(self) -> list[Affiliation]:
        """All applications, the first first."""
        return [_affiliation(row) for row in self._sql.execute(f"{_KEPT} ORDER BY a.id").fetchall()]

    def accepted(self) -> list[Affiliation]:
        """Those that were accepted, the first decision first."""
        rows = self._sql.execute(f"{_KEPT} WHERE d.verdict = 'accepted' ORDER BY d.decided_at_ms, a.id").fetchall()
        return [_affiliation(row) for row in rows]

    def accepted_count(self) -> int:
        """How many were accepted: it only grows, so whoever has seen as many has seen all."""
        sql = "SELECT count(*) FROM affiliation_decision WHERE verdict = 'accepted'"
        return int(self._sql.execute(sql).fetchone()[0])

    def decide(self, number: int, verdict: AffiliationVerdict, now_ms: int, decided: Mapping[str, str]) -> None:
        """Write a decision down; each application has one."""
        self._sql.execute(
            "INSERT INTO affiliation_decision (affiliation_no, decided_at_ms, verdict, body) VALUES (?, ?, ?, ?)",
            (number, now_ms, verdict, json.dumps(dict(decided), ensure_ascii=True)),
        )


def _affiliation(row: tuple[Any, ...]) -> Affiliation:
    number, applied, fields, verdict, decided_at, decided = row
    return Affiliation(
        number=number,
        applied_at_ms=applied,
        fields=json.loads(fields),
        verdict=verdict or "",
        decided_at_ms=decided_at or 0,
        decided=json.loads(decided) if decided else {},
    )
