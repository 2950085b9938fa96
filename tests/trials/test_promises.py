"""Promises of the documents that nothing held: each was broken on purpose once, and no test noticed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from switch.data_folder.vault import Vault
from switch.endofday.close import close_day
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.transaction import ExchangeKey
from tests.messages.acquirers import acquirer
from tests.support.centre_in_loop import loopback, purchase, specs
from tests.support.day_builders import DAY_MS, FRIDAY, NOW_MS, SATURDAY, VAT, day_specs, journal_of
from tests.support.played_issuer import answer_to, played


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
    for start in ("decides it", "reads how it was decided"):
        with closing(_journal(tmp_path)) as journal:
            async with played(asked="ascii93", journal=journal) as centre:
                assert (await centre.acquirer.ask(asked)).elements[39] == "911", start
                assert (await centre.acquirer.ask(unasked)).elements[39] == "907", start


async def test_the_reversal_an_issuer_gets_says_what_is_left_and_when_the_centre_sent_it() -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        sale = purchase(1, de7="1122095500")
        await centre.acquirer.send(sale)
        await issuer.send(answer_to(await issuer.receive(), "00", de38="A1B2C3"))
        await centre.acquirer.receive()
        key = ExchangeKey("504777", sale.elements[41], "000001", "1122095500")
        named = {"de90": original_data("0100", key), "de95": f"{4_000:012d}{0:012d}C{0:08d}C{0:08d}"}
        undone = await centre.acquirer.ask(Message("0420", purchase(2, de7="1122095600", **named).elements))
        assert (undone.mti, undone.elements[39]) == ("0430", "00")
        told = await issuer.receive()
    assert (told.mti, told.elements[7], told.elements[90]) == ("0420", "1122100000", named["de90"])
    assert told.elements[95] == named["de95"]


async def test_the_trade_of_a_merchant_is_that_of_its_contract_whatever_a_terminal_says() -> None:
    shop = next(iter(specs().merchants.values()))
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        for stan, changes in ((1, {}), (2, {"de42": "NOBODY000000000"})):
            await client.ask(purchase(stan, de18="9999", **changes))
    requests = [request for batch in centre.journal.batches for request in batch.requests]
    assert [request.merchant_type for request in requests] == [shop.mcc, "9999"]


def test_a_day_that_leaves_a_merchant_exactly_nothing_is_carried_and_its_next_sale_paid_whole(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(transaction_type="refund")
        nothing = close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
        journal.decide()
        paid = close_day(tmp_path, day_specs(), SATURDAY, NOW_MS + DAY_MS)
    assert [(payout.net_minor, payout.outcome) for payout in (*nothing.payouts, *paid.payouts)] == [
        (0, "carried"),
        (9_868, "paid"),
    ]


def test_a_refund_taken_back_in_part_on_its_own_date_is_presented_at_what_is_left_below_zero(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.reverse(journal.decide(transaction_type="refund", amount_minor=100_00), 40_00)
        report = close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
    (payout,) = report.payouts
    assert (payout.gross_minor, payout.discount_minor, payout.vat_minor, payout.net_minor) == (-40_00, -48, -5, -39_47)


def test_what_a_later_date_takes_back_has_the_vat_of_the_date_it_was_sold_on(tmp_path: Path) -> None:
    specs_ = day_specs(vat=f'{VAT}[[rate]]\nfrom = "{SATURDAY}"\nrate_basis_points = 2000\n')
    with journal_of(tmp_path, FRIDAY) as journal:
        sold = journal.decide(amount_minor=100_00)
        close_day(tmp_path, specs_, FRIDAY, NOW_MS)
        journal.reverse(sold, 50_00)
        (payout,) = close_day(tmp_path, specs_, SATURDAY, NOW_MS + DAY_MS).payouts
    assert (payout.gross_minor, payout.discount_minor, payout.vat_minor, payout.net_minor) == (-50_00, -60, -6, -49_34)
