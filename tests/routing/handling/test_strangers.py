"""Terminals that no contract lists: told once, by the line, the merchant and the terminal."""

from __future__ import annotations

from attrs import evolve

from switch.routing.handling.terminals import Terminals
from tests.support.dialogue import SHOP, request, shop

LINE = "ascii 127.0.0.1:4000"
OTHER = shop(id="SHOP00000000002", terminals=("TERM0002", "TERM0003"))


def test_a_terminal_is_told_once_for_each_line_and_merchant_where_no_contract_lists_it() -> None:
    terminals = Terminals({SHOP.id: SHOP, OTHER.id: OTHER})

    def told(terminal_id: str, line: str = LINE, merchant: str = SHOP.id) -> list[str]:
        key = request(1).key._replace(terminal_id=terminal_id)
        asked = evolve(request(1), key=key, merchant_id=merchant)
        known = {SHOP.id: SHOP, OTHER.id: OTHER}.get(merchant)
        return [notice.detail for notice in terminals.stranger(asked, known, line)]

    assert [told(listed) for listed in ("TERM0001", "TERM0001 ")] == [[], []]
    (first,) = told("TERM0002")
    assert "terminal 'TERM0002' (DE 41) is not in the contract of merchant SHOP00000000001, which lists TERM0001" in first
    assert told("TERM0002", line="ascii 127.0.0.1:4001") == [], "its peer has called anew"
    assert [len(told("TERM0003")), len(told("TERM0002", line="cmi 127.0.0.1:4000"))] == [1, 1]
    assert told("TERM0002", merchant=OTHER.id) == []
    (other,) = told("TERM0001", merchant=OTHER.id)
    assert "which lists TERM0002, TERM0003" in other
    assert told("TERM0009", merchant="NOBODY000000001") == []
