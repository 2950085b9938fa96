"""ARQC and ARPC: published values, the same as pyemv's in every version, made and verified, and one flipped bit."""

from __future__ import annotations

import pyemv
import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.chip_data import chip_data, chip_values
from switch.card_security.ciphers import TripleDes
from switch.card_security.cryptograms import (
    CRYPTOGRAM_VERSIONS,
    ChipCard,
    ChipPurchase,
    CryptogramKeys,
    CryptogramVersion,
    arpc_method_1,
    arpc_method_2,
    atc_of,
    covered_data,
    cryptogram_matches,
    cryptogram_over,
    derived_session_key,
    icc_master_key,
    sample_chip_values,
    sample_issuer_data,
    version_of,
    with_cryptogram,
)
from switch.card_security.key_blocks import key_check_value
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, double_keys, pans

KEY, CARD = TripleDes(DOUBLE), ChipCard(Pan("4123456789012345"))
VERSIONS = st.sampled_from(sorted(CRYPTOGRAM_VERSIONS.values(), key=lambda version: version.name))
sequences = st.from_regex(r"[0-9]{2}", fullmatch=True)


@st.composite
def chip_values_of(draw: st.DrawFn, version: CryptogramVersion) -> dict[str, bytes]:
    sizes = {"9F02": 6, "9F03": 6, "9F1A": 2, "95": 5, "5F2A": 2, "9A": 3, "9C": 1, "9F37": 4, "82": 2, "9F36": 2}
    values = {tag: draw(st.binary(min_size=size, max_size=size)) for tag, size in sizes.items()}
    data = bytearray(sample_issuer_data(version))
    if version.scheme == "visa":
        data[4:7] = draw(st.binary(min_size=3, max_size=3))
    else:
        data[2:18] = draw(st.binary(min_size=16, max_size=16))
    return {**values, "9F10": bytes(data)}


both = VERSIONS.flatmap(lambda version: st.tuples(st.just(version), chip_values_of(version)))


def values_of(text: str) -> dict[str, bytes]:
    """Tags and values in hexadecimal, as people write them: ``9C 00 9F36 0007``."""
    words = text.split()
    return {tag: bytes.fromhex(value) for tag, value in zip(words[::2], words[1::2], strict=True)}


VALUES = values_of(
    "9F02 000000012500 9F03 000000000000 9F1A 0504 95 0000000000 5F2A 0504 9A 261128 9C 00 9F37 01020304 82 1C00 9F36 0007 "
    "9F10 06011203A00000"
)


def test_published_keys_and_cryptograms() -> None:
    master = icc_master_key(KEY, Pan("9901234567890123"), "45")
    assert key_check_value(master, "T")[:4] == "1DA5"
    session = derived_session_key(TripleDes(master), bytes.fromhex("1234567890123456"))
    assert key_check_value(session, "T")[:4] == "0995"
    arqc = cryptogram_over(TripleDes(session), bytes.fromhex("0123456789ABCDEF" * 2), 2)
    assert arqc.hex().upper() == "4B46013359B7A58B"
    assert arpc_method_1(TripleDes(master), arqc, b"\0\0").hex().upper() == "F8C9CECAABD55AD1", "without a session key"


def test_the_example_of_pyemv() -> None:
    """CVN 18 of its documentation, ARQC and ARPC."""
    values = values_of(
        "9F02 000000009999 9F03 000000000000 9F1A 0840 95 8000048000 5F2A 0840 9A 991231 9C 01 9F37 52BF4585 82 1800 "
        "9F36 0FFF 9F10 06011203A0B800"
    )
    keys = CryptogramKeys(version_of(values["9F10"]), TripleDes(b"\xaa" * 16), ChipCard(Pan("1234567890123456")), values)
    assert keys.cryptogram().hex().upper() == "769577B5ABE9FE62"
    assert keys.issuer_authentication_data(keys.cryptogram(), "00").hex().upper() == "76503F48" + "00000000"


@ORACLES_WARN
@given(double_keys, pans, sequences, both, st.sampled_from(["00", "51"]), st.binary(min_size=4, max_size=4))
def test_pyemv_agrees(
    key: bytes, pan: Pan, sequence: str, drawn: tuple[CryptogramVersion, dict[str, bytes]], code: str, update: bytes
) -> None:
    version, values = drawn
    name = f"{'Visa' if version.scheme == 'visa' else 'MasterCard'}CVN{version.number}"
    oracle = getattr(pyemv.cvn, name)(key, key, key, pan.digits, sequence)
    given_values = {f"tag_{tag.lower()}": value for tag, value in values.items() if tag != "9F10"}
    if version.tail == "whole":
        given_values["tag_9f10"] = values["9F10"]
    elif version.scheme == "visa":
        given_values["cvr"] = values["9F10"][3:7]
    else:
        given_values["cvr"] = values["9F10"][2:8]
        if version.tail == "cvr and counters":
            given_values["counters"] = values["9F10"][10:]
    keys = CryptogramKeys(version, TripleDes(key), ChipCard(pan, sequence), values)
    arqc = keys.cryptogram()
    assert arqc == oracle.generate_ac(**given_values)
    answer = keys.issuer_authentication_data(arqc, code, update)
    if version.arpc_method == 2:
        assert answer == oracle.generate_arpc(arqc, values["9F36"], update) + update
    elif version.arpc_session:
        assert answer == oracle.generate_arpc(arqc, values["9F36"], code.encode()) + code.encode()
    else:
        assert answer == oracle.generate_arpc(arqc, code.encode()) + code.encode()


@given(both, double_keys, pans, sequences)
def test_made_is_verified(drawn: tuple[CryptogramVersion, dict[str, bytes]], key: bytes, pan: Pan, sequence: str) -> None:
    version, values = drawn
    card = ChipCard(pan, sequence)
    made = with_cryptogram(version, TripleDes(key), card, values)
    assert version_of(made["9F10"]) == version
    assert cryptogram_matches(CryptogramKeys(version, TripleDes(key), card, made), made["9F26"])


@given(both, st.data())
def test_one_flipped_bit_fails(drawn: tuple[CryptogramVersion, dict[str, bytes]], data: st.DataObject) -> None:
    version, values = drawn
    made = with_cryptogram(version, KEY, CARD, values)
    tag = data.draw(st.sampled_from([tag for tag in made if tag not in ("9F10", "9F27")]))
    spoilt = bytearray(made[tag])
    bit = data.draw(st.integers(0, 8 * len(spoilt) - 1))
    spoilt[bit // 8] ^= 1 << (bit % 8)
    changed = {**made, tag: bytes(spoilt)}
    assert not cryptogram_matches(CryptogramKeys(version, KEY, CARD, changed), changed["9F26"])


@pytest.mark.parametrize("version", CRYPTOGRAM_VERSIONS.values(), ids=lambda version: str(version.name))
def test_a_purchase_of_a_test_card(version: CryptogramVersion) -> None:
    purchase = ChipPurchase(
        amount_minor=12_500, currency="504", country="504", date="261128", atc=300, unpredictable=b"\1\2\3\4", pin_online=True
    )
    values = sample_chip_values(version, CARD, purchase)
    assert {tag: values[tag].hex() for tag in ("9F02", "5F2A", "9F36", "9F37")} == {
        "9F02": "000000012500",
        "5F2A": "0504",
        "9F36": "012c",
        "9F37": "01020304",
    }
    made = with_cryptogram(version, KEY, CARD, values)
    assert cryptogram_matches(CryptogramKeys(version_of(made["9F10"]), KEY, CARD, chip_values(chip_data(made))), made["9F26"])
    with pytest.raises(CardSecurityError, match=r"^purchase of a chip card: found a value that is no digits"):
        sample_chip_values(version, CARD, ChipPurchase(**{**asdict(purchase), "date": "26112x"}))


def test_another_card_fails() -> None:
    version = version_of(VALUES["9F10"])
    made = with_cryptogram(version, KEY, CARD, VALUES)
    for card in (ChipCard(CARD.pan, "01"), ChipCard(Pan("4123456789012352"))):
        assert not cryptogram_matches(CryptogramKeys(version, KEY, card, made), made["9F26"])
    assert atc_of(made) == 7


@pytest.mark.parametrize("data", ["", "06011F03A00000", "0199A00003240000", "06"])
def test_versions_that_are_not_known(data: str) -> None:
    with pytest.raises(CardSecurityError, match=r"^cryptogram version in tag 9F10: found .*, expected one of visa-10, visa-18"):
        version_of(bytes.fromhex(data))


def test_what_is_refused() -> None:
    version = version_of(VALUES["9F10"])
    without = {tag: value for tag, value in VALUES.items() if tag != "9F37"}
    with pytest.raises(CardSecurityError, match=r"^tag 9F37: found nothing, expected 4 bytes$"):
        covered_data(version, without)
    with pytest.raises(CardSecurityError, match=r"^tag 9F36: found 1 bytes, expected 2 bytes$"):
        CryptogramKeys(version, KEY, CARD, {**VALUES, "9F36": b"\0"})
    with pytest.raises(CardSecurityError, match=r"^tag 9F10: found 3 bytes, expected 7 bytes or more for visa-18$"):
        covered_data(version, {**VALUES, "9F10": b"abc"})
    with pytest.raises(CardSecurityError, match=r"^PAN sequence number: found 1 characters, expected two digits$"):
        icc_master_key(KEY, CARD.pan, "1")
    with pytest.raises(CardSecurityError, match=r"^diversifier: found 2 bytes"):
        derived_session_key(KEY, b"ab")
    with pytest.raises(CardSecurityError, match=r"^application cryptogram: found 2 bytes, expected 8 bytes$"):
        arpc_method_1(KEY, b"ab", b"00")
    with pytest.raises(CardSecurityError, match=r"^response code of an ARPC: found 3 bytes, expected 2 bytes$"):
        arpc_method_1(KEY, bytes(8), b"000")
    with pytest.raises(CardSecurityError, match=r"^card status update: found 0 bytes, expected 4 bytes$"):
        arpc_method_2(KEY, bytes(8), b"")
    with pytest.raises(CardSecurityError, match=r"^proprietary authentication data: found 9 bytes"):
        arpc_method_2(KEY, bytes(8), bytes(4), bytes(9))
