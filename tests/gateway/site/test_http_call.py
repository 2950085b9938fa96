"""Addresses that are called: letters of any language in them, and what is no address at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio

from switch.errors import UnreachableError
from switch.gateway.site.http_call import ascii_url, call
from tests.support.payment_page import payment_page

LONG = "\u00e9" * 80  #: no label of a host is that long
ARABIC = "\u0645\u062a\u062c\u0631.example"


class _Everywhere(trio.abc.HostnameResolver):
    """Every name is this machine."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def getaddrinfo(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        self.asked.append(host.decode() if isinstance(host, bytes) else host)
        return [(trio.socket.AF_INET, trio.socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def getnameinfo(self, sockaddr: Any, flags: int) -> Any:
        raise AssertionError("nobody asks for that")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://boutique.caf\u00e9:8080/callback", "http://boutique.xn--caf-dma:8080/callback"),
        (f"https://{ARABIC}:8443/\u0645?a=\u00e9", "https://xn--pgbep1f.example:8443/%D9%85?a=%C3%A9"),
        ("http://127.0.0.1:80/\u00e9", "http://127.0.0.1:80/%C3%A9"),
        (f"http://{LONG}.example/", "http://" + "%C3%A9" * 80 + ".example/"),
    ],
)
def test_an_address_in_the_letters_of_a_header(url: str, expected: str) -> None:
    assert ascii_url(url) == expected


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/x", "http://[::1/", "http://a:b/", "http://\u2100.example:99999/"])
async def test_what_is_no_address_is_a_sentence(url: str) -> None:
    with pytest.raises(UnreachableError, match="expected an address such as"):
        await call("GET", url)


async def test_a_shop_with_an_arabic_host_and_a_port_is_called_back(tmp_path: Path) -> None:
    names = _Everywhere()
    async with payment_page(tmp_path / "gateway") as page:
        trio.socket.set_custom_hostname_resolver(names)
        end = await page.pay("HOST-1", callbackUrl=f"http://{ARABIC}:{page.shop.port}/callback")
        assert end.heading == "Payment approved"
        assert [each["oid"] for each in page.shop.heard] == ["HOST-1"]
        assert "xn--pgbep1f.example" in names.asked


async def test_a_shop_that_cannot_be_called_back_is_tried_again_later(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        assert (await page.pay("HOST-2", callbackUrl=f"http://{LONG}.example:8080/")).heading == "Payment approved"
        (callback,) = await page.store.do(lambda books: books.callbacks.all("HOST-2"))
        assert (callback.state, callback.tries) == ("waiting", 1)
        (attempt,) = await page.store.do(lambda books: books.callbacks.attempts(callback.id))
        assert "fault" not in attempt.remark
