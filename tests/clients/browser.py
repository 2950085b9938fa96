"""What a browser without scripts does with the pages of a payment: cookies, redirects, forms with their hidden fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

SECONDS_MAX = 60.0


@dataclass
class Form:
    """A form of a page: where it goes, what it sends untouched, and every control that a person could fill in."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    controls: set[str] = field(default_factory=set)
    offered: list[tuple[str, str]] = field(default_factory=list)  #: boxes, ticked or not, and those that cannot be changed


class _Reader(HTMLParser):
    """Forms, the heading and sentences of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, list[str]] = {}
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get").upper()))
        elif tag in {"input", "select", "button"} and self.forms and told.get("name"):
            self._control(tag, told)
        if tag in {"h1", "p", "li"}:
            self._inside.append(f"{tag}.{told['class']}" if "class" in told else tag)
            self.texts.setdefault(self._inside[-1], []).append("")

    def _control(self, tag: str, told: dict[str, str]) -> None:
        form = self.forms[-1]
        form.controls.add(told["name"])
        kind = told.get("type", "text")
        if kind == "checkbox":
            form.offered.append((told["name"], told.get("value", "")))
        ticked = kind not in {"checkbox", "radio", "submit"} or "checked" in told
        if tag == "input" and ticked and "disabled" not in told:
            form.values.append((told["name"], told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1].split(".")[0] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside[-1]][-1] += data


@dataclass
class Page:
    """A page where the browser has arrived."""

    url: str
    status: int
    text: str
    forms: list[Form]
    texts: dict[str, list[str]]

    @property
    def heading(self) -> str:
        return " ".join(
            " ".join(text for name, texts in self.texts.items() if name.split(".")[0] == "h1" for text in texts).split()
        )

    def form_with(self, control: str) -> Form:
        """The form that has a control of this name."""
        return next(form for form in self.forms if control in form.controls)

    def has(self, control: str) -> bool:
        return any(control in form.controls for form in self.forms)


class Browser:
    """One shopper with a cookie jar."""

    def __init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Page:
        return self._open(Request(url))

    def post(self, url: str, fields: list[tuple[str, str]] | dict[str, str]) -> Page:
        return self._open(Request(url, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}))

    def submit(self, page: Page, form: Form, **filled: str | None) -> Page:
        """Send a form as it is, but for what the shopper typed; None leaves a control out."""
        target = urljoin(page.url, form.action)
        values = [each for each in form.values if each[0] not in filled]
        values += [(name, value) for name, value in filled.items() if value is not None]
        return self.post(target, values) if form.method == "POST" else self.get(f"{target}?{urlencode(values)}")

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=SECONDS_MAX) as answer:
                return _page(answer)
        except HTTPError as refused:
            with refused:
                return _page(refused)


def _page(answer: HTTPResponse | IO[bytes] | HTTPError) -> Page:
    assert isinstance(answer, HTTPResponse | HTTPError)
    text = answer.read().decode("utf-8", "replace")
    reader = _Reader()
    reader.feed(text)
    return Page(answer.url or "", answer.status or 0, text, reader.forms, reader.texts)
