"""Work of a thread beside, one piece ahead."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from switch.machine.one_ahead import one_ahead


def test_what_comes_of_each_thing_in_its_order_and_not_many_of_them_ahead() -> None:
    fetched: list[int] = []

    def things() -> Iterator[int]:
        for number in range(20):
            fetched.append(number)
            yield number

    with ThreadPoolExecutor(1) as beside:
        for turn, made in enumerate(one_ahead(beside, lambda number: number * 10, things())):
            assert made == turn * 10
            assert len(fetched) == min(turn + 2, 20)
        assert not list(one_ahead(beside, lambda number: number, []))


def test_an_error_is_raised_where_its_result_would_be_given() -> None:
    def work(number: int) -> float:
        return 6 / number

    with ThreadPoolExecutor(1) as beside:
        made = one_ahead(beside, work, [3, 2, 0, 1])
        assert [next(made), next(made)] == [2, 3]
        with pytest.raises(ZeroDivisionError):
            next(made)
