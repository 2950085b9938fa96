"""Keys given from one party to another: each has its own key module, and they share the test keys of a zone."""

from __future__ import annotations

import pytest

from switch.card import Pan
from switch.card_security.ciphers import TripleDes
from switch.card_security.key_blocks import under_zone_key
from switch.errors import CardSecurityError
from switch.keys.key_module import IN_FLIGHT_SECONDS, KeyModule, PinPlace, PvvReference
from switch.keys.shipped import secret_of, shipped_keys
from switch.keys.zone_keys import ZoneKeys
from tests.support.card_keys import DOUBLE

PAN = Pan("4507160000000010")
ZMK = TripleDes(secret_of("atlas.zmk", "T"))


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Party:
    """One side of a zone."""

    def __init__(self, mac_key: str = "atlas.mac") -> None:
        self.clock = Clock()
        self.keys = KeyModule(shipped_keys(["atlas"]), clock=self.clock)
        self.zone = ZoneKeys(self.keys, pin_key="atlas.zpk", mac_key=mac_key, zone_key="atlas.zmk")


@pytest.mark.parametrize("mac_key", ["atlas.mac", "atlas.mac-aes"])
def test_a_mac_key_changes_hands_and_both_are_good_around_it(mac_key: str) -> None:
    ours, theirs = Party(mac_key), Party(mac_key)
    before = ours.keys.mac(mac_key, b"in flight")
    given = ours.zone.offer("mac")
    assert ours.keys.mac(mac_key, b"in flight") == before, "it is not used before the partner has it"
    assert theirs.zone.take("mac", given).kcv != ours.keys.kcv(mac_key)
    answer = theirs.keys.mac(mac_key, b"the answer")
    assert theirs.keys.verify_mac(mac_key, b"in flight", before)
    assert ours.keys.verify_mac(mac_key, b"the answer", answer)
    assert ours.zone.taken("mac").kcv == theirs.keys.kcv(mac_key)
    assert ours.keys.mac(mac_key, b"the answer") == answer
    ours.clock.seconds += IN_FLIGHT_SECONDS - 1
    assert ours.keys.verify_mac(mac_key, b"in flight", before)
    ours.clock.seconds += 1
    assert not ours.keys.verify_mac(mac_key, b"in flight", before)


def test_a_key_that_is_not_taken_is_good_for_nothing() -> None:
    ours, theirs = Party(), Party()
    theirs.zone.take("mac", ours.zone.offer("mac"))
    made = theirs.keys.mac("atlas.mac", b"data")
    assert ours.keys.verify_mac("atlas.mac", b"data", made)
    ours.zone.withdraw("mac")
    assert not ours.keys.verify_mac("atlas.mac", b"data", made)


def test_pin_blocks_of_both_keys_open_for_a_while() -> None:
    ours, theirs = Party(), Party()
    place, kept = PinPlace("atlas.zpk"), PvvReference(ours.keys.make_pvv("atlas.pvk", PAN, "1234"))
    before = ours.keys.make_pin_block("1234", PAN, place)
    theirs.zone.take("zpk", ours.zone.offer("zpk"))
    ours.zone.taken("zpk")
    after = ours.keys.make_pin_block("1234", PAN, place)
    assert before != after
    assert all(theirs.keys.verify_pin(block, PAN, place, "atlas.pvk", kept) for block in (before, after))
    assert theirs.keys.translate_pin(before, PAN, place, PinPlace("acquirer.zpk"))
    theirs.clock.seconds += IN_FLIGHT_SECONDS
    assert theirs.keys.verify_pin(after, PAN, place, "atlas.pvk", kept)
    with pytest.raises(CardSecurityError):
        theirs.keys.verify_pin(before, PAN, place, "atlas.pvk", kept)


def test_the_same_key_again_leaves_the_one_before_as_it_is() -> None:
    ours, theirs = Party(), Party()
    before, given = theirs.keys.mac("atlas.mac", b"data"), ours.zone.offer("mac")
    for _ in range(2):
        theirs.zone.take("mac", given)
    assert theirs.keys.verify_mac("atlas.mac", b"data", before)


def sealed(kcv: str) -> str:
    return under_zone_key(ZMK, DOUBLE).hex().upper() + kcv


@pytest.mark.parametrize("text", [sealed("08D7B4"), sealed("08D7"), f"U{sealed('08D7B4')}", f"X{sealed('08d7b4')}"])
def test_a_key_under_the_zone_master_key(text: str) -> None:
    party = Party()
    assert party.zone.take("zpk", text).kcv == "08D7B4"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "exchanged key: found 0 characters that are no key"),
        (sealed(""), "exchanged key: found 32 characters that are no key"),
        (sealed("08D7B5"), "key check value of atlas.zpk: found another"),
        (sealed("0000"), "key check value of atlas.zpk: found another"),
        ("B0096P0TB00E0000" + "00" * 40, "key block: found a MAC that is not its"),
    ],
)
def test_what_is_no_key_of_the_zone(text: str, fault: str) -> None:
    party = Party()
    with pytest.raises(CardSecurityError, match=f"^{fault}"):
        party.zone.take("zpk", text)
    assert party.keys.kcv("atlas.zpk") == Party().keys.kcv("atlas.zpk")


def test_a_block_says_its_use_and_its_check_value_is_compared() -> None:
    ours, theirs = Party(), Party()
    given = ours.zone.offer("mac")
    assert theirs.zone.take("zpk", given, block_says=True).id == "atlas.mac"
    with pytest.raises(CardSecurityError, match=r"^key block for atlas\.zpk: found usage M3"):
        theirs.zone.take("zpk", given)
    with pytest.raises(CardSecurityError, match=r"^key check value of atlas\.mac"):
        theirs.zone.take("mac", given[:-6] + "000000")
    with pytest.raises(CardSecurityError, match=r"^key for atlas\.mac: found algorithm A"):
        theirs.zone.take("mac", Party("atlas.mac-aes").zone.offer("mac"))
