"""What a terminal or a payment page proves: CVV2, track, PIN, chip and 3-D Secure, as ``switch send`` is asked for it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import asdict

from switch.cli.command.help import option
from switch.errors import SwitchError
from switch.record import frozen

if TYPE_CHECKING:
    from switch.lines.message_mac import LineMacs
    from switch.specs.centre_profile import Listener
    from switch.specs.parts import Parts

RIGHT, WRONG, WRONG_ARQC, WRONG_ICVV = "right", "wrong", "wrong-arqc", "wrong-icvv"
THREE_DS: Final = ("full", "attempted", "none", "wrong")
CHIP_COUNTER_MAX: Final = 0xFFFF
PIN_BYTES_MAX: Final = 64  #: of standard input or a file that holds a PIN and the end of a line


@frozen(kw_only=True)
class ProofWishes:
    """The options, as they were typed; None where left out."""

    cvv2: str | None = None
    cvv: str | None = None
    pin: str | None = None
    chip: str | None = None
    atc: int | None = None
    contactless: bool = False
    three_ds: str | None = None
    mac: str | None = None

    def __bool__(self) -> bool:
        return any(value not in (None, False) for value in asdict(self).values())

    @property
    def of_card(self) -> str:
        """The first option about the card and its holder; empty where none was given. A MAC goes with any message."""
        names = {"three_ds": "3ds"}
        values = {name: value for name, value in asdict(self).items() if name != "mac"}
        return next((f"--{names.get(name, name)}" for name, value in values.items() if value not in (None, False)), "")

    @property
    def needs_bank(self) -> str:
        """The first option whose value only the card's bank can make; empty where there is none."""
        if self.cvv2 in (RIGHT, WRONG):
            return "--cvv2"
        if self.cvv or self.entry == "chip":
            return "--cvv" if self.cvv else "--chip"
        return "--3ds" if self.three_ds not in (None, "none") else ""

    @property
    def entry(self) -> str | None:
        """How the card is read, where that follows from them."""
        if self.chip or self.contactless or self.atc is not None:
            return "chip"
        return "magstripe" if self.cvv else None

    def macs(self, listener: Listener, specs: Parts, data: Path | None) -> LineMacs | None:
        """Who makes and verifies MACs, with the key of the listener; None where none is asked for."""
        if self.mac is None:
            return None
        from switch.keys.shipped import ACQUIRERS
        from switch.lines.message_mac import LineMacs, mac_key_of

        agreed = listener_keys(listener, specs)
        key_id = mac_key_of(agreed, ACQUIRERS)
        return LineMacs(open_keys(specs, data), key_id, agreed.mac_kind, required=False, wrong=self.mac == WRONG)


NO_PROOFS: Final = ProofWishes()


def listener_keys(listener: Listener, specs: Parts) -> Any:
    """What was agreed on for a listener: a ready file tells its name, and the specification the keys."""
    return next((each.keys for each in specs.centre.listeners if each.name == listener.name), listener.keys)


def open_keys(specs: Parts, data: Path | None) -> Any:
    """The test keys, and those that are kept in a data folder."""
    from switch.keys.key_module import KeyModule
    from switch.keys.keystore import KEYSTORE_FILE

    return KeyModule.open(data if data is not None and (data / KEYSTORE_FILE).exists() else None, specs.issuers)


def typed_pin(text: str) -> str:
    """A PIN as it was typed: digits, ``-`` for a line of standard input, ``@FILE`` for a file; ``right`` and ``wrong`` stay."""
    if text in (RIGHT, WRONG):
        return text
    if text == "-":
        text = sys.stdin.buffer.read(PIN_BYTES_MAX).decode("ascii", "replace").strip()
        where = "standard input"
    elif text.startswith("@"):
        try:
            with Path(text[1:]).open("rb") as file:
                where, text = text[1:], file.read(PIN_BYTES_MAX).decode("ascii", "replace").strip()
        except OSError as error:
            raise SwitchError(f"--pin: found {text[1:]!r} {error.strerror}, expected a file with a PIN") from None
    else:
        where = ""
    if not (text.isascii() and text.isdecimal() and 4 <= len(text) <= 12):
        found = f"{len(text)} characters" + (f" in {where}" if where else "")
        raise SwitchError(f"--pin: found {found}, expected 4 to 12 digits, - or @FILE, or one of right, wrong")
    return text


def _cvv2(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    plain = value is None or value in (RIGHT, WRONG) or (value.isascii() and value.isdecimal() and len(value) in (3, 4))
    if not plain:
        raise SwitchError(f"--cvv2: found {len(value or '')} characters, expected three or four digits, right or wrong")
    return value


def _pin(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else typed_pin(value)


_RIGHT_OR_WRONG: Final = click.Choice((RIGHT, WRONG))
_OPTIONS = (
    option("--cvv2", callback=_cvv2, metavar="CODE", help="CVV2 as typed on a page: digits, or right, or wrong."),
    option(
        "--cvv",
        type=_RIGHT_OR_WRONG,
        is_flag=False,
        flag_value=RIGHT,
        metavar="[wrong]",
        help="Read the stripe whole, with the CVV of the card on track 2, or a wrong one.",
    ),
    option(
        "--pin",
        callback=_pin,
        metavar="DIGITS",
        help="PIN, enciphered in DE 52: digits, - (standard input), @FILE, or right, or wrong.",
    ),
    option(
        "--chip",
        type=click.Choice((RIGHT, WRONG_ARQC, WRONG_ICVV)),
        is_flag=False,
        flag_value=RIGHT,
        metavar="[wrong-arqc|wrong-icvv]",
        help="Read the chip: DE 55 with cryptogram (ARQC) and iCVV of the card, or a wrong one of them.",
    ),
    option(
        "--atc",
        type=click.IntRange(0, CHIP_COUNTER_MAX),
        metavar="NUMBER",
        help="Transaction counter of the chip.  [default: drawn]",
    ),
    option("--contactless", is_flag=True, help="Hold the card near: as --chip, with DE 22 = 071."),
    option(
        "--3ds",
        "three_ds",
        type=click.Choice(THREE_DS),
        metavar="HOW",
        help=f"3-D Secure data (ECI and CAVV): {', '.join(THREE_DS)}.",
    ),
    option(
        "--mac",
        type=_RIGHT_OR_WRONG,
        is_flag=False,
        flag_value=RIGHT,
        metavar="[wrong]",
        help="Put a MAC at the end (DE 64 or 128) with the key of the listener, and verify that of the answer.",
    ),
)


def proof_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of card security; the command gets ``proofs``, a ProofWishes."""
    names = ("cvv2", "cvv", "pin", "chip", "atc", "contactless", "three_ds", "mac")

    @wraps(command)
    def with_wishes(**others: Any) -> Any:
        return command(proofs=ProofWishes(**{name: others.pop(name) for name in names}), **others)

    for one in reversed(_OPTIONS):
        with_wishes = one(with_wishes)
    return with_wishes


def drawn_counter() -> int:
    """A counter nobody can guess: whoever sends has no card that counts."""
    return secrets.randbelow(CHIP_COUNTER_MAX + 1)
