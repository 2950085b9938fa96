"""The prover of ``make chaos``: silent on a sound data folder, and one sentence for each fault planted in a copy of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from switch.endofday.close import close_day
from tests.chaos.campaign import FIRST_DATE
from tests.chaos.deals import COMPLETION, HOLD, REVERSAL, SALE, Answer, Asked
from tests.chaos.lines import Load
from tests.chaos.proof import KEPT_MAX, faults, owed
from tests.chaos.till import Till
from tests.e2e.acquirer import SPECS
from tests.e2e.test_crash import eventually
from tests.support.centre_in_loop import NOW_MS

ASKED = 200
STRANGER = Answer("00", "ABC123", "000000999999", "000000000100")


class ShortTill(Till):
    """A till that settles what it has begun after so many messages."""

    def next(self) -> Asked | None:
        self.finishing = len(self.asked) >= ASKED
        return super().next()


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Asked]]:
    """A data folder whose day is closed, and what its client remembers."""
    data, till = tmp_path_factory.mktemp("sound") / "var", ShortTill(count(1), "proof")
    with running_centre(data, ["--business-date", FIRST_DATE]) as centre:
        load = Load(centre, [till])
        load.start()
        load.join()
        assert load.faults == []
        eventually(lambda: not owed(data), "nothing owed to issuers")
        assert centre.stop() == 0
    close_day(data, SPECS, FIRST_DATE, NOW_MS)
    return data, till.asked


@pytest.fixture
def copy(settled: tuple[Path, list[Asked]], tmp_path: Path) -> tuple[Path, list[Asked]]:
    data, asked = settled
    return Path(shutil.copytree(data, tmp_path / "var")), asked


def plant(path: Path, sql: str, *values: object) -> None:
    """Change what the database itself refuses to have changed."""
    with closing(sqlite3.connect(path)) as db, db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        assert db.execute(sql, values).rowcount > 0


def untouched_sale(asked: Sequence[Asked], issuer: str = "atlas") -> Asked:
    """An approved sale of an issuer that nothing followed."""
    followed = {one.of for one in asked}
    return next(one for one in asked if one.what == SALE and one.approved and one.issuer == issuer and one not in followed)


def test_a_sound_folder_has_no_fault(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    assert {one.what for one in asked} == {SALE, HOLD, COMPLETION, REVERSAL}
    assert faults(data, asked) == []


def test_an_approval_that_is_in_no_journal(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    never = Asked(999_999, SALE, answers=[STRANGER])
    assert faults(data, [*asked, never]) == ["sale 999999 1122100000 was approved and no approval of it is in the journal"]


def test_another_approval_code_than_the_journal_has(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    sale = untouched_sale(asked)
    told = Asked(sale.number, SALE, answers=[sale.answers[0]._replace(approval_code="ABC123")])
    (sentence,) = faults(data, [told])
    ours = (sale.answers[0].approval_code, sale.rrn)
    assert sentence == f"{sale} was approved as {('ABC123', sale.rrn)} and the journal has {ours}"


def test_a_reversal_that_is_in_no_journal(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    never = Asked(999_999, REVERSAL, untouched_sale(asked), answers=[STRANGER])
    assert faults(data, [never]) == ["reversal 999999 1122100000 was accepted and is not in the journal"]


def test_another_answer_to_a_repeat(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    sale = untouched_sale(asked)
    other = sale.answers[0]._replace(response_code="91")
    (sentence,) = faults(data, [Asked(sale.number, SALE, answers=[sale.answers[0], other])])
    assert sentence == f"{sale} was answered {sale.answers[0]} and, asked again, {other}"


def test_a_hold_that_is_left_over(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    plant(
        data / "issuers" / "atlas.db",
        "INSERT INTO entry SELECT max(id) + 1, recorded_at_ms, account, 'hold', 250, acquirer_id, terminal_id, '999999', "
        "transmitted_at, rrn, approval_code, response_code, expires_at_ms, '' FROM entry",
    )
    expected = "999999 1122100000: a hold of 250 stands at its issuer without a presentment or a reversal"
    assert faults(data, asked) == [expected]


def test_a_hold_that_is_gone(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    sale = untouched_sale(asked)
    plant(data / "issuers" / "atlas.db", "DELETE FROM entry WHERE stan = ?", sale.stan)
    (sentence,) = faults(data, asked)  # what was presented is posted all the same
    assert sentence.startswith("issuer atlas: its book has no entry of approval ")
    assert sale.stan in sentence


def test_one_sale_presented_twice(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    sale = untouched_sale(asked)
    plant(
        data / "journal.db",
        "INSERT INTO request SELECT (SELECT max(id) + 1 FROM request), "
        + _columns(data / "journal.db", "request")
        + " FROM request WHERE stan = ?",
        sale.stan,
    )
    plant(
        data / "journal.db",
        "INSERT INTO decision SELECT (SELECT max(id) FROM request), "
        + _columns(data / "journal.db", "decision")
        + " FROM decision WHERE request_id = (SELECT min(id) FROM request WHERE stan = ?)",
        sale.stan,
    )
    for books in data.glob("books.db*"):
        books.unlink()
    shutil.rmtree(data / "days")
    close_day(data, SPECS, FIRST_DATE, NOW_MS)
    found = faults(data, asked)
    assert f"{sale} is in the journal 2 times" in found
    assert f"{sale.stan} {sale.transmitted_at} was presented 2 times" in found


def test_a_request_that_is_not_decided_and_a_delivery_that_is_owed(copy: tuple[Path, list[Asked]]) -> None:
    data, asked = copy
    reversal = next(one for one in asked if one.what == REVERSAL and one.approved and one.of and one.of.approved)
    with closing(sqlite3.connect(data / "journal.db")) as db:
        (delivery, issuer) = db.execute(
            "SELECT d.id, d.issuer FROM delivery d JOIN request r ON r.id = request_id WHERE stan = ? AND kind = 'reversal'",
            (reversal.first.stan,),
        ).fetchone()
    plant(data / "journal.db", "DELETE FROM delivered WHERE delivery_id = ?", delivery)
    sale = untouched_sale(asked)
    plant(data / "journal.db", "DELETE FROM decision WHERE request_id = (SELECT id FROM request WHERE stan = ?)", sale.stan)
    found = faults(data, asked)
    assert f"delivery {delivery}, the reversal to {issuer}, is still owed" in found
    assert any(sentence.endswith("was never decided") for sentence in found)
    assert f"{sale} was approved and no approval of it is in the journal" in found


def test_many_faults_of_a_kind_are_counted(copy: tuple[Path, list[Asked]]) -> None:
    data, _ = copy
    never = [Asked(999_000 + number, SALE, answers=[STRANGER]) for number in range(KEPT_MAX + 5)]
    found = faults(data, never)
    assert len(found) == KEPT_MAX + 1
    assert found[-1] == "and 5 more of this kind"


def _columns(path: Path, table: str) -> str:
    """The columns of a table but the first."""
    with closing(sqlite3.connect(path)) as db:
        return ", ".join(row[1] for row in db.execute(f"PRAGMA table_info({table})").fetchall()[1:])
