"""The report as HTML: well formed, of one file, with every figure of the books in its tables, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from switch.batch.figures import Figures, figures_of
from switch.batch.page.charts import ChartBar, columns, nice_top, row_bars, scale_values
from switch.batch.page.page import page_of
from switch.batch.page.words import MONTHS, REPORT_WORDS
from switch.business_day import DateSpan, month_span
from switch.cli.console.words import translated
from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from tests.support.day_builders import FRIDAY, HOTEL, SATURDAY, day_specs, journal_of, later_ms, merchant

VOID = {"meta", "rect", "line"}  #: in HTML, or closed by themselves in SVG


class Page(HTMLParser):
    """The page as a reader of HTML finds it; fails where a tag is not closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.attributes: list[tuple[str, str]] = []
        self._caption = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "tr":
            self.tables[self._caption].append([])
        if tag in ("th", "td"):
            self.tables[self._caption][-1].append("")
        if tag not in VOID or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "caption":
            self._caption = data
            self.tables[data] = []
        if self.open and self.open[-1] in ("th", "td"):
            self.tables[self._caption][-1][-1] += data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days with everything that may be listed, and a decline."""
    folder = tmp_path_factory.mktemp("report")
    with journal_of(folder, FRIDAY) as journal:
        journal.decide("51")
        journal.decide(merchant_id=HOTEL.id, amount_minor=1_234_567, origin="foreign", scheme="visa", issuer="vesta")
    close_two_days_on(folder)
    return folder


def close_two_days_on(folder: Path) -> None:
    """The two days of ``close_two_days``, of which the first has begun."""
    with journal_of(folder) as journal:
        sale = journal.decide()
        journal.hold(capture="batch", amount_minor=4_200)
        close_day(folder, day_specs(), None, later_ms(folder))
        journal.reverse(sale, 2_500)
        journal.decide(amount_minor=3_300, transaction_type="refund")
        journal.decide(merchant_id="NOBODY000000001", amount_minor=6_600)
        close_day(folder, day_specs(), None, later_ms(folder))


@pytest.fixture(scope="module")
def figures(data: Path) -> Figures:
    return figures_of(data, month_span("2026-11"))


def in_french(text: str) -> str:
    return translated(text, "fr")


@pytest.mark.parametrize(("language", "translate"), [("en", str), ("fr", in_french)])
def test_the_page_is_one_well_formed_file(figures: Figures, language: str, translate: Callable[[str], str]) -> None:
    html = page_of(figures, language, translate)
    page = Page(html)
    assert html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert "<script" not in html
    assert not [value for name, value in page.attributes if name in ("src", "href") or value.startswith("http")]
    assert "url(" not in html
    assert "@import" not in html
    assert f"{MONTHS[language][10]} 2026" in html
    assert all(len(set(map(len, rows))) == 1 for rows in page.tables.values())


def test_the_tables_have_the_figures_of_the_books(figures: Figures) -> None:
    tables = Page(page_of(figures, "en")).tables
    assert tables["By date"][1:] == [
        ["2026-11-20", "2", "12,445.67", "309.84", "30.98", "12,104.85"],
        ["2026-11-21", "2", "-108.00", "-1.30", "-0.13", "-106.57"],
    ]
    assert ["visa", "foreign", "1", "12,345.67", "308.64", "30.86", "12,006.17"] in tables["By brand and origin"]
    assert tables["By merchant"][1][:4] == [HOTEL.id, HOTEL.name, "1", "12,345.67"]
    assert tables["Declines by response code"][1:] == [["51", "insufficient funds", "atlas", "1", "100.0\N{NO-BREAK SPACE}%"]]
    assert tables["Exceptions: approved, not presented"][1:] == [["unknown merchant", "1", "66.00", "MAD"]]
    assert tables["Holds that wait at the close of 2026-11-21"][1:] == [["batch", "2026-11-20", "1", "42.00", "MAD"]]
    money = dict(row for row in tables["Money"][1:])
    assert money["Gross"] == "12,337.67\N{NO-BREAK SPACE}MAD"
    nets = [row[-1].replace(",", "") for row in tables["Net positions"][1:]]
    assert sum(round(100 * float(net)) for net in nets) == 0


def test_the_figures_that_are_seen_first_are_those_of_the_books(figures: Figures) -> None:
    (money,) = figures.money
    tiles = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page_of(figures, "en")))
    amounts = {"Gross": money.gross_minor, "Net to merchants": money.net_minor, "Paid out": money.paid_minor}
    assert {label: tiles[label] for label in amounts} == {label: f"{minor / 100:,.2f}" for label, minor in amounts.items()}
    assert list(tiles.values())[:3] == ["6", "5", "1"]


def test_the_french_page_is_french(figures: Figures) -> None:
    tables = Page(page_of(figures, "fr", in_french)).tables
    assert tables["Par journée"][1][:3] == ["20/11/2026", "2", "12\N{NO-BREAK SPACE}445,67"]
    assert tables["Refus par code réponse"][1][1] == "provision insuffisante"
    assert tables["Anomalies : autorisées, non présentées"][1][0] == "commerçant inconnu"


def test_both_languages_have_the_same_words() -> None:
    english, french = REPORT_WORDS["en"], REPORT_WORDS["fr"]
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", french[key])), key


def test_a_day_is_the_last_one_unless_a_range_is_given(data: Path) -> None:
    assert figures_of(data, None).dates == (SATURDAY,)
    assert "Report of 2026-11-21" in page_of(figures_of(data, None), "en")
    two = figures_of(data, DateSpan(first=FRIDAY, last=SATURDAY))
    assert "Report from 2026-11-20 to 2026-11-21" in page_of(two, "en")
    with pytest.raises(NegativeAnswerError, match="no business date is closed from 2027-01-01 to 2027-01-31"):
        figures_of(data, month_span("2027-01"))


def test_a_name_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    hostile = merchant(name='<script>alert("1")</script>')
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close_day(tmp_path, day_specs(merchants=(hostile,)), None, later_ms(tmp_path))
    html = page_of(figures_of(tmp_path, None), "en")
    Page(html)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_day_on_which_nothing_came_is_a_page_too(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide("51")
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    page = Page(page_of(figures_of(tmp_path, None), "en"))
    assert set(page.tables) == {"Declines by response code"}


@pytest.mark.parametrize("language", ["ar", "de", ""])
def test_another_language_gets_english(figures: Figures, language: str) -> None:
    assert page_of(figures, language) == page_of(figures, "en")


def test_columns_are_as_tall_as_their_values() -> None:
    bars = [ChartBar(label=str(number), value=number, shown=str(number)) for number in (0, 50, 100)]
    assert scale_values(bars) == [0, 25, 50, 75, 100]
    chart = columns(bars, says="a < b", scale=["0", "25", "50", "75", "100"])
    assert re.findall(r'class="bar".*?height="(\d+)"', chart) == ["90", "180"]
    assert "a &lt; b" in chart


def test_bars_below_zero_go_the_other_way() -> None:
    chart = row_bars(
        [ChartBar(label="pays", value=-10, shown="-10"), ChartBar(label="gets", value=10, shown="10")], says="nets"
    )
    places = [(float(x), float(width)) for x, width in re.findall(r'class="bar[^"]*" x="([\d.]+)%" width="([\d.]+)%"', chart)]
    assert places[0][0] + places[0][1] == pytest.approx(places[1][0])


def test_a_scale_ends_at_a_round_number_above_all() -> None:
    for value in (1, 3, 9, 10, 11, 99, 101, 249, 251, 12_345_678):
        assert value <= nice_top(value) <= 10 * value
