"""What has to hold between the files of a specification. Each check looks at all there is to look at, and a value that is wrong
by itself is the business of the file it stands in: here it is passed over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from switch.card import CARD_ORIGINS, PAN_DIGITS_MAX, PAN_DIGITS_MIN, Pan, luhn_valid
from switch.clearing.interchange import ANY, InterchangeTable
from switch.errors import SpecError
from switch.iso8583.dialect import Dialect
from switch.issuers.profile import SERIES_BODY_DIGITS, CardSeries
from switch.money import currency_number, minor_digits
from switch.record import frozen
from switch.routing.table.routes import RoutingTable
from switch.settlement.discount import DiscountTable, VatTable
from switch.spec_table import Mistakes, SpecTable
from switch.specs.card_checks import check_product, check_products
from switch.specs.centre_profile import ACCEPT, header_of
from switch.specs.files import Files, one_of
from switch.specs.parts import DEFAULT_CONTRACT
from switch.specs.sayable import gaps_to_acquirers, gaps_to_issuers
from switch.specs.specification import Specs
from switch.transaction import CHANNELS, CREDITS, DEBITS

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"})  # noqa: S104  # names of this machine
SOLD: Final = tuple(sorted(DEBITS | CREDITS))  #: types of transactions that are cleared


@frozen(kw_only=True)
class Cards:
    """The cards an issuer's file lists."""

    numbers: frozenset[str]
    series: tuple[CardSeries, ...]

    def __contains__(self, digits: str) -> bool:
        return digits in self.numbers or any(series.find(digits) is not None for series in self.series)


@frozen(kw_only=True)
class Known:
    """Who and what a rule may name; None where the file that would say cannot be read."""

    cards: Mapping[str, Cards | None]  #: by issuer; None, too, where there is a card file, which is not read for this
    terminals: Mapping[str, Collection[str]] | None  #: by merchant; None, too, where any merchant is taken
    currencies: Collection[str]
    dialects: Mapping[str, Dialect]  #: by issuer, those that can be read
    dialect_names: Collection[str]
    listeners: Collection[str]
    schemes: Collection[str]

    @classmethod
    def of(cls, specs: Specs) -> Known:
        """What a whole specification knows."""
        return cls(
            cards={
                name: None
                if profile.card_file
                else Cards(numbers=frozenset(card.pan.digits for card in profile.cards), series=profile.card_series)
                for name, profile in specs.issuers.items()
            },
            terminals={merchant.id: merchant.terminals for merchant in specs.merchants.values()}
            if specs.default_contract is None
            else None,
            currencies={merchant.currency for merchant in specs.merchants.values()},
            dialects={name: specs.dialects[profile.dialect] for name, profile in specs.issuers.items()},
            dialect_names=specs.dialects.keys(),
            listeners=[listener.name for listener in specs.centre.listeners],
            schemes={*(route.scheme for route in specs.routing.routes()), *(name for _, name in specs.routing.schemes)},
        )

    @classmethod
    def read(cls, files: Files, dialects: Mapping[str, Dialect]) -> Known:
        """What can be read of the files; ``dialects`` are those that can."""
        merchants = files.tables("merchants.toml", "merchant")
        readable = files.table("merchants.toml") is not None and not _accepts_others(files)
        terminals: dict[str, list[str]] = {}
        for entry in merchants:
            terminals.setdefault(entry.peek("id", str) or "", []).extend(entry.peek("terminals", list) or [])
        return cls(
            cards={name: _cards(files, name) for name in files.names("issuers")},
            terminals=terminals if readable else None,
            currencies={entry.peek("currency", str) or "504" for entry in merchants},
            dialects={
                name: dialects[spoken] for name in files.names("issuers") if (spoken := _spoken(files, name)) in dialects
            },
            dialect_names=files.names("dialects"),
            listeners=_named(files, "centre.toml", "listener", "name"),
            schemes=[
                *_named(files, "routing.toml", "range", "scheme"),
                *_named(files, "routing.toml", "scheme", "name"),
            ],
        )


def _named(files: Files, file: str, array: str, key: str) -> list[str]:
    """The names that the tables of an array give."""
    return [name for entry in files.tables(file, array) if (name := entry.peek(key, str)) is not None]


def _spoken(files: Files, issuer: str) -> str:
    """The name of the dialect an issuer's file has; empty where it has none."""
    table = files.table(f"issuers/{issuer}.toml")
    return (table.peek("dialect", str) if table is not None else None) or ""


def _cards(files: Files, issuer: str) -> Cards | None:
    file = f"issuers/{issuer}.toml"
    table = files.table(file)
    if table is None or table.peek("card_file", str) is not None:
        return None
    return Cards(
        numbers=frozenset(entry.peek("pan", str) or "" for entry in files.tables(file, "card")),
        series=tuple(series for _, series in _series(files, file)),
    )


def _series(files: Files, file: str) -> Iterator[tuple[SpecTable, CardSeries]]:
    whole = files.table(file)
    digits = minor_digits(currency_number(whole.peek("currency", str) or "") or "") if whole is not None else 2
    for entry in files.tables(file, "card_series"):
        entry.minor_digits = digits
        series = entry.reading(lambda table: CardSeries.from_toml(table, ""))
        if series is not None:
            yield entry, series


def check_lines(files: Files, routing: RoutingTable | None) -> None:
    """Listeners and issuers speak dialects that exist; names, ports and addresses are used once."""
    centre = files.table("centre.toml")
    listeners = files.tables("centre.toml", "listener")
    issuers = [table for name in files.names("issuers") if (table := files.table(f"issuers/{name}.toml")) is not None]
    dialects = files.names("dialects")
    for entry in (*listeners, *issuers):
        dialect = entry.peek("dialect", str)
        if dialect is not None and dialect not in dialects:
            entry.mistake("dialect", repr(dialect), one_of(dialects))
        if entry.peek("header", str) is not None:
            header_of(entry)
    _once(listeners, "name", str, "a name no other listener has")
    _once(listeners, "port", int, "a port no other listener has")
    _once_of(
        ((entry, "address", _place(entry), entry.peek("address", str)) for entry in issuers), "an address no other issuer has"
    )
    own = [entry for entry in issuers if _place(entry)[0] in LOCAL_HOSTS and entry.peek("process", str) != "external"]
    ports = {entry.peek("port", int) for entry in listeners}
    for entry in own:
        if _place(entry)[1] in ports:
            entry.mistake("address", repr(entry.peek("address", str)), "a port no listener of centre.toml has")
    members = issuers if centre is None or centre.peek("centre", dict) is None else [centre.table("centre"), *issuers]
    _once(members, "institution_id", str, "a code no other institution has")


def _place(entry: SpecTable) -> tuple[str, int]:
    """Host and port of an issuer's address, however they are written; ("", 0) where they are wrong."""
    host, _, port = (entry.peek("address", str) or "").rpartition(":")
    name = host.strip("[]").lower()
    if not (port.isascii() and port.isdecimal() and len(port) <= len("65535")):
        return "", 0
    return "127.0.0.1" if name in LOCAL_HOSTS else name, int(port)


def check_routing(files: Files, routing: RoutingTable | None) -> None:
    """Every range leads to an issuer, and interchange is for schemes some range has."""
    issuers, schemes = files.names("issuers"), set()
    for entry in files.tables("routing.toml", "range"):
        issuer, scheme = entry.peek("issuer", str), entry.peek("scheme", str)
        schemes.add(scheme or "")
        if issuer is not None and issuer not in issuers:
            entry.mistake("issuer", repr(issuer), one_of(issuers))
    if not schemes:
        return
    for entry in files.tables("fees/interchange.toml", "rate"):
        scheme = entry.peek("scheme", str)
        if scheme is not None and scheme not in (ANY, *schemes):
            entry.mistake("scheme", repr(scheme), f'"{ANY}" or a scheme of routing.toml: {", ".join(sorted(schemes))}')


def check_cards(files: Files, routing: RoutingTable | None) -> None:
    """Every card is routed to the issuer that gave it out, so that none is a card of two issuers."""
    if routing is None:
        return
    issuers = files.names("issuers")

    def look(entry: SpecTable, key: str, pan: Pan, issuer: str) -> None:
        route = routing.find(pan.digits)
        if route is None or (route.issuer in issuers and route.issuer != issuer):
            expected = f"a card routing.toml leads to {issuer!r}"
            entry.mistake(key, f"{pan.masked}, which leads to {repr(route.issuer) if route else 'no issuer'}", expected)

    for name in issuers:
        file = f"issuers/{name}.toml"
        for entry in files.tables(file, "card"):
            digits = entry.peek("pan", str) or ""
            if is_card_number(digits) and luhn_valid(digits) == (entry.peek("check_digit", bool) is not False):
                look(entry, "pan", Pan(digits), name)
                check_product(entry, digits, files, file, routing)
        for entry, series in _series(files, file):
            shared = any(mistake.file == file and mistake.key == entry.path for mistake in files.mistakes.values())
            for number in _numbers_to_look_at(series, routing) if not shared else ():
                look(entry, "bin", series.card(number).pan, name)
                check_product(entry, series.card(number).pan.digits, files, file, routing)


def is_card_number(digits: str) -> bool:
    """Whether a text can be a card number."""
    return digits.isascii() and digits.isdecimal() and PAN_DIGITS_MIN <= len(digits) <= PAN_DIGITS_MAX


def _numbers_to_look_at(series: CardSeries, routing: RoutingTable) -> list[int]:
    """First and last card of a series, and those at the edges of ranges: all others are routed like one of these."""
    base = int(series.bin.ljust(SERIES_BODY_DIGITS, "0"))
    edges = {1, series.count}
    for _, _, ranges in routing.ranges:
        for item in ranges:
            edges.add(int(item.low.ljust(SERIES_BODY_DIGITS, "0")) - base)
            edges.add(int(item.high.ljust(SERIES_BODY_DIGITS, "9")) + 1 - base)
    return sorted(edge for edge in edges if 1 <= edge <= series.count)


def check_merchants(files: Files, routing: RoutingTable | None) -> None:
    """Merchant and terminal ids are used once; plans exist; who accepts unknown merchants has a contract for them."""
    entries = files.tables("merchants.toml", "merchant")
    others, centre = _default_contract(files), files.table("centre.toml")
    if centre is not None and _accepts_others(files) and others is None and files.table("merchants.toml") is not None:
        expected = f"a table [{DEFAULT_CONTRACT}] in merchants.toml that says for what"
        centre.table("centre").mistake("unknown_merchants", f'"{ACCEPT}"', expected)
    plans = [plan for entry in files.tables("fees/discount.toml", "plan") if (plan := entry.peek("id", str)) is not None]
    for entry in (*entries, others) if others is not None else entries:
        plan = entry.peek("plan", str)
        if plan is not None and files.table("fees/discount.toml") is not None and plan not in plans:
            entry.mistake("plan", repr(plan), one_of(plans) if plans else "a plan of fees/discount.toml")
    _once(entries, "id", str, "an id no other merchant has")
    terminals = ((entry, terminal) for entry in entries for terminal in entry.peek("terminals", list) or [])
    _once_of(((entry, "terminals", terminal, terminal) for entry, terminal in terminals), "terminal ids that occur once")


def _accepts_others(files: Files) -> bool:
    """Whether merchants without a contract of their own are taken."""
    centre = files.table("centre.toml")
    if centre is None or centre.peek("centre", dict) is None:
        return False
    return centre.table("centre").peek("unknown_merchants", str) == ACCEPT


def _default_contract(files: Files) -> SpecTable | None:
    """The contract for whoever has none of their own, as it is written."""
    table = files.table("merchants.toml")
    return table.table(DEFAULT_CONTRACT) if table is not None and table.peek(DEFAULT_CONTRACT, dict) is not None else None


def check_dialects(files: Files, dialects: Mapping[str, Dialect]) -> tuple[SpecError, ...]:
    """Every line can say what the centre has to say on it. A dialect in which nothing at all can be said is a mistake; what
    else cannot be said is returned."""
    found: list[SpecError] = []
    lines = [(entry, gaps_to_acquirers) for entry in files.tables("centre.toml", "listener")]
    issuers = map(files.table, (f"issuers/{name}.toml" for name in files.names("issuers")))
    lines += [(table, gaps_to_issuers) for table in issuers if table is not None]
    for entry, gaps in lines:
        name = entry.peek("dialect", str) or ""
        uses = (entry.peek("security", dict) or {}).get("mac", "none")
        if uses != "none" and name in dialects and not (dialects[name].elements[64] and dialects[name].elements[128]):
            entry.mistake("security.mac", repr(uses), f"none: dialect {name!r} has no DE 64 or no DE 128")
        for gap in gaps(dialects[name]) if name in dialects else ():
            what = f"{name!r}, which cannot say {gap.what} ({gap.why})"
            if gap.whole:
                entry.mistake("dialect", what, f"a dialect that can; {gap.instead}")
            else:
                found.append(entry.error("dialect", what, f"a dialect that can; else {gap.instead}"))
    return tuple(found)


_Check = Callable[[Files, RoutingTable | None], None]

#: What has to hold between files, in the order it is looked at; the routing table is None where it has a mistake.
CHECKS: Final[tuple[_Check, ...]] = (
    check_lines,
    check_routing,
    check_products,
    check_cards,
    check_merchants,
)


def _once(entries: Iterable[SpecTable], key: str, kind: type, expected: str) -> None:
    _once_of(((entry, key, value, value) for entry in entries if (value := entry.peek(key, kind)) is not None), expected)


def _once_of(values: Iterable[tuple[SpecTable, str, object, object]], expected: str) -> None:
    """Each value once; the last of each four is how it is written."""
    seen = set()
    for entry, key, value, written in values:
        if value in seen:
            entry.mistake(key, f"{written!r} a second time", expected)
        seen.add(value)


def check_coverage(
    files: Files,
    today: str,
    routing: RoutingTable | None,
    interchange: InterchangeTable | None,
    discount: DiscountTable | None,
    vat: VatTable | None,
) -> None:
    """Every sale of a business date has its rates. None of them ends, so what is covered today stays covered."""
    origins = _origins(files, routing)
    if interchange is not None:
        for origin, scheme in sorted(origins):
            _check_interchange(files.mistakes, today, origin, scheme, interchange)
    if discount is not None:
        others = _default_contract(files)
        entries = [*files.tables("merchants.toml", "merchant"), *([others] if others is not None else [])]
        plans = {entry.peek("plan", str) or "" for entry in entries} & set(discount.plans)
        for plan in sorted(plans):
            for gap in discount.gaps(today, plan, sorted({origin for origin, _ in origins})):
                files.mistakes[gap.file, gap.key, str(gap.found)] = gap
    if vat is not None:
        for kind in sorted(discount.kinds(plans)) if discount is not None else ("commission",):
            _keep(files.mistakes, partial(vat.rate, today, kind))


def _check_interchange(mistakes: Mistakes, today: str, origin: str, scheme: str, table: InterchangeTable) -> None:
    lacking = []
    for channel in CHANNELS:
        for transaction_type in SOLD:
            try:
                table.rate(today, origin, scheme, channel, transaction_type)
            except SpecError:
                lacking.append(f"{channel} {transaction_type}")
    if not lacking:
        return
    which = "" if len(lacking) == len(CHANNELS) * len(SOLD) else f" {lacking[0]}"
    more = f" and {len(lacking) - 1} like it" if which and len(lacking) > 1 else ""
    error = SpecError(
        table.file, "rate", f"no row for {origin} {scheme}{which}{more} on {today}", f"a [[rate]] from {today} or before"
    )
    mistakes[error.file, error.key, str(error.found)] = error


def _keep(mistakes: Mistakes, look: Callable[[], object]) -> None:
    try:
        look()
    except SpecError as error:
        mistakes[error.file, error.key, str(error.found)] = error


def _origins(files: Files, routing: RoutingTable | None) -> set[tuple[str, str]]:
    """Origin and scheme of the cards there are; those of an issuer somebody else runs, or of a card file, may be any its ranges
    hold."""
    if routing is None:
        return set()
    found: set[tuple[str, str]] = set()
    for name in files.names("issuers"):
        table = files.table(f"issuers/{name}.toml")
        origin = table.peek("origin", str) if table is not None else None
        if table is None or origin is None or origin not in CARD_ORIGINS:
            continue
        routes = [route for route in routing.routes() if route.issuer == name]
        if table.peek("process", str) != "external" and table.peek("card_file", str) is None:
            cards = [entry.peek("pan", str) or "" for entry in files.tables(table.file, "card")]
            for _, series in _series(files, table.file):
                cards += [series.card(number).pan.digits for number in _numbers_to_look_at(series, routing)]
            routes = [route for digits in cards if (route := routing.find(digits)) is not None]
        found |= {(origin, route.scheme) for route in routes}
    return found
