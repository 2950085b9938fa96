from __future__ import annotations

from pathlib import Path

import pytest

from switch.cli.console.words import translated
from switch.endofday.proofs.transfer_proofs import TRANSFER_CHECKS
from tests.cli.command import run
from tests.cli.french.english import english, english_lines
from tests.support.json_schema import mistakes, schema_of
from tests.treasury.bank import Order, camt054, entry, orders_of, pacs004, pain002, status
from tests.treasury.paid_days import AIRLINE, FRIDAY, GROCER, HOTEL, MERCHANTS, SHOP, close, payout_of

AIR, SHOPS = payout_of(FRIDAY, AIRLINE), payout_of(FRIDAY, SHOP)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return close(tmp_path / "var", FRIDAY)


def orders(data: Path) -> dict[str, Order]:
    return {each.payout: each for path in (data / "payments").glob("*-1.xml") for each in orders_of(path)}


def from_the_bank(data: Path, text: str) -> Path:
    path = data / "bank.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_written_and_written_again(data: Path) -> None:
    first = run("payouts", "file", "--data", data)
    assert first.code == 0
    assert first.out.splitlines()[0] == f"payouts of {FRIDAY} are issued"
    assert f"{data}/payments/PAY-504900-20261120-1.xml" in first.out
    second = run("payouts", "file", "20/11/2026", "--data", data)
    assert (second.code, second.out.splitlines()[1:]) == (0, first.out.splitlines()[1:])
    assert second.out.splitlines()[0] == f"payouts of {FRIDAY} are issued already, nothing was changed"


def test_what_the_bank_says_is_shown_and_listed(data: Path) -> None:
    due = run("payouts", "list", "--data", data).out
    assert {line.split()[-1] for line in due.splitlines()[1:]} == {"due"}
    assert run("payouts", "list", "--month", "11/2026", "--data", data).out == due
    assert run("payouts", "list", "--from", FRIDAY, "--to", FRIDAY, "--data", data).out == due
    assert run("payouts", "list", "--month", "2026-12", "--data", data).code == 1
    run("payouts", "file", "--data", data)
    message = pain002(status(AIR, "RJCT", "AC04", words="compte clos") + status("X", "ACSC") + status(SHOPS, "ACSC"))
    path = from_the_bank(data, message)
    read = run("payouts", "status", path, "--data", data)
    assert read.code == 1
    assert read.out.splitlines()[0] == f"{path}: pain.002: 2 transfers changed, 1 set aside"
    assert f"{AIR}  {AIRLINE}  rejected  AC04 compte clos" in read.out
    assert read.err == (
        f"switch: {path}:8: found the unknown reference 'X', expected the end-to-end id of a transfer that was issued\n"
    )
    again = run("payouts", "status", path, "--data", data)
    assert again.out == f"{path}: pain.002: 0 transfers changed, 2 known before, 1 set aside\n"
    listed = run("payouts", "list", "--state", "rejected", "--data", data).out.splitlines()
    assert listed[1].split()[-5:] == ["rejected", "1", "AC04", "compte", "clos"]
    assert run("payouts", "list", "--state", "returned", "--data", data).code == 1
    assert run("payouts", "reissue", "--data", data).code == 0
    shown = run("payouts", "show", AIR, "--data", data).out
    for part in (f"{AIR}/2", "bank.xml:6", "AC04 compte clos", "PAY-504900-20261120-2.xml", "VENTE PAR CARTE"):
        assert part in shown
    assert run("payouts", "show", "X", "--data", data).sentence == f"{data}: there is no payout X that is to be paid"
    assert run("payouts", "reissue", "--data", data).code == 1


def test_every_json_is_as_its_schema_says(data: Path) -> None:
    assert mistakes(run("payouts", "file", "--json", "--data", data).json, schema_of("payouts-file")) == []
    bank = pacs004((orders(data)[AIR], "AC01"), (orders(data)[SHOPS], "AC01")).replace(SHOPS, "X")
    read = run("payouts", "status", from_the_bank(data, bank), data / "none", "--json", "--data", data)
    assert read.code == 1
    assert mistakes(read.json, schema_of("payouts-status")) == []
    assert [each["right"] for each in read.json] == [False, False]
    assert mistakes(run("payouts", "list", "--json", "--data", data).json, schema_of("payouts-list")) == []
    assert mistakes(run("payouts", "reissue", AIR, "--json", "--data", data).json, schema_of("payouts-file")) == []
    shown = run("payouts", "show", AIR, "--json", "--data", data).json
    assert mistakes(shown, schema_of("payouts-show")) == []
    assert [each["attempt"] for each in shown["transfers"]] == [1, 2]


def test_in_french(data: Path) -> None:
    words = ("--data", data, "--lang", "fr")
    message = pain002(status(AIR, "RJCT", "AC04") + status("X", "ACSC") + status("", "ACSC") + status(SHOPS, "WHAT"))
    path = from_the_bank(data, message)
    credit = data / "credit.xml"
    shown = [
        run("payouts", "list", *words),
        run("payouts", "reissue", SHOPS, *words),
        run("payouts", "file", *words),
        run("payouts", "file", *words),
        run("payouts", "status", path, data / "rien", *words),
        run("payouts", "list", *words),
        run("payouts", "show", AIR, *words),
        run("payouts", "reissue", SHOPS, *words),
        run("payouts", "reissue", "Y", *words),
        run("payouts", "reissue", *words),
        run("payouts", "reissue", *words),
        run("payouts", "file", "2026-12-01", *words),
        run("payouts", "show", "Y", *words),
        run("check", *words),
    ]
    credit.write_text(camt054(entry(orders(data)[payout_of(FRIDAY, HOTEL)], "CRDT") + entry(orders(data)[AIR], "X")))
    shown += [run("payouts", "status", credit, *words), run("payouts", "status", data / "books.db", *words)]
    for each in shown:
        assert english_lines(each.out) == []
        assert english_lines(each.err.replace("no element found", "").replace("syntax error", "")) == []
    assert shown[2].out.splitlines()[0] == "les virements du 20/11/2026 sont émis"
    assert "rejeté" in shown[5].out


def test_accounting_of_dates_months_and_one_merchant(data: Path, tmp_path: Path) -> None:
    whole = run("day", "accounting", "--data", data)
    assert whole.out.splitlines()[0].startswith("date,entry,merchant,terminal,remise,account,account_name")
    assert whole.out == run("day", "accounting", FRIDAY, "--to", FRIDAY, "--data", data).out
    assert whole.out == run("day", "accounting", "--month", "2026-11", "--data", data).out
    assert whole.out == run("day", "accounting", "--month", "11/2026", "--data", data).out
    assert whole.out == run("day", "accounting", "--all", "--data", data).out
    assert whole.out == run("day", "accounting", "--from", FRIDAY, "--data", data).out
    assert whole.out == run("day", "accounting", "--from", FRIDAY, "--to", FRIDAY, "--data", data).out
    one = run("day", "accounting", "--merchant", GROCER, "--data", data, "--format", "json").json
    assert {each["merchant_id"] for each in one} == {GROCER}
    assert mistakes(one, schema_of("day-accounting")) == []
    out = tmp_path / "x.beancount"
    written = run("day", "accounting", "--ledger", "--format", "beancount", "--out", out, "--data", data)
    assert (written.code, written.out) == (0, "")
    assert out.read_text(encoding="utf-8").count("\n2026-11-20 * ") > len(MERCHANTS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--month", "2026-13"), "--month: found '2026-13', expected a month such as 2026-11"),
        ((FRIDAY, "--month", "2026-11"), "--month: found beside a DATE, expected one of them"),
        (("--to", FRIDAY), "--to: found without --from or a DATE, expected the first date"),
        ((FRIDAY, "--from", FRIDAY), "--from: found beside DATE, expected one of them"),
        ((FRIDAY, "--to", "2026-11-01"), "--to: found 2026-11-01, expected 2026-11-20 or later"),
        ((FRIDAY, "--all"), "--all: found beside a DATE or --month, expected one of them"),
        (("--chart", "x"), "--chart: found 'x', expected one of cgnc"),
        (
            ("--ledger", "--merchant", "X"),
            "--ledger: found beside --chart or --merchant, expected one of them: it is of Switch itself",
        ),
        (("--month", "2027-01"), "no business date from 2027-01-01 to 2027-01-31 is closed; the last one closed is 2026-11-20"),
    ],
)
def test_accounting_refuses_what_makes_no_sense(data: Path, arguments: tuple[str, ...], sentence: str) -> None:
    refused = run("day", "accounting", *arguments, "--data", data)
    assert refused.sentence == sentence
    french = run("day", "accounting", *arguments, "--data", data, "--lang", "fr")
    assert english_lines(french.err) == []


#: Sentences that are made of pieces, as whole ones.
WHOLE = (
    "no file was issued: 1 payout lacks a RIB with 24 digits: A",
    "no file was issued: 7 payouts lack a RIB with 24 digits: A, B, +2; 1 payout lacks a currency that ISO 4217 names: C",
    (
        "/d/x.xml: found transfers in the books that make other bytes than before, expected SHA-256 00; `switch check` says "
        "what was changed"
    ),
    "/d/x.xml: found elements more than 40 deep, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)",
    "/d/x.xml: found more than 2,000,000 elements, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)",
    "/d/x.xml: found a file of more than 32768 KiB, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)",
    "/d/x.xml: found a folder, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)",
    "record: found 'PAY-1', which no file was issued under, expected the id of a file of ours",
    "record: found no OrgnlGrpInfAndSts, expected the file that the statuses are of",
    "record: found no CdtDbtInd, expected CRDT or DBIT",
    "record: found a debit taken back, expected a booked debit, or a credit with RtrInf",
    "record: found an entry that breaks off, expected a whole one",
    "record: found 1.00 MAD for X, expected 2.00 MAD",
    "record: found no TxSts, expected one of ACCC, ACCP",
    "1 payment file is missing, `switch payouts file` of the date writes them: A",
    "7 payment files are missing, `switch payouts file` of the date writes them: A, B, C, +4",
    "payout A is paid twice: by transfer A, and by transfer A/2",
    "transfer A of 7 minor units is of no payout that is to be paid, A, or of no file",
    "payout A: 7 minor units in the suspense account, where its transfers leave 0",
    "payout A has 2 transfers, numbered 1 to 3",
    "payment file A has 2 transfers, and 1 in the books",
    "A.xml is not as it was issued; `switch payouts file` of its date writes it from the books",
    "entry A does not balance: 7 debited, 8 credited (minor units)",
)


@pytest.mark.parametrize("sentence", WHOLE, ids=range(len(WHOLE)))
def test_a_sentence_made_of_pieces_is_french(sentence: str) -> None:
    french = translated(sentence, "fr")
    assert french != sentence
    assert english(french) == []


def test_every_proof_of_transfers_has_a_french_name() -> None:
    assert {name for name in (*TRANSFER_CHECKS, "payment_files_unchanged") if translated(name, "fr") == name} == set()
