"""The answers to a shop: what it posted, what became of it, and a hash that it can check without sorting."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from switch.gateway.protocol.answers import Authentication, PaymentOutcome, answer_fields, callback_fields
from switch.gateway.protocol.payment_request import payment_request
from switch.gateway.protocol.posted import Posted
from tests.gateway.protocol.test_payment_request import PLAIN

REQUEST, _ = payment_request(Posted(tuple(PLAIN.items())))
OUTCOME: Final = PaymentOutcome(
    answer="Approved",
    code="00",
    transaction_id="26332H0A1",
    at="20261128 23:10:00",
    random="r-1",
    client_ip="127.0.0.1",
    auth_code="A00001",
    reference="633200000001",
    stan="000001",
    pan_masked="435508******4358",
    brand="visa",
    expiry_year="30",
    expiry_month="12",
    authentication=Authentication(md_status="1", trans_status="Y", eci="05", cavv="AAAA", xid="BBBB"),
)


def fields() -> dict[str, str]:
    assert REQUEST is not None
    return answer_fields(REQUEST, OUTCOME, "ONDE TELECOM", "key")


def test_what_was_posted_comes_back_with_what_became_of_it() -> None:
    answer = fields()
    assert {name: answer[name] for name in PLAIN if name not in ("HASH", "rnd")} == {
        name: value for name, value in PLAIN.items() if name not in ("HASH", "rnd")
    }
    assert (answer["Response"], answer["ProcReturnCode"], answer["ReturnOid"]) == ("Approved", "00", "A-17")
    assert (answer["MaskedPan"], answer["maskedCreditCard"]) == ("435508***4358", "4355 08** **** 4358")
    assert (answer["rnd"], answer["orgRnd"]) == ("r-1", "0.1")
    assert (answer["mdStatus"], answer["PAResVerified"], answer["sID"]) == ("1", "true", "1")


def test_a_shop_that_does_not_sort_can_check_the_hash() -> None:
    answer = fields()
    parts = [value.replace("\\", "\\\\").replace("|", "\\|") for name, value in answer.items() if name != "HASH"]
    digest = hashlib.sha512("|".join([*parts, "key"]).encode()).digest()
    assert base64.b64encode(digest).decode() == answer["HASH"]


def test_no_field_comes_twice_in_whatever_case() -> None:
    assert REQUEST is not None
    posted, _ = payment_request(Posted((*PLAIN.items(), ("response", "Approved"), ("PROCRETURNCODE", "00"))))
    assert posted is not None
    declined = PaymentOutcome(
        answer="Declined", code="51", transaction_id="1", at="20261128 23:10:00", random="r", client_ip="127.0.0.1"
    )
    names = [name.lower() for name in answer_fields(posted, declined, "S", "key")]
    assert len(names) == len(set(names))
    assert answer_fields(posted, declined, "S", "key")["Response"] == "Declined"


def test_a_callback_says_that_it_is_one() -> None:
    assert REQUEST is not None
    assert callback_fields(REQUEST, OUTCOME, "S", "key")["callbackCall"] == "true"
