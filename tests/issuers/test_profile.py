from __future__ import annotations

import pytest

from switch.errors import SpecError
from switch.issuers.profile import Address, Profile
from tests.issuers.cast import ATLAS, GOOD, OF_SERIES, POOR, STRANGER, atlas, table

SERIES = '[[card_series]]\nbin = "{}"\ncount = {}\nexpiry = "3012"\nbalance = "1.00"\npurpose = "more"\n'


def test_an_issuer_is_what_its_file_says() -> None:
    profile = atlas()

    assert (profile.id, profile.origin, profile.address) == ("atlas", "domestic", Address("127.0.0.1", 9101))
    assert (profile.dialect, profile.header, profile.tpdu, profile.timeout_seconds) == ("ascii", "2b", False, 10.0)
    assert profile.managed
    card = profile.cards[0]
    assert (card.pan.digits, card.balance_minor, card.status, card.account) == (GOOD, 100_000, "active", "atlas-0001")


def test_an_external_issuer_is_not_ours_to_start() -> None:
    assert not Profile.from_toml(table('process = "external"\n' + ATLAS)).managed


def test_an_address_may_be_of_ip_version_6() -> None:
    assert Profile.from_toml(table(ATLAS.replace("127.0.0.1:", "[::1]:"))).address == Address("::1", 9101)


def test_a_series_holds_its_cards_without_making_them() -> None:
    (series,) = atlas().card_series
    seventh = series.find(OF_SERIES)

    assert seventh is not None
    assert seventh == series.card(7) == list(series)[6]
    assert seventh.account == "atlas-s1-7"
    assert series.find(series.card(1000).pan.digits)
    wrong_check_digit = OF_SERIES[:-1] + str((int(OF_SERIES[-1]) + 1) % 10)
    assert [series.find(digits) for digits in (STRANGER, wrong_check_digit, OF_SERIES[:-1], "4761730000010014")] == [None] * 4


def test_all_cards_are_the_named_ones_and_then_the_series() -> None:
    cards = list(atlas().all_cards())

    assert len(cards) == 1007
    assert len({card.account for card in cards}) == len({card.pan for card in cards}) == 1007


def test_no_full_number_and_no_cvv2_is_shown() -> None:
    shown = repr(atlas()) + repr(atlas().cards)

    assert GOOD not in shown
    assert "123" not in shown


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (f'pan = "{GOOD}"', 'pan = "4507160000000011"', "card[1].pan: found 450716******0011 with check digit 1, expected"),
        (f'pan = "{GOOD}"', f"pan = {GOOD}", "card[1].pan: found a value without quotes, expected the card number"),
        (f'pan = "{GOOD}"', "", "card[1].pan: found nothing, expected text"),
        (f'pan = "{GOOD}"', 'pan = "4507 1600 0000 0010"', "card[1].pan: found '4507 1*********0010', expected 8 to 19 digits"),
        (f'pan = "{POOR}"', f'pan = "{GOOD}"', "card[2].pan: found 450716******0010, the number of card[1]"),
        ('expiry = "2811"', 'expiry = "2813"', "card[1].expiry: found '2813', expected year and month, YYMM"),
        ('cvv2 = "123"', 'account = "atlas-0002"\ncvv2 = "123"', "card[2].balance: found another than that of card[1]"),
        ("127.0.0.1:9101", "127.0.0.1", "address: found '127.0.0.1', expected host and port"),
        ("127.0.0.1:9101", "127.0.0.1:99999", "address: found '127.0.0.1:99999', expected a port from 1 to 65535"),
        ('id = "atlas"', 'id = "switch"', "id: found 'switch', expected another id"),
        ('bin = "476173"', f'bin = "{GOOD[:6]}"', "card_series[1]: found 450716******0010, which is a [[card]] too"),
        ("[[card_series]]", SERIES.format("4761730000", 5) + "[[card_series]]", "card_series[2]: found numbers of"),
        ('header = "2b"', 'header = "2b"\nheadr = "2b"', "headr: found a key nobody reads"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_in_one_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Profile.from_toml(table(ATLAS.replace(old, new, 1)))

    assert str(caught.value).startswith(f"issuers/atlas.toml: {sentence}")
    assert GOOD not in str(caught.value)
    assert caught.value.__context__ is None


def test_series_side_by_side_do_not_overlap() -> None:
    text = ATLAS + SERIES.format("476174", 999_999_999) + SERIES.format("47617300001", 9999)

    assert len(Profile.from_toml(table(text)).card_series) == 3
