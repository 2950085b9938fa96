"""What the books know of transfers: which are to be issued, which were, what the bank said of each, and their postings."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any, Final, Literal

from attrs import fields

from switch.data_folder.databases import one_transaction
from switch.record import frozen
from switch.transfers.pain001 import PaymentFile
from switch.transfers.transfer import PAYABLE_AGAIN, BankVerdict, Transfer, TransferState, state_of

SETTLEMENT_ACCOUNT: Final = "settlement-account"  #: of the ledger; the bank's account that payouts leave
SUSPENSE_ACCOUNT: Final = "payout-suspense"  #: what came back of a merchant's payouts and was not sent again
PostingKind = Literal["transfer_back", "transfer_again"]
_TRANSFER: Final = tuple(each.name for each in fields(Transfer))
_TRANSFER_COLUMNS: Final = ", ".join(_TRANSFER)
_FILE_COLUMNS: Final = (
    "message_id, created_at, institution_id, debtor_name, debtor_rib, debtor_bic, account_form, business_date, number, sha256, "
    "byte_count"
)
_POST: Final = f"INSERT INTO transfer_posting VALUES ({', '.join('?' * 11)})"


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


@frozen(kw_only=True)
class PayoutDue:
    """A payout that is to be paid by a transfer."""

    reference: str
    business_date: str
    merchant_id: str
    name: str
    rib: str
    currency: str
    amount_minor: int
    value_date: str
    remittance: str


@frozen(kw_only=True)
class EndedTransfer:
    """The last transfer of a payout, rejected or returned, perhaps disputed; and the latest date that said so."""

    end_to_end_id: str
    reference: str
    attempt: int
    state: TransferState
    business_date: str


@frozen(kw_only=True)
class StoredFile:
    """A file of transfers as the books have it."""

    file: PaymentFile
    business_date: str
    number: int
    sha256: str
    byte_count: int


@frozen(kw_only=True)
class ListedPayout:
    """A payout that is to be paid, with its last transfer; ``end_to_end_id`` is empty where none was issued."""

    reference: str
    business_date: str
    merchant_id: str
    currency: str
    amount_minor: int
    value_date: str  #: requested of the bank; of the payout, where nothing was
    end_to_end_id: str
    attempt: int
    message_id: str
    rib: str
    state: TransferState
    reason: str


@frozen(kw_only=True)
class TransferEvent:
    """One thing said of a transfer."""

    end_to_end_id: str
    verdict: BankVerdict
    code: str
    words: str
    business_date: str
    source_name: str
    source_line: int
    source_sha256: str
    recorded_at_ms: int


_EVENT: Final = tuple(each.name for each in fields(TransferEvent))


class TransferBook:
    """What is asked of the tables of transfers, and what is written into them; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def transaction(self) -> AbstractContextManager[None]:
        """All of it, on the disk, or nothing."""
        return one_transaction(self._connection)

    def open_date(self) -> str:
        """The business date that is open, and will be closed next."""
        row = self._connection.execute("SELECT business_date FROM journal.business_day ORDER BY id DESC LIMIT 1").fetchone()
        return str(row[0])

    def date_to_issue(self) -> str | None:
        """The oldest closed date with a payout that no transfer was issued for."""
        (found,) = self._connection.execute(query("date_to_issue")).fetchone()
        return None if found is None else str(found)

    def due(self, business_date: str) -> list[PayoutDue]:
        """The payouts of a date that no transfer was issued for."""
        return self._due({"business_date": business_date, "reference": None})

    def payout(self, reference: str) -> PayoutDue | None:
        """A payout that is to be paid, whatever was issued for it."""
        return next(iter(self._due({"business_date": None, "reference": reference})), None)

    def _due(self, parameters: Mapping[str, str | None]) -> list[PayoutDue]:
        names = [each.name for each in fields(PayoutDue)]
        rows = self._connection.execute(query("payouts_due"), parameters)
        return [PayoutDue(**dict(zip(names, row, strict=True))) for row in rows]

    def ended(self) -> list[EndedTransfer]:
        """The last transfers of payouts that were rejected or returned, by reference; some are disputed."""
        return [
            EndedTransfer(
                end_to_end_id=end_to_end_id,
                reference=reference,
                attempt=attempt,
                state=state_of(said.split()),
                business_date=business_date,
            )
            for end_to_end_id, reference, attempt, said, business_date in self._connection.execute(query("transfers_ended"))
        ]

    def files(self, business_date: str) -> list[StoredFile]:
        """The files of a date, in the order they were issued."""
        sql = f"SELECT {_FILE_COLUMNS} FROM payment_file WHERE business_date = ? ORDER BY number"
        return [_stored_file(row) for row in self._connection.execute(sql, (business_date,))]

    def transfers_of(self, message_id: str, group_id: str = "") -> list[Transfer]:
        """The transfers of a file, or of one group of it."""
        sql = f"SELECT {_TRANSFER_COLUMNS} FROM transfer WHERE message_id = ? AND (? = '' OR payment_information_id = ?)"
        return [
            _transfer(row) for row in self._connection.execute(f"{sql} ORDER BY reference", (message_id, group_id, group_id))
        ]

    def transfer(self, end_to_end_id: str) -> Transfer | None:
        """The transfer of an id, if there is one."""
        sql = f"SELECT {_TRANSFER_COLUMNS} FROM transfer WHERE end_to_end_id = ?"
        row = self._connection.execute(sql, (end_to_end_id,)).fetchone()
        return None if row is None else _transfer(row)

    def attempts(self, reference: str) -> list[Transfer]:
        """The transfers of a payout, the first one first."""
        sql = f"SELECT {_TRANSFER_COLUMNS} FROM transfer WHERE reference = ? ORDER BY attempt"
        return [_transfer(row) for row in self._connection.execute(sql, (reference,))]

    def verdicts(self, end_to_end_id: str) -> set[str]:
        """Everything that was said of a transfer."""
        sql = "SELECT verdict FROM transfer_event WHERE end_to_end_id = ?"
        return {str(row[0]) for row in self._connection.execute(sql, (end_to_end_id,))}

    def events(self, end_to_end_id: str) -> list[TransferEvent]:
        """What was said of a transfer, in the order it was read."""
        sql = f"SELECT {', '.join(_EVENT)} FROM transfer_event WHERE end_to_end_id = ? ORDER BY id"
        rows = self._connection.execute(sql, (end_to_end_id,))
        return [TransferEvent(**dict(zip(_EVENT, row, strict=True))) for row in rows]

    def listed(self, business_date: str | None, *, reference: str | None = None, waiting: bool = False) -> list[ListedPayout]:
        """Payouts of a date, the one of a reference, and with ``waiting`` those of other dates that are not accepted."""
        names = [each.name for each in fields(ListedPayout) if each.name not in ("state", "reason")]
        parameters = {"business_date": business_date, "reference": reference, "waiting": waiting}
        found = []
        for *values, said, reason in self._connection.execute(query("transfers_listed"), parameters):
            about = dict(zip(names, values, strict=True))
            state: TransferState = state_of(said.split()) if about["end_to_end_id"] else "due"
            found.append(ListedPayout(**about, state=state, reason=reason))
        return found

    def add_file(self, stored: StoredFile, count: int, control_sum: str, now_ms: int) -> None:
        """Write down a file that is to be issued."""
        head = stored.file
        columns = f"{_FILE_COLUMNS}, transfer_count, control_sum, issued_at_ms"
        values = (
            *(head.message_id, head.created_at, head.institution_id, head.debtor_name, head.debtor_rib, head.debtor_bic),
            *(head.account, stored.business_date, stored.number, stored.sha256, stored.byte_count, count, control_sum, now_ms),
        )
        self._connection.execute(f"INSERT INTO payment_file ({columns}) VALUES ({', '.join('?' * len(values))})", values)

    def add_transfers(self, message_id: str, group_id: str, transfers: Sequence[Transfer]) -> None:
        """Write down the transfers of one group of a file. The books refuse one whose payout has another outstanding."""
        columns = f"{_TRANSFER_COLUMNS}, message_id, payment_information_id"
        sql = f"INSERT INTO transfer ({columns}) VALUES ({', '.join('?' * (len(_TRANSFER) + 2))})"
        rows = ((*(getattr(each, name) for name in _TRANSFER), message_id, group_id) for each in transfers)
        self._connection.executemany(sql, rows)

    def add_event(self, event: TransferEvent) -> bool:
        """Write down what was said of a transfer; False where it was said before."""
        sql = f"INSERT OR IGNORE INTO transfer_event ({', '.join(_EVENT)}) VALUES ({', '.join('?' * len(_EVENT))})"
        return self._connection.execute(sql, [getattr(event, name) for name in _EVENT]).rowcount > 0

    def set_aside(self, sha256: str, line: int, name: str, reason: str, now_ms: int) -> None:
        """Write down a record that was not used; once, however often its file is read."""
        sql = "INSERT OR IGNORE INTO transfer_set_aside VALUES (?, ?, ?, ?, ?)"
        self._connection.execute(sql, (sha256, line, name, reason, now_ms))

    def suspended_minor(self, end_to_end_id: str) -> int:
        """What of a transfer stands in the suspense account."""
        sql = (
            "SELECT COALESCE(SUM(credit_minor - debit_minor), 0) FROM transfer_posting "
            "WHERE end_to_end_id = ? AND account LIKE ? || ':%'"
        )
        (found,) = self._connection.execute(sql, (end_to_end_id, SUSPENSE_ACCOUNT)).fetchone()
        return int(found)

    def post_state(self, transfer: Transfer, narrative: str) -> None:
        """Bring the suspense account to what the state of a payout's last transfer says: its amount once it has ended, else
        nothing."""
        owed = transfer.amount_minor if state_of(self.verdicts(transfer.end_to_end_id)) in PAYABLE_AGAIN else 0
        self.post(transfer, owed - self.suspended_minor(transfer.end_to_end_id), narrative, self.open_date())

    def post(self, transfer: Transfer, back_minor: int, narrative: str, value_date: str) -> None:
        """One entry: ``back_minor`` above zero comes from the bank into the suspense account, below zero it goes out again."""
        if not back_minor:
            return
        kind: PostingKind = "transfer_back" if back_minor > 0 else "transfer_again"
        (before,) = self._connection.execute(
            "SELECT COUNT(DISTINCT entry_id) FROM transfer_posting WHERE end_to_end_id = ?", (transfer.end_to_end_id,)
        ).fetchone()
        day = self.open_date()
        entry_id = f"{day}/{kind}/{transfer.end_to_end_id}" + (f"#{before + 1}" if before else "")
        debited, credited = SETTLEMENT_ACCOUNT, f"{SUSPENSE_ACCOUNT}:{transfer.merchant_id}"
        if back_minor < 0:
            debited, credited = credited, debited
        amount, about = abs(back_minor), (transfer.currency, value_date, narrative, transfer.end_to_end_id)
        rows = ((1, debited, amount, 0), (2, credited, 0, amount))
        for line, account, debit, credit in rows:
            self._connection.execute(_POST, (entry_id, line, day, kind, account, debit, credit, *about))


def _transfer(row: Sequence[Any]) -> Transfer:
    return Transfer(**dict(zip(_TRANSFER, row, strict=True)))


def _stored_file(row: Sequence[Any]) -> StoredFile:
    *head, business_date, number, sha256, byte_count = row
    names = [each.name for each in fields(PaymentFile)]
    return StoredFile(
        file=PaymentFile(**dict(zip(names, head, strict=True))),
        business_date=business_date,
        number=number,
        sha256=sha256,
        byte_count=byte_count,
    )
