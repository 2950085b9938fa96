"""Messages of files: what is read of hexadecimal text, JSON and CSV, and the sentence for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switch.cli.request.from_file import FILE_FORMS, Written, messages_of
from switch.errors import SwitchError
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.specs.load import load_specs

CODEC = Codec(load_specs().dialects["ascii"])
HEADER = HeaderFormat.parse("2b")
ECHO = Message("0800", {7: "1122100000", 11: "000001", 70: "301"})
NUMBERS = ", 2 to 128, or of a subelement such as 127.22"


def read(path: Path, text: str | bytes) -> list[Written]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return messages_of(str(path), CODEC, HEADER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "messages"


@pytest.mark.parametrize("front", [b"", b"\x00\x2d", bytes.fromhex("6000010000")])
def test_hexadecimal_text_with_or_without_what_stands_in_front(path: Path, front: bytes) -> None:
    body = CODEC.encode(ECHO)
    front = front.replace(b"\x00\x2d", len(body).to_bytes(2, "big"))
    (found,) = read(path, (front + body).hex(":"))
    assert found == Written(place=f"{path}:1", mti="0800", elements=ECHO.elements, whole=True)


def test_hexadecimal_text_in_lines_is_one_message_or_one_a_line(path: Path) -> None:
    spelled = CODEC.encode(ECHO).hex()
    assert len(read(path, f"\n{spelled[:30]}\n{spelled[30:]}\n")) == 1
    assert [each.place for each in read(path, f"\n{spelled}\n\n{spelled}\n")] == [f"{path}:2", f"{path}:4"]


@pytest.mark.parametrize(
    "elements",
    [
        {"2": "9504010000000019", "70": "301"},
        [{"element": 0, "value": "0800"}, {"element": 1, "value": "82"}, {"element": 2, "value": "9504010000000019"},
         {"element": 70, "value": "301"}],
    ],
)  # fmt: skip
def test_json_one_behind_the_other_or_in_a_list(path: Path, elements: object) -> None:
    message = json.dumps({"mti": "0800", "elements": elements, "dialect": "bcd"})
    expected = {2: "9504010000000019", 70: "301"}
    assert [each.elements for each in read(path, message)] == [expected]
    assert [each.elements for each in read(path, f"[{message},\n{message}]")] == [expected] * 2
    assert [each.place for each in read(path, f"{message}\n{message}\n")] == [f"{path}:1", f"{path}:2"]
    assert [each.elements for each in read(path, json.dumps({"request": json.loads(message)}))] == [expected]


def test_csv_of_a_spreadsheet(path: Path) -> None:
    found = read(path, '\ufeffmti;2;de 4;041\r\n0100;9504010000000019;100;"A;B"\r\n;;;\r\n;9504010000000027;;\r\n')
    assert found == [
        Written(place=f"{path}:2", mti="0100", elements={2: "9504010000000019", 4: "100", 41: "A;B"}, whole=False),
        Written(place=f"{path}:4", mti=None, elements={2: "9504010000000027", 4: None, 41: None}, whole=False),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f": found nothing, expected {FILE_FORMS}"),
        (b"\xff\xfe\x00", f": found bytes that are no text, expected {FILE_FORMS} (--raw sends bytes as they are)"),
        ("hello", ":1: found 'h' at digit 1, expected hexadecimal digits"),
        ("30313", ":1: found 5 hexadecimal digits, expected an even number, two for each byte"),
        ("\n30313030", ":2: bitmap at byte 4: found nothing, expected 8 bytes of binary bitmap; --raw sends bytes as they are"),
        ("mti,2\n", ": found no message, expected at least one"),
        ("mti,2\n0100\n", ":2: found 1 cells, expected 2 as in the header row"),
        (
            "mti,129",
            f":1: column 2: found '129', expected mti or the number of an element{NUMBERS}",
        ),
        ("mti,127.22,0127.22", ":1: column 3: found '0127.22' a second time, expected each element once"),
        ("\nmti,2,02", ":2: column 3: found '02' a second time, expected each element once"),
        ('mti,2\n0100,"1', ":2: found no row of CSV (unexpected end of data)"),
        ("[" * 100_000, ":1: found JSON nested too deeply, expected a message"),
        ('{"mti": 1' + "0" * 5_000 + "}", ":1: found a number of thousands of digits, expected a message"),
        ('{"mti": "0100"}', ':1: found an object, expected an object with "mti" and "elements"'),
        ('[{"mti": "0100", "elements": {}}, 7]', ':1: message 2: found a number, expected an object with "mti" and "elements"'),
        (
            '{"mti": "0100", "elements": {"x": ""}}',
            f":1: element x: found no number of an element, expected{NUMBERS[1:]}",
        ),
        ('{"mti": "0100", "elements": {"2": 7}}', ":1: element 2: found a number, expected text"),
        ('{"mti": "0100", "elements": 7}', ":1: elements: found a number, expected a list or an object of elements"),
        (
            '{"mti": "0100", "elements": {"127.10": "(secret, not shown)"}}',
            ":1: element 127.10: found '(secret, not shown)', which is masked, expected all of it (`switch decode --unmasked`)",
        ),
        (
            '{"mti": "0100", "elements": [{"element": 127, "value": "x", "subelements": [{"element": 127, "value": "y"}]}]}',
            ":1: element 127: subelements: found 127, expected the number of a subelement and its text",
        ),
        (
            '{"mti": "0100", "elements": {"2": "7", "02": "8"}}',
            ":1: element 02: found a second time, expected each element once",
        ),
        ('{"mti": "0100",\n"elements": }', ":2: found no JSON at column 13 (Expecting value)"),
        (
            '{"mti": "0100", "elements": {"52": "(PIN block, not shown)"}}',
            ":1: element 52: found '(PIN block, not shown)', which is masked, expected all of it (`switch decode --unmasked`)",
        ),
    ],
)
def test_what_is_none_gets_one_sentence_with_file_and_line(path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(SwitchError) as refused:
        read(path, text)
    assert str(refused.value) == f"{path}{sentence}"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for name, found in (("nothing", "no such file"), (".", "found a folder")):
        with pytest.raises(SwitchError) as refused:
            messages_of(str(tmp_path / name), CODEC, HEADER)
        assert str(refused.value) == f"{tmp_path / name}: {found}, expected {FILE_FORMS}"
