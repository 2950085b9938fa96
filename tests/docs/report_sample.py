"""The sample report of ``docs/examples``; ``python -m tests.docs.report_sample`` writes it anew."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from switch.batch.figures import figures_of
from switch.batch.page.page import page_of
from switch.business_day import month_span
from switch.cli.console.words import translated
from switch.endofday.close import close_day
from tests.docs.pages import ROOT
from tests.support.day_builders import CASH, FRIDAY, GROCER, HOTEL, KIOSK, day_specs, journal_of, later_ms

SAMPLE: Final = ROOT / "docs" / "examples" / "rapport.html"
DAYS: Final = 8
SHOPS: Final = ((GROCER, "PORT0001"), (HOTEL, "RIAD0001"), (KIOSK, "KIOSK001"), (CASH, "GUICHET1"))
CARDS: Final = (
    {"issuer": "atlas", "scheme": "cmi"},
    {"issuer": "rif", "scheme": "visa"},
    {"issuer": "vesta", "scheme": "mastercard", "origin": "foreign"},
)
DECLINES: Final = ("51", "54", "51", "91")


def sample(data: Path) -> str:
    """The report in French of some days that are closed in this folder; the same at any time."""
    with journal_of(data, FRIDAY) as journal:
        for day in range(DAYS):
            for number in range(24 + 7 * (day % 4)):
                shop, terminal = SHOPS[(number * number + day) % len(SHOPS)]
                hour = 8 + (number * 5 + day) % 13
                sale: dict[str, Any] = {
                    "merchant_id": shop.id,
                    "terminal_id": terminal,
                    "amount_minor": 4_500 + 37 * number * (3 + day) + 900 * (number % 5),
                    "local_at": f"11{20 + day}{hour:02d}{number % 60:02d}00",
                    **CARDS[(number + day) % len(CARDS)],
                }
                if number % 9 == 4:
                    journal.decide(DECLINES[number % len(DECLINES)], **sale)
                elif number == 7:
                    journal.decide(**(sale | {"transaction_type": "refund", "amount_minor": 2_500}))
                elif number == 11:
                    journal.hold(**sale)
                elif number == 13 and day % 3 == 0:
                    journal.decide(**(sale | {"merchant_id": "NOBODY000000001"}))
                else:
                    journal.decide(**sale)
            close_day(data, day_specs(), None, later_ms(data))
    return page_of(figures_of(data, month_span("2026-11")), "fr", lambda text: translated(text, "fr"))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        SAMPLE.write_text(sample(Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
