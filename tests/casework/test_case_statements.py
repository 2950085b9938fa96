"""What a person is shown of exceptions, and which dispute a name means: row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from attrs import evolve

from switch.casework.desk import case_query
from switch.casework.dossiers import DossierRow, NamedSale, _waiting_for
from switch.disputes.life import ACCEPTANCE, CHARGEBACK, REPRESENTMENT, RETRIEVAL, DisputeStep
from switch.errors import NegativeAnswerError, SwitchError
from tests.support.sql_rows import Rows

BEFORE, DATE, TODAY = "2028-02-28", "2028-02-29", "2028-03-03"
ALL: Final[dict[str, Any]] = {"all": 1, "ended": 1, "rrn": "", "request_id": 0, "today": TODAY}


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows()
    for date in (BEFORE, DATE, TODAY):
        made.put("journal.business_day", business_date=date, opened_by="clock")
    yield made
    made.close()


def _excepted(rows: Rows, request_id: int, amount_minor: int = 1_000, **more: Any) -> None:
    said = {"reason": "no issuer", "merchant_id": "SHOP", "currency": "504", "rrn": f"R{request_id}"}
    rows.put("exception_item", request_id=request_id, amount_minor=amount_minor, business_date=BEFORE, **(said | more))


def test_an_exception_is_shown_at_what_is_left_with_its_last_reason_its_age_and_how_it_stands(rows: Rows) -> None:
    amounts = {1: 1_000, 2: 1_000, 3: -1_000, 4: 1_000, 5: 1_000, 6: 1_000, 7: 1_000}
    for request_id, amount in amounts.items():
        _excepted(rows, request_id, amount)
    lowered = [(2, 400, 1), (2, 300, 1), (2, 0, 0), (3, 300, 1), (4, 0, 1), (5, 1_000, 1)]
    for number, (request_id, left, effective) in enumerate(lowered, start=1):
        rows.put("journal.reversal", id=number, original_id=request_id, replacement_minor=left, effective=effective)
    for date, reason in ((BEFORE, "unknown issuer"), (DATE, "unknown merchant")):
        rows.put("exception_reason", request_id=2, business_date=date, reason=reason)
    orders = [(1, 5, "write_off"), (2, 5, "represent"), (3, 6, "represent"), (4, 6, "write_off"), (5, 4, "represent")]
    for order_id, request_id, action in orders:
        rows.put("exception_order", id=order_id, request_id=request_id, action=action, person="P", reason="why")
    rows.put("exception_end", request_id=7, business_date=DATE, outcome="presented")
    found = rows.run(case_query("exceptions"), **ALL)
    assert [(row[0], row[5], row[8], row[9], row[10], row[11], row[12]) for row in found] == [
        (1, 1_000, "no issuer", 4, 2, "open", None),
        (2, 300, "unknown merchant", 4, 2, "open", None),
        (3, -300, "no issuer", 4, 2, "open", None),
        (4, 0, "no issuer", 4, 2, "reversed", None),
        (5, 1_000, "no issuer", 4, 2, "accepted", None),
        (6, 1_000, "no issuer", 4, 2, "to_write_off", None),
        (7, 1_000, "no issuer", 1, 1, "presented", DATE),
    ]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"ended": 0}, [1, 2, 3]),
        ({"all": 0, "rrn": "R1"}, [1, 3]),
        ({"all": 0, "rrn": ""}, []),
        ({"all": 0, "request_id": 2}, [2]),
        ({"all": 0, "rrn": "R4"}, [4]),
        ({"all": 0, "rrn": "R4", "ended": 0}, []),
        ({"all": 0, "rrn": "R1", "request_id": 2}, [1, 2, 3]),
    ],
)
def test_exceptions_are_shown_by_rrn_or_by_request_and_ended_ones_where_they_are_asked_for(
    rows: Rows, asked: dict[str, Any], shown: list[int]
) -> None:
    for request_id, rrn in ((1, "R1"), (2, ""), (3, "  R1 "), (4, "R4")):
        _excepted(rows, request_id, rrn=rrn)
    rows.put("exception_end", request_id=4, business_date=DATE, outcome="written_off")
    assert [row[0] for row in rows.run(case_query("exceptions"), **(ALL | asked))] == shown


CHARGED: Final = DossierRow(
    dossier="D1",
    state="charged_back",
    number=1,
    reason="10.4",
    outstanding_minor=1_000,
    deadline="",
    request_id=10,
    opened_on=BEFORE,
    changed_on=BEFORE,
    rrn="R1",
    merchant_id="SHOP",
    issuer="atlas",
    currency="504",
    presented_on=BEFORE,
    presented_minor=1_000,
    pan_masked="",
    represented_minor=0,
)
REQUESTED: Final = evolve(CHARGED, dossier="D2", state="requested", outstanding_minor=0)
ENDED: Final = evolve(CHARGED, dossier="D3", state="accepted")
ELSEWHERE: Final = evolve(CHARGED, dossier="D4", merchant_id="OTHER", request_id=11)
OTHER_SALE: Final = evolve(CHARGED, dossier="D5", rrn="R2", request_id=12)


@pytest.mark.parametrize(
    ("dossiers", "which", "step", "must", "meant"),
    [
        ([CHARGED, OTHER_SALE], "R1", REPRESENTMENT, False, "D1"),
        ([CHARGED, OTHER_SALE], "12", REPRESENTMENT, False, "D5"),
        ([CHARGED, REQUESTED], "R1", REPRESENTMENT, False, "D1"),
        ([CHARGED, REQUESTED], "R1", CHARGEBACK, False, "D2"),
        ([CHARGED, REQUESTED], "D1", CHARGEBACK, False, "D1"),
        ([CHARGED], "R1", CHARGEBACK, False, None),
        ([CHARGED], "R1", CHARGEBACK, True, "D1"),
        ([ENDED], "R1", CHARGEBACK, False, None),
        ([ENDED], "R1", RETRIEVAL, False, None),
        ([ENDED], "R1", REPRESENTMENT, False, "D3"),
        ([], "R1", CHARGEBACK, False, None),
        ([], "R1", CHARGEBACK, True, NegativeAnswerError),
        ([], "R1", ACCEPTANCE, False, NegativeAnswerError),
        ([OTHER_SALE], "R1", ACCEPTANCE, False, NegativeAnswerError),
        ([CHARGED, evolve(CHARGED, dossier="D9")], "R1", REPRESENTMENT, False, SwitchError),
        ([CHARGED, ELSEWHERE], "R1", REPRESENTMENT, False, SwitchError),
    ],
)
def test_a_step_goes_to_the_dossier_that_is_named_or_waits_for_it(
    dossiers: list[DossierRow], which: str, step: DisputeStep, must: bool, meant: str | type[Exception] | None
) -> None:
    named = NamedSale(which=which)
    if isinstance(meant, type):
        with pytest.raises(meant):
            _waiting_for(dossiers, named, step, must=must)
        return
    found = _waiting_for(dossiers, named, step, must=must)
    assert (found and found.dossier) == meant


def test_of_sales_of_one_rrn_the_merchants_is_meant() -> None:
    rows = [CHARGED, ELSEWHERE]
    for merchant_id, meant in (("SHOP", "D1"), ("OTHER", "D4")):
        found = _waiting_for(rows, NamedSale(which="R1", merchant_id=merchant_id), REPRESENTMENT, must=False)
        assert found is not None
        assert found.dossier == meant
    assert _waiting_for(rows, NamedSale(which="R1", merchant_id="NEITHER"), CHARGEBACK, must=False) is None


@pytest.mark.parametrize(
    ("outstanding", "given_back", "twice"), [(1_000, 0, 0), (700, 300, 0), (700, 301, 1), (1_000, 400, 400), (0, 1_000, 0)]
)
def test_what_went_back_twice_is_what_exceeds_the_sale(outstanding: int, given_back: int, twice: int) -> None:
    assert evolve(CHARGED, outstanding_minor=outstanding, given_back_minor=given_back).twice_minor == twice
