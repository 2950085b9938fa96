"""Scopes over HTTP: who shares a centre, and what each owns."""

from __future__ import annotations

from typing import Any

from switch.control.desks.call import Call, Desk
from switch.control.desks.seen import begin_anew, scope_values


def list_scopes(desk: Desk, call: Call) -> dict[str, Any]:
    return {"scopes": desk.ask({"do": "scopes"})["scopes"]}


def put_scope(desk: Desk, call: Call) -> dict[str, Any]:
    """Add a scope, or give one that is there other things: its rules follow. What it has seen begins with its making."""
    answer = desk.ask({"do": "put_scope", "values": {"name": call.path["name"], **call.body}})
    if answer["new"]:
        begin_anew(desk, call.path["name"])
    scope: dict[str, Any] = answer["scope"]
    return scope


def remove_scope(desk: Desk, call: Call) -> dict[str, Any]:
    name = call.path["name"]
    answer = desk.ask({"do": "remove_scope", "scope": name})
    with desk.memory.lock:
        desk.memory.begun.pop(name, None)
        for number in [number for number, (of, _) in desk.memory.expectations.items() if of == name]:
            del desk.memory.expectations[number]
    return {"scope": answer["scope"], "removed_rules": answer["rules"]}


def reset(desk: Desk, call: Call) -> dict[str, Any]:
    """Hits and sequences begin anew, messages that were seen are seen no more, and expectations are forgotten: of one scope,
    or of everybody's rules. The rules stay."""
    rules = desk.ask({"do": "reset", "scope": call.scope})["rules"]
    forgotten = begin_anew(desk, call.scope)
    return {"rules": rules, "forgotten_expectations": forgotten}


def give(desk: Desk, name: str, key: str, values: list[str]) -> None:
    """Let a scope own further things."""
    scope = dict(scope_values(desk, name))
    desk.ask({"do": "put_scope", "values": {**scope, key: [*scope.get(key, []), *values]}})
