"""From an application to a payment: the form, the decision, the shop that a running page takes, and the public list."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve

from switch.gateway.affiliation.application import APPLICATION_FIELDS
from switch.gateway.affiliation.contract import as_toml, contract_tables, contract_values, new_names
from switch.gateway.affiliation.live_shops import GrowingMapping
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.gateway.store.affiliation_book import Affiliation
from tests.gateway.affiliation.test_application import RIGHT
from tests.support.centre_in_loop import NOW_MS, specs
from tests.support.office_clerk import Clerk, set_password
from tests.support.payment_page import FRICTIONLESS, PaymentPage, payment_page, type_into

TEXTS = resources.files("switch.gateway.affiliation").joinpath("texts")


async def accept(page: PaymentPage, number: int) -> dict[str, str]:
    """What the command does, in the store of a running page: ids and keys of the shop."""

    def decide(books: Any) -> dict[str, str]:
        found = books.affiliations.one(number)
        names = new_names(found, specs(), books.affiliations.accepted(), "cmi", "5812")
        books.affiliations.decide(number, "accepted", NOW_MS, names)
        return names

    return await page.store.do(decide)


def test_every_text_of_the_form_is_there_in_every_language() -> None:
    found = {each: json.loads(TEXTS.joinpath(f"{each}.json").read_text(encoding="utf-8")) for each in PAGE_LANGUAGES}
    assert list(found["fr"]) == list(found["en"]) == list(found["ar"])
    for key, text in found["en"].items():
        assert {each[key].count("{}") for each in found.values()} == {text.count("{}")}, key


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
async def test_an_application_is_kept_and_its_errors_stand_beside_their_fields(tmp_path: Path, language: PageLanguage) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        clerk = Clerk(page.base, language)
        form = await clerk.get("/affiliation")
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in form.text
        for name in APPLICATION_FIELDS:
            assert f'name="{name}"' in form.text
        wrong = await clerk.post("/affiliation", **{**RIGHT, "rib": "310810101402900442310134", "shop_name": "<b>"})
        assert wrong.answer.status == 422
        assert wrong.errors == ["rib"]
        assert "&lt;b&gt;" in wrong.text
        assert "<b>" not in wrong.text
        received = await clerk.post("/affiliation", **RIGHT)
        assert received.url.endswith("/affiliation/received?number=1")
        (kept,) = await page.store.do(lambda books: books.affiliations.all())
        assert (kept.verdict, kept.fields["shop_name"], kept.fields["language"]) == ("", RIGHT["shop_name"], language)


async def test_applications_from_one_address_are_limited(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        clerk = Clerk(page.base)
        most = page.service.profile.limits.applications_per_hour
        for _ in range(most):
            assert (await clerk.post("/affiliation", **RIGHT)).answer.status == 200
        late = await clerk.post("/affiliation", **RIGHT)
        assert late.answer.status == 429
        assert "Too many applications from your address: wait 600 s." in late.text
        assert late.answer.header("retry-after") == "600"
        assert len(await page.store.do(lambda books: books.affiliations.all())) == most


async def test_a_running_page_takes_an_accepted_shop_and_lists_its_site(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        clerk = Clerk(page.base)
        await clerk.post("/affiliation", **RIGHT)
        names = await accept(page, 1)
        with trio.fail_after(10):
            while names["client_id"] not in page.service.profile.shops:
                await trio.lowlevel.checkpoint()
        fields = page.order("NEW-1", clientid=names["client_id"], TranType="Auth")
        del fields["HASH"]
        begun = await page.browser.post(page.base + "/fim/est3Dgate", signed(fields, names["store_key"]))
        assert "L&#39;Échoppe du café" in begun.text
        end = await type_into(page.browser, begun, FRICTIONLESS)
        assert end.form()[1]["ProcReturnCode"] == "03", "the centre learns the merchant from merchants.toml, at its start"
        assert end.form()[1]["merchantName"] == "ECHOPPE DU CAFE SARL"
        listed = json.loads((await clerk.get("/payer-en-ligne.json")).text)
        assert listed["as_of"] == "2026-11-22"
        assert [site["name"] for site in listed["sites"]] == [
            "Air Cedre (test shop)",
            "L'Échoppe du café",
            "Onde Telecom (boutique de test)",
        ]
        assert listed["sites"][1] == {
            "name": "L'Échoppe du café",
            "address": "https://echoppe.example",
            "approved_on": "2026-11-22",
            "acquirer": "Centre monétique (simulation)",
        }
        shown = await clerk.get("/payer-en-ligne?lang=fr")
        assert "Liste au 22/11/2026." in shown.text
        await set_password(page.store, names["merchant_id"])
        office = await clerk.sign_in(names["merchant_id"])
        assert "NEW-1" in office.text


async def test_after_a_restart_the_shop_is_there_at_once(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await Clerk(page.base).post("/affiliation", **RIGHT)
        names = await accept(page, 1)
    async with payment_page(tmp_path / "gateway") as page:
        assert names["client_id"] in page.service.profile.shops
        assert page.service.specs.merchants[names["merchant_id"]].rib == "310810101402900442310133"


def application(number: int = 1, **changed: str) -> Affiliation:
    fields = {**RIGHT, "rib": RIGHT["rib"].replace(" ", ""), "language": "fr", **changed}
    return Affiliation(number=number, applied_at_ms=1, fields=fields, verdict="", decided_at_ms=NOW_MS, decided={})


def test_ids_and_keys_of_two_shops_of_one_name_differ() -> None:
    taken: list[Affiliation] = []
    for number in range(3):
        names = new_names(application(number), specs(), taken, "cmi", "5812")
        taken.append(evolve(application(number), decided=names))
    for key in ("merchant_id", "terminal_id", "client_id", "store_key", "api_password"):
        assert len({each.decided[key] for each in taken}) == 3, key
    assert taken[0].decided["merchant_id"] == "LECHOPPEDU00001"
    assert taken[0].decided["terminal_id"] == "LECHO001"


@pytest.mark.parametrize("name", ["متجر القهوة", 'Le "Café" \\ du | coin', "x" * 40, "日本"])
def test_any_name_makes_a_contract_that_can_be_read_and_said(name: str) -> None:
    asked = application(shop_name=name, legal_name="Société très très longue du Café et des Épices")
    accepted = evolve(asked, decided=new_names(asked, specs(), (), "cmi", "5812"))
    merchant, shop = contract_values(accepted, "2026-11-22")
    assert merchant.name == "SOCIETE TRES TRES LONG"
    assert shop.name == name
    assert (len(merchant.id), len(shop.terminal_id)) == (15, 8)
    import tomllib

    tables = contract_tables(accepted, "2026-11-22")
    assert tomllib.loads(as_toml("shop", tables[1]))["shop"] == [tables[1]]


def test_what_the_specification_has_is_never_replaced() -> None:
    mapping = GrowingMapping({"a": 1})
    mapping.add("a", 2)
    mapping.add("b", 3)
    assert dict(mapping) == {"a": 1, "b": 3}
    assert len(mapping) == 2
