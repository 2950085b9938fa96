"""Specifications and scenarios: whatever a file says, it is taken, or one sentence tells what is wrong with it."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from switch.errors import SwitchError
from switch.specs.folder import default_folder
from switch.specs.load import load_scenario, load_specs
from switch.specs.specification import Specs

ISSUER: Final = "atlas"  #: the one issuer of the small specification
FILES: Final = (
    "centre.toml",
    "calendar.toml",
    "merchants.toml",
    "routing.toml",
    "dialects/base87.toml",
    "dialects/ascii.toml",
    "fees/discount.toml",
    "fees/interchange.toml",
    "fees/vat.toml",
    f"issuers/{ISSUER}.toml",
    "scenarios/slow-atlas.toml",
)
#: What a mutation may put in: the words of the specification, and values that are seldom right.
WORDS: Final = tuple(
    word.encode()
    for word in (
        *("[[card]]\n", "[[rate]]\n", "[range.stand_in]\n", "extends = ", "from = ", "bins = ", "[element.", "]\n", "= {", "}"),
        *("true", "false", "0", "-1", "1e9", "9" * 30, "0x7f", "inf", "nan", '""', '"*"', "[]", "[[]]", "1979-05-27", "00:61"),
        *('"""', "'''", "\\u0000", "\x1b[31m", "ÿ", "#", ".", "=", ",", '"9504010000000019"'),
        *("1e400", "2026-02-30", "[" * 3_000, "{a=" * 1_500),
        *("9" * 5_000, "0x" + "f" * 5_000, "0.0000001", "9999-12-31", "a." * 1_500, "[[a]]\n" * 500),
    )
)


@cache
def _folder() -> Path:
    """A small specification, in a folder that lives as long as the process: one issuer, one dialect, its ranges."""
    keeper = tempfile.TemporaryDirectory(prefix="switch-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    folder = Path(keeper.name)
    _KEPT.append(keeper)
    for file in FILES:
        (folder / file).parent.mkdir(exist_ok=True)
        text = (default_folder() / file).read_text(encoding="utf-8")
        (folder / file).write_text(_short(file, text), encoding="utf-8")
    load_specs(folder)
    return folder


_KEPT: Final[list[tempfile.TemporaryDirectory[str]]] = []


#: File -> the tables that are repeated in it, and words that a table has to say to stay; all others go.
_SHORT: Final = {
    "routing.toml": ("range", f'issuer = "{ISSUER}"'),
    "centre.toml": ("listener", 'dialect = "ascii"'),
    "merchants.toml": ("merchant", "HOTEL0000000001"),
    "calendar.toml": ("holiday", "2026-01-"),
}
_ELEMENTS: Final = re.compile(r"\[element\.(?:2|3|4|7|11|12|13|14|18|22|25|32|33|35|37|38|39|41|42|43|49|52|55|70)\]\n[^\[]*")


def _short(file: str, text: str) -> str:
    """A file with less of the same kind in it: it is read a thousand times."""
    if file == "dialects/base87.toml":
        return text[: text.index("[element")] + "".join(found[0] for found in _ELEMENTS.finditer(text))
    table, words = _SHORT.get(file, ("", ""))
    return _only(text, table, words) if table else text


def _only(text: str, table: str, words: str) -> str:
    """A text without those of its ``[[table]]`` that do not say these words."""
    parts = re.split(rf"(?m)^(?=\[\[{table}\]\])", text)
    return "".join(part for part in parts if not part.startswith(f"[[{table}]]") or words in part)


@cache
def _specs() -> Specs:
    return load_specs(_folder())


def specification(data: bytes) -> None:
    """The first byte says which file of a specification the rest is put in place of."""
    if not data:
        return
    folder, file = _folder(), FILES[data[0] % len(FILES)]
    good = (folder / file).read_bytes()
    try:
        (folder / file).write_bytes(data[1:])
        load_specs(folder)
    except SwitchError as error:
        one_sentence(error)
    finally:
        (folder / file).write_bytes(good)


def scenario(data: bytes) -> None:
    """A scenario file, as ``switch up --scenario`` reads it."""
    path = _folder() / "fuzzed.txt"
    path.write_bytes(data)
    try:
        load_scenario(path, _specs())
    except SwitchError as error:
        one_sentence(error)


def one_sentence(error: SwitchError) -> None:
    """What is told of it stands on one line and controls no terminal."""
    told = str(error)
    assert told, "an error says what is wrong"
    assert told.isprintable(), "an error is one line, and controls no terminal"


def specification_seeds() -> list[bytes]:
    return [bytes([number]) + (_folder() / file).read_bytes() for number, file in enumerate(FILES)]


def scenario_seeds() -> list[bytes]:
    texts = [path.read_bytes() for path in sorted((default_folder() / "scenarios").glob("*.toml"))]
    every = (
        b'purpose = "all"\n[[rule]]\nissuer = "atlas"\nwhen = { type = "purchase", pan = "9504010000000019", amount = "1.00",'
    )
    every += (
        b' merchant = "M", terminal = "T", channel = "chip", currency = "504", times = 3 }\nthen = { delay_seconds = 0.5 }\n'
    )
    host = (
        b'purpose = "host"\nseed = 7\nrules = ["card=9504010000000019 nth=2 chance=10% -> 05 + late 2s, set 38=A, ..."]\n'
        b'[[rule]]\nwhen = { class = ["reversal", "echo"], any = [{ amount = "1..2" }], not = { line = "bcd" } }\n'
        b'then = ["silence", { answer = "05", late = "2s", wrong = "stan", remove = ["37"] }]\nafterwards = "last"\n'
    )
    return [*texts, host, every, every.replace(b'amount = "1.00"', b'amount_from = "1", amount_to = "2.5"')]
