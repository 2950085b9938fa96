"""The rules of scenarios, held against the files of a specification."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from switch.card import mask_pan
from switch.iso8583.dialect import Dialect
from switch.scenarios.arrow import rule_values
from switch.scenarios.host_rule import is_at_issuer
from switch.spec_table import SpecTable
from switch.specs.checks import Known, is_card_number
from switch.specs.files import Files, one_of
from switch.specs.rules.host_rule_names import check_host_rule
from switch.specs.rules.rule_elements import check_elements


def check_scenarios(files: Files, dialects: Mapping[str, Dialect]) -> None:
    """The rules of every scenario name issuers, merchants, terminals, cards and elements that exist."""
    known = Known.read(files, dialects)
    for name in files.names("scenarios"):
        table = files.table(f"scenarios/{name}.toml")
        if table is not None:
            check_rules(table, known)


def check_rules(table: SpecTable, known: Known) -> None:
    """The rules of one scenario; one for somebody nobody knows would never have its way."""
    for number, line in enumerate(table.peek("rules", list) or (), start=1):
        with suppress(ValueError):
            _check_made(table.made(f"rules[{number}]", rule_values(str(line))), known)
    for entry in table.tables("rule"):
        issuer = entry.peek("issuer", str)
        if issuer is not None and issuer not in known.cards:
            entry.mistake("issuer", repr(issuer), one_of(list(known.cards)))
        check_host_rule(entry, named_things(known))
        if is_at_issuer(entry) and entry.peek("when", dict) is not None:
            _check_when(entry.table("when"), issuer, known)
            check_elements(entry.table("when"), _asked_of(issuer, known))


def check_rule(rule: str | dict[str, Any], known: Known) -> None:
    """A rule in one line, or as a table, that stands in no file. SpecError where it names what there is not."""
    _check_made(SpecTable("rule", rule_values(rule) if isinstance(rule, str) else rule), known)


def _check_made(entry: SpecTable, known: Known) -> None:
    """A rule in one line."""
    check_host_rule(entry, named_things(known))
    if is_at_issuer(entry):
        _check_when(entry.table("when"), None, known)


def _asked_of(issuer: str | None, known: Known) -> Mapping[str, Dialect]:
    """The dialects in which a rule may meet a request; none where one of them cannot be read."""
    asked = [name for name in known.cards if issuer in (None, name)]
    return {name: known.dialects[name] for name in asked} if set(asked) <= known.dialects.keys() else {}


def _check_when(when: SpecTable, issuer: str | None, known: Known) -> None:
    merchant, terminal = when.peek("merchant", str), when.peek("terminal", str)
    if known.terminals is not None:
        if merchant is not None and merchant not in known.terminals:
            when.mistake("merchant", repr(merchant), "a merchant of merchants.toml (`switch merchants` lists them)")
        elif terminal is not None:
            own = known.terminals.get(merchant) if merchant is not None else None
            listed = own if own is not None else [each for all_of in known.terminals.values() for each in all_of]
            if terminal not in listed:
                of = f"a terminal of {merchant}" if own is not None else "a terminal of some merchant"
                when.mistake("terminal", repr(terminal), f"{of} (`switch merchants` lists them)")
        currency = when.peek("currency", str)
        if currency is not None and known.terminals and currency not in known.currencies:
            when.mistake("currency", repr(currency), f"one a merchant accepts: {', '.join(sorted(known.currencies))}")
    pan = when.peek("pan", str)
    banks = [cards for name, cards in known.cards.items() if name == issuer or issuer not in known.cards]
    if pan is not None and is_card_number(pan) and not any(cards is None or pan in cards for cards in banks):
        whose = f"a card of {issuer}" if issuer in known.cards else "a card of some issuer"
        when.mistake("pan", mask_pan(pan), f"{whose} (`switch cards` lists them)")


def named_things(known: Known) -> Mapping[str, Collection[str]]:
    """Clause of a rule -> the names it may say."""
    return {"dialect": known.dialect_names, "issuer": known.cards, "line": known.listeners, "scheme": known.schemes}
