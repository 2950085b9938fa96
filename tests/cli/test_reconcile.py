"""``switch reconcile`` as somebody types it: screens, files, exit codes, French."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import Outcome, run
from tests.cli.french.english import english_lines
from tests.reconciliation.readers.samples import BANK_CSV, BLOCKS, CAMT, TILL_CSV
from tests.support.day_builders import FRIDAY, close_two_days


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"till.csv": TILL_CSV, "releve.txt": BLOCKS, "bank.csv": BANK_CSV, "bank.xml": CAMT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "good.csv").write_text("Date;Heure;Montant\n03/02/2026;10:05;125,00\n", encoding="utf-8")
    return tmp_path


def test_files_that_agree_end_with_0(folder: Path) -> None:
    done = run("reconcile", "good.csv", "good.csv")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == ["LEFT   good.csv: till, 1 line", "RIGHT  good.csv: till, 1 line"]
    assert done.out.splitlines()[-1] == "all lines of both files are matched"


def test_a_till_and_a_relevé_that_do_not_end_with_1(folder: Path) -> None:
    done = run("reconcile", "till.csv", "releve.txt")
    assert done.code == 1
    assert done.sentence == "till.csv and releve.txt: found differences 0, unmatched 2, set aside 3, expected none"
    for line in (
        "MATCHED              3  1350.50            3  1350.50        0.00  MAD",
        "UNMATCHED: reported, not taken (2)",
        "LEFT line 5: found Jour '32/02/2026', expected a date such as 03/02/2026",
    ):
        assert line in done.out.splitlines()


def test_a_pair_of_different_dates_is_shown(folder: Path) -> None:
    (folder / "later.csv").write_text("Date;Montant\n05/02/2026;125,00\n", encoding="utf-8")
    done = run("reconcile", "good.csv", "later.csv")
    assert "MATCHED: on different dates (1)" in done.out.splitlines()
    assert "        2           2  2026-02-03  125.00  amount + date  RIGHT is 2 days later" in done.out.splitlines()
    assert "on different dates" not in run("reconcile", "releve.txt", "bank.csv").out
    assert "RAPPROCHÉ : à des dates différentes (1)" in in_french("good.csv", "later.csv").out


def test_remises_and_the_bank(folder: Path) -> None:
    for bank in ("bank.csv", "bank.xml"):
        done = run("reconcile", "releve.txt", bank, "--label", "000285")
        assert "remise number in the label         2" in done.out
        assert "UNMATCHED: reported, not credited (1)" in done.out
    assert (
        "RIGHT  bank.csv: bank, 2 lines, 1 without the label"
        in run("reconcile", "releve.txt", "bank.csv", "--label", "000285").out
    )


def test_a_statement_beside_the_bank_says_that_it_has_no_entries(folder: Path) -> None:
    close_two_days(folder)
    csv_of_friday = folder / "days" / FRIDAY / "statements" / "EPICERIE0000001.csv"
    sentence = "note   LEFT has transactions only: fees and other entries of its payouts are in payouts.csv"
    assert sentence in run("reconcile", csv_of_friday, "bank.csv").out
    assert "DROITE n'a que les opérations" in " ".join(in_french("bank.csv", csv_of_friday).out.split())
    assert "transactions only" not in run("reconcile", csv_of_friday, "till.csv").out


def test_every_line_stands_in_the_csv_once(folder: Path) -> None:
    done = run("reconcile", "till.csv", "releve.txt", "--csv", "out.csv")
    assert "every line with its class written to out.csv" in done.out
    rows = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 3 + 5
    assert {row["class"] for row in rows} == {"matched", "unmatched"}
    assert {row["pass"] for row in rows if row["class"] == "matched"} == {"amount + date"}


def test_the_csv_for_a_french_spreadsheet(folder: Path) -> None:
    run("reconcile", "till.csv", "releve.txt", "--csv", "out.csv", "--excel-fr")
    content = (folder / "out.csv").read_bytes()
    assert content.startswith("\ufeffN°;Classe;Rapproché par;".encode())
    text = content.decode("utf-8-sig")
    assert ';RAPPROCHÉ;montant + date;releve.txt;7;03/02/2026;;1250,50;;MAD;;"=""1202""";' in text
    refused = run("reconcile", "till.csv", "releve.txt", "--excel-fr")
    assert (refused.code, refused.sentence) == (2, "--excel-fr: found without --csv, expected both")


def test_json_has_the_whole(folder: Path) -> None:
    done = run("reconcile", "till.csv", "releve.txt", "--json")
    told = done.json
    assert (done.code, told["agrees"], told["left"]["form"], told["right"]["form"]) == (1, False, "till", "cmi")
    assert [each["line_number"] for each in told["left"]["set_aside"]] == [5, 6, 7]
    assert sum(total["left_minor"] for total in told["totals"]) == 135_050
    assert sum(len(each["right"]) for each in told["findings"]) == told["right"]["line_count"] == 5
    assert json.loads(done.err)["error"]["expected"] == "none"


def test_columns_of_a_free_table_are_mapped(folder: Path) -> None:
    (folder / "free.csv").write_text("Quand;Combien\n03/02/2026;125,00\n", encoding="utf-8")
    assert run("reconcile", "free.csv", "good.csv").code == 2
    pairs = run("reconcile", "free.csv", "good.csv", "--map", "date=Quand,amount=Combien")
    (folder / "map.toml").write_text('[left]\ndate = "Quand"\namount = "Combien"\n', encoding="utf-8")
    assert pairs.code == run("reconcile", "free.csv", "good.csv", "--map", "map.toml").code == 0
    for wrong in ("right.date=Quand,right.amount=Combien", "date=Jour", "none.toml"):
        assert run("reconcile", "free.csv", "good.csv", "--map", wrong).code == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "LEFT: found nothing, expected a file"),
        ("good.csv", "RIGHT: found nothing, expected a file"),
        ("none.csv good.csv", "none.csv: found no such file, expected a till export"),
        (". good.csv", ".: found a folder, expected a till export"),
        (
            "good.csv good.csv --left-as camt.053",
            "good.csv:1: found broken XML, expected camt.053",
        ),
        ("good.csv good.csv --map x", "x: found no such file, expected a TOML file"),
        ("good.csv --books 2026-11-22", "--books: found beside the file good.csv, expected one of them"),
        ("--books 31/02/2026", "--books: found '31/02/2026', expected a date"),
        ("--books --label X", "--label: found beside --books, which has no use for it"),
        ("--books --map date=Jour", "--map: found beside --books"),
        ("--books --csv x.csv --excel-fr", "--excel-fr: found beside --books"),
        ("--books --left-as till", "--left-as: found beside --books"),
        ("--books --right-as till", "--right-as: found beside --books"),
        ("--books --minutes 5", "--minutes: found beside --books"),
        ("--books --days 5", "--days: found beside --books"),
        ("good.csv good.csv --data .", "--data: found without --books, expected both"),
        ("good.csv till.csv --label X", "--label: found without a bank statement, expected one in LEFT or RIGHT"),
        ("good.csv till.csv --csv ./till.csv", "--csv: found till.csv, which this command reads, expected another file"),
        ("good.csv till.csv --csv good.csv", "--csv: found good.csv, which this command reads, expected another file"),
        ("good.csv till.csv --csv bank.csv --map bank.csv", "--csv: found bank.csv, which this command reads"),
    ],
)
def test_bad_input_ends_with_2(folder: Path, words: str, sentence: str) -> None:
    refused = run("reconcile", *words.split())
    assert (refused.code, refused.out) == (2, "")
    assert refused.sentence.startswith(sentence)
    assert (folder / "till.csv").read_text(encoding="utf-8") == TILL_CSV


def in_french(*arguments: object) -> Outcome:
    outcome = run("reconcile", *arguments, "--lang", "fr")
    assert english_lines(outcome.out) == []
    assert english_lines(outcome.err) == []
    return outcome


def test_the_screens_are_french(folder: Path) -> None:
    done = in_french("till.csv", "releve.txt", "--csv", "out.csv")
    assert "NON RAPPROCHÉ : remontées non encaissées (2)" in done.out
    assert "GAUCHE ligne 5 : trouvé Jour '32/02/2026', attendu une date telle que 03/02/2026" in done.out
    assert "toutes les lignes des deux fichiers sont rapprochées" in in_french("good.csv", "good.csv").out
    assert "remontées non créditées" in in_french("releve.txt", "bank.xml").out
    assert "créditées non encaissées" in in_french("till.csv", "bank.csv").out


@pytest.mark.parametrize(
    "words",
    [
        "good.csv",
        "none.csv good.csv",
        "good.csv good.csv --map x=y",
        "good.csv good.csv --excel-fr",
        "good.csv good.csv --left-as cmi",
        "--books --label X",
        "good.csv till.csv --label X",
        "good.csv till.csv --csv till.csv",
        "good.csv till.csv --data .",
    ],
)
def test_errors_are_french(folder: Path, words: str) -> None:
    assert in_french(*words.split()).code == 2


def test_the_three_books_on_a_screen(folder: Path) -> None:
    close_two_days(folder)
    for lang in ("en", "fr"):
        shown = run("reconcile", "--books", FRIDAY, "--data", folder, "--lang", lang)
        assert (shown.code, shown.err) == (0, "")
        assert lang == "en" or english_lines(shown.out) == []
    told = run("reconcile", "--books", "--json", "--csv", "books.csv", "--data", folder).json
    rows = list(csv.DictReader(io.StringIO((folder / "books.csv").read_text(encoding="utf-8"))))
    assert told["agrees"] is True
    assert sum(total["transaction_count"] for total in told["totals"]) == len(rows) > 0
    assert run("reconcile", "--books", "2026-01-01", "--data", folder).code == 1


def test_no_card_is_shown_in_whatever_column_it_stands(folder: Path) -> None:
    heads = "Date;Montant;RRN;STAN;N° autorisation;Carte;TID;Ticket;Remise;Référence;Libellé"
    (folder / "wrong.csv").write_text(f"{heads}\n03/02/2026;1,00{';9504010000000019' * 9}\n", encoding="utf-8")
    (folder / "aside.csv").write_text("Date;Montant\n9504010000000019;1,00\n03/02/2026;2,00\n", encoding="utf-8")
    for options in ([], ["--json"], ["--csv", "out.csv"], ["--csv", "out.csv", "--excel-fr"]):
        for pair in (("wrong.csv", "aside.csv"), ("aside.csv", "wrong.csv")):
            done = run("reconcile", *pair, "--left-as", "till", "--right-as", "till", *options)
            written = (folder / "out.csv").read_text(encoding="utf-8") if "out.csv" in options else ""
            assert done.code == 1
            assert "9504010000000019" not in done.out + done.err + written


def test_entries_left_out_beside_a_till_are_counted(folder: Path) -> None:
    head = '"business_date": "2026-02-03", "value_date": "2026-02-04", "reference": "X", "currency": "504"'
    entry = (
        '{"terminal_id": "", "remise_number": 0, "kind": "rent", "amount_minor": -100, "vat_minor": -10, "narrative": "rent"}'
    )
    (folder / "fees.json").write_text(f'{{{head}, "lines": [], "entries": [{entry}]}}', encoding="utf-8")
    assert "RIGHT  fees.json: switch-json, 0 lines, 1 entry left out" in run("reconcile", "good.csv", "fees.json").out
    assert "1 mouvement laissé de côté" in in_french("good.csv", "fees.json").out
    assert "UNMATCHED: reported, not credited (1)" in run("reconcile", "fees.json", "bank.csv").out
