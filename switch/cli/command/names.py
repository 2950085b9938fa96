"""Names looked up in the specification, and what a shell completes: names, cards, the last transactions.

The specification, or a data folder, is read only when one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from switch.cli.command.options import DATA_FOLDER
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.specs.specification import Specs

RRNS_COMPLETED = 10  #: the last ones of the journal
Completion = Callable[[click.Context, click.Parameter, str], list[str]]


def known(option: str, name: str, names: Collection[str], source: Path | None, kind: str = "--specs") -> str:
    """``name``, where it is one of ``names``; ``source`` is the folder or file they come from, None the embedded folder."""
    if name not in names:
        origin = f"{kind} {source}" if source else "the embedded specification; --specs names another"
        raise SwitchError(f"{option}: found {name!r}, expected one of {', '.join(names)} (of {origin})")
    return name


def _completion(names: Callable[[Specs], Iterable[str]]) -> Completion:
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        from switch.specs.load import load_specs

        try:
            specs = load_specs(ctx.params.get("specs_folder"))
        except SwitchError:
            return []
        return [name for name in names(specs) if name.startswith(incomplete) and name.isprintable()]

    return complete


listener_names = _completion(lambda specs: [listener.name for listener in specs.centre.listeners])
dialect_names = _completion(lambda specs: specs.dialects)
issuer_names = _completion(lambda specs: specs.issuers)
merchant_ids = _completion(lambda specs: specs.merchants)


def _all_scenarios(specs: Specs) -> Iterable[str]:
    from switch.specs.load import scenario_names_of

    return scenario_names_of(specs)


scenario_names = _completion(_all_scenarios)


def card_numbers(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The named test cards, each with its purpose."""
    from switch.specs.load import load_specs

    try:
        specs = load_specs(ctx.params.get("specs_folder"))
    except SwitchError:
        return []
    cards = [card for issuer in specs.issuers.values() for card in issuer.cards if card.pan.digits.startswith(incomplete)]
    return [CompletionItem(card.pan.digits, help=card.purpose) for card in cards]


def last_rrns(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The retrieval reference numbers of the last requests in the journal, the newest first."""
    from switch.journal.journal import last_references

    try:
        found = last_references(ctx.params.get("data") or DATA_FOLDER, RRNS_COMPLETED)
    except SwitchError:
        return []
    return [rrn for rrn in found if rrn.startswith(incomplete) and rrn.isprintable()]
