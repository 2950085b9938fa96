"""The addresses of the XML API, one beside the page of each acquirer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from switch.gateway.api.api_desk import ApiDesk
from switch.gateway.protocol.xml_api import API_BYTES_MAX
from switch.specs.gateway.gateway_profile import AcquirerIdentity, GatewayProfile

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def api_routes(profile: GatewayProfile, desk: ApiDesk) -> Iterator[Route]:
    """A route for each address."""
    seen: set[str] = set()
    for acquirer in profile.acquirers.values():
        if acquirer.api_path not in seen:
            seen.add(acquirer.api_path)
            yield Route(acquirer.api_path, _answering(acquirer, desk), methods=["POST"])


def _answering(acquirer: AcquirerIdentity, desk: ApiDesk) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = bytearray()
        try:
            async with aclosing(request.stream()) as parts:
                async for part in parts:
                    body += part
                    if len(body) > 3 * API_BYTES_MAX:  # a form escapes what it holds
                        break
        except ClientDisconnect:
            return Response(status_code=400)
        ip = request.client.host if request.client is not None else ""
        found = await desk.answer(acquirer, bytes(body), ip)
        return Response(found.to_xml(), media_type="text/xml; charset=UTF-8", headers=_HEADERS)

    return answer
