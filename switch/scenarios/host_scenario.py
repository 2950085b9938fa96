"""A scenario file: its rules, at the host and at issuers, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from switch.record import frozen
from switch.scenarios.arrow import rule_values
from switch.scenarios.host_rule import HostRule
from switch.scenarios.vocabulary.rule_words import HOST, ISSUER, PAGE
from switch.spec_table import SpecTable


@frozen(kw_only=True)
class HostScenario:
    """The rules of one file of ``scenarios/``; ``name`` is the file's."""

    name: str
    purpose: str
    seed: int | None
    rules: tuple[HostRule, ...]

    @property
    def at_host(self) -> tuple[HostRule, ...]:
        """The rules at the host."""
        return tuple(rule for rule in self.rules if rule.at == HOST)

    @property
    def at_issuers(self) -> tuple[HostRule, ...]:
        """The rules at issuers."""
        return tuple(rule for rule in self.rules if rule.at == ISSUER)

    @property
    def at_page(self) -> tuple[HostRule, ...]:
        """The rules at the payment page."""
        return tuple(rule for rule in self.rules if rule.at == PAGE)

    @classmethod
    def from_toml(cls, name: str, table: SpecTable, names: Mapping[str, str]) -> HostScenario:
        """The rules in one line (``rules``) come first, then each ``[[rule]]``."""
        seed = table.integer("seed", None)
        lines = table.texts("rules", ())
        reader = partial(HostRule.from_toml, scenario=name, names=names, seed=seed)
        read = [_of_line(table, text, number, reader) for number, text in enumerate(lines, start=1)]
        entries = list(enumerate(table.tables("rule"), start=len(lines) + 1))
        read += [entry.reading(partial(reader, number=number)) for number, entry in entries]
        if not entries and not lines:
            table.mistake("rule", "nothing", "at least one [[rule]], or a list rules")
        scenario = cls(
            name=name,
            purpose=table.text("purpose"),
            seed=seed,
            rules=tuple(rule for rule in read if rule is not None),
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
