"""A wide statement on a narrow terminal."""

from __future__ import annotations

import pytest

from switch.cli.console.folding import folded

RULE = "-" * 60
STATEMENT = f"""Switch{" " * 40}RELEVÉ MONÉTIQUE

Commerçant   SHOP  THE SHOP AT THE CORNER OF THE LONG STREET

Date  Card              Brand               Gross        Net
{RULE}
28/11 950401******0019  cmi                 99,00      97,36
28/11 512801******0019  mastercard         249,00     244,89
{RULE}
Total                                      348,00     342,25

CREDITED{" " * 42}MAD 342,25
"""


def test_what_fits_stays_as_it_is() -> None:
    assert folded(STATEMENT, 80) == STATEMENT
    assert folded("one line\n", 4) == "one\nline\n"


@pytest.mark.parametrize("width", [30, 40, 50])
def test_no_line_is_wider_and_no_figure_is_lost(width: int) -> None:
    shown = folded(STATEMENT, width)
    assert max(map(len, shown.splitlines())) <= width
    assert [word for word in shown.split() if "-" not in word] == [word for word in STATEMENT.split() if "-" not in word]


def test_an_entry_takes_two_lines() -> None:
    assert folded(STATEMENT, 40).splitlines()[8:10] == ["28/11 950401******0019  cmi", f"{'99,00      97,36':>40}"]
