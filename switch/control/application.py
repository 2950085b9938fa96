"""The API as an ASGI application: requests found in the table, let in, read, checked, done in a thread, and answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

import trio
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from switch.control.access import Gate
from switch.control.api_route import ADMIN_PATH, PATH_SHAPES, ApiRoute
from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import ProblemError, WrongField, tell_fault_of_api, wrong_fields
from switch.control.limits import (
    BODY_BYTES_MAX,
    BODY_SECONDS_MAX,
    EVENT_SECONDS_MAX,
    HEARTBEAT_SECONDS,
    TAKEN_SECONDS_MAX,
    WorkPlaces,
)
from switch.control.live_events import LiveEvents, sent_events
from switch.control.openapi import OPEN, PROBLEM_TYPE, document
from switch.control.reference_page import PAGE_POLICY, page
from switch.control.request_schema import ApiSchema, mistakes
from switch.control.route_table import ROUTES
from switch.control.shapes import SHAPES, ref
from switch.errors import SwitchError

JSON: Final = "application/json"
DOCUMENT, PAGE, EVENTS = f"{ADMIN_PATH}/openapi.json", f"{ADMIN_PATH}/docs", f"{ADMIN_PATH}/events"
ROOTS: Final = (ADMIN_PATH, f"{ADMIN_PATH}/", "/")  #: what somebody types into a browser, who is led to the page
_GET: Final = ("GET", "HEAD")
_NO_STORE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ControlApi:
    """The application. ``version`` is that of Switch."""

    def __init__(self, desk: Desk, gate: Gate, events: LiveEvents, version: str) -> None:
        self._desk, self._gate, self._events, self._version = desk, gate, events, version
        self._places = WorkPlaces()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            if scope["path"] == EVENTS and request.method in _GET:
                await self._follow(request, send)
                return
            response = await self._answer(request)
        except ProblemError as problem:
            response = problem_response(problem)
        except ClientDisconnect:
            return
        except Exception as fault:
            response = _own_fault(fault)
        with trio.move_on_after(TAKEN_SECONDS_MAX):
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        self._gate.refuse(
            request.scope["headers"], is_open=path.removeprefix(ADMIN_PATH) in OPEN or path in (DOCUMENT, PAGE, *ROOTS)
        )
        if path in ROOTS and request.method in _GET:
            return RedirectResponse(PAGE, headers=_NO_STORE)
        if path in (DOCUMENT, PAGE, EVENTS):
            if request.method not in _GET:
                raise _not_allowed(path, request.method, _GET)
            about = document(self._version)
            if path == PAGE:
                return HTMLResponse(page(about), headers={**_NO_STORE, "Content-Security-Policy": PAGE_POLICY})
            return _json_response(about, HTTPStatus.OK)
        route, places = found_route(request.method, path)
        query = checked_query(route, request.query_params)
        body = await _body_of(request, route)
        work = self._places.of(route.work)
        gone = _Gone()
        call = Call(path=places, query=query, body=body, gone=lambda: gone.is_so)
        async with trio.open_nursery() as nursery:
            if route.work == "wait":
                nursery.start_soon(_watch, request, gone)
            answer = await trio.to_thread.run_sync(partial(self._done, route, call), limiter=work)
            nursery.cancel_scope.cancel()
        if isinstance(answer, Exception):
            raise answer
        return _json_response(answer, route.status)

    def _done(self, route: ApiRoute, call: Call) -> dict[str, Any] | Exception:
        """In a thread: what a route does, or what is wrong. What Switch refuses besides is a conflict with what there is."""
        try:
            return route.handler(self._desk, call)
        except ProblemError as problem:
            return problem
        except SwitchError as error:
            return ProblemError(HTTPStatus.CONFLICT, str(error))
        except RecursionError:
            return ProblemError(HTTPStatus.BAD_REQUEST, "body: found values in too many levels, expected fewer")
        except Exception as fault:  # raised where no nursery makes a group of it
            return fault

    async def _follow(self, request: Request, send: Send) -> None:
        """Send messages as they come, until the reader hangs up, or does not take them."""
        self._gate.refuse(request.scope["headers"], is_open=False)
        query = checked_values({"scope": SCOPE_SHAPE}, request.query_params)
        scope = await self._events.scope(query.get("scope", ""))
        with self._places.reader(), self._events.reading(scope) as reader:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_cancel_when_gone, request, nursery.cancel_scope)
                headers = Headers({"content-type": "text/event-stream; charset=utf-8", **_NO_STORE}).raw
                await _sent_in_time(send, {"type": "http.response.start", "status": 200, "headers": headers}, nursery)
                await _sent_in_time(send, _piece(b": messages follow\n\n"), nursery)
                if request.method == "HEAD":
                    nursery.cancel_scope.cancel()
                while not reader.ended:
                    with trio.move_on_after(HEARTBEAT_SECONDS) as quiet:
                        await reader.wait()
                    pieces = b": quiet\n\n" if quiet.cancelled_caught else b"".join(sent_events(reader))
                    if pieces:
                        await _sent_in_time(send, _piece(pieces), nursery)
                nursery.cancel_scope.cancel()


SCOPE_SHAPE: Final[ApiSchema] = ROUTES[0].query["scope"]


class _Gone:
    """Whether a client waits no longer."""

    is_so = False


async def _watch(request: Request, gone: _Gone) -> None:
    """Note that a client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.is_so = True


async def _cancel_when_gone(request: Request, scope: trio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _piece(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _sent_in_time(send: Send, message: dict[str, Any], nursery: trio.Nursery) -> None:
    """Send; a reader that does not take it in time is let go."""
    with trio.move_on_after(EVENT_SECONDS_MAX) as patience:
        await send(message)
    if patience.cancelled_caught:
        nursery.cancel_scope.cancel()
        await trio.lowlevel.checkpoint()


def found_route(method: str, path: str) -> tuple[ApiRoute, dict[str, Any]]:
    """The route of a request with the values of its path; a problem where there is none."""
    matching = [(route, places) for route in ROUTES if (places := route.matches(path)) is not None]
    if not matching:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"path: found {path[:200]!r}, expected a path of {ADMIN_PATH}/openapi.json")
    literal = [each for each in matching if not each[0].places] or matching
    wanted = [each for each in literal if each[0].method == ("GET" if method == "HEAD" else method)]
    if not wanted:
        raise _not_allowed(path, method, sorted({route.method for route, _ in literal}))
    route, given = wanted[0]
    places = {name: _typed(unquote(value), PATH_SHAPES[name]) for name, value in given.items()}
    wrong = [found for name, value in places.items() for found in mistakes(value, PATH_SHAPES[name], SHAPES, name)]
    if wrong:
        raise wrong_fields(wrong, HTTPStatus.BAD_REQUEST)
    return route, places


def _not_allowed(path: str, method: str, allowed: Any) -> ProblemError:
    sentence = f"method: found {method[:20]} {path[:200]}, expected {' or '.join(allowed)}"
    return ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, sentence, headers={"Allow": ", ".join(allowed)})


def checked_query(route: ApiRoute, given: QueryParams) -> dict[str, Any]:
    """The values of a query; a problem that names all that are wrong."""
    return checked_values(route.query, given)


def checked_values(shapes: Any, given: QueryParams) -> dict[str, Any]:
    values, wrong = dict[str, Any](), list[WrongField]()
    for name, text in given.multi_items():
        if name not in shapes:
            known = f"one of {', '.join(shapes)}" if shapes else "none"
            wrong.append(WrongField(name[:80], f"found a parameter nobody reads, expected {known}"))
        elif name in values:
            wrong.append(WrongField(name, "found twice, expected once"))
        else:
            values[name] = _typed(text, shapes[name])
            wrong += mistakes(values[name], shapes[name], SHAPES, name)
    if wrong:
        raise wrong_fields(wrong, HTTPStatus.BAD_REQUEST)
    return values


def _typed(text: str, shape: ApiSchema) -> Any:
    """The value that a text of a path or a query stands for; itself where it is none of the type."""
    kind = shape["type"]
    try:
        if kind == "integer" and text.lstrip("-").isdecimal() and text.isascii():
            return int(text[:30])
        if kind == "number" and text.replace(".", "", 1).isdecimal() and text.isascii():
            return float(text[:30])
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


async def _body_of(request: Request, route: ApiRoute) -> Any:
    """The body of a request, checked; a problem where it is none, too large or too slow."""
    raw = await _bytes_of(request)
    if route.body is None:
        if raw.strip():
            raise ProblemError(HTTPStatus.BAD_REQUEST, "body: found one, expected none here")
        return None
    if not raw.strip():
        if route.body_needed:
            raise ProblemError(HTTPStatus.BAD_REQUEST, "body: found nothing, expected a JSON object")
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: found {kind[:80]!r}, expected {JSON}")
    try:
        body = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"body: found no JSON ({str(error)[:100]}), expected an object") from None
    wrong = list(mistakes(body, ref(route.body), SHAPES))
    if wrong:
        raise wrong_fields(wrong, HTTPStatus.BAD_REQUEST)
    return body


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


async def _bytes_of(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    raw = bytearray()
    if announced.isdecimal() and int(announced[:20]) > BODY_BYTES_MAX:
        raise _too_large()
    with trio.move_on_after(BODY_SECONDS_MAX) as patience:
        async with aclosing(request.stream()) as pieces:
            async for piece in pieces:
                raw += piece
                if len(raw) > BODY_BYTES_MAX:
                    raise _too_large()
    if patience.cancelled_caught:
        sentence = f"body: found no end in {BODY_SECONDS_MAX:g} s, expected it sooner"
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, sentence, headers={"Connection": "close"})
    return bytes(raw)


def _too_large() -> ProblemError:
    sentence = f"body: found more than {BODY_BYTES_MAX} bytes, expected fewer"
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence, headers={"Connection": "close"})


def problem_response(problem: ProblemError) -> Response:
    """A problem as it is answered."""
    return _json_response(problem.as_json(), problem.status, PROBLEM_TYPE, problem.headers)


def _json_response(
    values: dict[str, Any], status: int, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """Values as they are answered; half of a surrogate pair, which is no character, is written out."""
    said = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
    return Response(said, status, headers={**_NO_STORE, **(headers or {})}, media_type=media_type)


def _own_fault(fault: Exception) -> Response:
    """A fault of ours: its place goes to standard error, and one sentence to the client."""
    tell_fault_of_api(fault)
    return problem_response(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "this was not foreseen; the terminal says where"))
