"""Rules of scenarios over HTTP: in the words of scenario files and of ``switch scenario``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from switch.centre.host.described import described_message
from switch.centre.host.script import facts_of
from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import WrongField, wrong, wrong_fields
from switch.errors import SpecError, SwitchError
from switch.scenarios.host_scenario import HostScenario
from switch.scenarios.playbook import Playbook, overshadowed
from switch.specs.load import scenario_of

CHECKED_NAME = "rules"  #: of a text that is checked or tried without a name


def list_rules(desk: Desk, call: Call) -> dict[str, Any]:
    """The rules in the order in which they are tried, all or those of one scope, and the watched files with mistakes."""
    answer = desk.ask({"do": "list", "scope": call.query.get("scope")})
    return {key: answer[key] for key in ("rules", "wrong_files")}


def add_rules(desk: Desk, call: Call) -> dict[str, Any]:
    lines, times = call.body["rules"], call.body.get("times")
    if times is not None:
        lines = [f"times={times} {each}" if isinstance(each, str) else {"times": times, **each} for each in lines]
    answer = desk.ask({"do": "add", "lines": lines, "scope": call.scope or None}, _of_rules)
    return {"rules": answer["rules"], "warnings": answer["warnings"]}


def _of_rules(place: dict[str, Any]) -> str:
    return f"rules[{place['index']}]{'.' if place['key'] else ''}{place['key']}"


def remove_rules(desk: Desk, call: Call) -> dict[str, Any]:
    """The rules of one scope, or those of none."""
    return {"rules": desk.ask({"do": "remove", "all": True, "scope": call.scope})["rules"]}


def one_rule(desk: Desk, call: Call) -> dict[str, Any]:
    wanted = call.path["id"]
    rules: list[dict[str, Any]] = desk.ask({"do": "list"})["rules"]
    found = next((rule for rule in rules if rule["id"] == wanted), None)
    if found is None:
        known = ", ".join(str(rule["id"]) for rule in rules[:20]) or "none: there are no rules"
        raise wrong("id", str(wanted), f"one of {known}", HTTPStatus.NOT_FOUND)
    return found


def remove_rule(desk: Desk, call: Call) -> dict[str, Any]:
    rule: dict[str, Any] = desk.ask({"do": "remove", "ids": [call.path["id"]]})["rules"][0]
    return rule


def check_rules_text(desk: Desk, call: Call) -> dict[str, Any]:
    """The text of a scenario file: what is wrong, or which of its rules can never apply. Nothing is changed."""
    scenario = _read(desk, call.body)
    hidden = overshadowed(scenario.rules)
    warnings = [f"{later.label} can never apply: {earlier.label} takes all its messages" for later, earlier in hidden]
    rules = [rule.in_words for rule in scenario.rules]
    return {"rules": rules, "at_issuers": len(scenario.at_issuers), "warnings": warnings}


def _read(desk: Desk, body: dict[str, Any]) -> HostScenario:
    try:
        return scenario_of(desk.specs, body.get("name", CHECKED_NAME), body["text"])
    except SpecError as error:
        raise wrong_fields([_of_text(each) for each in error.mistakes]) from None


def _of_text(error: SpecError) -> WrongField:
    line = f":{error.line}" if error.line else ""
    return WrongField(f"text{line}{' ' if error.key else ''}{error.key}", f"found {error.found}, expected {error.expected}")


def try_rules(desk: Desk, call: Call) -> dict[str, Any]:
    """What each rule would do with a message: those of a text, or those that run. Nothing is sent or counted."""
    try:
        message, listener, at = described_message([f"{key}={value}" for key, value in call.body["message"].items()], desk.specs)
    except SwitchError as error:
        raise wrong(
            "message", str(error).partition("found ")[2].partition(", expected")[0], "card, amount, mti, de22 and the like"
        ) from None
    if "text" in call.body:
        scenario = _read(desk, call.body)
        trial = Playbook(scenario.rules, seed=1).trial(facts_of(message, listener, desk.specs, at))
        rules = [
            {
                "id": rule.number,
                "rule": rule.in_words,
                "met": not isinstance(said, str),
                "why": said if isinstance(said, str) else said.in_words,
            }
            for rule, said in trial
        ]
    else:
        elements = {str(number): value for number, value in message.elements.items()}
        order = {"do": "try", "mti": message.mti, "elements": elements, "line": listener, "scope": call.query.get("scope")}
        rules = [{key: rule[key] for key in ("id", "rule", "met", "why")} for rule in desk.ask(order)["rules"]]
    return {"applies": next((rule for rule in rules if rule["met"]), None), "rules": rules}


def apply_scenario(desk: Desk, call: Call) -> dict[str, Any]:
    """Put the rules of a file's text before all others; those that came of the same name before go."""
    body = {**call.body, "name": call.path["name"]}
    _read(desk, body)  # for the fields of what is wrong
    answer = desk.ask({"do": "apply", "name": body["name"], "text": body["text"], "scope": call.scope or None})
    return {"rules": answer["rules"], "at_issuers": answer["at_issuers"], "warnings": answer["warnings"]}


def remove_scenario(desk: Desk, call: Call) -> dict[str, Any]:
    name = call.path["name"]
    rules = [each for each in desk.ask({"do": "list", "scope": call.scope})["rules"] if each["from"] == name]
    if not rules:
        raise wrong("name", repr(name), "a scenario whose rules run", HTTPStatus.NOT_FOUND)
    return {"rules": desk.ask({"do": "remove", "ids": [rule["id"] for rule in rules], "scope": call.scope})["rules"]}


def list_held(desk: Desk, call: Call) -> dict[str, Any]:
    """The answers that rules hold back; where there is none, one is waited for, so many seconds at most."""
    return {"held": desk.ask({"do": "held", "wait": call.query.get("wait", 0)})["held"]}


def release(desk: Desk, call: Call) -> dict[str, Any]:
    """Let held answers go: those of some ids, or all."""
    ids = call.body.get("ids")
    return {"held": desk.ask({"do": "release", "ids": ids or [], "all": ids is None})["held"]}
