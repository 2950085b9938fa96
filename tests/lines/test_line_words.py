"""What a line hands on to its codec and keys, with fakes in their place: the right argument in the right place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve

from switch.errors import CardSecurityError
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.issuers.proofs.rules import LineKeys
from switch.keys.zone_keys import ZoneKeys
from switch.lines.line import DEAF_BYTES_MAX, DEAF_SECONDS_MAX, UNSENT_BYTES_MAX, Line
from switch.lines.message_mac import zone_keys
from switch.lines.network_management import take_key
from switch.lines.pin_zones import PinZones
from switch.lines.staging.issuer_script import Elsewhere
from switch.lines.wire_format import WireFormat
from switch.routing.table.routes import Range, Route, RoutingTable
from switch.scenarios.business_time import Moment
from tests.support.dialogue import SHOP
from tests.support.strategies import DIALECTS


class FakeCodec:
    """Keeps what it is asked for."""

    def __init__(self, dialect: str = "ours", body: bytes | None = b"body") -> None:
        self.dialect, self.body, self.asked = dialect, body, list[tuple[Any, ...]]()

    def forwarded(self, *asked: Any) -> bytes | None:
        self.asked.append(asked)
        return self.body

    def answered(self, *asked: Any) -> bytes | None:
        self.asked.append(asked)
        return self.body


def _line(codec: FakeCodec, **changes: Any) -> Line:
    framer = SimpleNamespace(wrap=lambda body, tpdu=b"": b"<" + tpdu + body + b">")
    fields = {"translates": False, "macs": None, "codec": codec, "framer": framer, "_queued": [], **changes}
    return cast("Line", SimpleNamespace(**fields))


@pytest.mark.parametrize(("changes", "forwards"), [({}, True), ({"translates": True}, False), ({"macs": "some"}, False)])
def test_a_request_is_forwarded_in_its_own_bytes_where_nothing_has_to_be_made_anew(
    changes: dict[str, Any], forwards: bool
) -> None:
    ours, theirs = FakeCodec("ours"), FakeCodec("theirs")
    line = _line(ours, **changes)
    assert Line.queue_forward(line, b"request", cast("Codec", theirs), b"tpdu", "0100", "504900") == forwards
    assert theirs.asked == ([(b"request", "0100", "504900", "ours")] if forwards else [])
    assert line._queued == ([b"<tpdubody>"] if forwards else [])
    theirs.body = None
    assert not Line.queue_forward(line, b"request", cast("Codec", theirs), b"", "0100", "504900")
    assert len(line._queued) == forwards


@pytest.mark.parametrize("macs", [None, "some"])
def test_an_answer_is_cut_from_its_request_where_the_line_has_no_macs(macs: str | None) -> None:
    codec = FakeCodec()
    line = _line(codec, macs=macs)
    assert Line.queue_answer(line, b"request", b"tpdu", "0110", "A1", "00", {44: "x"}) == (macs is None)
    assert codec.asked == ([(b"request", "0110", "A1", "00", {44: "x"})] if macs is None else [])
    assert line._queued == ([b"<tpdubody>"] if macs is None else [])


@pytest.mark.parametrize(
    ("dialect", "macs", "picks"), [("ascii", None, True), ("ascii", "some", False), ("ascii93", None, False)]
)
def test_plain_messages_are_picked_where_nothing_is_to_be_verified_or_translated(dialect: str, macs: Any, picks: bool) -> None:
    wire = WireFormat(codec=Codec(DIALECTS[dialect]), header=HeaderFormat.parse("2b"), tpdu=True, macs=macs, pin_zone="zone")
    assert (wire.pickers is not None) == picks
    assert wire.words == (dialect, "2b", True)
    assert wire.places.zone == "zone"


@pytest.mark.parametrize(
    ("agreed", "names"),
    [
        (LineKeys(), ("atlas.zpk", "atlas.mac", "atlas.zmk")),
        (LineKeys(mac_kind="cmac"), ("atlas.zpk", "atlas.mac-aes", "atlas.zmk")),
        (LineKeys(pin_key="p", mac_key="m", zone_key="z", mac_kind="cmac"), ("p", "m", "z")),
    ],
    ids=str,
)
def test_the_keys_of_a_zone_are_those_agreed_on_else_the_test_keys_of_its_owner(
    agreed: LineKeys, names: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[dict[str, str]]()
    monkeypatch.setattr(ZoneKeys, "__init__", lambda self, keys, **named: made.append(named))
    zone_keys(agreed, cast("Any", None), "atlas")
    assert made == [dict(zip(("pin_key", "mac_key", "zone_key"), names, strict=True))]
    issuer = cast("Any", SimpleNamespace(id="atlas", keys=evolve(agreed, pin_key=agreed.pin_key)))
    assert PinZones(cast("Any", None), [issuer])._zones == {"atlas": names[0]}


class FakeZone:
    """Takes each key, or none."""

    def __init__(self, error: CardSecurityError | None = None) -> None:
        self.error, self.taken = error, list[tuple[Any, ...]]()

    def take(self, use: str, text: str, *, block_says: bool) -> Any:
        self.taken.append((use, text, block_says))
        if self.error is not None:
            raise self.error
        return SimpleNamespace(id="atlas.zpk", kcv="A1B2C3")


@pytest.mark.parametrize(
    ("function", "taken"),
    [
        ("101", ("zpk", "KEY", True)),
        ("161", ("zpk", "KEY", False)),
        ("160", ("mac", "KEY", False)),
        ("162", ("mac", "KEY", False)),
    ],
)
def test_a_key_is_taken_for_the_use_that_its_function_names(function: str, taken: tuple[Any, ...]) -> None:
    request = Message("0800", {48: " KEY ", 70: function})
    zone = FakeZone()
    assert take_key(cast("ZoneKeys", zone), request) == ("00", "new key atlas.zpk, KCV A1B2C3")
    assert zone.taken == [taken]
    codes = {}
    for where in ("exchanged key", "key"):
        refused = take_key(cast("ZoneKeys", FakeZone(CardSecurityError(where, "this", "that"))), request)
        assert refused is not None
        codes[where] = refused
    assert codes == {
        "exchanged key": ("30", "exchanged key: found this, expected that"),
        "key": ("88", "key: found this, expected that"),
    }


def test_what_exchanges_no_key_or_comes_on_a_line_without_keys_takes_none() -> None:
    zone = FakeZone()
    assert take_key(cast("ZoneKeys", zone), Message("0800", {48: "KEY", 70: "301"})) is None
    assert take_key(cast("ZoneKeys", zone), Message("0800", {48: "KEY"})) is None
    assert take_key(None, Message("0800", {48: "KEY", 70: "101"})) is None
    assert zone.taken == []


def test_what_no_message_says_is_known_by_the_card_the_merchant_and_the_line() -> None:
    table = RoutingTable.of(
        [Range(low="950401", high="950401", route=Route(issuer="atlas", scheme="cmi", product="debit"))], [("34", "amex")]
    )
    moment = cast("Moment", SimpleNamespace(word=lambda name: f"now by {name}"))
    elsewhere = Elsewhere(table, {SHOP.id: SHOP}, lambda: moment, connection="ascii 127.0.0.1:4000")
    card, scheme_alone, nobodys = "9504010000000019", "340000000000009", "6011000000000004"
    said = {
        ("mcc", SHOP.id): "5411",
        ("mcc", "NOBODY"): "",
        ("line", ""): "ascii",
        ("connection", ""): "ascii 127.0.0.1:4000",
        ("issuer", card): "atlas",
        ("issuer", scheme_alone): "",
        ("issuer", ""): "",
        ("scheme", card): "cmi",
        ("scheme", scheme_alone): "amex",
        ("scheme", nobodys): "",
        ("scheme", ""): "",
        ("date", ""): "now by date",
        ("time", ""): "now by time",
    }
    assert {(name, key): elsewhere(name, key) for name, key in said} == said
    of_issuer = Elsewhere(table, {}, lambda: moment, issuer="vesta")
    assert [of_issuer("issuer", card), of_issuer("scheme", card)] == ["vesta", "cmi"]


@pytest.mark.parametrize(
    ("unread", "seconds", "said"),
    [
        (UNSENT_BYTES_MAX, 10 * DEAF_SECONDS_MAX, None),
        (UNSENT_BYTES_MAX + 1, DEAF_SECONDS_MAX - 0.5, None),
        (UNSENT_BYTES_MAX + 1, DEAF_SECONDS_MAX, f"it has read nothing for 5 s, and {UNSENT_BYTES_MAX + 1} bytes wait for it"),
        (DEAF_BYTES_MAX, 0, None),
        (DEAF_BYTES_MAX + 1, 0, f"it reads too slowly: {DEAF_BYTES_MAX + 1} bytes wait for it"),
    ],
)
def test_a_peer_is_deaf_where_more_than_so_much_waits_for_it_for_so_long(unread: int, seconds: float, said: str | None) -> None:
    line, clogged = _line(FakeCodec(), _unsent=range(unread), taken_at=100.0), vars(Line)["clogged"]
    assert Line.deaf(line, 100 + seconds) == said
    assert clogged.fget(line) is (unread > UNSENT_BYTES_MAX)
