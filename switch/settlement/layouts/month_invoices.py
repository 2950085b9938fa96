"""The invoices that a close makes: of each month that has ended by its date, for each merchant whose contract wants one.

A month is invoiced once, by the first close of a date at or after its last one: by that date's own close, or by the next, where
nothing was sold on the last date, so that nobody closed it.
"""

from __future__ import annotations

from typing import Final

from switch.business_day import month_span
from switch.clearing.checks import Ask, Check, Fault, faults

LAST_CLOSED_BEFORE: Final = "SELECT MAX(business_date) FROM closed_day WHERE business_date < ?"

#: After the statements of the date: one for each merchant with a statement in the month. ``ended_months`` is a JSON list,
#: ``invoices_wanted`` a JSON object of merchants with 1 or 0, ``others_invoiced`` what the contract of all others says.
MONTH_INVOICES: Final = """
WITH wanted AS MATERIALIZED (SELECT key AS merchant_id, value FROM json_each(:invoices_wanted))
INSERT INTO month_invoice SELECT :business_date, e.value, s.merchant_id, MAX(s.business_date) FROM json_each(:ended_months) AS e
CROSS JOIN statement AS s ON s.business_date BETWEEN e.value || '-01' AND e.value || '-31'
LEFT JOIN wanted AS w ON w.merchant_id = s.merchant_id WHERE COALESCE(w.value, :others_invoiced) = 1 GROUP BY 2, 3
"""
#: The invoices that a close made: merchant, month, and the date whose statement says who the merchant is.
INVOICES_OF_DAY: Final = "SELECT merchant_id, month, stated_on FROM month_invoice WHERE business_date = ? ORDER BY 1, 2"

_NOT_OF_LAST: Final = """
SELECT i.merchant_id, i.month FROM month_invoice AS i WHERE i.business_date = :business_date AND i.stated_on IS NOT (
  SELECT MAX(s.business_date) FROM statement AS s WHERE s.merchant_id = i.merchant_id
  AND s.business_date BETWEEN i.month || '-01' AND i.month || '-31') LIMIT :faults_shown_max
"""


def months_ended(closed_before: str | None, business_date: str) -> tuple[str, ...]:
    """The months that the close of a date invoices, after that of another, or after none.

    >>> months_ended("2026-11-29", "2026-11-30"), months_ended("2026-11-28", "2026-12-01")
    (('2026-11',), ('2026-11',))
    >>> months_ended("2026-11-30", "2026-12-01")
    ()
    """
    months = sorted({(closed_before or business_date)[:7], business_date[:7]})
    return tuple(month for month in months if (closed_before or "") < month_span(month).last <= business_date)


def invoices_of_whole_months(ask: Ask, business_date: str) -> list[Fault]:
    """The invoices of a close are of the last statements of their months."""
    sentence = "the invoice of merchant {} for {} is not of its last statement of the month"
    return faults(ask, business_date, "invoices_of_whole_months", sentence, _NOT_OF_LAST)


INVOICE_CHECKS: tuple[Check, ...] = (invoices_of_whole_months,)
