"""Many messages as ``switch decode`` shows them: a line each, or in full, or as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from switch.cli.console.screen import say_text
from switch.errors import NegativeAnswerError, SwitchError
from switch.record import frozen

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from switch.explain.capture import Connection, Heard, Overheard
    from switch.explain.exchanges import Note
    from switch.iso8583.reading.recognize import Reading
    from switch.iso8583.reading.stream import Said
    from switch.pcap.files import Capture

CONNECTIONS_SHOWN: Final = 100  #: those in ISO 8583 first, where there are more
LISTED_MAX: Final = 10_000  #: lines of a list; nobody reads as many, and more can be asked for by number
LETTERS: Final = 26  #: that name ends
WAYS_SHOWN: Final = 4  #: in which the messages of a list are written
MESSAGE_COLUMNS: Final = ("MTI", "STAN", "RRN", "amount", "DE 39", "error")

_Place = Callable[["Heard"], tuple[str, ...]]  #: the cells that say where and when something was heard


@frozen(kw_only=True)
class View:
    """What is to be seen of many messages, and how: those ``chosen`` by number or ``everything`` in full, else a line each.

    ``how`` says in which way they were read, ``notes`` by number what a message has to do with others.
    """

    chosen: frozenset[int]
    everything: bool
    as_json: bool
    unmasked: bool
    zone: ZoneInfo
    how: str = ""
    notes: Mapping[int, Note] = {}


def show_capture(capture: Capture, overheard: Overheard, view: View, how: str = "") -> None:
    """Print what a capture says, and ``how`` it was read.

    NegativeAnswerError when some of it makes no sense, or none is ISO 8583.
    """
    from switch.cli.show.tables import show_pairs
    from switch.explain.exchanges import exchanges

    if not view.as_json:
        show_pairs([*_read_as(how), *_about(capture, overheard, view)])
        click.echo()
    if not overheard.heard:
        found = f"no ISO 8583 message in {_counted(len(overheard.connections), 'TCP connection')} with data"
        raise NegativeAnswerError(f"capture: found {found}, expected one or more")
    named = _letters_of(_connections_shown(overheard))
    dated = len({at.date() for at in (_at(one, view) for one in overheard.heard) if at}) > 1
    columns = ("time", "from → to")
    notes = exchanges(overheard.heard)
    _show(
        overheard.heard,
        evolve(view, how=how, notes=notes),
        columns,
        lambda one: (_clock(one, view, dated=dated), _way(one, named)),
    )


def show_stream(heard: Sequence[Heard], view: View, how: str = "", *, by_line: bool = False) -> None:
    """Print what a stream of bytes says, or messages of which each stands in a line of its own; ``how`` they were read.

    NegativeAnswerError when some of it makes no sense.
    """
    from switch.cli.show.tables import show_pairs

    if not view.as_json:
        total = heard[-1].number or max(one.number for one in heard)
        ways = list(dict.fromkeys(one.way.in_words for one in heard))
        written = "; ".join(ways[:WAYS_SHOWN]) + (" …" if len(ways) > WAYS_SHOWN else "")
        show_pairs([*_read_as(how), ("list" if by_line else "stream", f"{_counted(total, 'message')}: {written}")])
        click.echo()
    view = evolve(view, how=how)
    if by_line:
        _show(heard, view, ("line",), lambda one: (str(one.line),))
    else:
        _show(heard, view, ("byte",), lambda one: (str(one.item.start),))


def _read_as(how: str) -> list[tuple[str, str]]:
    return [("read as", how)] if how else []


def _about(capture: Capture, overheard: Overheard, view: View) -> list[tuple[str, str]]:
    """A capture in a few lines: its size, what nobody could read, and how each connection is written."""
    packets = capture.packets
    about = [("capture", _counted(len(packets), "packet"))]
    if packets and packets[0].at_ns is not None and packets[-1].at_ns is not None:
        first, last = (_moment(at_ns, view) for at_ns in (packets[0].at_ns, packets[-1].at_ns))
        about.append(("taken", f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} ({view.zone.key})"))
    if overheard.left_out:
        about.append(
            ("left out", ", ".join(f"{_counted(count, 'packet')}: {why}" for why, count in overheard.left_out.items()))
        )
    if capture.fault:
        about.append(("ends early", capture.fault))
    shown = _connections_shown(overheard)
    named = _letters_of(shown)
    about += [(f"end {letter}", end) for end, letter in named.items()]
    for connection in shown:
        one, other = (named[str(end)] for end in connection.ends)
        read = connection.way.in_words if connection.way else f"no ISO 8583 in its {_counted(connection.bytes_total, 'byte')}"
        about.append(("connection", f"{one} ↔ {other}: {read}"))
    rest = len(overheard.connections) - len(shown)
    if rest:
        silent = sum(connection.way is None for connection in overheard.connections) - sum(each.way is None for each in shown)
        about.append(("connection", f"… and {rest:,} more, {silent:,} of them with no ISO 8583"))
    return about


def _connections_shown(overheard: Overheard) -> Sequence[Connection]:
    """Those in ISO 8583 first, where there are too many."""
    shown = overheard.connections
    if len(shown) <= CONNECTIONS_SHOWN:
        return shown
    return sorted(shown, key=lambda connection: connection.way is None)[:CONNECTIONS_SHOWN]


def _letters_of(connections: Sequence[Connection]) -> dict[str, str]:
    return letters(str(end) for connection in connections for end in connection.ends)


def letters(ends: Iterable[str]) -> dict[str, str]:
    """Ends of lines, each with a letter of its own: A to Z, then A1 to Z1 …"""
    return {
        end: chr(ord("A") + place % LETTERS) + (str(place // LETTERS) if place >= LETTERS else "")
        for place, end in enumerate(dict.fromkeys(ends))
    }


def _way(one: Heard, named: Mapping[str, str]) -> str:
    return " → ".join(named.get(str(end), str(end)) for end in (one.source, one.destination))


def _show(heard: Sequence[Heard], view: View, columns: tuple[str, ...], place: _Place) -> None:
    total = max(one.number for one in heard)
    wrong = sorted(view.chosen - set(range(1, total + 1)))
    if wrong:
        raise SwitchError(f"--number: found {wrong[0]}, expected 1 to {total}")
    shown = [one for one in heard if not view.chosen or one.number in view.chosen]
    if view.as_json:
        for one in shown:
            click.echo(json.dumps(_as_json(one, view), ensure_ascii=False))
    elif view.everything or view.chosen or total == len(heard) == 1:
        _show_in_full(shown, view, place)
    else:
        _show_list(shown, columns, place, view)
    faults = [(one, fault) for one in shown if (fault := _fault(one))]
    if faults:
        first, sentence = faults[0]
        messages = sum(1 for one in shown if one.number)
        where = f"message {first.number}: " if first.number else ""
        places = "1 place is" if len(faults) == 1 else f"{len(faults)} places are"
        raise NegativeAnswerError(f"{places} invalid among {_counted(messages, 'message')}; the first: {where}{sentence}")


def _show_list(heard: Sequence[Heard], columns: tuple[str, ...], place: _Place, view: View) -> None:
    from switch.cli.show.live import TONES, went
    from switch.cli.show.tables import show_table

    noted = ("exchange",) if view.notes else ()
    rows = [
        (one.number or "", *place(one), *_cells(one), *(_note(one, view) for _ in noted), _fault(one))
        for one in heard[:LISTED_MAX]
    ]
    heads = ("#", *columns, *MESSAGE_COLUMNS[:-1], *noted, MESSAGE_COLUMNS[-1])
    code = heads.index("DE 39")
    tones = {
        place: "bad" if row[-1] or "no answer" in row else TONES[went(str(row[code]))]
        for place, row in enumerate(rows)
        if row[-1] or row[code] or "no answer" in row
    }
    show_table(heads, rows, below=("exchange", "error"), tones={place: tone for place, tone in tones.items() if tone})
    if len(heard) > LISTED_MAX:
        click.echo(f"… and {len(heard) - LISTED_MAX:,} more (--number N shows one)")


def _note(one: Heard, view: View) -> str:
    """What a message has to do with others, in words."""
    note = view.notes.get(one.number)
    return note.in_words if note else ""


def _cells(one: Heard) -> tuple[str, ...]:
    """MTI, STAN, RRN, amount and response code of a message, as far as it has them."""
    from switch.iso8583.reading.hiding import believed
    from switch.iso8583.reading.meanings import meaning

    said = _said(one)
    if said is None:
        return ("", "", "", "", "")
    mti, elements = said.message
    edition = one.way.codec.dialect.edition
    if said.error is not None and not believed(mti, elements, edition):
        return (mti, "", "", "", "")
    amount = meaning(4, elements.get(4, ""), elements)
    return mti, elements.get(11, ""), elements.get(37, "").strip(), amount, elements.get(39, "")


def _show_in_full(heard: Sequence[Heard], view: View, place: _Place) -> None:
    from switch.cli.show.message import show_message

    for count, one in enumerate(heard):
        if count:
            click.echo("\n")
        number = f"#{one.number}  " if one.number else ""
        say_text(number + "  ".join(place(one)), "title")
        said = _said(one)
        if said is not None:
            show_message(_reading(one, said, view), one.way.codec, unmasked=view.unmasked)
        if _note(one, view):
            click.echo()
            say_text(_note(one, view))
        if _fault(one):
            say_text(_fault(one), "bad")


def _as_json(one: Heard, view: View) -> dict[str, Any]:
    from switch.cli.console.last_resort import error_json
    from switch.cli.show.message import message_json

    at = _at(one, view)
    about: dict[str, Any] = {"number": one.number or None}
    if view.how:
        about["read_as"] = view.how
    about |= {"line_number": one.line} if one.line else {"byte": one.item.start}
    if one.source is not None:
        about |= {
            "packet": one.packet,
            "at_ms": None if one.at_ns is None else one.at_ns // 1_000_000,
            "at": at.isoformat(timespec="microseconds") if at else None,
            "from": str(one.source),
            "to": str(one.destination),
        }
        about |= _exchange(one, view)
    said = _said(one)
    if said is None:
        return {**about, "mti": None, "error": error_json(_fault(one))}
    return {**about, **message_json(_reading(one, said, view), one.way.codec, unmasked=view.unmasked)}


def _exchange(one: Heard, view: View) -> dict[str, Any]:
    """What a message of a capture has to do with others, for programs."""
    note = view.notes.get(one.number)
    if note is None:
        return {}
    return {
        "exchange": note.kind,
        "request_number": note.of,
        "repeats": note.repeats,
        "response_number": note.answered_by,
        "elapsed_ms": None if note.after_ns is None else round(note.after_ns / 1_000_000, 3),
    }


def _said(one: Heard) -> Said | None:
    """The message, None where bytes are none."""
    from switch.iso8583.reading.stream import Said

    return one.item if isinstance(one.item, Said) else None


def _fault(one: Heard) -> str:
    """What makes no sense here, in a sentence; nothing where all does."""
    from switch.iso8583.reading.stream import Said

    if isinstance(one.item, Said):
        return str(one.item.error or "")
    return one.item.sentence


def _reading(one: Heard, said: Said, view: View) -> Reading:
    from switch.iso8583.framing import TPDU_BYTES
    from switch.iso8583.reading.describe import describe
    from switch.iso8583.reading.recognize import Reading

    codec = one.way.codec
    return Reading(
        edition=codec.dialect.edition,
        dialect=codec.dialect.name,
        header=one.way.header,
        header_bytes=said.header,
        tpdu_bytes=said.tpdu[:TPDU_BYTES] if one.way.tpdu else b"",
        between_bytes=said.tpdu[TPDU_BYTES:] if one.way.tpdu else said.tpdu,
        body=said.body,
        description=describe(codec, said.body, unmasked=view.unmasked, from_log=bool(one.line)),
    )


def _at(one: Heard, view: View) -> datetime | None:
    return None if one.at_ns is None else _moment(one.at_ns, view)


def _moment(at_ns: int, view: View) -> datetime:
    from datetime import UTC, datetime, timedelta

    moment = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC) + timedelta(microseconds=at_ns % 1_000_000_000 // 1000)
    return moment.astimezone(view.zone)


def _clock(one: Heard, view: View, *, dated: bool) -> str:
    at = _at(one, view)
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S.%f" if dated else "%H:%M:%S.%f")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
