"""The form with which a shop sends its shopper to the payment page, read from the page that has it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from switch.errors import SwitchError
from switch.gateway.protocol.posted import Posted

_NEEDED: Final = ("oid", "clientid", "hash")  #: fields by which the form is told from others


class _Forms(HTMLParser):
    """The forms of a page, each with its named inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
        elif tag in ("input", "button") and given.get("name") and self.forms:
            self.forms[-1].append((given["name"], given.get("value", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def checkout_form(page: bytes, where: str) -> Posted:
    """The fields of the form. SwitchError where the page has none such.

    >>> checkout_form(b'<form><input name=oid value="A&amp;B"><input name=clientid><input name=HASH></form>', "").fields[0]
    ('oid', 'A&B')
    """
    reader = _Forms()
    reader.feed(page.decode("utf-8", "replace"))
    for fields in reader.forms:
        posted = Posted(tuple(fields))
        if all(name in posted for name in _NEEDED):
            return posted
    raise SwitchError(
        f"{where}: found no form with oid, clientid and HASH, expected the page that posts an order to the payment page",
        hint="name the address of the callback, and orders that wait there: --order OID=AMOUNT, three times",
    )
