"""``switch gateway office``: by which passwords merchants sign in to their office."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from switch.cli.command.help import Verb, Verbs, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import data_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.errors import NegativeAnswerError, SwitchError

LINE_CHARACTERS_MAX = 4_096  #: of standard input; a password has far fewer


@click.group(cls=Verbs)
def office() -> None:
    """Let merchants sign in to their office on the payment page."""


@office.command(short_help="Set the password of a merchant.", cls=Verb)
@click.argument("merchant_id", metavar="MERCHANT", shell_complete=merchant_ids)
@option("--remove", is_flag=True, help="Remove the password instead: the merchant can no longer sign in.")
@data_option
@specs_option
@lang_option
def password(merchant_id: str, remove: bool, data: Path, specs_folder: Path | None) -> None:
    """Set the password that MERCHANT signs in with at /office on the payment page, and end its sessions.

    On a terminal the command asks twice. Otherwise it reads the first line of standard input. A password has 10 to 128
    characters. The gateway keeps what scrypt makes of it, and nobody can read it there. The running page takes it at once.
    """
    from switch.cli.console.screen import say_text
    from switch.data_folder.databases import one_transaction
    from switch.gateway.office.passwords import password_record
    from switch.gateway.site.serving import GATEWAY_FOLDER
    from switch.gateway.store.order_book import open_orders
    from switch.gateway.store.writer import Books
    from switch.machine.private import make_folder
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    folder = data / GATEWAY_FOLDER
    make_folder(data)
    make_folder(folder)
    connection = open_orders(folder)
    try:
        known = {shop.merchant_id for shop in specs.gateway.shops.values()}
        known |= {each.decided["merchant_id"] for each in Books(connection).affiliations.accepted()}
        if not remove and merchant_id not in known:
            names = ", ".join(sorted(known)) or "none"
            raise SwitchError(f"MERCHANT: found {merchant_id!r}, expected a merchant with a shop ({names})")
        record = "" if remove else password_record(_typed())
        with one_transaction(connection):
            book = Books(connection).office
            if not remove:
                book.set_password(merchant_id, record, time.time_ns() // 1_000_000)
            elif not book.remove_password(merchant_id):
                raise NegativeAnswerError(f"MERCHANT: found {merchant_id!r}, which has no password")
    finally:
        connection.close()
    done = "can no longer sign in to the office" if remove else "signs in with this password from now on; its sessions are over"
    say_text(said(f"merchant {merchant_id} {done}"), None)


def _typed() -> str:
    """The password somebody types, or pipes in. SwitchError where it is too short or too long; it is never shown."""
    from switch.gateway.office.passwords import PASSWORD_CHARACTERS

    if sys.stdin.isatty():
        found = click.prompt(said("Password"), hide_input=True, confirmation_prompt=said("Repeat it"), err=True)
    else:
        found = sys.stdin.readline(LINE_CHARACTERS_MAX).rstrip("\r\n")
    if len(found) not in PASSWORD_CHARACTERS:
        first, last = PASSWORD_CHARACTERS[0], PASSWORD_CHARACTERS[-1]
        raise SwitchError(f"password: found {len(found)} characters, expected {first} to {last}")
    return str(found)
