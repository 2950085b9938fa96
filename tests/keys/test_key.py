"""What a key says of itself, and what is none."""

from __future__ import annotations

import pytest

from switch.errors import CardSecurityError
from switch.keys.key import KEY_USES, TEST_KEY, KeptKey, allows, use_of
from tests.support.card_keys import DOUBLE


def test_a_key_says_everything_but_its_bytes() -> None:
    kept = KeptKey.of("atlas.zpk", "zpk", "T", DOUBLE, TEST_KEY)
    about = kept.about
    assert (about.kcv, about.cipher, about.tr31_usage, about.is_test_key) == ("08D7B4", "Triple DES 112", "P0", True)
    assert "0123" not in repr(kept)
    assert KeptKey.of("a.b", "mac", "A", bytes(32)).about.cipher == "AES 256"


@pytest.mark.parametrize(
    "key_id", ["", "atlas", "atlas.", ".zpk", "Atlas.zpk", "atlas zpk", "a.b.c.d.e", "../zpk", "atlas.zpk\n"]
)
def test_names_that_are_none(key_id: str) -> None:
    with pytest.raises(CardSecurityError, match=r"expected an owner and a name, such as atlas\.cvk$"):
        KeptKey.of(key_id, "zpk", "T", DOUBLE)


def test_keys_that_are_none() -> None:
    with pytest.raises(CardSecurityError, match=r"^a\.b: found 8 bytes, expected 16 or 24 bytes$"):
        KeptKey.of("a.b", "zpk", "T", bytes(8))
    with pytest.raises(CardSecurityError, match=r"^a\.b: found 24 bytes, expected 16 bytes$"):
        KeptKey.of("a.b", "bdk", "T", bytes(24))
    with pytest.raises(CardSecurityError, match=r"^algorithm of a\.b: found AES, expected Triple DES for a cvk$"):
        KeptKey.of("a.b", "cvk", "A", bytes(16))
    with pytest.raises(CardSecurityError, match=r"^use of a\.b: found 'x', expected one of cvk, "):
        KeptKey.of("a.b", "x", "T", bytes(16))  # type: ignore[arg-type]


def test_every_use_has_its_usage() -> None:
    for use in KEY_USES:
        usage = KeptKey.of("a.b", use, "T", DOUBLE).about.tr31_usage
        assert allows(use, "T", usage)
        assert use_of(usage) in (use, "cvk"), "C0 says nothing of whose card verification it is"
    assert not allows("cvk", "A", "C0")
