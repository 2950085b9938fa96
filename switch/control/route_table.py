"""Every route of the API, once: the server answers by this table, and the OpenAPI document is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from attrs import field

from switch.control.desks import days, people, rules, scopes, seen
from switch.control.desks.call import Call, Desk
from switch.control.shapes import Shape
from switch.record import frozen
from switch.scenarios.scope import NAME_EXPECTED

PREFIX: Final = "/__admin"
#: Which limit a request is done under: ``ask`` (an order to the centre), ``read`` (the data folder), ``wait`` (a verification),
#: ``close`` (a day).
Work = Literal["ask", "read", "wait", "close"]
IDS_MAX: Final = 10**12

_SCOPE: Final[Shape] = {"type": "string", "maxLength": 40, "description": "Only of this scope; empty: of none."}
_SINCE: Final[Shape] = {"type": "integer", "minimum": 0, "maximum": IDS_MAX, "description": "Only messages behind this number."}
_LIMIT: Final[Shape] = {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "How many of the last are listed."}
_TIMEOUT: Final[Shape] = {
    "type": "number", "minimum": 0, "maximum": seen.WAIT_SECONDS_MAX,
    "description": "Seconds to wait at most; without it as long as the expectations say.",
}  # fmt: skip
_NETWORK: Final[Shape] = {"type": "boolean", "description": "Network management too: sign-ons, echoes."}
_ISSUER: Final[Shape] = {"type": "string", "maxLength": 40, "description": "Only of this issuer."}
#: The values in paths.
PLACES: Final[Mapping[str, Shape]] = {
    "id": {"type": "integer", "minimum": 0, "maximum": IDS_MAX, "description": "Its number."},
    "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", "description": NAME_EXPECTED},
    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "A date such as 2026-11-22."},
}


@frozen(kw_only=True)
class ApiRoute:
    """One thing that can be asked for. ``answer`` and ``body`` are names of shapes; ``status`` is that of an answer."""

    method: str
    path: str  #: below PREFIX
    operation: str
    tag: str
    summary: str
    handler: Callable[[Desk, Call], dict[str, Any]]
    answer: str
    work: Work = "ask"
    body: str | None = None
    body_needed: bool = True
    query: Mapping[str, Shape] = field(factory=dict)
    status: int = 200
    problems: tuple[int, ...] = ()  #: besides those that every route may answer

    def matches(self, path: str) -> dict[str, str] | None:
        """The values in a path; None where it is another's."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX + self.path), path)
        return None if found is None else found.groupdict()

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the values in its path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))


def _route(method: str, path: str, operation: str, tag: str, summary: str, handler: Any, answer: str, **more: Any) -> ApiRoute:
    return ApiRoute(
        method=method, path=path, operation=operation, tag=tag, summary=summary, handler=handler, answer=answer, **more
    )


#: In the order of the document; of two that match, the first is meant.
ROUTES: Final = (
    _route(
        "GET",
        "/rules",
        "listRules",
        "Rules",
        "List the rules with their hits, in the order in which they are tried.",
        rules.list_rules,
        "Rules",
        query={"scope": _SCOPE},
        problems=(404,),
    ),
    _route(
        "POST",
        "/rules",
        "addRules",
        "Rules",
        "Add rules before all others. They hold from the next message on.",
        rules.add_rules,
        "ChangedRules",
        body="NewRules",
        status=201,
        problems=(404,),
    ),
    _route(
        "DELETE",
        "/rules",
        "removeRules",
        "Rules",
        "Remove the rules of one scope, or those of none.",
        rules.remove_rules,
        "Rules",
        query={"scope": _SCOPE},
        problems=(404,),
    ),
    _route(
        "POST",
        "/rules/check",
        "checkRules",
        "Rules",
        "Check the text of a scenario file. Nothing changes.",
        rules.check_rules_text,
        "CheckedRules",
        body="RulesText",
        work="read",
    ),
    _route(
        "POST",
        "/rules/try",
        "tryRules",
        "Rules",
        "Say which rule a message would meet, and why not the others. Nothing is sent or counted.",
        rules.try_rules,
        "TriedRules",
        body="RulesTrial",
        query={"scope": _SCOPE},
        problems=(404,),
    ),
    _route("GET", "/rules/{id}", "readRule", "Rules", "Read one rule.", rules.one_rule, "Rule", problems=(404,)),
    _route("DELETE", "/rules/{id}", "removeRule", "Rules", "Remove one rule.", rules.remove_rule, "Rule", problems=(404,)),
    _route(
        "PUT",
        "/scenarios/{name}",
        "applyScenario",
        "Rules",
        "Apply the text of a scenario file; rules that came under this name before go.",
        rules.apply_scenario,
        "AppliedScenario",
        body="ScenarioText",
        problems=(404,),
    ),
    _route(
        "DELETE",
        "/scenarios/{name}",
        "removeScenario",
        "Rules",
        "Remove the rules that came under a name.",
        rules.remove_scenario,
        "Rules",
        query={"scope": _SCOPE},
        problems=(404,),
    ),
    _route(
        "POST",
        "/reset",
        "reset",
        "Rules",
        "Begin anew, in one scope or for the rules of none: hits, sequences, messages seen, expectations.",
        scopes.reset,
        "Reset",
        query={"scope": _SCOPE},
        work="read",
        problems=(404,),
    ),
    _route("GET", "/scopes", "listScopes", "Scopes", "List the scopes.", scopes.list_scopes, "Scopes"),
    _route(
        "PUT",
        "/scopes/{name}",
        "putScope",
        "Scopes",
        "Add a scope, or give it other things; its rules follow.",
        scopes.put_scope,
        "Scope",
        body="ScopeThings",
        work="read",
        problems=(409,),
    ),
    _route(
        "DELETE",
        "/scopes/{name}",
        "removeScope",
        "Scopes",
        "Remove a scope with its rules and expectations.",
        scopes.remove_scope,
        "RemovedScope",
        problems=(404,),
    ),
    _route(
        "GET",
        "/requests",
        "listRequests",
        "Messages",
        "List what gateways sent, with the answers, oldest first.",
        seen.list_requests,
        "Messages",
        query={"scope": _SCOPE, "since": _SINCE, "limit": _LIMIT, "network": _NETWORK},
        work="read",
        problems=(404, 409),
    ),
    _route(
        "GET",
        "/requests/unmatched",
        "listUnmatched",
        "Messages",
        "List what Switch could not act on: unreadable, or answered 30, 40 or 94.",
        seen.unmatched_requests,
        "Messages",
        query={"scope": _SCOPE, "since": _SINCE, "limit": _LIMIT},
        work="read",
        problems=(404, 409),
    ),
    _route(
        "POST",
        "/requests/find",
        "findRequests",
        "Messages",
        "Find messages by the words of `when`.",
        seen.find_requests,
        "Messages",
        body="Wanted",
        query={"since": _SINCE},
        work="read",
        problems=(404, 409),
    ),
    _route(
        "POST",
        "/requests/count",
        "countRequests",
        "Messages",
        "Count messages by the words of `when`.",
        seen.count_requests,
        "Count",
        body="Wanted",
        query={"since": _SINCE},
        work="read",
        problems=(404, 409),
    ),
    _route(
        "POST",
        "/requests/near-misses",
        "findNearMisses",
        "Messages",
        "Find the messages that came nearest to an expectation that is not met.",
        seen.near_misses,
        "Verdict",
        body="OneExpectation",
        query={"since": _SINCE},
        work="read",
        problems=(404, 409),
    ),
    _route(
        "GET",
        "/expectations",
        "listExpectations",
        "Verify",
        "List the expectations that are remembered.",
        seen.list_expectations,
        "KeptExpectations",
        query={"scope": _SCOPE},
    ),
    _route(
        "POST",
        "/expectations",
        "addExpectations",
        "Verify",
        "Remember expectations for a verification to come.",
        seen.add_expectations,
        "KeptExpectations",
        body="NewExpectations",
        status=201,
        problems=(404, 409),
    ),
    _route(
        "DELETE",
        "/expectations",
        "removeExpectations",
        "Verify",
        "Forget the expectations of one scope, or those of none.",
        seen.remove_expectations,
        "Removed",
        query={"scope": _SCOPE},
    ),
    _route(
        "DELETE",
        "/expectations/{id}",
        "removeExpectation",
        "Verify",
        "Forget one expectation.",
        seen.remove_expectation,
        "Removed",
        problems=(404,),
    ),
    _route(
        "POST",
        "/verify",
        "verify",
        "Verify",
        "Hold expectations against what was seen, and wait for what is still to come. `met` is the verdict.",
        seen.verify,
        "Verified",
        body="Verification",
        body_needed=False,
        query={"scope": _SCOPE, "since": _SINCE, "timeout": _TIMEOUT},
        work="wait",
        problems=(404, 409),
    ),
    _route(
        "GET",
        "/cards",
        "listCards",
        "Cards and merchants",
        "List the test cards. Their numbers are invented.",
        people.list_cards,
        "Cards",
        query={"issuer": _ISSUER},
        work="read",
    ),
    _route(
        "POST",
        "/cards",
        "newCard",
        "Cards and merchants",
        "Take a card that nobody has used, with a balance.",
        people.new_card,
        "Card",
        body="NewCard",
        body_needed=False,
        status=201,
        work="read",
        problems=(404, 409),
    ),
    _route(
        "POST",
        "/cards/change",
        "changeCard",
        "Cards and merchants",
        "Pay in, reset, block or unblock the account of a card.",
        people.change_card,
        "Card",
        body="CardChange",
        work="read",
        problems=(404,),
    ),
    _route(
        "GET",
        "/merchants",
        "listMerchants",
        "Cards and merchants",
        "List the merchants.",
        people.list_merchants,
        "Merchants",
        work="read",
    ),
    _route(
        "POST",
        "/merchants",
        "newMerchant",
        "Cards and merchants",
        "Take a merchant with terminals that no scope owns.",
        people.new_merchant,
        "Merchant",
        body="NewMerchant",
        body_needed=False,
        status=201,
        problems=(404, 409),
    ),
    _route(
        "GET",
        "/day",
        "readDay",
        "Day",
        "Say which business date is open, and which are closed.",
        days.open_day,
        "Day",
        work="read",
        problems=(409,),
    ),
    _route(
        "POST",
        "/day/close",
        "closeDay",
        "Day",
        "Close a business date: clear it, settle it, write statements.",
        days.close,
        "DayReport",
        body="DayToClose",
        body_needed=False,
        work="close",
        problems=(409,),
    ),
    _route(
        "GET",
        "/day/{date}",
        "readClosedDay",
        "Day",
        "Read the report of a closed date.",
        days.closed_day,
        "DayReport",
        work="read",
        problems=(404, 409),
    ),
    _route("GET", "/lines", "listLines", "Switch", "List the connections with their sessions.", days.lines, "Lines"),
    _route(
        "GET",
        "/settings",
        "readSettings",
        "Switch",
        "Say where to connect, and whether messages are kept.",
        days.settings,
        "Settings",
    ),
    _route("GET", "/health", "readHealth", "Switch", "Say whether Switch answers.", days.health, "Health"),
)
