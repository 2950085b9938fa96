"""``gateway.toml``: what it may say, what it has to agree on with the merchants, and that it may be missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.specs.folder import default_folder
from switch.specs.gateway.gateway_checks import GATEWAY_FILE
from switch.specs.load import load_specs

SHOP = """
[[acquirer]]
id = "a"
name = "A"
path = "/fim/est3Dgate"

[[shop]]
client_id = "600000000"
acquirer = "a"
name = "Shop"
merchant = "TELECOM00000001"
terminal = "ONDE0002"
store_key = "TEST1234"
"""


def folder_with(tmp_path: Path, text: str | None) -> Path:
    folder = tmp_path / "specs"
    shutil.copytree(default_folder(), folder)
    if text is None:
        (folder / GATEWAY_FILE).unlink()
    else:
        (folder / GATEWAY_FILE).write_text(text)
    return folder


def test_the_shipped_file_has_a_shop_that_can_post_at_once() -> None:
    gateway = load_specs().gateway
    shop = gateway.shops["600000000"]
    assert gateway.acquirers[shop.acquirer].path == "/fim/est3Dgate"
    assert {gateway.brand_of(number).id for number in ("9504010000000019", "4" + "0" * 15, "51" + "0" * 14)} == {  # type: ignore[union-attr]
        "cmi",
        "visa",
        "mastercard",
    }
    assert gateway.rule_of("4000000000000010").result == "not enrolled"
    assert (gateway.rule_of("4507160000000010").result, gateway.rule_of("4507160000000010").code) == ("challenge", "123")


def test_the_file_may_be_missing(tmp_path: Path) -> None:
    assert not load_specs(folder_with(tmp_path, None)).gateway.shops


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('"a"\nname = "Shop"', '"b"\nname = "Shop"'), "gateway.toml:9: shop[1].acquirer: found 'b', expected one of a"),
        (
            ("TELECOM00000001", "NOBODY"),
            "gateway.toml:11: shop[1].merchant: found 'NOBODY', expected a merchant of merchants.toml",
        ),
        (
            ("ONDE0002", "ONDE0009"),
            "shop[1].terminal: found 'ONDE0009', expected a terminal of TELECOM00000001: one of ONDE0001, ONDE0002",
        ),
        (("TEST1234", "MYSKS123"), "gateway.toml:13: shop[1].store_key: found SKS in it, expected a key without these letters"),
        (
            ('"TEST1234"', '"TEST1234"\ntries = 9'),
            "gateway.toml:14: shop[1].tries: found 9, expected a whole number from 1 to 5",
        ),
        (
            ('"TEST1234"', '"TEST1234"\ncurrencies = ["978"]'),
            "gateway.toml:14: shop[1].currencies: found '978', expected '504', the currency of TELECOM00000001",
        ),
        (
            ('"TEST1234"', '"TEST1234"\nframed_by = ["https://ok.example:8443", "\'self\'; script-src *"]'),
            "gateway.toml:14: shop[1].framed_by: found \"'self'; script-src *\", expected the origins of pages",
        ),
        (('"TEST1234"', '"TEST1234"\nbrand = []'), "gateway.toml:14: shop[1].brand: found a key nobody reads"),
        (
            ('"TEST1234"', '"TEST1234"\nsite = "https://a.example"'),
            "shop[1].approved_on: found nothing, expected both site and approved_on, or neither",
        ),
        (
            ('"TEST1234"', '"TEST1234"\nsite = "a.example"\napproved_on = "2026-01-01"'),
            "gateway.toml:14: shop[1].site: found 'a.example', expected the address",
        ),
        (
            ('"TEST1234"', '"TEST1234"\nsite = "https://a.example"\napproved_on = "soon"'),
            "shop[1].approved_on: found 'soon', expected a date such as",
        ),
        (('"TEST1234"', '"TEST1234"\n[limits]\nposts = 1'), "gateway.toml:15: limits.posts: found a key nobody reads"),
        (("/fim/est3Dgate", "fim"), "gateway.toml:5: acquirer[1].path: found 'fim', expected the path of an address"),
        (("[[shop]]", SHOP.partition("[[shop]]")[2].join(("[[shop]]", "\n[[shop]]"))), "found '600000000' a second time"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_specs(folder_with(tmp_path, SHOP.replace(*change, 1)))
    assert sentence in str(refused.value.mistakes[0]) + str(refused.value)


def test_limits_are_those_of_the_file(tmp_path: Path) -> None:
    gateway = load_specs(folder_with(tmp_path, f"{SHOP}[limits]\nposts_per_minute = 0\n")).gateway
    assert (gateway.limits.posts_per_minute, gateway.limits.sign_ins_per_minute) == (0, 10)
