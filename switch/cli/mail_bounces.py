"""``switch mail bounces``: messages that a mail server took and sent back later, out of reports of delivery."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import PATH, data_option, json_option, specs_option
from switch.cli.console.last_resort import complain
from switch.cli.console.screen import say_text
from switch.cli.console.words import lang_option, said
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.mail.bounces import BouncesRead
    from switch.mail.letter import Letter


@click.command(cls=Verb, short_help="Read reports of messages that came back later.")
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH …")
@data_option
@specs_option
@json_option
@lang_option
def bounces(paths: tuple[Path, ...], data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Mark messages as bounced that a mail server took first and returned later.

    PATH is a report (.eml), an mbox, a Maildir or a folder of reports, out of the mailbox of `from` in mail.toml. A report of
    delivery (RFC 3464) names the message by its Message-ID. Reports can be read again: a message bounces once, and a report
    that is older than the last time the message was sent changes nothing. `switch mail retry` sends a bounced message again.

    The exit code is 1 if a message bounced.

    \b
    switch mail bounces ~/Maildir
    switch mail bounces report.eml --json
    """
    from switch.mail.bounces import read_bounces
    from switch.mail.outbox import outbox_of, sending_alone

    with sending_alone(data), outbox_of(data, to_write=True) as outbox:
        found = read_bounces(outbox, paths, time.time_ns() // 1_000_000)
        letters = outbox.those(found.bounced)
    if as_json:
        _show_json(found, letters)
    else:
        _say(found, letters)
    return EXIT_NO if found.bounced else EXIT_DONE


def _say(found: BouncesRead, letters: list[Letter]) -> None:
    for letter in letters:
        complain(said(f"{letter.merchant_id} of {letter.business_date}: {said(letter.state)}: {said(letter.said)}"))
    for path in found.unread:
        complain(said(f"{path}: found a file that is too large or cannot be read, left out"))
    say_text(said(f"{plural(len(letters), 'message')} bounced"))
    for count, what in (
        (found.known, "known before"),
        (found.delayed, "delayed or delivered"),
        (found.foreign, "of other mail"),
    ):
        if count:
            say_text(said(f"{plural(count, 'report')} {what}"))
    if found.others:
        say_text(said(f"{plural(found.others, 'message')} not a report"))


def _show_json(found: BouncesRead, letters: list[Letter]) -> None:
    from switch.cli.show.tables import show_json

    show_json(
        {
            "bounced_count": len(letters),
            "known_count": found.known,
            "delayed_count": found.delayed,
            "foreign_count": found.foreign,
            "other_count": found.others,
            "unread": found.unread,
            "bounced": [
                {
                    "business_date": letter.business_date,
                    "merchant_id": letter.merchant_id,
                    "message_id": letter.message_id,
                    "recipient": letter.recipient,
                    "reason": letter.said,
                }
                for letter in letters
            ],
        }
    )
