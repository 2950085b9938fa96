"""A message and its answer on one line, coloured by how it went, as wide as the terminal: for ``switch tail`` and ``send``."""

from __future__ import annotations

from typing import Final, Literal

import click

from switch.cli.console.screen import UNLIMITED, Tone
from switch.display.visible import visible
from switch.record import frozen

#: How a pair went: approved or taken, declined, not understood or not answered, and what asks for nothing.
Went = Literal["well", "declined", "wrong", "neither"]
#: In which tone it is shown.
TONES: Final[dict[Went, Tone | None]] = {"well": "good", "declined": "declined", "wrong": "bad", "neither": None}
_COLOURS: Final[dict[Went, str | None]] = {"well": "green", "declined": "yellow", "wrong": "red", "neither": None}
#: Response codes of what nobody could act on, in either edition: it is not of the standard, or cannot be told from another.
NOT_TAKEN: Final = frozenset({"30", "40", "94", "96", "904", "902", "115", "301", "913", "909"})
#: Codes of 1993 that say yes, besides those that begin with 0.
_YES_93: Final = frozenset({"300", "400", "500", "600", "700", "800"})

ANSWER_COLUMNS_MIN: Final = 11  #: of the answer: "00 approved"
_GAP: Final = " "
#: Heading, columns, whether it stands to the right; the answer takes what is left.
_FIELDS: Final = (("#", 4, True), ("time", 8, False), ("line", 9, False), ("MTI", 4, False), ("card", 5, False),
                  ("amount", 12, True), ("answer", 0, False), ("ms", 4, True), ("RRN", 12, False))  # fmt: skip
_ROOMY: Final = 110  #: from so many columns on, times have milliseconds and cards their first six digits
_ROOMY_WIDTHS: Final = {"time": 12, "card": 19, "amount": 14}


@frozen(kw_only=True)
class Live:
    """What stands on a line. ``number`` opens it in the trace, ``time`` has milliseconds, ``card`` is masked."""

    number: str
    time: str
    line: str
    mti: str
    card: str
    amount: str
    answer: str
    elapsed_ms: float | None
    rrn: str
    went: Went


def went(code: str | None) -> Went:
    """How an answer with this response code went; None: it has none."""
    from switch.transaction import APPROVALS

    if code is None:
        return "neither"
    if code in NOT_TAKEN:
        return "wrong"
    if len(code) == 2:
        return "well" if code in APPROVALS else "wrong" if code == "91" else "declined"
    return "well" if code[:1] == "0" or code in _YES_93 else "wrong" if code in ("907", "911") else "declined"


def answered(code: str | None) -> str:
    """A response code with its meaning."""
    from switch.iso8583.edition93.action_codes import code_meaning

    return f"{code} {code_meaning(code)}" if code else "answered without a code"


def heading(width: int) -> str:
    """The names of the columns."""
    return _laid_out({name: name for name, *_ in _FIELDS}, width)


def live_line(live: Live, width: int) -> str:
    """One line of at most ``width`` columns; what does not fit ends in an ellipsis."""
    roomy = width >= _ROOMY
    return _laid_out(
        {
            "#": live.number,
            "time": live.time if roomy else live.time[:8],
            "line": live.line,
            "MTI": live.mti,
            "card": live.card if roomy else f"*{live.card[-4:]}" if live.card else "",
            "amount": live.amount,
            "answer": live.answer,
            "ms": _milliseconds(live.elapsed_ms),
            "RRN": live.rrn,
        },
        width,
    )


def print_live(text: str, went_how: Went, *, colour: bool) -> None:
    """Print a line in the colour of how it went."""
    click.echo(click.style(text, fg=_COLOURS[went_how]) if colour and _COLOURS[went_how] else text, color=colour)


def print_heading(width: int, *, colour: bool) -> None:
    text = heading(width)
    click.echo(click.style(text, dim=True) if colour else text, color=colour)


def _milliseconds(elapsed_ms: float | None) -> str:
    if elapsed_ms is None:
        return ""
    return f"{elapsed_ms:.1f}" if elapsed_ms < 100 and elapsed_ms != int(elapsed_ms) else f"{elapsed_ms:.0f}"


def _laid_out(texts: dict[str, str], width: int) -> str:
    values = {name: visible(text) for name, text in texts.items()}
    roomy = width >= _ROOMY
    sizes = {name: _ROOMY_WIDTHS.get(name, size) if roomy else size for name, size, _ in _FIELDS}
    sizes["#"] = max(sizes["#"], len(values["#"]))
    if width == UNLIMITED:
        sizes["answer"] = max(ANSWER_COLUMNS_MIN * 3, len(values["answer"]))
    else:
        taken = sum(sizes.values()) + len(_GAP) * (len(_FIELDS) - 1)
        sizes["answer"] = max(min(width - taken, ANSWER_COLUMNS_MIN * 4), ANSWER_COLUMNS_MIN)
    longer = len(values["answer"]) - sizes["answer"]
    if longer > 0 and not values["amount"]:  # it begins where an amount would end
        borrowed = min(longer, sizes["amount"])
        sizes |= {"answer": sizes["answer"] + borrowed, "amount": sizes["amount"] - borrowed}
    cells: list[str] = []
    alone = not any(values[name] for name in ("card", "amount", "ms", "RRN"))
    for name, _, right in _FIELDS:
        if name == "card" and alone and len(values["answer"]) > sizes["answer"]:  # it may take what the others leave
            cells.append(_cut(values["answer"], width - sum(map(len, cells)) - len(_GAP) * len(cells)))
            break
        text = values[name] if width == UNLIMITED else _cut(values[name], sizes[name])
        cells.append(text.rjust(sizes[name]) if right else text.ljust(sizes[name]))
    return _GAP.join(cells)[:width].rstrip()


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
