"""Pairs of the trace as ``switch tail`` shows them: which are chosen, and what stands on their lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from switch.record import frozen

if TYPE_CHECKING:
    from switch.cli.show.live import Live
    from switch.iso8583.codec import Codec
    from switch.specs.specification import Specs
    from switch.trace.pairs import Pair
    from switch.trace.reader import Traced

#: What an answer takes beyond its issuer's time: after that there was none.
LONGER_MS: Final = 2_000


@frozen(kw_only=True)
class Filter:
    """What is to be shown; what is empty chooses everything."""

    lines: frozenset[str]
    mtis: frozenset[str]
    codes: frozenset[str]
    card: str
    declined: bool

    def takes(self, pair: Pair) -> bool:
        """Whether a pair is chosen, as far as it can be told without opening it."""
        from switch.cli.show.live import went

        first = pair.first
        if self.lines:
            if first.line_name not in self.lines:
                return False
        elif not first.of_acquirer:
            return False
        if self.mtis and not self.mtis & {row.mti for row in pair if row is not None}:
            return False
        if self.codes and pair.code not in self.codes:
            return False
        return not self.declined or (bool(pair.code) and went(pair.code) != "well")


@frozen(kw_only=True)
class Followable:
    """A chosen pair with its line."""

    pair: Pair
    live: Live
    about: dict[str, Any]  #: its time and money, for programs


class Shown:
    """Says what stands on the lines of chosen pairs; ``opened`` gives a message of the trace by its number."""

    def __init__(self, opened: Callable[[int], Traced | None], specs: Specs, chosen: Filter) -> None:
        self._message, self._specs, self._chosen = opened, specs, chosen
        self._codecs: dict[str, Codec] = {}

    def last_of(self, pairs: Sequence[Pair], count: int) -> tuple[list[Followable], int]:
        """The lines of the last pairs that are chosen, and how many pairs before them were not looked at for that."""
        shown: list[Followable] = []
        left = [pair for pair in pairs if self._chosen.takes(pair)]
        while left and len(shown) < count:
            one = self._of(left.pop())
            if one is not None:
                shown.append(one)
        return shown[::-1], len(left)

    def _of(self, pair: Pair) -> Followable | None:
        """The line of a pair; None where its card is not chosen."""
        from switch.cli.show.live import Live, answered, went
        from switch.cli.show.timeline import time_json, time_of

        card, amount, money = self._opened(pair)
        if self._chosen.card and not card.endswith(self._chosen.card):
            return None
        first = pair.first
        if pair.answer is None:
            answer = f"unreadable: {first.fault}" if first.fault else "no answer"
        elif pair.request is None:
            answer = f"{answered(pair.code)}, to nothing that was asked"
        else:
            answer = answered(pair.code) + (f": {first.fault}" if first.fault else "")
        return Followable(
            pair=pair,
            about={**time_json(first.at_ms, self._specs), **money},
            live=Live(
                number=str(first.id),
                time=time_of(first.at_ms, self._specs).partition(" ")[2],
                line=first.line_name,
                mti=first.mti or "?",
                card=card,
                amount=amount,
                answer=answer,
                elapsed_ms=pair.elapsed_ms,
                rrn=pair.rrn,
                went="wrong" if pair.answer is None or first.fault else went(pair.code or None),
            ),
        )

    def _opened(self, pair: Pair) -> tuple[str, str, dict[str, Any]]:
        """The masked card and the amount of a pair, in words and for programs; empty where it is not kept any more."""
        from switch.card import mask_pan
        from switch.iso8583.reading.describe import MEANING
        from switch.iso8583.reading.hiding import believed, values_of

        message = self._message(pair.first.id)
        codec = self._codec(message.dialect) if message is not None and message.header else None
        nothing: dict[str, Any] = {"amount_minor": None, "currency": None}
        if message is None or codec is None:
            return "", "", nothing
        parts, error = codec.inspect(message.body)
        mti, elements = values_of(parts)
        edition = codec.dialect.edition
        if (error is not None or message.fault) and not believed(mti, elements, edition):
            return "", "", nothing
        card = mask_pan(elements[2]) if 2 in elements else ""
        said = elements.get(4, "")
        if not said:
            return card, "", nothing
        money = {"amount_minor": int(said) if said.isdecimal() else None, "currency": elements.get(49)}
        return card, MEANING[edition](4, said, elements), money

    def _codec(self, dialect: str) -> Codec | None:
        from switch.iso8583.codec import Codec

        if dialect not in self._codecs and dialect in self._specs.dialects:
            self._codecs[dialect] = Codec(self._specs.dialects[dialect])
        return self._codecs.get(dialect)


def patience_ms(specs: Specs) -> int:
    """After how long a message has no answer."""
    longest = max((issuer.timeout_seconds for issuer in specs.issuers.values()), default=0.0)
    routes = max((route.timeout_seconds or 0.0 for route in specs.routing.routes()), default=0.0)
    return round(max(longest, routes) * 1000) + LONGER_MS


def show(each: Followable, *, as_json: bool, colour: bool) -> None:
    """Print one pair."""
    from switch.cli.console.screen import columns
    from switch.cli.show.live import live_line, print_live

    if as_json:
        click.echo(json.dumps(_as_json(each), ensure_ascii=False))
    else:
        print_live(live_line(each.live, columns()), each.live.went, colour=colour)


def _as_json(each: Followable) -> dict[str, Any]:
    from switch.cli.console.last_resort import error_json

    pair, live = each.pair, each.live
    return {
        "number": pair.first.id,
        "response_number": pair.answer.id if pair.answer is not None else None,
        **{key: each.about[key] for key in ("at_ms", "at")},
        "line": pair.first.line,
        "mti": pair.first.mti or None,
        "pan_masked": live.card or None,
        **{key: each.about[key] for key in ("amount_minor", "currency")},
        "response_code": pair.code or None,
        "elapsed_ms": pair.elapsed_ms,
        "rrn": live.rrn or None,
        "error": error_json(pair.first.fault) if pair.first.fault else None,
    }
