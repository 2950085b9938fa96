"""JUnit XML of verdicts, read back by a parser of XML."""

from __future__ import annotations

from xml.etree import ElementTree

from switch.verification.junit import junit_xml
from switch.verification.verdict import ExpectationVerdict
from tests.verification.seen_builder import expect


def test_a_case_for_each_expectation_and_its_failure() -> None:
    met = ExpectationVerdict(expectation=expect("one 0100"), state="met", matched=())
    failed = ExpectationVerdict(
        expectation=expect("one 0420 merchant='A & <B>'"), state="failed", matched=(), problem="found 0"
    )
    root = ElementTree.fromstring(junit_xml("switch verify", [met, failed], ["", "found\x1b[31m 0 & <1>\nmore"], 1.5))
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0", "time": "1.500"}
    first, second = root.iter("testcase")
    assert (first.attrib["name"], list(first)) == ("one 0100", [])
    assert second.attrib["name"] == "one 0420 merchant='A & <B>'"
    (failure,) = second
    assert failure.attrib["message"] == "found 0"
    assert failure.text is not None
    assert failure.text.endswith("0 & <1>\nmore")
    assert "\x1b" not in failure.text
