"""Every block of the pages for readers runs, and prints what the page shows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.docs.blocks import Block, agrees, blocks_of, commands_of, renewed
from tests.docs.running import RUN, pages, read

#: Blocks with ``<!-- not run: reason -->`` above them, by page; fewer is better.
NOT_RUN: Final = {
    "docs/how-to/connect-a-gateway.md": 3,
    "docs/how-to/control-over-http.md": 3,
    "docs/how-to/find-out-why.md": 1,
    "docs/how-to/read-messages.md": 1,
    "docs/how-to/test-in-ci.md": 1,
    "docs/how-to/record-and-replay.md": 2,
    "docs/how-to/test-in-pytest.md": 2,
    "docs/how-to/test-your-shop.md": 3,
}


@pytest.mark.long  # each page is typed beside a centre of its own
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_page_does_what_it_shows(page: Path) -> None:
    faults = read(page)
    assert not faults, "\n\n".join([*faults, "make pages writes the outputs anew"])


def test_few_blocks_are_not_run() -> None:
    blocks = [block for page in pages() for block in blocks_of(page)]
    assert Counter(block.page for block in blocks if block.not_run) == NOT_RUN
    code = [block for block in blocks if block.language not in RUN | {"", "mermaid"}]
    assert not [f"{block.page}:{block.line}" for block in code if not block.not_run], "code that is not run says why"


def test_an_ellipsis_is_any_part_of_a_line_or_any_lines() -> None:
    assert agrees(["a … c", "…", "d"], "a b c\nx\ny\nd\n")
    assert agrees(["a", "…", "d"], "a\nd\n")
    assert not agrees(["a", "…", "d"], "a\n")
    assert agrees(["when 2026-11-22 03:51:29.202, in 12.5 ms"], "when 2026-12-01 11:00:00.001, in 9 ms")


def test_new_output_keeps_the_ellipses_of_the_page() -> None:
    assert renewed(["title", "…", "answer 51, no money"], "title\na\nb\nanswer 51, insufficient funds\n") == [
        "title",
        "…",
        "answer 51, insufficient funds",
    ]
    assert renewed(["old"], "all\nof it\n") == ["all", "of it"]


def test_a_command_goes_on_behind_a_backslash() -> None:
    block = Block("page", 1, "console", ("$ switch \\", "  cards", "out", "$ true"))
    assert [(each.text, each.output) for each in commands_of(block)] == [("switch \\\n  cards", ["out"]), ("true", [])]
