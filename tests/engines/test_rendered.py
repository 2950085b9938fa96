"""The statements in DuckDB's and Spark's words are those that the product's statements come to when they are rendered."""

from __future__ import annotations

import pytest

from switch.endofday.engines.statements import LINE_STATEMENTS
from tests.engines.extra import WITH_SQLGLOT

pytestmark = WITH_SQLGLOT


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_what_stands_in_the_folder_is_what_rendering_gives(engine: str) -> None:
    from tests.engines.render import FOLDER, all_rendered

    found = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / engine).iterdir()}
    assert found == all_rendered(engine), "python -m tests.engines.render"
    assert found.keys() == {f"{name}.sql" for name in (*LINE_STATEMENTS, "plain_captures")}


@pytest.mark.parametrize(
    ("sql", "rendered"),
    [
        ("SELECT (a + 5000) / 10000", "((a + 5000)) // (10000)"),
        ("SELECT a IS NOT 'x'", "a IS DISTINCT FROM 'x'"),
        ("SELECT SUM(a)", "CAST(SUM(a) AS BIGINT)"),
        ("SELECT :business_date", "$business_date"),
        ("SELECT b.x FROM b WHERE EXISTS (SELECT 1 FROM t WHERE t.x = b.x AND t.y = 1)", "COALESCE(b.x IN ("),
        ("SELECT b.x FROM b WHERE EXISTS (SELECT 1 FROM t WHERE t.x < b.x)", "EXISTS("),
    ],
)
def test_our_rules(sql: str, rendered: str) -> None:
    from tests.engines.render import in_duckdb

    assert rendered.replace(" ", "") in "".join(in_duckdb(sql).split())


@pytest.mark.parametrize(
    ("sql", "rendered"),
    [
        ("SELECT (a + 5000) / 10000", "((a + 5000)) DIV (10000)"),
        ("SELECT a IS NOT 'x'", "a IS DISTINCT FROM 'x'"),
        ("SELECT MAX(a, 0)", "CASE WHEN (a) IS NULL OR (0) IS NULL THEN NULL ELSE GREATEST(a, 0) END"),
        ("SELECT MIN(a, MAX(b, c))", "THEN NULL ELSE LEAST(a, CASE WHEN (b) IS NULL OR (c) IS NULL THEN NULL ELSE GREATEST(b,"),
        ("SELECT :business_date", "SELECT :business_date"),
        ("SELECT d.x FROM journal.decision AS d, temp.presented_sum", "FROM journal_decided AS d CROSS JOIN presented_sum"),
        ("INSERT INTO t (a, b) SELECT 1, c FROM u ORDER BY c", "SELECT 1 AS a, c AS b FROM u"),
        ("CREATE TEMP TABLE t AS SELECT c FROM u ORDER BY c", "SELECT c FROM u"),
    ],
)
def test_our_rules_for_spark(sql: str, rendered: str) -> None:
    from tests.engines.render import in_spark

    found = in_spark(sql)
    assert rendered.replace(" ", "") in "".join(found.split())
    assert "ORDER" not in found


def test_the_order_in_which_sqlite_stores_is_left_out() -> None:
    from tests.engines.render import in_duckdb

    assert "ORDER" not in in_duckdb("INSERT INTO t (a) SELECT b FROM u ORDER BY b")
