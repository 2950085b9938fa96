"""Sales that one side took back itself: a sale and its cancellation come to nothing, and need nothing on the other side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Literal

from switch.reconciliation.findings import CANCELLED
from switch.reconciliation.workbench import Item, Workbench

FoldKey = Callable[[Item], tuple[Hashable, ...] | None]


def fold_named(bench: Workbench) -> None:
    """Before any pass: pairs that share a reference, the RRN, STAN with date and card, or approval code with card."""
    for key in (
        lambda item: (item.line.rrn,) if item.line.rrn else None,
        lambda item: (item.line.stan, item.day, item.tail) if item.line.stan and item.tail and item.day else None,
        lambda item: (item.line.approval_code, item.tail) if item.line.approval_code and item.tail else None,
    ):
        _fold(bench, "left", key, lambda *_: True)
        _fold(bench, "right", key, lambda *_: True)


def fold_near(bench: Workbench, window_seconds: int) -> None:
    """After the passes by reference and time: pairs of one card on one date, or without any card within the window."""

    def same_card(sale: Item, back: Item) -> bool:
        return sale.at is None or back.at is None or sale.at <= back.at

    def soon(sale: Item, back: Item) -> bool:
        return sale.at is not None and back.at is not None and 0 <= back.at - sale.at <= window_seconds

    _fold(bench, "left", _card_and_day, same_card)
    _fold(bench, "right", _card_and_day, same_card)
    _fold(bench, "left", _terminal_without_card, soon)
    _fold(bench, "right", _terminal_without_card, soon)


def _card_and_day(item: Item) -> tuple[Hashable, ...] | None:
    return (item.head, item.tail, item.line.terminal_id, item.day) if item.tail and item.day is not None else None


def _terminal_without_card(item: Item) -> tuple[Hashable, ...] | None:
    return (item.line.terminal_id, item.day) if not item.tail and item.day is not None else None


def _fold(bench: Workbench, side: Literal["left", "right"], key: FoldKey, fits: Callable[[Item, Item], bool]) -> None:
    """Pair sales with what takes them back, the earliest with the earliest that fits."""
    items = [item for item in getattr(bench, side) if not item.taken and item.line.amount_minor]
    backs: defaultdict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        found = key(item) if item.line.amount_minor < 0 else None
        if found is not None:
            backs[(*found, -item.line.amount_minor, item.line.currency)].append(item)
    if not backs:
        return
    for item in items:
        found = key(item) if item.line.amount_minor > 0 else None
        waiting = backs.get((*found, item.line.amount_minor, item.line.currency)) if found is not None else None
        back = next((each for each in waiting[:32] if fits(item, each)), None) if waiting else None
        if waiting and back is not None:
            waiting.remove(back)
            pair = [item, back]
            bench.take(CANCELLED, *((pair, []) if side == "left" else ([], pair)))
