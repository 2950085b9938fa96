"""Columns mapped by hand, as pairs or as TOML."""

from __future__ import annotations

import tomllib

import pytest

from switch.errors import SwitchError
from switch.reconciliation.readers.column_map import ColumnMap
from switch.spec_table import SpecTable


def test_pairs_of_both_sides_and_of_one() -> None:
    found = ColumnMap.from_text("date=Jour, amount=Total TTC,right.amount=Crédit")
    assert found.left == {"date": "Jour", "amount": "Total TTC"}
    assert found.right == {"date": "Jour", "amount": "Crédit"}
    assert found.sided == {"right"}


def test_the_same_as_toml() -> None:
    text = 'date = "Jour"\namount = "Total TTC"\n[right]\namount = "Crédit"\n'
    found = ColumnMap.from_toml(SpecTable("map.toml", tomllib.loads(text)))
    assert found == ColumnMap.from_text("date=Jour,amount=Total TTC,right.amount=Crédit")


@pytest.mark.parametrize("text", ["date", "date=", "when=Jour", "middle.date=Jour", ""])
def test_what_is_no_pair_is_one_sentence(text: str) -> None:
    with pytest.raises(SwitchError, match=r"^--map: found .*, expected pairs such as `date=Jour,amount=Total`"):
        ColumnMap.from_text(text)


def test_a_key_that_nobody_reads_is_refused() -> None:
    with pytest.raises(SwitchError, match="found a key nobody reads"):
        ColumnMap.from_toml(SpecTable("map.toml", {"datum": "Jour"}))
