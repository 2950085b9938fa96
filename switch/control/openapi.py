"""The OpenAPI document (3.1), made of the table of routes and of the shapes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from switch.control.api_route import ADMIN_PATH, PATH_SHAPES, ApiRoute
from switch.control.route_table import ROUTES
from switch.control.shapes import SHAPES, ref

#: What every route may answer besides its own. 400 is a request that is not as this document says; 422 one that is, but
#: whose words mean nothing: a rule that names no element, an amount that is none.
PROBLEMS_OF_ALL: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
PROBLEMS_OF_BODIES: Final = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
OPEN: Final = frozenset({"/health"})  #: paths that need no token
PROBLEM_TYPE: Final = "application/problem+json"
_EVENTS: Final = {
    "operationId": "followEvents",
    "tags": ["Messages"],
    "summary": "Follow the messages as server-sent events, each as in `Message`, until you hang up.",
}
_A_STREAM: Final = {"description": "A stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}


@cache
def document(version: str) -> dict[str, Any]:
    """The whole document. ``version`` is that of Switch."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(ADMIN_PATH + route.path, {})[route.method.lower()] = _operation(route)
    paths[f"{ADMIN_PATH}/events"] = {
        "get": {
            **_EVENTS,
            "parameters": [_query("scope", ROUTES[0].query["scope"])],
            "responses": {"200": _A_STREAM, **_problems((*PROBLEMS_OF_ALL, 404, 409))},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Switch control API",
            "version": version,
            "description": "Change and watch a running Switch: rules, messages, expectations, cards, the business day. "
            "An error is a problem (RFC 9457), and changes nothing.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {"schemas": SHAPES, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: ApiRoute) -> dict[str, Any]:
    places = [{"name": name, "in": "path", "required": True, "schema": PATH_SHAPES[name]} for name in route.places]
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": [*places, *(_query(name, shape) for name, shape in route.query.items())],
    }
    problems = [*PROBLEMS_OF_ALL, *route.problems]
    if route.body is not None:
        content = {"application/json": {"schema": ref(route.body)}}
        operation["requestBody"] = {"required": route.body_needed, "content": content}
        problems += PROBLEMS_OF_BODIES
    answer = {"description": "Done.", "content": {"application/json": {"schema": ref(route.answer)}}}
    operation["responses"] = {str(route.status): answer, **_problems(problems)}
    return operation


def _query(name: str, shape: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": shape, "description": shape["description"]}


def _problems(statuses: Iterable[int]) -> dict[str, Any]:
    content = {PROBLEM_TYPE: {"schema": ref("Problem")}}
    return {str(int(status)): {"description": HTTPStatus(status).phrase, "content": content} for status in sorted(statuses)}
