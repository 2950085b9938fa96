"""An order as the journal and the books of the centre have it: what was asked and answered under its references.

A merchant reads the code of an answer and not the bank's reason, which may say what somebody has on an account.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from switch.errors import NegativeAnswerError, SwitchError
from switch.explain.lifecycle import Life, Row, story
from switch.gateway.store.order_book import PageOrder
from switch.record import frozen
from switch.specs.gateway.gateway_profile import Shop


@frozen(kw_only=True)
class JournalEntry:
    """One request or reversal of an order in the journal. Times are epoch milliseconds, amounts minor units."""

    at_ms: int
    kind: str  #: a text key
    rrn: str
    stan: str
    amount_minor: int
    currency: str
    code: str  #: DE 39; empty: not decided yet
    approval_code: str
    business_date: str
    settled: Row | None  #: its presentment: value date, commission (discount), VAT, net


def journal_entries(data: Path, order: PageOrder, shop: Shop) -> tuple[JournalEntry, ...] | None:
    """What the journal has of an order, oldest first; None where there is no journal to read in this folder."""
    found: dict[tuple[str, int], JournalEntry] = {}
    for rrn in sorted({rrn for event in order.events for rrn in _references(event.body)}):
        try:
            told = story(data, rrn)
        except NegativeAnswerError:
            continue
        except SwitchError:
            return None
        for life in told.lives:
            if (life.request["merchant_id"].strip(), life.request["terminal_id"]) == (shop.merchant_id, shop.terminal_id):
                found.update(_entries(life))
    return tuple(sorted(found.values(), key=lambda entry: entry.at_ms))


def _references(body: Row | object) -> Iterator[str]:
    """The retrieval references that an event names."""
    if isinstance(body, dict):
        paid = body.get("paid")
        for each in (body, paid if isinstance(paid, dict) else {}):
            if each.get("rrn"):
                yield str(each["rrn"])


def _entries(life: Life) -> Iterator[tuple[tuple[str, int], JournalEntry]]:
    request, decision = life.request, life.decision or {}
    kind = "journal_refund" if request["transaction_type"] == "refund" else "journal_sale"
    if request["message_class"] == "authorization":
        kind = "journal_hold"
    elif request["original_id"] is not None:
        kind = "journal_capture"
    yield (
        ("request", request["id"]),
        JournalEntry(
            at_ms=request["received_at_ms"],
            kind=kind,
            rrn=request["rrn"].strip(),
            stan=request["stan"],
            amount_minor=request["amount_minor"],
            currency=request["currency"],
            code=decision.get("response_code") or "",
            approval_code=decision.get("approval_code") or "",
            business_date=decision.get("business_date") or "",
            settled=life.presentment,
        ),
    )
    for reversal in life.reversals:
        yield (
            ("reversal", reversal["id"]),
            JournalEntry(
                at_ms=reversal["received_at_ms"],
                kind="journal_reversal",
                rrn=(reversal["rrn"] or "").strip(),
                stan=reversal["stan"],
                amount_minor=reversal["amount_minor"] or 0,
                currency=reversal["currency"] or request["currency"],
                code=reversal["response_code"] or "",
                approval_code="",
                business_date=reversal["business_date"] or "",
                settled=None,
            ),
        )
