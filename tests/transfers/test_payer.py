from __future__ import annotations

import tomllib

import pytest

from switch.errors import SpecError
from switch.merchant import rib_key
from switch.spec_table import SpecTable
from switch.transfers.payer import SETTLEMENT_RIB, TransferProfile


def read(text: str) -> TransferProfile:
    return TransferProfile.from_toml(SpecTable("transfers.toml", tomllib.loads(text)))


def test_everything_may_be_left_out() -> None:
    assert read("") == TransferProfile()
    assert rib_key(SETTLEMENT_RIB[:22]) == SETTLEMENT_RIB[22:]


def test_every_key() -> None:
    text = 'name = "Centre"\nrib = "310 810 1014029004423101 33"\nbic = "BCMAMAMC"\naccount = "rib"'
    assert read(text) == TransferProfile(name="Centre", rib="310810101402900442310133", bic="BCMAMAMC", account="rib")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('rib = "1"', "transfers.toml: rib: found '1', expected 24 digits"),
        ('rib = "310810101402900442310134"', "transfers.toml: rib: found key 34 in 310810101402900442310134, expected key 33"),
        ('bic = "x"', "transfers.toml: bic: found 'x', expected a BIC of 8 or 11 characters (ISO 9362)"),
        ('account = "bban"', "transfers.toml: account: found 'bban', expected one of iban, rib"),
        ('nom = "x"', "transfers.toml: nom: found a key nobody reads, expected one of account, bic, name, rib"),
    ],
)
def test_a_mistake_is_told(text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(text)
    assert str(refused.value) == sentence
