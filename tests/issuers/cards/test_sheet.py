from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

import pytest

from switch.card import luhn_digit
from switch.issuers.cards.sheet import FAULTS_MAX, CardSheet, SheetRow

HEAD = "pan,expiry,cvv2,balance,product,status,account,name,amount"
BODIES = [f"45071600{number:07d}" for number in range(1, 40, 3)]


def line(body: str, **other: str) -> str:
    values = {
        "pan": body + luhn_digit(body),
        "expiry": "2912",
        "cvv2": "123",
        "balance": "1000.00",
        "product": "debit",
        "status": "",
        "account": f"made-{body[-4:]}",
        "name": "AMINA ALAMI",
        "amount": "",
    } | other
    return ",".join(values[column] for column in HEAD.split(","))


def sheet(lines: Iterable[str], head: str = HEAD, end: str = "\n") -> CardSheet[SheetRow]:
    return CardSheet(lambda: (end.join([head, *lines]) + end).encode(), lambda row: row)


def faults(of: CardSheet[SheetRow]) -> list[str]:
    return [
        f"{fault.line} {fault.key}: {fault.found}, expected {fault.expected}"
        for fault in of.faults(["debit", "gold"], "atlas-")
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_card_is_found_and_no_other(end: str) -> None:
    cards = sheet([line(body) for body in BODIES], end=end)

    assert [row.pan for row in cards] == [body + luhn_digit(body) for body in BODIES]
    assert len(cards) == len(BODIES)
    for row in cards:
        assert cards.find(row.pan) == row
    strangers = ("0", "9" * 16, "4507160000000029", BODIES[0], "", "45071600000000", "é")
    assert [cards.find(digits) for digits in strangers] == [None] * len(strangers)
    assert faults(cards) == []


def test_a_row_is_what_its_line_says() -> None:
    found = sheet([line(BODIES[0], status="lost", balance="12.34")]).find(BODIES[0] + luhn_digit(BODIES[0]))
    assert found == SheetRow("4507160000000010", "2912", 1_234, "made-0001", "123", "debit", "lost", "AMINA ALAMI")
    least = sheet(["4507160000000010,2912,0.00,a"], "pan,expiry,balance,account").find("4507160000000010")
    assert least == SheetRow("4507160000000010", "2912", 0, "a", "", "", "", "")


def test_a_file_may_end_without_a_line_feed_and_hold_numbers_of_several_lengths() -> None:
    content = "\n".join(
        [HEAD, line("37451200000001", account="b"), line("450716000000001"), line("950401" + "0" * 12, account="a")]
    )
    cards = CardSheet(content.encode, lambda row: row)

    assert faults(cards) == []
    assert [len(row.pan) for row in cards] == [15, 16, 19]
    assert all(cards.find(row.pan) == row for row in cards)
    assert len(cards) == 3


def test_any_set_of_numbers_is_found() -> None:
    chance = Random(7)
    for count in (1, 2, 3, 10, 500):
        bodies = sorted({f"9504{chance.randrange(10**11):011d}" for _ in range(count)})
        cards = sheet([line(body, account=f"a{body}") for body in bodies])
        assert faults(cards) == []
        assert all(cards.find(body + luhn_digit(body)) is not None for body in bodies)
        others = {f"9504{chance.randrange(10**11):011d}" for _ in range(50)} - set(bodies)
        assert not any(cards.find(body + luhn_digit(body)) for body in others)
        edge = f"9504{chance.randrange(10**11):011d}"
        behind = [row.pan for row in cards if row.pan >= edge]
        assert cards.first_from(edge) == (behind[0] if behind else None)


def test_the_file_is_read_when_a_card_is_first_asked_for_and_once() -> None:
    reads: list[int] = []

    def read() -> bytes:
        reads.append(1)
        return f"{HEAD}\n{line(BODIES[0])}\n".encode()

    cards: CardSheet[SheetRow] = CardSheet(read, lambda row: row)
    assert reads == []
    assert cards.find("4507160000000010")
    assert cards.find("4507160000000028") is None
    assert reads == [1]


Change = Callable[[list[str]], list[str]]


def replaced(place: int, **values: str) -> Change:
    return lambda lines: [line(BODIES[each], **values) if each == place else one for each, one in enumerate(lines)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (replaced(2, pan="4507160000000076"), "4 pan: 450716******0076 with check digit 6, expected check digit 7"),
        (replaced(2, pan="4507"), "4 pan: '4507', expected 8 to 19 digits"),
        (replaced(2, expiry="2913"), "4 expiry: '2913', expected year and month, YYMM, such as 2912"),
        (replaced(2, balance="12"), "4 balance: '12', expected an amount with two decimals"),
        (replaced(2, cvv2="12"), "4 cvv2: '***', expected three or four digits, or nothing"),
        (replaced(2, product="platinum"), "4 product: 'platinum', expected one of debit, gold, or nothing"),
        (replaced(2, status="gone"), "4 status: 'gone', expected a status of a card, or nothing"),
        (replaced(2, account="Made 7"), "4 account: 'Made 7', expected small letters, digits and hyphens, not beginning with"),
        (replaced(2, account="atlas-0001"), "4 account: 'atlas-0001', expected small letters, digits and hyphens, not beginni"),
        (replaced(2, account="made-0001"), "4 account: 'made-0001', the account of line 2, expected an account of its own"),
        (replaced(2, name="ALAMI, AMINA"), "4 : 10 values, expected 9, as the first line has columns"),
        (lambda lines: [*lines[:2], "", *lines[2:]], "4 : 1 values, expected 9, as the first line has columns"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "3 pan: 450716******0010, below the number of the line before, expec"),
        (lambda lines: [lines[0], lines[0].replace("made", "twice"), *lines[1:]], "3 pan: 450716******0010 a second time, exp"),
        (lambda _: [], "1 : no card, expected a line for each card"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_told_in_one_sentence(change: Change, sentence: str) -> None:
    (found,) = faults(sheet(change([line(body) for body in BODIES])))
    assert found.startswith(sentence)


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("pan,expiry,balance", "1 : no column account, expected pan, then columns of"),
        ("expiry,pan,balance,account", "1 : columns that do not begin with pan, expected pan"),
        ("pan,expiry,balance,account,pin", "1 : column 'pin', expected pan, then columns of expiry, balance, account, cvv2"),
        ("", "1 : a column without a name, expected pan"),
    ],
)
def test_wrong_columns_are_told_in_one_sentence(head: str, sentence: str) -> None:
    (found,) = faults(sheet([], head))
    assert found.startswith(sentence)
    assert sheet([line(BODIES[0])], head).find("4507160000000010") is None


def test_many_wrong_lines_are_told_up_to_a_limit_and_the_good_ones_between_are_passed() -> None:
    lines = [line(f"45071600{number:07d}", expiry="0000" if number % 2 else "2912") for number in range(1, 200)]
    found = faults(sheet(lines))
    assert [fault.split()[0] for fault in found] == [str(number) for number in range(2, 2 + 2 * FAULTS_MAX, 2)]
