from __future__ import annotations

from switch.centre.traffic.told_once import WARNINGS_MAX, ToldOnce

WARNING = "an answer 0110 cannot be said as rule 7 wants it: DE 38: found 11 characters, expected an 6"


def told(warnings: ToldOnce, times: int, where: str = "bcd 127.0.0.1:9") -> list[str]:
    notices = [warnings.notice("format_error", where, WARNING) for _ in range(times)]
    return [notice.detail for notice in notices if notice is not None]


def test_a_warning_is_told_whole_once_and_then_as_a_count() -> None:
    warnings = ToldOnce()

    assert told(warnings, 9) == [f"bcd 127.0.0.1:9: {WARNING}; told once, then counted"]
    assert told(warnings, 30, "another line") == [f"{WARNING}: 10 times so far"]
    assert told(warnings, 61) == [f"{WARNING}: 100 times so far"]
    assert [notice.detail for notice in warnings.in_all()] == [f"{WARNING}: 100 times in all"]
    assert warnings.in_all() == []


def test_what_came_once_is_not_told_again_and_other_warnings_are_other_ones() -> None:
    warnings = ToldOnce()
    told(warnings, 1)

    assert warnings.notice("garbled", "bcd", WARNING) is not None
    assert warnings.in_all() == []


def test_there_is_an_end_to_what_is_counted() -> None:
    warnings = ToldOnce()
    for number in range(WARNINGS_MAX):
        warnings.notice("format_error", "bcd", str(number))

    assert told(warnings, 2) == [f"bcd 127.0.0.1:9: {WARNING}"] * 2
