"""Pages: templates, texts in three languages, our own marks, and the headers that keep a page to itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from switch.gateway.front.page_frame import LANGUAGE_NAMES
from switch.gateway.protocol.payment_request import PageLanguage

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}

#: Marks of our own, of no scheme: a shape and a colour for each brand, with its name beside it for whoever cannot see it.
_BRAND_SHAPES: Final = {
    "cmi": '<rect width="52" height="32" rx="5" fill="#7a1f2b"/><path d="M8 24 26 8l18 16z" fill="#f2c14e"/>',
    "visa": '<rect width="52" height="32" rx="5" fill="#1c3f7a"/><path d="M8 8h8l5 12 5-12h8l-9 16h-8z" fill="#fff"/>',
    "mastercard": '<rect width="52" height="32" rx="5" fill="#2c2c2c"/>'
    '<path d="M6 24V8h4l5 8 5-8h4v16h-4v-9l-5 7-5-7v9z" fill="#f08a24"/>',
    "amex": '<rect width="52" height="32" rx="5" fill="#0f6e66"/><path d="M8 24 17 8h4l9 16h-5l-6-11-6 11z" fill="#fff"/>',
}
_ACQUIRER_SHAPE: Final = (
    '<rect x="2" y="2" width="28" height="28" rx="6" fill="#7a1f2b"/><path d="M8 20h16M8 15h16M8 10h10" '
    'stroke="#fff" stroke-width="3"/>'
)
_GATEWAY_SHAPE: Final = (
    '<circle cx="16" cy="16" r="14" fill="#0b5c8a"/><path d="M7 19c5-9 13 3 18-6M7 13h6m6 6h6" '
    'stroke="#fff" stroke-width="3" fill="none"/>'
)


@cache
def texts(language: PageLanguage) -> Mapping[str, str]:
    """All that a page says in a language, by key."""
    content = resources.files(__package__).joinpath("texts", f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(content)
    return found


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """Our own files, by name, with their types: they are read once."""
    folder = resources.files(__package__).joinpath("static")
    return {file.name: (file.read_bytes(), _TYPES[file.name.rpartition(".")[2]]) for file in folder.iterdir()}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("switch.gateway.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        brand_mark=brand_mark,
        acquirer_mark=acquirer_mark,
        gateway_mark=gateway_mark,
        languages=LANGUAGE_NAMES,
        options=options,
    )
    return environment


def page(template: str, **values: Any) -> bytes:
    """A page as bytes."""
    text = _environment().get_template(template).render(**values)
    return text.encode("utf-8", "replace")


@lru_cache(maxsize=64)
def options(values: tuple[str, ...], chosen: str) -> Markup:
    """What may be chosen from a list, and what is. The lists are long and always the same."""
    return Markup("").join(Markup("<option{}>{}</option>").format(" selected" * (each == chosen), each) for each in values)


@cache
def brand_mark(brand: str, name: str) -> Markup:
    """The mark of a brand, with its name beside it."""
    shape = Markup(_BRAND_SHAPES[brand])  # noqa: S704  # our own
    drawn = Markup('<svg class="badge" viewBox="0 0 52 32" aria-hidden="true">{}</svg> <span class="name">{}</span>')
    return drawn.format(shape, escape(name))


@cache
def acquirer_mark(name: str) -> Markup:
    """The mark of the acquirer."""
    shape = Markup(_ACQUIRER_SHAPE)  # noqa: S704  # our own
    return Markup('<svg viewBox="0 0 32 32" aria-hidden="true">{}</svg><span>{}</span>').format(shape, escape(name))


@cache
def gateway_mark(name: str) -> Markup:
    """The mark of this platform."""
    shape = Markup(_GATEWAY_SHAPE)  # noqa: S704  # our own
    return Markup('<svg viewBox="0 0 32 32" aria-hidden="true">{}</svg><span>{}</span>').format(shape, escape(name))


def time_shown(at: datetime) -> str:
    """The time of a day, as a page says how long it is good."""
    return f"{at:%H:%M}"
