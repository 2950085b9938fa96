"""Values held against a JSON Schema, as far as the documents of this API use one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from switch.control.desks.problem import WrongField

ApiSchema = Mapping[str, Any]
COMPONENTS: Final = "#/components/schemas/"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "object": (dict,), "array": (list,),
}  # fmt: skip
_WORDS: Final = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "object": "an object",
    "array": "a list",
}  # fmt: skip
VALUE_SHOWN_MAX: Final = 100  #: characters of a value in a sentence


def mistakes(value: object, schema: ApiSchema, components: Mapping[str, ApiSchema], field: str = "") -> Iterator[WrongField]:
    """Everything of a value that is not as its schema says."""
    if "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(COMPONENTS)]
    if "anyOf" in schema:
        yield from _any_of(value, schema["anyOf"], components, field)
        return
    kind = schema.get("type")
    if kind is not None and not _is_a(value, kind):
        yield WrongField(field, f"found {_found(value)}, expected {_WORDS[kind]}")
    elif isinstance(value, str):
        yield from _of_text(value, schema, field)
    elif isinstance(value, list):
        yield from _of_list(value, schema, components, field)
    elif isinstance(value, dict):
        yield from _of_object(value, schema, components, field)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high:
            yield WrongField(field, f"found {_found(value)}, expected {low} to {high}")


def _any_of(value: object, choices: list[ApiSchema], components: Mapping[str, ApiSchema], field: str) -> Iterator[WrongField]:
    """None where one of the choices fits; else what is wrong with the one of its type, which is the one that was meant."""
    found = [list(mistakes(value, each, components, field)) for each in choices]
    if all(found):
        meant = [each for each, choice in zip(found, choices, strict=True) if _is_a(value, _type_of(choice, components))]
        if meant:
            yield from meant[0]
        else:
            words = " or ".join(_WORDS[_type_of(each, components)] for each in choices)
            yield WrongField(field, f"found {_found(value)}, expected {words}")


def _type_of(schema: ApiSchema, components: Mapping[str, ApiSchema]) -> str:
    of = components[schema["$ref"].removeprefix(COMPONENTS)] if "$ref" in schema else schema
    return str(of["type"])


def _is_a(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and kind == "integer":
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _of_text(value: str, schema: ApiSchema, field: str) -> Iterator[WrongField]:
    expected = schema.get("x-expected") or schema.get("description", "another text")
    if "enum" in schema and value not in schema["enum"]:
        near = get_close_matches(value[:80], schema["enum"], n=1)
        hint = f"{near[0]} (the nearest), or " if near else ""
        yield WrongField(field, f"found {_found(value)}, expected {hint}one of {', '.join(schema['enum'])}")
    elif "pattern" in schema and not _fits(schema["pattern"], value):
        yield WrongField(field, f"found {_found(value)}, expected {expected}")
    elif not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        low, high = schema.get("minLength", 0), schema.get("maxLength", "any number of")
        yield WrongField(field, f"found {len(value)} characters, expected {low} to {high}")


def _fits(pattern: str, value: str) -> bool:
    """Whether a value has a pattern in it. Its ``$`` is the end as in JSON Schema, not the place before a last line feed."""
    whole = f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern
    return re.search(whole, value, re.ASCII) is not None


def _of_list(value: list[Any], schema: ApiSchema, components: Mapping[str, ApiSchema], field: str) -> Iterator[WrongField]:
    low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not low <= len(value) <= high:
        yield WrongField(field, f"found {len(value)} values, expected {low} to {high}")
        return
    for place, each in enumerate(value):
        yield from mistakes(each, schema.get("items", {}), components, f"{field}[{place}]")


def _of_object(
    value: dict[str, Any], schema: ApiSchema, components: Mapping[str, ApiSchema], field: str
) -> Iterator[WrongField]:
    known: Mapping[str, ApiSchema] = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            yield WrongField(_below(field, key), f"found nothing, expected {known[key].get('description', 'a value')}")
    for key, each in value.items():
        if key in known:
            yield from mistakes(each, known[key], components, _below(field, key))
        elif schema.get("additionalProperties", True) is False:
            near = get_close_matches(key[:80], list(known), n=1)
            hint = f"{near[0]} (the nearest), or " if near else ""
            yield WrongField(_below(field, key), f"found a key nobody reads, expected {hint}one of {', '.join(known)}")
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from mistakes(each, schema["additionalProperties"], components, _below(field, key))


def _below(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def _found(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= VALUE_SHOWN_MAX else f"{shown[:VALUE_SHOWN_MAX]}…"
