"""A scenario file as the host reads it: the rules at the host, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from switch.record import frozen
from switch.scenarios.arrow import rule_values
from switch.scenarios.host_rule import HostRule, is_at_issuer
from switch.spec_table import SpecTable


@frozen(kw_only=True)
class HostScenario:
    """The rules of one file of ``scenarios/`` that are the host's; ``name`` is the file's."""

    name: str
    purpose: str
    seed: int | None
    rules: tuple[HostRule, ...]
    listed: int = 0  #: rules of the file in all, those at issuers too

    @classmethod
    def from_toml(cls, name: str, table: SpecTable, names: Mapping[str, str]) -> HostScenario:
        """The rules in one line (``rules``) come first, then each ``[[rule]]``; those of issuers are passed over."""
        seed = table.integer("seed", None)
        lines = table.texts("rules", ())
        reader = partial(HostRule.from_toml, scenario=name, names=names, seed=seed)
        read = [_of_line(table, text, number, reader) for number, text in enumerate(lines, start=1)]
        entries = list(enumerate(table.tables("rule"), start=len(lines) + 1))
        read += [entry.reading(partial(reader, number=number)) for number, entry in entries if not is_at_issuer(entry)]
        if not entries and not lines:
            table.mistake("rule", "nothing", "at least one [[rule]], or a list rules")
        scenario = cls(
            name=name,
            purpose=table.text("purpose"),
            seed=seed,
            rules=tuple(rule for rule in read if rule is not None),
            listed=len(entries) + len(lines),
        )
        table.done()
        return scenario


def _of_line(table: SpecTable, text: str, number: int, reader: Callable[..., HostRule]) -> HostRule | None:
    """A rule in one line; None where it is wrong and mistakes are collected."""
    key = f"rules[{number}]"
    try:
        values = rule_values(text)
    except ValueError as problem:
        table.mistake(key, *problem.args)
        return None
    return table.made(key, values).reading(partial(reader, number=number))
