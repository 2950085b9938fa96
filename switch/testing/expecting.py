"""Expectations as a test spells them: ``centre.expect(mti="0420", card=card).exactly(1).within(30, of="0100")``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, Self

from switch.specs.specification import Specs
from switch.verification.expectation import Expectation
from switch.witness.expectation_files import expectation_of_values

NOTHING_SECONDS: Final = 1.0  #: for which *then nothing* watches, where a test does not say


class Checking(Protocol):
    """Who checks expectations."""

    def check_now(self, expecting: Expecting) -> None:
        """Check one; AssertionError where it fails."""


def condition_values(when: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions of a test as those of a file: cards by their numbers, amounts in minor units as text."""
    return {key.removesuffix("_"): _value(key, value) for key, value in when.items()}


def _value(key: str, value: Any) -> Any:
    if key == "amount" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return value if isinstance(value, dict) else str(value)


class Expecting:
    """One expectation that is being spelled. Each method gives the same one back."""

    def __init__(self, centre: Checking, values: dict[str, Any], read: Expectation | None = None) -> None:
        self._centre, self._values, self._read = centre, values, read
        self._earlier: Expecting | None = None
        self.name = ""  #: by which another expectation knows it

    def exactly(self, count: int) -> Self:
        """So many, and no more."""
        return self._with("exactly", count)

    def at_least(self, count: int) -> Self:
        return self._with("at_least", count)

    def at_most(self, count: int) -> Self:
        return self._with("at_most", count)

    def never(self, for_: float | None = None) -> Self:
        """None, watched for so many seconds."""
        self._with("never", True)
        return self if for_ is None else self._with("for", for_)

    def within(self, seconds: float, of: str | None = None) -> Self:
        """In so many seconds from the check on, or of its original (``of="0100"``); it is waited for so long."""
        self._with("within", seconds)
        return self if of is None else self._with("of", of)

    def amount_equal(self) -> Self:
        """With the amount of its original."""
        return self._with("amount_equal", True)

    def answered(self, code: str) -> Self:
        """Answered with a response code; ``none``: not answered."""
        return self._with("answer", code)

    def after(self, mti: str) -> Self:
        """After a message of this type."""
        return self._with("after", mti)

    def unreadable(self) -> Self:
        """One that cannot be decoded."""
        return self._with("unreadable", True)

    def to(self, party: str) -> Self:
        """A message of the host, to an ``issuer`` or to the ``gateway``."""
        return self._with("to", party)

    def then_nothing(self, for_: float = NOTHING_SECONDS) -> Self:
        """And nothing more of the same card, RRN, terminal … for so many seconds after it."""
        return self._with("nothing_after", for_)

    def comes_after(self, other: Expecting) -> None:
        """After the message that another expectation is about."""
        other.name = other.name or f"number {len(other.before) + 1} in order"
        self._earlier = other
        self._with("after", other.name)

    def check(self) -> None:
        """Check it now, waiting as long as it says; AssertionError, with the nearest misses, where it fails."""
        __tracebackhide__ = True
        self._centre.check_now(self)

    @property
    def before(self) -> list[Expecting]:
        """The expectations it is to come after, the first one first."""
        return [] if self._earlier is None else [*self._earlier.before, self._earlier]

    @property
    def wait_ms(self) -> int:
        """How long its check waits at most."""
        if self._read is not None:
            parts = [self._read.within_ms, self._read.window_ms, self._read.nothing_ms]
            return sum(each for each in parts if each is not None)
        return sum(round(self._values[key] * 1000) for key in ("within", "for", "nothing_after") if key in self._values)

    def expectation(self, specs: Specs) -> Expectation:
        """What is expected, read. SpecError where it makes no sense."""
        return self._read or expectation_of_values(self.name, self._values, specs)

    def _with(self, key: str, value: Any) -> Self:
        if self._read is not None:
            raise TypeError(f"{key}: a sentence says everything itself; spell it as conditions to add to it")
        self._values[key] = value
        return self


class Saw:
    """What was seen of a card, or of whatever else is named: expectations that are checked as they are made.

    A ``kind`` is an MTI such as 0420, or a class such as reversal or request.
    """

    def __init__(self, centre: Checking, whose: dict[str, Any]) -> None:
        self._centre, self._whose = centre, whose
        self._last: dict[str, Any] = {}

    def one(self, kind: str, within: float | None = None, of: str | None = None, **when: Any) -> Self:
        """Exactly one message of this kind."""
        return self._check({"exactly": 1}, kind, within, of, when)

    def at_least(self, count: int, kind: str, within: float | None = None, of: str | None = None, **when: Any) -> Self:
        return self._check({"at_least": count}, kind, within, of, when)

    def exactly(self, count: int, kind: str, within: float | None = None, of: str | None = None, **when: Any) -> Self:
        return self._check({"exactly": count}, kind, within, of, when)

    def no(self, kind: str, for_: float | None = None, **when: Any) -> Self:
        """No message of this kind, watched for so many seconds."""
        return self._check({"never": True, **({} if for_ is None else {"for": for_})}, kind, None, None, when)

    def then_nothing(self, for_: float = NOTHING_SECONDS) -> None:
        """And nothing more of the same after the last of these, for so many seconds after it."""
        __tracebackhide__ = True
        Expecting(self._centre, {**self._last, "nothing_after": for_}).check()

    def _check(self, count: dict[str, Any], kind: str, within: float | None, of: str | None, when: Mapping[str, Any]) -> Self:
        __tracebackhide__ = True
        named = "mti" if kind.isdecimal() else "class"
        values = {"when": {**self._whose, named: kind, **condition_values(when)}, **count}
        values |= {} if within is None else {"within": within}
        values |= {} if of is None else {"of": of}
        Expecting(self._centre, values).check()
        self._last = {key: value for key, value in values.items() if key != "within" or of is not None}
        return self
