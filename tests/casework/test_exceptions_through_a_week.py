"""One story of exceptions and a hold: each ends in its own way, on its own date, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.casework.open_items import exception_story, exceptions, represent, write_off
from switch.clearing.exceptions import MADE_OFFLINE
from switch.endofday.close import check_books, close_day
from switch.errors import NegativeAnswerError, SwitchError
from switch.issuers.process import notices
from tests.casework.test_open_items import INN, NEW_SHOP, OFFLINE, rrn
from tests.support.day_builders import FRIDAY, GROCER, MONDAY, NOW_MS, SATURDAY, SUNDAY, day_specs, journal_of, later_ms

TUESDAY = "2026-11-24"
UNKNOWN, OTHER_CURRENCY = "unknown merchant", "other currency than the merchant's"
SPECS, WITH_NEW, IN_EUROS = (day_specs((GROCER, INN, *more)) for more in ((), (NEW_SHOP,), (evolve(NEW_SHOP, currency="978"),)))


def _states(data: Path, *, ended: bool = False) -> dict[int, tuple[str, int, str | None]]:
    return {each.request_id: (each.state, each.amount_minor, each.ended_on) for each in exceptions(data, ended=ended)}


def test_each_exception_ends_in_its_own_way_and_once(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        late, gone, part, lost, unpaid = (journal.decide(merchant_id=NEW_SHOP.id) for _ in range(5))
        accepted, paid = (journal.decide(**OFFLINE) for _ in range(2))
        hold, elsewhere = (journal.hold(merchant_id=INN.id, issuer=bank) for bank in ("atlas", "rif"))
        close_day(tmp_path, SPECS, None, later_ms(tmp_path))
        assert [each.reason for each in exceptions(tmp_path)] == [UNKNOWN] * 5 + [MADE_OFFLINE] * 2
        _refuses_what_makes_no_sense(tmp_path, late)
        write_off(tmp_path, rrn(accepted), "S. Alami", "no slip", NOW_MS)
        assert represent(tmp_path, rrn(accepted), "S. Alami", "slip seen", NOW_MS).state == "accepted", "the last word counts"
        write_off(tmp_path, rrn(paid), "S. Alami", "our fault", NOW_MS, pays_merchant=True)
        write_off(tmp_path, rrn(lost), "S. Alami", "shop left", NOW_MS)
        decided = write_off(tmp_path, str(unpaid), "S. Alami", "our fault", NOW_MS, pays_merchant=True)
        assert decided.state == "to_write_off"
        journal.reverse(gone)
        journal.reverse(part, 2_500)
        added = journal.decide(merchant_id=INN.id, capture="completion", original_id=hold, amount_minor=500)
        assert _states(tmp_path)[gone] == ("reversed", 0, None)
        for specs, expired in ((IN_EUROS, 0), (SPECS, 1), (SPECS, 2), (WITH_NEW, 0)):
            assert close_day(tmp_path, specs, None, later_ms(tmp_path)).expired_count == expired
            journal.decide()
        assert check_books(tmp_path).faults == ()
    assert _states(tmp_path) == {}
    assert _states(tmp_path, ended=True) == {
        late: ("presented", 10_000, TUESDAY),
        gone: ("reversed", 0, SATURDAY),
        part: ("presented", 2_500, TUESDAY),
        lost: ("written_off", 10_000, SATURDAY),
        unpaid: ("written_off", 10_000, TUESDAY),
        accepted: ("presented", 2_000_000, SATURDAY),
        paid: ("written_off", 2_000_000, SATURDAY),
    }
    story = exception_story(tmp_path, rrn(late))
    assert (story.first_reason, story.later_reasons) == (UNKNOWN, ((SATURDAY, OTHER_CURRENCY), (SUNDAY, UNKNOWN)))
    assert (story.item.reason, story.item.age_days, story.item.age_dates, story.orders) == (UNKNOWN, 4, 4, ())
    (order,) = exception_story(tmp_path, str(paid)).orders
    assert (order.business_date, order.action, order.pays_merchant, order.person) == (SATURDAY, "write_off", 1, "S. Alami")
    assert [each.action for each in exception_story(tmp_path, rrn(accepted)).orders] == ["write_off", "represent"]
    for bank, date, told in (
        ("atlas", SATURDAY, {lost: 0, paid: 0, accepted: 2_000_000}),
        ("atlas", MONDAY, {hold: 0, added: 0}),
        ("rif", SUNDAY, {elsewhere: 0}),
    ):
        with closing(notices.ClearedDay(tmp_path, bank, date)) as day:
            items = {item.request_id: item.amount_minor for item in day.take(20)}
            assert items | told == items
    with pytest.raises(NegativeAnswerError, match=f"the exception ended on {SATURDAY}: presented"):
        write_off(tmp_path, rrn(accepted), "S. Alami", "late", NOW_MS)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        ends = books.execute("SELECT request_id, business_date, outcome FROM released_item ORDER BY 1").fetchall()
        paid_of = books.execute("SELECT business_date, reference, amount_minor FROM merchant_entry ORDER BY 1").fetchall()
    assert ends == [(hold, MONDAY, "expired"), (elsewhere, SUNDAY, "expired"), (added, MONDAY, "expired")]
    assert paid_of == [(SATURDAY, str(paid), 2_000_000), (TUESDAY, str(unpaid), 10_000)]


def _refuses_what_makes_no_sense(data: Path, waits: int) -> None:
    with pytest.raises(NegativeAnswerError, match="found unknown merchant, which nobody can accept"):
        represent(data, rrn(waits), "S. Alami", "please", NOW_MS)
    for person in ("", " ", "x" * 61, "a\nb"):
        with pytest.raises(SwitchError, match=r"^--by: found .*, expected 1 to 60 characters"):
            write_off(data, rrn(waits), person, "why", NOW_MS)
    with pytest.raises(SwitchError, match=r"^--reason: found .*, expected 1 to 200 characters"):
        write_off(data, rrn(waits), "x" * 60, "w" * 201, NOW_MS)
    for nothing in ("632499999999", "0", "99"):
        with pytest.raises(NegativeAnswerError, match="there is no such exception"):
            write_off(data, nothing, "S. Alami", "why", NOW_MS)
