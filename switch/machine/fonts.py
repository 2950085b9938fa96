"""Fonts of the machine, for the letters that the fonts of PDF readers lack: found by the names of their files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: The one folder to look in, instead of those of the system.
FONTS_VARIABLE: Final = "SWITCH_FONTS"
#: What brings a font with Arabic letters to the usual system.
FONT_ADVICE: Final = " (apt-get install fonts-hosny-amiri brings it; SWITCH_FONTS=DIR names a folder with .ttf files)"
FONT_BYTES_MAX: Final = 32 << 20  #: of a file: the largest with the scripts of East Asia have some 20 MiB

#: Fonts that are looked for, the best first: name, plain file, bold file.
KNOWN: Final = (
    ("Amiri", "Amiri-Regular.ttf", "Amiri-Bold.ttf"),
    ("Noto Naskh Arabic", "NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf"),
    ("DejaVu Sans", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("Liberation Sans", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("Noto Sans", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
)
_FOLDERS: Final = ("/usr/local/share/fonts", "/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
_HOME_FOLDERS: Final = (".local/share/fonts", ".fonts", "Library/Fonts")


def system_fonts() -> list[tuple[str, bytes, bytes]]:
    """The known fonts that this machine has: name, plain and bold as bytes, the best first.

    A file that cannot be read is not there; a font without a bold file is its own.
    """
    wanted = {file for _, *files in KNOWN for file in files}
    found: dict[str, Path] = {}
    for folder in _folders():
        for path in _files(folder):
            if path.name in wanted:
                found.setdefault(path.name, path)
    fonts = []
    for name, plain, bold in KNOWN:
        if plain in found and (content := _content(found[plain])):
            fonts.append((name, content, (_content(found[bold]) if bold in found else b"") or content))
    return fonts


def _folders() -> Iterator[Path]:
    named = os.environ.get(FONTS_VARIABLE)
    if named is not None:
        yield Path(named)
        return
    home = os.environ.get("HOME")
    if home:
        yield from (Path(home, each) for each in _HOME_FOLDERS)
    yield from map(Path, _FOLDERS)


def _files(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in sorted(names))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= FONT_BYTES_MAX else b""
    except OSError:
        return b""
