"""Chip data in words: each table by a value of it, and nothing said of what nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card_security.chip_words import TAG_NAMES, in_words, issuer_application_data, tag_name
from switch.card_security.cryptograms import CRYPTOGRAM_VERSIONS, sample_issuer_data


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        ("95", "8000048000", ("offline data authentication was not performed", "online PIN entered", "transaction exceeds floor limit")),  # noqa: E501
        ("95", "0000000000", ()),
        ("95", "0100000000", ("byte 1 bit 1, reserved",)),
        ("95", "0000000040", ("issuer authentication failed",)),
        ("95", "0000", ()),
        ("9B", "E800", ("offline data authentication was performed", "cardholder verification was performed", "card risk management was performed", "terminal risk management was performed")),  # noqa: E501
        ("82", "3900", ("DDA supported", "cardholder verification is supported", "terminal risk management is to be performed", "CDA supported")),  # noqa: E501
        ("9F34", "020300", ("enciphered PIN verified online", "if the terminal supports the CVM", "result unknown")),
        ("9F34", "420301", ("enciphered PIN verified online", "if the terminal supports the CVM", "failed", "else the next rule")),  # noqa: E501
        ("9F34", "1E0302", ("signature", "if the terminal supports the CVM", "successful")),
        ("9F34", "3F0000", ("no CVM performed", "always", "result unknown")),
        ("9F34", "20FF07", ("CVM 20", "condition FF", "result 07")),
        ("9F33", "E0F8C8", ("manual key entry", "magnetic stripe", "IC with contacts", "plaintext PIN for ICC verification", "enciphered PIN for online verification", "signature (paper)", "enciphered PIN for offline verification", "no CVM required", "SDA", "DDA", "CDA")),  # noqa: E501
        ("9F27", "80", ("ARQC: authorization requested",)),
        ("9F27", "40", ("TC: approved offline",)),
        ("9F27", "0A", ("AAC: declined offline", "advice required", "PIN try limit exceeded")),
        ("9C", "00", ("purchase",)),
        ("9C", "77", ()),
        ("9F1A", "0504", ("ISO 3166 country 504",)),
        ("5F2A", "0504", ("ISO 4217 currency 504",)),
        ("9F02", "000000012500", ("minor units 000000012500",)),
        ("9A", "261128", ("YYMMDD 261128",)),
        ("9F36", "00FF", ("255",)),
        ("9F35", "22", ("merchant", "attended, offline with online capability")),
        ("8A", "3030", ("response code 00",)),
        ("8A", "5A33", ("unable to go online, offline declined",)),
        ("8A", "FFFF", ()),
        ("DF01", "01", ()),
    ],
)  # fmt: skip
def test_words(tag: str, value: str, words: tuple[str, ...]) -> None:
    assert sorted(in_words(tag, bytes.fromhex(value))) == sorted(words)


def test_issuer_application_data() -> None:
    visa = issuer_application_data(bytes.fromhex("06010A03A00000"))
    assert visa == {"layout": "visa", "key index": "01", "cryptogram version": "0A", "card results (CVR)": "03A00000"}
    mastercard = issuer_application_data(bytes.fromhex("0110A00003240000AABB00000000000000FF"))
    assert mastercard["layout"] == "mastercard"
    assert (mastercard["cryptogram version"], mastercard["card results (CVR)"]) == ("10", "A00003240000")
    assert (mastercard["DAC or dynamic number"], mastercard["counters"]) == ("AABB", "00000000000000FF")
    assert issuer_application_data(b"") == {}
    for version in CRYPTOGRAM_VERSIONS.values():
        parts = issuer_application_data(sample_issuer_data(version))
        assert (parts["layout"], int(parts["cryptogram version"], 16)) == (version.scheme, version.number)


def test_names() -> None:
    assert tag_name("9f26") == "Application Cryptogram"
    assert tag_name("DF01") == ""
    assert all(tag == tag.upper() for tag in TAG_NAMES)


@given(st.sampled_from(sorted(TAG_NAMES)), st.binary(max_size=40))
def test_no_value_is_too_strange(tag: str, value: bytes) -> None:
    assert all(isinstance(word, str) and word for word in in_words(tag, value))
