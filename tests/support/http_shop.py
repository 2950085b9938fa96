"""A shop with a server of its own, for browsers and for pages served by another process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attrs import define, field

from switch.gateway.protocol.posted import Posted


@define
class HttpShop:
    """What was posted to it, by path; ``page`` is what it shows."""

    url: str = ""
    page: str = ""
    answer: bytes = b"ACTION=POSTAUTH"
    heard: list[tuple[str, dict[str, str]]] = field(factory=list)

    def last(self, path: str, oid: str) -> dict[str, str]:
        """The last post to a path about an order."""
        return [fields for at, fields in self.heard if at == path and fields.get("oid") == oid][-1]

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[HttpShop]:
        shop = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.heard.append((self.path, dict(Posted.from_form(body).fields)))
                self._answer(shop.answer, "text/plain")

            def do_GET(self) -> None:
                self._answer(shop.page.encode() if self.path == "/shop" else b"hello", "text/html; charset=utf-8")

            def _answer(self, content: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *words: object) -> None:  # noqa: A002  # the library's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        shop.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield shop
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
