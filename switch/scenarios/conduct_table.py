"""The orders of a rule that is written as a table: ``then = { answer = "05", late = "2s" }``.

Rules of issuers have an earlier spelling, too: ``{ response_code = "51", delay_seconds = 2 }``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from attrs import evolve

from switch.card import AUTHENTICATION_RESULTS
from switch.scenarios.condition import element_number
from switch.scenarios.conduct import (
    ANSWERING,
    APPROVING,
    AS_USUAL,
    CODE,
    CODE_MEANT,
    CONDUCT_KEYS,
    DIALECT_NAME,
    DROPS,
    FRAMES,
    STATE_MEANT,
    STATE_NAME,
    WRONGS,
    Conduct,
    completed,
    conduct_of,
    contradiction,
    minor_of,
)
from switch.scenarios.durations import DELAY_MEANT, Delay, delay_of, duration_from_toml
from switch.spec_table import SpecTable
from switch.transaction import APPROVALS


def conduct_from_toml(table: SpecTable, names: Mapping[str, str]) -> Conduct:
    """A table of ``then``."""
    answer = table.text("answer", None)
    code = None if answer is None or answer in ANSWERING else answer
    if code is not None and (not CODE.fullmatch(code) or code in APPROVING):
        table.mistake("answer", repr(answer), CODE_MEANT)
    late = _late(table)
    conduct = Conduct(
        code=code,
        set=_values(table, names),
        remove=tuple(_numbers(table, "remove", names)),
        wrong=_among(table, "wrong", WRONGS),
        late_seconds=late if not isinstance(late, Delay) else 0.0,
        late=late if isinstance(late, Delay) else None,
        hold=table.flag("hold", False),
        part_minor=_amount(table, "partial", low=1),
        balance_minor=_amount(table, "balance"),
        dialect=_name(table, "dialect", DIALECT_NAME, "the name of a dialect, such as bcd"),
        refuse_seconds=duration_from_toml(table, "refuse"),
        timeout_seconds=duration_from_toml(table, "timeout"),
        state=_name(table, "state", STATE_NAME, STATE_MEANT),
        threeds=table.choice("threeds", AUTHENTICATION_RESULTS, ""),
        twice=table.flag("twice", False),
        silence=table.flag("silence", False),
        lost=table.flag("lost", False),
        frame=table.choice("frame", FRAMES, ""),
        drop=table.choice("drop", DROPS, ""),
    )
    ends_only = evolve(conduct, drop="", refuse_seconds=0.0).usual
    conduct = completed(conduct, answers=answer is not None or not (conduct.drop or conduct.refuse_seconds) or not ends_only)
    problem = contradiction(conduct)
    if problem is not None:
        table.mistake("", "orders that contradict each other", problem)
    if conduct.usual and not conduct.state and answer is None and CONDUCT_KEYS.issuperset(table):
        table.mistake("", "nothing to do", "answer, silence, late, twice or another order")
    table.done()
    return conduct


def _values(table: SpecTable, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The table ``set``: elements and their values."""
    given = table.table("set")
    found = []
    for key, value in given.pairs():
        number = element_number(key, names)
        if number is None or "." in number:
            given.mistake(key, f"element {key!r}", "the number of an element from 2 to 192, or the standard's name of one")
        else:
            found.append((number, value))
    given.reading(SpecTable.done)
    return tuple(found)


def _numbers(table: SpecTable, key: str, names: Mapping[str, str]) -> list[str]:
    """A list of elements."""
    found = []
    for name in table.words(key) if key in table else ():
        number = element_number(name, names)
        if number is None or "." in number:
            table.mistake(key, f"element {name!r}", "the number of an element from 2 to 192, or the standard's name of one")
        else:
            found.append(number)
    table.peek(key, list)
    return found


def _among(table: SpecTable, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """A text or a list of texts, each one of ``allowed``."""
    table.peek(key, str)
    values = table.words(key) if key in table else ()
    for value in values:
        if value not in allowed:
            table.mistake(key, repr(value), "one of " + ", ".join(allowed))
    return values


def _late(table: SpecTable) -> float | Delay:
    """``late``: seconds, or text such as ``12s``, ``uniform 1s..3s`` or ``lognormal 300ms 0.4``."""
    text = table.peek("late", str)
    if text is None:
        return float(table.seconds("late", 0.0))
    late = delay_of(text)
    if late is None:
        table.mistake("late", repr(text), DELAY_MEANT)
    return late or 0.0


def _amount(table: SpecTable, key: str, low: int = 0) -> int | None:
    """An amount as text, in minor units; None where the key is missing."""
    text = table.text(key, None)
    minor = minor_of(text) if text is not None else None
    if text is not None and (minor is None or minor < low):
        table.mistake(key, repr(text), 'an amount such as "30.00"')
    return minor


def _name(table: SpecTable, key: str, form: re.Pattern[str], expected: str) -> str:
    name: str = table.text(key, "")
    if name and not form.fullmatch(name):
        table.mistake(key, repr(name), expected)
    return name


def steps_from_toml(table: SpecTable, key: str, names: Mapping[str, str], place: str = "") -> tuple[Conduct, ...]:
    """The value of ``then``: one step or a list of them, as words or as tables. Mistakes offer what there is at a ``place``."""
    found: list[Conduct] = []
    for step in table.steps(key):
        if isinstance(step, SpecTable):
            conduct = step.reading(partial(conduct_from_toml, names=names))
            if conduct is not None:
                found.append(conduct)
            continue
        try:
            found.append(conduct_of(step, names, place))
        except ValueError as problem:
            table.mistake(key, problem.args[0], problem.args[1])
    return tuple(found)


#: Keys of a ``then`` in this spelling: a table of these alone is one, where the rule does not say ``at``.
EARLIER_KEYS: Final = frozenset({"response_code", "delay_seconds", "silence"})


def conduct_as_before(table: SpecTable) -> Conduct:
    """A table ``then`` in the earlier spelling. ``silence`` there means what ``lost`` means now: the issuer never received the
    request, and holds nothing."""
    expected = "two digits or capital letters (DE 39)"
    code = table.text("response_code", None, pattern=r"[0-9A-Z]{2}", expected=expected)
    conduct = Conduct(code=code, late_seconds=table.seconds("delay_seconds", 0.0), lost=table.flag("silence", False))
    if code in APPROVALS:
        table.mistake("response_code", repr(code), "a refusal: only money on the account approves")
    if conduct.lost and conduct != Conduct(lost=True):
        table.mistake("silence", "an answer beside it", "silence = true alone")
    table.done()
    if conduct == AS_USUAL:
        table.wrong("", "nothing to do", "response_code, delay_seconds or silence = true")
    return conduct
