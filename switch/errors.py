"""Errors a person reads: one sentence that says where, what was found and what was expected.

A decline is a value and never one of these; a fault of our own is an ``assert``. What stands here is the fault of somebody
outside: a peer's bytes, a banker's file, an operator's command. The command line prints ``str(error)`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from switch.display.visible import visible

KEY_SHOWN_MAX = 200  #: characters of the key of a value in a sentence

EXIT_DONE = 0
EXIT_NO = 1
EXIT_WRONG_USE = 2
EXIT_UNREACHABLE = 3
EXIT_OWN_FAULT = 70  #: a fault of the program itself; the number sysexits.h has for it
EXIT_INTERRUPTED = 130  #: Ctrl+C, as a shell counts it


class SwitchError(Exception):
    """Base of every error shown to a person; ``exit_code`` is what a command ends with.

    ``hint`` is what may help: a command, or a question; the command line prints it on a line of its own.
    """

    exit_code = EXIT_WRONG_USE
    hint = ""

    def __init__(self, *words: object, hint: str = "") -> None:
        super().__init__(*words)
        if hint:
            self.hint = hint

    def __str__(self) -> str:
        """One line: what it quotes of a wire, a file or a command line is shown without its control characters."""
        return visible(super().__str__())


class SpecError(SwitchError):
    """A file of the specification is wrong.

    ``file`` is its path below the specs folder, ``line`` the 1-based line where known, ``key`` the dotted path of the value.
    """

    def __init__(self, file: str, key: str, found: object, expected: str, line: int | None = None) -> None:
        self.file, self.key, self.found, self.expected, self.line = file, key, found, expected, line
        place = f"{file}:{line}" if line else file
        what = f"{key if len(key) <= KEY_SHOWN_MAX else key[:KEY_SHOWN_MAX] + '…'}: " if key else ""
        super().__init__(f"{place}: {what}found {found}, expected {expected}")

    @property
    def mistakes(self) -> tuple[SpecError, ...]:
        """Every mistake of the files that were read, this one first."""
        return (self,)


class SpecsError(SpecError):
    """The specification has several mistakes; as one sentence it is the first of them, and how many more there are."""

    def __init__(self, mistakes: Sequence[SpecError], advice: str = "") -> None:
        first = mistakes[0]
        super().__init__(first.file, first.key, first.found, first.expected, first.line)
        self._mistakes, self._advice = tuple(mistakes), advice

    @property
    def mistakes(self) -> tuple[SpecError, ...]:
        return self._mistakes

    def __str__(self) -> str:
        more = len(self._mistakes) - 1
        return f"{super().__str__()}; and {more} more mistake{'s' if more > 1 else ''}{self._advice}"


class SpecsLackError(SpecsError):
    """The specification lacks what a business date needs; as one sentence it is all that is missing."""

    def __str__(self) -> str:
        return "; ".join(str(mistake) for mistake in self.mistakes)


class MessageError(SwitchError):
    """A peer's message makes no sense.

    ``element`` is the data element's number (0 for the MTI, 1 for the bitmap), ``position`` the 0-based offset of its first
    byte in the message (without length header and TPDU), or None when the message is being built rather than read.
    """

    def __init__(self, element: int, position: int | None, found: str, expected: str) -> None:
        self.element, self.position, self.found, self.expected = element, position, found, expected
        name = {0: "MTI", 1: "bitmap"}.get(element, f"DE {element}")
        where = "" if position is None else f" at byte {position}"
        super().__init__(f"{name}{where}: found {found}, expected {expected}")


class CardSecurityError(SwitchError):
    """What was given to a function of card security makes no sense: a key, a PIN block, chip data.

    ``where`` names the value and ``found`` never quotes it, for it may be a secret; ``position`` is the 0-based offset in it.
    """

    def __init__(self, where: str, found: str, expected: str, *, position: int | None = None) -> None:
        self.where, self.position, self.found, self.expected = where, position, found, expected
        at = "" if position is None else f" at byte {position}"
        super().__init__(f"{where}{at}: found {found}, expected {expected}")


class FrameError(SwitchError):
    """The bytes of a line cannot be cut into messages any more; the line has to be closed."""


class TlsError(SwitchError):
    """A peer and this side could not agree on TLS, or what came later was not what TLS lets pass; the line has to be closed."""


class CaptureError(SwitchError):
    """A capture file (pcap, pcapng) cannot be read, or no further."""


class DataFolderError(SwitchError):
    """A data folder (journal, books, key file) is missing, foreign, or not in the state a command needs."""


class NoRoomError(DataFolderError):
    """This machine has too little memory or disk for what a command computes: nothing is known of what it would have found."""


class BusyError(DataFolderError):
    """Another process is writing the journal; a moment later it can be written."""


class UnreachableError(SwitchError):
    """A peer does not answer at its address."""

    exit_code = EXIT_UNREACHABLE


class UnansweredError(UnreachableError):
    """A message was sent, and no answer came: what became of it is not known."""


class NegativeAnswerError(SwitchError):
    """The command worked and the answer is no: not found, not balanced, another response than expected."""

    exit_code = EXIT_NO
