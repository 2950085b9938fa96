from __future__ import annotations

from collections import Counter
from itertools import islice
from statistics import fmean

import pytest
from attrs import evolve

from switch.card import luhn_valid
from switch.cli.card_maker import TICKET_MEAN_MINOR, as_card_file, made_cards
from switch.errors import SwitchError
from switch.specs.load import load_specs
from tests.cli.command import run

SPECS = load_specs()
ATLAS = SPECS.issuers["atlas"]


def test_one_seed_makes_the_same_cards_and_another_others() -> None:
    first, again, other = (
        run("cards", "generate", "--issuer", "atlas", "--count", 50, "--seed", seed).out for seed in (7, 7, 8)
    )
    assert first == again
    numbers = {line.partition(",")[0] for line in first.splitlines()[1:]}
    assert len(numbers) == 50
    assert not numbers & {line.partition(",")[0] for line in other.splitlines()[1:]}


@pytest.mark.parametrize("issuer", SPECS.issuers)
def test_made_cards_are_in_order_and_of_the_issuer(issuer: str) -> None:
    profile = SPECS.issuers[issuer]
    cards = list(made_cards(profile, SPECS.routing, 3_000, 1))
    numbers = [card.pan for card in cards]

    assert numbers == sorted(set(numbers))
    assert len(numbers) == len({card.account for card in cards}) == 3_000
    assert all(luhn_valid(number) for number in numbers)
    assert {route.issuer for number in numbers if (route := SPECS.routing.find(number))} == {issuer}
    assert not {card.pan.digits for card in profile.all_cards()} & set(numbers)


def test_products_come_by_their_shares_and_amounts_by_the_ticket_of_the_country() -> None:
    cards = list(made_cards(ATLAS, SPECS.routing, 20_000, 3))

    shares = Counter(card.product for card in cards)
    assert shares == {"cmi": 12_000, "visa_debit": 4_000, "cmi_starter": 2_000, "mastercard_credit": 2_000}
    assert fmean(card.amount_minor for card in cards) == pytest.approx(TICKET_MEAN_MINOR, rel=0.03)
    assert all(card.amount_minor % 5 == 0 and card.amount_minor >= 500 for card in cards)
    assert fmean(card.balance_minor >= card.amount_minor for card in cards) > 0.95
    assert {len(card.cvv2) for card in cards} == {3}
    schemes = Counter(route.scheme for card in cards if (route := SPECS.routing.find(card.pan)))
    assert schemes == {"cmi": 14_000, "visa": 4_000, "mastercard": 2_000}


def test_a_product_of_fifteen_digits_has_cards_of_fifteen_digits() -> None:
    product = ATLAS.products["amex_credit"]
    assert product is not None
    one = evolve(ATLAS, products={"amex_credit": evolve(product, share=1)})
    for card in made_cards(one, SPECS.routing, 20, 3):
        assert (len(card.pan), len(card.cvv2), card.pan[:6]) == (15, 4, "374512")


def test_numbers_alone_and_messages_are_of_the_same_cards() -> None:
    def made(form: str) -> list[str]:
        return run("cards", "generate", "--issuer", "rif", "--count", 5, "--format", form).out.splitlines()

    (_, *cards), numbers, (head, *messages) = made("csv"), made("pans"), made("messages")
    assert numbers == [card.split(",")[0] for card in cards]
    assert head == "2,4,14"
    for card, message in zip(cards, messages, strict=True):
        pan, expiry, *_, amount = card.split(",")
        assert message == f"{pan},{int(amount.replace('.', '')):012d},{expiry}"


def test_what_cannot_be_made_is_told_in_one_sentence() -> None:
    assert run("cards", "generate", "--issuer", "atlas", "--count", 0).sentence == "--count: found 0, expected 1 to 5000000"
    assert run("cards", "generate", "--issuer", "nobody").sentence.startswith("--issuer: found 'nobody', expected one of atlas")
    before = run("cards", "--issuer", "atlas", "generate").sentence
    assert before == "--issuer: found in front of generate, expected behind it, where generate knows it"
    small = evolve(SPECS.routing, ranges=tuple((digits, (), ()) for digits, _, _ in SPECS.routing.ranges))
    with pytest.raises(SwitchError, match="to which no range leads that fits a product"):
        next(made_cards(ATLAS, small, 1, 0))


def test_a_card_file_is_made_as_it_is_read() -> None:
    """It begins to come before all of it is there to be printed."""
    lines = as_card_file(made_cards(ATLAS, SPECS.routing, 1_000, 0))
    assert list(islice(lines, 1)) == ["pan,expiry,cvv2,balance,product,account,name,amount"]
