"""A caller of the API: a request and its answer, by the standard library."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answered(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def wrong(self) -> list[str]:
        """The fields of a problem with their sentences."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.body["status"] == self.status
        return [f"{each['field']}: {each['detail']}" for each in self.body.get("errors", ())]


class Caller:
    def __init__(self, url: str, **headers: str) -> None:
        self.host = urlsplit(url).netloc
        self._headers = headers

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """``body`` as JSON, or as it is where it is bytes."""
        said = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {} if said is None else {"Content-Type": "application/json"}
        connection = HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, f"/__admin{path}", said, {**kind, **self._headers, **headers})
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answered(response.status, json.loads(raw) if "json" in named.get("content-type", "") else raw.decode(), named)
