"""What the tests of the day are made of: a small specification, and journals written as the switch writes them."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from switch.business_day import Calendar
from switch.clearing.interchange import InterchangeTable
from switch.endofday.close import close_day
from switch.journal.journal import SCHEMA, SCHEMA_VERSION
from switch.merchant import Merchant
from switch.rates import NO_RATES, RateTable
from switch.settlement.discount import DiscountTable, VatTable
from switch.spec_table import SpecTable
from switch.transaction import APPROVALS, CREDITS


def journal_schema(version: int = SCHEMA_VERSION) -> str:
    """The script of a whole journal."""
    scripts = [SCHEMA.script(number) for number in range(1, version + 1)]
    return "\n".join([*scripts, f"PRAGMA user_version = {version};"])


FRIDAY = "2026-11-20"
SATURDAY = "2026-11-21"
SUNDAY = "2026-11-22"
MONDAY = "2026-11-23"
NOW_MS = 1_795_190_000_000  #: some time on that Friday
DAY_MS = 86_400_000


def later_ms(data: Path) -> int:
    """The time of day of ``NOW_MS``, one day later for each date that is closed: a close a day."""
    if not (data / "books.db").is_file():
        return NOW_MS
    with closing(sqlite3.connect(data / "books.db")) as books:
        closed: int = books.execute("SELECT COUNT(*) FROM closed_day").fetchone()[0]
    return NOW_MS + closed * DAY_MS


INTERCHANGE = """
[[rate]]
from = "2013-01-01"
origin = "domestic"
rate_basis_points = 120
[[rate]]
from = "2024-10-01"
origin = "domestic"
rate_basis_points = 65
[[rate]]
from = "2013-01-01"
origin = "foreign"
rate_basis_points = 160
[[rate]]
from = "2013-01-01"
origin = "foreign"
channel = "ecommerce"
rate_basis_points = 185
[[rate]]
from = "2013-01-01"
transaction_type = "cash_withdrawal"
rate_basis_points = 0
"""
DISCOUNT = """
[[plan]]
id = "retail"
name = "Shops"
[[plan.rate]]
from = "2013-01-01"
origin = "domestic"
rate_basis_points = 120
[[plan.rate]]
from = "2013-01-01"
origin = "foreign"
rate_basis_points = 250
[[plan]]
id = "minimum"
name = "Shops with a minimum"
[[plan.rate]]
from = "2013-01-01"
rate_basis_points = 100
minimum = "2.00"
[[plan]]
id = "cash"
name = "Cash machine operators"
[[plan.rate]]
from = "2013-01-01"
rate_basis_points = 0
"""
VAT = """
[[rate]]
from = "2013-01-01"
rate_basis_points = 1000
"""


@frozen(kw_only=True)
class Named:
    """An institution, as far as the day knows it."""

    name: str
    institution_id: str = "504900"


@frozen(kw_only=True)
class Fees:
    interchange: InterchangeTable
    discount: DiscountTable
    vat: VatTable


@frozen(kw_only=True)
class DaySpecs:
    """The part of a specification the day reads (``endofday.DaySpecs``)."""

    digest: str = "d1" * 32
    centre: Named = Named(name="Centre Monétique d'Essai")
    issuers: Mapping[str, Named]
    merchants: Mapping[str, Merchant]
    default_contract: Merchant | None = None
    fees: Fees
    rates: RateTable = NO_RATES
    calendar: Calendar = field(
        default=Calendar(
            zone=ZoneInfo("Africa/Casablanca"),
            cut_off=time(23),
            weekend=frozenset({5, 6}),
            holidays=frozenset({date(2026, 11, 18)}),
            settlement_days=1,
        )
    )


def spec_table(file: str, text: str) -> SpecTable:
    return SpecTable(file, tomllib.loads(text))


def merchant(**changes: object) -> Merchant:
    """A merchant on the retail plan, with what a test wants different."""
    values: dict[str, object] = {
        "id": "EPICERIE0000001",
        "name": "EPICERIE DU PORT",
        "city": "ESSAOUIRA",
        "mcc": "5411",
        "currency": "504",
        "rib": "310810101402900442310133",
        "email": "port@epicerie.example",
        "plan": "retail",
        "language": "fr",
        "terminals": ("PORT0001",),
    }
    return Merchant(**{**values, **changes})  # type: ignore[arg-type]


GROCER = merchant()
HOTEL = merchant(id="HOTEL0000000001", name="RIAD DES VENTS", city="AGADIR", language="en", rib="011519000001205000534921")
KIOSK = merchant(id="KIOSQUE00000001", name="KIOSQUE", city="RABAT", plan="minimum")
CASH = merchant(id="GUICHET00000001", name="GUICHETS REUNIS", city="FES", plan="cash")


def day_specs(
    merchants: Iterable[Merchant] = (GROCER, HOTEL, KIOSK, CASH),
    issuers: Iterable[str] = ("atlas", "rif", "souss", "vesta", "maestra"),
    vat: str = VAT,
    interchange: str = INTERCHANGE,
    discount: str = DISCOUNT,
) -> DaySpecs:
    return DaySpecs(
        issuers={issuer: Named(name=issuer.title()) for issuer in issuers},
        merchants={shop.id: shop for shop in merchants},
        fees=Fees(
            interchange=InterchangeTable.from_toml(spec_table("fees/interchange.toml", interchange)),
            discount=DiscountTable.from_toml(spec_table("fees/discount.toml", discount)),
            vat=VatTable.from_toml(spec_table("fees/vat.toml", vat)),
        ),
    )


#: What a completion, or the close of a batch, has in common with the hold it captures.
OF_HOLD = (
    "merchant_id",
    "terminal_id",
    "pan_masked",
    "transaction_type",
    "currency",
    "channel",
    "issuer",
    "scheme",
    "product",
    "origin",
)


class Journal:
    """A journal being written: business dates opened, requests decided and reversed, each commit at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.decided: int = connection.execute("SELECT COUNT(*) FROM request").fetchone()[0]
        self.reversals = 0

    def open(self, business_date: str, by: str = "clock") -> None:
        self.connection.execute(
            "INSERT INTO business_day (business_date, opened_at_ms, opened_by) VALUES (?, ?, ?)", (business_date, NOW_MS, by)
        )
        self.connection.commit()

    def is_open(self, business_date: str) -> bool:
        rows = self.connection.execute("SELECT business_date FROM business_day ORDER BY id DESC LIMIT 1").fetchall()
        return rows == [(business_date,)]

    def opened(self) -> list[tuple[str, str]]:
        """Each date that was opened, and by whom."""
        return self.connection.execute("SELECT business_date, opened_by FROM business_day ORDER BY id").fetchall()

    @property
    def open_date(self) -> str:
        row = self.connection.execute("SELECT business_date FROM business_day ORDER BY id DESC LIMIT 1").fetchone()
        return str(row[0])

    def decide(self, response_code: str = "00", approved_minor: int | None = None, **changes: Any) -> int:
        """A request and its decision in the open business date; by default a purchase of 100.00 at the grocer, approved.

        What is approved is granted whole, unless ``approved_minor`` says less, and captured with the default ``capture="now"``.
        """
        self.decided += 1
        number = self.decided
        request: dict[str, Any] = {
            "id": number,
            "received_at_ms": NOW_MS + number,
            "line": "ascii 127.0.0.1:40112",
            "message_class": "authorization",
            "acquirer_id": "504900",
            "terminal_id": "PORT0001",
            "stan": f"{number:06d}",
            "transmitted_at": "1120101500",
            "rrn": f"6324{number:08d}",
            "merchant_id": GROCER.id,
            "merchant_type": "5411",
            "pan_cipher": b"cipher",
            "pan_masked": "450716******0010",
            "transaction_type": "purchase",
            "amount_minor": 10_000,
            "currency": "504",
            "entry_mode": "051",
            "channel": "chip",
            "local_at": f"112010{number // 60 % 60:02d}{number % 60:02d}",
            "issuer": "atlas",
            "scheme": "cmi",
            "product": "debit",
            "origin": "domestic",
            "function": "request",
            "capture": "now",
            **changes,
        }
        granted = request["amount_minor"] if approved_minor is None else approved_minor
        approved = response_code in APPROVALS
        sign = -1 if request["transaction_type"] in CREDITS else 1
        decision: dict[str, object] = {
            "request_id": number,
            "business_date": self.open_date,
            "decided_at_ms": NOW_MS + number,
            "response_code": response_code,
            "approval_code": f"{number:06d}" if response_code == "00" else None,
            "decided_by": "atlas",
            "reason": "as asked",
            "approved_minor": granted if approved else None,
            "captured_minor": sign * granted if approved and request["capture"] == "now" else None,
        }
        self._insert("request", request)
        self._insert("decision", decision)
        self.connection.commit()
        return number

    def hold(self, **changes: Any) -> int:
        """An approval that waits for its completion; ``capture="batch"``: for the close of its terminal's batch."""
        return self.decide(**{"capture": "completion", **changes})

    def capture(self, hold: int, amount_minor: int, function: str = "advice", **changes: Any) -> int:
        """What captures a hold of the same card, merchant and issuer; ``function="batch"``: the close of its batch."""
        row = self.connection.execute(f"SELECT {', '.join(OF_HOLD)} FROM request WHERE id = ?", (hold,)).fetchone()
        of_hold = dict(zip(OF_HOLD, row, strict=True))
        return self.decide(**{**of_hold, "function": function, "original_id": hold, "amount_minor": amount_minor, **changes})

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)

    def reverse(self, request_id: int, replacement_minor: int = 0, *, effective: bool = True) -> None:
        """A reversal of a request in the open business date, that leaves ``replacement_minor`` of it."""
        self.reversals += 1
        self.connection.execute(
            """
            INSERT INTO reversal (
              received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, amount_minor,
              replacement_minor, currency, original_id, effective, business_date, response_code, reason)
            SELECT :now_ms, line, '0400', acquirer_id, terminal_id, :stan, '1121101500', rrn, merchant_id, amount_minor,
              :replacement_minor, currency, id, :effective, :business_date, '00', 'as asked'
            FROM request WHERE id = :request_id
            """,
            {
                "now_ms": NOW_MS,
                "stan": f"9{self.reversals:05d}",
                "replacement_minor": replacement_minor,
                "effective": effective,
                "business_date": self.open_date,
                "request_id": request_id,
            },
        )
        self.connection.commit()


@contextmanager
def journal_of(data: Path, business_date: str | None = None) -> Iterator[Journal]:
    """The journal of a data folder, created with its first business date where there is none."""
    data.mkdir(exist_ok=True)
    is_new = not (data / "journal.db").exists()
    connection = sqlite3.connect(data / "journal.db")
    try:
        if is_new:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(journal_schema())
        journal = Journal(connection)
        if business_date is not None:
            journal.open(business_date)
        yield journal
    finally:
        connection.close()


def close_two_days(folder: Path) -> None:
    """Two closed days with everything that may be listed on the second."""
    with journal_of(folder, FRIDAY) as journal:
        sale, hold, _ = journal.decide(), journal.hold(), journal.hold(capture="batch", amount_minor=4_200)
        close_day(folder, day_specs(), None, later_ms(folder))
        journal.reverse(sale, 2_500)
        undone = journal.decide(amount_minor=1_100)
        journal.reverse(undone)
        journal.decide(amount_minor=3_300, transaction_type="refund")
        journal.decide(merchant_id="NOBODY000000001", amount_minor=6_600)
        journal.decide(transaction_type="balance_inquiry", capture="never")
        journal.capture(hold, 9_000)
        close_day(folder, day_specs(), None, later_ms(folder))
