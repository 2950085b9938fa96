"""A reconciliation for programs: a row for each line of either side, as CSV, and the whole as JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, Final, Protocol

from attrs import asdict

from switch.card import mask_numbers
from switch.display.visible import cell
from switch.money import currency_name, format_minor
from switch.reconciliation.findings import (
    APPROVAL_ALONE,
    BY_APPROVAL,
    BY_DATE,
    BY_DAYS,
    BY_NET,
    BY_NUMBER,
    BY_RRN,
    BY_SPLIT,
    BY_STAN,
    BY_TICKET,
    BY_TIME,
    CANCELLED,
    CARD_ALONE,
    DATE_ALONE,
    DIFFERENCE,
    MATCHED,
    NUMBER_ALONE,
    RRN_ALONE,
    STAN_ALONE,
    UNMATCHED,
    Finding,
    MatchedSides,
)
from switch.reconciliation.movement import BANK, RELEVE, TILL, FileKind, Movement, Side
from switch.settlement.statement_csv import BYTE_ORDER_MARK, CSV_LINE_END, as_text

RESULT_COLUMNS: Final = {
    "finding": "N°",
    "class": "Classe",
    "pass": "Rapproché par",
    "side": "Fichier",
    "line": "Ligne",
    "date": "Date",
    "time": "Heure",
    "amount": "Montant",
    "net": "Montant net",
    "currency": "Devise",
    "rrn": "RRN",
    "stan": "STAN",
    "approval_code": "N° autor.",
    "card": "N° de carte",
    "terminal_id": "TPE",
    "remise": "Remise",
    "reference": "Référence",
    "label": "Libellé",
    "difference": "Écart",
    "note": "Remarque",
}
CARD_DIGITS_MIN: Final = 13  #: a shorter text holds no card number
#: Columns of digits that a spreadsheet must not take for numbers.
_DIGITS: Final = frozenset({"rrn", "stan", "approval_code", "card", "terminal_id", "remise", "reference"})
_FIGURES: Final = frozenset({"amount", "net", "difference"})
#: Columns of which this program alone decides what stands in them.
_PLAIN: Final = _FIGURES | {"finding", "class", "pass", "line", "date", "time", "currency"}

FRENCH_CLASSES: Final = {MATCHED: "RAPPROCHÉ", DIFFERENCE: "ÉCART", UNMATCHED: "NON RAPPROCHÉ"}
FRENCH_PASSES: Final = {
    CANCELLED: "paire annulée",
    BY_RRN: "RRN",
    BY_STAN: "STAN + date + montant",
    BY_APPROVAL: "autorisation + carte + montant",
    RRN_ALONE: "RRN, autre montant",
    APPROVAL_ALONE: "autorisation + carte, autre montant",
    STAN_ALONE: "STAN + date + carte, autre montant",
    BY_TIME: "montant + heure",
    BY_TICKET: "paiement fractionné par ticket",
    BY_SPLIT: "paiement fractionné par heure",
    BY_DAYS: "montant + date",
    CARD_ALONE: "carte + date, autre montant",
    BY_NUMBER: "n° de remise dans le libellé",
    BY_NET: "net d'une remise",
    BY_DATE: "net de toutes les remises d'une date",
    NUMBER_ALONE: "n° de remise, autre montant",
    DATE_ALONE: "date, autre montant",
}
#: What the lines of a file are, where the other file lacks them.
_TAKEN: Final[dict[FileKind, tuple[str, str]]] = {
    TILL: ("taken", "encaissées"),
    RELEVE: ("reported", "remontées"),
    BANK: ("credited", "créditées"),
}


class Rows(Protocol):
    """Where a CSV is written to."""

    def write(self, text: str, /) -> object: ...


def lacking_words(here: Side, there: Side, *, french: bool = False) -> str:
    """What lines are called that one file has and the other lacks.

    >>> from switch.reconciliation.movement import Side
    >>> till, releve = (Side(name=kind, form=kind, kind=kind, level="sales", lines=()) for kind in ("till", "releve"))
    >>> lacking_words(till, releve), lacking_words(till, releve, french=True)
    ('taken, not reported', 'encaissées non remontées')
    """
    if here.kind == there.kind:
        return f"seulement dans {here.name}" if french else f"only in {here.name}"
    place = 1 if french else 0
    return f"{_TAKEN[here.kind][place]}{' ' if french else ', '}{'non' if french else 'not'} {_TAKEN[there.kind][place]}"


def time_of_day(second: int | None) -> str:
    """A second of the day as 14:05:07; empty where there is none."""
    return "" if second is None else f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def write_rows(out: Rows, found: MatchedSides, *, excel_fr: bool = False) -> None:
    """A row for each line of either side (RFC 4180), or the same for a French spreadsheet."""
    writer = csv.writer(out, delimiter=";" if excel_fr else ",", lineterminator=CSV_LINE_END)
    if excel_fr:
        out.write(BYTE_ORDER_MARK)
    writer.writerow(RESULT_COLUMNS.values() if excel_fr else RESULT_COLUMNS)
    for number, finding in enumerate(found.findings, start=1):
        for values in _rows(number, finding, found):
            writer.writerow([_cell(name, values[name], excel_fr=excel_fr) for name in RESULT_COLUMNS])


def _cell(name: str, value: str, *, excel_fr: bool) -> str:
    if not excel_fr:
        return value if name in _PLAIN or value.isalnum() or not value else cell(value)
    if name in _FIGURES:
        return value.replace(".", ",")
    if name in _DIGITS:
        return as_text(value)
    if name == "class":
        return FRENCH_CLASSES[value]
    if name == "pass":
        return FRENCH_PASSES.get(value, value)
    if name == "date" and value:
        return "/".join(reversed(value.split("-")))
    return cell(value)


def _masked(text: str) -> str:
    """A reference; in a wrong column it may be a card number."""
    return mask_numbers(text) if len(text) >= CARD_DIGITS_MIN else text


def _rows(number: int, finding: Finding, found: MatchedSides) -> Iterator[dict[str, str]]:
    """The lines of a finding; its difference stands beside the first one."""
    difference = format_minor(finding.difference_minor, finding.currency)
    for side, lines in ((found.left, finding.left), (found.right, finding.right)):
        for line in lines:
            yield {
                "finding": str(number),
                "class": finding.outcome,
                "pass": finding.by,
                "side": side.name,
                "line": str(line.place),
                "date": line.date,
                "time": time_of_day(line.second),
                "amount": format_minor(line.amount_minor, line.currency),
                "net": "" if line.net_minor is None else format_minor(line.net_minor, line.currency),
                "currency": currency_name(line.currency),
                "rrn": _masked(line.rrn),
                "stan": _masked(line.stan),
                "approval_code": _masked(line.approval_code),
                "card": line.card,
                "terminal_id": _masked(line.terminal_id),
                "remise": _masked(line.remise),
                "reference": _masked(line.reference),
                "label": line.label,
                "difference": difference,
                "note": finding.note,
            }
            difference = ""


def as_json(found: MatchedSides) -> dict[str, Any]:
    """The whole; amounts in minor units."""
    return {
        "agrees": found.agrees,
        "left": _side(found.left),
        "right": _side(found.right),
        "offsets": [asdict(each) for each in found.offsets],
        "lost": [asdict(each) for each in found.lost],
        "totals": [_renamed(asdict(each)) for each in found.totals()],
        "findings": [
            {
                "class": each.outcome,
                "pass": each.by or None,
                "currency": each.currency,
                "left": [_line(line) for line in each.left],
                "right": [_line(line) for line in each.right],
                "left_minor": each.left_minor,
                "right_minor": each.right_minor,
                "difference_minor": each.difference_minor,
                "note": each.note,
            }
            for each in found.findings
        ],
    }


def _renamed(total: dict[str, Any]) -> dict[str, Any]:
    return {"class" if key == "outcome" else key: value for key, value in total.items()}


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "form": side.form,
        "kind": side.kind,
        "level": side.level,
        "line_count": len(side.lines),
        "out_of_scope_count": side.out_of_scope_count,
        "set_aside": [{"line_number": each.place, "found": each.found, "expected": each.expected} for each in side.set_aside],
    }


def _line(line: Movement) -> dict[str, Any]:
    """A line with what it says; what its file does not say is left out. Any column may hold a card number by mistake."""
    about = {name: getattr(line, name) for name in _SAID}
    return {"line_number": line.place, "amount_minor": line.amount_minor} | {
        name: _masked(value) if isinstance(value, str) else value for name, value in about.items() if value not in ("", None)
    }


_SAID: Final = (
    *("date", "second", "net_minor", "rrn", "stan", "approval_code", "card", "terminal_id", "channel", "remise"),
    *("remise_date", "reference", "value_date", "ticket", "label"),
)
