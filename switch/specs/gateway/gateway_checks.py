"""What ``gateway.toml`` and the merchants have to agree on: acquirers, merchants, terminals and currencies that shops name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switch.spec_table import SpecTable

GATEWAY_FILE: Final = "gateway.toml"  #: may be missing
Tables = Callable[[str, str], list[SpecTable]]  #: the tables of an array in a file, both by their names


def check_gateway(tables: Tables) -> None:
    """Each shop is of an acquirer of the file, and sells as a merchant of ``merchants.toml``; no two of them share a name."""
    for kind, key in (("acquirer", "id"), ("brand", "id"), ("shop", "client_id")):
        _check_once(tables, kind, key)
    acquirers = [each.peek("id", str) or "" for each in tables(GATEWAY_FILE, "acquirer")]
    merchants: dict[str, list[SpecTable]] = {}
    for merchant in tables("merchants.toml", "merchant"):
        merchants.setdefault(merchant.peek("id", str) or "", []).append(merchant)
    for shop in tables(GATEWAY_FILE, "shop"):
        acquirer, name = shop.peek("acquirer", str), shop.peek("merchant", str)
        if acquirer is not None and acquirer not in acquirers:
            shop.mistake("acquirer", repr(acquirer), "one of " + ", ".join(acquirers))
        if name in merchants:
            _check_merchant(shop, name, merchants[name])
        elif name is not None and merchants:
            shop.mistake("merchant", repr(name), "a merchant of merchants.toml")


def _check_once(tables: Tables, kind: str, key: str) -> None:
    seen: set[str] = set()
    for each in tables(GATEWAY_FILE, kind):
        name = each.peek(key, str)
        if name is not None and name in seen:
            each.mistake(key, f"{name!r} a second time", "each once")
        seen.add(name or "")


def _check_merchant(shop: SpecTable, name: str, merchants: list[SpecTable]) -> None:
    """The terminal of a shop is one of its merchant's, and it sells in the merchant's currency."""
    terminal = shop.peek("terminal", str)
    terminals = [each for merchant in merchants for each in merchant.peek("terminals", list) or []]
    if terminal is not None and terminal not in terminals:
        shop.mistake("terminal", repr(terminal), f"a terminal of {name}: one of {', '.join(map(str, terminals))}")
    currency = merchants[0].peek("currency", str) or "504"
    for number in shop.peek("currencies", list) or []:
        if number != currency:
            shop.mistake("currencies", repr(number), f"{currency!r}, the currency of {name}")
