"""What an issuer is told through the data folder: cleared days by the close, orders by ``switch account``.

``issuers/cleared/ID/DATE.jsonl`` has one line about the day, then one for each presentment and adjustment. It appears whole,
under its name, and stays: what is booked stands in the issuer's book. ``issuers/orders/ID/NAME.json`` is one order; the issuer
deletes it once its outcome is in the book.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from switch.errors import DataFolderError
from switch.issuers.posting import ClearedItem
from switch.machine.private import create_file, make_folder
from switch.transaction import ExchangeKey

ORDERS_BY_HAND: Final = ("credit", "reset", "block", "unblock")


class Order(NamedTuple):
    """What the bank is to do to an account by hand."""

    name: str  #: no other order has it
    order: str
    account: str
    amount_minor: int


def cleared_file(data: Path, issuer_id: str, business_date: str) -> Path:
    """Where an issuer finds a cleared day."""
    return data / "issuers" / "cleared" / issuer_id / f"{business_date}.jsonl"


def orders_folder(data: Path, issuer_id: str) -> Path:
    return data / "issuers" / "orders" / issuer_id


@contextmanager
def cleared_day(data: Path, issuer_id: str, business_date: str, count: int) -> Iterator[BinaryIO]:
    """The file of a cleared day of ``count`` items, for their lines: it appears whole after the block, or not at all."""
    with _whole(cleared_file(data, issuer_id, business_date)) as file:
        file.write(_encoded([_first_line(issuer_id, business_date, count)]))
        yield file


@contextmanager
def cleared_day_by_others(data: Path, issuer_id: str, business_date: str, count: int) -> Iterator[tuple[Path, str]]:
    """The same file, empty, for a program that writes all of it by its path; and the first line that it is to have."""
    path = cleared_file(data, issuer_id, business_date)
    with _whole(path):
        yield _beside(path), _first_line(issuer_id, business_date, count)


def _first_line(issuer_id: str, business_date: str, count: int) -> str:
    return json.dumps({"business_date": business_date, "issuer": issuer_id, "item_count": count})


def write_cleared(data: Path, issuer_id: str, business_date: str, count: int, pieces: Iterable[bytes]) -> None:
    """Tell an issuer of a cleared day of ``count`` items; ``pieces`` are their lines, some at a time."""
    with cleared_day(data, issuer_id, business_date, count) as file:
        file.writelines(pieces)


def cleared_lines(items: Iterable[ClearedItem]) -> bytes:
    """The lines of items."""
    return _encoded(map(_line, items))


_PLAIN_BYTES: Final = bytes(set(range(0x20, 0x7F)) - set(b'"\\'))  #: that JSON writes as they are, quotes apart
_PLAIN_REST: Final = b'"' * 32 + b"\n"  #: what is left without them of a line whose item captures nothing


def plain_lines(text: str, count: int) -> bytes | None:
    """So many lines, joined by line feeds, of items that capture nothing; None where a text of theirs has to be escaped."""
    encoded = f"{text}\n".encode()
    return encoded if encoded.translate(None, _PLAIN_BYTES) == _PLAIN_REST * count else None


def cleared_dates(data: Path, issuer_id: str) -> list[str]:
    """The cleared days an issuer was told of, oldest first."""
    return sorted(path.stem for path in cleared_file(data, issuer_id, "").parent.glob("*-*-*.jsonl"))


def take_back(data: Path, issuer_id: str, business_date: str) -> None:
    """Take the file of a cleared day away, before its issuer has read it."""
    cleared_file(data, issuer_id, business_date).unlink(missing_ok=True)


class ClearedDay:
    """The file of a cleared day, read from one item on. DataFolderError where it is not as it was written."""

    def __init__(self, data: Path, issuer_id: str, business_date: str, first: int = 0) -> None:
        self.business_date = business_date
        self._path = cleared_file(data, issuer_id, business_date)
        self._next = first
        try:
            self._file = self._path.open(encoding="utf-8")
        except OSError as error:
            raise DataFolderError(f"{self._path}: found {error.strerror}, expected a file that can be read") from None
        with self._faults():
            about = json.loads(self._file.readline())
            self.item_count = int(about["item_count"])
            if (about["business_date"], about["issuer"]) != (business_date, issuer_id):
                of = f"{issuer_id}, {business_date}"
                raise DataFolderError(f"{self._path}: found the day of another issuer or date, expected {of}")
            for _ in islice(self._file, first):
                pass

    def take(self, count: int) -> list[ClearedItem]:
        """The next items."""
        with self._faults():
            items = [_item(line) for line in islice(self._file, count)]
            self._next += len(items)
            if len(items) < count and self._next != self.item_count:
                raise DataFolderError(f"{self._path}: found {self._next} items, expected {self.item_count}")
        return items

    @property
    def at_end(self) -> bool:
        return self._next >= self.item_count

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except DataFolderError:
            self.close()
            raise
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.close()
            expected = "a cleared day as `switch day close` writes it"
            raise DataFolderError(f"{self._path}: found {error}, expected {expected}") from None


def write_order(data: Path, issuer_id: str, order: Order) -> Path:
    """Give an order to the process of an issuer."""
    path = orders_folder(data, issuer_id) / f"{order.name}.json"
    with _whole(path) as file:
        file.write(_encoded([json.dumps(order._asdict())]))
    return path


def orders(data: Path, issuer_id: str) -> Iterator[tuple[Path, Order | None]]:
    """The orders that wait, with their files; None for a file that is no order."""
    for path in sorted(orders_folder(data, issuer_id).glob("*.json")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            order = Order(path.stem, str(about["order"]), str(about["account"]), int(about["amount_minor"]))
        except (OSError, ValueError, KeyError, TypeError):
            yield path, None
            continue
        wrong = order.order not in ORDERS_BY_HAND or (order.order == "credit") != (order.amount_minor > 0)
        yield path, None if wrong else order


def withdraw(path: Path) -> None:
    """Delete the file of an order."""
    with suppress(OSError):
        path.unlink()


def _line(item: ClearedItem) -> str:
    about: dict[str, Any] = {
        "request": item.request_id,
        "amount_minor": item.amount_minor,
        "approved_minor": item.approved_minor,
    }
    about |= {"key": item.key, "local_at": item.local_at, "rrn": item.rrn, "approval_code": item.approval_code}
    if item.captures:
        about["captures"] = item.captures
    return json.dumps({**about, "card": item.card})


def _item(line: str) -> ClearedItem:
    about = json.loads(line)
    captures = tuple(ExchangeKey(*key) for key in about.get("captures", ()))
    key = ExchangeKey(*about["key"])
    number, amount_minor, local_at = int(about["request"]), int(about["amount_minor"]), str(about["local_at"])
    return ClearedItem(
        number,
        amount_minor,
        int(about["approved_minor"]),
        key,
        about["rrn"],
        about["approval_code"],
        captures,
        local_at,
        about["card"],
    )


def _encoded(lines: Iterable[str]) -> bytes:
    return "".join([f"{line}\n" for line in lines]).encode()


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    for folder in reversed(path.parents[:3]):  # issuers, cleared or orders, and the issuer's own
        make_folder(folder)
    beside = _beside(path)
    with create_file(beside) as raw, io.BufferedWriter(raw) as file:
        yield file
        file.flush()
        os.fsync(raw.fileno())
    beside.replace(path)


def _beside(path: Path) -> Path:
    return path.with_suffix(".new")
