"""What a statement says of payouts in another currency than that of the sales: a sentence for each."""

from __future__ import annotations

from collections.abc import Mapping

from switch.money import currency_name, format_minor
from switch.settlement.statement import Statement, amount_writer, shown_date


def conversion_lines(statement: Statement, labels: Mapping[str, str]) -> list[str]:
    """What is paid in another currency, in a sentence for each payout: both amounts, the rate, its date, the margin."""

    def amount(minor: int, currency: str) -> str:
        writer = amount_writer({**labels, "thousands_mark": labels["printed_thousands_mark"]}, 1 << 6)
        return f"{writer(format_minor(minor, currency))} {currency_name(currency)}"

    return [
        labels["conversion"].format(
            sold=amount(each.sold_minor, each.sold_currency),
            rate=each.rate.replace(".", labels["decimal_mark"]),
            date=shown_date(each.rate_date, labels),
            margin=amount(each.margin_minor, each.paid_currency),
            paid=amount(each.paid_minor, each.paid_currency),
        )
        for each in statement.conversions
    ]
