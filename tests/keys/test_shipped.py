"""The test keys: anybody comes to the same ones, by the words of the documentation."""

from __future__ import annotations

import hashlib
from pathlib import Path

from switch.card import Pan
from switch.card_security.ciphers import TripleDes, odd_parity
from switch.card_security.verification_values import cvv2
from switch.keys.key import TEST_KEY
from switch.keys.key_module import KeyModule
from switch.keys.shipped import ACQUIRER_KEYS, ACQUIRERS, ISSUER_KEYS, TEST_SEED, shipped_keys
from switch.specs.load import load_specs


def test_a_stranger_computes_the_same_cvv2() -> None:
    key = hashlib.sha256(b"switch test keys 1:atlas.cvk").digest()[:16]
    pan, expiry = Pan("4507160000000010"), "2912"
    stranger = cvv2(TripleDes(key), pan, expiry)
    assert KeyModule.open(None, ["atlas"]).make_cvv("cvv2", "atlas.cvk", pan, expiry) == stranger == "919"


def test_every_key_is_its_own_and_labelled() -> None:
    issuers = list(load_specs().issuers)
    keys = list(shipped_keys(issuers))
    assert len({key.about.id for key in keys}) == len({key.secret for key in keys}) == len(keys)
    assert {key.about.label for key in keys} == {TEST_KEY}
    assert {key.about.id.partition(".")[0] for key in keys} == {*issuers, ACQUIRERS}
    assert all(odd_parity(key.secret) == key.secret for key in keys if key.about.algorithm == "T")


def test_check_values_do_not_change() -> None:
    """A partner may have noted them."""
    kcv = {key.about.id: key.about.kcv for key in shipped_keys(["atlas"])}
    assert (kcv["atlas.cvk"], kcv["atlas.zpk"], kcv["atlas.imk-ac"]) == ("2FB6D3", "ABFBC8", "68ED5C")
    assert kcv["atlas.zmk-aes"] == "806E15DAB1"


def test_the_page_says_how() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "keys.md").read_text(encoding="utf-8")
    assert f"printf '{TEST_SEED}:atlas.cvk' | sha256sum | cut -c 1-32 " in page
    assert "the card 4507160000000010 with expiry 2912 has the CVV2 919" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name in (*ISSUER_KEYS, *ACQUIRER_KEYS):
        assert any(f"`{name}`" in row for row in rows), name
    for key in shipped_keys(["atlas"]):
        name = f"`{key.about.id.partition('.')[2]}`"
        assert any(name in row and key.about.tr31_usage in row for row in rows), name


def test_keys_are_made_once() -> None:
    """A starter makes them for all issuers, which are forked from it."""
    (first, *_), (again, *_) = shipped_keys(["atlas", "vesta"]), shipped_keys(["atlas"])
    assert first is again
