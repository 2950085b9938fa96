"""The messages one ``switch send`` is for: made of its options, or of a file and its options, once or several times over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, fields

from switch.cli.request.build import as_typed, centre_now, drawn, message_of
from switch.cli.request.from_file import Written
from switch.cli.request.options import Wishes
from switch.errors import MessageError, SwitchError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993, Dialect
from switch.iso8583.elements import EMV_DATA
from switch.iso8583.mapping.compose import (
    KEY_CHANGES,
    STAN_DIGITS,
    InnerChange,
    changed,
    changed_inside,
    parse_change,
    parse_inner_change,
    retrieval_reference,
    worded,
)
from switch.iso8583.mapping.session import KEY_ELEMENT
from switch.iso8583.message import Message
from switch.iso8583.nested.read import subelement
from switch.record import frozen
from switch.specs.parts import Parts

if TYPE_CHECKING:
    from switch.cli.request.terminal import Terminal

MTI: Final = 0  #: stands for it among the numbers of elements
#: Option -> what of a message it decides, in either edition.
_DECIDES: Final[Mapping[str, tuple[int, ...]]] = {
    "mti": (MTI,),
    "pan": (2,),
    "kind": (3,),
    "amount": (4,),
    "stan": (11,),
    "expiry": (14,),
    "entry": (22,),
    "partial": (25,),
    "rrn": (37,),
    "terminal_id": (41,),
    "merchant_id": (42,),
    "currency": (49,),
    "cash_back": (54,),
    "network": (70, 24),
    "complete": (90, 56),
    "adjust": (90, 56),
    "increment": (90, 56),
    "reverse": (90, 56),
    "void": (90, 56),
    "leave": (95, 30),
}
_OPTIONS: Final = {"kind": "--type", "terminal_id": "--terminal", "merchant_id": "--merchant"}
#: Those that mean something beside a file whose messages are whole; another would be passed over in silence.
_BESIDE_WHOLE: Final = frozenset({"mti", "stan", "rrn"})


@frozen(kw_only=True)
class Outgoing:
    """A message to send. ``given`` says what somebody chose: element (or ``MTI``) and by what."""

    message: Message
    given: Mapping[int, str]
    place: str = ""  #: in a file
    whole: bool = False  #: a file has all of it
    journaled: bool = False  #: it follows a request that stands in the journal
    again: Callable[[Message], Message] | None = None  #: what makes another of it beside its numbers, where something has to


@frozen(kw_only=True)
class Changes:
    """What ``--set``, or a row of a file, asks for: whole elements first, then subelements."""

    elements: list[tuple[int, str | None]]
    inside: list[InnerChange]

    @classmethod
    def none(cls) -> Changes:
        return cls(elements=[], inside=[])

    @property
    def numbers(self) -> set[int]:
        """The elements that are changed, or inside which something is."""
        return {number for number, _ in self.elements} | {number for number, _, _ in self.inside}


def outgoing(
    wishes: Wishes,
    changes: tuple[str, ...],
    written: Sequence[Written] | None,
    specs: Parts,
    codec: Codec,
    data: Path,
    terminal: Terminal | None = None,
) -> list[Outgoing]:
    """The messages that options ask for, or a file has; each can be said in the dialect of ``codec``. ``terminal`` makes the
    proofs of card and holder, where some are asked for."""
    inside = [inner for change in changes if (inner := as_typed("--set", parse_inner_change, change)) is not None]
    wanted = Changes(elements=_changes(changes), inside=inside)
    if written is None:
        try:
            return [_completed(wishes, wanted, None, specs, codec, data, terminal)]
        except MessageError as error:
            raise _as_typed_too(error, wishes, wanted) from None
    if wishes.proofs.of_card:
        raise SwitchError(f"{wishes.proofs.of_card}: found beside --file, expected one of them")
    if any(each.whole for each in written):
        _refuse_unused(wishes)
    else:
        wishes.refuse_contradictions()
    made = []
    for each in written:
        try:
            if each.whole:
                made.append(_as_written(each, wishes, wanted, codec))
            else:
                made.append(_completed(wishes, wanted, each, specs, codec, data))
        except MessageError as error:
            raise SwitchError(f"{each.place}: {error}") from None
    return made


def _as_typed_too(error: MessageError, wishes: Wishes, changes: Changes) -> SwitchError:
    """What cannot be said in the dialect, told with the option it was typed behind; as it is, where nobody typed it."""
    if error.element in changes.numbers:
        return SwitchError(f"--set: {error}")
    option = _given(wishes).get(error.element)
    return error if option is None else SwitchError(f"{option}: {str(error).partition(': ')[2]}")


def _completed(
    wishes: Wishes,
    changes: Changes,
    row: Written | None,
    specs: Parts,
    codec: Codec,
    data: Path,
    terminal: Terminal | None = None,
) -> Outgoing:
    """What the options ask for, with what a row of a file has instead, with what ``--set`` has instead of both."""
    dialect = codec.dialect
    given = _given(wishes)
    if row is not None and row.mti is not None:
        wishes = _for_mti(wishes, row.mti)
        given[MTI] = "file"
    asked = message_of(wishes, specs, dialect, data)
    message = asked.message
    if terminal is not None:
        now = centre_now(data, specs)
        function = KEY_CHANGES.get(wishes.network or "")
        if function is not None:
            message = terminal.with_key(message, function)
            given[KEY_ELEMENT] = "--network"
        else:
            message, proved = terminal.proved(message, wishes.proofs, dialect, now)
            given |= proved
    message = worded(message, dialect, centre_now(data, specs).astimezone(UTC).date())
    of_row = Changes(elements=list(row.elements.items()), inside=list(row.inside)) if row is not None else Changes.none()
    for of, wanted in (("file", of_row), ("--set", changes)):
        message = changed_inside(changed(message, wanted.elements, dialect), wanted.inside, dialect)
        given |= dict.fromkeys(wanted.numbers, of)
    codec.encode(message)
    kept = {number: of for number, of in given.items() if number in message.elements or number == MTI}
    again = terminal.again if terminal is not None and EMV_DATA in given else None
    return Outgoing(
        message=message,
        given=kept,
        place=row.place if row is not None else "",
        journaled=asked.journaled,
        again=again,
    )


def _as_written(written: Written, wishes: Wishes, changes: Changes, codec: Codec) -> Outgoing:
    own = [(number, value) for number, value in ((11, wishes.stan), (37, wishes.rrn)) if value is not None]
    dialect = codec.dialect
    message = changed(Message(wishes.mti or written.mti or "", {}), written.elements.items(), dialect)
    inside = [*written.inside, *_edited(written, message, dialect)]
    message = changed_inside(message, inside, dialect)
    message = changed(message, [*own, *changes.elements], dialect)
    message = changed_inside(message, changes.inside, dialect)
    codec.encode(message)
    given = {**_given(wishes), **dict.fromkeys(changes.numbers, "--set")}
    return Outgoing(message=message, given=given, place=written.place, whole=True)


def _edited(written: Written, message: Message, dialect: Dialect) -> Iterator[InnerChange]:
    """The subelements of a file that say something else than the whole element beside them: somebody has edited them there."""
    for number, path, value in written.repeated:
        element, whole = dialect.elements[number], message.elements.get(number)
        if element is None or whole is None or value != subelement(element, whole, path):
            yield number, path, value


def _for_mti(wishes: Wishes, mti: str) -> Wishes:
    """The wishes for a message of a row: what has no card has no use for those about one."""
    kind = mti[1:2]
    if wishes.network is None and not wishes.totals and wishes.follows is None and kind in ("5", "8"):
        nothing: dict[str, Any] = dict.fromkeys((each.name for each in fields(Wishes)), None)
        bare = Wishes(**{**nothing, "partial": False, "totals": kind == "5", "stan": wishes.stan})
        if kind == "8":
            return evolve(bare, mti=mti, network="echo")
        return evolve(bare, mti=mti, merchant_id=wishes.merchant_id, terminal_id=wishes.terminal_id)
    return evolve(wishes, mti=mti)


def _given(wishes: Wishes) -> dict[int, str]:
    return {
        number: _OPTIONS.get(name, f"--{name.replace('_', '-')}")
        for name, numbers in _DECIDES.items()
        if getattr(wishes, name)
        for number in numbers
    }


def _refuse_unused(wishes: Wishes) -> None:
    """SwitchError where an option says what the messages of a file say themselves."""
    for each in fields(Wishes):
        if each.name not in _BESIDE_WHOLE and each.name != "proofs" and getattr(wishes, each.name):
            option = _OPTIONS.get(each.name, f"--{each.name.replace('_', '-')}")
            raise SwitchError(f"{option}: found beside --file with whole messages, expected --set, --mti, --stan or --rrn")


def _changes(changes: tuple[str, ...]) -> list[tuple[int, str | None]]:
    """What ``--set`` asks for; each element once, so that none of them has its way in silence."""
    parsed = [as_typed("--set", parse_change, change) for change in changes if parse_inner_change(change) is None]
    numbers: list[object] = [change.partition("=")[0] for change in changes if parse_inner_change(change) is not None]
    numbers += [number for number, _ in parsed]
    twice = next((number for place, number in enumerate(numbers) if number in numbers[:place]), None)
    if twice is not None:
        raise SwitchError(f"--set: found DE {twice} a second time, expected each element once")
    return parsed


def repeated(messages: Sequence[Outgoing], count: int, specs: Parts, codec: Codec, data: Path) -> Iterator[Outgoing]:
    """The messages so many times over. The first time they go out as they are; after that each is a new one, with a STAN, a
    time and, where it asks for money, an RRN of its own. What an option sets stays as it is."""
    yield from messages
    stan = next((int(each.message.stan) for each in messages if each.message.stan.isdecimal()), drawn(900_000))
    for _ in range(count - 1):
        for each in messages:
            stan = stan % (10**STAN_DIGITS - 1) + 1
            yield renewed(each, f"{stan:0{STAN_DIGITS}d}", centre_now(data, specs), codec)


def renewed(each: Outgoing, stan: str, at: datetime, codec: Codec) -> Outgoing:
    """The same message once more, as another one."""
    message = each.message
    local = at.strftime("%y%m%d%H%M%S")
    dated = codec.dialect.edition == EDITION_1993
    new = {
        7: at.astimezone(UTC).strftime("%m%d%H%M%S"),
        11: stan,
        12: local if dated else local[6:],
        13: local[:4] if dated else local[2:6],
    }
    if message.mti[1:3] in ("10", "20") and not {56, 90} & message.elements.keys():
        new[37] = retrieval_reference(at, stan)
    typed = {number for number, of in each.given.items() if of != "file"}
    elements = {
        number: new[number] if number in new and number not in typed else value for number, value in message.elements.items()
    }
    if dated and 13 in message.elements:
        elements[13] = message.elements[13]  # of 1993 it is another date, and no time of the message
    message = Message(message.mti, elements)
    return evolve(each, message=message if each.again is None else each.again(message))
