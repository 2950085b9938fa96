"""Terminals that no contract lists: told once, by the line, the merchant and the terminal."""

from __future__ import annotations

import pytest
from attrs import evolve

from switch.merchant import Merchant
from switch.routing.handling import terminals as terminals_module
from switch.routing.handling.terminals import TOLD_MAX, Terminals, is_listed
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


def _stranger(terminals: Terminals, merchant: Merchant, terminal_id: str, merchant_id: str = "") -> list[tuple[str, str]]:
    asked = request(1)
    asked = evolve(asked, key=asked.key._replace(terminal_id=terminal_id), merchant_id=merchant_id or merchant.id)
    return [(notice.kind, notice.detail) for notice in terminals.stranger(asked, merchant, LINE)]


def test_a_notice_names_three_terminals_of_the_contract_and_how_many_more_there_are() -> None:
    for count, shown in ((0, "none"), (1, "T1"), (3, "T1, T2, T3"), (4, "T1, T2, T3 and 1 more"), (6, "T1, T2, T3 and 3 more")):
        listed = shop(terminals=tuple(f"T{number}" for number in range(count, 0, -1)))
        said = _stranger(Terminals({listed.id: listed}), listed, "TERM0009")
        what = "terminal 'TERM0009' (DE 41) is not in the contract of merchant SHOP00000000001"
        told = f"{LINE}: {what}, which lists {shown}; told once, its requests are taken"
        assert said == [("unknown_terminal", told)]


@pytest.mark.parametrize("of_nobody", [False, True], ids=["terminals", "merchants without a contract"])
def test_after_so_many_terminals_one_notice_says_that_no_more_are_told(
    monkeypatch: pytest.MonkeyPatch, of_nobody: bool
) -> None:
    assert TOLD_MAX == 1_000
    monkeypatch.setattr(terminals_module, "TOLD_MAX", 2)
    merchant = shop(id="") if of_nobody else SHOP
    terminals = Terminals({SHOP.id: SHOP})
    said = [_stranger(terminals, merchant, f"T{number}", f"M{number}" if of_nobody else "") for number in range(5)]
    kind = "unknown_merchant" if of_nobody else "unknown_terminal"
    assert [[each[0] for each in notices] for notices in said] == [[kind], [kind], ["unknown_terminal"], [], []]
    assert said[2][0][1] == "2 terminals and merchants that no contract lists were told; no more are"
    if of_nobody:
        what = "merchant 'M0' (DE 42) has no contract of its own"
        assert said[0][0][1] == f"{LINE}: {what}; told once, its requests are taken under the default contract"


def test_new_contracts_list_other_terminals() -> None:
    terminals = Terminals({SHOP.id: SHOP})
    terminals.know({SHOP.id: shop(terminals=(" TERM0009 ",)), OTHER.id: OTHER})
    assert [_stranger(terminals, SHOP, listed) for listed in ("TERM0009", "TERM0009 ")] == [[], []]
    assert len(_stranger(terminals, SHOP, "TERM0001")) == 1
    assert set(terminals.listed) == {(SHOP.id, " TERM0009 "), (OTHER.id, "TERM0002"), (OTHER.id, "TERM0003")}


def test_a_terminal_is_listed_whatever_its_blanks_and_always_where_there_is_no_contract() -> None:
    assert [is_listed(SHOP, each) for each in ("TERM0001", " TERM0001 ", "TERM0002", "")] == [True, True, False, False]
    assert is_listed(None, "TERM0002")
