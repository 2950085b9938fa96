"""The SQL of exceptions and of holds that expire, for the close of a business date; same rules as ``clearing.presentments``.

An exception is an approval that could not be presented. It is open until a close presents it because its cause is gone, a
reversal takes it away, or a person writes it off; each of these is a row of ``exception_end``. A close that presents it does so
in its own business date and by the rates of that date.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from switch.clearing.checks import Ask, Check, Fault, faults


def _sql(name: str) -> str:
    return resources.files("switch.clearing").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


#: Why an advice of a large amount is not presented: no issuer was asked. A person may accept these, and no others.
MADE_OFFLINE: Final = "made offline, above the floor limit of the contract"
AFTER_EXPIRY: Final = "completed after its hold had expired, above the floor limit of the contract"
LEFT_TO_PEOPLE: Final = frozenset({MADE_OFFLINE, AFTER_EXPIRY})

#: Staging, before the captures of the date are read.
OPEN_EXCEPTION_TABLE: Final = (
    "CREATE TEMP TABLE open_exception (request_id INTEGER PRIMARY KEY, decided TEXT, order_id INTEGER, pays_merchant INTEGER)"
)
OPEN_EXCEPTIONS: Final = _sql("open_exceptions")

#: In this order after the presentments and the new exceptions of the date; the parameter is business_date.
END_EXCEPTIONS: Final = (_sql("exceptions_ended"), _sql("exception_reasons"))

#: After the holds that the date captured, began and reversed.
EXPIRED_HOLDS: Final = _sql("expired_holds")

_END_ONCE: Final = _sql("check_exceptions_end_once")
_CARRIED_OUT: Final = _sql("check_orders_carried_out")


def exceptions_end_once(ask: Ask, business_date: str) -> list[Fault]:
    """Each exception that ended on the date was open, and has the presentment, the reversal or the decision its end names."""
    unfounded = "exception {} ended as {} without that standing behind it, or was presented without its end"
    left = "exception {} (RRN {}) is open, though it was reversed or a person wrote it off"
    return [
        *faults(ask, business_date, "exceptions_end_once", unfounded, _END_ONCE),
        *faults(ask, business_date, "exceptions_end_once", left, _CARRIED_OUT),
    ]


EXCEPTION_CHECKS: tuple[Check, ...] = (exceptions_end_once,)
