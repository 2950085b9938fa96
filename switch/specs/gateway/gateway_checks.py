"""What ``gateway.toml`` and the merchants have to agree on: acquirers, merchants, terminals and currencies that shops name."""

from __future__ import annotations

from typing import Final

from switch.specs.files import Files, one_of

GATEWAY_FILE: Final = "gateway.toml"  #: may be missing


def check_gateway(files: Files) -> None:
    """Each shop is of an acquirer of the file, and sells as a merchant of ``merchants.toml``; no two of them share a name."""
    if not files.has(GATEWAY_FILE):
        return
    acquirers = [each.peek("id", str) or "" for each in files.tables(GATEWAY_FILE, "acquirer")]
    merchants = {each.peek("id", str) or "": each for each in files.tables("merchants.toml", "merchant")}
    seen: set[str] = set()
    for shop in files.tables(GATEWAY_FILE, "shop"):
        client, acquirer = shop.peek("client_id", str), shop.peek("acquirer", str)
        if client is not None and client in seen:
            shop.mistake("client_id", f"{client!r} a second time", "each shop once")
        seen.add(client or "")
        if acquirer is not None and acquirer not in acquirers:
            shop.mistake("acquirer", repr(acquirer), one_of(acquirers))
        name = shop.peek("merchant", str)
        if name is None:
            continue
        merchant = merchants.get(name)
        if merchant is None:
            shop.mistake("merchant", repr(name), "a merchant of merchants.toml")
            continue
        terminal, terminals = shop.peek("terminal", str), merchant.peek("terminals", list) or []
        if terminal is not None and terminal not in terminals:
            shop.mistake("terminal", repr(terminal), f"a terminal of {name}: {one_of([str(each) for each in terminals])}")
        currency = merchant.peek("currency", str) or "504"
        for number in shop.peek("currencies", list) or []:
            if number != currency:
                shop.mistake("currencies", repr(number), f"{currency!r}, the currency of {name}")
    for kind in ("acquirer", "brand"):
        ids: set[str] = set()
        for each in files.tables(GATEWAY_FILE, kind):
            one = each.peek("id", str) or ""
            if one in ids:
                each.mistake("id", f"{one!r} a second time", "each once")
            ids.add(one)
