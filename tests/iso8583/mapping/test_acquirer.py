"""Between messages and the trade's words."""

from __future__ import annotations

import pytest
from hypothesis import given

from switch.card import Pan
from switch.errors import MessageError
from switch.iso8583.elements import ECHOED, MANDATORY
from switch.iso8583.mapping.acquirer import (
    CHANNEL_OF_ENTRY_MODE,
    Stamp,
    original_data,
    refusal,
    to_authorization,
    to_response,
    to_reversal,
)
from switch.iso8583.mapping.issuer import REASON, from_issuer, to_issuer_answer, to_issuer_request
from switch.iso8583.message import Message
from switch.transaction import Authorization, Decision, ExchangeKey, Reversal
from tests.iso8583.samples import PAN, PURCHASE, TRACK_2, heard_in, with_elements
from tests.support.strategies import DIALECTS, pans

APPROVED = Decision(response_code="00", approval_code="A1B2C3", decided_by="atlas", reason="approved")


def read(message: Message) -> Authorization:
    return to_authorization(message, acquirer_id="504000", stamp=Stamp("1231235959", "1231235959"), currency="504")


def test_a_purchase() -> None:
    authorization = read(PURCHASE)
    assert authorization == Authorization(
        key=ExchangeKey("504001", "TERM0001", "000042", "1122091530"),
        message_class="authorization",
        transaction_type="purchase",
        processing_code="000000",
        pan=Pan(PAN),
        expiry="2912",
        amount_minor=12_500,
        currency="504",
        merchant_id="SHOP00000000001",
        merchant_type="5411",
        entry_mode="051",
        channel="chip",
        rrn="632609000042",
        local_at="1122101530",
        carried={},
    )
    assert authorization.carried == PURCHASE.elements
    assert PAN not in repr(authorization)


@pytest.mark.parametrize("number", sorted(MANDATORY))
def test_what_a_request_cannot_do_without(number: int) -> None:
    with pytest.raises(MessageError, match=f"DE {number}: found nothing, expected a value: mandatory in a 0100"):
        read(with_elements(PURCHASE, **{f"de{number}": None}))


def test_what_the_centre_fills_in() -> None:
    authorization = read(with_elements(PURCHASE, de7=None, de12=None, de13=None, de32=None, de37=None, de49=None))
    assert authorization.key == ExchangeKey("504000", "TERM0001", "000042", "1231235959")
    assert (authorization.rrn, authorization.currency) == ("123123000042", "504")
    assert authorization.local_at == "1231235959"
    carried = authorization.carried
    assert (carried[7], carried[32], carried[37]) == ("1231235959", "504000", "123123000042")
    assert 49 not in carried


def test_a_filled_in_reference_follows_the_time_that_was_sent() -> None:
    assert read(with_elements(PURCHASE, de37=None)).rrn == "112209000042"


def test_a_financial_request_and_other_types() -> None:
    assert read(Message("0200", PURCHASE.elements)).message_class == "financial"
    assert read(with_elements(PURCHASE, de3="010000")).transaction_type == "cash_withdrawal"
    assert read(with_elements(PURCHASE, de3="310000")).transaction_type == "balance_inquiry"
    assert read(with_elements(PURCHASE, de3="400000")).transaction_type == "other"


@pytest.mark.parametrize(
    ("track", "expiry"),
    [
        (TRACK_2, "2912"),
        (TRACK_2.replace("=", "D"), "2912"),
        (PAN, None),
        (f"{PAN}=", None),
        (f"{PAN}=29", None),
        (f"{PAN}==10100000", None),
        (f"{PAN}D=2912", None),
    ],
)
def test_a_card_known_by_its_track_only(track: str, expiry: str | None) -> None:
    authorization = read(with_elements(PURCHASE, de2=None, de14=None, de35=track))
    assert (authorization.pan, authorization.expiry) == (Pan(PAN), expiry)


def test_the_elements_win_over_the_track() -> None:
    authorization = read(with_elements(PURCHASE, de14="3001", de35=f"{PAN}=2912201"))
    assert (authorization.pan, authorization.expiry) == (Pan(PAN), "3001")


@pytest.mark.parametrize("tracks", [{"de35": f"9{TRACK_2}"[:37]}, {"de45": "B9504010000000027^X/Y^2912201"}])
def test_elements_of_two_cards_are_refused_with_both_named(tracks: dict[str, str]) -> None:
    with pytest.raises(MessageError, match=r"DE (35|45): found a track . of another card than DE 2"):
        read(with_elements(PURCHASE, **tracks))


@pytest.mark.parametrize(
    ("pan", "track"), [(None, None), ("1234567", None), ("", None), (None, "=2912"), (None, "1234567=2912")]
)
def test_no_card_number_or_one_too_short(pan: str | None, track: str | None) -> None:
    with pytest.raises(MessageError, match=r"DE 2: found .*, expected a PAN"):
        read(with_elements(PURCHASE, de2=pan, de35=track))


@given(pans())
def test_no_authorization_shows_its_card_number(pan: str) -> None:
    authorization = read(with_elements(PURCHASE, de2=pan))
    assert authorization.pan.digits == pan
    assert pan not in repr(authorization)
    assert pan not in str(authorization)


@pytest.mark.parametrize(
    ("entry", "condition", "channel"),
    [
        ("011", "00", "manual"),
        ("010", "59", "ecommerce"),
        ("812", "59", "ecommerce"),
        ("812", "00", "ecommerce"),
        ("100", "00", "ecommerce"),
        ("021", "00", "magstripe"),
        ("901", "00", "magstripe"),
        ("911", "00", "magstripe"),
        ("801", "00", "magstripe"),
        ("051", "00", "chip"),
        ("051", "59", "chip"),
        ("071", "00", "chip"),
        ("951", "00", "chip"),
        ("991", "00", "manual"),
        (None, None, "manual"),
        (None, "59", "ecommerce"),
    ],
)
def test_how_the_card_was_read(entry: str | None, condition: str | None, channel: str) -> None:
    assert read(with_elements(PURCHASE, de22=entry, de25=condition)).channel == channel
    assert entry is None or entry[:2] in CHANNEL_OF_ENTRY_MODE or channel == "manual"


def test_the_request_to_the_issuer() -> None:
    request = to_issuer_request(read(with_elements(PURCHASE, de32=None)), forwarder_id="504999")
    assert request == Message("0100", {**PURCHASE.elements, 32: "504000", 33: "504999"})
    assert to_issuer_request(read(Message("0201", PURCHASE.elements)), forwarder_id="504999").mti == "0200"


def test_the_answer_echoes_what_matches_and_nothing_secret() -> None:
    asked = with_elements(PURCHASE, de35=TRACK_2, de52="00" * 8, de48="CVV2 123", de55="5F2A020504")
    answer = to_response(read(asked), APPROVED)
    echoed = {n: value for n, value in asked.elements.items() if n in ECHOED}
    assert answer == Message("0110", {**echoed, 38: "A1B2C3", 39: "00"})
    assert not {35, 48, 52, 55} & set(answer.elements)
    assert to_response(read(Message("0200", asked.elements)), APPROVED).mti == "0210"


def test_a_decline_has_no_approval_code_and_carries_what_the_issuer_adds() -> None:
    decision = Decision(response_code="51", approval_code=None, decided_by="atlas", reason="", carried={54: "x", 44: "y"})
    answer = to_response(read(PURCHASE), decision)
    assert 38 not in answer.elements
    assert (answer.elements[39], answer.elements[54], answer.elements[44]) == ("51", "x", "y")


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize("reason", ["", "scenario night, rule 2", "scénario « nuit », règle 2\n", "x" * 400])
def test_to_the_issuer_and_back_over_its_own_wire(name: str, reason: str) -> None:
    authorization = read(heard_in(name, PURCHASE))
    request = heard_in(name, to_issuer_request(authorization, forwarder_id="504999"))
    decision = Decision(response_code="05", approval_code=None, decided_by="atlas", reason=reason)
    answer = to_issuer_answer(heard_in(name, from_issuer(request, decision)), acquirer_id="?")
    assert answer.key == authorization.key
    assert (answer.response_code, answer.approval_code, answer.carried) == ("05", None, None)
    assert answer.reason == "".join(c if " " <= c <= "~" else "?" for c in reason)[:200]
    approved = to_issuer_answer(heard_in(name, from_issuer(request, APPROVED)), acquirer_id="?")
    assert (approved.response_code, approved.approval_code, approved.reason) == ("00", "A1B2C3", "approved")


def test_what_the_issuer_adds_goes_on_and_its_reason_does_not() -> None:
    added = {44: "hint", 48: "more", 54: "0002504C000000012500", 55: "8A023030", 62: "id", REASON: "why", 127: "own"}
    answer = to_issuer_answer(Message("0110", {**PURCHASE.elements, 39: "00", **added}), acquirer_id="504000")
    assert answer.carried == {n: added[n] for n in (44, 48, 54, 55, 62)}
    assert answer.reason == "why"


@pytest.mark.parametrize("number", [7, 11, 39, 41])
def test_an_answer_that_matches_nothing(number: int) -> None:
    elements = {**PURCHASE.elements, 39: "00"}
    del elements[number]
    with pytest.raises(MessageError, match=f"DE {number}: found nothing, expected a value: mandatory in a 0110"):
        to_issuer_answer(Message("0110", elements), acquirer_id="504000")


def test_an_answer_without_an_acquirer_is_ours() -> None:
    answer = to_issuer_answer(with_elements(Message("0110", PURCHASE.elements), de32=None, de39="00"), acquirer_id="504000")
    assert answer.key.acquirer_id == "504000"


def test_a_refusal_lets_its_sender_match_it() -> None:
    answer = refusal(with_elements(PURCHASE, de48="CVV2 123", de52="00" * 8, de70="301"), "30")
    assert answer == Message("0110", {**with_elements(PURCHASE, de43=None, de70="301").elements, 39: "30"})
    assert refusal(Message("0421", {11: "000042"}), "40") == Message("0430", {11: "000042", 39: "40"})


def _reversal(**elements: str) -> Message:
    base = {
        4: "000000012500",
        7: "1122110000",
        11: "000901",
        37: "632609000042",
        41: "TERM0001",
        42: "SHOP00000000001",
        49: "504",
    }
    return Message("0420", {**base, **{int(name[2:]): value for name, value in elements.items()}})


def _to_reversal(message: Message) -> Reversal:
    return to_reversal(message, acquirer_id="504001", stamp=Stamp("1122110000", "1122110000"), currency="504")


def test_a_reversal_names_its_original_by_de_90() -> None:
    original = ExchangeKey("504001", "TERM0001", "000042", "1122091530")
    reversal = _to_reversal(_reversal(de90=original_data("0100", original), de2="4507160000000010"))
    assert reversal.original_key == original
    assert (reversal.amount_minor, reversal.replacement_minor, reversal.partial) == (12_500, 0, False)


@pytest.mark.parametrize("own", ["504001", "000504", "00000000007", "12345678901"])
def test_a_reversal_names_an_original_of_its_own_acquirer_whatever_zeros_its_id_begins_with(own: str) -> None:
    original = ExchangeKey(own, "TERM0001", "000042", "1122091530")
    for de90 in (original_data("0100", original), original_data("0100", original._replace(acquirer_id=""))):
        assert _to_reversal(_reversal(de32=own, de90=de90)).original_key == original
        assert _completion_names(own, de90) == original


def _completion_names(own: str, de90: str) -> ExchangeKey | None:
    """What a completion of the same acquirer names."""
    return read(Message("0220", with_elements(PURCHASE, de32=own, de90=de90).elements)).original_key


@pytest.mark.parametrize("de90", ["", "0100" + "0" * 38])
def test_a_reversal_without_a_usable_de_90_names_none(de90: str) -> None:
    reversal = _to_reversal(_reversal(**({"de90": de90} if de90 else {})))
    assert (reversal.original_key, reversal.original_stan) == (None, "000901")


def test_a_partial_reversal_says_what_remains() -> None:
    assert _to_reversal(_reversal(de95="000000010000" + "0" * 12 + "C00000000" * 2)).replacement_minor == 10_000


@pytest.mark.parametrize("de95", ["ABCDEFGHIJKL" + "0" * 30, "000000012501" + "0" * 30])
def test_a_replacement_amount_that_makes_no_sense_is_refused(de95: str) -> None:
    with pytest.raises(MessageError, match="DE 95"):
        _to_reversal(_reversal(de95=de95))


@pytest.mark.parametrize("missing", [4, 11, 41, 42])
def test_what_a_reversal_cannot_do_without(missing: int) -> None:
    message = _reversal()
    del message.elements[missing]
    with pytest.raises(MessageError, match=f"DE {missing}: found nothing"):
        _to_reversal(message)
