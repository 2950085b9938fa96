"""The RIB and the IBAN as they are printed."""

from __future__ import annotations

from switch.settlement.bank_account import grouped_iban, grouped_rib, iban_of


def test_the_example_of_the_iban_registry() -> None:
    assert iban_of("011519000001205000534921") == "MA64011519000001205000534921"
    assert grouped_iban("011519000001205000534921") == "MA64 0115 1900 0001 2050 0053 4921"


def test_an_iban_proves_itself() -> None:
    iban = iban_of("310810101402900442310133")
    moved = iban[4:] + iban[:4]
    assert int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def test_a_rib_stands_in_its_groups() -> None:
    assert [len(group) for group in grouped_rib("310810101402900442310133").split()] == [3, 3, 16, 2]
