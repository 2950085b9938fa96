"""The part of JSON Schema (draft 2020-12) that docs/reference/json uses: a validator, and a look at what a schema allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference" / "json"
KNOWN: Final = frozenset(
    {"$schema", "$defs", "$ref", "title", "description", "type", "enum", "anyOf"}
    | {"properties", "required", "additionalProperties", "items"}
    | {"patternProperties", "pattern", "minimum", "minItems"}  # of scenario files alone
)
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def schema_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def mistakes(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$") -> list[str]:
    """What of a value the schema does not allow, each with its place."""
    root = schema if root is None else root
    found: list[str] = []
    if "$ref" in schema:
        found += mistakes(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema:
        ways = [mistakes(value, way, root, at) for way in schema["anyOf"]]
        if all(ways):
            fewest: list[str] = min(ways, key=len)
            found += fewest
    if "type" in schema and not any(_is(value, name) for name in _names(schema["type"])):
        return [*found, f"{at}: found {value!r}, expected {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: found {value!r}, expected one of {schema['enum']}")
    found += _of_value(value, schema, at)
    if isinstance(value, dict):
        found += [f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        others = schema.get("additionalProperties", {})
        for key, item in value.items():
            patterns = schema.get("patternProperties", {})
            by_pattern = next((within for pattern, within in patterns.items() if re.search(pattern, key)), others)
            within = schema.get("properties", {}).get(key, by_pattern)
            found += [f"{at}: {key} is not known"] if within is False else mistakes(item, within, root, f"{at}.{key}")
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            found += mistakes(item, schema["items"], root, f"{at}[{place}]")
    return found


def _of_value(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    """What of a value by itself the schema does not allow: its form, its size."""
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at}: found {value!r}, expected {schema['pattern']}"]
    if isinstance(value, int) and value < schema.get("minimum", value):
        return [f"{at}: found {value}, expected {schema['minimum']} or more"]
    if isinstance(value, list) and len(value) < schema.get("minItems", 0):
        return [f"{at}: found {len(value)} items, expected {schema['minItems']} or more"]
    return []


def _names(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def schemas_within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every schema that stands in it."""
    yield schema
    inner = [*schema.get("$defs", {}).values(), *schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for each in inner:
        yield from schemas_within(each)
