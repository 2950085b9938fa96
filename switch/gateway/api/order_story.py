"""The state of an order and all that happened to it, as the XML API tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from switch.gateway.protocol.order_states import STATUS_LETTERS
from switch.gateway.store.order_book import Happened, PageOrder
from switch.money import format_minor

Extra = tuple[tuple[str, str], ...]
#: Event of an order -> kind (S for sale, C for credit) and letter of a row of the history.
_ROWS: Final = {
    "approved": ("S", "A"),
    "approved and captured": ("S", "C"),
    "capture": ("S", "C"),
    "decline": ("S", "D"),
    "fail": ("S", "ERR"),
    "lose": ("S", "PN"),
    "reverse": ("S", "ERR"),
    "void": ("S", "V"),
    "refund": ("C", "C"),
    "refund in part": ("C", "C"),
    "settle": ("S", "S"),
}


def approved_body(order: PageOrder) -> Mapping[str, Any]:
    """What is known of the approval of an order; empty where it was never approved."""
    return order.last("approved", "approved and captured") or {}


def amounts(order: PageOrder) -> tuple[int, int, str]:
    """Minor units asked for and captured, and their currency."""
    posted = order.last("post") or {}
    asked, currency = int(posted.get("amount_minor", 0)), str(posted.get("currency", "504"))
    capture = order.last("capture")
    at_once = order.last("approved and captured")
    captured = int(capture["amount_minor"]) if capture else asked if at_once else 0
    return asked, captured, currency


def settlement_extra(order: PageOrder) -> Extra:
    """The remise that an order was settled with; nothing before."""
    settled = order.last("settle")
    if settled is None:
        return ()
    return (
        ("SETTLEID", str(settled["settle_id"])),
        ("SETTLEDATE", str(settled["business_date"])),
        ("VALUEDATE", str(settled["value_date"])),
    )


def status_extra(order: PageOrder, zone: tzinfo) -> Extra:
    """The state of an order: its fields, and the same in one text with tabs (``ORDERSTATUS``) as older clients read it."""
    asked, captured, currency = amounts(order)
    approved, tried = approved_body(order), order.last("authorize") or {}
    fields = {
        "ORD_ID": order.order_id,
        "CHARGE_TYPE_CD": "C" if order.refunded_minor else "S",
        "ORIG_TRANS_AMT": format_minor(asked, currency),
        "CAPTURE_AMT": format_minor(captured, currency) if captured else "",
        "REFUND_AMT": format_minor(order.refunded_minor, currency) if order.refunded_minor else "",
        "TRANS_STAT": STATUS_LETTERS[order.state],
        "AUTH_DTTM": _time_of(order, zone, "approved", "approved and captured"),
        "CAPTURE_DTTM": _time_of(order, zone, "capture", "approved and captured"),
        "SETTLE_DTTM": _time_of(order, zone, "settle"),
        "VOID_DTTM": _time_of(order, zone, "void"),
        "AUTH_CODE": str(approved.get("auth_code", "")),
        "HOST_REF_NUM": str(approved.get("rrn", "")),
        "TRANS_ID": str(approved.get("transaction_id", tried.get("transaction_id", ""))),
    }
    line = "\t".join(f"{name}:{value}" for name, value in fields.items())
    return (
        ("ORDERSTATUS", line),
        *fields.items(),
        ("PAN", str(tried.get("pan_masked", ""))),
        ("CARDBRAND", str(tried.get("brand", "")).upper()),
        ("NUMCODE", str(approved.get("code", "99" if not approved else ""))),
        *settlement_extra(order),
    )


def history_extra(order: PageOrder, zone: tzinfo, terminal_id: str) -> Extra:
    """All that happened to an order, a row for each: kind, letter, amount, time, reference, approval code, transaction.

    Tabs part them."""
    rows = list(_rows(order, zone))
    numbered = tuple((f"TRX{number}", row) for number, row in enumerate(rows, 1))
    return (("TERMINALID", terminal_id), ("TRXCOUNT", str(len(rows))), *numbered, *settlement_extra(order))


def _rows(order: PageOrder, zone: tzinfo) -> Iterator[str]:
    asked, captured, currency = amounts(order)
    for each in order.events:
        if each.event not in _ROWS:
            continue
        kind, letter = _ROWS[each.event]
        minor = int(each.body.get("amount_minor", captured if each.event == "settle" and captured else asked))
        paid = each.body.get("paid") or {}
        texts = (
            kind,
            letter,
            format_minor(minor, currency),
            _time(each, zone),
            str(each.body.get("rrn", paid.get("rrn", ""))),
            str(each.body.get("auth_code", "")),
            str(each.body.get("transaction_id", each.body.get("settle_id", ""))),
        )
        yield "\t".join(texts)


def _time(each: Happened, zone: tzinfo) -> str:
    return datetime.fromtimestamp(each.at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def _time_of(order: PageOrder, zone: tzinfo, *events: str) -> str:
    return next((_time(each, zone) for each in reversed(order.events) if each.event in events), "")
