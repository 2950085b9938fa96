"""Subelements at the command line: listed under their element, set by number, never shown where they are secret."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields

from switch.cli.request.batch import outgoing
from switch.cli.request.from_file import messages_of
from switch.cli.request.options import Wishes
from switch.errors import MessageError, SwitchError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.element import Layout
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.nested.read import element_value
from switch.iso8583.nested.write import build
from switch.iso8583.reading.describe import HOLDS_SECRETS, describe
from switch.iso8583.reading.redaction import blanked
from switch.spec_table import SpecTable
from switch.specs.load import load_specs
from switch.specs.parts import Parts
from tests.cli.command import run
from tests.iso8583.samples import PURCHASE

SPECS = load_specs()
PRIVATE = SPECS.dialects["ascii_private"]
WIRE = Codec(PRIVATE)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "specs.md"
BLOCKS = re.findall(r"```toml\n# subelements\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def inner(number: int, values: dict[str, str]) -> str:
    return build(PRIVATE.element(number), values)


LAYOUT = PRIVATE.element(127).layout
assert LAYOUT is not None
INSIDE = {
    48: inner(48, {"01": "ORDER 7", "92": "987", "77": "4507160000000010"}),
    55: "5A0845071600000000109F0206000000012500DF0101AA",
    60: inner(60, {"1": "22", "2": "V104", "3": "two tills"}),
    127: inner(127, {"2": "KEY", "10": "987", "25": build(LAYOUT.members["25"], {"2": "000000012500"})}),
}


def wire(changes: dict[int, str] | None = None) -> str:
    elements = {**PURCHASE.elements, **INSIDE, **(changes or {})}
    return WIRE.encode(Message("0100", dict(sorted(elements.items())))).hex()


def test_decode_lists_subelements_under_their_element() -> None:
    outcome = run("decode", wire(), "--dialect", "ascii_private")
    assert (outcome.code, outcome.err) == (0, "")
    rows = [re.split(r"\s{2,}", row.strip()) for row in outcome.out.splitlines() if re.match(r"\s*(48|55|60|127)\.", row)]
    assert rows == [
        ["48.01", "Order number", "ans..999", "ORDER 7"],
        ["48.92", "Card verification value", "n 3", "(secret, not shown)"],
        ["48.77", "ans..999", "(secret, not shown)"],
        ["55.5A", "Application PAN", "b", "(secret, not shown)"],
        ["55.9F02", "Amount, authorized", "b", "000000012500", "125.00"],
        ["55.DF01", "b", "AA"],
        ["60.1", "Terminal type", "n 2", "22"],
        ["60.2", "Software version", "an 4", "V104"],
        ["60.3", "Remarks", "ans..50", "two tills"],
        ["127.2", "Switch key", "ans..32", "KEY"],
        ["127.10", "Card verification value", "n 3", "(secret, not shown)"],
        ["127.25", "Chip data", "ans..200", "400000******************2500"],
        ["127.25.2", "Amount, authorized", "n 12", "000000012500"],
    ]
    assert "987" not in outcome.out


def test_json_carries_them_and_unmasked_shows_all() -> None:
    outcome = run("decode", wire(), "--dialect", "ascii_private", "--json", "--unmasked")
    elements = {each["element"]: each for each in json.loads(outcome.out)["elements"]}
    assert elements[48]["subelements"][1] == {
        "element": "48.92",
        "name": "Card verification value",
        "format": "n 3",
        "value": "987",
    }
    assert "subelements" not in elements[3]


def test_a_value_that_cannot_be_read_is_shown_as_it_is_with_one_line_why() -> None:
    outcome = run("decode", wire({60: "2"}), "--dialect", "ascii_private")
    assert (outcome.code, outcome.err) == (0, "")
    assert "cannot be read: found in 1: 1 byte left, expected 2" in outcome.out
    told = run("decode", wire({60: "2"}), "--dialect", "ascii_private", "--json")
    (element,) = [each for each in json.loads(told.out)["elements"] if each["element"] == 60]
    assert (element["value"], element["unread"]) == ("2", "found in 1: 1 byte left, expected 2")


def differences(*arguments: str) -> tuple[int, list[list[str]]]:
    """The exit code, and the cells of the rows of elements from 40 on that differ, and of all subelements shown."""
    outcome = run("decode", "--diff", *arguments, "--dialect", "ascii_private")
    assert outcome.err == ""
    rows = [re.split(r"\s{2,}", row.strip()) for row in outcome.out.splitlines() if re.match(r"\s*[4-9]?\d+(\.|  )", row)]
    return outcome.code, [cells for cells in rows if "." in cells[0] or cells[-1].startswith(("differs", "only"))]


def test_diff_shows_the_subelements_that_differ_and_no_secret() -> None:
    assert LAYOUT is not None
    other = {
        127: inner(127, {"2": "KEX", "10": "986", "22": "new", "25": build(LAYOUT.members["25"], {"2": "000000012501"})}),
        60: inner(60, {"1": "22", "2": "V104", "3": "one till"}),
    }
    assert differences(wire(), wire(other)) == (
        1,
        [
            ["60", "Reserved for private use, element 60", "22V104two tills", "22V104one till", "differs"],
            ["60.3", "Remarks", "two tills", "one till", "differs"],
            ["127", "Reserved for private use, element 127", *["(private data, not shown)"] * 2, "differs"],
            ["127.2", "Switch key", "KEY", "KEX", "differs"],
            ["127.10", "Card verification value", *["(secret, not shown)"] * 2, "differs where it is masked"],
            ["127.22", "Structured data", "new", "only in B"],
            ["127.25", "Chip data", "400000******************2500", "400000******************2501", "differs"],
            ["127.25.2", "Amount, authorized", "000000012500", "000000012501", "differs"],
        ],
    )
    assert differences(wire(), wire()) == (0, [])


def test_diff_of_secrets_alone_shows_none() -> None:
    changed = wire({48: inner(48, {"01": "ORDER 7", "92": "988", "77": "4507160000000010"})})
    code, rows = differences(wire(), changed)
    assert code == 1
    assert [row[-1] for row in rows] == ["differs where it is masked"] * 2
    shown = run("decode", "--diff", wire(), changed, "--dialect", "ascii_private")
    assert not re.search(r"\b98[78]\b", shown.out)
    told = run("decode", "--diff", wire(), changed, "--dialect", "ascii_private", "--json").json
    (element,) = [each for each in told["elements"] if each["element"] == 48]
    assert [(each["element"], each["difference"]) for each in element["subelements"]] == [
        ("48.01", None),
        ("48.92", "differs where it is masked"),
        ("48.77", None),
    ]
    plain = run("decode", "--diff", wire(), changed, "--dialect", "ascii_private", "--unmasked")
    assert re.search(r"48\.92 .* 987 .* 988 .* differs", plain.out)


def test_diff_says_why_subelements_cannot_be_read_and_knows_a_tag_that_stands_twice() -> None:
    broken = run("decode", "--diff", wire(), wire({60: "2"}), "--dialect", "ascii_private")
    assert "cannot be read: found in 1: 1 byte left, expected 2" in broken.out
    told = run("decode", "--diff", wire(), wire({60: "2"}), "--dialect", "ascii_private", "--json").json
    assert [each["unread"] for each in told["elements"] if "unread" in each] == [
        {"a": None, "b": "found in 1: 1 byte left, expected 2"}
    ]
    first, second = (wire({48: f"01003ONE01003{last}"}) for last in ("TWO", "SIX"))
    _, rows = differences(first, second)
    assert [row[2:] for row in rows[1:]] == [["TWO", "SIX", "differs"]]


SECRET_60: dict[str, Any] = {
    "title": "mine",
    "element": {"60": {"subelement": {"2": {"secret": True}}}, "55": {"subelement": {"9F02": {"secret": True}}}},
}


def test_secret_subelements_are_hidden_and_overwritten_before_they_are_kept() -> None:
    dialect = Dialect.from_toml("mine", SpecTable("dialects/mine.toml", SECRET_60), PRIVATE)
    codec, data = Codec(dialect), bytes.fromhex(wire())
    shown = {line.element: line for line in describe(codec, data).lines}
    assert shown[60].value == shown[55].value == HOLDS_SECRETS
    assert [line.value for line in shown[60].subelements] == ["22", "(secret, not shown)", "two tills"]
    kept = blanked(codec, data)
    read = codec.decode(kept.body).elements
    assert read[60] == "220000two tills"
    assert read[55] == "5A0800000000000000009F0206000000000000DF0101AA"
    assert [kept.body[start:end] for start, end in kept.places if end - start == 4] == [b"0000"]
    spoilt = codec.encode(Message("0100", {**PURCHASE.elements, 60: "2"}))
    assert codec.decode(blanked(codec, spoilt).body).elements[60] == "0"


def test_card_data_in_ber_tlv_are_secret_wherever_they_stand() -> None:
    table: dict[str, Any] = {"title": "mine", "element": {"63": {"format": "b..99", "subelements": "ber"}}}
    codec = Codec(Dialect.from_toml("mine", SpecTable("dialects/mine.toml", table), SPECS.dialects["ascii"]))
    data = codec.encode(Message("0100", {**PURCHASE.elements, 63: INSIDE[55]}))
    (line,) = [line for line in describe(codec, data).lines if line.element == 63]
    assert line.value == HOLDS_SECRETS
    assert [each.value for each in line.subelements] == ["(secret, not shown)", "000000012500", "AA"]
    assert codec.decode(blanked(codec, data).body).elements[63] == "5A0800000000000000009F0206000000012500DF0101AA"


def wishes_of() -> Wishes:
    """The wishes of somebody who gives no option."""
    nothing: dict[str, Any] = dict.fromkeys((each.name for each in fields(Wishes)), None)
    return Wishes(**{**nothing, "partial": False, "totals": False})


def sent(*changes: str) -> Message:
    wishes = evolve(wishes_of(), stan="000042")
    (message,) = outgoing(wishes, changes, None, Parts(None), WIRE, Path("nowhere"))
    return message.message


def test_set_makes_subelements_and_keeps_the_others() -> None:
    message = sent("127.22=ABC", "127.25.2=12500", "55.9F02=000000012500", "60=22V104x", "60.2=V200")
    asked = {name: element_value(PRIVATE, message.elements, name) for name in ("127.22", "127.25.2", "55.9F02", "60.2", "60.3")}
    assert asked == {"127.22": "ABC", "127.25.2": "000000012500", "55.9F02": "000000012500", "60.2": "V200", "60.3": "x"}
    assert 127 not in sent("127.22=").elements


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("127.9=x", "--set: DE 127: found subelement 9, expected one that the dialect describes: 2, 3, 10, 22, 25"),
        ("61.1=x", "--set: DE 61: found subelement 1, expected an element whose subelements the dialect describes"),
        ("127.3=x", "--set: DE 127: found in 3: 1 character, expected ans 8"),
        ("193.1=x", "--set: DE 193: found element 193, expected one that dialect ascii_private defines, from 2 to 192"),
        ("127.=x", "--set: found '127.=', expected its number, = and its value, such as 127.22=ABC"),
    ],
)
def test_what_cannot_be_set_is_one_sentence(change: str, told: str) -> None:
    with pytest.raises((SwitchError, MessageError)) as refused:
        sent(change)
    assert str(refused.value) == told


def sent_from(tmp_path: Path, text: str, *changes: str) -> list[Message]:
    (tmp_path / "messages").write_text(text)
    written = messages_of(str(tmp_path / "messages"), WIRE, HeaderFormat.parse("2b"))
    return [each.message for each in outgoing(wishes_of(), changes, written, Parts(None), WIRE, Path("nowhere"))]


def test_csv_has_columns_of_subelements(tmp_path: Path) -> None:
    rows = "mti,127.22,127.25.2,60,60.2\n0100,ABC,12500,22V104x,V200\n0100,,,,\n"
    full, bare = sent_from(tmp_path, rows, "127.3=ROUTE123")
    asked = {name: element_value(PRIVATE, full.elements, name) for name in ("127.22", "127.25.2", "127.3", "60.2", "60.3")}
    assert asked == {"127.22": "ABC", "127.25.2": "000000012500", "127.3": "ROUTE123", "60.2": "V200", "60.3": "x"}
    assert 60 not in bare.elements
    assert element_value(PRIVATE, bare.elements, "127.22") is None
    with pytest.raises(SwitchError, match=r"messages:2: DE 127: found subelement 9, expected one that the dialect describes"):
        sent_from(tmp_path, "mti,127.9\n0100,x\n")


def test_json_of_decode_is_sent_with_the_subelements_that_somebody_has_edited_in_it(tmp_path: Path) -> None:
    decoded = run("decode", wire(), "--dialect", "ascii_private", "--json", "--unmasked").out
    (same,) = sent_from(tmp_path, decoded)
    assert WIRE.encode(same).hex() == wire()
    (edited,) = sent_from(tmp_path, decoded.replace('"value": "KEY"', '"value": "KEX"').replace('two tills"', 'three"'))
    assert element_value(PRIVATE, edited.elements, "127.2") == "KEX"
    (named,) = sent_from(tmp_path, json.dumps({"mti": "0800", "elements": {"11": "000001", "127.22": "ABC", "70": "301"}}))
    assert (named.elements[11], element_value(PRIVATE, named.elements, "127.22")) == ("000001", "ABC")


def test_a_subelement_is_set_once() -> None:
    with pytest.raises(SwitchError, match=r"127\.22"):
        sent("127.22=A", "127.22=B")


def test_the_page_shows_dialects_that_can_be_read() -> None:
    kinds = set()
    for block in BLOCKS:
        document = {"title": "of the page", **tomllib.loads(block)}
        dialect = Dialect.from_toml("page", SpecTable("dialects/page.toml", document), SPECS.dialects["ascii"])
        layouts = [each.layout for each in dialect.elements if each is not None and isinstance(each.layout, Layout)]
        kinds |= {layout.kind for layout in layouts}
    assert kinds == {"bitmap", "tags", "ber", "places"}
