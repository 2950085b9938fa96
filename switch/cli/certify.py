"""``switch gateway certify``: the integrators' checklist against a shop, and its sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.options import json_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.gateway.certify.checklist import CheckResult, NewOrder
    from switch.gateway.protocol.posted import Posted
    from switch.specs.gateway.gateway_profile import Shop
    from switch.specs.specification import Specs

SECONDS = 10.0  #: a shop may take for one answer


@click.command(cls=Verb, short_help="Take a shop through the integrators' checklist.")
@click.argument("shop_url", metavar="SHOP_URL")
@grouped(
    "The shop",
    option("--client-id", metavar="ID", help="Shop of gateway.toml that it is.  [default: that of its form, or the first]"),
    option(
        "--order",
        "orders",
        multiple=True,
        metavar="OID=AMOUNT",
        help="An order that waits in the shop; three of them, and SHOP_URL is the address of the callback.",
    ),
    option(
        "--seconds",
        metavar="TIME",
        type=Duration(0.1, 60),
        default=SECONDS,
        help="How long the shop may take for an answer, such as 1s, 500ms or 1.5.  [default: 10s]",
    ),
)
@specs_option
@json_option
@lang_option
def certify(
    shop_url: str,
    client_id: str | None,
    orders: tuple[str, ...],
    seconds: float,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Send the callbacks of the integrators' checklist to a shop, and print a sheet with a verdict for each.

    SHOP_URL is the page of the shop that posts an order to the payment page, a new order each time. Its form names the
    callback. For a shop whose checkout needs a session, name three orders with --order: then SHOP_URL is the address of the
    callback. Callbacks are signed with the store key of gateway.toml. No payment page has to run, and no money moves. The exit
    code is 1 if a check fails.

    \b
    switch gateway certify http://127.0.0.1:8080/checkout
    switch gateway certify URL --order A-1=31.50 --order A-2=20.00 --order A-3=5
    """
    from attrs import asdict

    from switch.cli.show.tables import show_json
    from switch.specs.load import load_specs

    specs = load_specs(specs_folder)
    shop, results = _checked(specs, shop_url, client_id, orders, seconds)
    failed = sum(each.verdict == "failed" for each in results)
    if as_json:
        checks = [asdict(each) for each in results]
        show_json({"shop": shop_url, "client_id": shop.client_id, "passed": not failed, "checks": checks})
    else:
        _show(results)
    if failed:
        raise NegativeAnswerError(f"{shop_url}: the shop fails {failed} of {len(results)} checks")


def _checked(
    specs: Specs, shop_url: str, client_id: str | None, orders: tuple[str, ...], seconds: float
) -> tuple[Shop, tuple[CheckResult, ...]]:
    import trio

    from switch.gateway.certify.checklist import ORDERS_NEEDED, Certification, order_form
    from switch.gateway.certify.checkout_form import checkout_form
    from switch.gateway.site.http_call import call

    if not shop_url.startswith(("http://", "https://")):
        raise SwitchError(f"SHOP_URL: found {shop_url!r}, expected an address such as http://127.0.0.1:8080/checkout")
    if orders and len(orders) != ORDERS_NEEDED:
        raise SwitchError(f"--order: found {len(orders)}, expected {ORDERS_NEEDED} orders that wait in the shop")
    placed = [_placed(each) for each in orders]

    async def run() -> tuple[Shop, tuple[CheckResult, ...]]:
        waiting: list[Posted] = []

        async def fetched() -> Posted:
            if waiting:
                return waiting.pop()
            return checkout_form((await call("GET", shop_url, seconds=seconds)).body, shop_url)

        if not placed:
            waiting.append(await fetched())
        named = client_id or (waiting[0]["clientid"].strip() if waiting else next(iter(specs.gateway.shops), ""))
        shop = specs.gateway.shops.get(named)
        if shop is None:
            known = ", ".join(specs.gateway.shops) or "none"
            raise SwitchError(f"--client-id: found {named!r}, expected a shop of gateway.toml ({known})")
        forms = iter([order_form(shop, oid, amount, shop_url) for oid, amount in placed])

        async def by_hand() -> Posted:
            return next(forms)

        new_order: NewOrder = by_hand if placed else fetched
        name = specs.merchants[shop.merchant_id].name
        checks = Certification(shop, name, new_order, form_checked=not placed, seconds=seconds)
        return shop, await checks.run()

    return trio.run(run)


def _placed(text: str) -> tuple[str, str]:
    oid, mark, amount = text.rpartition("=")
    if not (oid and mark and amount):
        raise SwitchError(f"--order: found {text!r}, expected OID=AMOUNT, such as A-1=31.50")
    return oid, amount


def _show(results: tuple[CheckResult, ...]) -> None:
    from switch.cli.console.screen import say_text
    from switch.cli.show.tables import show_table

    rows = [(said(each.verdict), said(each.check), each.expected, each.answer, each.remark) for each in results]
    show_table(("verdict", "check", "expected", "answer", "remark"), rows, below=("remark",))
    passed = sum(each.verdict == "passed" for each in results)
    say_text(said(f"{passed} of {len(results)} checks passed"), None)
