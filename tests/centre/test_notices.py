"""What is told a person: the first sentences of each kind and line as they are, the rest as a count."""

from __future__ import annotations

from switch.centre.notices import OF_A_KIND_MAX, OF_A_LINE_MAX, NoticeLimit
from switch.routing.traffic.notice import Notice


def limited() -> tuple[NoticeLimit, list[Notice], list[float]]:
    told, now = list[Notice](), [100.0]
    return NoticeLimit(told.append, lambda: now[-1]), told, now


def test_the_first_are_told_and_the_rest_is_counted() -> None:
    limit, told, now = limited()
    for number in range(OF_A_LINE_MAX + 3_412):
        limit.tell(Notice("format_error", f"ascii 127.0.0.1:1: bad {number}"))
    limit.tell(Notice("format_error", "bcd 127.0.0.1:2: bad"))
    assert [notice.detail for notice in told[:2]] == ["ascii 127.0.0.1:1: bad 0", "ascii 127.0.0.1:1: bad 1"]
    assert told[-1].detail == "bcd 127.0.0.1:2: bad"
    assert len(told) == OF_A_LINE_MAX + 1
    limit.sum_up()
    assert len(told) == OF_A_LINE_MAX + 1, "the second is not over"
    now.append(101.2)
    limit.sum_up()
    last = told[-1]
    assert last == Notice("format_error", "ascii 127.0.0.1:1: … and 3,412 more of this kind from this line in the last 1 s")
    limit.tell(Notice("format_error", "ascii 127.0.0.1:1: bad again"))
    assert told[-1].detail.endswith("bad again")


def test_many_lines_are_one_sentence() -> None:
    limit, told, now = limited()
    for number in range(OF_A_KIND_MAX + 30):
        limit.tell(Notice("late_answer", f"request {number}: came late"))
    limit.tell(Notice("cut_off", "business date 2026-11-22 has ended, 2026-11-23 is open"))
    assert told[-1].kind == "cut_off", "another kind is told"
    now.append(103.0)
    limit.close()
    assert told[-1] == Notice("late_answer", "… and 30 more of this kind in the last 3 s")
    limit.close()
    assert len(told) == OF_A_KIND_MAX + 2


def test_a_window_begins_with_the_end_of_the_one_before() -> None:
    limit, told, now = limited()
    now.append(101.5)
    limit.sum_up()
    now.append(101.9)
    for number in range(OF_A_LINE_MAX + 7):
        limit.tell(Notice("bad_frame", f"ascii 127.0.0.1:1: bad {number}"))
    assert len(told) == OF_A_LINE_MAX
    now.append(102.4)
    limit.tell(Notice("bad_frame", "ascii 127.0.0.1:1: bad again"))
    assert len(told) == OF_A_LINE_MAX, "it is not over yet"
    now.append(102.5)
    limit.tell(Notice("bad_frame", "ascii 127.0.0.1:1: bad again"))
    assert [notice.detail for notice in told[OF_A_LINE_MAX:]] == [
        "ascii 127.0.0.1:1: … and 8 more of this kind from this line in the last 1 s",
        "ascii 127.0.0.1:1: bad again",
    ]
