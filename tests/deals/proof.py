"""After a run: what banks hold, what the days paid, and what acquirers were told have to be one and the same."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from tests.deals.bank import Banks
from tests.deals.deal import STANS, Deal
from tests.deals.house import House
from tests.deals.sale import Key, Sale

#: Dates that have anything to close; on any other ``day close`` says that there is nothing.
DATES_USED: Final = "select business_date from decision union select business_date from reversal where effective = 1"

#: Every request of the journal that something was paid of, or given back, in any day: its key and the sum.
PAID: Final = """
select r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.merchant_id, sum(p.count), sum(p.amount)
from (select request_id, 1 count, amount_minor amount from b.presentment
      union all select request_id, 0, amount_minor from b.adjustment) p join request r on r.id = p.request_id
group by 1, 2, 3, 4, 5
"""
LISTED: Final = """
select acquirer_id, terminal_id, stan, transmitted_at from request where id in (select request_id from b.{})
"""
GROSS: Final = "select merchant_id, sum(gross_minor) from b.payout group by 1"
BALANCE: Final = "select sum(debit_minor), sum(credit_minor) from b.posting"
POSITIONS: Final = "select business_date, currency, sum(net_minor) from b.position group by 1, 2 having sum(net_minor) <> 0"
ALL_ROWS: Final = "select count(*), sum(length(entry_id) + line + debit_minor + 3 * credit_minor) from b.posting"


def faults_of(house: House, banks: Banks, deals: list[Deal], *, days: bool) -> list[str]:
    """Compare, and close every date where ``days`` are to be compared, too; a sentence for each fault."""
    wrong_stans = {deal.number for deal in deals if deal.wrong}
    sales = {(deal.bank.place.id, sale.key): (deal, sale) for deal in deals for sale in (*deal.model.ghosts, *deal.model.sales)}
    found = _at_banks(banks, deals, sales)
    if days:
        found += _close_all(house)
        found += _paid(house, deals, wrong_stans)
    return found


def _deal_of(stan: str) -> int:
    return int(stan) // STANS


def _at_banks(banks: Banks, deals: list[Deal], sales: dict[tuple[str, Key], tuple[Deal, Sale]]) -> list[str]:
    """Each bank holds what the acquirer was told of, and was asked nothing the deals did not ask."""
    by_number = {deal.number: deal for deal in deals}
    found = []
    for bank in banks.every:
        for key, exchange in bank.book.items():
            deal, sale = sales.get((bank.place.id, key), (None, None))
            owner = by_number.get(_deal_of(key.stan))
            if owner is None or owner.wrong:
                continue
            if sale is None or deal is None:
                what = "holds" if exchange.standing else "was asked or told of"
                found.append(f"{bank.place.id} {what} {key}, which no deal knows: {owner.told()}")
            elif sale.standing not in exchange.may_stand:
                why = f"holds {exchange.standing} for {key}, expected {sale.standing} (answered {sale.code})"
                found.append(f"{bank.place.id} {why}: {owner.told()}")
        for stan, sentence in bank.faults:
            owner = by_number.get(_deal_of(stan))
            if owner is not None and not owner.wrong:
                found.append(f"{bank.place.id}: {sentence}: {owner.told()}")
    for deal in deals:
        for sale in deal.model.sales:
            if sale.standing and sale.key not in deal.bank.book and not deal.wrong:
                why = f"knows nothing of {sale.key}, expected {sale.standing}"
                found.append(f"{deal.bank.place.id} {why}: {deal.told()}")
    return found


def _close_all(house: House) -> list[str]:
    """Every date on which anything was decided closes, a second close changes nothing, and the books are sound."""
    found, data = [], ("--data", str(house.data))
    dates = [date for (date,) in house.rows("journal.db", "select business_date from business_day order by id")]
    done = {date for (date,) in house.rows("books.db", "select business_date from closed_day")} if house.has_books else set()
    used = {date for (date,) in house.rows("journal.db", DATES_USED)}
    for date in (date for date in dates if date not in done):
        closed = house.run("day", "close", date, *data, "--json")
        if closed.returncode and (date in used or json.loads(closed.stdout)["outcome"] != "nothing_to_close"):
            found.append(f"day close {date} ended with {closed.returncode}: {closed.stderr or closed.stdout}")
    before = _attached(house, ALL_ROWS)
    house.run("day", "close", dates[0], *data, "--json")
    if _attached(house, ALL_ROWS) != before:
        found.append(f"a second close of {dates[0]} changed the books")
    checked = house.run("check", *data)
    if checked.returncode or "sound" not in checked.stdout:
        found.append(f"switch check ended with {checked.returncode}: {checked.stdout}{checked.stderr}")
    return found


def _attached(house: House, sql: str) -> list[tuple[Any, ...]]:
    """What a query over journal and books finds; nothing where no date was closed."""
    return house.rows("journal.db", sql, books=True)


def _paid(house: House, deals: list[Deal], wrong: set[int]) -> list[str]:
    """Each capture was presented once, and comes to what is left of it; merchants got the sum, and debits are credits."""
    found: list[str] = []
    paid = {Key(*row[:4]): (row[4], row[5], row[6]) for row in _attached(house, PAID)}
    listed = {name: {Key(*row) for row in _attached(house, LISTED.format(name))}
              for name in ("reversed_item", "held_item", "exception_item")}  # fmt: skip
    gross: Counter[str] = Counter()
    for deal in deals:
        for sale in (*deal.model.ghosts, *deal.model.sales):
            merchant, times, amount = paid.pop(sale.key, (sale.merchant.id, 0, 0))
            gross[merchant] += amount
            if deal.wrong:
                continue
            if sale.exception:
                if times or (sale.left == sale.granted and sale.key not in listed["exception_item"]):
                    found.append(f"{sale.key} is above the floor limit and no exception: {deal.told()}")
                continue
            if amount != sale.cleared:
                found.append(f"the days pay {amount} for {sale.key}, expected {sale.cleared}: {deal.told()}")
            elif times > 1 or (sale.cleared and times != 1):
                found.append(f"{sale.key} was presented {times} times, expected once: {deal.told()}")
            found += [f"{fault}: {deal.told()}" for fault in _lists(sale, times, listed)]
    strangers = {key: row for key, row in paid.items() if _deal_of(key.stan) not in wrong}
    found += [f"the days pay {row[2]} for {key}, which no deal knows" for key, row in strangers.items()]
    for key in paid:
        gross[paid[key][0]] += paid[key][2]
    paid_out = dict(_attached(house, GROSS))
    for merchant in gross.keys() | paid_out.keys():
        if gross[merchant] != paid_out.get(merchant, 0):
            found.append(f"{merchant} was paid {paid_out.get(merchant, 0)} in all, expected {gross[merchant]}")
    ((debit, credit),) = _attached(house, BALANCE)
    if debit != credit:
        found.append(f"debits are {debit} and credits {credit}")
    found += [f"positions do not sum to zero: {row}" for row in _attached(house, POSITIONS)]
    return found


def _lists(sale: Sale, times: int, listed: dict[str, set[Key]]) -> list[str]:
    """An approval that is not presented is reversed, or held, and listed so; a decline is in no list."""
    if not sale.code:  # it was given up: whether it was approved before it was reversed nobody knows
        return []
    names = [name for name, keys in listed.items() if sale.key in keys]
    moves = sale.approved and sale.counts != "never" and sale.granted > 0
    if not moves:
        return [f"{sale.key}, answered {sale.code}, is listed as {' and '.join(names)}"] if names else []
    if sale.counts == "hold" and sale.left and "held_item" not in names:
        return [f"{sale.key} waits for its completion and is not listed as held"]
    if sale.counts == "now" and not times and "reversed_item" not in names:
        return [f"{sale.key} was reversed before it was presented and is not listed"]
    if "exception_item" in names:
        return [f"{sale.key} is an exception"]
    return []
