"""Cards and merchants for a test, over HTTP: fresh ones of the specification, and what their bank does to an account."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import ProblemError, wrong
from switch.control.desks.scopes import give
from switch.control.desks.seen import scope_values
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import SwitchError
from switch.issuers.process.accounts import change, read_accounts, read_entries
from switch.issuers.profile import Card, Profile
from switch.merchant import Merchant
from switch.money import parse_amount

PEOPLE_LISTED_MAX: Final = 1_000
TERMINALS_MADE: Final = 4  #: of a merchant that is made up
_MADE: Final = "API{:012d}"  #: the number (DE 42) of such a merchant


def list_cards(desk: Desk, call: Call) -> dict[str, Any]:
    """The test cards that have a purpose, and how many like ones there are in each series. Numbers are invented, and whole."""
    issuers = _issuers(desk, call.query.get("issuer"))
    cards = [_card_values(issuer, card) for issuer in issuers for card in issuer.cards][:PEOPLE_LISTED_MAX]
    series = [
        {"issuer": issuer.id, "first": each.card(1).pan.digits, "count": each.count, "balance_minor": each.balance_minor}
        for issuer in issuers
        for each in issuer.card_series
    ]
    return {"cards": cards, "series": series}


def _issuers(desk: Desk, wanted: str | None) -> list[Profile]:
    if wanted is not None and wanted not in desk.specs.issuers:
        raise wrong("issuer", repr(wanted), f"one of {', '.join(desk.specs.issuers)}")
    return [each for each in desk.specs.issuers.values() if wanted in (None, each.id)]


def _card_values(issuer: Profile, card: Card, balance_minor: int | None = None) -> dict[str, Any]:
    return {
        "pan": card.pan.digits,
        "expiry": card.expiry,
        "issuer": issuer.id,
        "balance_minor": card.balance_minor if balance_minor is None else balance_minor,
        "purpose": card.purpose,
    }


def new_card(desk: Desk, call: Call) -> dict[str, Any]:
    """A card of a series that nobody has used, with a balance; a scope that is named owns it from then on."""
    if call.scope:
        scope_values(desk, call.scope)
    wanted = _amount(call.body["balance"], "balance") if "balance" in call.body else None
    for issuer in _issuers(desk, call.body.get("issuer")):
        for card in _unused(desk, issuer, wanted):
            if wanted is not None and wanted > card.balance_minor:
                _change(desk, issuer, card, "credit", wanted - card.balance_minor)
            if call.scope:
                give(desk, call.scope, "card", [card.pan.digits])
            return _card_values(issuer, card, wanted)
    least = min((s.balance_minor for i in _issuers(desk, call.body.get("issuer")) for s in i.card_series), default=None)
    found = (
        "no card that is not used yet"
        if wanted is None or (least is not None and least <= wanted)
        else "a balance below that of any series"
    )
    raise ProblemError(HTTPStatus.CONFLICT, f"{found}; add a [[card_series]] to the file of an issuer (`switch specs copy`)")


def _unused(desk: Desk, issuer: Profile, wanted: int | None) -> Iterator[Card]:
    """Cards of its series that were not given out and have no entry in the book; the richest series that is not too rich
    first."""
    fitting = [each for each in issuer.card_series if wanted is None or each.balance_minor <= wanted]
    for series in sorted(fitting, key=lambda each: -each.balance_minor):
        for card in series:
            if next(iter(read_entries(desk.data, issuer, card)), None) is not None:
                continue
            with desk.memory.lock:
                if card.pan.digits in desk.memory.given:
                    continue
                desk.memory.given.add(card.pan.digits)
            yield card


def change_card(desk: Desk, call: Call) -> dict[str, Any]:
    """What the bank of a card does to its account by its own hand: ``credit``, ``reset``, ``block`` or ``unblock``."""
    pan, order = call.body["pan"], call.body["order"]
    for issuer in desk.specs.issuers.values():
        card = next((each for each in issuer.cards if each.pan.digits == pan), None) or issuer.further_card(pan)
        if card is not None:
            amount = _amount(call.body.get("amount", ""), "amount") if order == "credit" else 0
            _change(desk, issuer, card, order, amount)
            account = read_accounts(desk.data, issuer, card)[0]
            return {
                **_card_values(issuer, card, account.ledger_minor),
                "available_minor": account.available_minor,
                "blocked": account.blocked,
            }
    raise wrong("pan", "a number that no issuer has", "that of a test card (GET /__admin/cards)", HTTPStatus.NOT_FOUND)


def _change(desk: Desk, issuer: Profile, card: Card, order: str, amount_minor: int) -> None:
    try:
        change(desk.data, issuer, card.account, order, amount_minor, clock_ms=centre_clock_of(desk.data))
    except SwitchError as error:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None


def _amount(text: str, field: str) -> int:
    try:
        return parse_amount(text)
    except SwitchError:
        raise wrong(field, repr(text), "an amount, such as 500.00") from None


def list_merchants(desk: Desk, call: Call) -> dict[str, Any]:
    return {"merchants": [_merchant_values(each) for each in list(desk.specs.merchants.values())[:PEOPLE_LISTED_MAX]]}


def _merchant_values(merchant: Merchant) -> dict[str, Any]:
    return {
        "merchant_id": merchant.id,
        "name": merchant.name,
        "mcc": merchant.mcc,
        "currency": merchant.currency,
        "terminals": list(merchant.terminals),
    }


def new_merchant(desk: Desk, call: Call) -> dict[str, Any]:
    """A merchant that no scope owns: a new number where the specification accepts unknown ones, else one of its own."""
    scopes = desk.ask({"do": "scopes", "unmasked": True})["scopes"]
    if call.scope:
        scope_values(desk, call.scope)
    owned = {value for scope in scopes for key in ("merchant", "terminal") for value in scope.get(key, ())}
    contract = desk.specs.default_contract
    with desk.memory.lock:
        if contract is not None:
            number = next(n for n in range(1, 10**9) if _MADE.format(n) not in desk.memory.given | owned)
            terminals = [f"A{number:05d}{place:02d}" for place in range(1, TERMINALS_MADE + 1)]
            made = {**_merchant_values(contract), "merchant_id": _MADE.format(number), "terminals": terminals}
        else:
            free = (each for each in desk.specs.merchants.values() if each.id not in desk.memory.given | owned)
            found = next((each for each in free if owned.isdisjoint(map(str, each.terminals))), None)
            if found is None:
                sentence = (
                    'found no merchant that is free, expected one; unknown_merchants = "accept" in centre.toml makes more'
                )
                raise ProblemError(HTTPStatus.CONFLICT, sentence)
            made = _merchant_values(found)
        desk.memory.given.add(made["merchant_id"])
    if call.scope:
        give(desk, call.scope, "merchant", [made["merchant_id"]])
    return made
