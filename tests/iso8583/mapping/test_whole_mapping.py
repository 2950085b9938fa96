"""Messages in the words of the trade and back, with every field: ``whole_mapping.txt`` was read by a person, line by line.

Where a line has to change, ``python -m tests.iso8583.mapping.test_whole_mapping`` prints the file anew.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import evolve

from switch.card import Pan
from switch.errors import MessageError
from switch.iso8583.mapping.acquirer import (
    Stamp,
    refusal,
    replacement_amounts,
    reversal_response,
    to_authorization,
    to_response,
    to_reversal,
)
from switch.iso8583.mapping.issuer import (
    Waiting,
    from_issuer,
    rebuilt,
    to_issuer_advice,
    to_issuer_answer,
    to_issuer_reversal,
    with_fewer,
)
from switch.iso8583.message import Message
from switch.routing.memory.pending import Exchange, Timer
from switch.transaction import Authorization, Decision, ExchangeKey
from tests.iso8583.samples import CHIP_PURCHASE, PAN, PURCHASE, REVERSAL, TRACK_2, with_elements
from tests.support.dialogue import ATLAS

FILE: Final = Path(__file__).with_name("whole_mapping.txt")
STAMP: Final = Stamp("0229100000", "0229110000")
DE_90: Final = "0100000041112209100000000504001" + "0" * 11
CASH: Final = "0040504D000000002000" + "0001504D000000009900" + "0040504D000000000050"


def _as(message: Message, mti: str, **elements: str | None) -> Message:
    return Message(mti, with_elements(message, **elements).elements)


ASKED: Final[list[tuple[str, Message]]] = [
    ("purchase", PURCHASE),
    ("chip purchase", CHIP_PURCHASE),
    ("repeat", _as(PURCHASE, "0101")),
    ("sale repeated", _as(PURCHASE, "0201")),
    ("from another origin", _as(PURCHASE, "0102")),
    ("no acquirer", with_elements(PURCHASE, de32=None)),
    ("no reference", with_elements(PURCHASE, de37=None)),
    ("no DE 7", with_elements(PURCHASE, de7=None)),
    ("no DE 7 nor 12", with_elements(PURCHASE, de7=None, de12=None)),
    ("no DE 7 nor 13", with_elements(PURCHASE, de7=None, de13=None)),
    ("no time at all", with_elements(PURCHASE, de7=None, de12=None, de13=None, de37=None, de32=None)),
    ("no local time", with_elements(PURCHASE, de12=None, de13=None)),
    ("no currency", with_elements(PURCHASE, de49=None)),
    ("no type, no entry", with_elements(PURCHASE, de18=None, de22=None, de25=None)),
    ("track alone", with_elements(PURCHASE, de2=None, de14=None, de35=TRACK_2)),
    ("track with D", with_elements(PURCHASE, de2=None, de14=None, de35=TRACK_2.replace("=", "D"))),
    ("track without an expiry", with_elements(PURCHASE, de2=None, de14=None, de35=f"{PAN}=291")),
    ("track with letters", with_elements(PURCHASE, de2=None, de14=None, de35=f"{PAN}=29A2")),
    ("track and expiry", with_elements(PURCHASE, de2=None, de14="3001", de35=TRACK_2)),
    ("another track 2", with_elements(PURCHASE, de35="4507160000000028=2912")),
    ("track 1", with_elements(PURCHASE, de45=f"%B{PAN}^DOE/J^2912")),
    ("another track 1", with_elements(PURCHASE, de45="B4507160000000028^DOE/J^2912")),
    ("track 1 of the track", with_elements(PURCHASE, de2=None, de35=TRACK_2, de45="B4507160000000028^DOE/J^2912")),
    ("track 1 of another form", with_elements(PURCHASE, de45="A4507160000000028^DOE/J^2912")),
    ("no card", with_elements(PURCHASE, de2=None)),
    ("short card", with_elements(PURCHASE, de2="45071600000")),
    ("shortest card", with_elements(PURCHASE, de2="450716000000")),
    *((f"entry {entry}", with_elements(PURCHASE, de22=entry)) for entry in ("011", "021", "071", "101", "801", "811", "901")),
    *((f"entry {entry} in 59", with_elements(PURCHASE, de22=entry, de25="59")) for entry in ("011", "051", "331")),
    *(
        (f"DE 3 {code}", with_elements(PURCHASE, de3=f"{code}1020"))
        for code in ("00", "01", "09", "11", "20", "30", "31", "50", "99")
    ),
    ("card verification", with_elements(PURCHASE, de4="000000000000")),
    ("card verification told", _as(PURCHASE, "0120", de4="000000000000")),
    ("sale of nothing", _as(PURCHASE, "0200", de4="000000000000")),
    ("refund of nothing", with_elements(PURCHASE, de3="200000", de4="000000000000")),
    ("no amount", with_elements(PURCHASE, de4=None)),
    ("balance without an amount", with_elements(PURCHASE, de3="310000", de4=None)),
    *((f"no DE {number}", with_elements(PURCHASE, **{f"de{number}": None})) for number in (3, 11, 41, 42)),
    ("cash back", _as(PURCHASE, "0200", de3="090000", de54=CASH)),
    ("cash back cut off", _as(PURCHASE, "0200", de3="090000", de54=CASH[:59])),
    ("cash back in letters", _as(PURCHASE, "0200", de3="090000", de54="0040504D00000000200A")),
    ("no cash", with_elements(PURCHASE, de54="0001504D000000009900")),
    ("hold", with_elements(PURCHASE, de25="06")),
    ("part taken", with_elements(PURCHASE, de25="41")),
    ("increment", with_elements(PURCHASE, de90=DE_90)),
    ("sale that names one", _as(PURCHASE, "0200", de90=DE_90)),
    ("names nothing", with_elements(PURCHASE, de90="0100" + "0" * 38)),
    ("names no time", with_elements(PURCHASE, de90="0100000041" + "0" * 32)),
    ("names another acquirer's", with_elements(PURCHASE, de90=DE_90.replace("504001", "777777"))),
    ("names nobody's", with_elements(PURCHASE, de90=DE_90.replace("504001", "000000"))),
    ("code before", with_elements(PURCHASE, de38="A1B2C3", de54="0001504D000000009900")),
    ("blank code", _as(PURCHASE, "0120", de38="      ")),
    ("advice", _as(PURCHASE, "0120", de38="A1B2C3", de39="00")),
    ("advice repeated", _as(PURCHASE, "0121", de39="51")),
    ("completion", _as(PURCHASE, "0220", de38="A1B2C3", de39="00", de90=DE_90)),
    ("advice without a code", _as(PURCHASE, "0220")),
    ("request with a code", _as(PURCHASE, "0100", de39="00", de90=DE_90)),
    ("adjustment", _as(PURCHASE, "0220", de3="020000", de25="06", de60="000000012000")),
    ("adjustment of an account", _as(PURCHASE, "0221", de3="021020", de60=" 000000012000 ", de90=DE_90)),
    ("adjustment of what", _as(PURCHASE, "0220", de3="020000", de60="00000001200")),
    ("electronic order", with_elements(PURCHASE, de22="811", de48="x")),
    ("electronic order with more", with_elements(PURCHASE, de22="811", de126="x", de90=DE_90)),
    ("terminal's private data", with_elements(PURCHASE, de48="x")),
]
TAKEN_BACK: Final[list[tuple[str, Message]]] = [
    ("reversal", REVERSAL),
    ("repeated", _as(REVERSAL, "0421")),
    ("request", _as(REVERSAL, "0400", de37=None, de90=None)),
    ("in part", with_elements(REVERSAL, de95=replacement_amounts(5_000))),
    ("all but all", with_elements(REVERSAL, de95=replacement_amounts(12_500))),
    ("more than all", with_elements(REVERSAL, de95=replacement_amounts(12_501))),
    ("in letters", with_elements(REVERSAL, de95="A" * 42)),
    ("reason", with_elements(REVERSAL, de56="4021")),
    *((f"reason {reason}", with_elements(REVERSAL, de56=reason)) for reason in ("402", "40211", "402A")),
    ("by its track", with_elements(REVERSAL, de2=None, de35=TRACK_2)),
    ("no card", with_elements(REVERSAL, de2=None)),
    ("another track", with_elements(REVERSAL, de35="4507160000000028=2912")),
    ("no time", with_elements(REVERSAL, de7=None)),
    ("local time", with_elements(REVERSAL, de7=None, de12="101531", de13="1122")),
    ("half a time", with_elements(REVERSAL, de7=None, de12="101531")),
    ("no acquirer, no currency", with_elements(REVERSAL, de32=None, de49=None)),
    ("names a STAN alone", with_elements(REVERSAL, de90="0100000041" + "0" * 32)),
    ("names nothing", with_elements(REVERSAL, de90="0" * 42)),
    ("of an adjustment", with_elements(REVERSAL, de3="020000")),
    ("void", _as(REVERSAL, "0200", de3="020000")),
    ("void of a refund", _as(REVERSAL, "0200", de3="220000")),
    *((f"no DE {number}", with_elements(REVERSAL, **{f"de{number}": None})) for number in (4, 11, 41, 42)),
]
#: What an issuer answers to the purchase, as changes of the approval of it; it is asked for 125.00.
ANSWERS: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("approval", "0110", {}),
    ("decline", "0110", {"de39": "51", "de38": None, "de63": "short of money"}),
    ("decline of another amount", "0110", {"de39": "51", "de4": "000000000001"}),
    ("decline with a card in it", "0110", {"de39": "05", "de63": f"card {PAN}"}),
    ("words with an approval", "0110", {"de63": "welcome"}),
    ("blank code", "0110", {"de38": "      "}),
    ("what it adds", "0110", {"de44": "A", "de48": "B", "de54": "C", "de62": "D"}),
    ("part", "0110", {"de39": "10", "de4": "000000005000"}),
    ("part of no amount", "0110", {"de39": "10", "de4": None}),
    ("other class", "0210", {}),
    ("other amount", "0110", {"de4": "000000012501"}),
    ("no amount", "0110", {"de4": None}),
    ("other card", "0110", {"de2": "4507160000000028"}),
    ("no card", "0110", {"de2": None}),
    ("other kind", "0110", {"de3": "010000"}),
    ("other account", "0110", {"de3": "001020"}),
    ("other merchant", "0110", {"de42": "SHOP00000000002"}),
    ("merchant in short", "0110", {"de42": "SHOP00000000001 "}),
    ("other currency", "0110", {"de49": "978"}),
    ("all of them", "0210", {"de4": "000000000001", "de2": "4507160000000028", "de3": "200000", "de42": "X", "de49": "392"}),
    ("no acquirer", "0110", {"de32": None}),
    ("security violation", "0110", {"de39": "63"}),
    *((f"no DE {number}", "0110", {f"de{number}": None}) for number in (7, 11, 39, 41)),
]


def _fields(value: Any, usual: Any = None) -> str:
    """All fields but the elements, as far as they are not as in the usual one."""
    said = []
    for field in attrs.fields(type(value)):
        here = getattr(value, field.name)
        if field.name == "carried" or here == getattr(usual, field.name, None):
            continue
        shown = here.digits if isinstance(here, Pan) else "/".join(here) if isinstance(here, ExchangeKey) else repr(here)
        said.append(f"{field.name}={shown}")
    return " ".join(said)


def _message(message: Message, given: Message) -> str:
    new = [f"{number}={value!r}" for number, value in message.elements.items() if given.elements.get(number) != value]
    gone = [f"-{number}" for number in given.elements if number not in message.elements]
    return " ".join([message.mti, *new, *gone])


def _or_fault(made: Callable[[], str]) -> str:
    try:
        return made()
    except MessageError as error:
        return f"refused: {error}"


def _asked(message: Message) -> Authorization:
    return to_authorization(message, acquirer_id="504777", stamp=STAMP, currency="978")


def _waiting(asked: Authorization) -> Waiting:
    exchange = Exchange(1, asked, [], ATLAS, "now", 10.0, Timer(10.0), asked)
    return lambda key: exchange if key == asked.key else None


def _given_in(message: Message) -> str:
    given = {number: value for number, value in _asked(message).carried.items() if number not in message.elements}
    return f" with {given}" if given else ""


def _lines() -> Iterator[str]:
    usual = _asked(PURCHASE)
    yield f"asked: {_fields(usual)}"
    back = to_reversal(REVERSAL, acquirer_id="504777", stamp=STAMP, currency="978")
    yield f"taken back: {_fields(back)}"
    for name, message in ASKED:

        def asked(message: Message = message) -> str:
            return _fields(_asked(message), usual) + _given_in(message)

        yield f"asked {name}: {_or_fault(asked)}"
    for name, message in TAKEN_BACK:

        def taken(message: Message = message) -> str:
            reversal = to_reversal(message, acquirer_id="504777", stamp=STAMP, currency="978")
            return f"{_fields(reversal, back)}; answered {_message(reversal_response(reversal, '00'), message)}"

        yield f"taken back {name}: {_or_fault(taken)}"
    yes = Decision(response_code="00", approval_code="A1B2C3", decided_by="atlas", reason="approved")
    purchase, part = usual, {number: PURCHASE.elements[number] for number in (2, 3, 4, 7, 11, 32, 41, 42, 49)}
    for name, mti, changes in ANSWERS:
        said = with_elements(Message(mti, {**part, 38: "A1B2C3", 39: "00"}), **changes)

        def answer(said: Message = said) -> str:
            found = to_issuer_answer(said, acquirer_id="504001", waiting=_waiting(purchase))
            return f"{_fields(found, yes)} carried={found.carried}"

        yield f"answered {name}: {_or_fault(answer)}"
    inquiry = _asked(with_elements(PURCHASE, de3="310000"))
    told = Message("0110", {**part, 3: "310000", 4: "000000099900", 39: "00"})
    yield f"answered balance: {_fields(to_issuer_answer(told, acquirer_id='504001', waiting=_waiting(inquiry)))}"
    decisions = {
        "approval": yes,
        "decline": evolve(yes, response_code="51", approval_code=None, reason="à découvert\x07" + "." * 200),
        "part": evolve(yes, response_code="10", approved_minor=5_000),
        "what it adds": evolve(yes, carried={44: "A", 54: "B"}),
    }
    for name, decision in decisions.items():
        yield f"to the acquirer {name}: {_message(to_response(purchase, decision), PURCHASE)}"
        yield f"from the issuer {name}: {_message(from_issuer(PURCHASE, decision), PURCHASE)}"
    for mti in ("0100", "0101", "0200", "0120", "0220", "0221"):
        yield f"answer to a {mti}: {to_response(_asked(_as(PURCHASE, mti)), yes).mti}"
        yield f"refusal of a {mti}: {_message(refusal(_as(PURCHASE, mti, de52='00', de70='001'), '30'), PURCHASE)}"
    yield from _to_issuers()


def _to_issuers() -> Iterator[str]:
    originals: dict[str, Message] = {
        "sale": PURCHASE,
        "chip sale": CHIP_PURCHASE,
        "told": _as(PURCHASE, "0220", de39="00", de38="A1B2C3"),
        "told of a decline": _as(PURCHASE, "0120", de39="51"),
        "completion": _as(PURCHASE, "0220", de90=DE_90),
        "adjustment": _as(PURCHASE, "0220", de3="020000"),
    }
    for name, message in originals.items():
        original = _asked(message)
        back = {"stan": "000900", "transmitted_at": "0229100001", "forwarder_id": "504900"}
        whole = to_issuer_reversal(original, replacement_minor=0, repeat=False, **back)
        some = to_issuer_reversal(original, replacement_minor=1, repeat=True, message_reason="4021", **back)
        yield f"reversal of a {name}: {_message(whole, message)}"
        yield f"reversal in part of a {name}: {_message(some, message)}"
        for repeat, reason, code in ((False, "", None), (True, "1003", "A1B2C3")):
            said = to_issuer_advice(original, approval_code=code, repeat=repeat, forwarder_id="504900", message_reason=reason)
            yield f"advice of a {name}: {_message(said, message)}"
    sale = _asked(PURCHASE)
    held = evolve(sale, original_key=sale.key._replace(stan="000007"), amount_minor=1, key=sale.key._replace(stan="900004"))
    for kind in (None, ("financial", "advice"), ("authorization", "request")):
        linked = evolve(held, original_kind=kind)
        said = to_issuer_advice(linked, approval_code=None, repeat=False, forwarder_id="504900", message_reason="")
        yield f"advice of one that names {kind}: {_message(said, PURCHASE)}"
    batch = evolve(sale, function="batch", captured_function="advice", message_class="financial")
    said = to_issuer_reversal(batch, replacement_minor=0, stan="1", transmitted_at="2", repeat=False, forwarder_id="3")
    yield f"reversal of what a batch captured: {_message(said, PURCHASE)}"
    for number, fewer in enumerate(with_fewer(said, sale.pan)):
        yield f"with fewer {number}: {' '.join(map(str, fewer.elements))}"
    for name, message in originals.items():
        asked = _asked(message)
        kept = inspect.signature(rebuilt).parameters
        again = rebuilt(**{each: getattr(asked, each) for each in kept})
        yield f"rebuilt {name}: {_fields(again, asked)}; {_message(Message('', dict(again.carried)), message)}"


def test_each_message_is_in_the_words_of_the_trade_what_the_file_says() -> None:
    assert list(_lines()) == FILE.read_text("utf-8").splitlines()


def test_a_card_known_by_its_track_alone_is_named_by_its_number_where_fewer_elements_are_said() -> None:
    sale = _asked(PURCHASE)
    read = {number: value for number, value in sale.carried.items() if number != 2} | {35: f"{sale.pan.digits}=2912201"}
    for fewer in with_fewer(Message("0420", read), sale.pan):
        assert fewer.elements[2] == sale.pan.digits
        assert 35 not in fewer.elements


if __name__ == "__main__":
    print(*_lines(), sep="\n")
