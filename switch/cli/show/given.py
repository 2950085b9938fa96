"""Whatever ``switch decode`` was given, as it is shown: one message, several, a capture; with the way it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switch.display.plural import plural
from switch.errors import NegativeAnswerError

if TYPE_CHECKING:
    from switch.cli.show.messages import View
    from switch.explain.given import One, Packets, Several


def show_given(given: One | Several | Packets, view: View) -> None:
    """Print it. NegativeAnswerError when some of it makes no sense."""
    from switch.cli.show.messages import show_capture, show_stream
    from switch.explain.given import One, Several

    if isinstance(given, One):
        _show_one(given, view)
    elif isinstance(given, Several):
        show_stream(given.heard, view, given.how, by_line=given.by_line)
    else:
        show_capture(given.capture, given.overheard, view, given.how)


def _show_one(given: One, view: View) -> None:
    from switch.cli.show.message import message_json, show_message
    from switch.cli.show.tables import show_json

    reading = given.trial.reading(unmasked=view.unmasked)
    codec = given.trial.codec
    notes = [("read as", given.how)]
    if given.conversion is not None:
        undone = ", shown as it was before" if given.undone else ""
        notes.append(("converted", f"{given.conversion.in_words}{undone}"))
    if view.as_json:
        about: dict[str, Any] = {"read_as": given.how}
        if given.conversion is not None:
            about["converted"] = {"byte": given.conversion.place, "found": given.conversion.found.hex(), "undone": given.undone}
        show_json({**about, **message_json(reading, codec, unmasked=view.unmasked)})
    else:
        show_message(reading, codec, unmasked=view.unmasked, notes=notes)
    error = reading.description.error
    if given.conversion is not None:
        wrong = f"{error}; " if error is not None else "message: "
        raise NegativeAnswerError(f"{wrong}{given.conversion.in_words}")
    if reading.missing:
        have = len(reading.tpdu_bytes) + len(reading.body)
        found = f"found {plural(have, 'byte')} behind it, expected {have + reading.missing}"
        cut = f"length header {reading.header_bytes.hex(' ')}: {found}"
        raise NegativeAnswerError(f"{cut}; {error}" if error is not None else cut)
    if error is not None:
        raise NegativeAnswerError(str(error))
