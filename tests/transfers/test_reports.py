"""What a bank's message says, record by record. What follows from it is tested with the books (``treasury/test_payouts``)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.transfers.reports import BANK_STATUSES, read_bank_file
from switch.transfers.xml_reading import NoMessageError
from tests.treasury.bank import Order, camt054, entry, pacs004, pain002, status

ORDER = Order("2026-11-20-X", "98.68", "MAD", "MA64310810101402900442310133", "VENTE PAR CARTE 000285")


def verdicts(message: str) -> list[tuple[str, str, str]]:
    return [(each.end_to_end_id, each.verdict, each.code) for each in read_bank_file(message.encode()).reports]


@pytest.mark.parametrize("code", sorted(BANK_STATUSES))
def test_every_status_has_its_meaning(code: str) -> None:
    assert verdicts(pain002(status("X", code))) == [("X", BANK_STATUSES[code], code)]


@pytest.mark.parametrize("code", ["PDNG", "RCVD", "PART"])
def test_a_status_that_says_nothing_is_counted(code: str) -> None:
    read = read_bank_file(pain002(status("X", code)).encode())
    assert (read.reports, read.set_aside, read.silent_count) == ([], [], 1)


def test_what_a_record_leaves_out_its_group_says() -> None:
    record = "<TxInfAndSts><OrgnlEndToEndId>X</OrgnlEndToEndId></TxInfAndSts>"
    of_group = "<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Prtry>ZZ</Prtry></Rsn></StsRsnInf>"
    assert verdicts(pain002(of_group + record)) == [("X", "rejected", "ZZ")]
    assert verdicts(pain002(record, group="<GrpSts>ACSC</GrpSts>")) == [("X", "settled", "ACSC")]
    assert read_bank_file(pain002(record, group="<GrpSts>PART</GrpSts>").encode()).set_aside


@pytest.mark.parametrize("booked", ["BOOK", "<Cd>BOOK</Cd>"])
def test_entries_of_an_account(booked: str) -> None:
    entries = entry(ORDER, booked=booked) + entry(ORDER, "CRDT", reason="AC04", booked=booked)
    assert verdicts(camt054(entries)) == [("2026-11-20-X", "settled", "BOOK"), ("2026-11-20-X", "returned", "AC04")]


def test_entries_that_are_not_ours_are_set_aside_or_counted() -> None:
    other = entry(ORDER).replace("2026-11-20-X", "NOTPROVIDED")
    read = read_bank_file(camt054(entry(ORDER, "CRDT") + entry(ORDER, "X") + other + entry(ORDER, booked="PDNG")).encode())
    assert [each.reason.partition(", expected")[0] for each in read.set_aside] == [
        "found a credit for 2026-11-20-X that is no return",
        "found CdtDbtInd 'X'",
    ]
    assert (read.reports, read.silent_count) == ([], 2)


def test_many_transactions_of_one_entry() -> None:
    one = "<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs>{}</TxDtls>"
    details = one.format("A", '<Amt Ccy="MAD">1.00</Amt>') + one.format("B", "")
    whole = f'<Ntry><Amt Ccy="MAD">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls>{details}</NtryDtls></Ntry>'
    reports = read_bank_file(camt054(whole).encode()).reports
    assert [(each.end_to_end_id, each.amount, each.currency) for each in reports] == [("A", "1.00", "MAD"), ("B", "", "")]


@pytest.mark.parametrize("version", [2, 9, 13])
def test_a_return(version: int) -> None:
    (report,) = read_bank_file(pacs004((ORDER, "AC01"), version=version).encode()).reports
    assert (report.verdict, report.code, report.amount, report.currency) == ("returned", "AC01", "98.68", "MAD")


def test_a_message_in_another_namespace_is_refused() -> None:
    with pytest.raises(NoMessageError, match="CstmrPmtStsRpt in the namespace"):
        read_bank_file(pain002("").replace("pain.002.001", "pain.008.001").encode())


@given(st.data())
def test_a_message_with_anything_cut_out_of_it_is_read_or_refused_in_words(data: st.DataObject) -> None:
    whole = data.draw(
        st.sampled_from([pain002(status("X", "RJCT", "AC04", "1.00")), camt054(entry(ORDER)), pacs004((ORDER, "A"))])
    )
    first = data.draw(st.integers(0, len(whole)))
    last = data.draw(st.integers(first, len(whole)))
    try:
        read = read_bank_file((whole[:first] + whole[last:]).encode())
    except NoMessageError:
        return
    assert all(each.end_to_end_id or each.message_id or each.group_id for each in read.reports)
