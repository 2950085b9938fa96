"""``frozen`` and ``record``: the two kinds of immutable records of the house. To the type checker both are ``attrs.frozen``.

``frozen`` is ``attrs.frozen`` whose ``repr``, ``==`` and ``hash`` are the functions below. attrs writes and compiles three of
its own for each class, more than half of what a class costs, and a command loads a hundred classes before it does anything.

``record`` is for the hot path. At run time it is ``attrs.define``, because a frozen class sets each field through
``object.__setattr__`` and takes three times as long to make (3.6 against 1.2 µs for 16 fields), and a dozen of these are made
for every transaction. None of them is compared or hashed there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import Attribute, fields

if TYPE_CHECKING:
    from attrs import frozen
    from attrs import frozen as record
else:
    import attrs

    def _made(make, kind=None, *, eq=True, **options):
        """The class decorator, also where it is used without brackets."""
        if kind is None:
            return partial(_made, make, eq=eq, **options)
        shared = {"__repr__": _shown} | ({"__eq__": _equal, "__hash__": _hashed} if eq else {})
        own = vars(kind).keys()
        made = make(kind, repr=False, eq=False, **options)
        for name in shared.keys() - own:
            setattr(made, name, shared[name])
        return made

    frozen = partial(_made, attrs.frozen)
    record = partial(_made, attrs.define)

__all__ = ["altered", "frozen", "of_row", "positional", "record"]

T = TypeVar("T")
_COPIERS: dict[type[Any], Callable[[Any, Any], None]] = {}  #: of the records that were altered
_NAMES: dict[type[Any], tuple[str, ...]] = {}  #: of the fields of the records that were made of rows


def altered(one: T, **values: object) -> T:
    """A ``record`` like another but for these values: ``attrs.evolve`` in a tenth of the time, for the hot path."""
    kind = type(one)
    copy = _COPIERS.get(kind)
    if copy is None:
        copy = _COPIERS[kind] = _copier(kind)
    other = kind.__new__(kind)
    copy(other, one)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def positional(kind: type[T], *given: str) -> Callable[..., T]:
    """A function that makes a ``record`` of the values of the fields ``given``, by position; each other field has its default.

    For the hot path: Python carries keywords to a class in a dictionary, which takes twice as long as all else that is done
    to make a record of 30 fields.
    """
    defaults_of = {each.name: each.default for each in _fields(kind)}
    assert defaults_of.keys() >= set(given), "fields of the record"
    others = {name: value for name, value in defaults_of.items() if name not in given}
    assert all(value is None or isinstance(value, str | int) for value in others.values()), "defaults that are plain values"
    defaults = {f"default_{name}": value for name, value in others.items()}
    lines = [f"one.{name} = {name}" for name in given] + [f"one.{name} = default_{name}" for name in others]
    make: Callable[..., T] = _function(
        ", ".join(given), ["one = new(kind)", *lines, "return one"], kind=kind, new=object.__new__, **defaults
    )
    return make


def of_row(kind: type[T], row: Sequence[Any]) -> T:
    """A record whose fields, in their order, are the columns of a row."""
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(each.name for each in _fields(kind))
    return kind(**dict(zip(names, row, strict=True)))


def _copier(kind: type[Any]) -> Callable[[Any, Any], None]:
    """A function that gives one record the fields of another, one statement each: a loop over their names takes thrice as
    long."""
    copier: Callable[[Any, Any], None] = _function("to, of", [f"to.{each.name} = of.{each.name}" for each in _fields(kind)])
    return copier


def _fields(kind: type[Any]) -> tuple[Attribute[Any], ...]:
    found: tuple[Attribute[Any], ...] = fields(kind)
    return found


def _function(parameters: str, statements: Sequence[str], **known: Any) -> Any:
    """A function of these statements, which know what is ``known`` beside its parameters."""
    lines = "".join(f"    {each}\n" for each in statements)
    exec(f"def made({parameters}):\n{lines}", known)  # noqa: S102  (attrs has checked the names of fields)
    return known["made"]


def _shown(self: Any) -> str:
    values = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(type(self)) if each.repr)
    return f"{type(self).__qualname__.rsplit('>.', 1)[-1]}({values})"


def _equal(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hashed(self: Any) -> int:
    return hash(_values(self))


def _values(self: Any) -> tuple[object, ...]:
    return tuple([getattr(self, each.name) for each in fields(type(self)) if each.eq])
