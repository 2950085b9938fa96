"""Exceptions: presented once their cause is gone, by a person's word, or ended otherwise; holds that expire."""

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
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from switch.casework.open_items import exception_story, exceptions, represent, write_off
from switch.clearing.exceptions import AFTER_EXPIRY, MADE_OFFLINE
from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport
from switch.endofday.three_books import compare_books
from switch.errors import NegativeAnswerError, SpecError, SwitchError
from switch.issuers.process import notices
from tests.support.day_builders import (
    FRIDAY,
    GROCER,
    HOTEL,
    MONDAY,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    DaySpecs,
    day_specs,
    journal_of,
    later_ms,
    merchant,
)

NEW_SHOP = merchant(id="NEWSHOP00000001", name="NOUVELLE EPICERIE")
SPECS, WITH_NEW = day_specs(), day_specs((GROCER, HOTEL, NEW_SHOP))
INN = evolve(HOTEL, capture="completion", hold_days=2)
OFFLINE: dict[str, Any] = {"function": "advice", "message_class": "financial", "amount_minor": 2_000_000}


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


def test_an_exception_is_presented_by_the_close_after_its_cause_is_gone(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=NEW_SHOP.id)
        assert close(tmp_path).exception_count == 1
        (item,) = exceptions(tmp_path)
        assert (item.reason, item.age_days, item.age_dates, item.state) == ("unknown merchant", 1, 1, "open")
        journal.decide()
        assert close(tmp_path).represented_count == 0
        journal.decide()
        report = close(tmp_path, WITH_NEW)
        assert (report.approval_count, report.presentment_count, report.represented_count) == (1, 2, 1)
        journal.decide()
        assert close(tmp_path, WITH_NEW).represented_count == 0
    assert rows(tmp_path, f"SELECT business_date, amount_minor FROM presentment WHERE request_id = {sale}") == [
        (SUNDAY, 10_000)
    ]
    assert exceptions(tmp_path) == []
    story = exception_story(tmp_path, rrn(sale))
    assert (story.item.state, story.item.ended_on, story.item.age_days, story.item.age_dates) == ("presented", SUNDAY, 2, 2)


def test_the_reason_is_the_one_of_the_last_close(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=NEW_SHOP.id)
        close(tmp_path)
        journal.decide()
        close(tmp_path, day_specs((GROCER, evolve(NEW_SHOP, currency="978"))))
    story = exception_story(tmp_path, rrn(sale))
    assert story.first_reason == "unknown merchant"
    assert story.later_reasons == ((SATURDAY, "other currency than the merchant's"),)
    assert story.item.reason == "other currency than the merchant's"


def test_a_reason_is_written_by_the_close_that_finds_another_than_before_and_by_no_later_one(tmp_path: Path) -> None:
    """Of the date before, of several dates before, and back to the first reason."""
    in_euros = day_specs((GROCER, evolve(NEW_SHOP, currency="978")))
    closed = {FRIDAY: SPECS, SATURDAY: in_euros, SUNDAY: in_euros, MONDAY: in_euros, "2026-11-24": SPECS, "2026-11-25": SPECS}
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=NEW_SHOP.id)
        for date, specs in closed.items():
            journal.decide()
            assert close(tmp_path, specs).business_date == date
    story = exception_story(tmp_path, rrn(sale))
    other = "other currency than the merchant's"
    assert story.later_reasons == ((SATURDAY, other), ("2026-11-24", "unknown merchant"))
    assert (story.first_reason, story.item.reason) == ("unknown merchant", "unknown merchant")


def test_a_reversal_takes_an_exception_away_or_leaves_a_part(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        whole, part = (journal.decide(merchant_id=NEW_SHOP.id) for _ in range(2))
        close(tmp_path)
        journal.reverse(whole)
        journal.reverse(part, 2_500)
        assert [item.amount_minor for item in exceptions(tmp_path)] == [0, 2_500]
        close(tmp_path)
        assert [(item.request_id, item.amount_minor) for item in exceptions(tmp_path)] == [(part, 2_500)]
        journal.decide()
        close(tmp_path, WITH_NEW)
        journal.reverse(part, 1_000)
        assert close(tmp_path, WITH_NEW).adjustment_count == 1
    ended = rows(tmp_path, "SELECT request_id, business_date, outcome, amount_minor FROM exception_end ORDER BY request_id")
    assert ended == [(whole, SATURDAY, "reversed", 0), (part, SUNDAY, "presented", 2_500)]


def test_a_person_accepts_what_was_sold_offline_with_name_and_reason(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(**OFFLINE)
        close(tmp_path)
        assert [item.reason for item in exceptions(tmp_path)] == [MADE_OFFLINE]
        item = represent(tmp_path, rrn(sale), "S. Alami", "slip seen", NOW_MS)
        assert item.state == "accepted"
        report = close(tmp_path)
    assert (report.business_date, report.decision_count, report.represented_count) == (SATURDAY, 0, 1)
    (order,) = exception_story(tmp_path, str(sale)).orders
    assert (order.person, order.reason, order.business_date) == ("S. Alami", "slip seen", SATURDAY)
    with pytest.raises(NegativeAnswerError, match=f"the exception ended on {SATURDAY}: presented"):
        write_off(tmp_path, rrn(sale), "S. Alami", "late", NOW_MS)


def test_nobody_accepts_what_the_specification_has_wrong(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=NEW_SHOP.id)
    close(tmp_path)
    with pytest.raises(NegativeAnswerError, match="found unknown merchant, which nobody can accept"):
        represent(tmp_path, rrn(sale), "S. Alami", "please", NOW_MS)
    with pytest.raises(SwitchError, match=r"^--by: found ''"):
        write_off(tmp_path, rrn(sale), "", "why", NOW_MS)
    with pytest.raises(NegativeAnswerError, match="there is no such exception"):
        write_off(tmp_path, "632499999999", "S. Alami", "why", NOW_MS)


def test_a_write_off_posts_nothing_unless_the_merchant_is_paid(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        lost, paid = journal.decide(merchant_id=NEW_SHOP.id), journal.decide(**OFFLINE)
        journal.decide()
        close(tmp_path)
        write_off(tmp_path, rrn(lost), "S. Alami", "merchant left; card 4507169999990010", NOW_MS)
        write_off(tmp_path, rrn(paid), "S. Alami", "our fault", NOW_MS, pays_merchant=True)
        close(tmp_path, WITH_NEW)
        journal.decide()
        close(tmp_path, WITH_NEW)
    assert rows(tmp_path, f"SELECT COUNT(*) FROM presentment WHERE request_id IN ({lost}, {paid})") == [(0,)]
    assert rows(
        tmp_path, "SELECT business_date, account, debit_minor, credit_minor FROM posting WHERE account = 'exception-loss'"
    ) == [(SATURDAY, "exception-loss", 2_000_000, 0)]
    assert rows(tmp_path, f"SELECT net_minor FROM payout WHERE business_date = '{SATURDAY}'") == [(2_000_000,)]
    assert rows(tmp_path, "SELECT reason FROM exception_order ORDER BY id")[0] == ("merchant left; card 450716******0010",)


@pytest.mark.parametrize("specs", [SPECS, day_specs((HOTEL,))], ids=["in the specification", "left it"])
def test_a_merchant_gives_back_what_it_was_paid_of_a_written_off_sale_that_is_reversed(tmp_path: Path, specs: DaySpecs) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale, other = journal.decide(**OFFLINE), journal.decide(**OFFLINE)
        close(tmp_path)
        for number in (sale, other):
            write_off(tmp_path, rrn(number), "S. Alami", "our fault", NOW_MS, pays_merchant=True)
        journal.reverse(other, 1_500_000)
        close(tmp_path)
        journal.reverse(sale, 500_000)
        journal.reverse(sale, 500_000)
        journal.reverse(other, 1_800_000)
        close(tmp_path, specs)
        journal.reverse(sale)
        close(tmp_path, specs)
    assert rows(
        tmp_path, "SELECT business_date, reference, amount_minor FROM merchant_entry WHERE kind = 'write_off' ORDER BY 1, 2"
    ) == [
        (SATURDAY, str(sale), 2_000_000),
        (SATURDAY, str(other), 1_500_000),
        (SUNDAY, str(sale), -1_500_000),
        (MONDAY, str(sale), -500_000),
    ]
    lost = "SELECT SUM(debit_minor) - SUM(credit_minor) FROM posting WHERE account = 'exception-loss'"
    assert rows(tmp_path, lost) == [(1_500_000,)]
    assert rows(tmp_path, "SELECT net_minor, outcome FROM payout ORDER BY business_date") == [
        (3_500_000, "paid"),
        (-1_500_000, "carried"),
        (-2_000_000, "carried"),
    ]
    for date in (FRIDAY, SATURDAY, SUNDAY, MONDAY):
        assert compare_books(tmp_path, date).differences == ()


def test_check_finds_a_reversed_write_off_that_nobody_gave_back(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(**OFFLINE)
        close(tmp_path)
        write_off(tmp_path, rrn(sale), "S. Alami", "our fault", NOW_MS, pays_merchant=True)
        close(tmp_path)
        journal.reverse(sale)
        close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books, books:
        books.execute("DROP TRIGGER merchant_entry_no_delete")
        books.execute("DELETE FROM merchant_entry WHERE amount_minor < 0")
    (sentence,) = (fault.sentence for fault in check_books(tmp_path).faults if fault.check == "disputes_posted")
    assert "entries of kind write_off come to -2000000 by the disputes and exceptions, and 0 are entered" in sentence


def test_issuers_are_told_to_release_what_is_written_off(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        sale = journal.decide(merchant_id=NEW_SHOP.id)
        close(tmp_path)
        write_off(tmp_path, rrn(sale), "S. Alami", "left", NOW_MS)
        close(tmp_path)
    day = notices.ClearedDay(tmp_path, "atlas", SATURDAY)
    (item,) = day.take(10)
    day.close()
    assert (day.item_count, item.request_id, item.amount_minor) == (1, sale, 0)


def test_a_hold_expires_by_the_contract_and_its_issuer_is_told(tmp_path: Path) -> None:
    specs = day_specs((GROCER, INN))
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id)
        added = None
        close(tmp_path, specs)
        added = journal.decide(merchant_id=INN.id, capture="completion", original_id=hold, amount_minor=500)
        close(tmp_path, specs)
        journal.decide()
        assert close(tmp_path, specs).expired_count == 0, "an increment of the day after keeps the hold for a day more"
        journal.decide()
        report = close(tmp_path, specs)
        assert (report.expired_count, report.outstanding_count) == (2, 0)
        # what comes later is an offline sale: presented, the hold is not ended again
        late = journal.capture(hold, 9_000)
        report = close(tmp_path, specs)
        assert report.presentment_count == 1
    assert rows(tmp_path, "SELECT request_id, business_date, outcome, hold_days FROM released_item ORDER BY request_id") == [
        (hold, MONDAY, "expired", 2),
        (added, MONDAY, "expired", 2),
    ]
    day = notices.ClearedDay(tmp_path, "atlas", MONDAY)
    assert [(item.request_id, item.amount_minor) for item in day.take(3)] == [(hold, 0), (added, 0), (late - 1, 10_000)]
    day.close()


def test_a_large_completion_after_expiry_waits_for_a_person(tmp_path: Path) -> None:
    specs = day_specs((GROCER, evolve(INN, floor_limit_minor=5_000)))
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id)
        close(tmp_path, specs)
        for _ in range(2):
            journal.decide()
            close(tmp_path, specs)
        late = journal.capture(hold, 9_000, message_class="financial")
        close(tmp_path, specs)
        assert [item.reason for item in exceptions(tmp_path)] == [AFTER_EXPIRY]
        represent(tmp_path, rrn(late), "S. Alami", "guest agreed", NOW_MS)
        assert close(tmp_path, specs).represented_count == 1


@pytest.mark.parametrize(("floor_limit_minor", "excepted"), [(9_000, 0), (8_999, 1)])
def test_a_completion_after_expiry_of_the_floor_limit_itself_is_presented(
    tmp_path: Path, floor_limit_minor: int, excepted: int
) -> None:
    specs = day_specs((GROCER, evolve(INN, floor_limit_minor=floor_limit_minor)))
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id)
        close(tmp_path, specs)
        for _ in range(2):
            journal.decide()
            close(tmp_path, specs)
        journal.capture(hold, 9_000, message_class="financial")
        report = close(tmp_path, specs)
    assert [item.reason for item in exceptions(tmp_path)] == [AFTER_EXPIRY] * excepted
    assert report.presentment_count == 1 - excepted


def test_a_large_sale_made_offline_waits_for_a_person_though_a_reversal_leaves_less_of_it_than_the_floor_limit(
    tmp_path: Path,
) -> None:
    specs = day_specs((evolve(GROCER, floor_limit_minor=5_000),))
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(amount_minor=5_001, function="advice", message_class="financial")
        journal.reverse(sale, 1_000, effective=True)
        assert close(tmp_path, specs).presentment_count == 0
        assert [(item.reason, item.amount_minor) for item in exceptions(tmp_path)] == [(MADE_OFFLINE, 1_000)]
        journal.decide()
        represent(tmp_path, rrn(sale), "S. Alami", "slip seen", NOW_MS)
        assert close(tmp_path, specs).represented_count == 1


def test_a_merchant_that_is_taken_under_the_default_contract_has_its_exceptions_presented(tmp_path: Path) -> None:
    default = evolve(GROCER, id="", terminals=())
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=NEW_SHOP.id)
        close(tmp_path)
        journal.decide()
        assert close(tmp_path, evolve(SPECS, default_contract=default)).represented_count == 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("exception_end", "DELETE FROM exception_end WHERE outcome = 'presented'"),
        ("exception_end", "DELETE FROM exception_end WHERE outcome = 'reversed'"),
        ("exception_end", "DELETE FROM exception_end WHERE outcome = 'written_off'"),
        ("exception_end", "UPDATE exception_end SET outcome = 'presented', order_id = NULL WHERE outcome = 'written_off'"),
        ("exception_end", "UPDATE exception_end SET outcome = 'written_off' WHERE outcome = 'presented'"),
        ("exception_order", "UPDATE exception_order SET action = 'represent'"),
        ("presentment", "UPDATE presentment SET amount_minor = 1 WHERE request_id = 1"),
    ],
)
def test_check_finds_what_is_changed_of_an_exception(tmp_path: Path, table: str, change: str) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=NEW_SHOP.id)
        reversed_later, lost = journal.decide(merchant_id=NEW_SHOP.id), journal.decide(**OFFLINE)
        close(tmp_path)
        journal.reverse(reversed_later)
        write_off(tmp_path, rrn(lost), "A", "b", NOW_MS)
        close(tmp_path, WITH_NEW)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        for (guard,) in books.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall():
            books.execute(f"DROP TRIGGER {guard}")
        books.execute(change)
        books.commit()
    assert "exceptions_end_once" in {fault.check for fault in check_books(tmp_path).faults}


# -- any order of closes, decisions, reversals and changes of the specification

SHOPS = (GROCER, NEW_SHOP)


@define
class Waiting:
    """An approval that may be an exception, as the test follows it."""

    amount_minor: int
    merchant_id: str
    currency: str
    issuer: str
    offline: bool
    accepted: bool = False
    given_up: bool = False
    ended: str = ""


class ExceptionsMachine(RuleBasedStateMachine):
    """Whatever comes between closes, each exception ends once, as its facts say, and is presented at most once."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.data = Path(self.folder.name)
        with journal_of(self.data, FRIDAY):
            pass
        self.merchants: dict[str, str] = {GROCER.id: "504"}
        self.issuers = {"atlas"}
        self.items: dict[int, Waiting] = {}
        self.presented: dict[int, int] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    def _journal(self) -> Any:
        return journal_of(self.data)

    @property
    def specs(self) -> DaySpecs:
        shops = [evolve(shop, currency=self.merchants[shop.id]) for shop in SHOPS if shop.id in self.merchants]
        return day_specs(shops, sorted(self.issuers))

    @rule(
        shop=st.sampled_from(SHOPS),
        currency=st.sampled_from(["504", "504", "978"]),
        issuer=st.sampled_from(["atlas", "rif"]),
        offline=st.booleans(),
        refund=st.booleans(),
    )
    def sell(self, shop: Any, currency: str, issuer: str, offline: bool, refund: bool) -> None:
        amount, kind = (2_000_000, "refund" if refund else "purchase")
        with self._journal() as journal:
            about = {**OFFLINE, "amount_minor": amount} if offline else {"amount_minor": amount}
            number = journal.decide(merchant_id=shop.id, currency=currency, issuer=issuer, transaction_type=kind, **about)
        self.items[number] = Waiting(-amount if refund else amount, shop.id, currency, issuer, offline)

    @rule(shop=st.sampled_from(SHOPS), currency=st.sampled_from(["504", "978", None]))
    def change_merchant(self, shop: Any, currency: str | None) -> None:
        if currency is None:
            self.merchants.pop(shop.id, None)
        else:
            self.merchants[shop.id] = currency

    @rule(issuers=st.sampled_from([{"atlas"}, {"atlas", "rif"}, {"rif"}]))
    def change_issuers(self, issuers: set[str]) -> None:
        self.issuers = issuers

    @precondition(lambda self: self.items)
    @rule(which=st.integers(0, 10), share=st.sampled_from([0, 3_000, 9_000]))
    def reverse(self, which: int, share: int) -> None:
        number, item = sorted(self.items.items())[which % len(self.items)]
        if number in self.presented:
            return
        left = min(abs(item.amount_minor), abs(item.amount_minor) * share // 10_000)
        with self._journal() as journal:
            journal.reverse(number, left)
        item.amount_minor = -left if item.amount_minor < 0 else left

    @precondition(lambda self: self.items)
    @rule(which=st.integers(0, 10), accepts=st.booleans())
    def decide(self, which: int, accepts: bool) -> None:
        number, item = sorted(self.items.items())[which % len(self.items)]
        try:
            if accepts:
                represent(self.data, str(number), "A", "b", NOW_MS)
                item.accepted, item.given_up = True, False
            else:
                write_off(self.data, str(number), "A", "b", NOW_MS)
                item.accepted, item.given_up = False, True
        except NegativeAnswerError:
            return
        assert not item.ended

    @rule()
    def close(self) -> None:
        try:
            close_day(self.data, self.specs, None, later_ms(self.data))
        except SpecError:  # a merchant's currency changed while its sales in the old one are reversed
            return
        for number, item in self.items.items():
            if item.ended:
                continue
            if item.amount_minor == 0:
                item.ended = "reversed"
            elif item.given_up:
                item.ended = "written_off"
            elif self._fits(item):
                item.ended, self.presented[number] = "presented", item.amount_minor

    def _fits(self, item: Waiting) -> bool:
        known = self.merchants.get(item.merchant_id) == item.currency and item.issuer in self.issuers
        return known and (item.accepted or not item.offline)

    @rule()
    def prove(self) -> None:
        if not (self.data / "books.db").exists():
            return
        assert check_books(self.data).faults == ()
        found = dict(rows(self.data, "SELECT request_id, amount_minor FROM presentment"))
        assert found == self.presented
        closed = {row[0] for row in rows(self.data, "SELECT request_id FROM exception_item")}
        ended = dict(rows(self.data, "SELECT request_id, outcome FROM exception_end"))
        assert ended == {number: item.ended for number, item in self.items.items() if number in closed and item.ended}


TestExceptionsMachine = pytest.mark.long(ExceptionsMachine.TestCase)
TestExceptionsMachine.settings = settings(max_examples=10, stateful_step_count=14, deadline=None)
