"""The order of the payment page: which rule chooses what 3-D Secure finds for a payment that is about to be asked for.

The rules and their counts are the centre's, so they are one for all pages, change while a page runs, and outlive it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from switch.card import mask_pan
from switch.centre.host.described import message_in
from switch.centre.host.scope_orders import of_kind
from switch.centre.host.script import HostScript
from switch.data_folder.page_rules import mark_page_rules
from switch.iso8583.scripted.glance import card_of
from switch.routing.traffic.notice import Notice
from switch.scenarios.playbook import Playbook
from switch.scenarios.vocabulary.rule_words import PAGE
from switch.specs.specification import Specs

PAGE_ORDER: Final = "threeds"  #: the value of ``do``


def marking(data: Path, playbook: Playbook, changed: Callable[[], None]) -> Callable[[], None]:
    """What to call after each change of rules: ``changed``, and the page is told by a mark whether any is about it."""

    def told() -> None:
        changed()
        mark_page_rules(data, there=playbook.has(PAGE))

    return told


@contextmanager
def marked(data: Path, playbook: Playbook) -> Iterator[None]:
    """The mark in a data folder while its centre runs."""
    mark_page_rules(data, there=playbook.has(PAGE))
    try:
        yield
    finally:
        mark_page_rules(data, there=True)


class PageOrders:
    """Who carries it out; ``tell`` hears of each payment to which a rule applies."""

    def __init__(self, script: HostScript, specs: Specs, tell: Callable[[Notice], None]) -> None:
        self._script, self._specs, self._tell = script, specs, tell
        self.handlers = {PAGE_ORDER: self._threeds}

    async def _threeds(self, order: dict[str, Any]) -> dict[str, Any]:
        """The ``result`` that a rule chooses for a payment (``mti``, ``elements``, ``line``), and that ``rule``, counted as
        applied; both empty where ``gateway.toml`` says it."""
        message = message_in(order)
        cue = self._script.page_cue(message, of_kind(order.get("line", ""), "line", str), self._specs)
        if cue is None or not cue.conduct.threeds:
            return {"result": "", "rule": ""}
        self._tell(Notice("scenario", f"payment page: {mask_pan(card_of(message))}: {cue.conduct.told} ({cue.reason})"))
        return {"result": cue.conduct.threeds, "rule": cue.reason}
