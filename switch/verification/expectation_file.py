"""A file of expectations: in one line each, or as tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from switch.record import frozen
from switch.spec_table import SpecTable
from switch.verification.duration import duration_from_toml
from switch.verification.expectation import SHORT_NAMES, Expectation, is_mti
from switch.verification.sentence import expectation_values


@frozen(kw_only=True)
class Expectations:
    """What must have been seen, all of it. ``strict``: nothing else of the gateway's."""

    purpose: str = ""
    expectations: tuple[Expectation, ...]
    strict: bool = False
    wait_ms: int | None = None  #: how long they may stay open; None: the file does not say

    @classmethod
    def from_toml(cls, table: SpecTable, names: Mapping[str, str]) -> Expectations:
        """The expectations in one line (``expectations``) come first, then each ``[[expect]]``. ``names`` are the standard's
        names of elements; short ones (``rrn``) are known as well."""
        known = {**names, **SHORT_NAMES}
        lines = table.texts("expectations", ())
        read = [sentence_read(table, f"expectations[{number}]", text, known) for number, text in enumerate(lines, start=1)]
        entries = list(table.tables("expect"))
        read += [entry.reading(partial(Expectation.from_toml, names=known)) for entry in entries]
        if not lines and not entries:
            table.mistake("expect", "nothing", "at least one [[expect]], or a list expectations")
        found = [expectation for expectation in read if expectation is not None]
        named = {each.name for each in found if each.name} | {entry.peek("name", str) for entry in entries}
        for place, entry in enumerate(entries):
            after = entry.peek("after", str)
            if after is not None and not is_mti(after) and after not in named:
                entry.mistake("after", repr(after), "an MTI, or the name of another [[expect]]")
            name = entry.peek("name", str)
            if name and name in [other.peek("name", str) for other in entries[:place]]:
                entry.mistake("name", f"{name!r} twice", "a name of its own")
        file = cls(
            purpose=table.text("purpose", ""),
            expectations=tuple(found),
            strict=table.flag("strict", False),
            wait_ms=duration_from_toml(table, "wait"),
        )
        table.done()
        return file


def sentence_read(table: SpecTable, key: str, text: str, names: Mapping[str, str]) -> Expectation | None:
    """An expectation in one line, which stands at a key; None where it is wrong and mistakes are collected."""
    try:
        values = expectation_values(text, names)
    except ValueError as problem:
        table.mistake(key, *problem.args)
        return None
    after = values.get("after")
    if after is not None and not is_mti(after):
        table.mistake(key, f"after {after}", "after and an MTI, such as after 0110")
        return None
    return table.made(key, values).reading(partial(Expectation.from_toml, names=names, usual_name=text))
