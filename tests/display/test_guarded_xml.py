"""XML of strangers: a document type is refused wherever it stands, and an encoding that nobody knows is said."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.display.guarded_xml import (
    PROLOG_BYTES,
    DocumentTypeError,
    TextEncodingError,
    guarded_parser,
    parse_guarded,
    refuse_document_type,
)

DECLARED = '<!DOCTYPE a [<!ENTITY b "boo">]>'


@pytest.mark.parametrize(
    "content",
    [
        f"{DECLARED}<a>&b;</a>".encode(),
        f"<!-- {'x' * 3 * PROLOG_BYTES} -->\n{DECLARED}<a/>".encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{DECLARED}<a/>'.encode("utf-16"),
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
    ],
)
def test_a_document_type_is_refused_in_any_dress(content: bytes) -> None:
    with pytest.raises(DocumentTypeError):
        parse_guarded(guarded_parser(), content)
    with pytest.raises(DocumentTypeError):
        refuse_document_type(io.BytesIO(content).read)


@pytest.mark.parametrize("encoding", ["bogus", "gb18030", "UTF-7", "idna", "hex", "\N{SNOWMAN}", "x" * 100, "undefined"])
def test_an_encoding_that_cannot_be_read_is_said_or_broken_xml(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
    try:
        fault: Exception | None = parse_guarded(guarded_parser(), content)
    except TextEncodingError as unknown:
        fault = unknown
    assert fault is not None
    assert str(fault)


def test_only_the_beginning_is_read_and_what_is_broken_is_left_to_the_reader() -> None:
    long = io.BytesIO(b"<a>" + b"<b/>" * PROLOG_BYTES)
    refuse_document_type(long.read)
    assert long.tell() == PROLOG_BYTES
    refuse_document_type(io.BytesIO(b"no XML").read)
    refuse_document_type(io.BytesIO(b"").read)


@given(st.binary(max_size=200) | st.text(alphabet="<>/&;!?-[] a\"'=", max_size=80).map(str.encode))
def test_any_bytes_end_well(content: bytes) -> None:
    try:
        refuse_document_type(io.BytesIO(content).read)
        parse_guarded(guarded_parser(), content)
    except (DocumentTypeError, TextEncodingError):
        return
