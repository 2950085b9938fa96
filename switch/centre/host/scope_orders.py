"""Orders about scopes: who shares a running centre, and what each owns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from switch.errors import SwitchError
from switch.scenarios.scope import Scope, Scopes
from switch.spec_table import SpecTable

T = TypeVar("T")
_KINDS: Final[dict[type[Any], str]] = {dict: "an object", int: "numbers", list: "a list", str: "text"}


class WrongOrderError(SwitchError):
    """An order that has something else where a list or a text is expected. ``missing``: it names what is not there."""

    def __init__(self, sentence: str, *, missing: bool = False) -> None:
        super().__init__(sentence)
        self.missing = missing


class ScopeOrders:
    """The scopes of a host. ``changed`` is called with one that owns other things now, ``removed`` with the name of one that
    goes: it says how many rules went with it."""

    def __init__(self, changed: Callable[[Scope], None], removed: Callable[[str], int]) -> None:
        self._scopes, self._changed, self._removed = Scopes(), changed, removed
        self.orders: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "scopes": self._list, "put_scope": self._put, "remove_scope": self._remove
        }  # fmt: skip

    def of(self, order: Mapping[str, Any]) -> Scope | None:
        """The scope an order names; None where it names none. WrongOrderError where there is no such scope."""
        name = of_kind(order.get("scope") or "", "scope", str)
        scope = self._scopes.get(name)
        if name and scope is None:
            raise WrongOrderError(f"scope: found {name!r}, expected {self._known()}", missing=True)
        return scope

    def _known(self) -> str:
        names = ", ".join(scope.name for scope in self._scopes)
        return f"one of {names}" if names else "a scope that was added: there is none"

    async def _list(self, order: dict[str, Any]) -> dict[str, Any]:
        """Every scope; with ``unmasked`` card numbers are whole, for who goes on with them."""
        masked = order.get("unmasked") is not True
        return {"scopes": [scope.as_values(masked=masked) for scope in self._scopes]}

    async def _put(self, order: dict[str, Any]) -> dict[str, Any]:
        """Add a scope, or give one that is there other things (``values``: its table); its rules follow."""
        scope = Scope.from_table(SpecTable("scope", of_kind(order.get("values", {}), "values", dict)))
        new = self._scopes.get(scope.name) is None
        try:
            self._scopes.put(scope)
        except ValueError as problem:
            found, expected = problem.args
            return {"error": f"scope {scope.name}: found {found}, expected {expected}", "taken": True}
        if not new:
            self._changed(scope)
        return {"scope": scope.as_values(), "new": new}

    async def _remove(self, order: dict[str, Any]) -> dict[str, Any]:
        """Remove a scope with its rules."""
        scope = self.of(order)
        if scope is None:
            raise WrongOrderError(f"scope: found no name, expected {self._known()}")
        self._scopes.remove(scope.name)
        return {"scope": scope.as_values(), "rules": self._removed(scope.name)}


def list_of(order: Mapping[str, Any], key: str, kind: type[T]) -> list[T]:
    """The values of a list of an order, which may be missing; WrongOrderError where it is none, or has another value in it."""
    return [of_kind(each, key, kind) for each in of_kind(order.get(key, []), key, list)]


def of_kind(value: object, key: str, kind: type[T]) -> T:
    """A value of an order; WrongOrderError where it is of another kind."""
    if type(value) is not kind:
        raise WrongOrderError(f"{key}: found {value!r}, expected {_KINDS[kind]}")
    return value
