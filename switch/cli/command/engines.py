"""The engine of a close, as it is typed: in one spelling for every option."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from switch.clearing.engine import ENGINE_EXPECTED, ENGINES, is_engine


class EngineType(click.ParamType[str]):
    """What computes the transactions of a date: a name (``clearing.engine.ENGINES``), or the address of Spark Connect."""

    name = "engine"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(ENGINES)}|sc://HOST:PORT]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_engine(str(value)):
            self.fail(f"found {value!r}, expected {ENGINE_EXPECTED}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in ENGINES if name.startswith(incomplete)]
