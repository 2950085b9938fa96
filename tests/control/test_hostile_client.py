"""A hostile client of the control API, while a gateway goes on selling: it costs the switch nothing, and the API goes on."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import quantiles

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.control.limits import API_CONNECTIONS_MAX, BODY_BYTES_MAX, EVENT_READERS_MAX
from switch.errors import UnreachableError
from switch.machine.private import write_text
from switch.testing.client import SwitchClient
from tests.control.api_caller import Caller
from tests.support.processes import ends
from tests.support.sold import Seller
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long  # beside a whole centre

TOKEN = "a-token-of-a-test-0123456789"
SALES = 300
SLOWEST_MS = 250.0  #: that a sale may take beside a hostile client on a busy machine; alone it takes one or two


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("hostile")
    write_text(folder / "token", TOKEN)
    options = [*small_specs(folder), "--trace", "--api", "--api-token-file", str(folder / "token")]
    with running_centre(folder / "var", options) as running:
        yield running
        assert running.stop() == 0
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


@pytest.fixture
def owner(centre: CentreProcess) -> SwitchClient:
    return SwitchClient(centre.ready["api"]["url"], TOKEN)


def raw(centre: CentreProcess, *pieces: bytes) -> socket.socket:
    """A connection to the API on which something was said."""
    host, _, port = Caller(centre.ready["api"]["url"]).host.partition(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    for piece in pieces:
        connection.sendall(piece)
    return connection


SHOWN = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
HEAD = b"POST /__admin/rules HTTP/1.1\r\nContent-Type: application/json\r\n" + SHOWN
UPGRADE = (
    b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def sales(centre: CentreProcess) -> list[float]:
    """How long sales take, in milliseconds; each is approved."""
    with Seller(centre.address("ascii")) as seller:
        return [seller.sale() for _ in range(SALES)]


def p99(milliseconds: list[float]) -> float:
    return quantiles(milliseconds, n=100)[98]


def test_sales_go_on_beside_everything_a_client_can_think_of(centre: CentreProcess, owner: SwitchClient) -> None:
    quiet = p99(sales(centre))
    with ExitStack() as connections:
        for _ in range(20):  # bodies that never end
            connections.enter_context(raw(centre, HEAD, b"Content-Length: 1000\r\n\r\n{"))
        for _ in range(20):  # heads that never end
            connections.enter_context(raw(centre, b"GET /__admin/rules HTTP/1.1\r\nHost: local"))
        for _ in range(EVENT_READERS_MAX):  # readers of events that do not read
            connections.enter_context(raw(centre, b"GET /__admin/events HTTP/1.1\r\n", SHOWN, b"\r\n"))
        beside = p99(sales(centre))
        for _ in range(1_000):  # connections that say nothing
            connections.enter_context(raw(centre))
        crowded = p99(sales(centre))
    assert until_served(owner) == []
    for number in range(200):  # tokens that are guessed
        assert Caller(centre.ready["api"]["url"], Authorization=f"Bearer {number:016d}")("POST", "/reset").status == 401
    guessed = p99(sales(centre))

    assert max(beside, crowded, guessed) < max(2 * quiet, SLOWEST_MS), (quiet, beside, crowded, guessed)
    assert until_served(owner) == []


def until_served(owner: SwitchClient) -> list[object]:
    """The rules, once the API has let go of the connections that are closed."""
    end = time.monotonic() + 30
    while True:
        try:
            return list(owner.rules())
        except UnreachableError:
            assert time.monotonic() < end


def test_a_body_that_is_too_large_is_refused_before_it_has_come(centre: CentreProcess, owner: SwitchClient) -> None:
    with raw(centre, HEAD, f"Content-Length: {BODY_BYTES_MAX + 1}\r\n\r\n".encode()) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with raw(centre, HEAD, b"Transfer-Encoding: chunked\r\n\r\n") as connection:
        said = 0
        try:
            while said <= BODY_BYTES_MAX:
                connection.sendall(piece)
                said += 0x10000
            assert connection.recv(100).startswith(b"HTTP/1.1 413")
        except ConnectionError:
            pass  # it was closed before all of it had been sent
    assert owner.rules() == []


def test_connections_that_ask_for_nothing_make_room_for_one_that_asks(centre: CentreProcess, owner: SwitchClient) -> None:
    with ExitStack() as connections:
        idle = [connections.enter_context(raw(centre)) for _ in range(API_CONNECTIONS_MAX)]
        assert owner.rules() == []
        assert idle[0].recv(1) == b"", "the one that waited longest has gone"
    assert until_served(owner) == []


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 100,
        b"GET /__admin/rules\r\n\r\n",
        b"GET /__admin/rules HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /__admin/rules HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET /__admin/events HTTP/1.1\r\n" + UPGRADE,
        bytes(range(256)) * 100,
    ],
)
def test_bytes_that_are_no_request_cost_their_connection_alone(centre: CentreProcess, owner: SwitchClient, said: bytes) -> None:
    with raw(centre) as connection:
        with suppress(OSError):  # it may be closed before all of it has been sent
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while connection.recv(65_536):
                pass
    assert owner.rules() == []


def test_an_api_that_is_killed_is_served_again_where_it_was(centre: CentreProcess, owner: SwitchClient) -> None:
    owner.add_rules("amount=99 -> 91")
    os.kill(centre.ready["api"]["pid"], signal.SIGKILL)
    assert len(until_served(owner)) == 1, "rules are the centre's"
    owner.remove_rules()


def test_the_process_of_the_api_ends_with_its_centre(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var", [*small_specs(tmp_path), "--api"]) as running:
        pid = running.ready["api"]["pid"]
        running.kill()
        assert ends(pid)
