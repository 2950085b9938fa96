"""Sixty transactions of three days, worked out by hand, and the books: equal to the minor unit.

``transactions.csv`` has the transactions in their order, each with its working, and ``specs/`` the rules. The files beside it
have what the days come to: entries, remises, payouts, conversions, net positions, and every account of the ledger.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from switch.casework.open_items import represent, write_off
from switch.endofday.close import check_books
from tests.oracle.compare import differences
from tests.oracle.journal import rows
from tests.oracle.product import close, product_specs
from tests.oracle.rules import Rules
from tests.support.day_builders import NOW_MS, Journal, journal_of
from tests.support.dispute_builders import dispute

HERE = Path(__file__).parent
SPECS = HERE / "specs"


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TRANSACTIONS = table("transactions.csv")
BANKS = {"domestic": ("atlas", "cmi"), "foreign": ("vesta", "visa")}


class Play:
    """The sixty transactions, told to a journal one after the other."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.requests: dict[str, int] = {}  #: number of the transaction -> request

    def all(self) -> None:
        specs = product_specs(SPECS)
        days = sorted({row["day"] for row in TRANSACTIONS})
        with journal_of(self.data, days[0]) as journal:
            for day in days:
                assert journal.open_date == day
                for row in TRANSACTIONS:
                    if row["day"] == day:
                        self._tell(journal, row)
                close(self.data, specs, day)

    def _tell(self, journal: Journal, row: dict[str, str]) -> None:
        action, original = row["action"], self.requests.get(row["original"], 0)
        rrn = f"6324{original:08d}"
        if action == "reverse":
            journal.reverse(original, int(row["left"]))
        elif action == "accept":
            represent(self.data, rrn, "A. Tester", "slip seen", NOW_MS)
        elif action == "write_off":
            write_off(self.data, rrn, "A. Tester", "given up", NOW_MS)
        elif action == "chargeback":
            dispute(self.data, "chargeback", rrn)
        elif action == "represent":
            dispute(self.data, "represent", "D26000001")
        elif action == "complete":
            self.requests[row["number"]] = journal.capture(original, int(row["amount"]), message_class="financial")
        else:
            issuer, scheme = BANKS[row["origin"]]
            self.requests[row["number"]] = journal.decide(
                "51" if action == "decline" else "00",
                merchant_id=row["merchant"],
                terminal_id=row["terminal"],
                transaction_type=row["type"],
                channel=row["channel"],
                origin=row["origin"],
                issuer=issuer,
                scheme=scheme,
                amount_minor=int(row["amount"]),
                currency=row["currency"],
                **_OF_ACTION.get(action, {}),
            )


_OF_ACTION: dict[str, dict[str, Any]] = {
    "hold": {"capture": "completion"},
    "offline": {"function": "advice", "message_class": "financial"},
    "inquiry": {"capture": "never"},
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Play:
    play = Play(tmp_path_factory.mktemp("by-hand") / "data")
    play.all()
    return play


def number(text: str) -> int:
    return int(text or 0)


@pytest.mark.parametrize("row", TRANSACTIONS, ids=lambda row: f"{row['number']}-{row['action']}-{row['merchant']}")
def test_transaction(played: Play, row: dict[str, str]) -> None:
    request = played.requests[row["number"] if row["number"] in played.requests else row["original"]]
    charges = tuple(number(row[name]) for name in ("booked", "interchange", "commission", "vat", "net"))
    tables = {"presented": "presentment", "adjusted": "adjustment"}
    if row["fate"] in tables:
        sql = f"""SELECT amount_minor, interchange_minor, discount_minor, vat_minor, net_minor FROM {tables[row["fate"]]}
            WHERE request_id = ? AND business_date = ?"""
        assert [tuple(each.values()) for each in rows(played.data, sql, request, row["day"])] == [charges]
        sql = "SELECT kind, amount_minor, vat_minor FROM fee_line WHERE request_id = ? AND business_date = ?"
        lines = [tuple(each.values()) for each in rows(played.data, sql, request, row["day"])]
        assert lines == ([(row["fee"], number(row["fee_amount"]), number(row["fee_vat"]))] if row["fee"] else [])
    elif row["fate"] == "disputed":
        sql = "SELECT amount_minor, interchange_minor, fee_minor, fee_vat_minor FROM dispute_item WHERE business_date = ?"
        (item,) = rows(played.data, sql, row["day"])
        fee = (-number(row["fee_amount"]), -number(row["fee_vat"]))
        assert tuple(item.values()) == (number(row["booked"]), number(row["interchange"]), *fee)
    elif row["fate"] != "same date":  # such a reversal shows in the row of its original
        fates = {"reversed": "reversed_item", "held": "held_item", "exception": "exception_item"}
        for fate, name in fates.items():
            found = rows(played.data, f"SELECT 1 FROM {name} WHERE request_id = ? AND business_date = ?", request, row["day"])
            assert bool(found) == (fate == row["fate"])


def compared(played: Play, sql: str, file: str) -> None:
    booked = Counter(tuple(str(value) for value in each.values()) for each in rows(played.data, sql))
    assert booked == Counter(tuple(row.values()) for row in table(file))


def test_entries(played: Play) -> None:
    sql = """SELECT business_date, merchant_id, kind, SUM(amount_minor), SUM(vat_minor) FROM merchant_entry
        GROUP BY 1, 2, 3 HAVING SUM(amount_minor) <> 0 OR SUM(vat_minor) <> 0"""
    compared(played, sql, "entries.csv")


def test_remises(played: Play) -> None:
    sql = """SELECT business_date, merchant_id, terminal_id, number, presentment_count, adjustment_count, gross_minor,
        discount_minor, vat_minor, net_minor, payout_reference FROM remise"""
    compared(played, sql, "remises.csv")


def test_payouts(played: Play) -> None:
    sql = """SELECT business_date, merchant_id, reference, gross_minor, discount_minor, vat_minor, entries_minor,
        entries_vat_minor, brought_forward_minor, net_minor, outcome FROM payout"""
    compared(played, sql, "payouts.csv")
    assert {row["value_date"] for row in rows(played.data, "SELECT value_date FROM payout")} == {"2026-11-24"}


def test_conversions(played: Play) -> None:
    sql = """SELECT business_date, reference, sold_minor, rate, rate_date, converted_minor, margin_minor, paid_minor
        FROM payout_conversion"""
    compared(played, sql, "conversions.csv")


def test_positions(played: Play) -> None:
    sql = """SELECT business_date, participant, currency, debit_count, debit_minor, credit_count, credit_minor,
        interchange_minor, net_minor FROM position"""
    compared(played, sql, "positions.csv")


def test_postings(played: Play) -> None:
    sql = """SELECT business_date, kind, account, currency, value_date, SUM(debit_minor) - SUM(credit_minor) FROM posting
        GROUP BY 1, 2, 3, 4, 5 HAVING SUM(debit_minor) <> SUM(credit_minor)"""
    compared(played, sql, "postings.csv")


def test_the_command_finds_no_fault(played: Play) -> None:
    assert check_books(played.data).faults == ()


def test_the_oracle_agrees(played: Play) -> None:
    assert differences(played.data, lambda _: Rules(SPECS)) == []
