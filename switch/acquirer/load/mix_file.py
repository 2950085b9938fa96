"""A mix of a file or of options, and the cards and merchants of a specification that it draws from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, Final

from switch.acquirer.card_proofs import issuer_of
from switch.acquirer.load.draws import LoadCard, PartSources, Seller
from switch.acquirer.load.mix import LOAD_TYPES, Mix, MixPart
from switch.card import Pan, mask_numbers
from switch.errors import SpecsError
from switch.iso8583.mapping.compose import CASH_MACHINE_MCC, KINDS
from switch.issuers.cards.status import ACTIVE
from switch.issuers.profile import Card
from switch.merchant import BY_COMPLETION, Merchant
from switch.spec_table import Mistakes, SpecTable
from switch.specs.files import parse, read_bytes
from switch.specs.parts import Parts

OPTIONS_FILE: Final = "options"  #: where something is wrong in what was typed
CARDS_OF_ISSUER: Final = 1_000  #: at most, of those that a part does not name
LOAD_PLENTY_MINOR: Final = 1_000_000  #: a card with so much left is good for a load
UNKNOWN_TERMINAL: Final = "LOAD0001"
UNKNOWN_CARD_EXPIRY: Final = "4912"  #: of a number that no bank here has given out
_CASH_TYPES: Final = ("cash",)


def read_mix(path: Path, specs: Parts, over: Mapping[str, Any]) -> tuple[Mix, list[PartSources]]:
    """The mix of a file, with what options say instead of it. SpecError says what is wrong, with all ``mistakes``."""
    file, mistakes = str(path), Mistakes()
    values, lines = parse(file, read_bytes(path, file))
    if "step" in over:
        values = {key: value for key, value in values.items() if key not in ("rate", "duration")}
    elif not {"rate", "duration"}.isdisjoint(over):
        values.pop("step", None)
    return _read(SpecTable(file, {**values, **over}, lines=lines, mistakes=mistakes), specs, mistakes)


def mix_of_options(values: Mapping[str, Any], specs: Parts) -> tuple[Mix, list[PartSources]]:
    """The mix that options spell, as the values of a file. SpecError as for a file."""
    mistakes = Mistakes()
    return _read(SpecTable(OPTIONS_FILE, values, mistakes=mistakes), specs, mistakes)


def _read(table: SpecTable, specs: Parts, mistakes: Mistakes) -> tuple[Mix, list[PartSources]]:
    mix = table.reading(Mix.from_toml)
    check_names(table.fresh(), specs)
    found = sorted(mistakes.values(), key=lambda error: error.line or 0)
    if found:
        raise found[0] if len(found) == 1 else SpecsError(found)
    assert mix is not None, "a mix without a mistake gives something"
    return mix, [sources_of(part, specs) for part in mix.parts]


def check_names(table: SpecTable, specs: Parts) -> None:
    """Each issuer and merchant that a part names has to be one that there is, each card a number."""
    for part in table.tables("part"):
        for key, known in (("issuer", tuple(specs.issuers)), ("merchant", tuple(specs.merchants))):
            for value in _texts(part, key):
                if value not in known:
                    near = get_close_matches(value[:80], known, n=1)
                    nearest = f"{near[0]} (the nearest), or " if near else ""
                    part.mistake(key, repr(value), f"{nearest}one of {', '.join(known)}")
        for value in _texts(part, "card"):
            if not (value.isascii() and value.isdecimal() and 12 <= len(value) <= 19):
                part.mistake("card", repr(mask_numbers(value)), "a card number of 12 to 19 digits")


def _texts(table: SpecTable, key: str) -> list[str]:
    one, several = table.peek(key, str), table.peek(key, list)
    return [each for each in (several or ([one] if one is not None else [])) if isinstance(each, str)]


def sources_of(part: MixPart, specs: Parts) -> PartSources:
    """The cards and sellers of a part. SpecsError where there are none."""
    if part.type not in KINDS:
        return PartSources(part=part, cards=(), sellers=())
    cards = [_named_card(number, specs) for number in part.cards] or list(_usual_cards(part, specs))
    sellers = [_seller(specs.merchants[each]) for each in part.merchants] or _usual_sellers(part, specs)
    if not cards:
        raise SpecsError([SpecTable(OPTIONS_FILE, {}).error("card", "no card with enough money", "one that is named")])
    return PartSources(part=part, cards=cards, sellers=sellers)


def _named_card(number: str, specs: Parts) -> LoadCard:
    _, card = issuer_of(specs, Pan(number))
    return LoadCard(number, card.expiry if card is not None else UNKNOWN_CARD_EXPIRY)


def _usual_cards(part: MixPart, specs: Parts) -> Iterator[LoadCard]:
    """Cards that nothing refuses, of the banks that are named, or of all whose accounts are in the currency of the centre."""
    for issuer in specs.issuers.values():
        wanted = issuer.id in part.issuers if part.issuers else issuer.billing_currency is None
        if wanted:
            good = (card for card in issuer.all_cards() if _good(card, named=bool(part.issuers)))
            yield from islice((LoadCard(card.pan.digits, card.expiry) for card in good), CARDS_OF_ISSUER)


def _good(card: Card, *, named: bool) -> bool:
    """Whether nothing refuses a card, as far as can be seen; one of a bank that is named may have less."""
    in_time = card.expiry >= f"{datetime.now(UTC):%y%m}"
    return in_time and card.usual and card.status == ACTIVE and (named or card.balance_minor >= LOAD_PLENTY_MINOR)


def _usual_sellers(part: MixPart, specs: Parts) -> Sequence[Seller]:
    """The merchants that are good for a type: cash comes from machines, and machines sell nothing."""
    cash = part.type in _CASH_TYPES
    fit = [each for each in specs.merchants.values() if (each.mcc == CASH_MACHINE_MCC) == cash and each.terminals]
    if part.type == "preauth":
        fit = [each for each in fit if each.capture == BY_COMPLETION] or fit
    return [_seller(each) for each in fit] or [Seller("LOADMERCHANT001", None, (UNKNOWN_TERMINAL,), "504")]


def _seller(merchant: Merchant) -> Seller:
    return Seller(merchant.id, merchant, tuple(merchant.terminals) or (UNKNOWN_TERMINAL,), merchant.currency)


def parts_of_shares(text: str) -> list[dict[str, Any]] | None:
    """The parts that an option ``purchase=80,reversal=5`` names, as tables of a file; None where it is none.

    >>> parts_of_shares("purchase=80,reversal=5")
    [{'type': 'purchase', 'share': 80}, {'type': 'reversal', 'share': 5}]
    >>> parts_of_shares("purchase=lots") is None
    True
    """
    parts: list[dict[str, Any]] = []
    for each in text.split(","):
        name, equals, share = each.strip().partition("=")
        if name not in LOAD_TYPES or (equals and not (share.isascii() and share.isdecimal() and 1 <= len(share) <= 6)):
            return None
        parts.append({"type": name, "share": int(share) if equals else 1})
    return parts
