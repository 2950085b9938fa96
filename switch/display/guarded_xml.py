"""XML of strangers, parsed without what can be turned against its reader: no document type, and so no entities.

The encoding of the document does not matter. The parser is expat's. Who reads sets the handlers of elements and texts on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

PROLOG_BYTES: Final = 4_096  #: that are read at a time until the first element begins


class DocumentTypeError(Exception):
    """A document has a document type (DOCTYPE): none of what it declares is read."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line  #: on which it begins


class TextEncodingError(Exception):
    """A document names an encoding that nobody knows, or one that a parser of XML cannot read."""


def guarded_parser(namespace_separator: str | None = None) -> expat.XMLParserType:
    """A parser that raises DocumentTypeError at a document type."""
    parser = expat.ParserCreate(namespace_separator=namespace_separator)

    def refuse(*_: object) -> None:
        raise DocumentTypeError(parser.CurrentLineNumber)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse_guarded(parser: expat.XMLParserType, content: bytes, *, is_whole: bool = True) -> expat.ExpatError | None:
    """Parse some bytes, or all; the fault of a document that breaks off, else None.

    DocumentTypeError and TextEncodingError where nothing of it is to be used.
    """
    try:
        parser.Parse(content, is_whole)
    except expat.ExpatError as fault:
        return fault
    except (LookupError, ValueError) as fault:
        raise TextEncodingError(str(fault)) from None
    return None


def refuse_document_type(read: Callable[[int], bytes]) -> None:
    """Read up to the first element, before which a document type stands; DocumentTypeError where there is one.

    A document that breaks off before is left to whoever reads it.
    """
    parser = guarded_parser()
    begun: list[str] = []
    parser.StartElementHandler = lambda name, _: begun.append(name)
    while not begun:
        content = read(PROLOG_BYTES)
        if parse_guarded(parser, content, is_whole=not content) is not None or not content:
            return
