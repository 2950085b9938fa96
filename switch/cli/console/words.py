"""The language of what a person reads: ``--lang``, SWITCH_LANG, and a catalogue of texts for each language but English.

Keys, options and file names stay as they are. A text that is in no catalogue is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, Final

import click

from switch.cli.console.french import FRENCH
from switch.errors import SwitchError
from switch.merchant import LANGUAGES, StatementLanguage

#: English text -> the text in that language. ``{1}``, ``{2}`` … stand for what differs from one time to the next.
CATALOGUES: Final[dict[str, Mapping[str, str]]] = {"fr": FRENCH}

_KEY: Final = "switch.language"
_PLACE: Final = re.compile(r"\{(\d)\}")


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--lang``; an error that the command ends with is said in that language too."""

    @wraps(command)
    def told(*arguments: Any, **named: Any) -> Any:
        try:
            return command(*arguments, **named)
        except SwitchError as error:
            if type(error).__init__ is SwitchError.__init__ and len(error.args) == 1:
                error.args, error.hint = (said(str(error.args[0])),), said(error.hint)
            raise

    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=None,
        envvar="SWITCH_LANG",
        show_envvar=True,
        expose_value=False,
        is_eager=True,
        callback=_choose,
        help="Language of the output for people.",
    )(told)


def _choose(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    ctx.meta[_KEY] = value


def language() -> StatementLanguage | None:
    """The language asked for; None where nobody asked."""
    context = click.get_current_context(silent=True)
    found: StatementLanguage | None = context.meta.get(_KEY) if context is not None else None
    return found


def said(text: str) -> str:
    """A text of the program in the language asked for."""
    return translated(text, language())


def translated(text: str, into: str | None) -> str:
    """A text in a language: as the catalogue has it, or by the pattern of it that fits.

    >>> translated("business date 2026-11-26 is closed", "fr")
    'la journée comptable 26/11/2026 est arrêtée'
    """
    catalogue = CATALOGUES.get(into or "")
    if catalogue is None:
        return text
    if text in catalogue:
        return catalogue[text]
    for pattern, template in _patterns(into or ""):
        if found := pattern.fullmatch(text):
            parts = {str(place): translated(part, into) for place, part in enumerate(found.groups(), 1)}
            return "".join(parts[part] if at % 2 else part for at, part in enumerate(_PLACE.split(template)))
    return _date(text)


@lru_cache(maxsize=1 << 3)
def _patterns(into: str) -> list[tuple[re.Pattern[str], str]]:
    """The texts of a catalogue that have places, as patterns; each place is filled with what stands there."""
    found = []
    for english, template in CATALOGUES[into].items():
        if _PLACE.search(english):
            pattern = "".join(part if at % 2 else re.escape(part) for at, part in enumerate(_split(english)))
            found.append((re.compile(pattern, re.DOTALL), template))
    return found


def _split(english: str) -> list[str]:
    """A text at its places, each place as a pattern."""
    return [part if at % 2 == 0 else "(.+?)" for at, part in enumerate(_PLACE.split(english))]


def _date(text: str) -> str:
    """A date such as 2026-11-26, in the order of French."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else text


def figure(decimal: str) -> str:
    """An amount that is given as a decimal, as the language writes it: 1 234,56 in French, with a space that does not break."""
    from switch.settlement.statement import amount_writer
    from switch.settlement.statement_labels import LABELS

    return amount_writer(LABELS[language() or "en"], columns=1 << 6)(decimal)
