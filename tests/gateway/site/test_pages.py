"""The pages themselves: marks, languages, headers, errors a shop's developer can use."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from switch.gateway.front.page_frame import amount_shown
from switch.gateway.protocol.hash_rules import hash_of, signed
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.http_call import call
from switch.gateway.site.rendering import texts
from tests.support.payment_page import CHALLENGED, STORE_KEY, payment_page

STATIC = resources.files("switch.gateway.site")


def test_every_text_is_there_in_every_language() -> None:
    keys = {language: list(texts(language)) for language in PAGE_LANGUAGES}
    assert keys["fr"] == keys["en"] == keys["ar"]
    for language in PAGE_LANGUAGES:
        for key, text in texts(language).items():
            assert text.count("{}") == texts("en")[key].count("{}"), (language, key)


def test_amounts_are_written_as_their_readers_write_them() -> None:
    assert amount_shown(123450, "504", "fr") == "1\u00a0234,50\u00a0MAD"
    assert amount_shown(123450, "504", "ar") == "1,234.50\u00a0MAD"
    assert amount_shown(1500, "392", "en") == "1,500\u00a0JPY"


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
async def test_every_page_has_marks_a_language_and_headers(tmp_path: Path, language: PageLanguage) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        card = await page.begin("PAGE-1", lang=language)
        bank = await page.type_card(card, CHALLENGED)
        end = await page.prove(bank, code="123")
        for each in (card, bank, end):
            assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in each.text
            for mark in ("Centre monétique (simulation)", texts(language)["operated"], "cmi", "Visa", "Mastercard"):
                assert mark in each.text
            for programme in ("3-D Secure cmi", "Verified by Visa", "SecureCode", "SafeKey"):
                assert programme in each.text
            policy = each.answer.header("content-security-policy")
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert each.answer.header("cache-control") == "no-store"
            assert each.answer.header("referrer-policy") == "no-referrer"
            assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|style=|javascript:", each.text)
            assert CHALLENGED not in each.text
            assert CHALLENGED not in each.url


async def test_errors_stand_beside_their_fields_and_no_number_comes_back(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        again = await page.type_card(await page.begin("PAGE-2"), "9876019750673561", cv2="1", terms="")
        assert again.answer.status == 422
        assert again.errors == ["pan", "cv2", "terms"]
        for name in again.errors:
            assert f'aria-describedby="{name}-error' in again.text
        assert "9876019750673561" not in again.text
        assert 'value="ZOE TESTEUSE"' in again.text


async def test_a_shops_text_is_no_markup(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        evil = '"><script src=//evil.example></script>'
        card = await page.begin("<b>PAGE</b>-3", BillToName=evil, amountCur=evil, symbolCur="'")
        end = await page.prove(await page.type_card(card, CHALLENGED), code="123")
        for each in (card, end):
            assert "evil.example></script>" not in each.text
            assert "<b>PAGE" not in each.text
        assert end.form()[1]["BillToName"] == evil


async def test_wrong_fields_have_one_sentence_each(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        got = await page.begin("PAGE-4", amount="12,3456", okUrl="ftp://x", currency="978")
        assert got.answer.status == 400
        assert "<code>okUrl</code>: found &#39;ftp://x&#39;, expected the address of a page of the shop" in got.text
        assert "<code>amount</code>: found &#39;12,3456&#39;, expected" in got.text
        unknown = await page.begin("PAGE-5", clientid="999")
        assert (
            "<code>clientid</code>: found &#39;999&#39;, expected a shop of gateway.toml (600000000, 610000000)" in unknown.text
        )
        foreign = await page.begin("PAGE-6", currency="978")
        assert "<code>currency</code>: found &#39;978&#39;, expected 504, as the shop sells" in foreign.text
        elsewhere = await page.begin("PAGE-7", "/north/fim/est3Dgate")
        assert "expected a post to /fim/est3Dgate, its acquirer&#39;s" in elsewhere.text


async def test_a_wrong_hash_is_explained_with_both_texts_and_never_the_key(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        fields = page.order("PAGE-8")
        del fields["HASH"]
        parts = [value.strip() for name, value in sorted(fields.items()) if name != "encoding"]
        by_bytes = hash_of(Posted((("a", "|".join(parts)),)), STORE_KEY)
        unknown = await page.browser.post(page.base + "/fim/est3Dgate", {**fields, "HASH": by_bytes})
        assert "<strong>unknown</strong>" in unknown.text
        other_key = await page.browser.post(page.base + "/fim/est3Dgate", signed(fields, "TEST5678"))
        assert "the store key is that of client id 610000000" in other_key.text
        blank = signed({**fields, "oid": " PAGE-8"}, STORE_KEY)
        taken = await page.browser.post(page.base + "/fim/est3Dgate", blank)
        assert (taken.answer.status, taken.heading) == (200, "Secure payment"), "blanks around a value do not count"
        for each in (unknown, other_key):
            assert STORE_KEY not in each.text
            assert "TEST5678" not in each.text
            assert "‹store key›" in each.text


async def test_other_addresses_say_what_this_is(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        rest = await call("POST", page.base + "/api/v1/payments", b"{}", (("Content-Type", "application/json"),))
        assert rest.status == 404
        assert "It has no REST API with JSON, no API keys and no HMAC header." in json.loads(rest.body)["sentences"]
        got = await page.browser.get(page.base + "/fim/est3Dgate")
        assert got.answer.status == 405
        assert "found no such address, expected POST /fim/est3Dgate" in got.text
        unknown = await page.browser.get(page.base + "/pay/nobody")
        assert unknown.answer.status == 404
        assert "This payment page does not exist" in unknown.text


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("", b"oid=1", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(201)), 413),
        ("application/x-www-form-urlencoded", b"oid=1&" + b"a" * 65 + b"=1", 413),
        ("application/x-www-form-urlencoded; charset=utf-16", b"%ff%00=%", 400),
    ],
)
async def test_posts_that_are_no_forms_are_refused_in_a_sentence(
    tmp_path: Path, content_type: str, body: bytes, status: int
) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        got = await call("POST", page.base + "/fim/est3Dgate", body, (("Content-Type", content_type),))
        assert got.status == status


async def test_a_token_of_another_form_is_not_taken(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        card = await page.begin("PAGE-9")
        again = await page.type_card(card, CHALLENGED, token="guessed")
        assert "This page was sent before." in again.text
        assert await page.state("PAGE-9") == "open"


def test_static_files_load_nothing_from_elsewhere() -> None:
    for file in STATIC.joinpath("static").iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
