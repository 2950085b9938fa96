"""Forms, read without losing a byte."""

from __future__ import annotations

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.posted import FIELDS_MAX, Posted


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=10))
def test_a_form_is_read_as_it_was_posted(fields: list[tuple[str, str]]) -> None:
    assert Posted.from_form(urlencode(fields, errors="surrogatepass").encode(), "utf-8").fields == tuple(fields) or any(
        "\ud800" <= letter <= "\udfff" for pair in fields for text in pair for letter in text
    )


@given(st.binary(max_size=60))
def test_any_bytes_are_read(body: bytes) -> None:
    assert len(Posted.from_form(body).fields) <= body.count(b"&") + 1


def test_a_form_of_more_than_anybody_posts_is_told_from_others() -> None:
    most = Posted(tuple((f"{number:064d}", "") for number in range(FIELDS_MAX)))
    assert most.excess() == ""
    assert Posted((*most.fields, ("a", ""))).excess() == "body: found 201 fields, expected at most 200"
    assert Posted((("a" * 65, ""),)).excess() == "body: found a field name of 65 characters, expected at most 64"


def test_what_is_no_text_in_the_charset_is_kept() -> None:
    (field,) = Posted.from_form(b"name=Zo%E9").fields
    assert field[1].encode("utf-8", "surrogateescape") == b"Zo\xe9"


def test_names_are_found_in_any_case_and_the_first_of_two_counts() -> None:
    posted = Posted((("HASH", "1"), ("hash", "2"), ("Oid", "3")))
    assert (posted["Hash"], "OID" in posted, posted["none"], [*posted.twice()]) == ("1", True, "", ["hash"])
