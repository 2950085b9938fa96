"""The checked view of a TOML table: what is asked by name and kind, and how a wrong value is told."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from switch.errors import SpecError
from switch.spec_table import SpecTable

RANGE = {
    "bins": "450716",
    "count": 12,
    "share": 0.5,
    "open": True,
    "names": ["a", "b"],
    "balance": "1000.00",
    "inner": {"deep": "x"},
    "row": [{"rate": 65}, {"rate": 120}],
}


def table(**changes: Any) -> SpecTable:
    return SpecTable("routing.toml", {**RANGE, **changes}, "range[3]", {"range[3]": 12, "range[3].bins": 13})


def refusal(ask: Callable[[SpecTable], object], of: SpecTable) -> str:
    with pytest.raises(SpecError) as refused:
        ask(of)
    return str(refused.value)


def test_values_come_as_they_are_asked_for() -> None:
    asked = table()
    assert asked.text("bins") == "450716"
    assert asked.integer("count") == 12
    assert asked.seconds("share") == 0.5
    assert asked.seconds("count") == 12.0
    assert asked.flag("open") is True
    assert asked.texts("names") == ("a", "b")
    assert asked.minor("balance") == 100_000
    assert asked.table("inner").text("deep") == "x"
    assert [row.integer("rate") for row in asked.tables("row")] == [65, 120]
    assert [(name, below.path) for name, below in table(named={"2": {}}).named("named")] == [("2", "range[3].named.2")]
    asked.done()


def test_what_is_missing_is_the_default_where_there_is_one() -> None:
    asked = SpecTable("x.toml", {})
    assert asked.text("a", "A") == "A"
    assert asked.text("a", None, pattern="B") is None
    assert asked.integer("a", 7, low=8) == 7
    assert asked.seconds("a", None) is None
    assert asked.flag("a", False) is False
    assert asked.texts("a", None) is None
    assert asked.minor("a", 5) == 5
    assert list(asked.tables("a")) == []
    assert list(asked.named("a")) == []
    assert "a" not in asked


@pytest.mark.parametrize(
    ("ask", "changes", "sentence"),
    [
        (lambda t: t.text("scheme"), {}, "routing.toml:12: range[3].scheme: found nothing, expected text"),
        (lambda t: t.text("bins"), {"bins": 450716}, "routing.toml:13: range[3].bins: found 450716, expected text"),
        (
            lambda t: t.text("bins", pattern=r"\d{8}", expected="8 digits"),
            {},
            "routing.toml:13: range[3].bins: found '450716', expected 8 digits",
        ),
        (
            lambda t: t.text("bins", pattern=r"\d+"),
            {"bins": "٤٥"},
            r"routing.toml:13: range[3].bins: found '٤٥', expected text of the form \d+",
        ),
        (lambda t: t.choice("bins", ("a", "b")), {}, "routing.toml:13: range[3].bins: found '450716', expected one of a, b"),
        (
            lambda t: t.integer("count", high=9),
            {},
            "routing.toml:12: range[3].count: found 12, expected a whole number from 0 to 9",
        ),
        (lambda t: t.integer("open"), {}, "routing.toml:12: range[3].open: found True, expected a whole number"),
        (lambda t: t.integer("share"), {}, "routing.toml:12: range[3].share: found a decimal number, expected a whole number"),
        (
            lambda t: t.seconds("count"),
            {"count": 0},
            "routing.toml:12: range[3].count: found 0, expected seconds above 0 and up to 3600",
        ),
        (
            lambda t: t.seconds("share"),
            {"share": float("nan")},
            "routing.toml:12: range[3].share: found nan, expected seconds above 0 and up to 3600",
        ),
        (lambda t: t.flag("count"), {}, "routing.toml:12: range[3].count: found 12, expected true or false"),
        (
            lambda t: t.texts("names"),
            {"names": ["a", 1]},
            "routing.toml:12: range[3].names: found a list with other values, expected a list of text",
        ),
        (
            lambda t: t.minor("balance"),
            {"balance": "10.5"},
            "routing.toml:12: range[3].balance: found '10.5', expected an amount as text with two decimals, such as \"125.00\"",
        ),
        (lambda t: t.table("names"), {}, "routing.toml:12: range[3].names: found a list, expected a table"),
        (lambda t: list(t.tables("names")), {}, "routing.toml:12: range[3].names: found 'a', expected [[names]] tables"),
        (
            lambda t: list(t.named("inner")),
            {},
            "routing.toml:12: range[3].inner.deep: found 'x', expected a table [inner.deep]",
        ),
        (
            lambda t: t.table("inner").integer("deep"),
            {},
            "routing.toml:12: range[3].inner.deep: found 'x', expected a whole number",
        ),
        (lambda t: t.wrong("", "two rows", "one"), {}, "routing.toml:12: range[3]: found two rows, expected one"),
    ],
)
def test_a_wrong_value_is_told_with_file_line_key_found_and_expected(
    ask: Callable[[SpecTable], object], changes: dict[str, Any], sentence: str
) -> None:
    assert refusal(ask, table(**changes)) == sentence


def test_a_date_without_quotes_is_no_text() -> None:
    asked = SpecTable("fees/vat.toml", tomllib.loads("from = 2013-01-01"))
    assert (
        refusal(lambda t: t.text("from"), asked)
        == "fees/vat.toml: from: found the date or time 2013-01-01 (without quotes), expected text"
    )


def test_a_key_nobody_asked_for_is_refused() -> None:
    asked = SpecTable("calendar.toml", {"cut_off": "23:00", "cutoff": "22:00"}, lines={"cut_off": 1, "cutoff": 2})
    asked.text("cut_off")
    assert refusal(SpecTable.done, asked) == "calendar.toml:2: cutoff: found a key nobody reads, expected one of cut_off"


def test_keys_of_odd_names_find_a_line_or_none() -> None:
    asked = SpecTable("x.toml", {}, "element.]a[", {"element": 4})
    assert refusal(lambda t: t.text("b].c["), asked) == "x.toml:4: element.]a[.b].c[: found nothing, expected text"
    assert refusal(lambda t: t.text("b"), SpecTable("x.toml", {})) == "x.toml: b: found nothing, expected text"
