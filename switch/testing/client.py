"""A client of the HTTP control API, for any runner of tests: synchronous, typed, and of the standard library alone.

with SwitchClient("http://127.0.0.1:8700/__admin").scope("mine", terminal=["ONDE0001"]) as switch:
    switch.add_rules("class=request -> silence, ok")
    …
    switch.verify("exactly 1 0420 within 30s of its 0100").check()
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

from switch.errors import SwitchError, UnreachableError
from switch.record import frozen

CLIENT_SECONDS: Final = 30.0  #: to wait for an answer, besides what a verification waits by itself
VERIFY_SECONDS_MAX: Final = 600.0
#: A rule, or an expectation: in one line, or as a table of a file.
Spelled = str | Mapping[str, Any]


class ApiProblemError(SwitchError):
    """What the API refused, and why. ``fields`` are pairs of a field and what is wrong with it."""

    def __init__(self, status: int, detail: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status, self.fields = status, tuple(fields)


@frozen(kw_only=True)
class RunningRule:
    """A rule of the running Switch. ``source`` is the name of its file; empty where it was added by itself."""

    id: int
    rule: str
    hits: int
    source: str
    scope: str


@frozen(kw_only=True)
class RequestSeen:
    """A message that was seen, with the response code of its answer; None where it says nothing of a thing."""

    number: int
    at: str
    sender: str
    receiver: str
    line: str
    mti: str | None
    pan_masked: str | None
    amount_minor: int | None
    stan: str | None
    rrn: str | None
    terminal_id: str | None
    response_code: str | None
    fault: str | None

    @classmethod
    def from_json(cls, about: Mapping[str, Any]) -> Self:
        named = {"sender": about["from"], "receiver": about["to"]}
        same = (
            "number",
            "at",
            "line",
            "mti",
            "pan_masked",
            "amount_minor",
            "stan",
            "rrn",
            "terminal_id",
            "response_code",
            "fault",
        )
        return cls(**named, **{key: about[key] for key in same})


@frozen(kw_only=True)
class Verification:
    """What became of expectations. ``problems`` has a sentence for each that is not met."""

    met: bool
    problems: tuple[str, ...]
    unexpected: tuple[int, ...]
    waited_ms: int
    messages: tuple[RequestSeen, ...]

    def check(self) -> None:
        """AssertionError where one is not met."""
        __tracebackhide__ = True
        assert self.met, "; ".join(self.problems) or f"strict: no expectation speaks of messages {list(self.unexpected)}"


@frozen(kw_only=True)
class FreshCard:
    """A card that nobody has used. ``expiry`` is YYMM (DE 14)."""

    pan: str
    expiry: str
    issuer: str
    balance_minor: int


@frozen(kw_only=True)
class FreshMerchant:
    """A merchant (DE 42) with terminals (DE 41) that no scope owns."""

    merchant_id: str
    terminals: tuple[str, ...]


class SwitchClient:
    """The control API at a URL, such as ``http://127.0.0.1:8700/__admin``; of one scope, where it is named.

    Each call has a connection of its own, so a client may be shared among threads. UnreachableError where nobody answers,
    ApiProblemError where the API refuses.
    """

    def __init__(self, url: str, token: str | None = None, *, scope_name: str = "", timeout: float = CLIENT_SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise SwitchError(f"url: found {url!r}, expected one such as http://127.0.0.1:8700/__admin")
        self.url, self._token, self.scope_name, self._timeout = url.rstrip("/"), token, scope_name, timeout
        self._host, self._port, self._path = parts.hostname, parts.port or 80, parts.path.rstrip("/")

    @classmethod
    def of_ready_file(cls, path: Path) -> SwitchClient:
        """The client of the Switch that wrote a ready file (``switch up --api --ready-file FILE``)."""
        try:
            api = json.loads(path.read_text(encoding="utf-8"))["api"]
            token = Path(api["token_file"]).read_text(encoding="utf-8").strip() if api["token_file"] else None
            return cls(api["url"], token)
        except (OSError, ValueError, KeyError, TypeError):
            raise UnreachableError(
                f"{path}: found no control API, expected what `switch up --api --ready-file` writes"
            ) from None

    @contextmanager
    def scope(self, name: str, **owned: Sequence[str]) -> Iterator[SwitchClient]:
        """A client of a scope of its own that owns ``card=``, ``terminal=``, ``merchant=`` or ``line=``; it is removed with its
        rules behind the block."""
        self.call("PUT", f"/scopes/{quote(name, safe='')}", {key: list(value) for key, value in owned.items()})
        try:
            yield SwitchClient(self.url, self._token, scope_name=name, timeout=self._timeout)
        finally:
            with suppress(SwitchError):
                self.call("DELETE", f"/scopes/{quote(name, safe='')}")

    def settings(self) -> dict[str, Any]:
        """The listeners with host, port, dialect and header; whether messages are kept; the data folder."""
        return self.call("GET", "/settings")

    def address(self, listener: str) -> tuple[str, int]:
        """Host and port of a listener."""
        found = next((each for each in self.settings()["listeners"] if each["name"] == listener), None)
        if found is None:
            raise SwitchError(f"listener: found {listener!r}, expected one of the specification")
        return found["host"], found["port"]

    def lines(self) -> dict[str, Any]:
        """The connections of gateways and issuers, each with its session."""
        return self.call("GET", "/lines")

    def add_rules(self, *rules: Spelled, times: int | None = None) -> list[RunningRule]:
        """Add rules before all others: in one line each, or as tables of a file."""
        body = {"rules": list(rules), **({} if times is None else {"times": times}), **self._scoped()}
        return _rules(self.call("POST", "/rules", body))

    def rules(self) -> list[RunningRule]:
        """The rules in the order in which they are tried, with their hits; those of the scope where there is one."""
        return _rules(self.call("GET", "/rules", **self._scoped()))

    def remove_rules(self, *ids: int) -> None:
        """Remove rules; without any, all of the scope, or all that have none."""
        for number in ids:
            self.call("DELETE", f"/rules/{number}")
        if not ids:
            self.call("DELETE", "/rules", **self._scoped())

    def apply(self, name: str, text: str) -> list[RunningRule]:
        """Apply the text of a scenario file; rules that came under this name before go."""
        return _rules(self.call("PUT", f"/scenarios/{quote(name, safe='')}", {"text": text, **self._scoped()}))

    def reset(self) -> None:
        """Begin anew: hits, sequences, messages seen, expectations. The rules stay."""
        self.call("POST", "/reset", **self._scoped())

    def requests(self, answer: str | None = None, *, limit: int = 1000, **when: Any) -> list[RequestSeen]:
        """The messages that gateways sent, by the words of ``when`` (``class_`` stands for ``class``)."""
        body = {**self._wanted(answer, when), "limit": limit}
        return [RequestSeen.from_json(each) for each in self.call("POST", "/requests/find", body)["requests"]]

    def count(self, answer: str | None = None, **when: Any) -> int:
        """How many such messages there are."""
        return int(self.call("POST", "/requests/count", self._wanted(answer, when))["count"])

    def unmatched(self) -> list[RequestSeen]:
        """The messages that Switch could not act on: unreadable, or answered 30, 40 or 94."""
        return [RequestSeen.from_json(each) for each in self.call("GET", "/requests/unmatched", **self._scoped())["requests"]]

    def expect(self, *expectations: Spelled) -> None:
        """Remember expectations; ``verify`` without any checks them."""
        self.call("POST", "/expectations", {"expect": list(expectations), **self._scoped()})

    def verify(self, *expectations: Spelled, timeout: float | None = None, strict: bool = False) -> Verification:
        """Hold expectations against what was seen, waiting ``timeout`` seconds at most, or as long as they say."""
        body = {**({"expect": list(expectations)} if expectations else {}), "strict": strict, **self._scoped()}
        query = {} if timeout is None else {"timeout": timeout}
        patience = self._timeout + (VERIFY_SECONDS_MAX if timeout is None else timeout)
        about = self.call("POST", "/verify", body, patience=patience, **query)
        unmet = [each for each in about["expectations"] if not each["met"]]
        return Verification(
            met=about["met"],
            problems=tuple(f"{each['name']}: {each['problem']}{_nearest(each)}" for each in unmet),
            unexpected=tuple(about["unexpected"]),
            waited_ms=about["waited_ms"],
            messages=tuple(RequestSeen.from_json(each) for each in about["messages"]),
        )

    def card(self, issuer: str | None = None, balance: str | None = None) -> FreshCard:
        """A card that nobody has used; the scope owns it, where there is one."""
        given = {"issuer": issuer, "balance": balance}
        about = self.call(
            "POST", "/cards", {**{key: each for key, each in given.items() if each is not None}, **self._scoped()}
        )
        return FreshCard(**{key: about[key] for key in ("pan", "expiry", "issuer", "balance_minor")})

    def change_card(self, pan: str, order: str, amount: str | None = None) -> dict[str, Any]:
        """What its bank does to its account: ``credit`` (of an amount), ``reset``, ``block`` or ``unblock``."""
        return self.call(
            "POST", "/cards/change", {"pan": pan, "order": order, **({} if amount is None else {"amount": amount})}
        )

    def merchant(self) -> FreshMerchant:
        """A merchant with terminals that no scope owns; the scope owns it from then on, where there is one."""
        about = self.call("POST", "/merchants", self._scoped())
        return FreshMerchant(merchant_id=about["merchant_id"], terminals=tuple(about["terminals"]))

    def day(self) -> dict[str, Any]:
        """The business date that is open, and those that are closed."""
        return self.call("GET", "/day")

    def close_day(self, date: str | None = None, engine: str = "sqlite") -> dict[str, Any]:
        """Close a business date; its report. ``engine``, sqlite or duckdb, computes the transactions."""
        wanted = {**({} if date is None else {"date": date}), **({} if engine == "sqlite" else {"engine": engine})}
        return self.call("POST", "/day/close", wanted, patience=VERIFY_SECONDS_MAX)

    def events(self) -> Generator[RequestSeen, None, None]:
        """Messages as they come, until nobody reads on. A reader that is too slow misses some."""
        connection, response = self._opened("GET", "/events", None, self._timeout, self._scoped())
        try:
            kind = ""
            for raw in response:
                key, _, value = raw.decode().rstrip("\n").partition(": ")
                if key == "event":
                    kind = value
                elif key == "data" and kind == "message":
                    yield RequestSeen.from_json(json.loads(value))
        finally:
            connection.close()

    def _scoped(self) -> dict[str, Any]:
        return {"scope": self.scope_name} if self.scope_name else {}

    def _wanted(self, answer: str | None, when: Mapping[str, Any]) -> dict[str, Any]:
        conditions = {key.removesuffix("_"): value for key, value in when.items()}
        return {"when": conditions, **({} if answer is None else {"answer": answer}), **self._scoped()}

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, patience: float | None = None, **query: Any
    ) -> dict[str, Any]:
        """Any request below the URL, for what has no method here; its answer."""
        connection, response = self._opened(method, path, body, patience or self._timeout, query)
        try:
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            raise UnreachableError(f"{self.url}: found no answer, expected one of the control API") from None
        finally:
            connection.close()
        return answer

    def _opened(
        self, method: str, path: str, body: Mapping[str, Any] | None, patience: float, query: Mapping[str, Any]
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """A response that is not read yet; ApiProblemError where it is a refusal."""
        connection = HTTPConnection(self._host, self._port, timeout=patience)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        said = None if body is None else json.dumps(body).encode()
        if said is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"{self._path}{path}{'?' + urlencode(query) if query else ''}", said, headers)
            response = connection.getresponse()
            if response.status < 400:
                return connection, response
            raw = response.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise UnreachableError(f"{self.url}: found {error}, expected the control API (`switch up --api`)") from None
        connection.close()
        raise _problem(response.status, raw)


def _problem(status: int, raw: bytes) -> ApiProblemError:
    try:
        about = json.loads(raw)
        fields = [(each["field"], each["detail"]) for each in about.get("errors", ())]
        return ApiProblemError(status, about["detail"], fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiProblemError(status, f"found HTTP status {status}, expected an answer of the control API")


def _rules(about: Mapping[str, Any]) -> list[RunningRule]:
    keys = ("id", "rule", "hits", "scope")
    return [RunningRule(source=each["from"], **{key: each[key] for key in keys}) for each in about["rules"]]


def _nearest(about: Mapping[str, Any]) -> str:
    """The message that came nearest, and what of it is not as expected."""
    if not about["near_misses"]:
        return ""
    near = about["near_misses"][0]
    differences = "; ".join(" ".join(str(value) for value in each.values()) for each in near["differences"])
    return f" (nearest: #{near['number']}, {differences})"
