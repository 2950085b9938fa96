"""Requests of shops' servers, read strictly, and the answers as XML."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.xml_api import ApiReadError, ApiResponse, api_request

LOGIN = "<Name>api</Name><Password>secret</Password><ClientId>600000000</ClientId>"
CARD = "<Number>4000 0000 0000 0010</Number><Expires>12/30</Expires><Cvv2Val>000</Cvv2Val>"


def document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><CC5Request>{LOGIN}{inside}</CC5Request>'.encode()


def test_a_payment() -> None:
    request = api_request(
        document(f"<Type>Auth</Type><OrderId>A-17</OrderId><Total>31.50</Total><Currency>504</Currency>{CARD}")
    )
    assert (request.kind, request.order_id, request.amount_minor, request.expires) == ("Auth", "A-17", 3150, "3012")
    assert "4000000000000010" not in repr(request)
    assert "secret" not in repr(request)


def test_the_form_field_data_is_read_as_well() -> None:
    body = document("<Type>Void</Type><OrderId>A &amp; B</OrderId>")
    assert api_request(b"DATA=" + quote(body).encode()) == api_request(body)


@pytest.mark.parametrize(("name", "kind"), [("ORDERSTATUS", "Status"), ("ORDERHISTORY", "History")])
def test_queries(name: str, kind: str) -> None:
    assert api_request(document(f"<OrderId>A</OrderId><Extra><{name}>QUERY</{name}></Extra>")).kind == kind


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "CC5Request: found no XML"),
        (b"<a/>", "CC5Request: found an element 'a', expected an element CC5Request"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><CC5Request/>', "CC5Request: found a document type (DOCTYPE)"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><CC5Request/>'.encode("utf-16"), "CC5Request: found a document type (DOCTYPE)"),
        (b'<?xml version="1.0" encoding="bogus"?><CC5Request/>', "CC5Request: found no XML (unknown encoding: bogus)"),
        (b'<?xml version="1.0" encoding="gbk"?><CC5Request/>', "CC5Request: found no XML (multi-byte encodings"),
        (b'<?xml version="1.0" encoding="utf-7"?><CC5Request/>', "CC5Request: found no XML"),
        (document("<Type>Pay</Type>"), "Type: found 'Pay', expected Auth, PreAuth, PostAuth, Void, Credit"),
        (document("<Type>Auth</Type>"), "Number: found no card number, expected 12 to 19 digits"),
        (document("<Type>Void</Type>"), "OrderId: found nothing"),
        (document(f"<Type>Void</Type><OrderId>{'a' * 65}</OrderId>"), "OrderId: found 65 characters, expected at most 64"),
        (document(f"<Type>Void</Type><TransId>{'a' * 65}</TransId>"), "TransId: found 65 characters, expected at most 64"),
        (document("<Type>Credit</Type><OrderId>A</OrderId><Total>x</Total>"), "Total: found 'x'"),
        (b"<CC5Request><Type>Void</Type><OrderId>A</OrderId></CC5Request>", "Password: found nothing"),
    ],
)
def test_what_is_wrong_is_told(body: bytes, told: str) -> None:
    with pytest.raises(ApiReadError) as wrong:
        api_request(body)
    assert told in str(wrong.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(body: bytes) -> None:
    with pytest.raises(ApiReadError):
        api_request(body)


@given(st.text(max_size=40))
def test_any_answer_is_xml(text: str) -> None:
    answer = ApiResponse(order_id=text, answer="Error", code="99", message=text, extra=(("ERRORCODE", text),))
    root = ElementTree.fromstring(answer.to_xml())
    assert root.findtext("Response") == "Error"
