"""Reasons, periods and fees of disputes, as ``disputes.toml`` has them: data that a settlement desk edits."""

from __future__ import annotations

from typing import Final, Literal

from switch.business_day import is_business_date
from switch.errors import SpecError
from switch.merchant import currency_from_toml
from switch.money import minor_digits
from switch.record import frozen
from switch.spec_table import SpecTable

DISPUTES_FILE: Final = "disputes.toml"
PERIOD_DAYS_MAX: Final = 1000  #: of a period: schemes have 540 at most
NO_FEE: Final = (0, "")
Counted = Literal["calendar", "banking"]
COUNTED: Final[tuple[Counted, ...]] = ("calendar", "banking")


@frozen(kw_only=True)
class DisputeReason:
    """Why a cardholder's bank wants money back, and how long each side may take."""

    code: str
    name: str
    name_fr: str
    counted: Counted  #: in which days the periods are; calendar days end on a banking day
    chargeback_days: int  #: from the presentment to the chargeback or the retrieval request
    answer_days: int  #: from the retrieval request to its answer
    representment_days: int  #: from the chargeback to the representment
    second_days: int  #: from the representment to the second chargeback

    @property
    def banking(self) -> bool:
        return self.counted == "banking"

    @classmethod
    def from_toml(cls, table: SpecTable) -> DisputeReason:
        name = table.text("name", pattern=r".{1,60}", expected="1 to 60 characters")
        reason = cls(
            code=table.text("code", pattern=r"[A-Za-z0-9.]{1,12}", expected="1 to 12 letters, digits or dots"),
            name=name,
            name_fr=table.text("name_fr", name, pattern=r".{1,60}", expected="1 to 60 characters"),
            counted=table.choice("counted", COUNTED, "calendar"),
            chargeback_days=table.integer("chargeback_days", low=1, high=PERIOD_DAYS_MAX),
            answer_days=table.integer("answer_days", low=1, high=PERIOD_DAYS_MAX),
            representment_days=table.integer("representment_days", low=1, high=PERIOD_DAYS_MAX),
            second_days=table.integer("second_days", low=1, high=PERIOD_DAYS_MAX),
        )
        table.done()
        return reason


@frozen(kw_only=True)
class DisputeFee:
    """What a merchant pays for a chargeback, before VAT, from a business date on."""

    from_date: str
    currency: str
    amount_minor: int
    second_minor: int  #: for a second chargeback

    @classmethod
    def from_toml(cls, table: SpecTable) -> DisputeFee:
        day = table.text("from")
        if not is_business_date(day):
            table.mistake("from", repr(day), "a date such as 2026-01-01")
        currency = currency_from_toml(table, "504")
        table.minor_digits = minor_digits(currency)
        fee = cls(
            from_date=day,
            currency=currency,
            amount_minor=table.minor("amount"),
            second_minor=table.minor("second", 0),
        )
        table.done()
        return fee


@frozen(kw_only=True)
class DisputeTerms:
    """All of ``disputes.toml``; without a row for a currency and date there is no fee."""

    reasons: dict[str, DisputeReason]
    fees: tuple[DisputeFee, ...] = ()

    @classmethod
    def from_toml(cls, table: SpecTable) -> DisputeTerms:
        reasons: dict[str, DisputeReason] = {}
        for row, reason in table.each("reason", DisputeReason.from_toml):
            if reason.code in reasons:
                row.mistake("code", repr(reason.code), "a code no other reason has")
            reasons[reason.code] = reason
        fees: dict[tuple[str, str], DisputeFee] = {}
        for row, fee in table.each("fee", DisputeFee.from_toml):
            if (fee.from_date, fee.currency) in fees:
                row.mistake("from", f"{fee.from_date!r} a second time", "one row for the same currency and date")
            fees[fee.from_date, fee.currency] = fee
        table.done()
        return cls(reasons=reasons, fees=tuple(fees[key] for key in sorted(fees)))

    def reason(self, code: str) -> DisputeReason:
        """The reason of a code. SpecError where the table has none of it."""
        found = self.reasons.get(code)
        if found is None:
            known = ", ".join(sorted(self.reasons)) or "a [[reason]] of that code"
            raise SpecError(DISPUTES_FILE, "reason", repr(code) if code else "nothing", known)
        return found

    def fee(self, business_date: str, currency: str, *, second: bool = False) -> tuple[int, str]:
        """What a chargeback costs its merchant on a date, in minor units before VAT, and the row that says so."""
        in_force = [fee for fee in self.fees if fee.currency == currency and fee.from_date <= business_date]
        if not in_force:
            return NO_FEE
        last = in_force[-1]
        return last.second_minor if second else last.amount_minor, f"{DISPUTES_FILE}, {last.from_date}"


NO_TERMS: Final = DisputeTerms(reasons={})  #: where there is no such file
