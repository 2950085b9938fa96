"""The statements that have lines, by name, with what each reads besides what an engine has already.

Their text is SQLite's, as it stands in the rooms. For another engine it is rendered beforehand, and stands in a folder of its
name beside this module; see ``tests/engines/render.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from typing import Final

from switch.clearing import ledger, presentments
from switch.clearing.checks import PRESENTED_ADD_UP, PRESENTED_ONCE
from switch.clearing.gathered import filling
from switch.clearing.proofs import PRESENTED_AS_DECIDED, PRESENTED_CHARGES, PRESENTED_SIGNS
from switch.endofday.line_files.parquet import quoted
from switch.record import frozen
from switch.settlement.fees import lines


@frozen
class Handed:
    """A table that an engine of its own is given from the connection of the books, and which of its rows."""

    table: str  #: as the statements name it
    columns: tuple[str, ...] = ()  #: as they are there; none: all of the table of that name
    rows: str = ""  #: FROM and WHERE of the rows; none: all


@frozen(kw_only=True)
class LineStatement:
    """A statement that has lines. Without ``stores`` it is a query of a check; in a table ``temp.`` checks gather."""

    sql: str
    stores: str = ""  #: the table its rows are put in
    reads: tuple[Handed, ...] = ()


#: Of a decision and its request, what the statements read.
DECIDED_COLUMNS: Final = (
    *("d.request_id", "d.business_date", "d.decided_at_ms", "d.approval_code", "d.approved_minor", "d.captured_minor"),
    *("r.acquirer_id", "r.merchant_id", "r.terminal_id", "r.issuer", "r.scheme", "r.product", "r.origin", "r.channel"),
    *("r.transaction_type", "r.currency", "r.rrn", "r.pan_masked", "r.local_at", "r.capture", "r.function", "r.original_id"),
    "r.message_class",
)
#: What of it the notices to the issuers say besides: column -> how it is selected.
NOTICE_COLUMNS: Final = {"stan": "r.stan", "transmitted_at": "r.transmitted_at", "card": "HEX(r.pan_cipher)"}
#: Of a request that another names.
NAMED_COLUMNS: Final = ("r.id", "r.function", "r.original_id", "r.message_class")
_REVERSAL_COLUMNS: Final = ("v.original_id", "v.replacement_minor", "v.effective", "v.business_date")
_OF_DATE: Final = "FROM {} WHERE business_date = :business_date"


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``: FROM and WHERE of what is handed over, or DuckDB's own."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


LINE_STATEMENTS: Final = {
    "captures": LineStatement(
        sql=presentments.TODAY_CAPTURES,
        stores="captured",
        reads=(
            *(
                Handed("remainder"),
                Handed("acceptor_term"),
                Handed("card_issuer"),
                Handed("closed_batch"),
                Handed("amount_band"),
            ),
            Handed("released_item", ("request_id", "outcome"), "FROM released_item WHERE outcome = 'expired'"),
        ),
    ),
    "open_captures": LineStatement(sql=presentments.OPEN_CAPTURES, stores="captured", reads=(Handed("open_exception"),)),
    "presentments": LineStatement(
        sql=presentments.PRESENTMENTS, stores="presentment", reads=(Handed("tariff"), Handed("numbered_remise"))
    ),
    "presented_lines": LineStatement(sql=lines.PRESENTED_LINES, stores="fee_line", reads=(Handed("fee_tariff"),)),
    "totals": LineStatement(sql=ledger.CUBE, stores="cube"),
    "fee_totals": LineStatement(sql=lines.FEE_CUBE, stores="fee_cube"),
    "presented_sum": LineStatement(sql=filling("presented_sum"), stores="temp.presented_sum"),
    "fee_sum": LineStatement(sql=filling("fee_sum"), stores="temp.fee_sum"),
    "presented_add_up": LineStatement(sql=PRESENTED_ADD_UP),
    "presented_once": LineStatement(
        sql=PRESENTED_ONCE,
        reads=(
            Handed("journal.reversal", _REVERSAL_COLUMNS, query("reversals")),
            *(
                Handed(table, (), _OF_DATE.format(table))
                for table in ("exception_item", "reversed_item", "held_item", "released_item")
            ),
        ),
    ),
    "presented_charges": LineStatement(
        sql=PRESENTED_CHARGES,
        reads=(Handed("closed_day", ("business_date", "vat_rate_basis_points"), _OF_DATE.format("closed_day")),),
    ),
    "lines_by_rules": LineStatement(sql=lines.LINES_BY_RULES, reads=(Handed("fee_rule"),)),
    "discounts_by_rules": LineStatement(sql=lines.DISCOUNTS_BY_RULES, reads=(Handed("fee_rule"),)),
    "presented_signs": LineStatement(sql=PRESENTED_SIGNS),
    "presented_as_decided": LineStatement(
        sql=PRESENTED_AS_DECIDED,
        reads=(Handed("exception_end", ("request_id", "business_date"), _OF_DATE.format("exception_end")),),
    ),
}

#: In this order once the day is staged -> the table that each is stored in.
PRESENTED: Final = tuple(
    (name, LINE_STATEMENTS[name].stores) for name in ("presentments", "presented_lines", "totals", "fee_totals")
)


def rendered(engine: str, name: str) -> str:
    """A statement in the words of an engine that is not SQLite."""
    return resources.files(__package__).joinpath(engine, f"{name}.sql").read_text(encoding="utf-8")


def bound(sql: str, parameters: Mapping[str, object]) -> str:
    """A statement of DuckDB with its parameters, texts and numbers, written out: a view has none."""
    values = {name: quoted(value) if isinstance(value, str) else str(value) for name, value in parameters.items()}
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], sql)
