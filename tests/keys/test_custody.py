"""Keys generated, taken in and handed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.errors import CardSecurityError
from switch.keys.custody import clear_test_key, generate_key, import_block, import_clear, usual
from switch.keys.key_module import KeyModule
from switch.keys.keystore import kept_keys
from tests.support.card_keys import DOUBLE

ISSUERS = ("atlas", "rif")


def test_a_generated_key_is_new_and_kept(tmp_path: Path) -> None:
    one = generate_key(tmp_path, "atlas.zpk", "zpk", "T")
    other = generate_key(tmp_path, "atlas.mac-aes", "mac", "A", label="for the night run")
    assert {key.about for key in kept_keys(tmp_path).values()} == {one, other}
    assert (one.cipher, other.cipher, other.label) == ("Triple DES 112", "AES 256", "for the night run")
    with pytest.raises(CardSecurityError, match=r"^atlas\.zpk: found a key of this name in the keystore, expected a new name"):
        generate_key(tmp_path, "atlas.zpk", "zpk", "T")
    assert generate_key(tmp_path, "atlas.zpk", "zpk", "T", replace=True).kcv != one.kcv


def test_a_key_goes_to_a_partner(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    sent = generate_key(ours, "atlas.zpk", "zpk", "T")
    block = KeyModule.open(ours, ISSUERS).give_block("atlas.zmk", "atlas.zpk")
    taken = import_block(theirs, ISSUERS, "atlas.zmk", block, "partner.zpk", None)
    assert (taken.kcv, taken.use) == (sent.kcv, "zpk")
    with pytest.raises(CardSecurityError, match=r"^key block: found usage P0 \(T\), expected a key of use mac$"):
        import_block(theirs, ISSUERS, "atlas.zmk", block, "partner.mac", "mac")
    with pytest.raises(CardSecurityError, match=r"^key block: found a MAC that is not its"):
        import_block(theirs, ISSUERS, "rif.zmk", block, "partner.x", "zpk")
    with pytest.raises(CardSecurityError, match=r"^atlas\.zpk: found a zpk, expected a zmk"):
        import_block(theirs, ISSUERS, "atlas.zpk", block, "partner.x", "zpk")
    with pytest.raises(CardSecurityError, match=r"^key: found no 'nobody\.zmk'"):
        import_block(theirs, ISSUERS, "nobody.zmk", block, "partner.x", "zpk")
    assert list(kept_keys(theirs)) == ["partner.zpk"]


def test_a_key_in_the_clear(tmp_path: Path) -> None:
    key = import_clear(tmp_path, "01234567 89ABCDEF\nFEDCBA98 76543210\n", "x.zmk", "zmk", "T")
    assert key.kcv == "08D7B4"
    for text in ("", "012", "xx" * 16, "é"):
        with pytest.raises(
            CardSecurityError, match=r"^clear key for x\.y: found \d+ characters, expected pairs of hexadecimal"
        ):
            import_clear(tmp_path, text, "x.y", "zmk", "T")
    with pytest.raises(CardSecurityError, match=r"^x\.zmk: found a key that is no test key, "):
        clear_test_key(tmp_path, ISSUERS, "x.zmk")


def test_a_test_key_may_be_shown(tmp_path: Path) -> None:
    assert clear_test_key(tmp_path, ISSUERS, "atlas.cvk") == "4F8C463838E615F18FB9B34C6B2F7A34"
    import_clear(tmp_path, DOUBLE.hex(), "x.cvk", "cvk", "T", label="TEST KEY")
    assert clear_test_key(tmp_path, ISSUERS, "x.cvk") == DOUBLE.hex().upper()
    generate_key(tmp_path, "atlas.cvk", "cvk", "T")
    with pytest.raises(CardSecurityError, match=r"no test key"):
        clear_test_key(tmp_path, ISSUERS, "atlas.cvk")


def test_usual_names() -> None:
    assert usual("any.bdk") == ("bdk", "T")
    assert usual("any.thing") is None
