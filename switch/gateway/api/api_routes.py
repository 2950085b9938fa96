"""The addresses of the XML API, one beside the page of each acquirer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from switch.gateway.api.api_desk import ApiDesk
from switch.gateway.payments.faults import tell_fault_of_page
from switch.gateway.protocol.xml_api import API_BYTES_MAX, ApiResponse
from switch.specs.gateway.gateway_profile import AcquirerIdentity, GatewayProfile

_FAULT = ApiResponse(
    order_id="",
    answer="Error",
    code="99",
    message="the payment page has a fault; its terminal says where. Nothing is charged twice: ask for the order.",
)
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
        try:
            found, status = await desk.answer(acquirer, bytes(body), ip), 200
        except Exception as fault:  # the last resort: nobody is shown what was sent
            tell_fault_of_page(fault)
            found, status = _FAULT, 500
        return Response(found.to_xml(), status, media_type="text/xml; charset=UTF-8", headers=_HEADERS)

    return answer
