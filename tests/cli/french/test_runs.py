"""The commands of the day as a French reader sees them: on closed days, on broken books, and after the usual mistakes."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from switch.clearing import ledger
from switch.cli.french.proofs import PROOFS
from switch.endofday.close import close_day
from tests.cli.command import Outcome, run
from tests.cli.french.english import english_lines
from tests.cli.test_screens import COLOURS, on_terminal
from tests.settlement.test_statement import close_a_day
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, close_two_days, day_specs, journal_of, later_ms
from tests.trials.test_rot import tampered

pytestmark = pytest.mark.long  # most play beside a whole centre


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_LANG", "fr")


@pytest.fixture(scope="module")
def friday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one closed day, to be read."""
    folder = tmp_path_factory.mktemp("friday")
    close_a_day(folder)
    return folder


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days with everything that a day may list, to be read."""
    folder = tmp_path_factory.mktemp("closed")
    close_two_days(folder)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The same, to be broken."""
    close_two_days(tmp_path)
    return tmp_path


def in_french(*arguments: object) -> Outcome:
    """Run a command; nothing of what it prints or complains of is English."""
    outcome = run(*arguments)
    assert english_lines(outcome.out) == []
    assert english_lines(outcome.err) == []
    return outcome


def test_the_screens_of_a_day_are_french(closed: Path) -> None:
    for date in (FRIDAY, SATURDAY):
        title = "Compensation en MAD, soldes nets : + à recevoir, - à payer ; somme nulle"
        assert title in in_french("day", "show", date, "--data", closed).out
    assert "déjà arrêtée" in in_french("day", "close", SATURDAY, "--data", closed).out
    assert "rien à arrêter" in in_french("day", "close", "--data", closed).out
    proof = in_french("check", "--data", closed)
    assert (proof.code, proof.out.splitlines()[-1]) == (0, "comptabilité équilibrée")
    assert "SOLDE NET CRÉDITÉ" in in_french("statement", GROCER.id, FRIDAY, "--data", closed).out
    assert "Régularisations" in in_french("statement", GROCER.id, SATURDAY, "--data", closed).out
    assert in_french("merchants").out.startswith("commerçant ")


def test_an_english_statement_is_french_where_french_is_asked_for(friday: Path) -> None:
    assert HOTEL.language == "en"
    assert "RELEVÉ MONÉTIQUE" in in_french("statement", HOTEL.id, "--data", friday).out


def test_the_items_of_a_day_are_french(closed: Path) -> None:
    shown = "".join(in_french("day", "show", date, "--data", closed).out for date in (FRIDAY, SATURDAY))
    for title in (
        "Virements aux commerçants en MAD, date de valeur 23/11/2026",
        "Remboursements",
        "Régularisations : annulations d'opérations déjà présentées",
        "Annulées avant d'être présentées",
        "Montants bloqués : autorisés, pas encore capturés",
        "Anomalies : autorisées, mais non présentées",
    ):
        assert title in shown.splitlines()
    assert "commerçant inconnu" in shown


def test_a_close_is_french_from_the_progress_to_the_next_step(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="TELECOM00000001")
        journal.decide("51")
        journal.hold(capture="batch")
    shown = COLOURS.sub("", on_terminal(100, "day", "close", FRIDAY, "--data", tmp_path))
    assert english_lines(shown) == []
    assert "la journée comptable 20/11/2026 est arrêtée" in shown
    assert "2 sur 3 demandes ; 1 présentée, 1 en attente" in shown
    assert re.search(r"ensuite : \S*switch statement TELECOM00000001", shown)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(closed: Path, width: int) -> None:
    for arguments in (
        ("day", "show", SATURDAY, "--data", closed),
        ("check", "--data", closed),
        ("statement", GROCER.id, SATURDAY, "--data", closed),
        ("merchants",),
    ):
        lines = COLOURS.sub("", on_terminal(width, *arguments)).splitlines()
        assert max(map(len, lines)) <= width
        assert english_lines("\n".join(lines)) == []


#: What somebody may do to the books or the journal, who knows of their guards: scripts that are run together.
BREAKS: Final = (
    ("books.db", "UPDATE posting SET debit_minor = debit_minor + 1 WHERE line = 1"),
    ("books.db", "UPDATE position SET net_minor = net_minor + 65; UPDATE payout SET net_minor = net_minor + 1"),
    ("books.db", "UPDATE payout SET outcome = 'paid', brought_forward_minor = brought_forward_minor + 5"),
    (
        "books.db",
        """
        UPDATE presentment SET interchange_rate_basis_points = 66, net_minor = net_minor + 1, approval_code = 'X';
        UPDATE presentment SET transaction_type = 'refund' WHERE amount_minor > 0;
        UPDATE adjustment SET amount_minor = -1, reversal_id = 99
        """,
    ),
    ("books.db", "DELETE FROM presentment WHERE request_id = 1; UPDATE released_item SET released_by = 1"),
    (
        "books.db",
        """
        INSERT INTO exception_end VALUES (1, '2026-11-21', 'presented', 1, NULL, NULL);
        INSERT INTO dispute_event VALUES (
          1, 'D26000001', 1, '2026-11-21', 1, 'chargeback', 'charged_back', 'X', 999999, 999999, 0, '', '', '', '', '', 0);
        INSERT INTO direct_debit VALUES ('x', '2026-11-21', 'EPICERIE0000001', '1', '504', 5, '2026-11-20', '2026-11-23')
        """,
    ),
    ("books.db", "DELETE FROM released_item"),
    (
        "books.db",
        """
        INSERT INTO reopened_day VALUES (2, '2026-11-19', 'Alami', 'frais', 1, 1, 'd1');
        INSERT INTO month_invoice VALUES ('2026-11-21', '2026-11', 'EPICERIE0000001', '2026-11-01')
        """,
    ),
    (
        "journal.db",
        """
        UPDATE decision SET captured_minor = 9999999 WHERE captured_minor > 0;
        UPDATE reversal SET business_date = '2026-01-01', original_id = 999 WHERE id = 1;
        UPDATE decision SET business_date = '2026-01-01' WHERE request_id = 4
        """,
    ),
    ("journal.db", "UPDATE request SET original_id = 1 WHERE id > 6; DELETE FROM request WHERE id = 4"),
)
#: Proofs that fail where a file or a bank's book is damaged, where plans have more fees than a commission, where a payout is
#: converted, an amount held back or a message changed, which other tests do; and words of the table that name no proof.
OTHERS: Final = frozenset(
    {"cards_open", "messages_open", "files_unchanged", "databases_sound", "schema_unchanged"}
    | {"issuers_booked", "issuers_agree_with_positions", "approvals_in_issuers_books", "posted_once", "holds_end_in_one_way"}
    | {"charges_due_once", "discounts_follow_rules", "entries_posted", "fee_lines_follow_rules", "line_entries_add_up"}
    | {"releases_are_what_was_held", "rounding_follows_remises", "conversions_add_up", "conversions_follow_rates"}
    | {"releases_are_made", "holdings_are_shares", "payouts_in_one_currency", "payouts_in_account_currency"}
    | {"messages_have_statements", "messages_sent_once", "outbox_sound"}
    | {"lines_stand_once", "lines_are_whole"}
    | {"purchase_with_cash_back", "quasi_cash", "cash_withdrawal", "bill_payment"}
)


def test_every_fault_of_broken_books_is_french(data: Path) -> None:
    names = {french: name for name, french in PROOFS.items() if name.isidentifier() and "_" in name}
    before = {name: (data / name).read_bytes() for name in ("books.db", "journal.db")}
    found = set()
    for name, script in BREAKS:
        tampered(data / name, script)
        shown = in_french("check", "--data", data)
        found |= {names[french] for french in names if french in shown.out}
        for kept, content in before.items():
            (data / kept).write_bytes(content)
            for log in data.glob(f"{kept}-*"):
                log.unlink()
    assert set(names.values()) - found == OTHERS


def test_books_without_their_guards_are_told_in_french(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as books:
        books.executescript(
            """
            DROP TRIGGER payout_no_update;
            CREATE TRIGGER mine AFTER INSERT ON payout BEGIN SELECT 1; END;
            DROP TRIGGER position_no_update;
            CREATE TRIGGER position_no_update BEFORE UPDATE ON position BEGIN SELECT 1; END;
            """
        )
    shown = " ".join(in_french("check", "--data", data).out.split())
    assert "structure des bases books.db : le verrou (trigger) « payout_no_update » manque" in shown
    assert "« mine » n'est pas du centre" in shown
    assert "« position_no_update » n'est pas tel que le centre le crée" in shown


def test_damaged_files_are_told_in_french(data: Path) -> None:
    folder = data / "days" / FRIDAY
    (folder / "payouts.csv").write_text("changed")
    (folder / "positions.csv").unlink()
    shown = in_french("check", "--data", data).out
    assert "1 fichier a changé depuis son écriture" in shown
    assert "des fichiers manquent" in shown
    (data / "pan.key").write_bytes(b"7" * 64)
    (data / "pan.key").chmod(0o600)
    assert "numéros de carte chiffrés qui ne s'ouvrent pas" in in_french("check", "--data", data).out
    (data / "pan.key").chmod(0o644)
    assert "chmod 600" in in_french("check", "--data", data).err
    (data / "pan.key").unlink()
    content = (data / "books.db").read_bytes()
    (data / "books.db").write_bytes(content[:8_192] + b"\7" * 8_192 + content[16_384:])
    assert "écart" in in_french("check", "--data", data).err
    (data / "books.db").write_bytes(b"no database at all" * 300)
    assert "ce fichier n'est pas une base de données" in in_french("day", "show", "--data", data).err


def test_a_day_that_does_not_balance_says_so_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="TELECOM00000001")
    wrong = [sql.replace("- SUM(paid_minor) - SUM(interchange_minor)", "- SUM(paid_minor)") for sql in ledger.CLEAR]
    monkeypatch.setattr(ledger, "CLEAR", tuple(wrong))
    complaint = in_french("day", "close", "--data", tmp_path).err
    assert "n'est pas équilibrée et rien n'a été écrit : la somme des soldes nets est de 0,65 MAD, attendu 0" in complaint


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("day show 31/02/2026", "DATE : trouvé '31/02/2026', attendu une date telle que 22/11/2026 ou 2026-11-22"),
        (
            "day show 22/11/2026",
            "la journée comptable 22/11/2026 n'est pas arrêtée ; la dernière journée arrêtée est le 20/11/2026",
        ),
        (
            "day close 22/11/2026",
            "la journée comptable 22/11/2026 n'est pas encore ouverte, la journée ouverte est le 21/11/2026",
        ),
        (
            "day close 01/01/2026",
            "le 01/01/2026 n'a jamais été une journée comptable ici ; la dernière journée arrêtée est le 20/11/2026",
        ),
        ("day shw", "shw : commande inconnue, attendu une commande de switch day"),
        ("day show --dta x", "--dta : option inconnue, attendu une option de switch day show"),
        ("day show 20/11/2026 deux", "deux : mot en trop, la commande n'en attend pas autant"),
        ("statement", "MERCHANT : rien trouvé, attendu une valeur"),
        ("statement NOBODY", "MERCHANT : trouvé 'NOBODY', attendu un commerçant, par exemple"),
        ("statement KIOSQUE00000001", "MERCHANT : trouvé 'KIOSQUE00000001', attendu un commerçant, par exemple"),
        ("statement TELECOM00000001", "le commerçant TELECOM00000001 n'a pas encore de relevé"),
        ("statement EPICERIE0000001 01/01/2026", "n'a pas de relevé du 01/01/2026, le dernier est du 20/11/2026"),
        ("statement EPICERIE0000001 --excel-fr", "--excel-fr : trouvé sans --format csv, attendu les deux"),
        ("statement EPICERIE0000001 --format word", "--format : trouvé 'word', attendu l'une des valeurs text, csv, pdf"),
        ("statement EPICERIE0000001 --format pdf --out /", "/ : un dossier, attendu un fichier où écrire"),
        ("check --specs /nulle/part", "/nulle/part : dossier introuvable, attendu un dossier qui contient centre.toml"),
        ("chek", "chek : commande inconnue, attendu une commande de switch"),
    ],
)
def test_the_usual_mistakes_are_told_in_french(friday: Path, words: str, complaint: str) -> None:
    verb = words.split()
    folder = [] if verb[0] == "chek" or verb[1:2] == ["shw"] else ["--data", friday]
    outcome = in_french(*verb, *folder)
    assert outcome.code in (1, 2)
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1 or "\nconseil : " in outcome.err


def test_an_empty_folder_and_one_without_a_closed_day(tmp_path: Path) -> None:
    for words in (("day", "show"), ("day", "close"), ("check",), ("statement", "TELECOM00000001")):
        assert "pas de journal.db, attendu le dossier de données d'un centre" in in_french(*words, "--data", tmp_path).err
    with journal_of(tmp_path, FRIDAY):
        pass
    assert "aucune journée comptable n'est encore arrêtée" in in_french("day", "show", "--data", tmp_path).err
    assert "rien à contrôler" in in_french("check", "--data", tmp_path).out
    assert "rien à arrêter" in in_french("day", "close", "--data", tmp_path).out
    (tmp_path / "closing.lock").unlink()
    (tmp_path / "closing.lock").mkdir()
    assert "attendu un fichier où écrire" in in_french("day", "close", "--data", tmp_path).err


def test_a_later_release_and_another_program_are_told_in_french(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as books:
        books.execute("PRAGMA user_version = 99")
    assert "une version plus récente l'a écrit" in in_french("day", "show", "--data", data).err
    (data / "books.db").unlink()
    assert "attendu les livres dont sont tirés les fichiers" in in_french("day", "show", "--data", data).err
    with closing(sqlite3.connect(data / "books.db")) as books:
        books.execute("CREATE TABLE other (x)")
    assert "la base d'un autre programme" in in_french("day", "show", "--data", data).err


def test_programs_read_english(closed: Path) -> None:
    error = json.loads(run("day", "show", "22/11/2027", "--data", closed, "--json").err)["error"]
    assert error["message"].startswith("business date 2027-11-22 is not closed")
    wrong = json.loads(run("day", "show", "x", "--data", closed, "--json").err)["error"]
    assert wrong == {"where": "DATE", "found": "'x'", "expected": "a date such as 2026-11-22 or 22/11/2026"}
    assert run("check", "--data", closed, "--json").json["sound"] is True


def test_what_somebody_typed_is_not_translated(closed: Path) -> None:
    assert "trouvé '12 of 13'" in run("day", "show", "12 of 13", "--data", closed).err


def test_a_date_is_typed_in_either_order_in_both_languages(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("fr", "en"):
        monkeypatch.setenv("SWITCH_LANG", language)
        shown = {run("day", "show", date, "--data", closed).out for date in (FRIDAY, "20/11/2026")}
        assert len(shown) == 1
        stated = {run("statement", GROCER.id, date, "--data", closed).out for date in (FRIDAY, "20/11/2026")}
        assert len(stated) == 1
        assert run("day", "close", "20/11/2026", "--data", closed).code == 1
    english = run("day", "show", "11/20/2026", "--data", closed).sentence
    assert english == "DATE: found '11/20/2026', expected a date such as 2026-11-22 or 22/11/2026"
    assert run("up", "--business-date", "32/11/2026").sentence.startswith(
        "--business-date: found '32/11/2026', expected a date"
    )


def test_one_still_open_after_a_close_is_told_in_french(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="TELECOM00000001")
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
        journal.decide(merchant_id="TELECOM00000001")
    report = close_day(tmp_path, day_specs(), None, later_ms(tmp_path) - 86_400_000)
    assert report.outcome == "already_closed"
    proof = in_french("check", "--data", tmp_path).out
    assert "21/11/2026 : 1 autorisation sur 1 demande" in proof
