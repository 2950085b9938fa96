"""Orders about the rules of a running centre: list, add, remove, apply a file. Each leaves everything in flight alone.

An order is an object with ``do``; its answer has ``rules``, or ``error``, or ``mistakes`` with a sentence each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import trio

from switch.card import mask_numbers
from switch.centre.host.script import HostScript
from switch.errors import SpecError, SwitchError
from switch.scenarios.host_rule import HostRule
from switch.scenarios.host_scenario import HostScenario
from switch.scenarios.playbook import PlayedRule, overshadowed

#: Reads the text of a scenario file, under a name. SpecError where it is wrong.
Read = Callable[[str, str], HostScenario]
CarryOut = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
T = TypeVar("T")
_KINDS: Final[dict[type[Any], str]] = {int: "numbers", list: "a list", str: "text"}


class WrongOrderError(SwitchError):
    """An order that has something else where a list or a text is expected."""


class Orders:
    """Who carries them out. ``changed`` is called after each change; ``names`` leads from names of elements to numbers.
    ``warn`` gives sentences about rules of which not all can be played here, ``others`` are orders about something else, by
    their words; ``check`` raises SpecError for a rule in one line that names what there is not."""

    def __init__(
        self,
        script: HostScript,
        changed: Callable[[], None],
        names: Mapping[str, str],
        read: Read,
        warn: Callable[[Iterable[HostRule]], list[str]] = lambda rules: [],
        others: Mapping[str, CarryOut] | None = None,
        check: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._check = check
        self._script, self._changed, self._names, self._read, self._warn = script, changed, names, read, warn
        self._orders: dict[str, CarryOut] = {
            "list": self._list, "add": self._add, "remove": self._remove, "apply": self._apply, "reset": self._reset,
            **(others or {}),
        }  # fmt: skip

    async def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """The answer to an order."""
        do = self._orders.get(str(order.get("do")))
        if do is None:
            return {"error": f"do: found {order.get('do')!r}, expected one of {', '.join(self._orders)}"}
        try:
            return await do(order)
        except SpecError as error:
            return {"mistakes": [str(each) for each in error.mistakes]}
        except WrongOrderError as error:
            return {"error": str(error)}

    async def _list(self, order: dict[str, Any]) -> dict[str, Any]:
        playbook = self._script.playbook
        states = [
            {"from": each.scenario, "per": each.per, "of": mask_numbers(each.key), "state": each.state}
            for each in playbook.states
        ]
        return {"rules": _told(playbook.played), "states": states}

    async def _reset(self, order: dict[str, Any]) -> dict[str, Any]:
        """Begin counts and states anew; rules stay, and so do answers that are late or held."""
        self._script.playbook.reset()
        return {"rules": _told(self._script.playbook.played)}

    async def _add(self, order: dict[str, Any]) -> dict[str, Any]:
        """Rules in one line each (``lines``), before all others."""
        rules, mistakes = list[HostRule](), list[str]()
        for number, line in enumerate(list_of(order, "lines", str), start=self._script.playbook.next_id):
            try:
                rules.append(HostRule.from_line(line, number=number, names=self._names))
                self._check(line)
            except SpecError as error:
                mistakes.append(str(error))
        return {"mistakes": mistakes} if mistakes else self._put_first(rules)

    async def _apply(self, order: dict[str, Any]) -> dict[str, Any]:
        """The rules of a file (``name`` and ``text``), before all others; those that came of the same name before go."""
        name, text = (_of_kind(order.get(key, ""), key, str) for key in ("name", "text"))
        scenario = await trio.to_thread.run_sync(self._read, name, text)
        self._script.playbook.remove(lambda played: played.rule.scenario == name)
        return self._put_first(scenario.rules)

    def _put_first(self, rules: Sequence[HostRule]) -> dict[str, Any]:
        added = self._script.playbook.put_first(rules)
        self._changed()
        hidden = overshadowed(self._script.playbook.rules)
        warnings = [f"{later.label} can no longer apply: {earlier.label} takes all its messages" for later, earlier in hidden]
        return {"rules": _told(added), "warnings": [*warnings, *self._warn(rules)]}

    async def _remove(self, order: dict[str, Any]) -> dict[str, Any]:
        """Rules by their ids (``ids``), or all of them (``all``)."""
        playbook, ids = self._script.playbook, list_of(order, "ids", int)
        missing = [each for each in ids if each not in {played.id for played in playbook.played}]
        if missing:
            known = ", ".join(str(played.id) for played in playbook.played) or "none"
            return {"error": f"found no rule {missing[0]}, expected one of {known}"}
        removed = playbook.remove(lambda played: bool(order.get("all")) or played.id in ids)
        self._changed()
        return {"rules": _told(removed)}


def list_of(order: Mapping[str, Any], key: str, kind: type[T]) -> list[T]:
    """The values of a list of an order, which may be missing; WrongOrderError where it is none, or has another value in it."""
    return [_of_kind(each, key, kind) for each in _of_kind(order.get(key, []), key, list)]


def _of_kind(value: object, key: str, kind: type[T]) -> T:
    if type(value) is not kind:
        raise WrongOrderError(f"{key}: found {value!r}, expected {_KINDS[kind]}")
    return value


def _told(played: Iterable[PlayedRule]) -> list[dict[str, Any]]:
    return [
        {"id": each.id, "from": each.rule.scenario, "name": each.rule.name, "rule": each.rule.in_words, "hits": each.hits}
        for each in played
    ]
