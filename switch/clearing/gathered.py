"""What several checks read of the presentments of a date, gathered once in temporary tables: the lines are many, and to sort
them is most of what a check costs.

The first check of the list that reads a table fills it anew; those behind it, and the notices to the issuers, read it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any, Final

#: A query and its named parameters, rows back.
Ask = Callable[[str, Mapping[str, object]], Iterable[tuple[Any, ...]]]

#: The columns of the first of these.
BY_REQUEST: Final = ("request_id", "merchant_id", "issuer", "currency", "amount_minor", "approval_code")
_TABLES: Final = {
    "presented_by_request": """
    CREATE TEMP TABLE IF NOT EXISTS presented_by_request (
      request_id INTEGER PRIMARY KEY, merchant_id TEXT, issuer TEXT, currency TEXT, amount_minor INTEGER, approval_code TEXT)
    """,
    "presented_sum": """
    CREATE TEMP TABLE IF NOT EXISTS presented_sum (
      merchant_id TEXT, terminal_id TEXT, remise_number INTEGER, currency TEXT, issuer TEXT, is_credit INTEGER,
      line_count INTEGER, gross_minor INTEGER, interchange_minor INTEGER, discount_minor INTEGER, vat_minor INTEGER,
      net_minor INTEGER)
    """,
    "fee_sum": """
    CREATE TEMP TABLE IF NOT EXISTS fee_sum (
      merchant_id TEXT, terminal_id TEXT, remise_number INTEGER, kind TEXT, amount_minor INTEGER, vat_minor INTEGER)
    """,
}
#: What became of the decisions of a date, as one row.
DECIDED_COUNTS: Final = resources.files(__package__).joinpath("sql", "decided_counts.sql").read_text(encoding="utf-8")
#: Which table has which date.
_DATES_TABLE: Final = "CREATE TEMP TABLE IF NOT EXISTS gathered (name TEXT PRIMARY KEY, business_date TEXT)"


def fill_by_request(ask: Ask, business_date: str, *, again: bool) -> None:
    """Fill ``presented_by_request``: the presentments of a date by request; unless ``again``, only if it has not this date."""
    _fill(ask, "presented_by_request", business_date, again=again)


def fill_sums(ask: Ask, business_date: str, *, again: bool) -> None:
    """Fill ``presented_sum``: what the presentments of a date come to, by remise, issuer and sign; unless ``again``, only if it
    has not this date."""
    _fill(ask, "presented_sum", business_date, again=again)


def fill_fee_sums(ask: Ask, business_date: str) -> None:
    """Fill ``fee_sum``: what the lines of fees of the presentments of a date come to, by remise and kind."""
    _fill(ask, "fee_sum", business_date, again=True)


def filling(name: str) -> str:
    """The statement that fills one of the tables."""
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def _fill(ask: Ask, name: str, business_date: str, *, again: bool) -> None:
    about = {"name": name, "business_date": business_date}
    for table in (_DATES_TABLE, _TABLES[name]):
        ask(table, {})
    query = "SELECT 1 FROM temp.gathered WHERE name = :name AND business_date = :business_date"
    if not again and list(ask(query, about)):
        return
    ask(f"DELETE FROM temp.{name}", {})
    ask("INSERT OR REPLACE INTO temp.gathered VALUES (:name, :business_date)", about)
    ask(filling(name), about)
