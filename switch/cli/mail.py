"""``switch mail``: the statements as messages to the merchants."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.business_day import DateSpan
from switch.cli.command.help import Verbs, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import business_date_given, closed_dates, data_option, in_folder, json_option, specs_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import Progress, next_step
from switch.cli.console.last_resort import complain
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import lang_option, said
from switch.cli.mail_bounces import bounces
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO, NegativeAnswerError, SwitchError, UnreachableError

if TYPE_CHECKING:
    from switch.mail.delivery import MailRun
    from switch.mail.letter import Letter, MailState
    from switch.mail.outbox import Attempt
    from switch.specs.specification import Specs

STATES_SHOWN = ("queued", "sent", "failed", "bounced")

_date_option = option(
    "--date",
    "business_date",
    metavar="DATE",
    callback=business_date_given,
    shell_complete=closed_dates,
    help="Only the messages of this business date, typed as 2026-11-28 or 28/11/2026.",
)


@click.group(cls=Verbs)
def mail() -> None:
    """Send the merchants their statements by mail, and show what became of each message."""


@mail.command(short_help="Send the statements that are not sent yet.")
@_date_option
@option("--wait", is_flag=True, help="Stay, and try again what the server refuses for now, until nothing waits.")
@data_option
@specs_option
@json_option
@lang_option
def send(business_date: str | None, wait: bool, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Send each merchant one message for each closed date, with its statement as files.

    Without a mail server in mail.toml the messages are .eml files below the data folder, mail/DATE/MERCHANT.eml, and
    `switch day close` has written them already. With a server they go to it. A message that the server refuses for now is sent
    again later, by the next `switch mail send` or with --wait. A message that the server refuses for good has bounced.

    No message is sent twice: the outbox knows what a server has taken. If this command dies before the server answers, the
    message is sent again under the same Message-ID. The exit code is 1 if a message failed, bounced or waits, and 3 if
    the server cannot be reached.

    \b
    switch mail send
    switch mail send --date 2026-11-28 --wait
    """
    from switch.mail.delivery import send_mail
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    progress = Progress()
    try:
        run = send_mail(
            data,
            specs,
            _clock_ms,
            business_date,
            sleep=time.sleep if wait else None,
            say=progress.say,
        )
    finally:
        progress.done()
    return _show_run(run, data, specs, as_json)


@mail.command("list", short_help="List the messages, and what became of them.")
@_date_option
@span_options
@option("--state", type=click.Choice(STATES_SHOWN), default=None, help="Only the messages in this state.")
@data_option
@specs_option
@json_option
@lang_option
def list_mail(
    business_date: str | None,
    month: DateSpan | None,
    since: str | None,
    until: str | None,
    state: MailState | None,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """List the messages of the outbox: of the last date, and those of earlier dates that are not sent, unless --date says one.
    With --month, or --from and --to, Switch lists the messages of all dates of the range.

    A queued message is to be sent, or to be sent again. A server took a sent message. A written message is a file and went
    nowhere; --state sent lists it too. A bounced message was refused for good. A failed message has no attempt left, or no
    contract names an address for it.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.mail.outbox import outbox_of
    from switch.specs.load import specs_of

    span = span_of(month, since, until, business_date)
    specs = specs_of(data, specs_folder)
    with outbox_of(data) as outbox:
        last = outbox.last_date()
        letters = outbox.letters(business_date, () if state is None else (state,))
        doubtful = outbox.in_doubt()
    if span is not None:
        letters = [each for each in letters if span.has(each.business_date)]
    else:
        letters = [each for each in letters if each.business_date == last or each.state != "sent"]
    if as_json:
        show_json([_as_json(letter, data, specs, doubtful) for letter in letters])
        return
    if not letters:
        raise NegativeAnswerError(f"{data}: there are no such messages in the outbox")
    rows = [
        (said(each.business_date), each.merchant_id, said(_state(each)), _when(each, specs), each.recipient, said(each.said))
        for each in letters
    ]
    heads = ("date", "merchant", "state", "since", "to", "reason")
    shown = len(heads) - (not any(each.said for each in letters))
    show_table(heads[:shown], [row[:shown] for row in rows], below=("to", "reason"))


@mail.command("show", short_help="Show one message: its text, its files, its attempts.")
@click.argument("merchant_id", metavar="MERCHANT", shell_complete=merchant_ids)
@_date_option
@option("--eml", is_flag=True, help="Print the whole message as it is sent (RFC 5322).")
@data_option
@specs_option
@json_option
@lang_option
def show_mail(
    merchant_id: str, business_date: str | None, eml: bool, data: Path, specs_folder: Path | None, as_json: bool
) -> None:
    """Show the message of a merchant: the latest, unless --date says one; what the mail server said, and when.

    \b
    switch mail show TELECOM00000001
    switch mail show TELECOM00000001 --eml > releve.eml
    """
    from switch.cli.show.tables import show_json
    from switch.mail.outbox import outbox_of
    from switch.specs.load import specs_of

    if eml and as_json:
        raise SwitchError("--json: found beside --eml, expected one of them")
    specs = specs_of(data, specs_folder)
    with outbox_of(data) as outbox:
        letter = next(reversed(outbox.letters(business_date, (), merchant_id)), None)
        attempts = outbox.attempts(letter) if letter is not None else []
        doubtful = outbox.in_doubt()
    if letter is None:
        if business_date is not None:
            raise NegativeAnswerError(f"merchant {merchant_id} has no message of {business_date} in the outbox")
        raise NegativeAnswerError(f"merchant {merchant_id} has no message in the outbox")
    if eml:
        click.echo(_whole(letter, data), file=sys.stdout.buffer, nl=False)
    elif as_json:
        about = _as_json(letter, data, specs, doubtful)
        show_json({**about, "attempts": [_attempt_json(one, specs) for one in attempts]})
    else:
        _show_letter(letter, attempts, data, specs, letter.id in doubtful)


@mail.command(short_help="Try failed and bounced messages again.")
@click.argument("merchant_id", required=False, metavar="[MERCHANT]", shell_complete=merchant_ids)
@_date_option
@data_option
@specs_option
@json_option
@lang_option
def retry(merchant_id: str | None, business_date: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Try again now what failed, bounced or waits: of all merchants, or of MERCHANT.

    The message goes to the address that the contract has now, with the files that are there now. A message that a server
    has taken is never sent again. A message that was written as a file goes to the mail server, if mail.toml names one now
    and MERCHANT is given.
    """
    from switch.mail.delivery import retry_mail
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    return _show_run(retry_mail(data, specs, _clock_ms, merchant_id, business_date), data, specs, as_json)


mail.add_command(bounces)


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


def mail_closed(data: Path, specs: Specs, business_date: str, *, as_json: bool = False) -> None:
    """After a close: queue the messages of its date, write them where they are files, and say what a person has to do."""
    from switch.mail.delivery import mail_after_close
    from switch.mail.outbox import outbox_of

    run = mail_after_close(data, specs, business_date, _clock_ms)
    if run.failed and not as_json:
        with outbox_of(data) as outbox:
            _complain_of(outbox.those(run.failed), specs)
    if run.folder and run.sent:
        next_step(f"{program()} mail list{in_folder(data)} ({_counted(len(run.sent))}: {run.folder}/{business_date})")
    elif run.queued and not run.folder:
        next_step(f"{program()} mail send{in_folder(data)} ({_counted(run.queued)})")


def _counted(count: int) -> str:
    return said(plural(count, "message"))


def first_file(data: Path, business_date: str, merchant_id: str) -> Path | None:
    """The file of a merchant's message; None where there is none."""
    from switch.mail.letter import eml_path
    from switch.mail.outbox import outbox_of

    with outbox_of(data) as outbox:
        letters = outbox.letters(business_date, merchant_id=merchant_id)
    return next((eml_path(data, each) for each in letters if each.delivery == "file"), None)


def _show_run(run: MailRun, data: Path, specs: Specs, as_json: bool) -> int:
    """What was done; the exit code."""
    from switch.cli.show.tables import show_json
    from switch.mail.outbox import outbox_of

    with outbox_of(data) as outbox:
        letters = outbox.those(run.touched)
        doubtful = outbox.in_doubt()
    waiting = run.later
    if as_json:
        counts = {"queued_count": run.queued, "sent_count": len(run.sent), "waiting_count": len(waiting)}
        ends = {"failed_count": len(run.failed), "bounced_count": len(run.bounced), "sent_again_count": len(run.in_doubt)}
        told = [_as_json(letter, data, specs, doubtful) for letter in letters]
        show_json({**counts, **ends, "folder": run.folder or None, "messages": told})
    else:
        _say_run(run, letters, data, specs)
    if run.stopped:
        raise UnreachableError(run.stopped)
    return EXIT_NO if run.failed or run.bounced or waiting else EXIT_DONE


def _say_run(run: MailRun, letters: list[Letter], data: Path, specs: Specs) -> None:
    if not run.touched and not run.stopped:
        say_text(said("nothing to send: every message is sent, or waits for its time"))
    if run.sent:
        where = f"written to {run.folder}" if run.folder else "sent"
        say_text(said(f"{plural(len(run.sent), 'message')} {where}"), "good")
    if run.in_doubt:
        count = plural(len(run.in_doubt), "message")
        complain(said(f"{count} sent again: an earlier attempt had no answer; the Message-ID is the same"))
    _complain_of(letters, specs)
    if run.failed or run.bounced:
        next_step(f"{program()} mail list{in_folder(data)}, {program()} mail retry{in_folder(data)}")


def _complain_of(letters: list[Letter], specs: Specs) -> None:
    """A line for each message that is not sent."""
    for letter in letters:
        if letter.state in ("failed", "bounced"):
            complain(said(f"{letter.merchant_id} of {letter.business_date}: {said(letter.state)}: {said(letter.said)}"))
        elif letter.state == "queued":
            at = _clock_time(letter.next_attempt_ms, specs)
            complain(said(f"{letter.merchant_id} of {letter.business_date}: to be tried again at {at}: {said(letter.said)}"))


def _clock_time(at_ms: int, specs: Specs) -> str:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(specs.calendar.zone)
    return f"{said(f'{at:%Y-%m-%d}')} {at:%H:%M}"


def _when(letter: Letter, specs: Specs) -> str:
    return _clock_time(letter.changed_at_ms, specs)


def _whole(letter: Letter, data: Path) -> bytes:
    """The message as it is sent."""
    from switch.endofday import books
    from switch.mail.letter import bytes_of
    from switch.mail.queueing import head_of

    if not letter.recipient:
        raise NegativeAnswerError(f"merchant {letter.merchant_id} has no message of {letter.business_date}: {letter.said}")
    with books.opened(data) as connection:
        books.refuse_not_closed(connection, letter.business_date)
        return bytes_of(letter, head_of(connection, data, letter.business_date, letter.merchant_id), data)


def _state(letter: Letter) -> str:
    """The state in a word: a message that went to a file and to no server is *written*, not *sent*."""
    return "written" if letter.state == "sent" and letter.delivery == "file" else letter.state


def _show_letter(letter: Letter, attempts: list[Attempt], data: Path, specs: Specs, doubtful: bool) -> None:
    from email import message_from_bytes, policy

    from switch.cli.show.tables import show_pairs, show_table
    from switch.mail.letter import ISOLATE, ISOLATE_END, eml_path

    state = f"{said(_state(letter))} {_when(letter, specs)}"
    if letter.state == "queued":
        state += f"{said('; ')}{said('next attempt')} {_clock_time(letter.next_attempt_ms, specs)}"
    pairs: list[tuple[str, object]] = [
        ("merchant", letter.merchant_id),
        ("business date", said(letter.business_date)),
        ("state", state),
        ("to", letter.recipient),
        ("Message-ID", letter.message_id),
        *([("reason", said(letter.said))] if letter.said else []),
        *([("in doubt", said("the last attempt had no answer: the server may have it"))] if doubtful else []),
        *([("file", eml_path(data, letter))] if letter.delivery == "file" else []),
        ("attachments", ", ".join(Path(each.name).name for each in letter.attachments)),
    ]
    show_pairs(pairs)
    if attempts:
        click.echo()
        rows = [(_clock_time(one.at_ms, specs), one.server, said(one.outcome), one.said) for one in attempts]
        show_table(("time", "server", "state", "answer"), rows, title="attempts")
    if letter.recipient:
        message = message_from_bytes(_whole(letter, data), policy=policy.default)
        body = message.get_body(("plain",))
        click.echo()
        say_text(str(message["Subject"]), "title")
        click.echo()
        text = body.get_content().rstrip() if body is not None else ""
        click.echo(text.replace(ISOLATE, "").replace(ISOLATE_END, ""))


def _as_json(letter: Letter, data: Path, specs: Specs, doubtful: set[int]) -> dict[str, Any]:
    from switch.cli.show.timeline import time_json
    from switch.mail.letter import eml_path

    queued, changed = time_json(letter.queued_at_ms, specs), time_json(letter.changed_at_ms, specs)
    following = time_json(letter.next_attempt_ms if letter.state == "queued" else None, specs)
    return {
        "business_date": letter.business_date,
        "merchant_id": letter.merchant_id,
        "message_id": letter.message_id,
        "recipient": letter.recipient or None,
        "sender": letter.sender,
        "reply_to": letter.reply_to or None,
        "language": letter.language,
        "state": letter.state,
        "delivery": letter.delivery or None,
        "in_doubt": letter.id in doubtful,
        "attempt_count": letter.attempt_count,
        "reason": letter.said or None,
        "queued_at_ms": queued["at_ms"],
        "queued_at": queued["at"],
        **changed,
        "next_attempt_at_ms": following["at_ms"],
        "next_attempt_at": following["at"],
        "file": str(eml_path(data, letter)) if letter.delivery == "file" else None,
        "attachments": [{"name": each.name, "length": each.byte_count, "sha256": each.sha256} for each in letter.attachments],
    }


def _attempt_json(attempt: Attempt, specs: Specs) -> dict[str, Any]:
    from switch.cli.show.timeline import time_json

    about = {"server": attempt.server, "outcome": attempt.outcome, "code": attempt.code, "reply": attempt.said}
    return {**time_json(attempt.at_ms, specs), **about}
