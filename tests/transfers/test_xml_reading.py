from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.transfers import xml_reading
from switch.transfers.xml_reading import NoMessageError, read_xml


def test_elements_know_their_lines_and_their_texts() -> None:
    tree = read_xml(b'<?xml version="1.0"?>\n<a xmlns="urn:x" xmlns:b="urn:y">\n <b:c d="1"> e\n</b:c><c>f</c>\n</a>')
    assert (tree.root.name, tree.namespace, tree.broken) == ("a", "urn:x", "")
    first, second = tree.root.all("c")
    assert (first.line, first.text.strip(), tree.attribute(first, "d")) == (3, "e", "1")
    assert (second.line, tree.root.value("c"), tree.root.value("c", "g")) == (4, "e", "")


def test_what_was_complete_before_the_file_broke_off_is_kept() -> None:
    tree = read_xml(b"<a><b>1</b>\n<b>2")
    assert [(each.text, each.whole) for each in tree.root.children] == [("1", True), ("", False)]
    assert (tree.broken, tree.broken_line) == ("no element found", 2)


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "boo">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<!DOCTYPE a><a/>",
    ],
)
def test_a_document_type_is_refused_with_all_its_entities(content: bytes) -> None:
    with pytest.raises(NoMessageError, match="a document type"):
        read_xml(content)


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoMessageError, match="elements more than 40 deep"):
        read_xml(b"<a>" * 41)
    monkeypatch.setattr(xml_reading, "XML_ELEMENTS_MAX", 3)
    with pytest.raises(NoMessageError, match="more than 3 elements"):
        read_xml(b"<a><b/><b/><b/></a>")
    assert len(read_xml(b"<a>" + b"x" * 9_999 + b"</a>").root.text) == xml_reading.TEXT_MAX


@given(st.binary(max_size=200) | st.text(alphabet="<>/&;!?-[] a\"'=", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    with suppress(NoMessageError):
        assert read_xml(content).root.name is not None
