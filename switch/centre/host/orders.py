"""Orders about the rules of a running centre: list, add, remove, apply a file, begin anew. Each leaves everything in flight
alone.

An order is an object with ``do``; its answer has ``rules``, or ``error``, or ``mistakes`` with a sentence each and ``places``
that say where each stands. With ``scope`` an order is about the rules of one scope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import trio

from switch.card import mask_numbers
from switch.centre.host.described import message_in
from switch.centre.host.scope_orders import ScopeOrders, WrongOrderError, list_of, of_kind
from switch.centre.host.script import HostScript
from switch.errors import SpecError
from switch.iso8583.message import Message
from switch.scenarios.condition import Facts
from switch.scenarios.conduct import Conduct
from switch.scenarios.host_rule import HostRule
from switch.scenarios.host_scenario import HostScenario
from switch.scenarios.playbook import PlayedRule, overshadowed
from switch.scenarios.scope import Scope
from switch.spec_table import SpecTable

#: Reads the text of a scenario file, under a name. SpecError where it is wrong.
Read = Callable[[str, str], HostScenario]
CarryOut = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
#: What of a running centre can be asked for, by its name: a plain value.
ToldByCentre = Mapping[str, Callable[[], Any]]


class WatchedFiles(Protocol):
    """Files that are read again when they change."""

    def wrong_files(self) -> list[dict[str, Any]]:
        """Those that have mistakes now."""


class Orders:
    """Who carries them out. ``changed`` is called after each change; ``names`` leads from names of elements to numbers;
    ``told`` has what else the centre tells of itself; ``facts`` are those of a message that would come on a listener.
    ``warn`` gives sentences about rules of which not all can be played here, ``others`` are orders about something else, by
    their words; ``check`` raises SpecError for a rule, in one line or as a table, that names what there is not;
    ``watched`` are the files that are read again when they change."""

    def __init__(
        self,
        script: HostScript,
        changed: Callable[[], None],
        names: Mapping[str, str],
        read: Read,
        warn: Callable[[Iterable[HostRule]], list[str]] = lambda rules: [],
        others: Mapping[str, CarryOut] | None = None,
        check: Callable[[str | dict[str, Any]], None] = lambda rule: None,
        told: ToldByCentre | None = None,
        facts: Callable[[Message, str], Facts] | None = None,
        watched: WatchedFiles | None = None,
    ) -> None:
        self._watched = watched
        self._check = check
        self._script, self._changed, self._names, self._read, self._warn = script, changed, names, read, warn
        self._told, self._facts = told or {}, facts
        self._scopes = ScopeOrders(self._scope_changed, self._scope_removed)
        self._orders: dict[str, CarryOut] = {
            "list": self._list, "add": self._add, "remove": self._remove, "apply": self._apply, "reset": self._reset,
            "try": self._try, "tell": self._tell, **self._scopes.orders, **(others or {}),
        }  # fmt: skip

    async def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """The answer to an order."""
        do = self._orders.get(str(order.get("do")))
        if do is None:
            return {"error": f"do: found {order.get('do')!r}, expected one of {', '.join(self._orders)}"}
        try:
            return await do(order)
        except SpecError as error:
            return {"mistakes": [str(each) for each in error.mistakes], "places": [place_of(each) for each in error.mistakes]}
        except WrongOrderError as error:
            return {"error": str(error), "missing": error.missing}
        except RecursionError:  # a rule is read whole before it is added
            return {"error": "found conditions in too many levels, expected fewer"}

    async def _tell(self, order: dict[str, Any]) -> dict[str, Any]:
        """One of the things that the centre tells of itself (``what``)."""
        what = order.get("what")
        if not isinstance(what, str) or what not in self._told:
            return {"error": f"what: found {what!r}, expected one of {', '.join(self._told)}"}
        return {what: self._told[what]()}

    def _chosen(self, order: dict[str, Any]) -> Callable[[PlayedRule], bool]:
        """The rules an order is about: with ``scope`` those of that scope, or with an empty one those of none; else all."""
        if order.get("scope") is None:
            return lambda played: True
        name = scope.name if (scope := self._scopes.of(order)) is not None else ""
        return lambda played: played.rule.scope == name

    async def _list(self, order: dict[str, Any]) -> dict[str, Any]:
        playbook = self._script.playbook
        states = [
            {"from": each.scenario, "per": each.per, "of": mask_numbers(each.key), "state": each.state}
            for each in playbook.states
        ]
        rules = _told(filter(self._chosen(order), playbook.played))
        return {
            "rules": rules,
            "states": states,
            "wrong_files": self._watched.wrong_files() if self._watched is not None else [],
        }

    async def _reset(self, order: dict[str, Any]) -> dict[str, Any]:
        """Begin counts and states anew; rules stay, and so do answers that are late or held."""
        return {"rules": _told(self._script.playbook.begin_anew(self._chosen(order)))}

    async def _try(self, order: dict[str, Any]) -> dict[str, Any]:
        """What each rule would do with a message (``mti``, ``elements``, ``line``), or which of its conditions it does not
        meet. Nothing is counted."""
        message = message_in(order)
        assert self._facts is not None, "a centre knows its listeners"
        facts, chosen = self._facts(message, of_kind(order.get("line", ""), "line", str)), self._chosen(order)
        outcomes = zip(self._script.playbook.played, self._script.playbook.trial(facts), strict=True)
        return {"rules": [{**_told([played])[0], **_outcome(said)} for played, (_, said) in outcomes if chosen(played)]}

    async def _add(self, order: dict[str, Any]) -> dict[str, Any]:
        """Rules in one line each (``lines``), or as the tables of a file, before all others."""
        rules, mistakes, places = list[HostRule](), list[str](), list[dict[str, Any]]()
        scope, given = self._scopes.of(order), of_kind(order.get("lines", []), "lines", list)
        for place, said in enumerate(given):
            number = self._script.playbook.next_id + place
            label = f"rule {place + 1}" if len(given) > 1 else "rule"
            try:
                if isinstance(said, dict):
                    rules.append(HostRule.from_toml(SpecTable(label, said), number=number, scenario="", names=self._names))
                else:
                    line = of_kind(said, "lines", str)
                    rules.append(HostRule.from_line(line, number=number, names=self._names, label=label))
                self._check(said)
            except SpecError as error:
                mistakes.append(str(error))
                places.append({**place_of(error), "index": place})
        if mistakes:
            return {"mistakes": mistakes, "places": places}
        return self._put_first(rules if scope is None else [scope.rule(rule) for rule in rules])

    async def _apply(self, order: dict[str, Any]) -> dict[str, Any]:
        """The rules of a file (``name`` and ``text``), before all others; those that came of the same name before go."""
        name, text = (of_kind(order.get(key, ""), key, str) for key in ("name", "text"))
        self._scopes.of(order)
        scenario = await trio.to_thread.run_sync(self._read, name, text)
        scope = self._scopes.of(order)  # it may have been removed meanwhile
        of_scope = scope.name if scope is not None else ""
        rules = scenario.rules if scope is None else [scope.rule(rule) for rule in scenario.rules]
        told = self._put_first(rules, lambda played: played.rule.scenario == name and played.rule.scope == of_scope)
        return {**told, "at_issuers": len(scenario.at_issuers)}

    def _scope_changed(self, scope: Scope) -> None:
        """The rules of a scope apply to what it owns now."""
        self._script.playbook.replace(lambda rule: scope.rule(rule) if rule.scope == scope.name else rule)

    def _scope_removed(self, name: str) -> int:
        """The rules of a scope go with it."""
        removed = self._script.playbook.remove(lambda played: played.rule.scope == name)
        self._changed()
        return len(removed)

    def _put_first(
        self, rules: Sequence[HostRule], instead_of: Callable[[PlayedRule], bool] = lambda played: False
    ) -> dict[str, Any]:
        added = self._script.playbook.put_first(rules, instead_of)
        self._changed()
        new = {id(played.rule) for played in added}  # of the others, it was said when they were added
        hidden = [pair for pair in overshadowed(self._script.playbook.rules) if not new.isdisjoint(map(id, pair))]
        warnings = [f"{later.label} can no longer apply: {earlier.label} takes all its messages" for later, earlier in hidden]
        return {"rules": _told(added), "warnings": [*warnings, *self._warn(rules)]}

    async def _remove(self, order: dict[str, Any]) -> dict[str, Any]:
        """Rules by their ids (``ids``), or all of them (``all``), of one scope where one is named."""
        playbook, ids, chosen = self._script.playbook, list_of(order, "ids", int), self._chosen(order)
        there = [played.id for played in playbook.played if chosen(played)]
        missing = [each for each in ids if each not in there]
        if missing:
            known = ", ".join(map(str, there)) or "none"
            return {"error": f"found no rule {missing[0]}, expected one of {known}", "missing": True}
        removed = playbook.remove(lambda played: chosen(played) and (bool(order.get("all")) or played.id in ids))
        self._changed()
        return {"rules": _told(removed)}


def place_of(error: SpecError) -> dict[str, Any]:
    """Where a mistake stands: its file, line and key, as far as they are known."""
    return {"key": error.key, "line": error.line}


def _told(played: Iterable[PlayedRule]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "from": each.rule.scenario,
            "name": each.rule.name,
            "rule": each.rule.in_words,
            "hits": each.hits,
            "scope": each.rule.scope,
        }
        for each in played
    ]


def _outcome(said: Conduct | str) -> dict[str, Any]:
    """Whether a rule would apply, and what it would do, or why it would not."""
    return {"met": False, "why": said} if isinstance(said, str) else {"met": True, "why": said.in_words}
