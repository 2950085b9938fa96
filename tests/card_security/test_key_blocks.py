"""Key blocks: published ones, the same as psec's in all four versions, and not one character changed."""

from __future__ import annotations

import psec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card_security.ciphers import Aes, TripleDes
from switch.card_security.key_blocks import (
    Algorithm,
    BlockHeader,
    BlockVersion,
    fill_bytes,
    from_zone_key,
    header_of_block,
    key_check_value,
    under_zone_key,
    unwrapped,
    wrapped,
)
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, double_keys

VERSIONS: tuple[BlockVersion, ...] = ("A", "B", "C", "D")
#: psec's documentation.
PUBLISHED = "B0096P0TE00N0000471D4FBE35E5865BDE20DBF4C15503161F55D681170BF8DD14D01B6822EF8550CB67C569DE8AC048"


def header(version: BlockVersion, algorithm: Algorithm = "T") -> BlockHeader:
    return BlockHeader(version=version, usage="P0", algorithm=algorithm, mode="B")


@st.composite
def cases(draw: st.DrawFn) -> tuple[BlockVersion, bytes, Algorithm, bytes]:
    version = draw(st.sampled_from(VERSIONS))
    sizes = {"A": (16, 24), "B": (16, 24), "C": (16, 24), "D": (16, 24, 32)}
    size = draw(st.sampled_from(sizes[version]))
    algorithm: Algorithm = draw(st.sampled_from(("T", "A"))) if version == "D" else "T"
    key_size = draw(st.sampled_from((16, 24) if algorithm == "T" else (16, 24, 32)))
    protection, key = (draw(st.binary(min_size=one, max_size=one)) for one in (size, key_size))
    return version, protection, algorithm, key


def test_a_published_block() -> None:
    opened = unwrapped(b"\xab" * 16, PUBLISHED)
    assert opened.key == b"\xcd" * 16
    assert (opened.header.usage, opened.header.algorithm, opened.header.mode, opened.header.export) == ("P0", "T", "E", "N")
    assert "cdcd" not in repr(opened).lower()
    assert r"\xcd" not in repr(opened)


#: Protection key, key, block: the examples of TR-31 itself, and blocks of other makers that psec's tests hold.
KNOWN = """
89E88CF7931444F334BD7547FC3F380C F039121BEC83D26B169BDCD5B22AAF8F
A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701
DD7515F2BFC17F85CE48F3CA25CB21F6 3F419E1CB7079442AA37474C2EFBF8B8
B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E
B8ED59E0A279A295E9F5ED7944FD06B9 EDB380DD340BC2620247D445F5B8D678
C0096B0TX12S0100KS1800604B120F9292800000BFB9B689CB567E66FC3FEE5AD5F52161FC6545B9D60989015D02155C
1D22BF32387C600AD97F9B97A51311AC E8BC63E5479455E26577F715D587FE68
B0104B0TX12S0100KS1800604B120F9292800000BB68BE8680A400D9191AD4ECE45B6E6C0D21C4738A52190E248719E24B433627
B8ED59E0A279A295E9F5ED7944FD06B9 F039121BEC83D26B169BDCD5B22AAF8F
A0112P0TE12E0200KS1400604B120F929280PB047A1BB737854CD7AF58A8A1E4506A942277EDA76EBA6BA228AF62ADDA3AD8799E8B2C8CD7
AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCC CCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
C0088M3TC00E000091FA4978279FD9C218BDCBE9CC62F11A182F828406B67AC61B5573748FCF348FD59FA93A
88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6 3F419E1CB7079442AA37474C2EFBF8B8
D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34
""".split()  # noqa: SIM905 - two lines a block


@pytest.mark.parametrize(("protection", "key", "block"), list(zip(KNOWN[::3], KNOWN[1::3], KNOWN[2::3], strict=True)))
def test_known_blocks(protection: str, key: str, block: str) -> None:
    assert unwrapped(bytes.fromhex(protection), block).key.hex().upper() == key


def test_long_optional_blocks() -> None:
    longer = "KS00011600604B120F9292PB0A000000"
    assert header_of_block(f"B0056P0TE00N0200{longer}00000000").optional == longer
    longest = "KS0002010A" + "P" * 256 + "PB0600"
    assert header_of_block(f"B0296P0TE00N0200{longest}00000000").optional == longest
    with pytest.raises(CardSecurityError, match=r"^key block at byte 16: found no optional block"):
        header_of_block("B0032P0TE00N0100KS00030000000000")


@ORACLES_WARN
@given(cases(), st.binary(min_size=64, max_size=64))
def test_psec_agrees(case: tuple[BlockVersion, bytes, Algorithm, bytes], chance: bytes) -> None:
    version, protection, algorithm, key = case
    ours = wrapped(protection, header(version, algorithm), key, chance[: fill_bytes(version, algorithm, len(key))])
    read, theirs = psec.tr31.unwrap(protection, ours)
    assert (theirs, read.key_usage, read.version_id) == (key, "P0", version)
    assert unwrapped(protection, psec.tr31.wrap(protection, f"{version}0000P0{algorithm}B00E0000", key)).key == key
    assert unwrapped(protection, ours).key == key
    assert unwrapped(protection, ours).header == header(version, algorithm)


@ORACLES_WARN
@given(cases())
def test_optional_blocks_are_read(case: tuple[BlockVersion, bytes, Algorithm, bytes]) -> None:
    version, protection, algorithm, key = case
    theirs = psec.tr31.Header(version, "P0", algorithm, "B", "00", "E")
    theirs.blocks["KS"] = "00604B120F9292800000"
    opened = unwrapped(protection, psec.tr31.wrap(protection, theirs, key))
    assert opened.key == key
    assert opened.header.optional.startswith("KS1800604B120F9292800000")


@given(cases(), st.data())
def test_no_character_can_be_changed(case: tuple[BlockVersion, bytes, Algorithm, bytes], data: st.DataObject) -> None:
    version, protection, algorithm, key = case
    block = wrapped(protection, header(version, algorithm), key, bytes(fill_bytes(version, algorithm, len(key))))
    place = data.draw(st.integers(0, len(block) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEF").filter(lambda one: one != block[place]))
    with pytest.raises(CardSecurityError):
        unwrapped(protection, block[:place] + other + block[place + 1 :])


def test_another_protection_key() -> None:
    with pytest.raises(CardSecurityError) as error:
        unwrapped(b"\xac" * 16, PUBLISHED)
    assert str(error.value) == (
        "key block: found a MAC that is not its, expected a block that nobody changed, and the key it was made under"
    )


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ("", "key block at byte 0: found no header of versions A to D, expected the sixteen characters of one"),
        (
            "X" + PUBLISHED[1:],
            "key block at byte 0: found no header of versions A to D, expected the sixteen characters of one",
        ),
        (PUBLISHED[:-2], "key block at byte 1: found 94 characters, expected 96, as its header says"),
        (PUBLISHED[:7] + "R" + PUBLISHED[8:], "key block at byte 7: found algorithm R, expected T (Triple DES) or A (AES)"),
        (PUBLISHED[:-1] + "x", "key block at byte 16: found no hexadecimal, expected hexadecimal behind its header"),
        ("B0024P0TE00N0000" + "00" * 4, "key block: found 0 bytes of key data, expected whole blocks of 8 bytes"),
        ("B0018P0TE00N0100KS", "key block at byte 16: found no optional block, expected as many as its header says"),
    ],
)
def test_blocks_that_are_none(block: str, sentence: str) -> None:
    with pytest.raises(CardSecurityError) as error:
        unwrapped(b"\xab" * 16, block)
    assert str(error.value) == sentence


def test_a_header_is_read_without_the_key() -> None:
    assert header_of_block(PUBLISHED).usage == "P0"


def test_what_cannot_be_wrapped() -> None:
    with pytest.raises(
        CardSecurityError, match=r"^key block: found 3 bytes of fill, expected as many as make whole blocks of 8"
    ):
        wrapped(DOUBLE, header("B"), DOUBLE, b"abc")
    with pytest.raises(CardSecurityError, match=r"^key block protection key: found 8 bytes, expected one of 16, 24 bytes"):
        wrapped(bytes(8), header("B"), DOUBLE, bytes(14))
    with pytest.raises(CardSecurityError, match=r"^key block protection key: found 8 bytes, expected 16 or 24 bytes"):
        wrapped(bytes(8), header("A"), DOUBLE, bytes(14))


@given(double_keys, double_keys, st.sampled_from(["ecb", "cbc"]))
def test_under_a_zone_key(zone: bytes, key: bytes, mode: str) -> None:
    for cipher in (TripleDes(zone), Aes(zone)):
        how = "ecb" if mode == "ecb" else "cbc"
        sealed = under_zone_key(cipher, key, how)  # type: ignore[arg-type]
        assert from_zone_key(cipher, sealed, how) == key  # type: ignore[arg-type]
    with pytest.raises(CardSecurityError, match=r"^key under a zone key: found 9 bytes, expected whole blocks of 8 bytes$"):
        from_zone_key(TripleDes(zone), bytes(9))


def test_key_check_values() -> None:
    assert key_check_value(DOUBLE, "T") == "08D7B4"
    assert key_check_value(bytes(16), "A") == Aes(bytes(16)).cmac(bytes(16))[:5].hex().upper()
