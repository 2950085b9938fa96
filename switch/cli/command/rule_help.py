"""The help of a command that takes rules: every condition, turn and answer, as the documentation has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from switch.cli.command.help import Verb
from switch.errors import SwitchError

if TYPE_CHECKING:
    import click

    from switch.scenarios.vocabulary.rule_words import RuleWord


class RuleVerb(Verb):
    """A command with the words of rules behind its options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from switch.scenarios.vocabulary.rule_words import ANSWERS, CONDITIONS, TURNS

        super().format_options(ctx, formatter)
        for title, words in (
            ("Conditions (several: all must match; != is the opposite)", CONDITIONS),
            ("Turns", TURNS),
            ("Answers (joined with +; with commas between: one a message)", ANSWERS),
        ):
            with formatter.section(title):
                formatter.write_dl(_rows(words))


def refuse_unquoted(words: Sequence[str]) -> None:
    """SwitchError where somebody typed a rule without quotes: the shell has taken what stands behind ``>`` for a file."""
    if "-" in words:
        raise SwitchError("RULES: found - and no ->, expected rules in quotes, such as 'amount=60 -> ok': > is the shell's")


def _rows(words: Sequence[RuleWord]) -> list[tuple[str, str]]:
    return [(", ".join(word.spelled), plain(word.meaning)) for word in words]


def plain(markdown: str) -> str:
    """A text without marks of Markdown.

    >>> plain("this [response code](../codes.md), such as `05`")
    'this response code, such as 05'
    """
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", markdown).replace("`", "")
