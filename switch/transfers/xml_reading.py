"""XML of a bank, read safely: no document type and so no entities, no more depth and no more elements than a file may have.

What is read is a plain tree whose elements know their lines. A file that breaks off keeps the elements that were complete.
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from attrs import Factory, define

from switch.display.guarded_xml import DocumentTypeError, TextEncodingError, guarded_parser, parse_guarded
from switch.errors import SwitchError
from switch.record import frozen

DEPTH_MAX: Final = 40  #: elements within elements; the deepest of ISO 20022 that is read here has 14
XML_ELEMENTS_MAX: Final = 2_000_000  #: of a file: a status of 50,000 transfers has some 40 elements each
TEXT_MAX: Final = 4_096  #: characters of one element's text; the longest that is read here has 140
#: Bytes of a file of a bank. A status of 20,000 transfers takes some 12 MB.
BANK_FILE_BYTES_MAX: Final = 32 * 1024 * 1024


class NoMessageError(SwitchError):
    """The bytes are no message of a bank that is read here; nothing of them was used."""


@define(slots=True, eq=False)
class Node:
    """An element: its local name, the line it begins on, its text, what is in it. ``whole`` once its end was read."""

    name: str
    line: int
    text: str = ""
    children: list[Node] = Factory(list)
    whole: bool = False

    def first(self, *path: str) -> Node | None:
        """The first element at a path of names below this one."""
        found: Node | None = self
        for name in path:
            found = next((each for each in found.children if each.name == name), None) if found is not None else None
        return found

    def all(self, name: str) -> list[Node]:
        """The elements of a name in this one."""
        return [each for each in self.children if each.name == name]

    def value(self, *path: str) -> str:
        """The text of the first element at a path, without the white space around it; empty where there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""


@frozen(kw_only=True)
class XmlTree:
    """A document; ``broken`` says where and why it ends too early, and is empty where it does not."""

    root: Node
    namespace: str
    attributes: dict[int, dict[str, str]]  #: by the identity of an element: only of those that have some
    broken: str = ""
    broken_line: int = 0

    def attribute(self, node: Node, name: str) -> str:
        return self.attributes.get(id(node), {}).get(name, "")


@define
class _Builder:
    """Makes the tree from what the parser tells."""

    parser: expat.XMLParserType
    open: list[Node] = Factory(list)
    root: Node | None = None
    namespace: str = ""
    count: int = 0
    attributes: dict[int, dict[str, str]] = Factory(dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self.count += 1
        if self.count > XML_ELEMENTS_MAX:
            raise NoMessageError(f"more than {XML_ELEMENTS_MAX:,} elements")
        if len(self.open) >= DEPTH_MAX:
            raise NoMessageError(f"elements more than {DEPTH_MAX} deep")
        node = Node(local, self.parser.CurrentLineNumber)
        if attributes:
            self.attributes[id(node)] = attributes
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root, self.namespace = node, namespace
        self.open.append(node)

    def end(self, _: str) -> None:
        self.open.pop().whole = True

    def text(self, data: str) -> None:
        node = self.open[-1]
        if len(node.text) < TEXT_MAX:
            node.text += data[: TEXT_MAX - len(node.text)]


def read_xml(content: bytes) -> XmlTree:
    """The tree of a file. NoMessageError, which says what was found, where it is no XML at all or has what is not taken."""
    parser = guarded_parser(namespace_separator=" ")
    builder = _Builder(parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        fault = parse_guarded(parser, content)
    except DocumentTypeError:
        raise NoMessageError("a document type (DOCTYPE)") from None
    except TextEncodingError as unknown:
        raise NoMessageError(f"text that cannot be read ({unknown})") from None
    broken, line = ("", 0) if fault is None else (expat.ErrorString(fault.code), fault.lineno)
    if builder.root is None:
        raise NoMessageError(f"no XML (line {line}: {broken})")
    return XmlTree(
        root=builder.root,
        namespace=builder.namespace,
        attributes=builder.attributes,
        broken=broken,
        broken_line=line,
    )
