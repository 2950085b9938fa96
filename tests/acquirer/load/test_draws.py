from __future__ import annotations

from switch.acquirer.load.draws import differences
from switch.acquirer.load.mix import Mix, MixPart
from switch.iso8583.message import Message
from tests.acquirer.load.played_host import CARDS, draws


def test_every_message_has_numbers_of_its_own_and_parts_have_their_shares() -> None:
    drawn = [draws(Mix(parts=(MixPart(share=3), MixPart(type="balance"), MixPart(type="echo")), seed=seed)) for seed in (1, 2)]
    said = [each.next() for each in drawn for _ in range(1_000)]
    types = [each.part.type for each in said]

    assert 1_050 < types.count("purchase") < 1_350
    assert 300 < types.count("echo") < 500
    assert len({each.message.stan for each in said[:1_000]}) == 1_000
    assert {each.message.elements[2] for each in said if each.sale is not None} == {card.digits for card in CARDS}
    assert all(each.message.elements[4] == "000000000000" for each in said if each.part.type == "balance")
    assert all(100 <= int(each.message.elements[4]) <= 6_000 for each in said if each.part.type == "purchase")


def test_a_reversal_without_a_sale_is_a_sale_in_its_place() -> None:
    source = draws(Mix(parts=(MixPart(), MixPart(type="reversal", share=9))))
    first = source.next()
    while not first.in_place:
        first = source.next()
    assert first.message.mti == "0100"
    source.approved(first, "ABC123")
    following = next(each for each in iter(source.next, None) if each.message.mti == "0420")
    assert following.message.elements[90][4:10] == first.message.stan


def test_what_an_answer_says_otherwise() -> None:
    asked = Message("0100", {4: "000000000100", 11: "000001", 41: "ONDE0001", 42: "M              "})
    right = Message("0110", {**asked.elements, 39: "00", 42: "M"})

    assert differences(asked, right) == ""
    assert "MTI" in differences(asked, Message("0210", right.elements))
    assert "DE 39" in differences(asked, Message("0110", asked.elements))
    assert "DE 41" in differences(asked, Message("0110", {**right.elements, 41: "ONDE0002"}))
    assert differences(asked, Message("0110", {39: "00"})) == ""
