"""Who hands receipts out: links to them, and one message for each approved payment whose shopper has an e-mail address."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Final

import trio

from switch.errors import SwitchError
from switch.gateway.payments.faults import OthersGoOn, tell_fault_of_page
from switch.gateway.receipts.receipt import RECEIPT_WORDS, Receipt, approval_of, receipt_of, shown_date
from switch.gateway.receipts.receipt_links import ReceiptLinks
from switch.gateway.store.order_book import MAILED, NOT_MAILED, PageOrder
from switch.gateway.store.writer import Books, StoreWriter
from switch.machine.private import create_file, make_folder
from switch.mail.letter import MAIL_FOLDER
from switch.mail.smtp_session import opened
from switch.record import frozen
from switch.specs.specification import Specs

_LOOK_SECONDS: Final = 1.0  #: how often it is looked for payments that were approved
_RETRY_SECONDS: Final = 60.0  #: before a mail server is tried again that was not there


@frozen(kw_only=True)
class _Message:
    """A message, ready to go."""

    path: Path
    sender: str
    recipient: str
    content: bytes


class ReceiptDesk:
    """Links and messages. ``run`` has to run for messages to go out."""

    def __init__(
        self, specs: Specs, store: StoreWriter, links: ReceiptLinks, data: Path, *, clock_ms: Callable[[], int]
    ) -> None:
        self.specs, self.links = specs, links
        self._store, self._data, self._clock_ms = store, data, clock_ms

    async def order_of(self, token: str) -> PageOrder | None:
        """The order a link leads to; None where the link was not made here, or has ended."""
        number = self.links.read(token, self._clock_ms())
        return None if number is None else await self._store.do(lambda books: books.orders.order(number))

    def path_of(self, order: PageOrder) -> str:
        """Where the receipt of an approved order is, below the address of the site; empty where it has none."""
        approved = approval_of(order, self.specs)
        return "" if approved is None else f"/receipt/{self.links.token(order.number, approved.at_ms)}"

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Send messages, for ever."""
        task_status.started()
        seen = 0
        while True:
            last, waits = await self._round(seen)
            seen = seen if waits else last
            await trio.sleep(_RETRY_SECONDS if waits else _LOOK_SECONDS)

    async def _round(self, seen: int) -> tuple[int, bool]:
        """Send what is not away: the last event that was looked at, and whether something has to wait for the server."""
        waits, behind = False, seen
        for event_id, order in await self._store.do(lambda books: books.orders.approved_since(behind, MAILED, NOT_MAILED)):
            seen = max(seen, event_id)
            try:
                waits = not await self._mailed(order) or waits
            except Exception as fault:  # one receipt's, and no other's
                tell_fault_of_page(fault)
                body = {"why": type(fault).__name__}
                with OthersGoOn():
                    await self._store.do(partial(_noted, order.number, NOT_MAILED, self._clock_ms(), body))
        return seen, waits

    async def _mailed(self, order: PageOrder) -> bool:
        """Send the receipt of an order, where it has one to send; False where the server has to be tried again."""
        receipt = receipt_of(order, self.specs)
        if receipt is None or not receipt.email or not receipt.base:
            return True
        message = self._message(order, receipt)
        said = await trio.to_thread.run_sync(_sent, message, self.specs)
        if said is None:
            return False
        body = {"to": receipt.email, "file": message.path.name, "server": said}
        await self._store.do(partial(_noted, order.number, MAILED, self._clock_ms(), body))
        return True

    def _message(self, order: PageOrder, receipt: Receipt) -> _Message:
        at = datetime.fromtimestamp(receipt.approved_at_ms / 1000, self.specs.calendar.zone)
        sender = self.specs.mail.sender
        path = self._data / MAIL_FOLDER / f"{at:%Y-%m-%d}" / f"receipt-{receipt.transaction_id}.eml"
        link = receipt.base + self.path_of(order)
        ends = datetime.fromtimestamp(self.links.ends_at_ms(receipt.approved_at_ms) / 1000, self.specs.calendar.zone)
        content = receipt_message(receipt, link, shown_date(ends, receipt.language), sender)
        return _Message(path=path, sender=sender, recipient=receipt.email, content=content.as_bytes(policy=SMTP))


def receipt_message(receipt: Receipt, link: str, until: str, sender: str) -> EmailMessage:
    """The message to the shopper, in the language of the page. The same receipt gives the same message."""
    words, rows = RECEIPT_WORDS[receipt.language], dict(receipt.rows)
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<receipt.{receipt.transaction_id}@{sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(datetime.fromtimestamp(receipt.approved_at_ms // 1000, UTC))
    message["From"] = sender
    message["To"] = receipt.email
    message["Subject"] = f"{words['title']} - {rows['shop']} - {rows['amount']}".replace("\u00a0", " ")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    message["Content-Language"] = receipt.language
    facts = "\n".join(f"  {words[name]}: {text}" for name, text in receipt.rows)
    text = f"{words['hello']}\n\n{words['opening']}\n{link}\n{words['until'].format(until)}\n\n{facts}\n\n"
    message.set_content(f"{text}-- \n{words['automatic']} {words['simulation']}\n", cte="quoted-printable")
    return message


def _noted(number: int, event: str, now_ms: int, body: dict[str, str], books: Books) -> None:
    books.orders.note(number, event, now_ms, body)


def _sent(message: _Message, specs: Specs) -> str | None:
    """Write the file of a message, and give it to the mail server where there is one: what the server said. None where the
    server has to be tried again."""
    try:
        for folder in (message.path.parent.parent, message.path.parent):
            make_folder(folder)
        partial_path = message.path.with_name(f".{message.path.name}.partial")
        with create_file(partial_path) as file, io.BufferedWriter(file) as out:
            out.write(message.content)
        partial_path.replace(message.path)
        if specs.mail.smtp is None:
            return ""
        session = opened(specs.mail.smtp, specs.folder, message.sender)
        try:
            verdict = session.send(message.sender, message.recipient, message.content, lambda: None)
        finally:
            session.close()
    except (SwitchError, OSError):
        return None
    return None if verdict.outcome == "later" else f"{verdict.outcome} {verdict.said}"
