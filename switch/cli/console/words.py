"""The language of what a person reads: ``--lang``, SWITCH_LANG, and tables of texts for each language but English.

Keys, options, commands and file names stay as they are. A text that is in no table is shown as it is, and so is a sentence with
a part that is in none: nobody reads half a sentence in another language. See ``switch.cli.french`` for how a table is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import click

from switch.merchant import LANGUAGES, StatementLanguage

TRANSLATED: Final = frozenset({"fr"})  #: languages that have a table; English is what the code says
LANGUAGE_VARIABLE: Final = "SWITCH_LANG"
#: The verbs that have ``--lang``.
SPOKEN: Final = frozenset(
    {
        "check",
        "clock",
        "day",
        "demo",
        "disputes",
        "exceptions",
        "fees",
        "find",
        "gateway",
        "load",
        "mail",
        "merchants",
        "payouts",
        "reconcile",
        "report",
        "shop",
        "statement",
    }
)

_KEY: Final = "switch.language"
_PLACE: Final = re.compile(r"\{(\d)([*#$]?)\}")
_PUT: Final = re.compile(r"\{(\d)\}")  #: a place of a translation
_LITERAL: Final = re.compile(r"(['\"]).*\1", re.DOTALL)  #: what somebody typed, in quotes: no words of the program
_ANYTHING: Final = "(.+?)"
_PLACES: Final = {
    "": _ANYTHING,
    "*": _ANYTHING,
    "#": r"(\d+(?:,\d{3})*)",
    "$": r"([+-]?\d+(?:\.\d+)?)",
}  #: what may stand in a place


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--lang`` of a verb of SPOKEN."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=None,
        envvar=LANGUAGE_VARIABLE,
        show_envvar=True,
        expose_value=False,
        is_eager=True,
        callback=_choose,
        help="Language of screens, errors and statements.",
    )(command)


def _choose(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    ctx.meta[_KEY] = value


def language() -> StatementLanguage | None:
    """The language asked for; None where nobody asked."""
    context = click.get_current_context(silent=True)
    found: StatementLanguage | None = context.meta.get(_KEY) if context is not None else None
    return found


def language_of(arguments: Sequence[str], verbs: Collection[str]) -> str | None:
    """The language of the errors of a command line, which may be too wrong to be parsed; None for a verb without ``--lang``.

    A verb that is none of ``verbs`` is complained of in the language of the environment.
    """
    words = list(arguments)
    words = words[: words.index("--")] if "--" in words else words
    verb = next((word for word in words if not word.startswith("-")), "")
    if verb in verbs and verb not in SPOKEN:
        return None
    typed = [following for word, following in pairwise(words) if word == "--lang"]
    typed += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return typed[-1] if typed else os.environ.get(LANGUAGE_VARIABLE)


def catalogue(into: str) -> Mapping[str, str]:
    """English text -> the text in a language of TRANSLATED."""
    assert into in TRANSLATED
    from switch.cli.french import CATALOGUE

    return CATALOGUE


def said(text: str) -> str:
    """A text of the program in the language asked for."""
    return translated(text, language())


def translated(text: str, into: str | None) -> str:
    """A text in a language: as the table has it, or by the pattern of it that fits.

    >>> translated("business date 2026-11-26 is closed", "fr")
    'la journée comptable 26/11/2026 est arrêtée'
    """
    if into not in TRANSLATED:
        return text
    found = _found(text, into)
    return text if found is None else found


def _found(text: str, into: str) -> str | None:
    """A text in a language; None where it, or a part of it that is words, is in no table."""
    texts = catalogue(into)
    if text in texts:
        return texts[text]
    if not any(map(str.isalpha, text)) or _LITERAL.fullmatch(text):
        return _date(text)
    for pattern, kinds, template in _patterns(into):
        if found := pattern.fullmatch(text):
            parts = [_filled(part, kind, into) for part, kind in zip(found.groups(), kinds, strict=True)]
            if None not in parts:
                return "".join(parts[int(part) - 1] or "" if at % 2 else part for at, part in enumerate(_PUT.split(template)))
    return None


def _filled(part: str, kind: str, into: str) -> str | None:
    """What stands in a place, in a language; None where it should be words, and is in no table."""
    if kind == "*":
        return _found(part, into)
    if kind == "#":
        return part.replace(",", _labels(into)["thousands_mark"])
    return _written(part, into) if kind == "$" else _date(part)


@lru_cache(maxsize=1 << 3)
def _patterns(into: str) -> list[tuple[re.Pattern[str], list[str], str]]:
    """The texts of a table that have places, as patterns, with the kinds of their places."""
    found = []
    for english, template in catalogue(into).items():
        places = list(_PLACE.finditer(english))
        if places:
            pattern, end = "", 0
            for place in places:
                pattern += re.escape(english[end : place.start()]) + _PLACES[place[2]]
                end = place.end()
            found.append((re.compile(pattern + re.escape(english[end:]), re.DOTALL), [place[2] for place in places], template))
    return found


def _date(text: str) -> str:
    """A date such as 2026-11-26, in the order of French; anything else as it is."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else text


def figure(decimal: str) -> str:
    """An amount that is given as a decimal, as the language writes it: 1 234,56 in French, with a space that does not break."""
    return _written(decimal, language() or "en")


def _written(decimal: str, into: str) -> str:
    from switch.settlement.statement import amount_writer

    return amount_writer(_labels(into), columns=1 << 6)(decimal)


def _labels(into: str) -> Mapping[str, str]:
    from switch.settlement.statement_labels import LABELS

    return LABELS[into]
