"""What must hold of the money of payouts: each is paid by one transfer at a time, and the ledger knows what came back."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.clearing.checks import Ask, Fault, faults
from switch.display.plural import plural

PAYMENTS_FOLDER: Final = "payments"  #: below the data folder: the files for the bank
_NAMES_TOLD_MAX: Final = 3  #: files named in one sentence
_FILES: Final = "SELECT message_id, sha256 FROM payment_file ORDER BY message_id"


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


#: The name of a check -> its sentence, filled with the columns of a row of its query; and the query.
TRANSFER_CHECKS: Final = {
    "transfers_have_payouts": (
        "transfer {} of {} minor units is of no payout that is to be paid, {}, or of no file",
        query("transfers_unfounded"),
    ),
    "payouts_paid_once": ("payout {} is paid twice: by transfer {}, and by transfer {}", query("transfers_outstanding")),
    "attempts_in_order": ("payout {} has {} transfers, numbered {} to {}", query("transfer_attempts")),
    "transfer_entries_balance": (
        "entry {} does not balance: {} debited, {} credited (minor units)",
        query("transfer_entries"),
    ),
    "suspense_as_transfers": (
        "payout {}: {} minor units in the suspense account, where its transfers leave {}",
        query("transfer_suspense"),
    ),
    "files_have_their_transfers": ("payment file {} has {} transfers, and {} in the books", query("payment_files")),
}


@define
class TransfersProved:
    """What was looked at, and found."""

    faults: list[Fault] = Factory(list)
    notes: list[str] = Factory(list)
    transfer_count: int = 0


def transfer_faults(ask: Ask) -> list[Fault]:
    """The faults of all transfers in the books."""
    checks = TRANSFER_CHECKS.items()
    return [fault for name, (sentence, sql) in checks for fault in faults(ask, None, name, sentence, sql)]


def prove_transfers(ask: Ask, data: Path) -> TransfersProved:
    """Prove the transfers of a data folder, and the files for the bank to be as they were issued."""
    ((count,),) = ask("SELECT COUNT(*) FROM transfer", {})
    proved = TransfersProved(transfer_faults(ask), transfer_count=count)
    missing = []
    for message_id, sha256 in ask(_FILES, {}):
        path = data / PAYMENTS_FOLDER / f"{message_id}.xml"
        try:
            changed = hashlib.sha256(path.read_bytes()).hexdigest() != sha256
        except OSError:
            missing.append(str(message_id))
            continue
        if changed:
            sentence = f"{path.name} is not as it was issued; `switch payouts file` of its date writes it from the books"
            proved.faults.append(Fault(business_date=None, check="payment_files_unchanged", sentence=sentence))
    if missing:
        more = len(missing) - _NAMES_TOLD_MAX
        named = ", ".join(missing[:_NAMES_TOLD_MAX]) + (f", +{more}" if more > 0 else "")
        again = "`switch payouts file` of the date writes them"
        proved.notes.append(f"{plural(len(missing), 'payment file is', 'payment files are')} missing, {again}: {named}")
    return proved
