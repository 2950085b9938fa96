"""No English in French: every sentence that the commands of the day may print has its French."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from switch.clearing.proofs import CLOSED_DAY_CHECKS, JOURNAL_CHECKS
from switch.cli import VERBS, cli
from switch.cli.console.words import SPOKEN, translated
from switch.cli.french import CATALOGUE
from switch.cli.french.batch import BATCH_WORDS
from switch.cli.french.casework import CASEWORK
from switch.cli.french.demo import DEMO
from switch.cli.french.errors import MISTAKES
from switch.cli.french.mail import MAIL
from switch.cli.french.proofs import PROOFS
from switch.cli.french.reconcile import RECONCILE
from switch.cli.french.screens import SCREENS
from switch.endofday.close import DAY_CHECKS
from tests.cli.french.english import english, sentences

SWITCH: Final = Path(__file__).parents[3] / "switch"

#: What stands in code in pieces: as the whole sentences come to be, so that each piece is in one of them.
WHOLE: Final = (
    "business date 2026-11-28: reopened by Alami, and not closed again yet: `switch day close 2026-11-28` does that",
    (
        "/x/days/2026-11-28: found No space left on device, expected a folder that can be moved; business date 2026-11-28 is "
        "reopened, and is closed by: switch day close 2026-11-28 --data /x"
    ),
    (
        "business date 2026-11-28 cannot be reopened: payment file PAY-504900-20261128-1 was written for the bank: "
        "1 transfer pays its payouts; correct it on the open date"
    ),
    (
        "business date 2026-11-28 cannot be reopened: payment file PAY-504900-20261128-1 was written for the bank: "
        "3 transfers pay its payouts; correct it on the open date"
    ),
    "business date 2026-11-28 cannot be reopened: 1 statement was given to a mail server; correct it on the open date",
    "business date 2026-11-28 cannot be reopened: 4 statements were given to a mail server; correct it on the open date",
    "business date 2026-11-28 cannot be reopened: rows of payout, posting are not as its close wrote them",
    "business date 2026-11-28 is to be closed again: Alami reopened it; the last one closed is 2026-11-27",
    "business date 2026-11-28 is to be closed again: Alami reopened it; none is closed yet",
    "payout postings",
    "gross amount",
    "subscription entries",
    "--from: found '2026-02-30', expected a date such as 2026-11-22 or 22/11/2026",
    "/d/pan.key: missing, and the card numbers of this folder open with no other key",
    "merchant TELECOM00000001 has no statement of 2026-11-22, its latest is of 2026-11-21",
    "merchant TELECOM00000001 has no statement of 2026-11-22, nor of any other date",
    "merchant: found 'X', expected one such as EPICERIE0000001, HOTEL0000000001",
    "merchant: found 'X', expected one with a statement",
    "/d: found no journal.db, expected the data folder of a Switch that has run",
    "--data or SWITCH_DATA names another folder; switch up --data /d starts Switch with this one",
    "/d/journal.db: found an empty file, expected a journal of Switch",
    "/d/books.db: found a pipe, expected books of Switch",
    "/d/books.db: found none, expected the books that the files in /d/days are of",
    "/d/books.db: found an empty file, expected the books that the files in /d/days are of",
    (
        "/d/journal.db: found a journal of schema 1, which an earlier release wrote, expected 3: `switch check`, run by whom "
        "may write, brings it up to date"
    ),
    (
        "/d/journal.db: found a journal of schema 1, which an earlier release wrote, expected 3; it cannot be brought up to "
        "date now: /d: another Switch is running on this data folder"
    ),
    "/d/books.db: found books of schema 9, expected 4 or earlier: a later release wrote it",
    "/d/books.db: found another program's database, expected books of Switch",
    "/d/books.db: found a file that may not be read here, expected books of Switch",
    "/d/books.db: found file is not a database, expected books of Switch",
    "/d/books.db: found Permission denied, expected a folder that can be read",
    "/d/closing.lock: found Read-only file system, expected a file that can be written",
    "/d/closing.lock: found a trick that nobody has words for, expected a file that can be written",
    "/d: the journal or the books cannot be used: database is locked",
    (
        "/d/days/2026-11-20: found No space left on device at /d/days, expected a folder that can be written; business date "
        "2026-11-20 is closed in the books, and its files are finished by: switch day close 2026-11-20 --data /d"
    ),
    "/d/specs.txt: found a file that cannot be read (Permission denied), expected the name of the folder of a specification",
    "no pan.key here: sealed card numbers were not opened",
    "sealed card numbers were not opened: /d/pan.key: found Permission denied, expected a key that can be read",
    "sealed card numbers were not opened: a card number does not open with the key in pan.key: it is another folder's",
    "1 of 7 sealed card numbers do not open, or not to what is masked beside them: those of request 7",
    "5 of 7 sealed card numbers do not open, or not to what is masked beside them: those of request 1, 2, 3 and 2 more",
    "1 message of the trace does not open: message 7",
    "5 messages of the trace do not open: message 1, 2, 3 and 2 more",
    "1 file is not as they were written: a.csv; delete them, and `switch day close 2026-11-20` writes them from the books",
    (
        "5 files are not as they were written: a.csv, b.csv, c.csv and 2 more; delete them, and `switch day close 2026-11-20` "
        "writes them from the books"
    ),
    "2026-11-20: files missing, `switch day close 2026-11-20` writes them: a.csv, b.csv, c.csv and 2 more",
    "files of 2 days, from 2026-11-20 to 2026-11-21, were not compared: an earlier release closed the day and kept no digests",
    "files of 2026-11-20 were not compared: an earlier release closed the day and kept no digests",
    "presentment 7 does not add up",
    "adjustment 7 does not add up",
    *(f"books.db: {kind} posting is missing" for kind in ("table", "index", "trigger", "view")),
    *(f"books.db: {kind} posting is not as Switch makes it" for kind in ("table", "index", "trigger", "view")),
    "books.db: trigger posting is not of Switch",
    "books.db: row 7 missing from index posting_account",
    "books.db: /d/books.db: found database disk image is malformed, expected books of Switch",
    "the proofs of the books stopped, for what they read makes no sense: unsupported operand",
    "hold 7 is captured by 8, which the journal does not have so",
    "merchant TELECOM00000001: payout of 7 minor units is carried, not as in the ledger",
    "presentment 7 (RRN 7), a cash_withdrawal, is of 7 minor units",
    (
        "business date 2026-11-20 does not balance and nothing was written: net positions sum to 0.65 MAD, expected 0; entry 7 "
        "does not balance: 7 debited, 8 credited (minor units); presentment 7 does not add up"
    ),
    "nothing to close: business date 2026-11-22 has no decisions; the last one closed is 2026-11-21",
    "nothing to close: no business date was ever opened; none is closed yet",
    "closing 2026-11-20: clearing and settling 1 presentment",
    "closing 2026-11-20: writing statement 1,021 of 2,000",
    "2026-11-20: 0 approvals in 1 decision",
    "2026-11-20: 1 approval in 3 decisions",
    "7 captured by another request",
    "7 with nothing due",
    "7 as exceptions",
    "/d: found 1 fault in the books, expected none",
    "Its data folder is gone; switch demo --data DIR keeps one.",
    "Its data folder is var.",
    "The same as a PDF: var/demo/releve-X.pdf",
    "The same as a workbook: var/demo/releve-X.xlsx",
    "127.0.0.1:8583, dialect ascii, header 2b and TPDU",
    "MERCHANT: found nothing, expected a value",
    "--port: found '0', expected a whole number from 1 to 65535",
    "--json: found a value, expected none",
    "mot: found more than the command takes",
    "The same as a message to the merchant: /d/mail/2026-11-20/X.eml (it is deleted with the folder; --data DIR keeps it)",
    "merchant X has no message of 2026-11-20 in the outbox",
    "merchant X has no message in the outbox",
    "1 message written to /d/mail",
    "7 messages written to /d/mail",
    "1 message sent again: an earlier attempt had no answer; the Message-ID is the same",
    "7 messages sent again: an earlier attempt had no answer; the Message-ID is the same",
    "no message is to be tried again: everything was sent",
    "no message of merchant X is to be tried again: there are none",
    "no message of merchant X and 2026-11-20 is to be tried again: there are none",
    (
        "/d/days/2026-11-20/statements/X.csv: found a file that was changed, expected it as it was written; delete it, and "
        "`switch day close 2026-11-20` writes it from the books"
    ),
    "mail.toml: smtp: the server refuses the sender a@b.example: 553 5.7.1",
    "mail server 127.0.0.1:25 offers no STARTTLS, and nothing is sent in clear",
    "mail server 127.0.0.1:25 refuses the login: 535 5.7.8",
    "mail.toml: smtp: found a login with other letters than ASCII, expected user:password in ASCII",
    "mail.toml: smtp: login_env: X: found no such variable of the environment, expected user:password in it",
    "mail.toml: smtp: login_env: X: found something else, expected user:password",
    (
        "mail.toml: smtp: login_file: /d/x: found a file that others may read, expected a file with user:password that its "
        "owner alone can read (chmod 600)"
    ),
    (
        "mail.toml: smtp: login_file: /d/x: found bytes that are no text, expected a file with user:password that its owner "
        "alone can read"
    ),
    (
        "mail.toml: smtp: login_file: /d/x: found No such file or directory, expected a file with user:password that its owner "
        "alone can read"
    ),
    "dossier D26000001: found the step withdrawal, and the dossier is represented; expected second chargeback, acceptance",
    "dossier D26000001: found the step withdrawal, and the dossier is accepted: nothing follows",
    "dossier D26000001: the representment was possible until 2026-12-20, and business date 2026-12-21 is open",
    "RRN 632400000001: the chargeback for reason FRAUD was possible until 2026-12-20, and business date 2026-12-21 is open",
    (
        "RRN 632400000001: found nothing left of 100.00 MAD: 0.00 MAD reversed or refunded, 100.00 MAD charged back in other "
        "dossiers"
    ),
    (
        "amount: found 70.00 MAD, expected at most 60.00 MAD, of 100.00 MAD presented: 0.00 MAD reversed or refunded, "
        "40.00 MAD charged back in other dossiers"
    ),
    "a.csv: found a file of more than 16384 KiB, expected records of disputes",
    "a.csv:1: found a column 'x', expected a first line of action, dossier",
    "a.csv:1: found columns twice, expected a first line of action, dossier",
    "a.csv:1: found no column 'action', expected a first line of action, dossier",
    "found another record, expected 7 fields as in the first line",
    "found another record, expected a JSON object of texts and numbers",
    "field 'action': found 'foo', expected one of retrieval, accept",
    "field 'amount': found '1,0', expected digits with decimals, such as 125.00",
    "field 'reason': found nothing, expected a code of disputes.toml",
    "field 'date': found 'x', expected a date such as 2026-11-22",
    "field 'dossier': found 'x', expected a dossier such as D26000001",
    "632400000001: found 2 presented sales, expected one; their requests are 1, 2",
    "632400000001: found 2 exceptions, expected one; their requests are 1, 2",
    "--by: found '', expected 1 to 60 characters",
    (
        "RRN 632400000001: found unknown merchant, which nobody can accept; expected that the specification is put right: the "
        "next close then presents it by itself"
    ),
    "RRN 632400000001: the exception ended on 2026-11-22: written off",
    "the close of 2026-11-22 found: unknown merchant",
    "1 record worked before: nothing changed",
    "a.csv: 1 record worked",
    "2 records set aside",
    "dossier D26000001: 40.00 MAD of the sale was reversed or refunded after it was charged back: represent it",
    "LEFT lacks 1 line of remise 285 of 2026-02-03, 12.00 MAD, and has 2 of it",
    "RIGHT lacks 7 lines of 2026-02-03, 12.00 MAD, and has 2 of it",
    "LEFT states 12.00 MAD more for remise 285 of 2026-02-03 than its 2 lines come to",
    "2026-02-03: RIGHT is 1 hour behind, as 7 lines say",
    "2026-02-03: RIGHT is 2 hours ahead, as 7 lines say",
    "1 record is set aside",
    "7 records are set aside",
    "--map: found 'x', expected pairs such as `date=Jour,amount=Total`, or the name of a TOML file; fields are `date, amount`",
    "x.csv: found no usable line (line 2: Jour 'x'), expected a date such as 03/02/2026",
    "this was not foreseen (ZeroDivisionError: division by zero); the details are in /tmp/fault.txt",
    "this was not foreseen (ZeroDivisionError: division by zero); the details could not be written (No space left on device)",
)
#: Texts that no sentence of the day has: settings of SQL, names of commands, a word of the file of details.
OTHER: Final = {
    "COALESCE(SUM(7), 0)",
    "participant, role, currency",
    "day close",
    "not installed",
    "Books of Switch",
    "timed out",
    "From: 7 <7>",
    "To: 7",
}

MODULES: Final = (
    *("endofday/close", "endofday/books", "endofday/soundness", "endofday/files", "endofday/statements"),
    *("clearing/checks", "clearing/proofs", "settlement/checks"),
    *("data_folder/databases", "data_folder/lock", "data_folder/vault", "machine/files"),
    *("cli/day", "cli/check", "cli/statement", "cli/merchants", "cli/demo"),
    *("cli/mail", "mail/delivery", "mail/outbox", "mail/queueing", "mail/letter", "mail/smtp_session"),
    *("cli/day_again", "cli/day_list", "cli/day_span", "cli/find", "cli/report", "cli/command/spans", "cli/command/written"),
    *("batch/again", "batch/days", "batch/figures", "batch/find", "batch/recomputation", "batch/reopening"),
    *("cli/day_reopen", "mail/reopened_dates", "endofday/reopened/withdrawal", "settlement/layouts/month_invoices"),
    *("cli/exceptions", "cli/disputes", "casework/desk", "casework/open_items", "casework/dossiers", "casework/dispute_files"),
    *("clearing/exceptions", "disputes/life", "disputes/records", "disputes/booking"),
    *("cli/reconcile", "cli/reconciled", "endofday/three_books", "reconciliation/matching", "reconciliation/workbench"),
    *("reconciliation/readers/recognize", "reconciliation/readers/tables", "reconciliation/readers/column_map"),
    *("reconciliation/readers/camt", "reconciliation/readers/cmi_text", "reconciliation/readers/other_texts"),
    *("reconciliation/readers/notation", "reconciliation/readers/workbook", "reconciliation/readers/switch_json"),
    *("cli/command/usage", "cli/command/options", "cli/console/last_resort", "cli/console/attended"),
)


@pytest.mark.parametrize("module", MODULES)
def test_every_sentence_has_its_french(module: str) -> None:
    whole = " ".join(re.sub(r"\d+", "7", sentence) for sentence in WHOLE)
    left = [
        text
        for text in sentences(module)
        if english(translated(text, "fr")) and text not in OTHER and not _is_piece(text, whole)
    ]
    assert left == [], "a piece of a sentence belongs into WHOLE with all of it"


def _is_piece(text: str, whole: str) -> bool:
    """Whether what is fixed of a text stands in one of the whole sentences."""
    return all(re.sub(r"\d+", "7", part) in whole for part in re.split(r"\b7\b", text) if part.strip())


@pytest.mark.parametrize("sentence", WHOLE, ids=range(len(WHOLE)))
def test_a_sentence_made_of_pieces_is_french(sentence: str) -> None:
    french = translated(sentence, "fr")
    assert french != sentence
    assert english(french) == [], french


def test_every_proof_has_a_french_name() -> None:
    names = {check.__name__ for check in (*DAY_CHECKS, *CLOSED_DAY_CHECKS, *JOURNAL_CHECKS)}
    soundness = (SWITCH / "endofday" / "soundness.py").read_text(encoding="utf-8")
    names |= set(re.findall(r'proved\.fault\("(\w+)"', soundness))
    assert len(names) > 25
    assert {name for name in names if name not in PROOFS} == set()


def test_every_reason_of_an_exception_has_its_french() -> None:
    sql = (SWITCH / "clearing" / "presentments.py").read_text(encoding="utf-8")
    reasons = re.findall(r"THEN '(unknown [a-z ]+)'", sql)
    assert len(reasons) > 2
    assert [reason for reason in reasons if english(translated(reason, "fr"))] == []


def test_no_french_is_english() -> None:
    assert [text for text in CATALOGUE.values() if english(text)] == []


def test_places_are_in_order_and_all_of_them_are_translated() -> None:
    for text, french in CATALOGUE.items():
        places = re.findall(r"\{(\d)[*#$]?\}", text)
        assert places == [str(number) for number in range(1, len(places) + 1)], text
        assert sorted(re.findall(r"\{(\d)\}", french)) == sorted(places), text


def test_no_table_takes_a_word_from_another() -> None:
    tables = (BATCH_WORDS, SCREENS, PROOFS, DEMO, MISTAKES, MAIL, RECONCILE, CASEWORK)
    twice = {text for table in tables for text in table if sum(text in other for other in tables) > 1}
    assert {text for text in twice if len({table[text] for table in tables if text in table}) > 1} == set()


def test_the_verbs_that_speak_french_are_those_with_the_option() -> None:
    context = cli.make_context("switch", ["up"], resilient_parsing=True)
    with_option = set()
    for verb in VERBS:
        command = cli.get_command(context, verb)
        assert command is not None
        below = getattr(command, "commands", {"": command}).values()
        with_option |= {verb for one in below if "lang" in {parameter.name for parameter in one.params}}
    assert with_option == SPOKEN
