"""The SQL that books the disputes of a business date, and what must hold of them; same rules as ``clearing.presentments``.

A chargeback takes money from the merchant (``merchant_entry``) and pays it to the issuer in the clearing of the same date, with
the interchange of that amount the other way; a representment does the opposite. Between the two stands one account,
``dispute-receivable``, which ends every date at zero. The merchant's commission is not given back, and a chargeback costs it a
fee.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from switch.clearing.checks import Ask, Check, Fault, faults


def query(name: str) -> str:
    """The SQL of a file in the folder ``sql``."""
    return resources.files("switch.disputes").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


#: Staging: the merchants of the disputes of the date, who may be in the specs no longer.
DISPUTED_MERCHANTS: Final = (
    "INSERT OR IGNORE INTO wanted_acceptor (merchant_id) "
    "SELECT p.merchant_id FROM dispute_event AS v CROSS JOIN presentment AS p "
    "WHERE p.request_id = v.request_id AND v.business_date = :business_date"
)
#: Whether an event of the date costs its merchant a fee, on which VAT is due.
DISPUTED_WITH_FEE: Final = "SELECT EXISTS (SELECT 1 FROM dispute_event WHERE business_date = :business_date AND fee_minor > 0)"
#: Before positions are made; the parameters are business_date and dispute_vat_basis_points.
DISPUTE_ITEMS: Final = query("items")
#: Beside the postings of presentments; the parameter is business_date.
DISPUTE_POSTINGS: Final = query("postings")

#: Sources of ``merchant_entry``, in this order and after all others; the parameters are business_date and value_date.
DISPUTE_ENTRIES: Final = (query("entries"), query("written_off"), query("direct_debits"), query("debit_entries"))

_BOOKED: Final = query("check_booked")
_WITHIN: Final = query("check_within")
_ENTRIES: Final = query("check_entries")
_CLEARED: Final = query("check_cleared")
_DEBITED: Final = query("check_debited")


def disputes_booked(ask: Ask, business_date: str) -> list[Fault]:
    """Every event of a dispute that moves money is booked by the close of its date, as it moves it, and nothing else is."""
    sentence = "dispute {}, event {}: it is not booked as it says, or booked and not told"
    return faults(ask, business_date, "disputes_booked", sentence, _BOOKED)


def disputes_within_sales(ask: Ask, business_date: str) -> list[Fault]:
    """No more of a sale was charged back than was presented less what had been reversed of it."""
    sentence = "the sale of request {}: {} charged back of {} presented, or more than reversals had left of it (minor units)"
    return faults(ask, business_date, "disputes_within_sales", sentence, _WITHIN)


def disputes_posted(ask: Ask, business_date: str) -> list[Fault]:
    """Merchants are debited and credited what their disputes, write-offs and direct debits say, and issuers the other way."""
    unlike = "merchant {}: entries of kind {} come to {} by the disputes and exceptions, and {} are entered (minor units)"
    left = "disputes in {} leave {} minor units between merchants and issuers, expected 0"
    return [
        *faults(ask, business_date, "disputes_posted", unlike, _ENTRIES),
        *faults(ask, business_date, "disputes_posted", left, _CLEARED),
    ]


def debits_settle_payouts(ask: Ask, business_date: str) -> list[Fault]:
    """A direct debit collects what is left of a debt: the payout that brought it forward comes to nothing, and pays nothing."""
    sentence = "merchant {}: a direct debit of {} minor units, and no payout with a debt that it brings to 0"
    return faults(ask, business_date, "debits_settle_payouts", sentence, _DEBITED)


DISPUTE_CHECKS: tuple[Check, ...] = (disputes_booked, disputes_within_sales, disputes_posted, debits_settle_payouts)
