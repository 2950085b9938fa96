"""Card numbers: check digits, and that none is shown by accident."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan, luhn_digit, luhn_valid, mask_numbers, mask_pan

digits = st.text(alphabet="0123456789", min_size=1, max_size=18)


@pytest.mark.parametrize(
    "number", ["4000000000000010", "4111111111111111", "5453010000066100", "5191630100004896", "79927398713"]
)
def test_well_known_numbers_have_right_check_digits(number: str) -> None:
    assert luhn_valid(number)


@given(digits)
def test_exactly_one_check_digit_completes_a_number(body: str) -> None:
    assert [luhn_valid(body + digit) for digit in "0123456789"].count(True) == 1
    assert luhn_valid(body + luhn_digit(body))


@given(digits, st.data())
def test_one_wrong_digit_is_always_found(body: str, data: st.DataObject) -> None:
    number = body + luhn_digit(body)
    place = data.draw(st.integers(min_value=0, max_value=len(number) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not luhn_valid(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("number", ["", "0", "7"])
def test_nothing_before_the_check_digit_is_no_number(number: str) -> None:
    assert not luhn_valid(number)


@given(st.text(alphabet="0123456789", min_size=8, max_size=19))
def test_a_mask_keeps_the_length_and_hides_at_least_three_digits(number: str) -> None:
    masked = mask_pan(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= 3
    assert all(shown in ("*", digit) for shown, digit in zip(masked, number, strict=True))


def test_a_pan_is_never_shown_whole() -> None:
    pan = Pan("4507160000000010")
    assert {repr(pan), str(pan), f"{pan}", f"{pan!r}"} == {"Pan(450716******0010)"}
    assert pan.masked == "450716******0010"
    assert pan == Pan("4507160000000010")
    assert hash(pan) == hash(Pan("4507160000000010"))


@pytest.mark.parametrize("mark", [" ", "-", ".", "\u00a0", "\u202f"])
@pytest.mark.parametrize(
    "groups",
    [
        ("4507", "1600", "0000", "0010"),
        ("6762", "0000", "0000", "0000", "009"),
        ("378282", "246310", "005"),
        ("3782", "822463", "10005"),
        ("3056", "930902", "5904"),
    ],
)
def test_a_card_number_in_groups_is_masked_wherever_it_stands(groups: tuple[str, ...], mark: str) -> None:
    shown = mask_numbers(f"slip of {mark.join(groups)}, signed")
    digits = "".join(groups)
    assert "".join(letter for letter in shown if letter.isdecimal() or letter == "*") == mask_pan(digits)
    assert shown.count(mark) >= len(groups) - 1


@pytest.mark.parametrize("around", ["2234 {} 501", "{} 123", "5 {} 2026", "2026-11-28 {}", "{} and {}"])
def test_other_groups_beside_it_hide_no_card_number(around: str) -> None:
    assert mask_numbers(around.replace("{}", "4507 1600 0000 0010")) == around.replace("{}", "4507 16** **** 0010")


@pytest.mark.parametrize(
    "text",
    [
        "MA64 9017 8000 0000 0000 1000 3766",
        "2026-11-28 12:00:01",
        "0522 00 00 02",
        "4507 1600 0000 0011",
        "1 234 567.89",
        "fault-29-013829-29997-352964",
    ],
)
def test_what_is_no_card_number_stays(text: str) -> None:
    assert mask_numbers(text) == text


def test_no_example_in_an_error_has_a_number_that_is_masked_when_it_is_shown() -> None:
    """What a person is told to type has to be typed as it stands."""
    refusing = {"mistake", "wrong", "complain", "error", "fail"}
    found = list[str]()
    sources = {path: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[1] / "switch").rglob("*.py"))}
    for path in [path for path, source in sources.items() if mask_numbers(source) != source]:
        for node in ast.walk(ast.parse(sources[path])):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            if name in refusing or name.endswith("Error"):
                texts = [
                    each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
                found += [f"{path.name}: {text}" for text in texts if mask_numbers(text) != text]
    assert found == []
