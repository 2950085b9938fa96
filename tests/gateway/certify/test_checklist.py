"""The integrators' checklist against the shop of bills, and against copies of it that are spoilt in one place each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trio
from click.testing import CliRunner, Result

from switch.cli import cli
from switch.errors import SwitchError, UnreachableError
from switch.gateway.certify.checkout_form import checkout_form
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.http_call import HttpAnswer, call, post_form
from switch.shop import payment_form, site
from switch.shop.shop_book import ShopBook
from tests.support.demo_shop import demo_shop
from tests.support.json_schema import mistakes, schema_of

Taking = Callable[[ShopBook, Posted, str, str], str]
RIGHT = payment_form.called_back


async def certified(*arguments: str) -> Result:
    """The command, in a thread beside the shop."""
    return await trio.to_thread.run_sync(lambda: CliRunner().invoke(cli, ["gateway", "certify", *arguments]))


async def test_the_shop_of_bills_passes(tmp_path: Path) -> None:
    async with demo_shop(tmp_path / "shop") as url:
        got = await certified(f"{url}/checkout")
        assert got.exit_code == 0, got.output
        assert "11 of 11 checks passed" in got.output
        as_json = json.loads((await certified(f"{url}/checkout", "--json")).stdout)
        assert mistakes(as_json, schema_of("certify")) == []
        assert as_json["passed"] is True
        assert {each["verdict"] for each in as_json["checks"]} == {"passed"}


async def test_orders_placed_by_hand_pass_too(tmp_path: Path) -> None:
    async with demo_shop(tmp_path / "shop") as url:
        orders = []
        for _ in range(3):
            page = unescape((await call("GET", f"{url}/checkout")).body.decode())
            orders += ["--order", re.findall(r'name="oid" value="([^"]+)"', page)[0] + "=31.50"]
        got = await certified(f"{url}/callback", *orders)
        assert got.exit_code == 0, got.output
        assert "10 of 11 checks passed" in got.output


def forged(book: ShopBook, posted: Posted, key: str, at: str) -> str:
    """Takes every hash: it makes the right one."""
    from switch.gateway.protocol.hash_rules import signed

    fields = {name: value for name, value in posted.fields if name.upper() != "HASH"}
    return RIGHT(book, Posted(tuple(signed(fields, key).items())), key, at)


def generous(book: ShopBook, posted: Posted, key: str, at: str) -> str:
    """Takes every amount and every currency."""
    if not payment_form.is_genuine(posted, key):
        return "FAILURE"
    order = book.by_number(posted["oid"])
    if order is None:
        return "FAILURE"
    return "ACTION=POSTAUTH" if posted["ProcReturnCode"] == "00" else "APPROVED"


def confused(book: ShopBook, posted: Posted, key: str, at: str) -> str:
    """Captures what was declined."""
    return "ACTION=POSTAUTH" if posted["ProcReturnCode"] == "51" else RIGHT(book, posted, key, at)


def deaf_to_letters(book: ShopBook, posted: Posted, key: str, at: str) -> str:
    """Reads names in ASCII before it makes the hash."""
    fields = tuple((name, value.encode("ascii", "ignore").decode()) for name, value in posted.fields)
    return RIGHT(book, Posted(fields), key, at)


def impatient(book: ShopBook, posted: Posted, key: str, at: str) -> str:
    """Refuses a callback it has had."""
    order = book.by_number(posted["oid"])
    return "FAILURE" if order is not None and order.state == "paid" else RIGHT(book, posted, key, at)


@pytest.mark.parametrize(
    ("spoilt", "checks"),
    [
        (forged, {"a hash made with another key"}),
        (
            generous,
            {
                "an amount that is not the order's",
                "the right amount in another currency",
                "a second payment of an order that is paid",
            },
        ),
        (confused, {"a declined payment"}),
        (deaf_to_letters, {"accents, | and \\, and an amount shown in euros"}),
        (impatient, {"the same callback once more"}),
        (lambda *_: "<b>APPROVED</b>", None),
    ],
    ids=["forged", "generous", "confused", "deaf to letters", "impatient", "html"],
)
async def test_a_spoilt_copy_fails_where_it_is_spoilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: Taking, checks: set[str] | None
) -> None:
    monkeypatch.setattr(site, "called_back", spoilt)
    async with demo_shop(tmp_path / "shop") as url:
        got = await certified(f"{url}/checkout", "--json")
    assert got.exit_code == 1
    failed = [each for each in json.loads(got.stdout)["checks"] if each["verdict"] == "failed"]
    if checks is None:
        assert len(failed) == 10
    elif spoilt is forged:  # the order is paid from then on
        assert failed[0]["check"] in checks
    else:
        assert {each["check"] for each in failed} == checks
    assert all(each["remark"] for each in failed)


class _BreaksOff:
    """A shop that is cut off in the middle of one answer, and gives no form after the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls, self.forms = 0, 0
        monkeypatch.setattr("switch.gateway.certify.checklist.post_form", self.post)
        monkeypatch.setattr("switch.gateway.site.http_call.call", self.get)

    async def post(self, *given: Any, **named: Any) -> HttpAnswer:
        self.calls += 1
        if self.calls == 3:
            raise UnreachableError("127.0.0.1:8080: the line broke before an answer")
        return await post_form(*given, **named)

    async def get(self, *given: Any, **named: Any) -> HttpAnswer:
        self.forms += given[0] == "GET"
        if given[0] == "GET" and self.forms > 1:
            raise UnreachableError("127.0.0.1:8080: no answer in 10 s")
        return await call(*given, **named)


async def test_an_answer_that_breaks_off_fails_its_check_and_keeps_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _BreaksOff(monkeypatch)
    async with demo_shop(tmp_path / "shop") as url:
        got = await certified(f"{url}/checkout", "--json")
    assert got.exit_code == 1, got.output
    checks = json.loads(got.stdout)["checks"]
    failed = [(each["check"], each["remark"]) for each in checks if each["verdict"] == "failed"]
    assert failed == [
        ("the right amount in another currency", "127.0.0.1:8080: the line broke before an answer"),
        *[("the form posts an order as it should", "127.0.0.1:8080: no answer in 10 s")] * 2,
    ]
    assert [each["verdict"] for each in checks].count("passed") == 8


async def test_orders_by_hand_at_a_shop_that_is_away_are_one_sentence() -> None:
    away = await certified("http://127.0.0.1:1/callback", *("--order", "A=1") * 3)
    assert isinstance(away.exception, UnreachableError)


async def test_a_form_with_another_key_is_told_so(tmp_path: Path) -> None:
    async with demo_shop(tmp_path / "shop", store_key="ANOTHER99") as url:
        got = await certified(f"{url}/checkout", "--json")
        assert got.exit_code == 1
        first = json.loads(got.stdout)["checks"][0]
        assert (first["check"], first["verdict"]) == ("the form posts an order as it should", "failed")
        assert "store key" in first["remark"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("shop.example",), "SHOP_URL: found 'shop.example', expected an address such as http://127.0.0.1:8080/checkout"),
        (("http://a/", "--order", "A=1"), "--order: found 1, expected 3 orders that wait in the shop"),
        (("http://a/", *("--order", "A") * 3), "--order: found 'A', expected OID=AMOUNT, such as A-1=31.50"),
        (("http://a/", *("--order", "A=1") * 3, "--client-id", "7"), "--client-id: found '7', expected a shop of gateway.toml"),
    ],
)
async def test_wrong_use_is_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    got = await certified(*arguments)
    assert isinstance(got.exception, SwitchError)
    assert sentence in str(got.exception)


async def test_a_page_without_a_form_and_a_shop_that_is_away(tmp_path: Path) -> None:
    async with demo_shop(tmp_path / "shop") as url:
        got = await certified(f"{url}/?{urlencode({'lang': 'en'})}")
        assert "found no form with oid, clientid and HASH" in str(got.exception)
    away = await certified("http://127.0.0.1:1/checkout")
    assert "127.0.0.1:1" in str(away.exception)


def test_the_form_is_told_from_others() -> None:
    page = b'<form><input name="q"></form><form><input name=OID value=1><input name=ClientId><button name=hash></button></form>'
    assert checkout_form(page, "").fields[0] == ("OID", "1")
