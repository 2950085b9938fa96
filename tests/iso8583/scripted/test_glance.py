from __future__ import annotations

import pytest

from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import MessageFacts, card_of, kinds_of, marks_of
from tests.support.centre_in_loop import purchase, specs

CARD = purchase().elements[2]


def facts(message: Message) -> MessageFacts:
    return MessageFacts(message, specs().dialects["ascii"], lambda name, key: f"{name} of {key}")


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        (Message("0100", {}), ["authorization", "request"]),
        (Message("0201", {}), ["financial", "request"]),
        (Message("0220", {}), ["financial", "advice"]),
        (Message("0200", {3: "020000"}), ["financial", "reversal"]),
        (Message("0420", {}), ["reversal"]),
        (Message("0500", {}), ["reconciliation", "totals"]),
        (Message("0800", {70: "001"}), ["network_management", "sign_on"]),
        (Message("0800", {70: "301"}), ["network_management", "echo"]),
        (Message("0800", {3: "990000"}), ["network_management", "echo"]),
        (Message("0800", {70: "999"}), ["network_management"]),
        (Message("0302", {}), ["file_update"]),
    ],
)
def test_a_message_answers_to_its_kinds(message: Message, kinds: list[str]) -> None:
    assert list(kinds_of(message)) == kinds


def test_marks_are_those_of_playbooks() -> None:
    kind = ("0100", "000000", "051", "00", "504", None, True)
    message = purchase(de41="T1      ")
    card, shop, amount = CARD, message.elements[42], "000000012500"
    assert marks_of(message, "ascii") == (card, card[:11], "T1      ", shop, None, amount, kind, "ascii", message.elements)
    assert marks_of(purchase(), issuer="rif")[1] == (CARD[:11], "rif")
    assert marks_of(Message("0800", {})) == ("", "", "", "", None, "", ("0800", *[None] * 6), "", {})
    assert card_of(Message("0100", {35: "4507160000000010D2912101"})) == "4507160000000010"


def test_words_of_a_purchase() -> None:
    said = facts(purchase(de18="5411"))

    assert {name: tuple(said.words(name)) for name in ("card", "bin", "mti", "type", "currency", "channel", "entry")} == {
        "card": (CARD,),
        "bin": (CARD,),
        "mti": ("0100",),
        "type": ("purchase",),
        "currency": ("504",),
        "channel": ("chip",),
        "entry": ("chip",),
    }
    assert said.words("issuer") == (f"issuer of {CARD}",)
    assert said.words("mcc") == (f"mcc of {purchase().elements[42]}",)
    assert said.words("line") == ("line of ", "connection of ")
    assert said.amount_minor == 12_500
    assert (said.element("22"), said.element("38")) == ("051", "")


@pytest.mark.parametrize(
    ("elements", "name", "words"),
    [
        ({"de22": "071"}, "entry", ("chip", "contactless")),
        ({"de22": "801"}, "entry", ("magstripe", "fallback")),
        ({"de22": "101"}, "entry", ("ecommerce", "credential_on_file")),
        ({"de22": "012", "de25": "59"}, "channel", ("ecommerce",)),
        ({"de22": ""}, "channel", ()),
        ({"de4": "000000000000"}, "type", ("card_verification",)),
        ({"de3": "200000"}, "type", ("refund",)),
        ({"de49": "978"}, "currency", ("978",)),
        ({"de2": ""}, "card", ()),
    ],
)
def test_words_of_other_messages(elements: dict[str, str], name: str, words: tuple[str, ...]) -> None:
    assert facts(purchase(1, **elements)).words(name) == words
