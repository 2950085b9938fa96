"""What a message costs to decode and encode, ours beside pyiso8583, in every dialect: ``python -m bench.codec``."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import iso8583

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import Sale, sale_message, worded
from switch.iso8583.message import Message
from switch.specs.load import load_specs
from switch.specs.specification import Specs
from switch.transaction import CHIP

REPEATS = 5
SECONDS_EACH = 0.2
UNIT_CALLS = 200

#: Dialect, bytes, then medians in µs: our decode and encode, pyiso8583's decode and encode.
Figures = tuple[str, int, float, float, float, float]


@cache
def _unit() -> tuple[bytes, dict[str, Any]]:
    specs = load_specs()
    dialect = specs.dialects["ascii"]
    return Codec(dialect).encode(sample(specs, dialect)), dialect.to_pyiso8583()


def unit_us() -> float:
    """How fast the machine is at this moment: µs for pyiso8583 to decode the 17-element message, the median of a few trials."""
    data, spec = _unit()
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        for _ in range(UNIT_CALLS):
            iso8583.decode(data, spec)
        took.append((time.perf_counter() - began) / UNIT_CALLS * 1e6)
    return statistics.median(took)


def sample(specs: Specs, dialect: Dialect) -> Message:
    """The request of a purchase: 17 elements in 1987, as many as that makes in 1993."""
    merchant = next(iter(specs.merchants.values()))
    card = next(card for issuer in specs.issuers.values() for card in issuer.cards)
    sale = Sale(
        mti="0100",
        pan=card.pan.digits,
        expiry=card.expiry,
        amount_minor=12_500,
        currency="504",
        entry=CHIP,
        merchant_id=merchant.id,
        merchant=merchant,
        terminal_id=merchant.terminals[0],
        acquirer_id=specs.centre.institution_id,
        country=specs.centre.country,
        stan="000042",
        rrn="632610000042",
        at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    )
    return worded(sale_message(sale, dialect), dialect, sale.at.date())


def microseconds(action: Callable[[], object]) -> float:
    """Median time of one call over REPEATS runs."""
    action()
    took = []
    for _ in range(REPEATS):
        calls, began = 0, time.perf_counter()
        while time.perf_counter() - began < SECONDS_EACH:
            for _ in range(100):
                action()
            calls += 100
        took.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(took)


def measure(specs: Specs) -> list[Figures]:
    """The figures of each dialect."""
    rows = []
    for name, dialect in specs.dialects.items():
        if name.startswith("base"):
            continue
        codec, spec, message = Codec(dialect), dialect.to_pyiso8583(), sample(specs, dialect)
        data = codec.encode(message)
        document, _ = iso8583.decode(data, spec)
        assert codec.decode(data) == message
        ours = microseconds(partial(codec.decode, data)), microseconds(partial(codec.encode, message))
        theirs = microseconds(partial(iso8583.decode, data, spec)), microseconds(partial(iso8583.encode, document, spec))
        rows.append((name, len(data), *ours, *theirs))
    return rows


def table(rows: list[Figures]) -> list[str]:
    """The rows as a Markdown table."""
    lines = [
        "| dialect | bytes | decode µs | encode µs | pyiso8583 decode µs | pyiso8583 encode µs |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return lines + [f"| {row[0]} | {row[1]} | " + " | ".join(f"{value:.1f}" for value in row[2:]) + " |" for row in rows]


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(measure(load_specs()))) + "\n")
