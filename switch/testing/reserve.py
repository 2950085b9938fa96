"""The specification that a centre for tests runs on: the one shipped, with a reserve of cards and merchants beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from switch.card import luhn_digit
from switch.issuers.profile import SERIES_BODY_DIGITS
from switch.merchant import rib_key
from switch.money import format_minor
from switch.record import frozen
from switch.specs.folder import default_folder

ISSUER_OF_RESERVE: Final = "atlas"  #: the bank that gives out the cards of the reserve
MERCHANTS_IN_RESERVE: Final = (
    200  #: then the first is used again; each costs the start of a centre some tenths of a millisecond
)
TERMINALS_EACH: Final = 4
CARDS_IN_SERIES: Final = 99_999
RESERVE_EXPIRY: Final = "3912"
USUAL_BALANCE_MINOR: Final = 2_500_000
_CARD_BINS: Final = "950401{:04d}"  #: of the range of the bank; its named cards begin with 9504010
_FIRST_SERIES: Final = 8_000
_SCENARIOS: Final = "scenarios"  #: folder of the specification
#: Balances that are there at once; every other one is paid in on a card without money.
READY_BALANCES_MINOR: Final = (USUAL_BALANCE_MINOR, 0, 100, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000)


@frozen(kw_only=True)
class Series:
    """Cards of one balance; ``number`` is its place among all series."""

    number: int
    balance_minor: int

    @property
    def bin(self) -> str:
        """What their numbers begin with."""
        return _CARD_BINS.format(_FIRST_SERIES + self.number)

    def pan(self, number: int) -> str:
        """The number of a card, counted from 1."""
        body = f"{self.bin}{number:0{SERIES_BODY_DIGITS - len(self.bin)}d}"
        return body + luhn_digit(body)


#: Every kind of card there is.
ALL_SERIES: Final = tuple(Series(number=number, balance_minor=each) for number, each in enumerate(READY_BALANCES_MINOR))


def merchant_id(number: int) -> str:
    """The number (DE 42) of a merchant of the reserve."""
    return f"TEST{number:011d}"


def terminal_ids(number: int) -> tuple[str, ...]:
    """The terminals (DE 41) of a merchant of the reserve."""
    return tuple(f"T{number:05d}{terminal:02d}" for terminal in range(1, TERMINALS_EACH + 1))


def write_specs(folder: Path) -> None:
    """Write the specification into a folder that is made."""
    shipped = default_folder()
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns(_SCENARIOS))
    (folder / _SCENARIOS).symlink_to(shipped.resolve() / _SCENARIOS, target_is_directory=True)  # a hundred files nobody changes
    bank = folder / "issuers" / f"{ISSUER_OF_RESERVE}.toml"
    with bank.open("a", encoding="utf-8") as file:
        file.writelines(_series_toml(each) for each in ALL_SERIES)
    merchants = folder / "merchants.toml"
    text = merchants.read_text(encoding="utf-8")
    reserve = "".join(_merchant_toml(number) for number in range(1, MERCHANTS_IN_RESERVE + 1))
    place = text.index("[default_contract]")
    merchants.write_text(f"{text[:place]}{reserve}\n{text[place:]}", encoding="utf-8")


def _series_toml(series: Series) -> str:
    balance = format_minor(series.balance_minor).split()[0].replace(",", "")
    return (
        f'\n[[card_series]]\nbin = "{series.bin}"\ncount = {CARDS_IN_SERIES}\nexpiry = "{RESERVE_EXPIRY}"\n'
        f'balance = "{balance}"\npurpose = "cards of tests"\n'
    )


def _merchant_toml(number: int) -> str:
    account = f"901780{number:016d}"
    listed = ", ".join(f'"{terminal}"' for terminal in terminal_ids(number))
    return (
        f'\n[[merchant]]\nid = "{merchant_id(number)}"\nname = "SHOP OF TEST {number}"\ncity = "CASABLANCA"\nmcc = "5411"\n'
        f'currency = "504"\nrib = "{account[:3]} {account[3:6]} {account[6:]} {rib_key(account)}"\n'
        f'email = "test@switch.example"\nplan = "retail"\nlanguage = "en"\nterminals = [{listed}]\n'
    )
