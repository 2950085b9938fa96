"""Pages made from the code: ``docs/reference/cli.md`` from the commands, ``test-cards.md`` from the specification.

``python -m switch.cli.reference commands`` and ``… cards`` print them, and ``make docs`` writes them. A test compares them
with the code.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator

import click

from switch.cli import VERBS, cli
from switch.money import format_minor
from switch.specs.load import load_specs

HEAD = """# Commands

This page lists every command with its options. `make docs` makes it from the commands themselves, and
`switch VERB --help` prints the same.

Every command ends with one of four exit codes, and prints an error as one line on standard error:

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | the answer is no: not found, not balanced, an unexpected response code, a message that cannot be decoded |
| 2 | wrong use or bad input: an option, a specification file, a data folder |
| 3 | nobody listens, or no answer came in time |

On a terminal, tables are as wide as the terminal. Elsewhere they have their full width and no colours. `--json` prints
the same for programs. Card numbers are masked, except in `switch cards` and with `--unmasked`."""


CARDS_HEAD = """# Test cards

You need a card that is approved, declined or expired; this page lists the cards of the embedded specification.
`make docs` makes it from [specs/issuers](../../specs/issuers), and `switch cards` prints the same. The numbers are
invented. Balances are in MAD.

The column *gives* is the response code ([DE 39](glossary.md#response-code)) of a purchase of 125.00 (61: of more than
200.00 in cash).
[Response codes](response-codes.md) has a command for each code.
"""
CARDS_END = """
## Series
A series is a row of like cards. `switch cards --series` lists each card.

| issuer | first number | cards | expiry | balance of each |
| --- | --- | --- | --- | --- |
"""
CARDS_NEXT = """
## Next
[Response codes](response-codes.md) · [The issuers' books](issuer-books.md) · [Add a card](../../specs/README.md#issuersidtoml)
"""


def reference() -> str:
    """The page of the commands."""
    context = click.Context(cli, info_name="switch")
    sections = [section for verb in VERBS for section in _sections(cli.get_command(context, verb), context, verb)]
    return "\n\n".join([HEAD, *sections]) + "\n"


def _sections(command: click.Command | None, parent: click.Context, name: str) -> Iterator[str]:
    assert command is not None
    if command.hidden:
        return
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _sections(command.get_command(context, below), context, below)
        return
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    rows = [record for item in command.params if (record := item.get_help_record(context))]
    table = "\n".join(["| option | |", "| --- | --- |", *(f"| `{_cell(option)}` | {_cell(text)} |" for option, text in rows)])
    yield f"## {context.command_path}"
    yield f"```\n{usage}\n```"
    yield _prose(command.help or "")
    if rows:
        yield table


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _prose(text: str) -> str:
    """A docstring as Markdown: what click is told to leave as it is becomes a block of code."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(f"```\n{p[1:].strip(chr(10))}\n```" if p.startswith("\b") else p for p in paragraphs)


def card_reference() -> str:
    """The page of the test cards."""
    issuers = load_specs().issuers.values()
    page = CARDS_HEAD
    for issuer in issuers:
        page += f"\n## {issuer.name} (`{issuer.id}`, {issuer.origin})\n"
        page += "| number | expiry (YYMM) | CVV2 | balance | gives | purpose |\n| --- | --- | --- | --- | --- | --- |\n"
        for card in issuer.cards:
            gives = " or ".join(re.findall(r"(?:declined|:|or) (\d\d)\b", card.purpose)) or "00"
            balance = format_minor(card.balance_minor)
            page += f"| {card.pan.digits} | {card.expiry} | {card.cvv2} | {balance} | {gives} | {card.purpose} |\n"
    page += CARDS_END
    for issuer in issuers:
        for series in issuer.card_series:
            card = series.card(1)
            balance = format_minor(card.balance_minor)
            page += f"| `{issuer.id}` | {card.pan.digits} | {series.count:,} | {card.expiry} | {balance} |\n"
    return page + CARDS_NEXT


if __name__ == "__main__":
    print(card_reference() if "cards" in sys.argv[1:] else reference(), end="")
