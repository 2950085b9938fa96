"""The SQL of a whole day against its twin, one transaction at a time in plain Python."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from switch.clearing.presentment import Approval, exception_reason, interchange_minor
from switch.endofday import check_books, close_day
from switch.settlement.discount import settle
from tests.day_builders import CASH, FRIDAY, GROCER, HOTEL, KIOSK, NOW_MS, day_specs, journal_of, merchant

EUROS = merchant(id="EUROSHOP0000001", currency="978")
SPECS = day_specs(merchants=(GROCER, HOTEL, KIOSK, CASH, EUROS))

#: Half centimes either way, single centimes, the largest DE 4, and anything.
AMOUNTS = st.one_of(st.sampled_from([1, 50, 4_167, 7_692, 10_000, 999_999_999_999]), st.integers(1, 5_000_000))

REQUESTS = st.fixed_dictionaries(
    {
        "amount_minor": AMOUNTS,
        "merchant_id": st.sampled_from([*SPECS.merchants, "NOBODY000000001"]),
        "issuer": st.sampled_from([*SPECS.issuers, "gone", None]),
        "scheme": st.sampled_from(["cmi", "visa", None]),
        "origin": st.sampled_from(["domestic", "domestic", "foreign", "foreign", None]),
        "channel": st.sampled_from(["chip", "ecommerce"]),
        "transaction_type": st.sampled_from(["purchase", "purchase", "purchase", "cash_withdrawal", "refund"]),
        "currency": st.sampled_from(["504", "504", "504", "978"]),
    }
)
DECISIONS = st.lists(st.tuples(st.sampled_from(["00", "00", "00", "08", "51"]), REQUESTS), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(decisions=DECISIONS)
def test_sql_equals_plain_python_and_positions_sum_to_zero(decisions: list[tuple[str, dict[str, object]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        approvals = []
        with journal_of(data, FRIDAY) as journal:
            for response_code, request in decisions:
                number = journal.decide(response_code, **request)
                if response_code in ("00", "08"):
                    scheme = request["scheme"] or ""
                    approvals.append(Approval(request_id=number, **{**request, "scheme": scheme}))  # type: ignore[arg-type]
        report = close_day(data, SPECS, FRIDAY, NOW_MS)
        books = sqlite3.connect(data / "books.db")
        columns = "request_id, interchange_minor, discount_minor, vat_minor, net_minor"
        presented = books.execute(f"SELECT {columns} FROM presentment ORDER BY request_id").fetchall()
        excepted = books.execute("SELECT request_id, reason FROM exception_item ORDER BY request_id").fetchall()
        books.close()
        assert check_books(data).faults == ()
    assert excepted == [(approval.request_id, reason) for approval in approvals if (reason := reason_of(approval))]
    assert presented == [charges(approval) for approval in approvals if not reason_of(approval)]
    totals: Counter[str] = Counter()
    for position in report.positions:
        totals[position.currency] += position.net_minor
    assert set(totals.values()) <= {0}
    assert sum(payout.net_minor for payout in report.payouts) == sum(row[4] for row in presented)


def reason_of(approval: Approval) -> str | None:
    return exception_reason(approval, SPECS.merchants, SPECS.issuers)


def charges(approval: Approval) -> tuple[int, int, int, int, int]:
    """Interchange, discount, VAT and net of an approval, as the rules say in words."""
    assert approval.origin is not None
    plan = SPECS.merchants[approval.merchant_id].plan
    settled = settle(
        approval.amount_minor, SPECS.fees.discount.rate(FRIDAY, plan, approval.origin), SPECS.fees.vat.rate(FRIDAY)
    )
    interchange = interchange_minor(approval, SPECS.fees.interchange, FRIDAY)
    return (approval.request_id, interchange, settled.discount_minor, settled.vat_minor, settled.net_minor)
