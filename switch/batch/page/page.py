"""The report as one file of HTML: figures at the top, then a section for each way of cutting them, a chart and a table each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from attrs import Factory, define

from switch.batch.figures import CountedRow, Figures, Money, Slice
from switch.batch.page.charts import ChartBar, columns, row_bars, scale_values
from switch.batch.page.style import STYLE
from switch.batch.page.words import MONTHS, REPORT_WORDS
from switch.business_day import DateSpan, month_span
from switch.display.visible import visible
from switch.money import currency_name, format_minor, minor_digits
from switch.record import frozen
from switch.settlement.statement_labels import LABELS
from switch.transaction import response_meaning

MERCHANTS_DRAWN_MAX: Final = 15  #: bars of merchants; the table has all of them
FIGURE_HEADS: Final = frozenset(
    {"col_count", "gross", "discount", "vat", "net", "interchange", "col_amount", "col_share"}
    | {"col_debit", "col_credit", "col_position"}
)  #: columns that stand to the right


@frozen(kw_only=True)
class _Language:
    """How a language says and writes things."""

    code: str
    words: Mapping[str, str]
    translate: Callable[[str], str]  #: of texts that the books hold in English: reasons, response codes

    def amount(self, minor: int, currency: str) -> str:
        labels = LABELS[self.code]
        whole, point, part = format_minor(minor, currency).partition(".")
        grouped = f"{int(whole):,}".replace(",", labels["printed_thousands_mark"])
        if whole.startswith("-") and not grouped.startswith("-"):
            grouped = f"-{grouped}"
        return grouped + (labels["decimal_mark"] + part if point else "")

    def money(self, minor: int, currency: str) -> str:
        return f"{self.amount(minor, currency)}\N{NO-BREAK SPACE}{currency_name(currency)}"

    def count(self, number: int) -> str:
        return f"{number:,}".replace(",", LABELS[self.code]["printed_thousands_mark"])

    def date(self, iso: str) -> str:
        year, month, day = iso.split("-")
        return LABELS[self.code]["date"].format(year=year, month=month, day=day)

    def short_date(self, shown: str) -> str:
        """A date as the language writes it, without its year."""
        return shown[:5] if self.code == "fr" else shown[5:]

    def share(self, part: int, whole: int) -> str:
        tenths = (1000 * part + whole // 2) // whole if whole else 0
        return f"{tenths // 10}{LABELS[self.code]['decimal_mark']}{tenths % 10}\N{NO-BREAK SPACE}%"

    def rough(self, minor: int, currency: str) -> str:
        """An amount on the scale of a chart: whole units, thousands and millions by their letter."""
        units = minor // 10 ** minor_digits(currency)
        for size, letter in ((1_000_000, "M"), (1_000, "k")):
            if units >= size:
                tenths = units * 10 // size
                mark = LABELS[self.code]["decimal_mark"]
                return f"{tenths // 10}{mark + str(tenths % 10) if tenths % 10 else ''}\N{NO-BREAK SPACE}{letter}"
        return str(units)


def page_of(figures: Figures, language: str, translate: Callable[[str], str] = str) -> str:
    """The report of these figures as HTML. ``translate`` brings what the books say in English into the language."""
    code = language if language in REPORT_WORDS else "en"
    return _Page(figures, _Language(code=code, words=REPORT_WORDS[code], translate=translate)).html()


@define
class _Page:
    figures: Figures
    said: _Language
    out: list[str] = Factory(list)

    def html(self) -> str:
        figures, words = self.figures, self.said.words
        title = self._title()
        closed = words["date" if len(figures.dates) == 1 else "dates"].format(
            count=len(figures.dates), first=self.said.date(figures.dates[0]), last=self.said.date(figures.dates[-1])
        )
        self.out += [
            "<!doctype html>\n",
            f'<html lang="{self.said.code}">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{_text(title)} · {_text(figures.centre_name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
            f"<header><p>{_text(figures.centre_name)}</p><h1>{_text(title)}</h1><p>{_text(closed)}</p></header>\n<main>\n",
        ]
        approved, declined = figures.approval_count, figures.decision_count - figures.approval_count
        share = words["share"].format(share=self.said.share(approved, figures.decision_count))
        other = words["share"].format(share=self.said.share(declined, figures.decision_count))
        self._tiles(
            [
                (words["decisions"], self.said.count(figures.decision_count), ""),
                (words["approved"], self.said.count(approved), share),
                (words["declined"], self.said.count(declined), other),
            ]
        )
        for money in figures.money:
            self._money(money)
        self._declines()
        self._exceptions()
        self._holds()
        self.out.append(f"</main>\n<footer><p>{_text(words['foot'])}</p></footer>\n</body>\n</html>\n")
        return "".join(self.out)

    def _title(self) -> str:
        span, words, dates = self.figures.span, self.said.words, self.figures.dates
        if span.is_one_date:
            return words["title_day"].format(date=self.said.date(span.first))
        if _is_month(span):
            name = MONTHS[self.said.code][int(span.first[5:7]) - 1]
            return words["title_month"].format(month=f"{name} {span.first[:4]}")
        first, last = max(span.first, dates[0]), min(span.last, dates[-1])
        return words["title_span"].format(first=self.said.date(first), last=self.said.date(last))

    def _money(self, money: Money) -> None:
        said, words, currency = self.said, self.said.words, money.currency
        name = words["in_currency"].format(currency=currency_name(currency))
        self.out.append(f"<h2>{_text(name)}</h2>\n")
        self._tiles(
            [
                (words["lines"], said.count(money.line_count), ""),
                (words["gross"], said.amount(money.gross_minor, currency), ""),
                (words["discount"], said.amount(money.discount_minor, currency), ""),
                (words["net"], said.amount(money.net_minor, currency), ""),
                (words["paid"], said.amount(money.paid_minor, currency), ""),
            ]
        )
        self._fees(money)
        self._entries(money)
        if len(money.days) > 1:
            self._over_time(money, "by_date", "col_date", money.days, [said.date(each.of) for each in money.days])
        hours = _all_hours(money.hours)
        self._over_time(money, "by_hour", "col_hour", hours, [f"{each.of} h" for each in hours])
        self._brands(money)
        self._merchants(money)
        self._positions(money)

    def _tiles(self, tiles: Sequence[tuple[str, str, str]]) -> None:
        """Figures that are seen first: a label, a value, and a note below it."""
        self.out.append('<dl class="tiles">')
        for label, value, note in tiles:
            small = f"<dd><small>{_text(note)}</small></dd>" if note else ""
            self.out.append(f"<div><dt>{_text(label)}</dt><dd>{_text(value)}</dd>{small}</div>")
        self.out.append("</dl>\n")

    def _fees(self, money: Money) -> None:
        words, currency = self.said.words, money.currency
        rows = [
            (words["gross"], money.gross_minor),
            (words["discount"], -money.discount_minor),
            (words["vat"], -money.vat_minor),
            (words["net"], money.net_minor),
            (words["paid"], money.paid_minor),
            (words["carried"], money.carried_minor),
            (words["interchange"], money.interchange_minor),
            (words["margin"], money.discount_minor - money.interchange_minor),
        ]
        with_counts = [
            (words["lines"], self.said.count(money.line_count)),
            (words["refunds"], self.said.count(money.refund_count)),
            (words["adjustments"], self.said.count(money.adjustment_count)),
        ]
        cells = [*with_counts, *((label, self.said.money(minor, currency)) for label, minor in rows)]
        self._section("fees", [("", 0), ("col_amount", 1)], cells)

    def _entries(self, money: Money) -> None:
        if not money.entries:
            return
        said, currency = self.said, money.currency
        rows = [
            (
                said.translate(f"{each.kind} entries").removesuffix(" entries").replace("_", " "),
                said.count(each.count),
                said.amount(each.amount_minor, currency),
                said.amount(each.vat_minor, currency),
            )
            for each in money.entries
        ]
        self._section("entries", _heads("col_kind", "col_count", "col_amount", "vat"), rows)

    def _over_time(self, money: Money, title: str, head: str, slices: Sequence[Slice], labels: Sequence[str]) -> None:
        said, currency = self.said, money.currency
        short = [label.removesuffix(" h") if head == "col_hour" else said.short_date(label) for label in labels]
        bars = [
            ChartBar(label=label, value=each.gross_minor, shown=said.money(each.gross_minor, currency))
            for label, each in zip(short, slices, strict=True)
        ]
        scale = [said.rough(value, currency) for value in scale_values(bars)]
        chart = columns(bars, says=self._chart_says(title), scale=scale)
        rows = [(label, *self._sums(each, currency)) for label, each in zip(labels, slices, strict=True) if each.line_count]
        self._section(title, _heads(head, "col_count", "gross", "discount", "vat", "net"), rows, chart)

    def _brands(self, money: Money) -> None:
        said, currency = self.said, money.currency
        bars = [
            ChartBar(
                label=f"{each.of or said.words['other']}, {said.words[each.beside]}",
                value=each.gross_minor,
                shown=said.amount(each.gross_minor, currency),
            )
            for each in money.brands
        ]
        rows = [(each.of or said.words["other"], said.words[each.beside], *self._sums(each, currency)) for each in money.brands]
        heads = _heads("col_brand", "col_origin", "col_count", "gross", "discount", "vat", "net")
        self._section("by_brand", heads, rows, row_bars(bars, says=self._chart_says("by_brand")))

    def _merchants(self, money: Money) -> None:
        said, currency, drawn = self.said, money.currency, money.merchants[:MERCHANTS_DRAWN_MAX]
        bars = [
            ChartBar(
                label=visible(each.beside or each.of), value=each.gross_minor, shown=said.amount(each.gross_minor, currency)
            )
            for each in drawn
        ]
        chart = row_bars(bars, says=self._chart_says("by_merchant"))
        if len(money.merchants) > len(drawn):
            note = said.words["more_merchants"].format(count=len(drawn), all=said.count(len(money.merchants)))
            chart += f'<p class="note">{_text(note)}</p>'
        rows = [(each.of, each.beside, *self._sums(each, currency)) for each in money.merchants]
        heads = _heads("col_merchant", "col_name", "col_count", "gross", "discount", "vat", "net")
        self._section("by_merchant", heads, rows, chart)

    def _positions(self, money: Money) -> None:
        said, currency = self.said, money.currency
        bars = [
            ChartBar(label=visible(each.name), value=each.net_minor, shown=said.amount(each.net_minor, currency))
            for each in money.positions
        ]
        rows = [
            (
                each.name,
                said.words[each.role],
                *(said.amount(minor, currency) for minor in (each.debit_minor, each.credit_minor)),
                *(said.amount(minor, currency) for minor in (each.interchange_minor, each.net_minor)),
            )
            for each in money.positions
        ]
        chart = (
            row_bars(bars, says=self._chart_says("positions")) + f'<p class="note">{_text(said.words["positions_note"])}</p>'
        )
        heads = _heads("col_participant", "col_role", "col_debit", "col_credit", "interchange", "col_position")
        self._section("positions", heads, rows, chart)

    def _declines(self) -> None:
        said, codes = self.said, _by_code(self.figures.declines)
        all_count = sum(codes.values())
        bars = [
            ChartBar(label=f"{code} {self._meaning(code)}", value=count, shown=said.count(count))
            for code, count in codes.items()
        ]
        rows = [
            (
                each.of,
                self._meaning(each.of),
                each.beside or said.words["switch"],
                said.count(each.count),
                said.share(each.count, all_count),
            )
            for each in self.figures.declines
        ]
        heads = _heads("col_code", "col_meaning", "col_by", "col_count", "col_share")
        self._section("by_code", heads, rows, row_bars(bars, says=self._chart_says("by_code")), none="none_declines")

    def _meaning(self, code: str) -> str:
        meaning = response_meaning(code)
        return self.said.translate(f"{code} {meaning}").removeprefix(f"{code} ")

    def _exceptions(self) -> None:
        rows = [
            (self.said.translate(each.of), self.said.count(each.count), *self._amount_of(each))
            for each in self.figures.exceptions
        ]
        heads = _heads("col_reason", "col_count", "col_amount", "col_currency")
        self._section("exceptions", heads, rows, none="none_exceptions")

    def _holds(self) -> None:
        words = self.said.words
        rows = [
            (words.get(each.of, each.of), self.said.date(each.beside), self.said.count(each.count), *self._amount_of(each))
            for each in self.figures.holds
        ]
        title = words["holds"].format(date=self.said.date(self.figures.dates[-1]))
        heads = _heads("col_waits", "col_since", "col_count", "col_amount", "col_currency")
        self._section(title, heads, rows, none="none_holds")

    def _sums(self, each: Slice, currency: str) -> Iterator[str]:
        yield self.said.count(each.line_count)
        for minor in (each.gross_minor, each.discount_minor, each.vat_minor, each.net_minor):
            yield self.said.amount(minor, currency)

    def _amount_of(self, each: CountedRow) -> tuple[str, str]:
        return self.said.amount(each.amount_minor, each.currency), currency_name(each.currency)

    def _chart_says(self, title: str) -> str:
        return self.said.words["chart"].format(what=self.said.words[title])

    def _section(
        self,
        title: str,
        heads: Sequence[tuple[str, int]],
        rows: Iterable[Sequence[str]],
        chart: str = "",
        *,
        none: str = "",
    ) -> None:
        """A section: its title (a word, or a text), a chart, a table; a sentence where it has no rows."""
        words, rows = self.said.words, list(rows)
        name = _text(words.get(title, title))
        self.out.append(f"<section><h3>{name}</h3>\n")
        if not rows and none:
            self.out.append(f"<p>{_text(words[none])}</p></section>\n")
            return
        shown = [f'<th scope="col"{_right(right)}>{_text(words.get(head, head))}</th>' for head, right in heads]
        self.out.append(
            f'{chart}\n<div class="wide"><table><caption>{name}</caption>\n<thead><tr>{"".join(shown)}</tr></thead>\n'
        )
        self.out.append("<tbody>\n")
        when = ' class="t"' if heads[0][0] in ("col_date", "col_hour", "col_code") else ""
        for row in rows:
            first, *others = (_text(value) for value in row)
            cells = [f"<td{_right(right)}>{value}</td>" for value, (_, right) in zip(others, heads[1:], strict=True)]
            self.out.append(f'<tr><th scope="row"{when}>{first}</th>{"".join(cells)}</tr>\n')
        self.out.append("</tbody></table></div></section>\n")


def _text(text: str) -> str:
    return escape(visible(text))


def _right(right: int) -> str:
    return ' class="n"' if right else ""


def _heads(*names: str) -> list[tuple[str, int]]:
    return [(name, int(name in FIGURE_HEADS)) for name in names]


def _is_month(span: DateSpan) -> bool:
    return span == month_span(span.first[:7])


def _all_hours(hours: Sequence[Slice]) -> list[Slice]:
    """All hours of a day, those with nothing included."""
    known = {each.of: each for each in hours}
    return [known.get(f"{hour:02d}") or Slice(of=f"{hour:02d}", line_count=0, gross_minor=0) for hour in range(24)]


def _by_code(declines: Iterable[CountedRow]) -> dict[str, int]:
    codes: dict[str, int] = {}
    for each in declines:
        codes[each.of] = codes.get(each.of, 0) + each.count
    return dict(sorted(codes.items(), key=lambda item: (-item[1], item[0])))
