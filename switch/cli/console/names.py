"""Names out of the specification: looked up, and completed by a shell. The specification is read only when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.specs.specification import Specs

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
scenario_names = _completion(lambda specs: specs.scenarios)
