"""What a command does about a fault of the program itself: one sentence, and the details in a file its owner alone can read."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from switch.card import mask_numbers
from switch.cli.command.options import DATA_FOLDER, DATA_VARIABLE
from switch.display.visible import visible, visible_lines

FILES_MAX: Final = 20  #: of one data folder; the oldest makes room, so that what fails again and again fills no disk
DETAILS_MAX: Final = 1 << 20  #: characters of one file
MESSAGE_MAX: Final = 200  #: characters of a fault's own words in the sentence
_PARTS: Final = re.compile(r"(?:(?P<where>.+?): )?found (?P<found>.+?), expected (?P<expected>.+)", re.DOTALL)
PREFIX: Final = "fault-"  #: of the files' names


def complain(sentence: str, hint: str = "", *, as_json: bool = False, label: str = "hint: ") -> None:
    """Print a sentence on standard error, with card numbers masked, and below it what may help, behind a label; ``as_json`` as
    an object with the key ``error``."""
    if as_json:
        print(json.dumps({"error": error_json(sentence, hint)}, ensure_ascii=False), file=sys.stderr)
        return
    print(f"switch: {mask_numbers(visible(sentence))}", file=sys.stderr)
    if hint:
        print(f"{label}{mask_numbers(visible(hint))}", file=sys.stderr)


def error_json(sentence: str, hint: str = "") -> dict[str, Any]:
    """An error for programs: where, what was found, what was expected; the sentence itself where it has no such parts."""
    parts = _PARTS.fullmatch(sentence)
    about = parts.groupdict() if parts is not None else {"message": sentence}
    return {key: mask_numbers(visible(text)) for key, text in {**about, "hint": hint}.items() if text}


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON; what stands behind ``--`` is no option."""
    words = list(arguments)
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def tell_fault(fault: BaseException, arguments: Sequence[str]) -> None:
    """Say that the program failed, and where the details went: the data folder, else the folder for temporary files."""
    first = first_of(fault)
    words = visible(f"{type(first).__name__}: {first}".removesuffix(": "))
    if len(words) > MESSAGE_MAX:
        words = f"{words[:MESSAGE_MAX]}…"
    sentence = f"this was not foreseen ({words}); {_written(_details(fault, arguments), _data_folder(arguments))}"
    as_json = wants_json(arguments)
    complain(sentence if as_json else _in_language(sentence, arguments), as_json=as_json)


@contextmanager
def faults_of_threads_told(arguments: Sequence[str]) -> Iterator[None]:
    """As long as the block lasts, a thread that fails says so in one sentence, too."""

    def hook(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            tell_fault(failed.exc_value, arguments)

    before, threading.excepthook = threading.excepthook, hook
    try:
        yield
    finally:
        threading.excepthook = before


def interrupted(fault: BaseException) -> bool:
    """Whether it was Ctrl+C, however deep in a group."""
    if isinstance(fault, BaseExceptionGroup):
        return any(map(interrupted, fault.exceptions))
    return isinstance(fault, KeyboardInterrupt)


def first_of(fault: BaseException) -> BaseException:
    """The first fault of a group that is no group."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


def _in_language(sentence: str, arguments: Sequence[str]) -> str:
    """The sentence in the language of the command line; as it is where not even that can be looked up any more."""
    try:
        from switch.cli.console.words import language_of, translated

        return translated(sentence, language_of(arguments, ()))
    except (ImportError, OSError, MemoryError):
        return sentence


def _details(fault: BaseException, arguments: Sequence[str]) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("interbank-switch")
    except PackageNotFoundError:
        release = "not installed"
    verb = next((word for word in arguments if not word.startswith("-")), "")
    told = "".join(traceback.format_exception(fault))[-DETAILS_MAX:]
    head = f"switch {release}, Python {sys.version.split()[0]} on {sys.platform}, {time.strftime('%Y-%m-%dT%H:%M:%S%z')}"
    return mask_numbers(visible_lines(f"{head}\nswitch {verb}\n\n{told}"))


def _data_folder(arguments: Sequence[str]) -> Path:
    """The data folder a command line or the environment names, or the usual one."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--data" and following:
            return Path(following)
        if word.startswith("--data="):
            return Path(word.removeprefix("--data="))
    return Path(os.environ.get(DATA_VARIABLE) or DATA_FOLDER)


def _written(details: str, data: Path) -> str:
    """Write the details; the end of a sentence that says where they are, or why they are nowhere."""
    import tempfile  # some milliseconds no other command has to wait for

    name = f"{PREFIX}{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.monotonic_ns() % 1_000_000:06d}.txt"
    folders = [data, Path(tempfile.gettempdir())] if data.is_dir() else [Path(tempfile.gettempdir())]
    why = "no folder to write to"
    for folder in folders:
        path = folder / (name if folder == data else f"switch-{name}")
        try:
            if folder == data:
                _make_room(folder)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(details)
            return f"the details are in {path}"
        except OSError as error:
            why = error.strerror or str(error)
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return f"the details could not be written ({why})"


def _make_room(folder: Path) -> None:
    for path in sorted(folder.glob(f"{PREFIX}*.txt"))[: -FILES_MAX + 1]:
        path.unlink(missing_ok=True)
