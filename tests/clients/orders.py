"""What a payment is in the eyes of both clients: an order of the shop, a shopper with a card, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

CLIENT_ID = "600000000"
STORE_KEY = "TEST1234"

NO_QUESTION = "4000000000000010"  #: takes no part in 3-D Secure
QUESTION = "9876019750673560"  #: its bank asks for a code

CAPTURE, APPROVED, FAILURE = "ACTION=POSTAUTH", "APPROVED", "FAILURE"
CRASH = "500"  #: the shop's server answers with status 500
SILENCE = "silence"  #: it does not answer at all


@dataclass(frozen=True)
class Order:
    """What the shop asks for, and what its server answers to the callback of an approval."""

    oid: str
    amount: str = "31.50"
    kind: str = "PreAuth"
    answer: str = CAPTURE
    more: Mapping[str, str] = field(default_factory=dict)

    def fields(self, shop: str) -> dict[str, str]:
        """The form without its hash."""
        return {
            "clientid": CLIENT_ID,
            "storetype": "3D_PAY_HOSTING",
            "TranType": self.kind,
            "amount": self.amount,
            "currency": "504",
            "oid": self.oid,
            "okUrl": f"{shop}/ok",
            "failUrl": f"{shop}/fail",
            "callbackUrl": f"{shop}/callback",
            "shopurl": shop,
            "lang": "en",
            "email": "zoe@shop.example",
            "BillToName": "Zoe Testeuse",
            "hashAlgorithm": "ver3",
            "encoding": "UTF-8",
            "rnd": "0.8675309 1795917785",
            **self.more,
        }


@dataclass(frozen=True)
class Shopper:
    """What is typed into the pages."""

    pan: str = NO_QUESTION
    code_on_card: str = "000"
    code_of_bank: str = "123"
    cancels: bool = False

    def card(self) -> dict[str, str]:
        return {
            "cardHolderName": "ZOE TESTEUSE",
            "pan": self.pan,
            "Ecom_Payment_Card_ExpDate_Month": "12",
            "Ecom_Payment_Card_ExpDate_Year": "2029",
            "cv2": self.code_on_card,
            "terms": "1",
        }


@dataclass(frozen=True)
class Told:
    """What the shop was told once, by a browser or by a callback."""

    path: str
    fields: Mapping[str, str]
    hash_right: bool
    answer: str
    event: str = ""


@dataclass(frozen=True)
class Outcome:
    """Where the shopper ended, and what the pages said on the way."""

    path: str  #: /ok or /fail, or empty if the shopper never came back
    headings: tuple[str, ...]
    sentences: tuple[str, ...]


class Client(Protocol):
    """A shop with one shopper at a time."""

    def pay(self, order: Order, shopper: Shopper) -> Outcome: ...

    def told(self, oid: str) -> list[Told]: ...

    def paid(self, oid: str) -> list[str]:
        """The transactions by which the shop counts an order as paid."""


def as_told(row: Mapping[str, Any]) -> Told:
    """From a line that a shop wrote down."""
    fields = {str(name): str(value) for name, value in row["fields"].items()}
    return Told(str(row["path"]), fields, bool(row["hash_right"]), str(row["answer"]), str(row.get("event", "")))
