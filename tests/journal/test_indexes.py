"""How the journal finds a request by its names: in one look at an index, whatever else is in there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.card import Pan
from switch.data_folder.vault import Vault
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.journal.reader import JournalReader
from switch.routing.memory.past import Archive, DecidedRequest, Reference, SameStan
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.transaction import NOW, Authorization, Decision, ExchangeKey
from tests.support.dialogue import ATLAS, request

KEY = ExchangeKey("504777", "TERM0001", "000001", "1122100000")
BY_STAN = "request_key (stan=? AND <expr>=?"
BY_RRN = "request_rrn (rrn=? AND <expr>=?)"


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda reader: reader.find(KEY), f"{BY_STAN} AND <expr>=?)"),
        (lambda reader: reader.of_stan(KEY, 600), f"{BY_STAN})"),
        (lambda reader: reader.find_named(SameStan("504777", "TERM0001", "000001", "SHOP", 100, "1122100000", None)), BY_STAN),
        (lambda reader: reader.find_named(Reference("R" * 12, "TERM0001", "SHOP", 100)), BY_RRN),
        (lambda reader: reader.find_hold(Reference("R" * 12, "TERM0001", "SHOP", None), "A00001"), BY_RRN),
    ],
    ids=["key", "STAN", "original by STAN", "original by RRN", "hold by RRN"],
)
def test_a_name_is_found_by_its_index(tmp_path: Path, look: Callable[[JournalReader], object], index: str) -> None:
    vault = Vault.open(tmp_path)
    SqliteJournal(tmp_path / JOURNAL_FILE, vault).close()
    db = sqlite3.connect(tmp_path / JOURNAL_FILE)
    statements: list[str] = []
    db.set_trace_callback(statements.append)
    look(JournalReader(db, vault))
    db.set_trace_callback(None)
    assert statements
    for sql in statements:
        steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert any(index in step for step in steps), steps
        assert not any(step.startswith("SCAN") for step in steps), steps
    db.close()


SALE = request(1)
CODE = "A00001"
OTHER_CARD = "9504010000000027"


def _of_stan(archive: Archive) -> Iterable[Authorization]:
    return archive.of_stan(SALE.key, 600)


def _by_stan(archive: Archive) -> DecidedRequest | None:
    key = SALE.key
    named = SameStan(*key[:3], SALE.merchant_id, SALE.amount_minor, key.transmitted_at, SALE.pan)
    return archive.find_named(named)


def _by_rrn(archive: Archive) -> DecidedRequest | None:
    return archive.find_named(Reference(SALE.rrn, SALE.key.terminal_id, SALE.merchant_id, SALE.amount_minor))


def _hold(archive: Archive) -> DecidedRequest | None:
    return archive.find_hold(Reference(SALE.rrn, SALE.key.terminal_id, SALE.merchant_id, None), CODE)


SOON_AFTER = SALE.key._replace(transmitted_at="1122092030")
#: What may differ between two requests. A terminal and a time of day end alike where an index has no more than their end.
ANOTHER: dict[str, dict[str, Any]] = {
    "acquirer": {"key": SALE.key._replace(acquirer_id="504002")},
    "terminal": {"key": SALE.key._replace(terminal_id="SHOP9001")},
    "STAN": {"key": SALE.key._replace(stan="000002")},
    "day": {"key": SALE.key._replace(transmitted_at="1123091530")},
    "RRN": {"rrn": "000000000002"},
    "merchant": {"key": SOON_AFTER, "merchant_id": "SHOP00000000002"},
    "amount": {"key": SOON_AFTER, "amount_minor": 12_501},
    "card": {"key": SOON_AFTER, "pan": Pan(OTHER_CARD)},
}
NAMED_BY: list[tuple[Callable[[Archive], Any], str]] = [
    (lambda archive: archive.find(SALE.key), "acquirer terminal STAN day"),
    (_of_stan, "acquirer terminal STAN day"),
    (_by_stan, "acquirer terminal STAN merchant amount card"),
    (_by_rrn, "RRN terminal merchant amount"),
    (_hold, "RRN terminal merchant"),
]
CASES = [(look, what) for look, differing in NAMED_BY for what in differing.split()]
NAMES = ["key", "requests of a STAN", "original by STAN", "original by RRN", "hold by RRN"]
IDS = [f"{name}, another {what}" for name, (_, names) in zip(NAMES, NAMED_BY, strict=True) for what in names.split()]


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize(("look", "what"), CASES, ids=IDS)
def test_a_request_that_differs_in_one_part_of_a_name_is_not_meant_by_it(
    tmp_path: Path, look: Callable[[Archive], Any], what: str, earlier: bool
) -> None:
    other = evolve(SALE, **ANOTHER[what])
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date("2026-11-22", "operator", 1)
    written = Batch()
    for request_id, each in enumerate([other, SALE] if earlier else [SALE, other], start=1):
        decision = Decision(response_code="00", approval_code=CODE, decided_by="atlas", reason="")
        written.requests.append(JournalRequest(request_id, each, "line 1", "5411", ATLAS, "domestic", NOW, None))
        written.decisions.append(JournalDecision(request_id, decision, each.amount_minor, each.amount_minor))
    journal.commit(written, 2)
    found = look(journal.archive)
    meant = [found.authorization] if isinstance(found, DecidedRequest) else found
    assert [(each.key, each.rrn, each.merchant_id, each.amount_minor, each.pan) for each in meant] == [
        (SALE.key, SALE.rrn, SALE.merchant_id, SALE.amount_minor, SALE.pan)
    ]
    journal.close()
