"""The centre's clock in messages: each second as it is, where the clock goes back too; in Ramadan Morocco has UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from switch.centre.server import Server
from switch.iso8583.mapping.acquirer import Stamp

ZONE = ZoneInfo("Africa/Casablanca")


def _server(times: list[str]) -> Server:
    said = iter(times)

    def clock_ms() -> int:
        return round(datetime.fromisoformat(next(said)).replace(tzinfo=UTC).timestamp() * 1000)

    specs = SimpleNamespace(calendar=SimpleNamespace(zone=ZONE))
    return cast("Server", SimpleNamespace(_clock_ms=clock_ms, _stamp=(0, Stamp("", "")), specs=specs))


def test_a_stamp_is_of_its_second_and_of_the_place_of_the_centre() -> None:
    stamps = {
        "2026-11-22T09:15:30.999": ("1122091530", "1122101530"),
        "2026-11-22T09:15:31.000": ("1122091531", "1122101531"),
        "2026-11-22T09:15:31.999": ("1122091531", "1122101531"),
        "2026-11-22T09:15:29.000": ("1122091529", "1122101529"),
        "2028-02-28T23:30:00.000": ("0228233000", "0228233000"),
        "2028-02-29T23:30:00.000": ("0229233000", "0229233000"),
        "2026-12-31T23:59:59.000": ("1231235959", "0101005959"),
    }
    server = _server(list(stamps))
    assert [Server.stamp(server) for _ in stamps] == [Stamp(*each) for each in stamps.values()]
