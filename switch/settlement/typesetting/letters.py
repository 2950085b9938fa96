"""Letters that the fonts of every PDF reader lack: set in a font of the machine, which is handed in as bytes.

Windows-1252 is written in Helvetica, and no file of a machine is touched for it. What no font has is a question mark, and
``Letters.replaced`` says which characters that were, so that nobody loses a letter unheard.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, Final

from reportlab.pdfbase.ttfonts import TTFError, TTFont

from switch.errors import SwitchError
from switch.record import frozen
from switch.settlement.typesetting.arabic import as_seen, has_shaping, is_right_to_left, missing_shaping
from switch.settlement.typesetting.pdf_text import string_of, typeset

ARABIC_PROBE: Final = "\ufe8e\ufedf\ufecc\ufeae"  #: forms of letters: what a font that writes Arabic has


@frozen
class FontFile:
    """A TrueType font of the machine, in two weights."""

    name: str  #: as people call it: Amiri
    plain: bytes
    bold: bytes


FontSource = Callable[[], Sequence[FontFile]]


def no_fonts() -> Sequence[FontFile]:
    """A machine without fonts."""
    return ()


class Letters:
    """The fonts of a run: read when the first text needs one, and then used for every page."""

    def __init__(self, source: FontSource = no_fonts, advice: str = "") -> None:
        """``advice`` is what a person does who has no font with Arabic letters."""
        self._source, self._advice = source, advice
        self._fonts: list[tuple[Any, Any]] | None = None
        self.replaced: set[str] = set()  #: characters that became question marks so far

    def need_arabic(self) -> None:
        """SwitchError where a whole page of Arabic cannot be set: no font has its letters, or nothing joins them."""
        if not has_shaping():
            raise missing_shaping()
        if not any(_covers(plain, ARABIC_PROBE) for plain, _ in self._loaded()):
            raise SwitchError(f"Arabic in a PDF: found no font with its letters, expected one such as Amiri{self._advice}")

    def setter(self, canvas: Any) -> Callable[[str, str, float], tuple[str, float]]:
        """Sets texts for one canvas (``pdf_text.Other``): its operators before ``Tj``, and how wide it is."""
        document = canvas._doc
        kept: dict[tuple[str, str, float], tuple[str, float]] = {}

        def other(text: str, font: str, size: float) -> tuple[str, float]:
            key = text, font, size
            found = kept.get(key)
            if found is None:
                found = kept[key] = self._set(document, text, font, size)
            return found

        return other

    def _set(self, document: Any, text: str, font: str, size: float) -> tuple[str, float]:
        turned = is_right_to_left(text)
        if not self._loaded() or (turned and not has_shaping()):
            return self._replaced(text, font, size)
        text = as_seen(text) if turned else text
        face = self._face_for(text, font.endswith("Bold"))
        lacking = {letter for letter in text if not _covers(face, letter)}
        self.replaced |= lacking
        text = "".join("?" if letter in lacking else letter for letter in text)
        runs = [
            f"{face.getSubsetInternalName(subset, document)} {size} Tf {string_of(run)} Tj"
            for subset, run in face.splitString(text, document)
        ]
        # the font of the page is set again, and an empty text takes the operator that follows
        runs.append(f"{document.getInternalFontName(font)} {size} Tf ()")
        return " ".join(runs), face.stringWidth(text, size)

    def _replaced(self, text: str, font: str, size: float) -> tuple[str, float]:
        self.replaced |= {letter for letter in text if letter.encode("cp1252", "ignore") == b""}
        return typeset(text, font, size)

    def _face_for(self, text: str, bold: bool) -> Any:
        """The first font with all letters, else the one with most of them."""
        faces = [pair[bold] for pair in self._loaded()]
        return max(faces, key=lambda face: sum(_covers(face, letter) for letter in text))

    def _loaded(self) -> list[tuple[Any, Any]]:
        if self._fonts is None:
            self._fonts = []
            for number, file in enumerate(self._source()):
                try:
                    pair = tuple(
                        TTFont(f"Other{number}{weight}", io.BytesIO(content), shapable=False)
                        for weight, content in (("", file.plain), ("Bold", file.bold))
                    )
                except (TTFError, ValueError, LookupError):  # no TrueType, or one that cannot be read
                    continue
                self._fonts.append((pair[0], pair[1]))
        return self._fonts


def _covers(face: Any, text: str) -> bool:
    return all(ord(letter) in face.face.charToGlyph for letter in text)
