"""Verdicts as JUnit XML, as servers of continuous integration read it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from switch.display.visible import visible
from switch.verification.verdict import ExpectationVerdict


def junit_xml(suite: str, verdicts: Sequence[ExpectationVerdict], failures: Sequence[str], seconds: float) -> str:
    """A file with a case for each verdict; ``failures`` are the texts of those that failed, empty for the others."""
    failed = sum(bool(text) for text in failures)
    counts = f'tests="{len(verdicts)}" failures="{failed}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites {counts} time="{seconds:.3f}">',
        f'  <testsuite name={_quoted(suite)} {counts} skipped="0" time="{seconds:.3f}">',
    ]
    for verdict, text in zip(verdicts, failures, strict=True):
        case = f"    <testcase classname={_quoted(suite)} name={_quoted(verdict.expectation.title)}"
        if not text:
            lines.append(f"{case}/>")
            continue
        shown = "\n".join(visible(line) for line in text.splitlines())
        failure = f"      <failure message={_quoted(verdict.problem)}>{escape(shown)}</failure>"
        lines += [f"{case}>", failure, "    </testcase>"]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _quoted(text: str) -> str:
    return quoteattr(visible(text))
