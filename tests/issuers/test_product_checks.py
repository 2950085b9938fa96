"""What products refuse, at their exact limits, and what a restart or a reversal changes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from switch.issuers.cards.product import DAY_MS, WEEK_MS
from switch.issuers.cards.status import STATUS_REFUSALS
from switch.issuers.process.book import Book
from switch.issuers.profile import Profile
from switch.specs.folder import default_folder
from switch.transaction import (
    BALANCE_INQUIRY,
    CASH_WITHDRAWAL,
    CHIP,
    ECOMMERCE,
    MAGSTRIPE,
    MANUAL,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    REFUND,
    CardUse,
)
from tests.issuers.cast import ATLAS, GOOD, NOW_MS, TODAY, Issuer, asked, completing, reversing, table


def issuer(product: str = "", card: str = "", book: Book | None = None) -> Issuer:
    """Atlas, whose first card has a product of these keys and these keys of its own."""
    text = ATLAS.replace('cvv2 = "123"', f'cvv2 = "123"\nproduct = "trial"\n{card}', 1)
    return Issuer(book=book, profile=Profile.from_toml(table(f'{text}\n[[product]]\nid = "trial"\n{product}')))


def using(bank: Issuer, **use: Any) -> Issuer:
    bank.use = CardUse(**use)
    return bank


@pytest.mark.parametrize("status", STATUS_REFUSALS)
def test_a_status_is_refused_with_its_code_and_reason(status: str) -> None:
    assert issuer(card=f'status = "{status}"').answer(asked()) == STATUS_REFUSALS[status]


def test_the_readme_has_every_status_with_its_code() -> None:
    readme = (default_folder() / "README.md").read_text(encoding="utf-8")
    codes = dict(re.findall(r"`([a-z_]+)` \| ([0-9]{2}) \|", readme))
    first = {name: code for name, (code, _) in STATUS_REFUSALS.items() if name in ("do_not_honor", "lost", "stolen")}
    assert all(f"{name} ({code})" in readme for name, code in first.items())
    assert codes == {name: code for name, (code, _) in STATUS_REFUSALS.items() if name not in first}


def test_a_card_is_declined_before_the_day_it_is_active_from() -> None:
    early = issuer(card='active_from = "2026-11-23"')  # NOW_MS is the afternoon before
    midnight_ms = NOW_MS // DAY_MS * DAY_MS + DAY_MS

    assert early.answer(asked(stan=1)) == ("54", "card is active from 2026-11-23 on")
    assert early.answer(asked(stan=2), TODAY, midnight_ms - 1)[0] == "54"
    assert early.answer(asked(stan=3), TODAY, midnight_ms)[0] == "00"


@pytest.mark.parametrize(
    ("orders", "answer"),
    [
        ("stopped", ("R0", "cardholder has stopped this standing order")),
        ("revoked", ("R1", "cardholder has revoked the standing order")),
        ("all_revoked", ("R3", "cardholder has revoked all standing orders")),
    ],
)
def test_a_stopped_order_is_refused_and_other_payments_are_not(orders: str, answer: tuple[str, str]) -> None:
    bank = issuer(card=f'orders = "{orders}"')

    assert bank.answer(asked(stan=1))[0] == "00"
    assert using(bank, on_file=True).answer(asked(stan=2)) == answer


@pytest.mark.parametrize("service_code", ["501", "601", "626"])
def test_a_national_card_is_refused_where_acquirer_or_merchant_is_abroad(service_code: str) -> None:
    bank = issuer(f'service_code = "{service_code}"')
    said = f"card is good in country 504 only (service code {service_code}), not in"

    assert bank.answer(asked(stan=1))[0] == "00", "a message that names no country is from home"
    assert using(bank, countries=frozenset({"504"})).answer(asked(stan=2))[0] == "00"
    assert using(bank, countries=frozenset({"250"})).answer(asked(stan=3)) == ("62", f"{said} 250")
    assert using(bank, countries=frozenset({"504", "NLD"})).answer(asked(stan=4)) == ("62", f"{said} NLD")
    assert bank.answer(asked(stan=5, transaction_type=BALANCE_INQUIRY, amount_minor=0))[0] == "62"
    assert bank.answer(asked(stan=6, transaction_type=REFUND))[0] == "00", "money that comes back is taken"


@pytest.mark.parametrize("service_code", ["101", "201", "221"])
def test_an_international_card_is_good_abroad(service_code: str) -> None:
    bank = using(issuer(f'service_code = "{service_code}"'), countries=frozenset({"250"}))
    assert bank.answer(asked())[0] == "00"


def test_the_third_digit_of_a_service_code_says_what_a_card_buys() -> None:
    goods, cash = issuer('service_code = "202"'), issuer('service_code = "204"')

    assert goods.answer(asked(stan=1))[0] == "00"
    for stan, kind in enumerate((CASH_WITHDRAWAL, QUASI_CASH, PURCHASE_WITH_CASH_BACK), start=2):
        assert goods.answer(asked(stan=stan, transaction_type=kind)) == ("57", "card gives no cash (service code 202)")
    assert cash.answer(asked(stan=1)) == ("57", "card gives nothing but cash (service code 204)")
    assert cash.answer(asked(stan=2, transaction_type=CASH_WITHDRAWAL))[0] == "00"
    assert cash.answer(asked(stan=3, transaction_type=BALANCE_INQUIRY, amount_minor=0))[0] == "00"


def test_a_channel_the_bank_has_not_opened_is_refused() -> None:
    bank, closed = issuer('channels = ["chip", "magstripe"]'), issuer(card="ecommerce = false")
    internet = ("57", "bank has not opened the card for payments on the internet")

    assert bank.answer(asked(stan=1, channel=CHIP))[0] == "00"
    assert bank.answer(asked(stan=2, channel=MAGSTRIPE))[0] == "00"
    assert bank.answer(asked(stan=3, channel=MANUAL)) == ("58", "product trial is not taken by entry manual")
    assert bank.answer(asked(stan=4, channel=ECOMMERCE)) == internet
    assert closed.answer(asked(stan=1, channel=ECOMMERCE)) == internet
    assert closed.answer(asked(stan=2, channel=MANUAL))[0] == "00"


@pytest.mark.parametrize(
    ("account", "code"), [("credit", "39"), ("universal", "42"), ("investment", "44"), ("cheque", "52"), ("savings", "53")]
)
def test_an_account_the_card_has_not_is_refused(account: str, code: str) -> None:
    own = "savings" if account != "savings" else "cheque"
    bank = issuer(f'accounts = ["{own}"]')

    assert using(bank, account=account).answer(asked(stan=1)) == (code, f"card has no {account} account")
    assert using(bank, account=own).answer(asked(stan=2))[0] == "00"
    assert using(bank, account="").answer(asked(stan=3))[0] == "00"
    assert using(issuer(), account=account).answer(asked())[0] == "00", "a product that lists none has any"


@pytest.mark.parametrize(("scheme", "code"), [("visa", "1A"), ("mastercard", "65"), ("cmi", "61"), ("", "61")])
def test_contactless_without_a_pin_ends_at_its_limit(scheme: str, code: str) -> None:
    keys = 'contactless_limit = "600.00"\n' + (f'scheme = "{scheme}"' if scheme else "")
    bank = using(issuer(keys), contactless=True)
    reason = "600.01 MAD contactless without a PIN is more than 600.00 MAD"

    assert bank.answer(asked(amount_minor=60_001, stan=1)) == (code, reason)
    assert bank.answer(asked(amount_minor=60_000, stan=2))[0] == "00"
    assert using(issuer(keys), contactless=True, with_pin=True).answer(asked(amount_minor=60_001))[0] == "00"
    assert using(issuer(keys), contactless=False).answer(asked(amount_minor=60_001))[0] == "00"


def test_cash_ends_at_the_limit_of_the_product_and_that_of_the_card_goes_before_it() -> None:
    bank, own = issuer('cash_limit = "300.00"'), issuer('cash_limit = "300.00"', 'cash_limit = "200.00"')
    said = "300.01 MAD in cash is more than the card's limit of 300.00 MAD"

    assert bank.answer(asked(amount_minor=30_001, stan=1, transaction_type=CASH_WITHDRAWAL)) == ("61", said)
    assert bank.answer(asked(amount_minor=30_000, stan=2, transaction_type=CASH_WITHDRAWAL))[0] == "00"
    assert own.answer(asked(amount_minor=20_001, stan=1, transaction_type=CASH_WITHDRAWAL))[0] == "61"
    assert own.answer(asked(amount_minor=20_000, stan=2, transaction_type=CASH_WITHDRAWAL))[0] == "00"


# counts and amounts of a day and a week


def test_the_payments_of_a_day_end_at_their_count_and_begin_again_24_hours_after_the_first() -> None:
    bank = issuer("day_count = 2")
    assert [bank.answer(asked(amount_minor=100, stan=stan), now_ms=NOW_MS + stan)[0] for stan in (1, 2)] == ["00", "00"]

    said = ("65", "2 in 24 hours, and product trial allows 2")
    assert bank.answer(asked(amount_minor=100, stan=3), now_ms=NOW_MS + 1 + DAY_MS - 1) == said
    assert bank.answer(asked(amount_minor=100, stan=4), now_ms=NOW_MS + 1 + DAY_MS)[0] == "00"


def test_the_amounts_of_a_day_end_at_exactly_their_limit() -> None:
    bank = issuer('day_amount = "500.00"')
    assert bank.answer(asked(amount_minor=30_000, stan=1))[0] == "00"

    said = "300.00 MAD in 24 hours and 200.01 MAD more is above the 500.00 MAD of product trial"
    assert bank.answer(asked(amount_minor=20_001, stan=2)) == ("61", said)
    assert bank.answer(asked(amount_minor=20_000, stan=3))[0] == "00"
    assert bank.answer(asked(amount_minor=1, stan=4))[0] == "61"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_hold_that_expired_counts_no_more_and_its_completion_counts_once(restarts: bool) -> None:
    bank = issuer("hold_days = 1\nweek_count = 2")
    preauthorization = asked(stan=1)
    bank.answer(preauthorization)
    (hold,) = bank.book.entries()
    expired = bank.accounts.expire(hold, bank.book, NOW_MS + DAY_MS)
    assert expired is not None
    bank.book.append([expired])
    bank.take(completing(preauthorization, preauthorization.amount_minor))
    bank = bank.restarted() if restarts else bank

    later = NOW_MS + DAY_MS + 1
    assert bank.answer(asked(stan=2), TODAY, later)[0] == "00"
    assert bank.answer(asked(stan=3), TODAY, later) == ("65", "2 in 7 days, and product trial allows 2")


def test_a_week_has_its_own_limits() -> None:
    bank = issuer('day_count = 2\nweek_count = 3\nweek_amount = "500.00"')
    for day in range(3):
        assert bank.answer(asked(amount_minor=10_000, stan=day + 1), now_ms=NOW_MS + day * DAY_MS)[0] == "00"

    assert bank.answer(asked(amount_minor=1, stan=4), now_ms=NOW_MS + WEEK_MS - 1) == (
        "65",
        "3 in 7 days, and product trial allows 3",
    )
    assert bank.answer(asked(amount_minor=30_001, stan=5), now_ms=NOW_MS + WEEK_MS)[0] == "61"
    assert bank.answer(asked(amount_minor=30_000, stan=6), now_ms=NOW_MS + WEEK_MS)[0] == "00"


def test_only_approved_debits_count() -> None:
    bank = issuer("day_count = 1")

    assert bank.answer(asked(amount_minor=999_999, stan=1))[0] == "51"
    assert bank.answer(asked(stan=2, transaction_type=REFUND))[0] == "00"
    assert bank.answer(asked(amount_minor=0, stan=3, transaction_type=BALANCE_INQUIRY))[0] == "00"
    assert bank.answer(asked(amount_minor=100, stan=4))[0] == "00"
    assert bank.answer(asked(amount_minor=100, stan=4))[0] == "00", "a repeat gets its answer and is counted once"
    assert bank.answer(asked(amount_minor=100, stan=5))[0] == "65"


def test_a_reversal_gives_count_and_amount_back() -> None:
    bank = issuer('day_count = 2\nday_amount = "500.00"')
    first, second = asked(amount_minor=20_000, stan=1), asked(amount_minor=30_000, stan=2)
    assert [bank.answer(each)[0] for each in (first, second)] == ["00", "00"]

    bank.undo(reversing(second, 10_000))
    assert bank.answer(asked(amount_minor=1, stan=3))[0] == "65", "what is left of a debit counts"
    bank.undo(reversing(first, stan=900_002))
    assert bank.answer(asked(amount_minor=40_001, stan=4))[0] == "61"
    assert bank.answer(asked(amount_minor=40_000, stan=5))[0] == "00"


def test_a_completion_counts_in_the_place_of_its_hold() -> None:
    bank = issuer('day_count = 2\nday_amount = "500.00"')
    hold = asked(amount_minor=20_000, stan=1, pre_authorized=True)
    assert bank.answer(hold)[0] == "00"
    bank.take(completing(hold, 45_000))

    assert bank.answer(asked(amount_minor=5_001, stan=2))[0] == "61"
    assert bank.answer(asked(amount_minor=5_000, stan=3))[0] == "00"


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_restart_forgets_nothing(tmp_path: Path, asked_before: bool) -> None:
    """What counts is read from the durable book; a process that was killed has written nothing but that."""
    keys = 'day_count = 3\nday_amount = "500.00"'
    bank = issuer(keys if asked_before else "", book=Book.open(tmp_path / "atlas.db"))
    first, second = asked(amount_minor=20_000, stan=1), asked(amount_minor=10_000, stan=2)
    assert [bank.answer(each)[0] for each in (first, second)] == ["00", "00"]
    bank.undo(reversing(second, 4_000))
    bank.book.close()

    again = issuer(keys, book=Book.open(tmp_path / "atlas.db"))
    assert again.answer(asked(amount_minor=26_001, stan=3)) == (
        "61",
        "240.00 MAD in 24 hours and 260.01 MAD more is above the 500.00 MAD of product trial",
    )
    again.undo(reversing(first, stan=900_003))
    assert again.answer(asked(amount_minor=46_000, stan=4))[0] == "00"
    again.undo(reversing(second, 0, stan=900_004))
    assert again.answer(asked(amount_minor=4_000, stan=5))[0] == "00"
    assert again.answer(asked(amount_minor=1, stan=6))[0] == "61"
    again.book.close()


@pytest.mark.parametrize(
    ("keys", "window_ms", "code"),
    [
        ("day_count = 2", DAY_MS, "65"),
        ('day_amount = "200.00"', DAY_MS, "61"),
        ("week_count = 2", WEEK_MS, "65"),
        ('week_amount = "200.00"', WEEK_MS, "61"),
    ],
)
def test_a_day_and_a_week_are_as_long_after_a_restart(keys: str, window_ms: int, code: str) -> None:
    bank = issuer(keys)
    for stan, now_ms in ((1, NOW_MS), (2, NOW_MS + window_ms // 2)):
        assert bank.answer(asked(amount_minor=10_000, stan=stan), now_ms=now_ms)[0] == "00"

    bank = bank.restarted()
    assert bank.answer(asked(amount_minor=10_000, stan=3), now_ms=NOW_MS + window_ms - 1)[0] == code
    bank = bank.restarted()
    assert bank.answer(asked(amount_minor=10_000, stan=4), now_ms=NOW_MS + window_ms)[0] == "00"


def test_one_card_does_not_count_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it matter that those of others were forgotten for want of room: they are read anew."""
    monkeypatch.setattr("switch.issuers.account.USES_REMEMBERED_MAX", 1)
    text = ATLAS.replace('balance = "1000000.00"', 'balance = "1000000.00"\nproduct = "trial"')
    bank = Issuer(profile=Profile.from_toml(table(f'{text}\n[[product]]\nid = "trial"\nday_count = 2')))
    (series,) = bank.profile.card_series
    one, other = series.card(1).pan.digits, series.card(2).pan.digits

    assert [bank.answer(asked(pan, 100, stan))[0] for stan, pan in enumerate((one, other, one, other, one, other))] == [
        *("00", "00", "00", "00"),
        *("65", "65"),
    ]


def test_a_card_without_a_product_is_asked_nothing_more() -> None:
    bank = Issuer()
    bank.use = CardUse(countries=frozenset({"250"}), contactless=True, on_file=True, account="credit")
    assert bank.answer(asked(GOOD, 100_000))[0] == "00"
