"""``switch gateway affiliation``: shops that applied to sell here, and what is decided of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.help import Verb, Verbs, option
from switch.cli.command.options import data_option, json_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.gateway.store.affiliation_book import Affiliation
    from switch.gateway.store.writer import Books
    from switch.specs.specification import Specs

_STATES = {"": "waiting", "accepted": "accepted", "refused": "turned down"}
NUMBER = click.IntRange(1, 999_999_999)


@click.group(cls=Verbs)
def affiliation() -> None:
    """List the applications of shops, and accept or refuse them."""


@affiliation.command("list", cls=Verb, short_help="List the applications that wait for a decision.")
@option("--all", "everything", is_flag=True, help="Also those that are decided.")
@data_option
@specs_option
@json_option
@lang_option
def list_affiliations(everything: bool, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """List the applications that shops sent by the form at /affiliation on the payment page, the first one first.

    --json shows all fields of each, and of an accepted one its keys, too.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    with _books(data) as books:
        found = [each for each in books.affiliations.all() if everything or not each.verdict]
    if as_json:
        show_json([_as_json(each) for each in found])
        return
    if not found:
        raise NegativeAnswerError(f"{data}: no application waits for a decision")
    rows = [
        (
            str(each.number),
            _time(each.applied_at_ms, specs),
            each.fields["shop_name"],
            each.fields["legal_name"],
            each.fields["site"],
            each.fields["plan"],
            said(_STATES[each.verdict]),
        )
        for each in found
    ]
    show_table(("#", "applied", "shop", "company", "site", "plan", "state"), rows, below=("company", "site"))


@affiliation.command(cls=Verb, short_help="Show one application.")
@click.argument("number", metavar="NUMBER", type=NUMBER)
@data_option
@specs_option
@json_option
@lang_option
def show(number: int, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Show an application with all its fields; of an accepted one also its keys, and its tables for the specification."""
    from switch.cli.show.tables import show_json
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    with _books(data) as books:
        found = _one(books, number, data)
    if as_json:
        show_json(_as_json(found))
        return
    _show(found, specs)


@affiliation.command(cls=Verb, short_help="Accept an application.")
@click.argument("number", metavar="NUMBER", type=NUMBER)
@option("--acquirer", metavar="ID", help="Acquirer of gateway.toml whose page the shop gets.  [default: the first]")
@option("--mcc", default="5999", show_default=True, metavar="CODE", help="What the shop sells (ISO 18245), four digits.")
@option("--write-specs", is_flag=True, help="Append the merchant and the shop to the files of the specification, too.")
@data_option
@specs_option
@lang_option
def accept(number: int, acquirer: str | None, mcc: str, write_specs: bool, data: Path, specs_folder: Path | None) -> None:
    """Accept an application: it becomes a merchant with a terminal, and a shop with a store key and a name for the XML API.

    The running payment page takes the shop within a second, without a restart, and lists its site. Switch itself knows the
    merchants of merchants.toml: with --write-specs a running Switch takes this one at once. Else it declines the payments of
    the shop with 03 until merchants.toml has it and `switch merchants --reload` was given, or clears them under the default
    contract if centre.toml accepts unknown merchants.

    The decision is kept first. If --write-specs could not write the files then, give the command again: it writes what they
    lack.

    \b
    switch gateway affiliation accept 1 --write-specs --specs my-specs
    """
    from attrs import evolve

    from switch.cli.console.screen import say_text
    from switch.gateway.affiliation.contract import contract_values, new_names
    from switch.gateway.affiliation.into_specs import missing_in, ready_for_specs
    from switch.gateway.affiliation.live_shops import approval_date
    from switch.specs.folder import folder_of
    from switch.specs.load import specs_of

    if not (len(mcc) == 4 and mcc.isascii() and mcc.isdecimal()):
        raise SwitchError(f"--mcc: found {mcc!r}, expected four digits (ISO 18245)")
    specs = specs_of(data, specs_folder)
    chosen = acquirer or next(iter(specs.gateway.acquirers), "")
    if chosen not in specs.gateway.acquirers:
        known = ", ".join(specs.gateway.acquirers) or "none"
        raise SwitchError(f"--acquirer: found {chosen!r}, expected an acquirer of gateway.toml ({known})")
    folder = folder_of(data, specs_folder)
    if write_specs and folder is None:
        hint = "switch specs export my-specs"
        raise SwitchError("--write-specs: found the embedded specification, expected a folder of your own", hint=hint)
    with _books(data) as books:
        found, before = _one(books, number, data), books.affiliations.accepted()
    again = write_specs and found.verdict == "accepted"  # its tables are written where an earlier command did not come to it
    if not again:
        _still_waits(found)
    now_ms = found.decided_at_ms if again else centre_clock_of(data)()
    names = found.decided if again else new_names(found, specs, before, chosen, mcc)
    accepted = evolve(found, verdict="accepted", decided=names, decided_at_ms=now_ms)
    contract_values(accepted, approval_date(accepted, specs))
    write = None
    if write_specs and folder is not None:
        missing = missing_in(specs, accepted)
        if not any(missing):
            raise SwitchError(f"NUMBER: found application {number}, which is accepted and stands in {folder}, expected another")
        merchant, shop = (table if lacks else "" for table, lacks in zip(_tables(accepted, specs), missing, strict=True))
        write = ready_for_specs(folder, merchant, shop)
    if not again:
        with _books(data, to_write=True) as books:  # no payment waits for longer than this
            _still_waits(_one(books, number, data))
            if books.affiliations.accepted_count() != len(before):
                raise SwitchError("found another decision at the same time, expected one after the other; try again")
            books.affiliations.decide(number, "accepted", now_ms, names)
    if write is not None:
        _written(write, number)
    say_text(said(f"application {number} is accepted: the running page takes shop {names['client_id']} within a second"), None)
    _show(accepted, specs, tables=not write_specs)
    if write_specs:
        if _is_taken(data, names["merchant_id"]):
            say_text(said(f"merchant and shop are written into {folder}; the running Switch takes the merchant at once"), None)
            return
        say_text(said(f"merchant and shop are written into {folder}; Switch knows the merchant from its next start"), None)
        return
    until = "declines its payments with 03" if specs.default_contract is None else "pays it under the default contract"
    click.echo()
    say_text(said(f"write both tables into the specification and start Switch again; until then it {until}"), "hint")
    say_text(said("a running Switch takes the merchant without a restart: switch merchants --reload"), "hint")


def _is_taken(data: Path, merchant_id: str) -> bool:
    """Whether a Switch that runs on a data folder has taken a merchant whose table was written just now."""
    from switch.cli.merchants import merchants_taken

    try:
        return merchant_id in merchants_taken(data)["new"]
    except SwitchError:
        return False


@affiliation.command(cls=Verb, short_help="Refuse an application.")
@click.argument("number", metavar="NUMBER", type=NUMBER)
@option("--reason", required=True, metavar="WORDS", help="Why, in a sentence; it is kept.")
@data_option
@lang_option
def refuse(number: int, reason: str, data: Path) -> None:
    """Refuse an application, and keep the reason. A decision is never changed: the shop may apply again."""
    from switch.cli.console.screen import say_text

    if not reason.strip():
        raise SwitchError("--reason: found nothing, expected a sentence")
    with _books(data, to_write=True) as books:
        _still_waits(_one(books, number, data))
        books.affiliations.decide(number, "refused", centre_clock_of(data)(), {"reason": reason.strip()[:500]})
    say_text(said(f"application {number} is refused"), None)


@contextmanager
def _books(data: Path, *, to_write: bool = False) -> Iterator[Books]:
    from contextlib import nullcontext

    from switch.data_folder.databases import one_transaction
    from switch.gateway.site.serving import GATEWAY_FOLDER
    from switch.gateway.store.order_book import GATEWAY_DATABASE, open_orders
    from switch.gateway.store.writer import Books

    folder = data / GATEWAY_FOLDER
    if not (folder / GATEWAY_DATABASE).is_file():
        raise NegativeAnswerError(f"{data}: no application waits for a decision")
    with closing(open_orders(folder)) as connection, one_transaction(connection) if to_write else nullcontext():
        yield Books(connection)


def _one(books: Books, number: int, data: Path) -> Affiliation:
    found = books.affiliations.one(number)
    if found is None:
        raise NegativeAnswerError(f"{data}: there is no application {number}")
    return found


def _still_waits(found: Affiliation) -> None:
    if found.verdict:
        raise SwitchError(
            f"NUMBER: found application {found.number}, which is {found.verdict}, expected one without a decision"
        )


def _written(write: Callable[[], None], number: int) -> None:
    """The decision stands in the store before the files change: whoever is stopped between the two asks for them again."""
    try:
        write()
    except SwitchError as error:
        hint = f"application {number} is accepted all the same; give the same command again to write its tables"
        raise SwitchError(str(error), hint=hint) from None


def _tables(accepted: Affiliation, specs: Specs) -> tuple[str, str]:
    """What the specification has to say of an accepted shop."""
    from switch.gateway.affiliation.contract import as_toml, contract_tables
    from switch.gateway.affiliation.live_shops import approval_date

    merchant, shop = contract_tables(accepted, approval_date(accepted, specs))
    return as_toml("merchant", merchant), as_toml("shop", shop)


def _show(found: Affiliation, specs: Specs, *, tables: bool = True) -> None:
    from switch.cli.console.screen import say
    from switch.cli.show.tables import show_table

    rows = [("applied", _time(found.applied_at_ms, specs)), *found.fields.items(), ("state", said(_STATES[found.verdict]))]
    if found.verdict:
        rows += [("decided", _time(found.decided_at_ms, specs)), *found.decided.items()]
    show_table(("field", "value"), [(said(name.replace("_", " ")), value) for name, value in rows])
    if found.verdict == "accepted" and tables:
        merchant, shop = _tables(found, specs)
        for name, table in (("merchants.toml", merchant), ("gateway.toml", shop)):
            say()
            say(f"# {name}", "title")
            click.echo(table, nl=False)


def _as_json(each: Affiliation) -> dict[str, Any]:
    from attrs import asdict

    return {**asdict(each), "fields": dict(each.fields), "decided": dict(each.decided)}


def _time(at_ms: int, specs: Specs) -> str:
    from datetime import datetime

    return f"{datetime.fromtimestamp(at_ms / 1000, specs.calendar.zone):%Y-%m-%d %H:%M:%S}"
