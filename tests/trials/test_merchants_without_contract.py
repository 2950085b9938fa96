"""Merchants that no contract names, where the centre takes them: from the wire to the close of the day, and its proof."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.data_folder.vault import Vault
from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport
from switch.endofday.statements import statement
from switch.iso8583.message import Message
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.specs.folder import default_folder
from switch.specs.load import load_specs
from switch.specs.specification import Specs
from switch.transaction import ExchangeKey
from tests.support import centre_in_loop
from tests.support.centre_in_loop import loopback, purchase
from tests.trials.desk import OWN_ID, named
from tests.trials.test_specification_mistakes import folder, put, switch

__all__ = ["folder"]  # a fixture

DATE, NEXT = "2026-11-22", "2026-11-23"
OWN = "../SHOP 12=1"  #: an id no contract could have
PLAIN = "GATEWAY0000001"


@pytest.fixture(scope="module")
def accepting(tmp_path_factory: pytest.TempPathFactory) -> Specs:
    """The embedded specification with one word changed."""
    copy = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("accepting") / "specs"))
    put(copy, "centre.toml", '"refuse"', '"accept"')
    return load_specs(copy)


def told(mti: str, stan: int, merchant: str, **elements: str) -> Message:
    elements = {"de41": "MYTERM01", "de42": merchant.ljust(15), "de18": "5732", **elements}
    return Message(mti, purchase(stan, **elements).elements)


async def answers(data: Path, specs: Specs, *messages: Message) -> tuple[list[str], list[str]]:
    """DE 39 of the answers to messages, and the notices about merchants and terminals."""
    journal = SqliteJournal(data / JOURNAL_FILE, Vault.open(data))
    if journal.open_date() is None:
        journal.open_business_date(DATE, "operator", centre_in_loop.NOW_MS)
    async with (
        loopback(journal=journal, issuers=("atlas",), specification=specs) as centre,
        centre.client("ascii") as client,
    ):
        codes = [(await client.ask(message)).elements[39] for message in messages]
        notices = [each.detail for each in centre.notices if each.kind in ("unknown_merchant", "unknown_terminal")]
    journal.close()
    return codes, notices


def closed(data: Path, specs: Specs, date: str = DATE) -> DayReport:
    report = close_day(data, specs, date, centre_in_loop.NOW_MS)
    proved = check_books(data)
    assert proved.faults == ()
    return report


async def test_they_are_refused_where_nothing_else_is_said(tmp_path: Path) -> None:
    codes, notices = await answers(tmp_path, load_specs(), told("0100", 1, PLAIN))
    assert (codes, notices) == (["03"], [])


async def test_each_is_approved_cleared_and_paid_under_the_default_contract(tmp_path: Path, accepting: Specs) -> None:
    hold = {"de25": "06", "de4": "000000010000"}
    messages = [
        told("0100", 1, PLAIN),
        told("0200", 2, PLAIN, de4="000000002500"),
        told("0100", 3, OWN),
        told("0100", 4, PLAIN, **hold),
        told("0220", 5, PLAIN, de4="000000008000", de90=named(ExchangeKey(OWN_ID, "MYTERM01", "000004", "1122100000"))),
        told("0200", 6, PLAIN, de3="200000", de4="000000001000"),
        told("0100", 7, " " * 15),
        told("0100", 8, PLAIN, de49="978"),
    ]
    codes, notices = await answers(tmp_path, accepting, *messages)
    assert codes == ["00"] * 6 + ["03", "12"]
    assert [notice.partition(": ")[2] for notice in notices] == [
        f"merchant {each!r} (DE 42) has no contract of its own; told once, its requests are taken under the default contract"
        for each in (PLAIN, OWN)
    ]
    with closing(sqlite3.connect(tmp_path / JOURNAL_FILE)) as journal:
        kept = journal.execute("SELECT DISTINCT merchant_type FROM request WHERE merchant_id = ?", (PLAIN,)).fetchall()
    assert kept == [("5732",)], "the trade is what the message says"
    report = closed(tmp_path, accepting)
    assert report.exceptions == ()
    payouts = {each.merchant_id: each for each in report.payouts}
    terms = accepting.default_contract
    assert terms is not None
    assert {name: (each.gross_minor, each.name, each.rib) for name, each in payouts.items()} == {
        PLAIN: (12_500 + 2_500 + 8_000 - 1_000, terms.name, terms.rib),
        OWN: (12_500, terms.name, terms.rib),
    }
    assert "MYTERM01" in statement(tmp_path, OWN)
    files = sorted(each.stem for each in (tmp_path / "days" / DATE / "statements").iterdir())
    assert files == ["%2E%2E%2FSHOP%2012%3D1"] * 2 + [PLAIN] * 2


async def test_their_sales_are_listed_where_the_day_is_closed_without_a_contract_for_them(
    tmp_path: Path, accepting: Specs
) -> None:
    assert (await answers(tmp_path, accepting, told("0100", 1, PLAIN), purchase(2)))[0] == ["00", "00"]
    report = closed(tmp_path, load_specs())
    assert [(each.merchant_id, each.reason, each.amount_minor) for each in report.exceptions] == [
        (PLAIN, "unknown merchant", 12_500)
    ]
    assert [each.gross_minor for each in report.payouts] == [12_500]


@pytest.mark.parametrize("accepted_still", [True, False])
async def test_a_sale_that_was_paid_is_taken_back_on_a_later_date(
    tmp_path: Path, accepting: Specs, accepted_still: bool
) -> None:
    await answers(tmp_path, accepting, told("0100", 1, PLAIN))
    assert [each.outcome for each in closed(tmp_path, accepting).payouts] == ["paid"]
    later = accepting if accepted_still else load_specs()
    key = ExchangeKey(OWN_ID, "MYTERM01", "000001", "1122100000")
    assert (await answers(tmp_path, later, told("0400", 2, PLAIN, de90=named(key))))[0] == ["00"]
    report = closed(tmp_path, later, NEXT)
    assert [(each.merchant_id, each.gross_minor, each.outcome) for each in report.payouts] == [(PLAIN, -12_500, "carried")]


async def test_a_known_merchant_keeps_its_contract_and_its_unknown_terminals_their_notice(
    tmp_path: Path, accepting: Specs
) -> None:
    codes, notices = await answers(tmp_path, accepting, purchase(1), purchase(2, de41="NOWHERE1"))
    assert codes == ["00", "00"]
    assert len(notices) == 1
    assert "terminal 'NOWHERE1' (DE 41) is not in the contract of merchant TELECOM00000001" in notices[0]
    assert [each.name for each in closed(tmp_path, accepting).payouts] == 2 * ["ONDE TELECOM EN LIGNE"]  # one a terminal


async def test_the_contract_says_when_their_sales_count_and_what_they_pay(tmp_path: Path, accepting: Specs) -> None:
    assert accepting.default_contract is not None
    later = evolve(accepting, default_contract=evolve(accepting.default_contract, capture="completion"))
    assert (await answers(tmp_path, later, told("0100", 1, PLAIN)))[0] == ["00"]
    report = closed(tmp_path, later)
    assert (report.payouts, len(report.holds)) == ((), 1)


def test_who_accepts_them_says_under_which_contract(folder: Path) -> None:
    place = put(folder, "centre.toml", 'unknown_merchants = "refuse"', 'unknown_merchants = "accept"')
    assert switch("specs", "check", "--specs", folder).code == 0
    listed = switch("merchants", "--specs", folder).out.splitlines()
    assert listed[-1].split()[:5] == ["(any", "other)", "COMMERCE", "DE", "PASSAGE"]
    put(folder, "merchants.toml", "[default_contract]", "[[merchant]]\nid = 'OTHER'\nterminals = []")
    expected = "a table [default_contract] in merchants.toml that says for what"
    assert switch("specs", "check", "--specs", folder).err.splitlines() == [
        f'switch: {place}: centre.unknown_merchants: found "accept", expected {expected}'
    ]


def test_a_scenario_may_name_any_merchant_where_any_is_taken(folder: Path) -> None:
    rule = (
        'purpose = "x"\n[[rule]]\nissuer = "atlas"\nwhen = { merchant = "GATEWAY0000001" }\nthen = { response_code = "05" }\n'
    )
    (folder / "scenarios" / "own.toml").write_text(rule, encoding="utf-8")
    assert "rule[1].when.merchant: found 'GATEWAY0000001'" in switch("specs", "check", "--specs", folder).err
    put(folder, "centre.toml", '"refuse"', '"accept"')
    assert switch("specs", "check", "--specs", folder).code == 0


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ('plan = "nobody"', "default_contract.plan: found 'nobody', expected one of"),
        ('plan = "retail"\nid = "ANY"', "default_contract.id: found a key nobody reads, expected one of"),
    ],
)
def test_the_default_contract_is_checked_like_any_other(folder: Path, bad: str, sentence: str) -> None:
    text = (folder / "merchants.toml").read_text(encoding="utf-8")
    before, found, after = text.partition("[default_contract]")
    (folder / "merchants.toml").write_text(before + found + after.replace('plan = "retail"', bad), encoding="utf-8")
    assert sentence in switch("specs", "check", "--specs", folder).err


def test_what_centre_toml_may_say_of_them(folder: Path) -> None:
    put(folder, "centre.toml", '"refuse"', '"maybe"')
    assert (
        "centre.unknown_merchants: found 'maybe', expected one of refuse, accept"
        in switch("specs", "check", "--specs", folder).err
    )
