"""The OpenAPI document as a page for people: one file, nothing fetched from anywhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

from switch.control.request_schema import COMPONENTS

#: The page has one style and no script.
PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f5f7;padding:.75rem;overflow:auto;border-radius:4px}
summary{cursor:pointer;padding:.35rem 0}.m{display:inline-block;min-width:4.5rem;font-weight:600}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
h2{margin-top:2rem;border-bottom:1px solid #d5d9de}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#14171a}pre{background:#20252a}h2{border-color:#3a4148}}
"""


def page(document: dict[str, Any]) -> str:
    """The page of a document: operations by subject, and the shapes behind them."""
    info = document["info"]
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    parts = [f"<h2>{escape(tag)}</h2>{''.join(found)}" for tag, found in by_tag.items()]
    shapes = "".join(_shape(name, shape) for name, shape in document["components"]["schemas"].items())
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        f'<p>{escape(info["description"])}</p><p>The same for programs: <a href="openapi.json">openapi.json</a></p>'
        f"{''.join(parts)}<h2>Shapes</h2>{shapes}</body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = [(each["name"], each["in"], each["schema"]["description"]) for each in operation["parameters"]]
    parameters = "".join(
        f"<tr><td><code>{escape(n)}</code></td><td>{escape(w)}</td><td>{escape(d)}</td></tr>" for n, w, d in rows
    )
    table = f"<table>{parameters}</table>" if rows else ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    asked = f"<p>Body: {_link(body)}</p>" if body else ""
    answers = [(status, said) for status, said in operation["responses"].items()]
    given = "".join(f"<li>{escape(status)} {escape(said['description'])} {_content(said)}</li>" for status, said in answers)
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><span class="m">{escape(method.upper())}</span>'
        f"<code>{escape(path)}</code> {escape(operation['summary'])}</summary>{table}{asked}<ul>{given}</ul></details>"
    )


def _content(said: dict[str, Any]) -> str:
    return " ".join(_link(each["schema"]) for each in said["content"].values())


def _link(schema: dict[str, Any]) -> str:
    name = escape(schema.get("$ref", "").removeprefix(COMPONENTS))
    return f'<a href="#shape-{name}">{name}</a>' if name else ""


def _shape(name: str, shape: dict[str, Any]) -> str:
    shown = escape(json.dumps(shape, indent=2, ensure_ascii=False))
    return f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code></summary><pre>{shown}</pre></details>'
