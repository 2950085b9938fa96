"""DE 39 of both editions, and which codes of one mean what codes of the other do.

ISO 8583:1987 has two characters (annex A), ISO 8583:1993 three digits whose first says what becomes of the transaction:
0 approved, 1 declined, 2 declined and the card kept, 3 file action, 4 reversal, 5 reconciliation, 6 administrative,
7 fee collection, 8 network management, 9 not dealt with. ``MEANINGS`` is the one table between them; nothing else translates
a code.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.transaction import Decision, response_meaning

#: The meaning of DE 39 of ISO 8583:1993 in words (the standard's annex A).
ACTION_MEANINGS: Final[dict[str, str]] = {
    "000": "approved",
    "001": "approved, honor with identification",
    "002": "approved for a partial amount",
    "003": "approved, VIP",
    "004": "approved, update track 3",
    "005": "approved, account type specified by the issuer",
    "006": "approved for a partial amount, account type specified by the issuer",
    "007": "approved, update the chip",
    "100": "do not honor",
    "101": "expired card",
    "102": "suspected fraud",
    "103": "card acceptor contact acquirer",
    "104": "restricted card",
    "105": "card acceptor call acquirer security",
    "106": "PIN tries exceeded",
    "107": "refer to card issuer",
    "108": "refer to card issuer, special condition",
    "109": "invalid merchant",
    "110": "invalid amount",
    "111": "invalid card number",
    "112": "PIN data required",
    "113": "unacceptable fee",
    "114": "no account of the type requested",
    "115": "function not supported",
    "116": "insufficient funds",
    "117": "incorrect PIN",
    "118": "no card record",
    "119": "transaction not permitted to cardholder",
    "120": "transaction not permitted to terminal",
    "121": "exceeds withdrawal amount limit",
    "122": "security violation",
    "123": "exceeds withdrawal frequency limit",
    "124": "violation of law",
    "125": "card not effective",
    "126": "invalid PIN block",
    "127": "PIN length error",
    "128": "PIN key synchronization error",
    "129": "suspected counterfeit card",
    "200": "do not honor, pick up",
    "201": "expired card, pick up",
    "202": "suspected fraud, pick up",
    "203": "contact acquirer, pick up",
    "204": "restricted card, pick up",
    "205": "call acquirer security, pick up",
    "206": "PIN tries exceeded, pick up",
    "207": "special condition, pick up",
    "208": "lost card, pick up",
    "209": "stolen card, pick up",
    "210": "suspected counterfeit card, pick up",
    "300": "file action successful",
    "301": "file action not supported by the receiver",
    "302": "unable to locate record",
    "303": "duplicate record, the old one replaced",
    "304": "field edit error",
    "305": "file locked out",
    "306": "file action not successful",
    "307": "file data format error",
    "308": "duplicate record, the new one rejected",
    "309": "unknown file",
    "400": "reversal accepted",
    "500": "reconciled, in balance",
    "501": "reconciled, out of balance",
    "502": "amount not reconciled, totals provided",
    "503": "totals for reconciliation not available",
    "504": "not reconciled, totals provided",
    "600": "accepted",
    "601": "unable to trace back original transaction",
    "602": "invalid reference number",
    "603": "reference number and PAN incompatible",
    "604": "photograph not available",
    "605": "item supplied",
    "606": "request cannot be fulfilled, document not available",
    "700": "fee collection accepted",
    "800": "network management accepted",
    "900": "advice acknowledged, no financial liability accepted",
    "901": "advice acknowledged, financial liability accepted",
    "902": "invalid transaction",
    "903": "re-enter transaction",
    "904": "format error",
    "905": "acquirer not supported by switch",
    "906": "cut-over in process",
    "907": "issuer or switch inoperative",
    "908": "no route to the destination",
    "909": "system malfunction",
    "910": "issuer signed off",
    "911": "issuer timed out",
    "912": "issuer unavailable",
    "913": "duplicate transmission",
    "914": "unable to trace back original transaction",
    "915": "reconciliation cut-over or checkpoint error",
    "916": "MAC incorrect",
    "917": "MAC key synchronization error",
    "918": "no communication keys available",
    "919": "encryption key synchronization error",
    "920": "security software or hardware error, try again",
    "921": "security software or hardware error, no action",
    "922": "message number out of sequence",
    "923": "request in progress",
}


class Meaning(NamedTuple):
    """Codes that say the same; where one table is finer than the other, the first of several is the one translated to."""

    response_codes: tuple[str, ...]  #: ISO 8583:1987
    action_codes: tuple[str, ...]  #: ISO 8583:1993


#: Every code of either table stands in one row, and only in one. Rows with several codes on a side hold the nearest neighbours
#: where the other edition has no twin; an approval never shares a row with a decline, nor a pick-up with anything else.
MEANINGS: Final = (
    Meaning(("00",), ("000", "005", "007", "300", "400", "500", "600", "605", "700", "800", "900", "901")),
    Meaning(("08",), ("001",)),
    Meaning(("10",), ("002", "006")),
    Meaning(("11",), ("003",)),
    Meaning(("16",), ("004",)),
    Meaning(("05",), ("100",)),
    Meaning(("54",), ("101", "125")),
    Meaning(("59",), ("102", "129")),
    Meaning(("62",), ("104",)),
    Meaning(("60",), ("103",)),
    Meaning(("66",), ("105",)),
    Meaning(("75",), ("106",)),
    Meaning(("01",), ("107",)),
    Meaning(("02",), ("108",)),
    Meaning(("03",), ("109",)),
    Meaning(("13", "64"), ("110",)),
    Meaning(("14",), ("111",)),
    Meaning(("23",), ("113",)),
    Meaning(("52", "39", "42", "44", "53", "45"), ("114",)),  # which of them: ACCOUNT_CODES
    Meaning(("40",), ("115",)),
    Meaning(("51",), ("116",)),
    Meaning(("55",), ("117", "112", "127")),
    Meaning(("56",), ("118",)),
    Meaning(("57",), ("119",)),
    Meaning(("58",), ("120",)),
    Meaning(("61",), ("121",)),
    Meaning(("63",), ("122", "126", "128", "916", "917", "919")),
    Meaning(("65",), ("123",)),
    Meaning(("93",), ("124",)),
    Meaning(("04", "67"), ("200",)),
    Meaning(("33",), ("201",)),
    Meaning(("34",), ("202", "210")),
    Meaning(("35",), ("203",)),
    Meaning(("36",), ("204",)),
    Meaning(("37",), ("205",)),
    Meaning(("38",), ("206",)),
    Meaning(("07",), ("207",)),
    Meaning(("41",), ("208",)),
    Meaning(("43",), ("209",)),
    Meaning(("12", "21"), ("902", "922")),
    Meaning(("19",), ("903",)),
    Meaning(("30",), ("904", "307")),
    Meaning(("31",), ("905",)),
    Meaning(("90",), ("906",)),
    Meaning(("91",), ("907", "910", "912")),
    Meaning(("68",), ("911",)),
    Meaning(("92", "15"), ("908",)),
    Meaning(("96", "06", "20", "22"), ("909", "918", "920", "921")),
    Meaning(("94",), ("913",)),
    Meaning(("24",), ("301",)),
    Meaning(("26",), ("303", "308")),
    Meaning(("27",), ("304",)),
    Meaning(("28",), ("305",)),
    Meaning(("29",), ("306",)),
    Meaning(("25",), ("914", "302", "309", "601", "602", "603", "604", "606")),
    Meaning(("95",), ("915", "501", "502", "503", "504")),
    Meaning(("09",), ("923",)),
)

_TO_ACTION: Final = {code: row.action_codes[0] for row in MEANINGS for code in row.response_codes}
_TO_RESPONSE: Final = {code: row.response_codes[0] for row in MEANINGS for code in row.action_codes}

#: Second digit of the MTI -> what 1993 says there for 00: each class accepts in its own words. An advice is approved like a
#: request (000); 900 and 901, which also speak of liability, are understood and never said.
ACCEPTED: Final = {"3": "300", "4": "400", "6": "600", "7": "700", "8": "800"}
#: What accepts a message without granting money; all of them are 00 in 1987.
ACCEPTANCES: Final = frozenset({*ACCEPTED.values(), "500", "605", "900", "901"})

#: Codes of the schemes, which only 1987 can say -> what 1993 says instead. What an issuer found is said beside it
#: (``SecurityResults``), by which a 122 is a CVV2 or a cryptogram again.
SCHEME_ACTIONS: Final = {"1A": "123", "82": "122", "88": "122", "N7": "122"}

TIMED_OUT: Final = "911"
NO_ACCOUNT: Final = "114"
#: Account type in DE 3 -> what 1987 says where there is no such account.
ACCOUNT_CODES: Final = {"10": "53", "20": "52", "30": "39", "40": "42"}

#: What an unlisted code of 1993 comes to, by its first digit: 1987 has no ranges.
_UNLISTED: Final = {"0": "00", "1": "05", "2": "04", "5": "95"}
#: Where a class of 1993 has a word of its own for what is declined: class digit and response code -> action code.
_OF_CLASS: Final = {("3", "40"): "301"}
_DO_NOT_HONOR, _MALFUNCTION = "100", "96"  #: of a private response code; of a private action code that says neither yes nor no

#: DE 39 and DE 66 of a 1987 answer to totals, and the action code that says both. 501: they were compared, and differ; 504:
#: there was nothing to compare. The last of several pairs is the one translated to.
RECONCILED: Final = {
    ("00", "0"): "504",
    ("00", "1"): "500",
    ("00", "2"): "501",
    ("95", "2"): "501",
    ("95", "3"): "503",
}
_SETTLEMENT: Final = {action: codes for codes, action in RECONCILED.items()} | {"502": ("95", "2")}


def action_code(response_code: str, class_digit: str, settlement_code: str | None = None) -> str:
    """What 1993 says for a 1987 response code in a message of a class (second digit of its MTI)."""
    if class_digit == "5" and settlement_code is not None:
        reconciled = RECONCILED.get((response_code, settlement_code))
        if reconciled is not None:
            return reconciled
    if response_code == "00":
        return ACCEPTED.get(class_digit, "000")
    return _OF_CLASS.get((class_digit, response_code)) or _TO_ACTION.get(response_code, _DO_NOT_HONOR)


def finer(decision: Decision) -> str | None:
    """The action code of a decision of which its response code says less, or nothing in 1993: 91 is an issuer timed out, or one
    out of reach."""
    return TIMED_OUT if decision.unanswered else SCHEME_ACTIONS.get(decision.response_code)


def response_code(action: str, processing_code: str = "000000") -> str:
    """What 1987 says for a 1993 action code; DE 3 tells which account is missing."""
    if action == NO_ACCOUNT:
        for account in (processing_code[2:4], processing_code[4:6]):
            if account in ACCOUNT_CODES:
                return ACCOUNT_CODES[account]
    return _TO_RESPONSE.get(action) or _UNLISTED.get(action[0], _MALFUNCTION)


def settlement(action: str) -> tuple[str, str] | None:
    """DE 39 and DE 66 of 1987 for an action code that answers totals; None for any other."""
    return _SETTLEMENT.get(action)


def code_meaning(code: str) -> str:
    """The words for a code of DE 39 of either edition: two characters are 1987's, three 1993's; others say so."""
    return response_meaning(code) if len(code) == 2 else ACTION_MEANINGS.get(code, response_meaning(code))
