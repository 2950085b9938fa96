"""The rows of the journal: each effect as its table has it, and a request as it is read again.

A plain request's row is made for nearly all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from switch.data_folder.vault import Vault
from switch.iso8583.mapping.issuer import rebuilt
from switch.journal.inserts import Insert
from switch.routing.memory.deliveries import Delivery
from switch.routing.traffic.effects import JournalDecision, JournalReconciliation, JournalRequest, JournalReversal
from switch.transaction import (
    BATCH,
    NOW,
    REQUEST,
    Authorization,
    CaptureTime,
    Channel,
    ExchangeKey,
    Function,
    MessageClass,
    TransactionType,
)

#: Of a plain request only what has no default is written out: a tenth less work.
_PLAIN_COLUMNS: Final = (
    "id",
    "line",
    "message_class",
    "acquirer_id",
    "terminal_id",
    "stan",
    "transmitted_at",
    "rrn",
    "merchant_id",
    "merchant_type",
    "pan_cipher",
    "pan_masked",
    "transaction_type",
    "amount_minor",
    "currency",
    "entry_mode",
    "channel",
    "local_at",
    "issuer",
    "scheme",
    "product",
    "origin",
)
_OTHER_COLUMNS: Final = ("function", "original_id", "capture", "cash_back_minor", "advised_code")
INSERT_PLAIN_REQUEST: Final = Insert("request", ("received_at_ms",), _PLAIN_COLUMNS)
INSERT_REQUEST: Final = Insert("request", ("received_at_ms",), _PLAIN_COLUMNS + _OTHER_COLUMNS)
_DECISION_COLUMNS: Final = (
    "request_id",
    "response_code",
    "approval_code",
    "decided_by",
    "reason",
    "approved_minor",
    "captured_minor",
)
INSERT_DECISION: Final = Insert("decision", ("business_date", "decided_at_ms"), _DECISION_COLUMNS)
INSERT_PROVED_DECISION: Final = Insert("decision", ("business_date", "decided_at_ms"), (*_DECISION_COLUMNS, "authentication"))
INSERT_REVERSAL = """
INSERT INTO reversal (
  received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, amount_minor, replacement_minor,
  currency, original_id, original_acquirer_id, original_stan, original_transmitted_at, effective, business_date, response_code,
  reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_DELIVERY = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_DELIVERED = "INSERT INTO delivered VALUES (?, ?, ?)"
INSERT_RECONCILIATION = """
INSERT INTO reconciliation (
  received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, business_date, last_request_id, waiting, totals,
  sent, settlement_code, response_code, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_OCCURRENCE = "INSERT INTO occurrence (request_id, at_ms, kind, detail) VALUES (?, ?, ?, ?)"


def kept_columns(vault: Vault, digits: str) -> tuple[bytearray, str]:
    """A card number as a row has it: sealed, and masked.

    A ``bytearray``, for of ``bytes`` the module sqlite3 looks up each time how they are adapted, which takes as long as four
    columns.
    """
    sealed, masked = vault.kept(digits)
    return bytearray(sealed), masked


def write_requests(
    db: sqlite3.Connection, requests: Sequence[JournalRequest], now_ms: int, kept: Callable[[str], tuple[bytearray, str]]
) -> None:
    """Insert requests; ``kept`` gives the columns of a card number."""
    plain = [plain_row(item, kept(item.authorization.pan.digits)) for item in requests if is_plain(item)]
    INSERT_PLAIN_REQUEST.write(db, (now_ms,), plain)
    if len(plain) < len(requests):
        rows = [request_row(item, kept(item.authorization.pan.digits)) for item in requests if not is_plain(item)]
        INSERT_REQUEST.write(db, (now_ms,), rows)


def write_decisions(db: sqlite3.Connection, decisions: Sequence[JournalDecision], business_date: str, now_ms: int) -> None:
    """Insert decisions, all of one business date."""
    usual = [decision_row(item) for item in decisions if item.decision.results is None]
    INSERT_DECISION.write(db, (business_date, now_ms), usual)
    if len(usual) < len(decisions):
        proved = [proved_row(item) for item in decisions if item.decision.results is not None]
        INSERT_PROVED_DECISION.write(db, (business_date, now_ms), proved)


def is_plain(item: JournalRequest) -> bool:
    """Whether all that has a default in the table is as the default says."""
    request = item.authorization
    return item.capture == NOW and item.original_id is None and request.function == REQUEST and not request.cash_back_minor


def plain_row(item: JournalRequest, kept: tuple[bytearray, str]) -> Sequence[Any]:
    request, route = item.authorization, item.route
    key = request.key
    return (
        item.request_id,
        item.line,
        request.message_class,
        key.acquirer_id,
        key.terminal_id,
        key.stan,
        key.transmitted_at,
        request.rrn,
        request.merchant_id,
        item.merchant_type,
        *kept,
        request.transaction_type,
        request.amount_minor,
        request.currency,
        request.entry_mode,
        request.channel,
        request.local_at,
        route.issuer if route else None,
        route.scheme if route else None,
        route.product if route else None,
        item.origin,
    )


def request_row(item: JournalRequest, kept: tuple[bytearray, str]) -> Sequence[Any]:
    request = item.authorization
    more = (request.function, item.original_id, item.capture, request.cash_back_minor, request.advised_code)
    return (*plain_row(item, kept), *more)


def decision_row(item: JournalDecision) -> Sequence[Any]:
    decision = item.decision
    return (
        item.request_id,
        decision.response_code,
        decision.approval_code,
        decision.decided_by,
        decision.reason,
        item.approved_minor,
        item.captured_minor,
    )


def proved_row(item: JournalDecision) -> Sequence[Any]:
    results = item.decision.results
    return (*decision_row(item), None if results is None else results.authentication)


def reversal_row(item: JournalReversal, business_date: str, now_ms: int) -> Sequence[Any]:
    reversal, outcome = item.reversal, item.outcome
    original = reversal.original_key
    stan = original.stan if original else None if reversal.refers else reversal.original_stan
    return (
        now_ms,
        item.line,
        reversal.mti,
        reversal.key.acquirer_id,
        reversal.key.terminal_id,
        reversal.key.stan,
        reversal.key.transmitted_at,
        reversal.rrn,
        reversal.merchant_id,
        reversal.amount_minor,
        reversal.replacement_minor,
        reversal.currency,
        outcome.original_id,
        original.acquirer_id if original else None,
        stan,
        original.transmitted_at if original else None,
        int(outcome.effective),
        business_date,
        outcome.response_code,
        outcome.reason,
    )


def delivery_row(delivery: Delivery, now_ms: int) -> Sequence[Any]:
    owed = (delivery.issuer, delivery.replacement_minor, delivery.reason, delivery.kind, delivery.message_reason)
    return (delivery.delivery_id, now_ms, delivery.request_id, *owed)


def reconciliation_row(item: JournalReconciliation, business_date: str, now_ms: int) -> Sequence[Any]:
    reconciliation, outcome = item.reconciliation, item.outcome
    counted = (json.dumps(outcome.waiting), json.dumps(dict(outcome.totals)), json.dumps(dict(reconciliation.sent)))
    return (
        now_ms,
        item.line,
        reconciliation.mti,
        *reconciliation.key,
        business_date,
        outcome.last_request_id,
        *counted,
        outcome.settlement_code,
        outcome.response_code,
        outcome.reason,
    )


class RequestRow(NamedTuple):
    """A request as ``SELECT_REQUEST`` reads it, with the key and function of the one it names."""

    id: int
    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str
    message_class: MessageClass
    transaction_type: TransactionType
    pan_cipher: bytes
    amount_minor: int
    currency: str
    merchant_id: str
    merchant_type: str | None
    entry_mode: str
    channel: Channel
    rrn: str
    local_at: str
    issuer: str | None
    function: Function
    cash_back_minor: int
    advised_code: str | None
    capture: CaptureTime
    original_acquirer_id: str | None
    original_terminal_id: str | None
    original_stan: str | None
    original_transmitted_at: str | None
    original_message_class: MessageClass | None
    original_function: Function | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> tuple[RequestRow, Sequence[Any]]:
        """The request at the beginning of a row, and what follows it there."""
        size = len(cls._fields)
        return cls._make(row[:size]), row[size:]

    @property
    def original_key(self) -> ExchangeKey | None:
        """The key of the request it names; None where it names none."""
        stan, at = self.original_stan, self.original_transmitted_at
        if self.original_acquirer_id is None or self.original_terminal_id is None or stan is None or at is None:
            return None
        return ExchangeKey(self.original_acquirer_id, self.original_terminal_id, stan, at)

    @property
    def original_kind(self) -> tuple[MessageClass, Function] | None:
        """Class and function of the request it names."""
        if self.original_message_class is None or self.original_function is None:
            return None
        return self.original_message_class, self.original_function

    def authorization(self, vault: Vault) -> Authorization:
        """The request in the words of the trade, with all that the journal keeps of it."""
        return rebuilt(
            key=ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.transmitted_at),
            message_class=self.message_class,
            transaction_type=self.transaction_type,
            pan=vault.unseal(self.pan_cipher),
            amount_minor=self.amount_minor,
            currency=self.currency,
            merchant_id=self.merchant_id,
            merchant_type=self.merchant_type,
            entry_mode=self.entry_mode,
            channel=self.channel,
            rrn=self.rrn,
            local_at=self.local_at,
            function=self.function,
            cash_back_minor=self.cash_back_minor,
            advised_code=self.advised_code,
            original_key=self.original_key,
            original_kind=self.original_kind,
            captured_function=self.original_function or "" if self.function == BATCH else "",
        )


def _column(field: str) -> str:
    return f"original.{field.removeprefix('original_')}" if field.startswith("original_") else f"request.{field}"


#: The columns of a ``RequestRow``, of ``REQUESTS``.
SELECT_REQUEST: Final = ", ".join(map(_column, RequestRow._fields))
REQUESTS: Final = "request LEFT JOIN request AS original ON original.id = request.original_id"
