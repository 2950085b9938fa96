"""Records of files about disputes: what is read, and what is set aside with its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.disputes.records import RECORD_FIELDS, RECORDS_BYTES_MAX, Record, RefusedRecord, read_records
from switch.errors import SwitchError

CSV = "action,rrn,amount,reason,id\nchargeback,632400000001,40.00,FRAUD,B1\nrepresent,632400000001,,,B2\n"


def read(content: str | bytes) -> list[Record | RefusedRecord]:
    return list(read_records(content.encode() if isinstance(content, str) else content, "a.csv"))


def test_csv_and_json_lines_say_the_same() -> None:
    lines = [
        {"action": "chargeback", "rrn": "632400000001", "amount": "40.00", "reason": "FRAUD", "id": "B1"},
        {"action": "represent", "rrn": "632400000001", "amount": None, "id": "B2"},
    ]
    by_csv, by_json = read(CSV), read("\n".join(json.dumps(line) for line in lines))
    assert all(isinstance(each, Record) for each in by_csv)
    assert [(each.fields, each.id) for each in by_csv if isinstance(each, Record)] == [
        (each.fields, each.id) for each in by_json if isinstance(each, Record)
    ]
    assert [each.line for each in by_csv] == [2, 3]


def test_an_amount_that_is_a_number_keeps_its_decimals() -> None:
    (record,) = read('{"action": "chargeback", "rrn": "632400000001", "amount": 40.10, "reason": "FRAUD"}')
    assert isinstance(record, Record)
    assert record.fields["amount"] == "40.10"


def test_a_bom_semicolons_and_blank_lines_are_read() -> None:
    assert [each.line for each in read(b"\xef\xbb\xbf\nAction;RRN;Reason\n\nchargeback;1;X\n")] == [4]


def test_records_without_an_id_are_known_by_their_content() -> None:
    first, second, third = read("action,rrn,reason,amount\nchargeback,1,X,\nCHARGEBACK,1,X,\nchargeback,1,X,1.00\n")
    assert isinstance(first, Record)
    assert isinstance(third, Record)
    assert isinstance(second, Record)
    assert first.id != third.id


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("chargeback,1", "found another record, expected 5 fields as in the first line"),
        ('chargeback,"1,,,', "found another record"),
        ("steal,1,,X,", "field 'action': found 'steal', expected one of retrieval"),
        ("chargeback,1,1e3,X,", "field 'amount': found '1e3', expected digits with decimals"),
        ("chargeback,1,-1,X,", "field 'amount'"),
        ("chargeback,1,,,", "field 'reason': found nothing, expected a code of disputes.toml"),
        ("represent,,,,", "found nothing, expected dossier, rrn or request"),
        ("chargeback,4507169999990010,,X,", "field 'rrn': found '450716******0010', expected 1 to 12 letters or digits"),
        ("chargeback,1,," + "X" * 2_000 + ",", "found 2015 characters, expected 2000 at most"),
    ],
)
def test_a_corrupt_record_is_set_aside_and_the_rest_goes_on(line: str, reason: str) -> None:
    aside, good = read(f"action,rrn,amount,reason,id\n{line}\nrepresent,1,,,\n")
    assert isinstance(aside, RefusedRecord)
    assert isinstance(good, Record)
    assert aside.line == 2
    assert aside.reason.startswith(reason)
    assert "4507169999990010" not in aside.record + aside.reason


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"rrn,amount\n", b"action,rrn,rrn\n", b"action,pan\n", b"x" * (RECORDS_BYTES_MAX + 1)]
)
def test_what_is_no_file_of_records_is_refused(content: bytes) -> None:
    with pytest.raises(SwitchError, match=r"^a\.csv"):
        read(content)


@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from(["{}", "[]", "null", '{"action": 1}', '{"action": "answer"}'])))
)
def test_whatever_stands_on_a_line_of_json_is_a_record_or_set_aside(lines: list[str]) -> None:
    whole = "\n".join(['{"action": "answer", "dossier": "D26000001"}', *lines])
    assert isinstance(read(whole.encode(errors="replace"))[0], Record)


@given(st.lists(st.text(max_size=60)))
def test_whatever_stands_on_a_line_of_csv_is_a_record_or_set_aside(lines: list[str]) -> None:
    for each in read("\n".join([",".join(RECORD_FIELDS), *lines]).encode(errors="replace")):
        assert each.line > 1
