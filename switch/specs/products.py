"""What has to hold between the products of an issuer's file and the rest of the specification."""

from __future__ import annotations

from switch.issuers.cards.product import NATIONAL
from switch.routing.table.routes import RoutingTable
from switch.spec_table import SpecTable
from switch.specs.files import Files


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
