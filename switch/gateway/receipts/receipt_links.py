"""Addresses of receipts that nobody can guess and that end in time: order, end and a code (HMAC) over both.

Nothing of them is stored but the key, a file of the gateway's folder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from pathlib import Path
from typing import Final

from switch.data_folder.key_file import key_in

RECEIPT_KEY_FILE: Final = "receipts.key"
RECEIPT_DAYS: Final = 90  #: how long a link is good from the approval
_KEY_BYTES: Final = 32
_CODE_BYTES: Final = 18  #: 144 bits
_DAY_MS: Final = 86_400_000
_TOKEN: Final = re.compile(r"([0-9a-f]{1,12})-([0-9a-f]{1,12})-([A-Za-z0-9_-]{24})")


class ReceiptLinks:
    """Makes and reads the last part of an address.

    >>> links = ReceiptLinks(b"k" * 32)
    >>> links.read(links.token(7, 0), 1), links.read("7-0-" + "A" * 24, 1)
    (7, None)
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, folder: Path) -> ReceiptLinks:
        """With the key of a gateway's folder, made on first use."""
        return cls(key_in(folder / RECEIPT_KEY_FILE, _KEY_BYTES))

    def token(self, order_no: int, approved_at_ms: int) -> str:
        """For an order that was approved then."""
        head = f"{order_no:x}-{self.ends_at_ms(approved_at_ms) // 1000:x}"
        return f"{head}-{self._code(head)}"

    @staticmethod
    def ends_at_ms(approved_at_ms: int) -> int:
        """When the link of a payment ends: epoch milliseconds."""
        return approved_at_ms + RECEIPT_DAYS * _DAY_MS

    def read(self, token: str, now_ms: int) -> int | None:
        """The order of a link; None where it was not made here, or has ended."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        head = f"{found[1]}-{found[2]}"
        if not hmac.compare_digest(self._code(head), found[3]) or int(found[2], 16) * 1000 < now_ms:
            return None
        return int(found[1], 16)

    def _code(self, head: str) -> str:
        digest = hmac.new(self._key, head.encode(), hashlib.sha256).digest()[:_CODE_BYTES]
        return base64.urlsafe_b64encode(digest).decode()
