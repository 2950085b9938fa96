"""Payouts as transfers: the file for the bank, what the bank says of it, and what follows in the books."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.errors import NegativeAnswerError, SwitchError
from switch.treasury.issue import issue_date
from tests.treasury.bank import Order, camt054, entry, orders_of, pacs004, pain002, status
from tests.treasury.paid_days import (
    AIRLINE,
    FRIDAY,
    GROCER,
    HOTEL,
    MERCHANTS,
    MONDAY,
    SATURDAY,
    SHOP,
    SPECS,
    again,
    clock,
    close,
    faults,
    issue,
    listed,
    payout_of,
    say,
    states,
    suspense,
    transfer_sentences,
)
from tests.trials.test_rot import tampered

PAYOUTS = sorted(payout_of(FRIDAY, merchant) for merchant in MERCHANTS)
AIR, SHOPS = payout_of(FRIDAY, AIRLINE), payout_of(FRIDAY, SHOP)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return close(tmp_path / "var", FRIDAY)


@pytest.fixture
def orders(data: Path) -> dict[str, Order]:
    """The transfers of Friday, issued, by payout."""
    return {each.payout: each for each in orders_of(Path(issue(data).path))}


def test_a_file_has_each_payout_once_and_the_same_call_gives_the_same_bytes(data: Path) -> None:
    file = issue(data)
    content = Path(file.path).read_bytes()
    assert (file.outcome, file.message_id, file.transfer_count) == ("issued", "PAY-504900-20261120-1", 4)
    assert [each.end_to_end_id for each in orders_of(Path(file.path))] == PAYOUTS
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert [(each.value_date, each.currency, each.transfer_count) for each in file.groups] == [("2026-11-23", "504", 4)]
    for date in (None, FRIDAY):
        same = issue(data, date)
        assert (same.outcome, same.sha256) == ("already issued", file.sha256)
    Path(file.path).unlink()
    issue(data)
    assert Path(file.path).read_bytes() == content, "written again from the books"
    Path(file.path).write_text("changed")
    assert faults(data) == [
        "PAY-504900-20261120-1.xml is not as it was issued; `switch payouts file` of its date writes it from the books"
    ]
    issue(data)
    assert faults(data) == []
    assert set(states(data).values()) == {"issued"}


def test_two_folders_with_the_same_days_have_the_same_file(tmp_path: Path) -> None:
    files = [issue(close(tmp_path / name, FRIDAY)) for name in ("one", "other")]
    assert Path(files[0].path).read_bytes() == Path(files[1].path).read_bytes()


def test_the_amounts_are_those_of_the_payouts(data: Path, orders: dict[str, Order]) -> None:
    for reference, payout in listed(data).items():
        assert orders[reference].amount == f"{payout.amount_minor / 100:.2f}"
        assert orders[reference].account.endswith(payout.rib)


def test_only_closed_dates_are_issued_and_the_oldest_first(data: Path) -> None:
    with pytest.raises(NegativeAnswerError, match="2026-11-21 is not closed; the last one closed is 2026-11-20"):
        issue(data, SATURDAY)
    close(data, SATURDAY)
    assert [issue(data).business_date for _ in range(3)] == [FRIDAY, SATURDAY, SATURDAY]


def test_accepted_then_settled(data: Path, orders: dict[str, Order]) -> None:
    (read,) = say(data, pain002("".join(status(each, "ACSP") for each in PAYOUTS)))
    assert (read.kind, read.message_id, len(read.changed), read.right) == ("pain.002", "STS1", 4, True)
    say(data, camt054("".join(entry(each) for each in orders.values())))
    assert set(states(data).values()) == {"accepted"}
    assert (suspense(data), faults(data)) == (0, [])


@pytest.mark.parametrize("version", [3, 10, 14])
def test_a_rejected_payout_is_in_the_next_file_under_a_new_id(data: Path, orders: dict[str, Order], version: int) -> None:
    rejected = status(AIR, "RJCT", "AC04", orders[AIR].amount, "compte clos")
    (read,) = say(data, pain002(rejected, version=version))
    assert [(each.end_to_end_id, each.after, each.code, each.words) for each in read.changed] == [
        (AIR, "rejected", "AC04", "compte clos")
    ]
    assert suspense(data) == listed(data)[AIR].amount_minor
    assert faults(data) == []
    close(data, SATURDAY, (SHOP,))
    file = issue(data)
    found = {each.end_to_end_id: each for each in orders_of(Path(file.path))}
    assert list(found) == [f"{AIR}/2", payout_of(SATURDAY, SHOP, 2)]
    assert (file.again_count, found[f"{AIR}/2"].amount) == (1, orders[AIR].amount)
    assert (suspense(data), states(data)[AIR], faults(data)) == (0, "issued", [])
    say(data, pain002(status(f"{AIR}/2", "RJCT", "AC04")))
    assert orders_of(Path(again(data).path))[0].end_to_end_id == f"{AIR}/3"


def test_a_returned_payout_goes_to_the_account_of_todays_contract(data: Path, orders: dict[str, Order]) -> None:
    say(data, camt054(entry(orders[AIR])), pacs004((orders[AIR], "AC01")))
    assert (states(data)[AIR], listed(data)[AIR].reason) == ("returned", "AC01")
    rib = "310810101402900442310133"
    contract = evolve(SPECS.merchants[AIRLINE], rib=rib)
    file = again(data, specs=evolve(SPECS, merchants={**SPECS.merchants, AIRLINE: contract}))
    (order,) = orders_of(Path(file.path))
    assert (order.end_to_end_id, order.account) == (f"{AIR}/2", f"MA64{rib}")
    assert (listed(data)[AIR].end_to_end_id, listed(data)[AIR].rib) == (f"{AIR}/2", rib), "listed as it was sent"
    assert file.message_id == "PAY-504900-20261120-2"
    assert len(issue_date(data, SPECS, FRIDAY, clock)) == 2, "both files of the date, and nothing new"


def test_what_came_back_on_a_later_date_is_paid_on_a_banking_day_behind_it(data: Path, orders: dict[str, Order]) -> None:
    for date in (SATURDAY, "2026-11-22", MONDAY):
        close(data, date, (SHOP,))
    say(data, camt054(entry(orders[AIR], "CRDT", reason="AC04")))  # Tuesday is open
    file = again(data)
    assert [each.value_date for each in file.groups] == ["2026-11-25"]


def test_the_order_of_the_files_does_not_matter_and_a_file_read_twice_changes_nothing(tmp_path: Path) -> None:
    found = set()
    for turn in range(4):
        data = close(tmp_path / str(turn), FRIDAY)
        orders = {each.payout: each for each in orders_of(Path(issue(data).path))}
        messages = [
            pain002(status(AIR, "ACTC") + status(SHOPS, "RJCT", "AC01")),
            camt054(entry(orders[AIR])),
            pacs004((orders[AIR], "AC06")),
        ]
        messages = messages[turn % 3 :] + messages[: turn % 3] if turn < 3 else messages[::-1]
        say(data, *messages)
        read = say(data, *messages)
        assert not [each for one in read for each in one.changed]
        assert sum(one.known_count for one in read) == 4
        assert faults(data) == []
        found.add((tuple(states(data).items()), suspense(data)))
    assert len(found) == 1
    assert dict(next(iter(found))[0]) == {
        AIR: "returned",
        payout_of(FRIDAY, GROCER): "issued",
        payout_of(FRIDAY, HOTEL): "issued",
        SHOPS: "rejected",
    }


def test_a_whole_file_and_a_group_are_accepted_or_rejected(data: Path, orders: dict[str, Order]) -> None:
    (read,) = say(data, pain002("", group="<GrpSts>ACCP</GrpSts>"))
    assert len(read.changed) == 4
    rejected = "<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
    (read,) = say(data, pain002(rejected, group="<GrpSts>PART</GrpSts>"))
    assert {each.code for each in read.changed} == {"AM04"}
    assert set(states(data).values()) == {"rejected"}
    assert again(data).transfer_count == 4
    assert faults(data) == []


def test_a_second_copy_that_the_bank_refuses_says_nothing_of_the_first(data: Path, orders: dict[str, Order]) -> None:
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>"
    (whole,) = say(data, pain002("", group=group))
    (each,) = say(data, pain002(status(AIR, "RJCT", "DU04"), group=group))
    (inherited,) = say(data, pain002(status(AIR, "RJCT"), group=group))
    assert [read.silent_count for read in (whole, each, inherited)] == [1, 1, 1]
    assert set(states(data).values()) == {"issued"}
    with pytest.raises(NegativeAnswerError, match="nothing to issue"):
        again(data)


def test_a_damaged_record_is_set_aside_with_its_line_and_the_rest_is_used(data: Path, orders: dict[str, Order]) -> None:
    records = [
        status(AIR, "RJCT", "AC04", "1.00"),
        status("NOBODY", "ACSC"),
        status("", "ACSC"),
        status(SHOPS, "WHAT"),
        status(payout_of(FRIDAY, HOTEL), "PDNG"),
        status(payout_of(FRIDAY, GROCER), "ACSC", amount=f"{orders[payout_of(FRIDAY, GROCER)].amount}000"),
    ]
    (read,) = say(data, pain002("".join(records)))
    amount = f"{listed(data)[AIR].amount_minor / 100:.2f}"
    assert [(each.line, each.reason.partition(", expected one of")[0]) for each in read.set_aside] == [
        (10, "found no OrgnlEndToEndId, expected the id of what was sent"),
        (12, "found TxSts 'WHAT'"),
        (6, f"found 1.00 MAD for {AIR}, expected {amount} MAD"),
        (8, "found the unknown reference 'NOBODY', expected the end-to-end id of a transfer that was issued"),
    ]
    assert ([each.merchant_id for each in read.changed], read.silent_count, read.right) == ([GROCER], 1, False)
    with closing(sqlite3.connect(data / "books.db")) as books:
        assert books.execute("SELECT COUNT(*) FROM transfer_set_aside").fetchone() == (4,)


def test_a_file_that_breaks_off_counts_as_far_as_it_is_whole(data: Path, orders: dict[str, Order]) -> None:
    whole = pain002(status(AIR, "ACSC") + status(SHOPS, "RJCT", "AC04"))
    (read,) = say(data, whole[: whole.index("AC04")])
    assert [each.end_to_end_id for each in read.changed] == [AIR]
    assert len(read.set_aside) == 2
    assert states(data)[SHOPS] == "issued"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "no XML (line 1: no element found)"),
        (b"GIF89a", "no XML (line 1: syntax error)"),
        (b"<Document/>", "a message Document"),
        (b"<Document><CstmrCdtTrfInitn/></Document>", "a message Document/CstmrCdtTrfInitn"),
        (b'<Document xmlns="urn:x"><PmtRtr/></Document>', "PmtRtr in the namespace 'urn:x'"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Document/>', "a document type (DOCTYPE)"),
        (b'<?xml version="1.0" encoding="none"?><Document/>', "text that cannot be read (unknown encoding: none)"),
        (b"<a>" * 50, "elements more than 40 deep"),
    ],
)
def test_another_file_is_refused_whole(data: Path, content: bytes, found: str) -> None:
    from switch.treasury.status import read_status

    path = data / "x.xml"
    path.write_bytes(content)
    (read,) = read_status(data, [path], clock)
    assert read.refused == f"{path}: found {found}, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)"
    (read,) = read_status(data, [data / "nowhere.xml"], clock)
    assert "found no such file" in read.refused


def test_a_payout_that_is_rejected_and_settled_waits_for_a_person(data: Path, orders: dict[str, Order]) -> None:
    for messages in ([pain002(status(AIR, "RJCT", "AC04")), camt054(entry(orders[AIR]))],):
        say(data, *messages)
    say(data, camt054(entry(orders[SHOPS])), pain002(status(SHOPS, "RJCT", "AC04")))
    assert [states(data)[each] for each in (AIR, SHOPS)] == ["disputed", "disputed"]
    assert (suspense(data), faults(data)) == (0, [])
    with pytest.raises(NegativeAnswerError, match="nothing to issue"):
        again(data)
    assert [each.end_to_end_id for each in orders_of(Path(again(data, AIR).path))] == [f"{AIR}/2"]
    assert (states(data)[AIR], states(data)[SHOPS], faults(data)) == ("issued", "disputed", [])


def test_a_disputed_payout_that_is_paid_again_and_settled_leaves_sound_books(data: Path, orders: dict[str, Order]) -> None:
    """The way out that docs/how-to/pay-merchants.md tells: ask the bank, then name the payout."""
    say(data, pain002(status(AIR, "RJCT", "AC04")), camt054(entry(orders[AIR])))
    (order,) = orders_of(Path(again(data, AIR).path))
    say(data, camt054(entry(order)))
    assert (states(data)[AIR], faults(data)) == ("accepted", [])


@pytest.mark.parametrize(
    ("reference", "found"),
    [("X", "found 'X', expected the reference of a payout"), (AIR, f"found {AIR}, whose transfer may still be paid")],
)
def test_only_what_ended_is_paid_again(data: Path, orders: dict[str, Order], reference: str, found: str) -> None:
    with pytest.raises(SwitchError, match=found):
        again(data, reference)
    assert len(orders_of(Path(issue(data).path))) == len(orders) == 4


def test_what_is_wrong_with_payouts_is_told_all_at_once(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as books:
        books.executescript("DROP TRIGGER payout_no_update; UPDATE payout SET rib = '1', currency = '986'")
    with pytest.raises(NegativeAnswerError) as refused:
        issue(data)
    assert str(refused.value) == (
        f"no file was issued: 4 payouts lack a RIB with 24 digits: {', '.join(PAYOUTS)}; "
        f"4 payouts lack a currency that ISO 4217 names: {', '.join(PAYOUTS)}"
    )


def test_the_books_themselves_refuse_a_second_transfer(data: Path, orders: dict[str, Order]) -> None:
    copy = (
        "INSERT INTO transfer SELECT end_to_end_id || '/2', reference{}, 2, message_id, payment_information_id, merchant_id, "
        "name, rib, currency, amount_minor, requested_date, remittance FROM transfer LIMIT 1"
    )
    with closing(sqlite3.connect(data / "books.db")) as books:
        for change, refused in (("", "a transfer of this payout is outstanding"), (" || 'X'", "no payout of this amount")):
            with pytest.raises(sqlite3.IntegrityError, match=refused):
                books.execute(copy.format(change))
        for table in ("payment_file", "transfer"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                books.execute(f"DELETE FROM {table}")


def test_a_converted_payout_is_transferred_in_the_currency_it_is_paid_in(data: Path) -> None:
    converted = (
        "INSERT INTO payout_conversion SELECT reference, business_date, merchant_id, net_minor, currency, '0.09', "
        "'2026-11-01', 887, 0, 0, 887, '978' FROM payout ORDER BY reference LIMIT 1"
    )
    tampered(data / "books.db", converted)
    file = issue(data)
    assert [(each.currency, each.amount_minor) for each in file.groups if each.currency == "978"] == [("978", 887)]
    order = orders_of(Path(file.path))[-1]
    assert (order.amount, order.currency) == ("8.87", "EUR")
    assert transfer_sentences(data) == []


def test_planted_faults_are_found(data: Path, orders: dict[str, Order]) -> None:
    say(data, pain002(status(AIR, "RJCT", "AC04")), pacs004((orders[SHOPS], "AC01")))
    again(data, AIR)
    before = (data / "books.db").read_bytes()
    planted = {
        "DELETE FROM transfer_event WHERE verdict = 'rejected'": "is paid twice",
        "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE attempt = 2": "is of no payout that is to be paid",
        "UPDATE transfer SET attempt = 3 WHERE attempt = 2": "has 2 transfers, numbered 1 to 3",
        "UPDATE transfer_posting SET debit_minor = debit_minor + 1 WHERE line = 1": "does not balance",
        "DELETE FROM transfer_posting WHERE kind = 'transfer_again'": "minor units in the suspense account, where",
        "DELETE FROM transfer WHERE reference LIKE '%RIAD%'": "has 4 transfers, and 3 in the books",
        "UPDATE payout SET outcome = 'carried'": "is of no payout that is to be paid",
        "INSERT INTO transfer_event SELECT 90 + id, end_to_end_id, 'settled', '', '', business_date, '', 0, '', 0 FROM "
        "transfer_event WHERE verdict = 'rejected' UNION ALL SELECT 99, end_to_end_id, 'settled', '', '', '', '', 0, '', 0 "
        "FROM transfer WHERE attempt = 2": "is paid twice",
    }
    for script, sentence in planted.items():
        tampered(data / "books.db", script)
        found = faults(data)
        assert any(sentence in each for each in found), (script, found)
        for log in data.glob("books.db-*"):
            log.unlink()
        (data / "books.db").write_bytes(before)
    assert faults(data) == []
