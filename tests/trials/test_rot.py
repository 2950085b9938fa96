"""Bytes that changed by themselves, and rows that were changed: ``check`` finds them, and never ends in a traceback."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from switch.clearing import presentments
from switch.data_folder.vault import Vault
from switch.endofday.close import check_books, close_day
from switch.endofday.engines.statements import LINE_STATEMENTS
from switch.errors import NegativeAnswerError
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, day_specs, journal_of, journal_schema, later_ms, merchant

CARDS: Final = ("4507160000000010", "4507160000000028", "4507160000000036")
FLIPS: Final = 15  #: of each kind, each with a whole `check`
#: The least found of FLIPS single bits in bytes that hold something; docs/reference/books.md has more figures.
FOUND_MIN: Final = {"days": FLIPS, "books.db": FLIPS * 4 // 5, "journal.db": FLIPS * 3 // 5}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days with sales, a hold and a reversal, every card sealed, all in whole files."""
    data = tmp_path_factory.mktemp("closed")
    vault = Vault.open(data)
    with journal_of(data, FRIDAY) as journal:
        journal.connection.execute("PRAGMA synchronous = OFF")

        def sell(number: int, **about: Any) -> int:
            sealed, masked = vault.kept(CARDS[number % len(CARDS)])
            return journal.decide(pan_cipher=sealed, pan_masked=masked, amount_minor=5_000 + 37 * number, **about)

        sold = [sell(number, merchant_id=(GROCER, HOTEL)[number % 2].id) for number in range(24)]
        sell(24, capture="completion")
        close_day(data, day_specs(), None, later_ms(data))
        journal.reverse(sold[0], 1_000)
        sell(25)
        close_day(data, day_specs(), None, later_ms(data))
        journal.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return data


@pytest.fixture
def data(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(closed, tmp_path / "var"))


def used_offsets(content: bytes) -> list[int]:
    """The bytes of a SQLite file that hold something: all but the gap in each page of a tree (the file format, 1.6)."""
    size = int.from_bytes(content[16:18], "big")
    used: list[int] = []
    for page in range(0, len(content), size):
        head = page + (100 if page == 0 else 0)
        if content[head] in (2, 5, 10, 13):
            cells, start = (int.from_bytes(content[place : place + 2], "big") for place in (head + 3, head + 5))
            used += range(head, head + (12 if content[head] in (2, 5) else 8) + 2 * cells)
            used += range(page + (start or 65_536), page + size)
    return used


def tampered(path: Path, script: str) -> None:
    """Run a script on a database as somebody would who knows of its guards, and puts them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        db.executescript(script)
        for _, sql in guards:
            db.execute(sql)


def test_a_sound_folder_is_sound(data: Path) -> None:
    told = run("check", "--data", data)
    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize("kind", ["days", "books.db", "journal.db"])
@pytest.mark.long
def test_a_bit_that_flips_is_found(data: Path, kind: str) -> None:
    chance = random.Random(7)
    files = sorted(path for path in (data / "days").rglob("*") if path.is_file()) if kind == "days" else [data / kind]
    codes = Counter[int]()
    for _ in range(FLIPS):
        path = chance.choice(files)
        content = path.read_bytes()
        place = chance.choice(used_offsets(content) if path.suffix == ".db" else range(len(content)))
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
        told = run("check", "--data", data)
        assert told.code == 0 or told.sentence, "one sentence, whatever is damaged"
        codes[told.code] += 1
        path.write_bytes(content)
        for log in [*data.glob("*-wal"), *data.glob("*-shm")]:
            log.unlink()
    assert set(codes) <= {0, 1, 2}
    assert FLIPS - codes[0] >= FOUND_MIN[kind]


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("journal.db", "UPDATE request SET pan_masked = '450716******9999' WHERE id = 3"),
        ("journal.db", "UPDATE request SET pan_cipher = zeroblob(32) WHERE id = 3"),
        ("journal.db", "UPDATE request SET terminal_id = 'PORT0002' WHERE id = 3"),
        ("journal.db", "UPDATE decision SET approval_code = '999999' WHERE request_id = 3"),
        ("books.db", "UPDATE presentment SET pan_masked = '450716******9999' WHERE request_id = 3"),
        ("books.db", "UPDATE payout SET rib = '011519000001205000534922'"),
        ("books.db", "UPDATE posting SET account = 'issuer-receivable:rif' WHERE account LIKE 'issuer-receivable:%'"),
        ("books.db", "UPDATE posting SET value_date = '2099-01-01'"),
        ("books.db", "UPDATE statement SET name = 'ANOTHER'"),
        ("books.db", "DELETE FROM held_item"),
    ],
)
def test_rows_that_were_changed_are_found(data: Path, name: str, script: str) -> None:
    tampered(data / name, script)
    assert run("check", "--data", data).code == 1


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("journal.db", "DROP TRIGGER request_no_update"),
        ("journal.db", "DROP TRIGGER decision_no_delete"),
        ("books.db", "DROP TRIGGER posting_day_closed"),
        ("journal.db", "CREATE TRIGGER mine AFTER INSERT ON decision BEGIN SELECT 1; END"),
    ],
)
def test_guards_that_are_gone_are_told(data: Path, name: str, script: str) -> None:
    with closing(sqlite3.connect(data / name)) as db:
        db.executescript(script)
    told = run("check", "--data", data)
    assert told.code == 1
    assert script.split()[2] in told.out


def test_files_of_a_day_are_held_to_what_was_written(data: Path) -> None:
    folder = data / "days" / FRIDAY
    stated = folder / "statements" / f"{GROCER.id}.txt"
    stated.write_bytes(stated.read_bytes().replace(b"PORT", b"P0RT", 1))
    told = run("check", "--data", data)
    assert told.code == 1
    assert f"statements/{GROCER.id}.txt" in told.out
    stated.unlink()
    missing = run("check", "--data", data)
    assert missing.code == 0, "nothing false is told by a file that is not there"
    assert f"files missing, `switch day close {FRIDAY}` writes them" in missing.out
    assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "rendered_again"
    assert run("check", "--data", data).code == 0


def test_fees_are_proved_before_a_day_is_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a discount rounded down: 1.20 % of 13.00 is 0.16, and not 0.15."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=1_300)
    wrong = presentments.PRESENTMENTS.replace(
        "discount_rate_basis_points + 5000) / 10000", "discount_rate_basis_points) / 10000"
    )
    assert wrong != presentments.PRESENTMENTS
    with monkeypatch.context() as faulty:
        faulty.setitem(LINE_STATEMENTS, "presentments", evolve(LINE_STATEMENTS["presentments"], sql=wrong))
        with pytest.raises(NegativeAnswerError, match=r"nothing was written: presentment 1 .* has not the charges"):
            close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    assert close_day(tmp_path, day_specs(), None, later_ms(tmp_path)).payouts[0].discount_minor == 16


def steps_of_check(data: Path, merchants: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many thousand instructions SQLite needs to prove a day of so many merchants with a sale each."""
    shops = [merchant(id=f"MERCHANT{number:07d}") for number in range(merchants)]
    data.mkdir()
    with closing(sqlite3.connect(data / "journal.db", isolation_level=None)) as db:
        db.executescript(f"PRAGMA synchronous = OFF; {journal_schema()}")
    with journal_of(data, FRIDAY) as journal:
        journal.decide(merchant_id=shops[0].id)
        journal.connection.executescript(
            f"""
            CREATE TEMP TABLE one AS SELECT * FROM request;
            CREATE TEMP TABLE answer AS SELECT * FROM decision;
            CREATE TEMP TABLE n AS WITH RECURSIVE c (x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM c WHERE x < {merchants})
              SELECT x FROM c;
            UPDATE one SET id = NULL;
            """
        )
        columns = [str(row[1]) for row in journal.connection.execute("PRAGMA table_info(request)")]
        other = {"id": "x", "stan": "printf('%06d', x)", "merchant_id": "printf('MERCHANT%07d', x - 1)"}
        chosen = ", ".join(other.get(column, column) for column in columns)
        journal.connection.execute(f"INSERT INTO request SELECT {chosen} FROM n, one")
        columns = [str(row[1]) for row in journal.connection.execute("PRAGMA table_info(decision)")]
        chosen = ", ".join("x" if column == "request_id" else column for column in columns)
        journal.connection.execute(f"INSERT INTO decision SELECT {chosen} FROM n, answer")
        journal.connection.commit()
    close_day(data, day_specs(merchants=shops), None, later_ms(data))
    connect, steps = sqlite3.connect, [0]

    def step() -> int:
        steps[0] += 1
        return 0

    def counted(*given: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **options)
        connection.set_progress_handler(step, 1_000)
        return connection

    with monkeypatch.context() as counting:
        counting.setattr(sqlite3, "connect", counted)
        assert check_books(data).faults == ()
    return steps[0]


def test_what_check_costs_grows_with_the_merchants_and_not_with_their_square(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (steps_of_check(tmp_path / str(count), count, monkeypatch) for count in (250, 750))
    assert many < 3.5 * few
