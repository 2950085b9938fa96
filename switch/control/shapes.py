"""The shapes of bodies and answers, as JSON Schema: the document shows them, and bodies are held against them."""

from __future__ import annotations

from typing import Any, Final

from switch.clearing.engine import ENGINES
from switch.control.request_schema import COMPONENTS
from switch.scenarios.scope import NAME_EXPECTED, OWNED, OWNED_MAX

RULES_MAX: Final = 1_000  #: in one request
EXPECTED_AT_ONCE_MAX: Final = 100
RULES_TEXT_MAX: Final = 1_000_000  #: characters of a scenario file
LINE_MAX: Final = 4_000  #: characters of a rule or an expectation in one line
WORDS_MAX: Final = 1_000
VALUE_MAX: Final = 999  #: characters of an element: what a length of three digits says

Shape = dict[str, Any]


def ref(name: str) -> Shape:
    """A named shape."""
    return {"$ref": f"{COMPONENTS}{name}"}


def _text(description: str, **more: Any) -> Shape:
    return {"type": "string", "description": description, **more}


def _whole(description: str, **more: Any) -> Shape:
    return {"type": "integer", "description": description, **more}


def _list(items: Shape, description: str, **more: Any) -> Shape:
    return {"type": "array", "items": items, "description": description, **more}


def _object(properties: dict[str, Shape], required: tuple[str, ...] = (), **more: Any) -> Shape:
    shape: Shape = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**shape, "required": list(required)} if required else shape


def _answer(**properties: Shape) -> Shape:
    """An answer has every key it names, and may come to have others."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _or_null(kind: str) -> Shape:
    return {"type": [kind, "null"]}


_SCOPE: Final = _text("The scope it is of.", maxLength=40)
_TEXT: Final = _text("The text of a scenario file (TOML).", maxLength=RULES_TEXT_MAX)
_NUMBERS: Final = _list({"type": "integer"}, "Numbers of messages.")
_TEXTS: Final = _list({"type": "string"}, "Sentences for people.")
_LINE: Final = _text("In one line, such as card=4507160000000010 -> ok, silence", maxLength=LINE_MAX)
_SENTENCE: Final = _text("In one line, such as one 0420 of rrn 632603575796 within 30s of its 0100", maxLength=LINE_MAX)
_TABLE: Final[Shape] = {"type": "object", "description": "The same keys as a table of a file.", "additionalProperties": True}
_WHEN: Final[Shape] = {"type": "object", "description": "Conditions, by the words of `when`.", "additionalProperties": True}
_EXPECTED: Final = _list({"anyOf": [_SENTENCE, _TABLE]}, "At least one expectation.", minItems=1, maxItems=EXPECTED_AT_ONCE_MAX)

_EXAMPLE: Final = {"text": 'purpose = "one 91"\nrules = ["amount=60 -> 91"]'}

SHAPES: Final[dict[str, Shape]] = {
    # bodies
    "NewRules": _object(
        {
            "rules": _list({"anyOf": [_LINE, _TABLE]}, "At least one rule.", minItems=1, maxItems=RULES_MAX),
            "times": _whole("How often each applies at most.", minimum=1, maximum=1_000_000),
            "scope": _SCOPE,
        },
        ("rules",),
        example={"rules": ["card=4507160000000010 -> ok, silence"]},
    ),
    "RulesText": _object(
        {"text": _TEXT, "name": _text("The name of the file.", minLength=1, maxLength=100)},
        ("text",),
        example=_EXAMPLE,
    ),
    "RulesTrial": _object(
        {
            "message": {
                "type": "object",
                "description": "What the message says: card, amount, terminal, mti, line, de22 and the like.",
                "additionalProperties": _text("A value.", maxLength=VALUE_MAX),
            },
            "text": _TEXT,
        },
        ("message",),
        example={"message": {"amount": "60.00"}},
    ),
    "ScenarioText": _object({"text": _TEXT, "scope": _SCOPE}, ("text",), example=_EXAMPLE),
    "ScopeThings": _object(
        {key: _list(_text(f"A {key}.", maxLength=100), f"What it owns of {key}.", maxItems=OWNED_MAX) for key in OWNED},
        example={"terminal": ["ONDE0001"]},
    ),
    "Wanted": _object(
        {
            "when": _WHEN,
            "answer": _text('The response code of its answer, or "none".', maxLength=4),
            "from": _text("Who sent it.", enum=["gateway", "host", "issuer"]),
            "to": _text("Who got it.", enum=["gateway", "host", "issuer"]),
            "unreadable": {"type": "boolean", "description": "Whether it cannot be decoded."},
            "scope": _SCOPE,
            "limit": _whole("How many of the last are listed.", minimum=1, maximum=10_000),
        },
        example={"when": {"class": "reversal"}},
    ),
    "OneExpectation": _object({"expect": {"anyOf": [_SENTENCE, _TABLE]}, "scope": _SCOPE}, ("expect",)),
    "NewExpectations": _object({"expect": _EXPECTED, "scope": _SCOPE}, ("expect",)),
    "Verification": _object(
        {"expect": _EXPECTED, "scope": _SCOPE, "strict": {"type": "boolean", "description": "Whether nothing else may come."}},
        example={"expect": ["one 0420 within 30s"], "strict": True},
    ),
    "DayToClose": _object(
        {
            "date": _text("The date; without one the oldest that can be closed.", maxLength=10),
            "engine": _text("What computes the transactions: sqlite, unless given.", enum=list(ENGINES)),
        },
        example={},
    ),
    "NewCard": _object(
        {
            "issuer": _text("The bank that gives it out.", maxLength=40),
            "balance": _text("Such as 500.00; without one that of its series.", maxLength=20),
            "scope": _SCOPE,
        },
        example={"issuer": "atlas"},
    ),
    "CardChange": _object(
        {
            "pan": _text("The card number.", pattern="^[0-9]{12,19}$", **{"x-expected": "12 to 19 digits"}),
            "order": _text("What its bank does.", enum=["credit", "reset", "block", "unblock"]),
            "amount": _text("Of a credit, such as 500.00.", maxLength=20),
        },
        ("pan", "order"),
        example={"pan": "9504010000000019", "order": "reset"},
    ),
    "ClockMove": _object(
        {
            "do": _text(
                "What it does.",
                enum=["freeze", "resume", "advance", "to", "before-cut-off", "next-banking-day"],
            ),
            "word": _text("A time such as 2026-11-27T18:55, or a length such as 2h.", maxLength=40),
        },
        ("do",),
        example={"do": "advance", "word": "1s"},
    ),
    "Released": _object(
        {"ids": _list({"type": "integer", "minimum": 0, "maximum": 10**12}, "Ids of held answers.", maxItems=1_000)}, example={}
    ),
    "NewMerchant": _object({"scope": _SCOPE}, example={}),
    # answers
    "Rule": _answer(
        id={"type": "integer"},
        **{"from": _text("The file it came of; empty where it was added by itself.")},
        name={"type": "string"},
        rule=_text("In one line; card numbers are masked."),
        hits=_whole("To how many messages it applied."),
        scope={"type": "string"},
    ),
    "Rules": _answer(rules=_list(ref("Rule"), "In the order in which they are tried.")),
    "WrongFile": _answer(
        file=_text("A file that Switch reads again when it changes; the rules it brought before stay."),
        mistakes=_list({"type": "string"}, "A sentence for each mistake: file, line, what was found, what was expected."),
    ),
    "ListedRules": _answer(
        rules=_list(ref("Rule"), "In the order in which they are tried."),
        wrong_files=_list(ref("WrongFile"), "Files of the folder of `switch up --scenarios` that have mistakes now."),
    ),
    "ChangedRules": _answer(rules=_list(ref("Rule"), "Those that were added."), warnings=_TEXTS),
    "AppliedScenario": _answer(
        rules=_list(ref("Rule"), "Those that were added."),
        at_issuers=_whole("How many of them are at issuers."),
        warnings=_TEXTS,
    ),
    "CheckedRules": _answer(rules=_TEXTS, at_issuers={"type": "integer"}, warnings=_TEXTS),
    "TriedRule": _answer(
        id={"type": "integer"}, rule={"type": "string"}, met={"type": "boolean"},
        why=_text("What it would do, or the first condition that is not met."),
    ),
    "TriedRules": _answer(
        applies={"anyOf": [ref("TriedRule"), {"type": "null"}]}, rules=_list(ref("TriedRule"), "Each, in order.")
    ),
    "Scope": {
        "type": "object",
        "properties": {"name": _text(NAME_EXPECTED), **dict.fromkeys(OWNED, _TEXTS)},
        "required": ["name"],
    },
    "Scopes": _answer(scopes=_list(ref("Scope"), "In the order in which they were added.")),
    "RemovedScope": _answer(scope=ref("Scope"), removed_rules={"type": "integer"}),
    "Reset": _answer(rules=_list(ref("Rule"), "Those that begin anew."), forgotten_expectations={"type": "integer"}),
    "Message": _answer(
        number=_whole("Its place in the trace."), at_ms=_whole("Epoch milliseconds."), at=_text("ISO 8601."),
        **{"from": {"type": "string"}}, to={"type": "string"}, line=_text("The listener and the peer, or the issuer."),
        mti=_or_null("string"), pan_masked=_or_null("string"), amount_minor=_or_null("integer"), stan=_or_null("string"),
        rrn=_or_null("string"), terminal_id=_or_null("string"), response_code=_or_null("string"),
        response_number=_or_null("integer"), elapsed_ms=_or_null("integer"), fault=_or_null("string"),
    ),
    "Messages": _answer(requests=_list(ref("Message"), "Oldest first."), count=_whole("How many there are in all.")),
    "Count": _answer(count={"type": "integer"}),
    "Verdict": _answer(
        name={"type": "string"}, expectation={"type": "string"}, met={"type": "boolean"}, problem=_or_null("string"),
        matched=_NUMBERS, offending=_NUMBERS,
        near_misses=_list(
            _answer(number={"type": "integer"}, differences=_list({"type": "object"}, "What of it is not as expected.")),
            "The messages that came nearest.",
        ),
    ),
    "Verified": _answer(
        met={"type": "boolean"}, expectations=_list(ref("Verdict"), "Each, in order."), unexpected=_NUMBERS,
        waited_ms={"type": "integer"}, messages=_list(ref("Message"), "Those that the verdicts name."),
    ),
    "KeptExpectations": _answer(
        expectations=_list(
            _answer(id={"type": "integer"}, scope={"type": "string"}, expectation={"type": "string"}), "Oldest first."
        )
    ),
    "Removed": _answer(removed={"type": "integer"}),
    "Card": _answer(
        pan={"type": "string"}, expiry=_text("YYMM."), issuer={"type": "string"}, balance_minor={"type": "integer"},
        purpose={"type": "string"},
    ),
    "Cards": _answer(cards=_list(ref("Card"), "Cards with a purpose."), series=_list({"type": "object"}, "Like cards.")),
    "Merchant": _answer(
        merchant_id=_text("DE 42."), name={"type": "string"}, mcc={"type": "string"}, currency={"type": "string"},
        terminals=_list({"type": "string"}, "DE 41."),
    ),
    "Merchants": _answer(merchants=_list(ref("Merchant"), "Those of the specification.")),
    "Held": _answer(held=_list({"type": "object"}, "Each with its id, the connection, and for how long it is held.")),
    "Clock": _answer(at=_text("ISO 8601."), frozen={"type": "boolean"}, business_date=_or_null("string")),
    "Day": _answer(open=_or_null("string"), closed=_list({"type": "string"}, "Closed dates, ascending.")),
    "DayReport": _answer(outcome={"type": "string"}, business_date=_or_null("string")),
    "Settings": _answer(
        name={"type": "string"}, listeners=_list({"type": "object"}, "Where to connect."), trace={"type": "boolean"},
        issuers=_list({"type": "string"}, "Their names."), data=_text("The data folder."),
    ),
    "Lines": _answer(
        gateways=_list({"type": "object"}, "Each with its session."), issuers=_list({"type": "object"}, "The same.")
    ),
    "Health": _answer(status=_text("up")),
    "Problem": {
        "type": "object",
        "description": "RFC 9457: what is wrong, in one sentence. Nothing was changed.",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": _list(_answer(field={"type": "string"}, detail={"type": "string"}), "The fields that are wrong."),
        },
        "required": ["type", "title", "status", "detail"],
    },
}  # fmt: skip
