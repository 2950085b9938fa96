"""The message that confirms a payment to the customer, with the link to the receipt: a file a mail program opens."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from switch.money import format_minor
from switch.shop.sentences import sentences
from switch.shop.shop_book import ShopOrder

_SENDER: Final = "factures@onde-telecom.example"


class Confirmations:
    """A folder with one ``.eml`` for each paid order; writing one twice changes nothing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def write(self, order: ShopOrder, link: str) -> Path:
        path = self._folder / f"{order.number}.eml"
        if not path.exists():
            path.write_bytes(confirmation(order, link).as_bytes(policy=SMTP))
        return path


def confirmation(order: ShopOrder, link: str) -> EmailMessage:
    """The message for one order, in the language it was paid in."""
    say = sentences(order.language)
    message = EmailMessage(policy=SMTP)
    message["From"] = _SENDER
    message["To"] = order.email
    message["Subject"] = f"{say['receipt']} {order.number}"
    message["Message-ID"] = f"<{order.number}@onde-telecom.example>"
    lines = (
        say["paid"],
        "",
        f"{say['order']}: {order.number}",
        f"{say['bills']}: {', '.join(order.bills)}",
        f"{say['total']}: {format_minor(order.amount_minor, '504')} MAD",
        f"{say['receipt']}: {link}",
        "",
        say["test"],
    )
    message.set_content("\n".join(lines))
    return message
