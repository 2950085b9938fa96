"""A merchant's account as it is printed: the RIB in its groups, and the IBAN that is made of it."""

from __future__ import annotations

from typing import Final

IBAN_COUNTRY: Final = "MA"


def grouped_rib(rib: str) -> str:
    """A RIB as it is printed: bank, city, account, key.

    >>> grouped_rib("310810101402900442310133")
    '310 810 1014029004423101 33'
    """
    return f"{rib[:3]} {rib[3:6]} {rib[6:22]} {rib[22:]}"


def iban_of(rib: str) -> str:
    """The IBAN of a Moroccan RIB, with its check digits (ISO 7064, mod 97-10); the example is the one of the IBAN registry.

    >>> iban_of("011519000001205000534921")
    'MA64011519000001205000534921'
    """
    country = "".join(str(int(letter, 36)) for letter in IBAN_COUNTRY)
    return f"{IBAN_COUNTRY}{98 - int(f'{rib}{country}00') % 97:02d}{rib}"


def grouped_iban(rib: str) -> str:
    """The IBAN as it is printed, in groups of four.

    >>> grouped_iban("011519000001205000534921")
    'MA64 0115 1900 0001 2050 0053 4921'
    """
    iban = iban_of(rib)
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
