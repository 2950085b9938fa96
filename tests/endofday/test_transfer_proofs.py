"""Files for the bank are as they were issued: what is changed is a fault, and what is gone is written again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.proofs.transfer_proofs import PAYMENTS_FOLDER, TRANSFER_CHECKS, prove_transfers


def _books(files: list[tuple[str, str]], failing: str = "") -> Any:
    """Books of two transfers in these files; one check finds something."""

    def ask(sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        if sql == "SELECT COUNT(*) FROM transfer":
            return [(2,)]
        found = [name for name, (_, query) in TRANSFER_CHECKS.items() if query == sql]
        if not found:
            return list(files)
        return [tuple(range(1, 5))] if found == [failing] else []

    return ask


@pytest.mark.parametrize("gone", [1, 3, 5])
def test_a_changed_file_is_a_fault_and_missing_ones_are_told(tmp_path: Path, gone: int) -> None:
    folder = tmp_path / PAYMENTS_FOLDER
    folder.mkdir()
    (folder / "kept.xml").write_bytes(b"as issued")
    (folder / "other.xml").write_bytes(b"as issued, and more")
    digest = hashlib.sha256(b"as issued").hexdigest()
    missing = [f"gone-{number}" for number in range(1, gone + 1)]
    proved = prove_transfers(_books([(name, digest) for name in ["kept", *missing, "other"]]), tmp_path)
    assert [(fault.check, fault.sentence.split(" ")[0]) for fault in proved.faults] == [
        ("payment_files_unchanged", "other.xml")
    ]
    named = {1: "1 payment file is missing", 3: "3 payment files are missing", 5: "5 payment files are missing"}[gone]
    names = ", ".join(missing[:3]) + (", +2" if gone == 5 else "")
    assert proved.notes == [f"{named}, `switch payouts file` of the date writes them: {names}"]
    assert proved.transfer_count == 2


@pytest.mark.parametrize("check", sorted(TRANSFER_CHECKS))
def test_what_a_check_finds_is_a_fault_of_its_name(tmp_path: Path, check: str) -> None:
    proved = prove_transfers(_books([], check), tmp_path)
    assert [(fault.check, fault.business_date) for fault in proved.faults] == [(check, None)]
    assert (proved.notes, prove_transfers(_books([]), tmp_path).faults) == ([], [])
