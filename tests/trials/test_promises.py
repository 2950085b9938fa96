"""Promises of the documents that nothing held: each was broken on purpose once, and no test noticed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from switch.iso8583.dialect import EDITION_1993
from switch.journal import JOURNAL_FILE, SqliteJournal
from switch.vault import Vault
from tests.loopback import loopback, purchase, specs
from tests.messages.acquirers import acquirer
from tests.played import played


def _journal(folder: Path) -> SqliteJournal:
    journal = SqliteJournal(folder / JOURNAL_FILE, Vault.open(folder))
    if journal.open_date() is None:
        journal.open_business_date("2026-11-22", "operator", 1)
    return journal


async def test_who_asks_again_after_a_restart_is_told_that_the_issuer_timed_out_where_it_was_asked(tmp_path: Path) -> None:
    shop = acquirer(EDITION_1993, "atlas")
    asked, unasked = shop.sale("1100", 1), shop.sale("1100", 2)
    with closing(_journal(tmp_path)) as journal:
        async with played(asked="ascii93", journal=journal) as centre:
            assert (await centre.acquirer.ask(unasked)).elements[39] == "907", "the issuer is away"
            issuer = await centre.signed_on()
            await centre.acquirer.send(asked)
            await issuer.receive()
    with closing(_journal(tmp_path)) as journal:
        async with played(asked="ascii93", journal=journal) as centre:
            assert (await centre.acquirer.ask(asked)).elements[39] == "911"
            assert (await centre.acquirer.ask(unasked)).elements[39] == "907"


async def test_the_trade_of_a_merchant_is_that_of_its_contract_whatever_a_terminal_says() -> None:
    shop = next(iter(specs().merchants.values()))
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        for stan, changes in ((1, {}), (2, {"de42": "NOBODY000000000"})):
            await client.ask(purchase(stan, de18="9999", **changes))
    requests = [request for batch in centre.journal.batches for request in batch.requests]
    assert [request.merchant_type for request in requests] == [shop.mcc, "9999"]
