"""The commands of the day as a French reader sees them: on closed days, on broken books, and after the usual mistakes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.cli.french.proofs import PROOFS
from switch.endofday import close
from switch.endofday.close import close_day
from tests.cli.command import Outcome, run
from tests.cli.french.english import english_lines
from tests.cli.test_screens import COLOURS, on_terminal
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, SUNDAY, day_specs, journal_of, later_ms
from tests.trials.test_rot import tampered


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_LANG", "fr")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three closed days with everything that a day may list."""
    close_a_day(tmp_path)
    with journal_of(tmp_path) as journal:
        journal.decide(merchant_id="NOBODY000000001", amount_minor=6_600)
    close_the_day_after(tmp_path)
    close_a_day_of_all_kinds(tmp_path)
    return tmp_path


def in_french(*arguments: object) -> Outcome:
    """Run a command; nothing of what it prints or complains of is English."""
    outcome = run(*arguments)
    assert english_lines(outcome.out) == []
    assert english_lines(outcome.err) == []
    return outcome


def test_the_screens_of_a_day_are_french(data: Path) -> None:
    for date in (FRIDAY, SATURDAY, SUNDAY):
        assert (
            "Compensation en MAD, soldes nets : + à recevoir, - à payer ; somme nulle"
            in in_french("day", "show", date, "--data", data).out
        )
    assert "déjà arrêtée" in in_french("day", "close", SUNDAY, "--data", data).out
    assert "rien à arrêter" in in_french("day", "close", "--data", data).out
    proof = in_french("check", "--data", data)
    assert (proof.code, proof.out.splitlines()[-1]) == (0, "comptabilité équilibrée")
    assert "SOLDE NET CRÉDITÉ" in in_french("statement", GROCER.id, FRIDAY, "--data", data).out
    assert "Régularisations" in in_french("statement", HOTEL.id, SATURDAY, "--data", data).out
    assert in_french("merchants").out.startswith("commerçant ")


def test_the_items_of_a_day_are_french(data: Path) -> None:
    shown = "".join(in_french("day", "show", date, "--data", data).out for date in (SATURDAY, SUNDAY))
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
    assert "ensuite : switch statement TELECOM00000001" in shown


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(data: Path, width: int) -> None:
    for arguments in (
        ("day", "show", SATURDAY, "--data", data),
        ("day", "show", SUNDAY, "--data", data),
        ("check", "--data", data),
        ("statement", HOTEL.id, SATURDAY, "--data", data),
        ("merchants",),
    ):
        lines = COLOURS.sub("", on_terminal(width, *arguments)).splitlines()
        assert max(map(len, lines)) <= width
        assert english_lines("\n".join(lines)) == []


#: What somebody may do to the books or the journal, who knows of their guards.
BREAKS = {
    "books.db": (
        "UPDATE posting SET debit_minor = debit_minor + 1 WHERE line = 1",
        "UPDATE position SET net_minor = net_minor + 65",
        "UPDATE payout SET net_minor = net_minor + 1",
        "UPDATE payout SET outcome = 'carried'",
        "UPDATE payout SET brought_forward_minor = brought_forward_minor + 5",
        "UPDATE presentment SET interchange_rate_basis_points = 66",
        "UPDATE presentment SET net_minor = net_minor + 1",
        "UPDATE presentment SET transaction_type = 'refund'",
        "UPDATE presentment SET approval_code = 'X'",
        "DELETE FROM presentment WHERE request_id = 1",
        "DELETE FROM released_item",
        "UPDATE released_item SET released_by = 1",
        "UPDATE adjustment SET amount_minor = -1",
        "UPDATE adjustment SET reversal_id = 99",
        "DROP INDEX IF EXISTS presentment_by_date; DROP TABLE day_total",
    ),
    "journal.db": (
        "UPDATE decision SET business_date = '2026-01-01' WHERE request_id = 2",
        "UPDATE decision SET captured_minor = 9999999 WHERE captured_minor IS NOT NULL",
        "UPDATE reversal SET business_date = '2026-01-01', original_id = 999 WHERE id = 1",
        "UPDATE request SET original_id = 1 WHERE original_id IS NOT NULL",
        "DELETE FROM request WHERE id = 3",
    ),
}


def test_every_fault_of_broken_books_is_french(data: Path) -> None:
    found = set()
    before = {name: (data / name).read_bytes() for name in BREAKS}
    for name, scripts in BREAKS.items():
        for script in scripts:
            tampered(data / name, script)
            checked = run("check", "--data", data, "--json").json
            found |= {fault["check"] for fault in checked["errors"]}
            shown = in_french("check", "--data", data)
            assert shown.code == 1
            assert "écart" in shown.err
            for kept, content in before.items():
                (data / kept).write_bytes(content)
                for log in data.glob(f"{kept}-*"):
                    log.unlink()
    untold = {name for name in PROOFS if name.isidentifier() and "_" in name} - found
    assert untold <= {
        *("cards_open", "messages_open", "files_unchanged", "databases_sound", "positions_match_presentments"),
        *("purchase_with_cash_back", "quasi_cash", "cash_withdrawal", "bill_payment"),  # types of transactions
    }, "no break shows them"


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
    (data / "books.db").write_bytes(content[:4096] + b"\7" * 8192 + content[12_288:])
    assert "écart" in in_french("check", "--data", data).err
    (data / "books.db").write_bytes(b"no database at all" * 300)
    assert "ce fichier n'est pas une base de données" in in_french("day", "show", "--data", data).err


def test_a_day_that_does_not_balance_says_so_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="TELECOM00000001")
    wrong = [sql.replace("- SUM(paid_minor) - SUM(interchange_minor)", "- SUM(paid_minor)") for sql in close.ledger.CLEAR]
    monkeypatch.setattr(close.ledger, "CLEAR", tuple(wrong))
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
        ("day clse", "clse : commande inconnue, attendu une commande de switch day"),
        ("day show --dta x", "--dta : option inconnue, attendu une option de switch day show"),
        ("day show un deux", "deux : mot en trop, la commande n'en attend pas autant"),
        ("statement", "MERCHANT : rien trouvé, attendu une valeur"),
        ("statement NOBODY", "MERCHANT : trouvé 'NOBODY', attendu un commerçant, par exemple"),
        ("statement KIOSQUE00000001", "MERCHANT : trouvé 'KIOSQUE00000001', attendu un commerçant, par exemple"),
        ("statement TELECOM00000001", "le commerçant TELECOM00000001 n'a pas encore de relevé"),
        ("statement EPICERIE0000001 01/01/2026", "n'a pas de relevé du 01/01/2026, le dernier est du 20/11/2026"),
        ("statement EPICERIE0000001 --json --format csv", "--json : trouvé avec --format, attendu l'un des deux"),
        ("statement EPICERIE0000001 --excel-fr", "--excel-fr : trouvé sans --format csv, attendu les deux"),
        ("statement EPICERIE0000001 --format pdf", "--format : trouvé 'pdf', attendu l'une des valeurs text, csv"),
        ("check --specs /nulle/part", "/nulle/part : dossier introuvable, attendu un dossier qui contient centre.toml"),
        ("chek", "chek : commande inconnue, attendu une commande de switch"),
    ],
)
def test_the_usual_mistakes_are_told_in_french(tmp_path: Path, words: str, complaint: str) -> None:
    close_a_day(tmp_path)
    verb = words.split()
    folder = [] if verb[0] == "chek" or verb[1:2] == ["clse"] else ["--data", tmp_path]
    outcome = in_french(*verb, *folder)
    assert outcome.code in (1, 2)
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1 or "\nconseil : " in outcome.err


def test_an_empty_folder_and_one_without_a_closed_day(tmp_path: Path) -> None:
    for words in (("day", "show"), ("day", "close"), ("check",), ("statement", "TELECOM00000001")):
        assert "pas de journal.db ici, démarrez d'abord le centre" in in_french(*words, "--data", tmp_path).err
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


def test_programs_read_english(data: Path) -> None:
    error = json.loads(run("day", "show", "22/11/2027", "--data", data, "--json").err)["error"]
    assert error["message"].startswith("business date 2027-11-22 is not closed")
    wrong = json.loads(run("day", "show", "x", "--data", data, "--json").err)["error"]
    assert wrong == {"where": "DATE", "found": "'x'", "expected": "a date such as 2026-11-22 or 22/11/2026"}
    assert run("check", "--data", data, "--json").json["sound"] is True


def test_what_somebody_typed_is_not_translated(data: Path) -> None:
    assert "trouvé '12 of 13'" in run("day", "show", "12 of 13", "--data", data).err


def test_a_date_is_typed_in_either_order_in_both_languages(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("fr", "en"):
        monkeypatch.setenv("SWITCH_LANG", language)
        shown = {run("day", "show", date, "--data", data).out for date in (FRIDAY, "20/11/2026")}
        assert len(shown) == 1
        stated = {run("statement", GROCER.id, date, "--data", data).out for date in (FRIDAY, "20/11/2026")}
        assert len(stated) == 1
        assert run("day", "close", "20/11/2026", "--data", data).code == 1
    english = run("day", "show", "11/20/2026", "--data", data).sentence
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
