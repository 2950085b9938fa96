"""The table of routes, the document that is made of it, and its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from switch.control.application import found_route
from switch.control.desks.problem import ProblemError
from switch.control.openapi import document
from switch.control.reference_page import page
from switch.control.route_table import ROUTES

DOCUMENT = document("1.2.3")


def test_every_route_has_a_name_of_its_own_and_a_place_in_the_document() -> None:
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    operations = {each["operationId"] for of_path in DOCUMENT["paths"].values() for each in of_path.values()}
    assert operations == {"followEvents", *(route.operation for route in ROUTES)}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "$ref" else references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_document_names_no_shape_that_is_not_in_it() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    named = set(references(DOCUMENT))
    assert named <= {f"#/components/schemas/{name}" for name in shapes}
    assert {f"#/components/schemas/{name}" for name in shapes} - named == set(), "a shape that nothing has"
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_every_answer_is_described(route: Any) -> None:
    path = re.sub(r"\{(\w+)\}", lambda found: {"id": "7", "name": "x", "date": "2026-11-22"}[found[1]], f"/__admin{route.path}")
    assert found_route(route.method, path)[0] is route
    with pytest.raises(ProblemError) as refused:
        found_route("PATCH", path)
    assert refused.value.status == 405
    assert route.method in refused.value.headers["Allow"]
    statuses = DOCUMENT["paths"][f"/__admin{route.path}"][route.method.lower()]["responses"]
    assert {"400", "401", "403", "422", "503", str(route.status)} <= statuses.keys()


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    text = page(DOCUMENT)

    assert not re.search(r"<script|<link|<img|@import|url\(|\bsrc=|https?://(?!127\.0\.0\.1)", text)
    assert all(route.operation in text and f"/__admin{route.path}" in text for route in ROUTES)
