"""Two days of a merchant with two terminals: sales, a refund, a reversal, so that every block of a remise is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switch.endofday.close import close_day
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, KIOSK, NOW_MS, SATURDAY, day_specs, journal_of, merchant

SHOP = merchant(terminals=("PORT0001", "PORT0002"), address="4, rue du Port", ice="990000000000110")
SPECS = day_specs(merchants=(SHOP, HOTEL, KIOSK))


def close_two_days(data: Path, shop: Any = SHOP) -> Path:
    """The folder, with Friday and Saturday closed."""
    specs = day_specs(merchants=(shop, HOTEL, KIOSK))
    visa: dict[str, Any] = {"issuer": "rif", "scheme": "visa", "pan_masked": "450717******0028"}
    foreign: dict[str, Any] = {"issuer": "vesta", "scheme": "mastercard", "origin": "foreign", "pan_masked": "510510******5100"}
    with journal_of(data, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=123_456, **visa)
        journal.decide(amount_minor=50_050, **foreign)
        journal.decide(terminal_id="PORT0002", amount_minor=7_777)
        journal.decide(terminal_id="PORT0002", amount_minor=3_000, transaction_type="refund")
        journal.decide(merchant_id=HOTEL.id, terminal_id="RIAD0001", amount_minor=9_900)
    close_day(data, specs, FRIDAY, NOW_MS)
    with journal_of(data) as journal:
        journal.decide(amount_minor=4_200, local_at="1121235959")
        journal.decide(amount_minor=2_100, terminal_id="PORT0002", local_at="1121080000")
        journal.reverse(1)
    close_day(data, specs, SATURDAY, NOW_MS)
    return data


__all__ = ["FRIDAY", "GROCER", "HOTEL", "SATURDAY", "SHOP", "SPECS", "close_two_days"]
