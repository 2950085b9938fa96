"""``switch day prepare``: the journal handed to DuckDB while the date is still open."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import data_option
from switch.cli.console.attended import Progress
from switch.cli.console.screen import say_text
from switch.cli.console.words import lang_option, said
from switch.errors import EXIT_DONE


@click.command(cls=Verb, short_help="Prepare the journal for a close by DuckDB.")
@data_option
@lang_option
def prepare(data: Path) -> int:
    """Hand the journal to DuckDB while the date is open, so that `switch day close --engine duckdb` need not wait for it.

    Switch writes each 200,000 requests that are all decided into a file below prepared/, which the close reads instead of the
    journal. The close reads all else from the journal, so a file that is missing or was changed costs time and nothing more.
    It removes the files of its date.

    Run it from cron while `switch up` runs: with nothing to do, it ends at once. It only reads the journal, so the switch never
    waits for it. It needs `pip install 'interbank-switch[duckdb]'`.

    \b
    switch day prepare
    """
    from switch.batch.preparation import prepare_journal

    progress = Progress()
    try:
        found = prepare_journal(data, progress.say)
    finally:
        progress.done()
    if found.file_count:
        files = f"files: {found.file_count}, new ones: {found.written}, requests left to the close: {found.left}"
        say_text(said(f"the journal is prepared up to request {found.last_request_id}; {files}"), "good")
    else:
        say_text(said(f"nothing is prepared yet; requests in the journal: {found.left}"))
    return EXIT_DONE
