"""The form of a shop that wants to sell here, field by field."""

from __future__ import annotations

import pytest

from switch.gateway.affiliation.application import application_form, is_site
from switch.gateway.protocol.posted import Posted

RIGHT = {
    "shop_name": "L'Échoppe du café",
    "legal_name": "Échoppe du Café SARL",
    "ice": "990000000000990",
    "address": "3, rue des Moulins",
    "city": "Rabat",
    "email": "bonjour@echoppe.example",
    "rib": "310 810 1014029004423101 33",
    "site": "https://echoppe.example",
    "plan": "online",
    "terms": "1",
}
PLANS = ("retail", "online")


def errors(**changed: str) -> dict[str, str]:
    return dict(application_form(Posted(tuple({**RIGHT, **changed}.items())), PLANS, "fr").errors)


def test_a_right_form_is_kept_as_typed_with_plain_digits() -> None:
    form = application_form(Posted(tuple(RIGHT.items())), PLANS, "ar")
    assert form.is_right
    assert form.typed["rib"] == "310810101402900442310133"
    assert form.typed["language"] == "ar"
    assert "terms" not in form.typed


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("shop_name", " ", "shop_name_wrong"),
        ("shop_name", "x" * 41, "shop_name_wrong"),
        ("legal_name", "متجر", "legal_name_wrong"),
        ("city", "Une ville trop longue", "city_wrong"),
        ("ice", "12345", "ice_wrong"),
        ("ice", "٩٩٠٠٠٠٠٠٠٠٠٠٩٩٠", "ice_wrong"),
        ("email", "nobody", "email_wrong"),
        ("rib", "310810", "rib_wrong"),
        ("rib", "310810101402900442310134", "rib_key_wrong"),
        ("site", "javascript:alert(1)", "site_wrong"),
        ("plan", "golden", "plan_wrong"),
        ("terms", "", "terms_wrong"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field: str, value: str, key: str) -> None:
    assert errors(**{field: value}) == {field: key}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://localhost",
        "https://a@shop.example",
        "https://shop.example:x",
        "https://shop.example/\u00e9",
        "https://[::1]/",
        "https://shop example",
        "//shop.example",
    ],
)
def test_what_is_no_site(address: str) -> None:
    assert not is_site(address)


def test_controls_in_a_text_become_blanks() -> None:
    form = application_form(Posted(tuple({**RIGHT, "address": "3,\r\nrue\x00 des\u2028Moulins"}.items())), PLANS, "fr")
    assert form.typed["address"] == "3, rue des Moulins"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\u00ad", "\ufeff", "\u061c", "\U000e0041"])
@pytest.mark.parametrize("field", ["shop_name", "legal_name", "address", "city"])
def test_what_turns_or_hides_letters_is_not_kept(field: str, hidden: str) -> None:
    form = application_form(Posted(tuple({**RIGHT, field: f"{hidden}Ra{hidden}bat\x00 \x1b1"}.items())), PLANS, "fr")
    assert form.typed[field] == "Rabat 1"
    assert errors(**{field: hidden}) == {field: f"{field}_wrong"}


@pytest.mark.parametrize("field", ["shop_name", "legal_name", "address", "city"])
def test_a_name_has_a_letter_or_a_digit(field: str) -> None:
    assert errors(**{field: " -'. "}) == {field: f"{field}_wrong"}
