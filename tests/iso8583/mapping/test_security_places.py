"""CVV2, ECI and CAVV in the places of a dialect: read, written, and moved from one dialect's places to another's."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switch.card import CardSecurity, SecurityResults
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.mapping.acquirer import Stamp, to_authorization, to_response
from switch.iso8583.mapping.issuer import from_issuer, secured, to_issuer_advice, to_issuer_answer, to_issuer_request
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.message import Message
from switch.iso8583.reading.meanings import proof_words
from switch.transaction import Authorization, Decision
from tests.iso8583.samples import PAN, PURCHASE
from tests.support.strategies import DIALECTS

CAVV = "0001020304050607080910111213141516171819"
BASE64 = "AAECAwQFBgcICRAREhMUFRYXGBk="
IN_48 = f"4203{'212'}4328{BASE64}9203123"
ASCII, VISA, PRIVATE = (security_places(DIALECTS[name]) for name in ("ascii", "visa_like", "ascii_private"))
FORWARDER = "504900"


def read(e: dict[int, str], name: str = "ascii") -> Authorization:
    message = Message("0100", {**PURCHASE.elements, 22: "812", 25: "59", **e})
    stamp = Stamp("1122091530", "1122101530")
    return to_authorization(
        message, acquirer_id="1", stamp=stamp, currency="504", places=security_places(DIALECTS[name], "zone")
    )


def proofs(e: dict[int, str], name: str = "ascii") -> CardSecurity:
    security = read(e, name).security
    assert security is not None
    return security


def test_in_de_48_in_the_manner_of_mastercard() -> None:
    security = proofs({48: IN_48})
    assert (security.cvv2, security.eci, security.cavv) == ("123", "05", CAVV)
    assert proofs({48: "4203211"}).eci == "06"
    assert proofs({48: "4203210"}).eci == "07"
    assert proofs({48: "4304XXXX"}).cavv == "5D75D7"
    assert proofs({48: "4304X-XX"}).cavv == ""


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        (f"5710{PAN}D2912201000009879F2608C0FFEE0123456789", ("999", "987")),
        (f"5710{PAN}D291220100000987", None),
        (f"5708{PAN}9F2608C0FFEE0123456789", None),
    ],
)
def test_a_chip_has_a_value_of_its_own(chip: str, found: tuple[str, str] | None) -> None:
    security = proofs({55: chip})
    assert (security.cvv and (security.service_code, security.cvv)) == found


def test_in_60_and_126_in_the_manner_of_visa() -> None:
    security = proofs({60: "0000000005", 126: f"00C0000000000000{CAVV}11 123"}, "visa_like")
    assert (security.cvv2, security.eci, security.cavv) == ("123", "05", CAVV)
    assert read({126: "004000000000000001    "}, "visa_like").security is None, "an indicator that there is none"


def test_what_stands_in_the_same_elements_everywhere() -> None:
    security = proofs({52: "0412AC89ABCDEF67", 53: "2001010100000000", 55: "9F2608C0FFEE0123456789"})
    assert (security.pin_block, security.pin_control, security.pin_zone) == ("0412AC89ABCDEF67", "2001010100000000", "zone")
    assert security.chip == "9F2608C0FFEE0123456789"


@pytest.mark.parametrize(
    ("entry", "track", "found"),
    [
        ("901", f"{PAN}=29121010123498700000", ("101", "987")),
        ("911", f"{PAN}D2912101012349870", ("101", "987")),
        ("021", f"{PAN}=29121010123498700000", None),
        ("901", f"{PAN}=291210100000", None),
        ("901", PAN, None),
    ],
)
def test_a_verification_value_is_read_from_a_whole_track(entry: str, track: str, found: tuple[str, str] | None) -> None:
    security = read({22: entry, 35: track}).security
    assert (security and (security.service_code, security.cvv)) == found


@pytest.mark.parametrize("text", ["ORDER 7", "", "92", "9299123", "9203", "R2207M103420001"])
def test_private_data_of_another_kind_are_no_proof(text: str) -> None:
    assert read({48: text}).security is None
    assert read({48: text}).authenticated, "they may be 3-D Secure data"


def test_a_cvv2_alone_is_no_3_d_secure() -> None:
    assert not read({48: "9203123"}).authenticated
    assert read({48: "92031234203212"}).authenticated
    assert read({48: "9203123", 126: "more"}).authenticated
    assert read({48: IN_48}).authenticated


def test_a_message_without_any_is_as_it_was() -> None:
    assert read({}).security is None
    assert read({60: "0000000005"}).security is None, "ascii has its ECI elsewhere"


@pytest.mark.parametrize("name", ["ascii", "ebcdic", "ascii93", "bcd93"])
def test_dialects_that_say_it_alike_hand_on_what_came(name: str) -> None:
    request = read({48: IN_48})
    assert request.security is not None
    message = to_issuer_request(request, forwarder_id=FORWARDER)
    assert secured(message, request.security, security_places(DIALECTS[name]), None).elements == message.elements


def test_from_48_to_126_and_back() -> None:
    request = read({48: IN_48})
    assert request.security is not None
    there = secured(to_issuer_request(request, forwarder_id=FORWARDER), request.security, VISA, ("12" * 8, "20"))
    assert (48 in there.elements, there.elements[60]) == (False, "0000000005")
    assert (there.elements[52], there.elements[53]) == ("12" * 8, "20")
    again = proofs(dict(there.elements), "visa_like")
    assert (again.cvv2, again.eci, again.cavv) == ("123", "05", CAVV)
    back = proofs(dict(secured(there, again, ASCII, None).elements))
    assert (back.cvv2, back.eci, back.cavv) == ("123", "05", CAVV)


def test_what_else_stands_there_stays_where_only_the_layout_differs() -> None:
    request = read({48: "01005ORDER92003123"}, "ascii_private")
    assert request.security is not None
    there = secured(to_issuer_request(request, forwarder_id=FORWARDER), request.security, ASCII, None)
    assert there.elements[48] == "9203123", "the order number is of the other layout"
    there = secured(to_issuer_request(request, forwarder_id=FORWARDER), request.security, VISA, None)
    assert there.elements[48] == "01005ORDER"


def test_what_does_not_fit_is_an_error_of_its_element() -> None:
    security = CardSecurity(cvv2="12345", places=ASCII)
    with pytest.raises(MessageError, match=r"^DE 48: found in 92: 5 digits, expected n 3$"):
        secured(PURCHASE, security, PRIVATE, None)


RESULTS = SecurityResults(cvv2="N", cvv="1", cavv="2", issuer_authentication="F8C9CECAABD55AD13030")


@pytest.mark.parametrize("issuer", ["ascii", "visa_like", "ascii_private", "ebcdic", "ascii93", "bcd93"])
@pytest.mark.parametrize("acquirer", ["ascii", "visa_like", "ascii_private"])
def test_results_come_back_in_the_acquirers_places(issuer: str, acquirer: str) -> None:
    request = read({48: "9203124"} if acquirer == "ascii" else {}, acquirer)
    places = security_places(DIALECTS[issuer])
    said = from_issuer(
        to_issuer_request(request, forwarder_id=FORWARDER),
        Decision(response_code="N7", approval_code=None, decided_by="x", reason="", results=RESULTS),
        places,
    )
    answer = to_issuer_answer(said, acquirer_id="1", places=places)
    assert answer.results == RESULTS
    decision = Decision(
        response_code="N7", approval_code=None, decided_by="x", reason="", carried=answer.carried, results=answer.results
    )
    told = to_response(request, decision, security_places(DIALECTS[acquirer]))
    assert security_places(DIALECTS[acquirer]).results(told.elements) == RESULTS
    Codec(DIALECTS[acquirer]).encode(told)


def test_a_security_violation_of_1993_is_what_its_issuer_found() -> None:
    def code(results: SecurityResults) -> str:
        elements = ASCII.with_results({**PURCHASE.elements, 39: "63"}, results)
        return to_issuer_answer(Message("0110", elements), acquirer_id="1", places=ASCII).response_code

    assert code(SecurityResults(cvv2="N")) == "N7"
    assert code(SecurityResults(cvv="1")) == "82"
    assert code(SecurityResults(cavv="4")) == "82"
    assert code(SecurityResults(cvv2="M")) == "63"


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40), st.sampled_from(["ascii", "visa_like"]))
def test_whatever_stands_there_nothing_is_raised(private: str, more: str, track: str, name: str) -> None:
    e = {22: "901", 35: track, 48: private, 60: more, 126: private, 44: more, 55: "zz"}
    places = security_places(DIALECTS[name])
    places.read(e)
    places.results(e)


def test_an_advice_has_neither_pin_nor_cvv2() -> None:
    request = read({48: IN_48, 52: "12" * 8, 53: "2001010100000000", 55: "9F2608C0FFEE0123456789"})
    told = to_issuer_advice(request, approval_code=None, repeat=False, forwarder_id=FORWARDER, message_reason="1003")
    assert told.elements.keys().isdisjoint({52, 53})
    assert told.elements[48] == f"42032124328{BASE64}"
    alone = read({48: "9203123", 22: "051"})
    told = to_issuer_advice(alone, approval_code=None, repeat=False, forwarder_id=FORWARDER, message_reason="1003")
    assert 48 not in told.elements


PIECES = [
    "9203123",
    "4203212",
    f"4328{BASE64}",
    "4304XXXX",
    "9205ABCDE",
    "92",
    "01005ORDER",
    "4300",
    "9200",
    "00C0000000000000",
    "X",
]


@example("9201005ORDER", "", "ascii", "ascii_private")  # one that would be filled up with zeros
@example("9205ABCDE", "", "ascii", "visa_like")  # a CVV2 that has no room there
@given(
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
    st.lists(st.sampled_from([*PIECES, f"{CAVV}11 123", "0000000005", "004000000000000011 123"]), max_size=3).map("".join),
    st.sampled_from(["ascii", "visa_like", "ascii_private"]),
    st.sampled_from(["ascii", "visa_like", "ascii_private"]),
)
def test_whatever_came_it_is_handed_on_or_an_error_of_the_message(private: str, more: str, source: str, target: str) -> None:
    request = read({22: "901", 35: f"{PAN}=29121010123498700000", 44: more, 48: private, 60: more, 126: more}, source)
    assert request.security is not None
    message = to_issuer_request(request, forwarder_id=FORWARDER)
    to_issuer_advice(request, approval_code=None, repeat=True, forwarder_id=FORWARDER, message_reason="")
    try:
        there = secured(message, request.security, security_places(DIALECTS[target]), None)
    except MessageError:
        return
    again = security_places(DIALECTS[target]).read(there.elements)
    assert again is not None
    if source != target and request.security.cvv2:
        assert again.cvv2 == request.security.cvv2


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("ascii", "48.87", "N", "no match"),
        ("ascii", "48.42", "212", "authenticated"),
        ("ascii", "48.45", "3", "right, of an attempt"),
        ("visa_like", "60.8", "07", "not authenticated"),
        ("visa_like", "44.5", "1", "wrong"),
        ("visa_like", "48.87", "N", ""),
        ("ascii", "48.92", "123", ""),
        ("ascii", "48.42", "", ""),
    ],
)
def test_results_in_words(name: str, place: str, value: str, words: str) -> None:
    assert proof_words(DIALECTS[name], place, value) == words


def test_proofs_of_no_message_are_put_into_the_places_of_a_dialect() -> None:
    security = CardSecurity(cvv2="123", eci="05", cavv=CAVV)
    e = {number: value for number, value in PURCHASE.elements.items() if number not in (48, 126)}
    for name, places in (("ascii", ASCII), ("visa_like", VISA)):
        written = places.written(e, security)
        assert {number: written[number] for number in e} == e
        found = proofs(written, name)
        assert (found.cvv2, found.eci, found.cavv) == ("123", "05", CAVV)
    assert ASCII.written(e, CardSecurity()) == e
