"""What an acceptance makes of an application: a merchant with its terminal, a shop with its keys, and both as TOML."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping
from typing import Final

from switch.gateway.affiliation.application import latin
from switch.gateway.store.affiliation_book import Affiliation
from switch.merchant import Merchant
from switch.spec_table import Mistakes, SpecTable
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs

MERCHANT_NAME_MAX: Final = 22  #: of a contract (DE 43); a longer legal name is cut
NEW_MERCHANT_ID_CHARACTERS: Final = 15
NEW_TERMINAL_CHARACTERS: Final = 8
FIRST_CLIENT_ID: Final = 630_000_001
OTHER_SHOPS_MCC: Final = "5999"  #: miscellaneous retail (ISO 18245)
_KEY_BYTES: Final = 12


def new_names(
    affiliation: Affiliation, specs: Specs, taken: Collection[Affiliation], acquirer: str, mcc: str
) -> dict[str, str]:
    """The ids and keys of an accepted shop: none of them is another's. ``taken`` are those that were accepted before."""
    merchants = {*specs.merchants, *(each.decided["merchant_id"] for each in taken)}
    shops = {*specs.gateway.shops, *(each.decided["client_id"] for each in taken)}
    terminals = {terminal for merchant in specs.merchants.values() for terminal in merchant.terminals}
    terminals |= {each.decided["terminal_id"] for each in taken}
    stem = re.sub(r"[^A-Z0-9]", "", latin(affiliation.fields["shop_name"])) or "BOUTIQUE"
    number = 1
    while (merchant_id := f"{stem[:10]}{number:0{NEW_MERCHANT_ID_CHARACTERS - len(stem[:10])}d}") in merchants:
        number += 1
    number = 1
    while (terminal := f"{stem[:5]}{number:0{NEW_TERMINAL_CHARACTERS - len(stem[:5])}d}") in terminals:
        number += 1
    client = FIRST_CLIENT_ID
    while str(client) in shops:
        client += 1
    return {
        "merchant_id": merchant_id,
        "terminal_id": terminal,
        "client_id": str(client),
        "store_key": new_key(),
        "api_name": f"{merchant_id.lower()}api",
        "api_password": new_key(),
        "acquirer": acquirer,
        "mcc": mcc,
    }


def new_key() -> str:
    """A key nobody can guess, without the letters that the protocol forbids."""
    while "SKS" in (key := secrets.token_urlsafe(_KEY_BYTES)):
        pass
    return key


def contract_tables(affiliation: Affiliation, approved_on: str) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """The values of ``[[merchant]]`` and ``[[shop]]``, as the files of the specification have them."""
    fields, names = affiliation.fields, affiliation.decided
    merchant = {
        "id": names["merchant_id"],
        "name": latin(fields["legal_name"])[:MERCHANT_NAME_MAX].strip(),
        "city": latin(fields["city"]),
        "mcc": names["mcc"],
        "currency": "504",
        "rib": fields["rib"],
        "email": fields["email"],
        "plan": fields["plan"],
        "language": fields["language"],
        "terminals": [names["terminal_id"]],
        "address": fields["address"],
        "ice": fields["ice"],
    }
    shop = {
        "client_id": names["client_id"],
        "acquirer": names["acquirer"],
        "name": fields["shop_name"],
        "merchant": names["merchant_id"],
        "terminal": names["terminal_id"],
        "store_key": names["store_key"],
        "api_name": names["api_name"],
        "api_password": names["api_password"],
        "site": fields["site"],
        "approved_on": approved_on,
    }
    return merchant, shop


def contract_values(affiliation: Affiliation, approved_on: str) -> tuple[Merchant, Shop]:
    """Merchant and shop of an acceptance, read by the rules of the specification. SpecError where one is broken."""
    mistakes = Mistakes()
    merchant, shop = contract_tables(affiliation, approved_on)
    read = (
        SpecTable("merchants.toml", merchant, mistakes=mistakes).reading(Merchant.from_toml),
        SpecTable("gateway.toml", shop, mistakes=mistakes).reading(Shop.from_toml),
    )
    for mistake in mistakes.values():
        raise mistake
    assert read[0] is not None
    assert read[1] is not None
    return read[0], read[1]


def as_toml(head: str, values: Mapping[str, object]) -> str:
    """A table of an array as a file of the specification has it.

    >>> print(as_toml("shop", {"name": "L'Échoppe", "terminals": ["A"]}), end="")
    [[shop]]
    name = "L'Échoppe"
    terminals = ["A"]
    """
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join((f"[[{head}]]", *lines, ""))
