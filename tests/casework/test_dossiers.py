"""Disputes with closes between their steps: who pays whom, and that money is conserved."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import define, evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from switch.casework.dossiers import NamedSale, dossier_story, dossiers, tell
from switch.disputes.life import ACTIONS, FOLLOWS, DisputeState, Wish
from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport
from switch.errors import NegativeAnswerError, SwitchError
from switch.merchant import PaidBy
from switch.money import format_minor
from tests.support.day_builders import (
    CASH,
    DISCOUNT,
    FRIDAY,
    GROCER,
    HOTEL,
    MONDAY,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    VAT,
    DaySpecs,
    day_specs,
    journal_of,
    later_ms,
)
from tests.support.dispute_builders import RULES, dispute

SPECS = day_specs()
FEE = 15_000 + 1_500  #: of a chargeback, with VAT


def close(data: Path, specs: DaySpecs = SPECS) -> DayReport:
    """Close the oldest date, a day after the close before, and prove the books."""
    report = close_day(data, specs, None, later_ms(data))
    assert check_books(data).faults == ()
    return report


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as books:
        return books.execute(sql).fetchall()


def rrn(request_id: int) -> str:
    return f"6324{request_id:08d}"


def sold(data: Path, *amounts: int) -> list[str]:
    """Sales of a closed Friday at the grocer; their RRNs."""
    with journal_of(data, FRIDAY) as journal:
        numbers = [journal.decide(amount_minor=amount) for amount in amounts]
    close(data)
    return [rrn(number) for number in numbers]


def test_a_chargeback_debits_the_merchant_and_pays_the_issuer_with_the_next_close(tmp_path: Path) -> None:
    (sale,) = sold(tmp_path, 10_000)
    row = dispute(tmp_path, "chargeback", sale, "40.00", person="atlas", remark="claim 7")
    assert (row.dossier, row.state, row.outstanding_minor, row.presented_on) == ("D26000001", "charged_back", 4_000, FRIDAY)
    report = close(tmp_path)
    assert (report.business_date, report.decision_count) == (SATURDAY, 0)
    entries = rows(tmp_path, "SELECT kind, reference, amount_minor, vat_minor, narrative FROM merchant_entry ORDER BY kind")
    assert entries == [
        ("chargeback", "D26000001", -4_000, 0, f"dossier D26000001 RRN {sale} FRAUD"),
        ("chargeback_fee", "D26000001", -15_000, -1_500, f"dossier D26000001 RRN {sale} FRAUD"),
    ]
    (payout,) = report.payouts
    assert (payout.net_minor, payout.outcome) == (-4_000 - FEE, "carried")
    issuer, acquirer = report.positions
    assert (issuer.credit_minor, issuer.interchange_minor, issuer.net_minor) == (4_000, -26, 3_974)
    assert acquirer.net_minor == -3_974
    postings = rows(
        tmp_path, "SELECT line, account, debit_minor, credit_minor FROM posting WHERE entry_id LIKE '%/dispute/%' ORDER BY line"
    )
    assert postings == [
        (1, "dispute-receivable", 4_000, 0),
        (2, "issuer-receivable:atlas", 0, 4_000),
        (3, "interchange-expense", 0, 26),
        (4, "issuer-receivable:atlas", 26, 0),
    ]


def test_the_plan_of_a_merchant_may_have_a_fee_of_its_own_with_vat_of_its_own(tmp_path: Path) -> None:
    charge = '[[plan.charge]]\nkind = "chargeback_fee"\nfrom = "2013-01-01"\namount = "99.00"\n'
    vat = f'{VAT}[[rate]]\nfee = "chargeback_fee"\nfrom = "2013-01-01"\nrate_basis_points = 2000\n'
    specs = day_specs(discount=DISCOUNT.replace('name = "Shops"\n', f'name = "Shops"\n{charge}'), vat=vat)
    (sale,) = sold(tmp_path, 10_000)
    rules = evolve(RULES, plans=specs.fees.discount.plans, contracts=specs.merchants)
    tell(tmp_path, rules, NamedSale(which=sale), Wish(step="chargeback", reason="FRAUD"), None, NOW_MS, new=True)
    close(tmp_path, specs)
    fee = "SELECT amount_minor, vat_minor, vat_rate_basis_points, rule FROM merchant_entry WHERE kind = 'chargeback_fee'"
    assert rows(tmp_path, fee) == [(-9_900, -1_980, 2_000, "fees/discount.toml, 2013-01-01")]


def test_a_representment_makes_all_whole_again_but_the_fee(tmp_path: Path) -> None:
    (sale,) = sold(tmp_path, 10_000)
    dispute(tmp_path, "chargeback", sale)
    close(tmp_path)
    row = dispute(tmp_path, "represent", "D26000001", "100.00")
    assert (row.state, row.outstanding_minor) == ("represented", 0)
    report = close(tmp_path)
    (payout,) = report.payouts
    assert (payout.brought_forward_minor, payout.net_minor) == (-10_000 - FEE, -FEE)
    assert rows(tmp_path, "SELECT SUM(amount_minor), SUM(interchange_minor) FROM dispute_item") == [(0, 0)]
    dispute(tmp_path, "accept", "D26000001")
    with pytest.raises(NegativeAnswerError, match="nothing follows"):
        dispute(tmp_path, "second", "D26000001")
    assert dossiers(tmp_path) == []
    row, events = dossier_story(tmp_path, sale)
    assert [(event.kind, event.booked_minor) for event in events] == [
        ("chargeback", -10_000),
        ("representment", 10_000),
        ("acceptance", None),
    ]


def test_no_more_is_charged_back_than_reversals_refunds_and_other_dossiers_leave(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        journal.reverse(sale, 8_000)
        journal.decide(amount_minor=3_000, transaction_type="refund", rrn=rrn(sale))
        dispute(tmp_path, "chargeback", rrn(sale), "10.00")
        with pytest.raises(
            SwitchError, match=r"found 40\.01 MAD, expected at most 40\.00 MAD, of 100\.00 MAD presented: 50\.00"
        ):
            dispute(tmp_path, "chargeback", rrn(sale), "40.01")
        dispute(tmp_path, "chargeback", rrn(sale))
        with pytest.raises(SwitchError, match="found nothing left"):
            dispute(tmp_path, "chargeback", rrn(sale))
        close(tmp_path)


#: What happens to a sale of 100.00, one after the other -> what is left of it to be charged back. A refund is of its RRN, its
#: merchant and its card unless it says otherwise; a reversal is of the sale, or of the refund before it.
GIVEN_BACK: dict[str, tuple[list[dict[str, Any]], int]] = {
    "a reversal in part": ([{"leaves": 8_000}], 8_000),
    "the lowest of its reversals": ([{"leaves": 6_000}, {"leaves": 8_000}], 6_000),
    "a reversal that had no effect": ([{"leaves": 6_000, "effective": False}], 10_000),
    "a refund": ([{"refunds": 3_000}], 7_000),
    "two refunds": ([{"refunds": 3_000}, {"refunds": 1_000}], 6_000),
    "a refund that was reversed": ([{"refunds": 3_000}, {"of_refund": 0}], 10_000),
    "a refund that was reversed in part": ([{"refunds": 3_000}, {"of_refund": 1_000}], 9_000),
    "a refund whose reversal had no effect": ([{"refunds": 3_000}, {"of_refund": 0, "effective": False}], 7_000),
    "a refund that was declined": ([{"refunds": 3_000, "response_code": "51"}], 10_000),
    "a refund of another merchant": ([{"refunds": 3_000, "merchant_id": HOTEL.id}], 10_000),
    "a refund of another RRN": ([{"refunds": 3_000, "rrn": "632400009999"}], 10_000),
    "a refund to another card": ([{"refunds": 3_000, "pan_cipher": b"another"}], 10_000),
    "both": ([{"leaves": 8_000}, {"refunds": 3_000}], 5_000),
}


@pytest.mark.parametrize(("told", "left_minor"), GIVEN_BACK.values(), ids=GIVEN_BACK)
def test_what_is_left_of_a_sale_to_be_charged_back(tmp_path: Path, told: list[dict[str, Any]], left_minor: int) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        refund = sale = journal.decide()
        close(tmp_path)
        for each in told:
            effective = each.get("effective", True)
            if "refunds" in each:
                asked = {key: value for key, value in each.items() if key != "refunds"}
                asked = {"rrn": rrn(sale), "transaction_type": "refund", **asked}
                refund = journal.decide(amount_minor=each["refunds"], **asked)
            elif "of_refund" in each:
                journal.reverse(refund, each["of_refund"], effective=effective)
            else:
                journal.reverse(sale, each["leaves"], effective=effective)
        assert dispute(tmp_path, "chargeback", rrn(sale)).outstanding_minor == left_minor


def test_a_reversal_after_a_chargeback_is_told(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        dispute(tmp_path, "chargeback", rrn(sale))
        close(tmp_path)
        assert [row.twice_minor for row in dossiers(tmp_path)] == [0]
        journal.reverse(sale, 7_000)
        assert [row.twice_minor for row in dossiers(tmp_path)] == [3_000]
        close(tmp_path)
        dispute(tmp_path, "represent", "D26000001", "30.00")
        assert [row.twice_minor for row in dossiers(tmp_path)] == [0]
        close(tmp_path)


@pytest.mark.parametrize("before", [["chargeback"], ["chargeback", "represent", "second"]], ids="-".join)
def test_a_chargeback_that_is_withdrawn_gives_the_money_back_and_keeps_the_fee(tmp_path: Path, before: list[str]) -> None:
    (sale,) = sold(tmp_path, 10_000)
    for step, action in enumerate(before):
        dispute(tmp_path, action, "D26000001" if step else sale)
        close(tmp_path)
    fees = -sum(
        amount for (amount,) in rows(tmp_path, "SELECT amount_minor + vat_minor FROM merchant_entry WHERE kind LIKE '%fee'")
    )
    assert dispute(tmp_path, "withdraw", "D26000001").state == "withdrawn"
    report = close(tmp_path)
    entered = (
        f"SELECT kind, reference, amount_minor, vat_minor FROM merchant_entry WHERE business_date = '{report.business_date}'"
    )
    assert rows(tmp_path, entered) == [("representment", "D26000001", 10_000, 0)]
    assert [payout.net_minor for payout in report.payouts] == [-fees]
    assert [(position.participant, position.debit_minor) for position in report.positions if position.role == "issuer"] == [
        ("atlas", 10_000)
    ]


def test_what_was_never_presented_cannot_be_disputed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        held, unknown = journal.hold(), journal.decide(merchant_id="NOBODY000000001")
        same = [journal.decide(rrn="777700000001"), journal.decide(rrn="777700000001")]
    close(tmp_path)
    for number in (held, unknown):
        with pytest.raises(NegativeAnswerError, match="no such sale was presented"):
            dispute(tmp_path, "chargeback", rrn(number))
    with pytest.raises(SwitchError, match="found 2 presented sales, expected one; their requests are 3, 4"):
        dispute(tmp_path, "chargeback", "777700000001")
    assert dispute(tmp_path, "chargeback", str(same[1])).request_id == same[1]


def test_a_deadline_is_kept_by_the_business_date(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        dispute(tmp_path, "chargeback", rrn(sale), reason="LOCAL")
        (row,) = dossiers(tmp_path)
        assert (row.deadline, row.is_late) == ("2026-11-24", False)
        journal.open("2026-11-25")
        assert [row.is_late for row in dossiers(tmp_path)] == [True]
        with pytest.raises(NegativeAnswerError, match="was possible until 2026-11-24, and business date 2026-11-25 is open"):
            dispute(tmp_path, "represent", "D26000001")
        dispute(tmp_path, "accept", "D26000001")


def test_a_merchant_below_zero_is_debited_after_the_days_of_its_contract(tmp_path: Path) -> None:
    specs = day_specs((evolve(GROCER, debit_after_days=2), HOTEL, CASH))
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path, specs)
        dispute(tmp_path, "chargeback", rrn(sale))
        close(tmp_path, specs)  # Saturday: below zero
        journal.decide(merchant_id=HOTEL.id)
        assert close(tmp_path, specs).business_date == SUNDAY
        journal.decide(amount_minor=1_000)
        report = close(tmp_path, specs)
        owed = 10_000 + FEE - (1_000 - 12 - 1)
        assert rows(
            tmp_path, "SELECT reference, business_date, amount_minor, rib, owed_since, value_date FROM direct_debit"
        ) == [(f"{MONDAY}-{GROCER.id}-DEBIT", MONDAY, owed, GROCER.rib, SATURDAY, "2026-11-24")]
        assert [payout.net_minor for payout in report.payouts if payout.merchant_id == GROCER.id] == [0]
        journal.decide()
        report = close(tmp_path, specs)
        assert [payout.brought_forward_minor for payout in report.payouts] == [0]
        assert rows(tmp_path, "SELECT COUNT(*) FROM direct_debit") == [(1,)]


@pytest.mark.parametrize(
    ("paid_by", "kind", "collected", "paid"),
    [
        ("remise", "purchase", 88_812, [0, 8_881]),
        ("remise", "refund", 88_812, [0, -8_881]),
        ("merchant", "purchase", 88_812 - 8_881, [0]),
        ("merchant", "refund", 88_812 + 8_881, [0]),
    ],
)
def test_a_direct_debit_counts_the_payout_that_it_settles(
    tmp_path: Path, paid_by: PaidBy, kind: str, collected: int, paid: list[int]
) -> None:
    """98,680 are owed of a refund: 9,868 of one terminal go against that, and 8,881 of another too, or are paid apart."""
    specs = day_specs((evolve(GROCER, debit_after_days=1, paid_by=paid_by, terminals=("PORT0001", "PORT0002")),))
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        close(tmp_path, specs)
        journal.decide()
        journal.decide(amount_minor=9_000, terminal_id="PORT0002", transaction_type=kind)
        report = close(tmp_path, specs)
    assert rows(tmp_path, "SELECT amount_minor FROM direct_debit") == [(collected,)]
    assert [payout.net_minor for payout in report.payouts] == paid


def test_a_debt_is_collected_once_and_since_its_first_date_however_many_dates_carried_it(tmp_path: Path) -> None:
    specs = day_specs(tuple(evolve(shop, debit_after_days=3) for shop in (GROCER, HOTEL)))
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        journal.decide(merchant_id=HOTEL.id, amount_minor=50_000, transaction_type="refund")
        close(tmp_path, specs)
        for _ in (SATURDAY, SUNDAY, MONDAY):
            assert rows(tmp_path, "SELECT * FROM direct_debit") == []
            for shop in (GROCER, HOTEL):
                journal.decide(merchant_id=shop.id, amount_minor=1_000)
            close(tmp_path, specs)
    sold_minor = 3 * (1_000 - 12 - 1)
    sql = "SELECT merchant_id, amount_minor, owed_since FROM direct_debit ORDER BY merchant_id"
    assert rows(tmp_path, sql) == [(GROCER.id, 98_680 - sold_minor, FRIDAY), (HOTEL.id, 49_340 - sold_minor, FRIDAY)]


def test_a_direct_debit_counts_each_of_two_fees_of_a_remise_that_are_alike(tmp_path: Path) -> None:
    fees = "".join(f'  {{ kind = "{kind}", from = "2020-01-01", fixed = "0.50" }},\n' for kind in ("gateway", "service"))
    discount = DISCOUNT.replace('id = "retail"\n', f'id = "retail"\nfee = [\n{fees}]\n')
    specs = day_specs((evolve(GROCER, debit_after_days=1),), discount=discount)
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        close(tmp_path, specs)
        journal.decide()
        report = close(tmp_path, specs)
    collected = 98_680 - 9_868 + 2 * 55
    assert rows(tmp_path, "SELECT amount_minor FROM direct_debit") == [(collected,)]
    assert [payout.net_minor for payout in report.payouts] == [0]


def test_check_finds_a_direct_debit_that_collects_too_much(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        close(tmp_path, specs := day_specs((evolve(GROCER, debit_after_days=1),)))
        journal.decide()
        close(tmp_path, specs)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books, books:
        books.execute("DROP TRIGGER payout_no_update")
        books.execute("UPDATE payout SET net_minor = 5 WHERE net_minor = 0")
    found = [fault.sentence for fault in check_books(tmp_path).faults if fault.check == "debits_settle_payouts"]
    assert found == [
        f"merchant {GROCER.id}: a direct debit of 88812 minor units, and no payout with a debt that it brings to 0"
    ]


def test_a_merchant_that_left_still_pays_its_chargebacks(tmp_path: Path) -> None:
    (sale,) = sold(tmp_path, 10_000)
    dispute(tmp_path, "chargeback", sale)
    report = close(tmp_path, day_specs((HOTEL,), ("rif",)))
    assert [(payout.merchant_id, payout.net_minor) for payout in report.payouts] == [(GROCER.id, -10_000 - FEE)]


def test_a_merchant_that_sells_in_another_currency_now_still_pays_in_that_of_the_sale(tmp_path: Path) -> None:
    (sale,) = sold(tmp_path, 10_000)
    dispute(tmp_path, "chargeback", sale)
    report = close(tmp_path, day_specs((evolve(GROCER, currency="978"),)))
    assert [(payout.currency, payout.net_minor) for payout in report.payouts] == [("504", -10_000 - FEE)]


@pytest.mark.parametrize(
    ("table", "change", "check"),
    [
        ("dispute_item", "DELETE FROM dispute_item", "disputes_booked"),
        ("dispute_item", "UPDATE dispute_item SET amount_minor = amount_minor + 1", "disputes_booked"),
        ("dispute_item", "UPDATE dispute_item SET interchange_minor = 0", "positions_match_presentments"),
        ("dispute_event", "UPDATE dispute_event SET outstanding_minor = 10001", "disputes_within_sales"),
        ("dispute_event", "UPDATE dispute_event SET fee_minor = 0", "disputes_booked"),
        ("merchant_entry", "UPDATE merchant_entry SET amount_minor = 0 WHERE kind = 'chargeback'", "disputes_posted"),
        ("merchant_entry", "UPDATE merchant_entry SET vat_minor = 0 WHERE kind = 'chargeback_fee'", "disputes_posted"),
        (
            "posting",
            "UPDATE posting SET debit_minor = 0, credit_minor = 0 WHERE entry_id LIKE '%/dispute/%' AND line < 3",
            "disputes_posted",
        ),
    ],
)
def test_check_finds_what_is_changed_of_a_dispute(tmp_path: Path, table: str, change: str, check: str) -> None:
    (sale,) = sold(tmp_path, 10_000)
    dispute(tmp_path, "chargeback", sale)
    close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        for (guard,) in books.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall():
            books.execute(f"DROP TRIGGER {guard}")
        books.execute(change)
        books.commit()
    assert check in {fault.check for fault in check_books(tmp_path).faults}


def test_check_finds_what_disputes_leave_between_merchants_and_issuers(tmp_path: Path) -> None:
    """The entry balances without the two lines that are gone; the account in between does not."""
    (sale,) = sold(tmp_path, 10_000)
    dispute(tmp_path, "chargeback", sale)
    close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books, books:
        books.execute("DROP TRIGGER posting_no_delete")
        books.execute("DELETE FROM posting WHERE entry_id LIKE '%/dispute/%' AND line < 3")
    sentence = "disputes in 504 leave -10000 minor units between merchants and issuers, expected 0"
    found = [(fault.business_date, fault.sentence) for fault in check_books(tmp_path).faults]
    assert [each for each in found if each[1] == sentence] == [(SATURDAY, sentence)], "of its date, and of no other"


@define
class Case:
    """A dispute as the test follows it."""

    sale: int
    state: DisputeState
    outstanding: int
    represented: int = 0
    fees: int = 0


class DisputesMachine(RuleBasedStateMachine):
    """Whatever is told of disputes between closes, the merchant ends with what the final states say, and no money is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.data = Path(self.folder.name)
        self.cases: dict[str, Case] = {}
        self.sales: dict[int, int] = {}
        self.presented: dict[int, int] = {}

    def teardown(self) -> None:
        try:
            self.close()
            self.prove()
        finally:
            self.folder.cleanup()

    @initialize()
    def first_day(self) -> None:
        with journal_of(self.data, FRIDAY) as journal:
            for amount in (10_000, 3_333, 77):
                self.sales[journal.decide(amount_minor=amount)] = amount
        self.close()

    def _left(self, sale: int) -> int:
        gone = self.presented[sale] - self.sales[sale]
        charged = sum(case.outstanding for case in self.cases.values() if case.sale == sale)
        return max(self.presented[sale] - gone - charged, 0)

    @rule(amount=st.integers(1, 20_000))
    def sell(self, amount: int) -> None:
        with journal_of(self.data) as journal:
            self.sales[journal.decide(amount_minor=amount)] = amount

    @precondition(lambda self: self.sales)
    @rule(which=st.integers(0, 9), share=st.sampled_from([0, 3_333, 9_000]))
    def reverse(self, which: int, share: int) -> None:
        sale = sorted(self.sales)[which % len(self.sales)]
        left = self.sales[sale] * share // 10_000
        with journal_of(self.data) as journal:
            journal.reverse(sale, left)
        self.sales[sale] = left

    @precondition(lambda self: self.presented)
    @rule(which=st.integers(0, 9), share=st.sampled_from([10_000, 10_000, 3_333, 12_000]), retrieval=st.booleans())
    def open(self, which: int, share: int, retrieval: bool) -> None:
        sale = sorted(self.presented)[which % len(self.presented)]
        amount, left = self.presented[sale] * share // 10_000, self._left(sale)
        try:
            row = dispute(
                self.data, "retrieval" if retrieval else "chargeback", rrn(sale), None if retrieval else _text(amount)
            )
        except SwitchError:
            assert not retrieval
            assert not 0 < amount <= left
            return
        if retrieval:
            self.cases[row.dossier] = Case(sale, "requested", 0)
        else:
            assert 0 < amount <= left
            self.cases[row.dossier] = Case(sale, "charged_back", amount, fees=FEE)

    @precondition(lambda self: self.cases)
    @rule(
        which=st.integers(0, 9),
        action=st.sampled_from(["answer", "chargeback", "represent", "represent", "second", "accept", "withdraw"]),
        share=st.sampled_from([10_000, 10_000, 4_999, 12_000]),
    )
    def follow(self, which: int, action: str, share: int) -> None:
        dossier, case = sorted(self.cases.items())[which % len(self.cases)]
        step = ACTIONS[action]
        left = self._left(case.sale)
        limit = {"chargeback": left, "represent": case.outstanding, "second": min(case.represented, left)}.get(action)
        amount = None if limit is None else limit * share // 10_000
        fits = (case.state, step) in FOLLOWS and (amount is None or 0 < amount <= (limit or 0))
        try:
            dispute(self.data, action, dossier, None if amount is None else _text(amount))
        except SwitchError:
            assert not fits
            return
        assert fits
        case.state = FOLLOWS[case.state, step]
        if action in ("chargeback", "second"):
            case.outstanding += amount or 0
            case.fees += FEE if action == "chargeback" else 2_000 + 200
        elif action == "represent":
            case.outstanding -= amount or 0
            case.represented = amount or 0
        elif action == "withdraw":
            case.outstanding = 0

    @rule()
    def close(self) -> None:
        try:
            close_day(self.data, SPECS, None, later_ms(self.data))
        except NegativeAnswerError as error:
            raise AssertionError(str(error)) from error
        self.presented = dict(rows(self.data, "SELECT request_id, amount_minor FROM presentment"))

    @rule()
    def prove(self) -> None:
        assert check_books(self.data).faults == ()
        ((debited, credited),) = rows(
            self.data, "SELECT COALESCE(SUM(debit_minor), 0), COALESCE(SUM(credit_minor), 0) FROM posting"
        )
        assert debited == credited
        told = {row.dossier: row for row in dossiers(self.data, ended=True)}
        assert {each: (row.state, row.outstanding_minor) for each, row in told.items()} == {
            each: (case.state, case.outstanding) for each, case in self.cases.items()
        }
        pending = {row[0] for row in rows(self.data, _PENDING)}
        booked = dict(rows(self.data, "SELECT reference, SUM(amount_minor + vat_minor) FROM merchant_entry GROUP BY reference"))
        for dossier, case in self.cases.items():
            if dossier not in pending:
                assert booked.get(dossier, 0) == -case.outstanding - case.fees


_PENDING = "SELECT dossier FROM dispute_event WHERE business_date NOT IN (SELECT business_date FROM closed_day)"


def _text(amount_minor: int) -> str:
    return format_minor(amount_minor, "504")


TestDisputesMachine = pytest.mark.long(DisputesMachine.TestCase)
TestDisputesMachine.settings = settings(max_examples=10, stateful_step_count=14, deadline=None)
