"""Products and card files: what has to hold between them and the rest of the specification."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from switch.card import BIN_DIGITS_MAX, mask_pan
from switch.errors import SpecError, SwitchError
from switch.issuers.cards.product import NATIONAL
from switch.issuers.cards.sheet import CardSheet
from switch.issuers.profile import SERIES_BODY_DIGITS, Card, Profile
from switch.machine.files import read_whole
from switch.routing.table.routes import RoutingTable
from switch.spec_table import Mistakes, SpecTable
from switch.specs.files import Files

CARD_FILE_BYTES_MAX: Final = 512 * 1024 * 1024  #: some seven million cards; an issuer's process has all of it in memory


def read_cards(path: Path, file: str) -> bytes:
    """The bytes of a card file; ``file`` is its name in errors."""
    try:
        return read_whole(path, CARD_FILE_BYTES_MAX)
    except FileNotFoundError:
        raise SpecError(file, "", "no such file", "a file of cards") from None
    except SwitchError as found:
        raise SpecError(file, "", str(found), "a file of cards") from None


def card_file_mistakes(profile: Profile, routing: RoutingTable | None) -> Mistakes:
    """What is wrong with the card file of an issuer; nothing where it has none. ``routing`` is None where that has mistakes."""
    found: Mistakes = {}
    if profile.sheet is None or profile.card_file is None:
        return found
    try:
        errors = list(_errors(profile, profile.sheet, profile.card_file, routing))
    except SpecError as unreadable:
        errors = [unreadable]
    profile.sheet.release()
    for error in errors:
        found[error.file, error.key, f"{error.line} {error.found}"] = error
    return found


def _errors(profile: Profile, sheet: CardSheet[Card], file: str, routing: RoutingTable | None) -> Iterator[SpecError]:
    faults = list(sheet.faults(profile.products, f"{profile.id}-"))
    for fault in faults:
        yield SpecError(file, fault.key, fault.found, fault.expected, fault.line)
    if faults:
        return
    for pan, where in _given_out(profile, sheet):
        yield SpecError(file, "pan", f"{mask_pan(pan)}, which is one of {where} too", "each number once")
    if routing is None:
        return
    for number in _at_edges(sheet, routing):
        route = routing.find(number)
        if route is None or route.issuer != profile.id:
            leads_to = repr(route.issuer) if route else "no issuer"
            expected = f"a card routing.toml leads to {profile.id!r}"
            yield SpecError(file, "pan", f"{mask_pan(number)}, which leads to {leads_to}", expected)


def _given_out(profile: Profile, sheet: CardSheet[Card]) -> Iterator[tuple[str, str]]:
    """Numbers of the file that the issuer's own file has, and where."""
    for place, card in enumerate(profile.cards, start=1):
        if sheet.find(card.pan.digits) is not None:
            yield card.pan.digits, f"card[{place}]"
    for place, series in enumerate(profile.card_series, start=1):
        number = sheet.first_from(series.card(1).pan.digits[:SERIES_BODY_DIGITS])
        if number is not None and series.find(number) is not None:
            yield number, f"card_series[{place}]"


def _at_edges(sheet: CardSheet[Card], routing: RoutingTable) -> list[str]:
    """The first card of the file, and the first at or behind each edge of a range: all others are routed like one of these."""
    edges = {""}
    for _, _, ranges in routing.ranges:
        for item in ranges:
            edges |= {item.low, f"{int(item.high) + 1:0{len(item.high)}d}"}
    found = (sheet.first_from(edge) for edge in edges if len(edge) <= BIN_DIGITS_MAX)
    return sorted({number for number in found if number is not None})


def check_products(files: Files, routing: RoutingTable | None) -> None:
    """National cards are those of domestic issuers: the country of any other is known to nobody."""
    for name in files.names("issuers"):
        file = f"issuers/{name}.toml"
        table = files.table(file)
        if table is None or table.peek("origin", str) != "foreign":
            continue
        for entry in files.tables(file, "product"):
            code = entry.peek("service_code", str) or ""
            if code[:1] in NATIONAL:
                expected = "one that begins with 1, 2 or 7: the issuer is foreign, and no file says of which country"
                entry.mistake("service_code", f"{code!r}, good in one country only", expected)


def check_product(entry: SpecTable, digits: str, files: Files, file: str, routing: RoutingTable) -> None:
    """The product a card names has the scheme and the kind of the range the card is in."""
    name, route = entry.peek("product", str), routing.find(digits)
    product = next((each for each in files.tables(file, "product") if each.peek("id", str) == name), None)
    if name is None or product is None or route is None:
        return
    for key, in_range in (("scheme", route.scheme), ("kind", route.product)):
        said = product.peek(key, str)
        if said is not None and said != in_range:
            expected = f"a product of {key} {in_range}, as routing.toml has the range of the card"
            entry.mistake("product", f"{name!r} of {key} {said}", expected)
