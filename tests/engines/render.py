"""Writes the statements that have lines in the words of DuckDB and of Spark: ``python -m tests.engines.render``.

It needs sqlglot, which the product does not. Rules of ours: ``/`` of integers stays a division of integers; the order in which
SQLite stores rows is left out; and a decision and its request, which are handed over as one row (``journal.decided``), are not
joined again: others are those that they name (``journal.named``). For DuckDB, a sum is as wide as a column of the books,
and what EXISTS finds by one equal column is asked by IN, or DuckDB would copy all rows and all their columns to look for it.
For Spark, a statement that stores is the query of what it stores, with the columns named as they are there; the greatest of
values is NULL where one of them is; and a table has one name without a dot, as its views have.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switch.endofday import engines
from switch.endofday.engines.statements import LINE_STATEMENTS

if TYPE_CHECKING:
    from sqlglot import exp

FOLDER: Final = Path(engines.__path__[0])  #: has one of each engine
HEAD: Final = (
    "-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py\n"
)


def _exact(node: exp.Expression) -> exp.Expression:
    """A division of integers truncates: in SQLite ``/`` does, in DuckDB ``//``, in Spark DIV. Both operands keep their
    parentheses."""
    from sqlglot import exp

    if isinstance(node, exp.Div):
        left, right = node.this.transform(_exact), node.expression.transform(_exact)
        return exp.Paren(this=exp.IntDiv(this=exp.paren(left), expression=exp.paren(right)))
    return node


def _as_wide(node: exp.Expression) -> exp.Expression:
    """DuckDB sums integers to 128 bits."""
    from sqlglot import exp

    return exp.cast(node.copy(), "BIGINT") if isinstance(node, exp.Sum) else node


def _within(node: exp.Expression) -> Any:
    """EXISTS (SELECT 1 FROM t WHERE t.x = outer AND ...) as outer IN (SELECT t.x FROM t WHERE ...), false for NULL."""
    from sqlglot import exp

    if not isinstance(node, exp.Exists):
        return node
    inner: Any = node.this
    alias = inner.args["from_"].this.alias_or_name
    conditions = [*inner.args["where"].this.flatten()] if inner.args.get("where") else []
    bound = [each for each in conditions if any(column.table != alias for column in each.find_all(exp.Column))]
    if len(bound) != 1 or not isinstance(bound[0], exp.EQ):
        return node
    mine, others = sorted((bound[0].this, bound[0].expression), key=lambda side: side.table != alias)
    rest = [each for each in conditions if each is not bound[0]]
    query = exp.select(mine.copy()).from_(inner.args["from_"].this).where(*rest, mine.copy().is_(exp.null()).not_())
    return exp.func("COALESCE", others.copy().isin(query=query), exp.false())


def _as_narrow(node: exp.Expression) -> exp.Expression:
    """The greatest or least of several values is NULL where one of them is, which Spark would pass over."""
    from sqlglot import exp

    if not isinstance(node, (exp.Greatest, exp.Least)):
        return node
    values: list[Any] = [each.transform(_as_narrow) for each in (node.this, *node.expressions)]
    is_null = exp.or_(*(exp.paren(each.copy()).is_(exp.null()) for each in values))
    bare = exp.func("GREATEST" if isinstance(node, exp.Greatest) else "LEAST", *values)
    return exp.case().when(is_null, exp.null()).else_(bare)


def _one_row(tree: Any) -> Any:
    """A decision and its request as one row of journal.decided, wherever both are joined; other requests of journal.named."""
    from sqlglot import exp

    withs = {each.alias: each.this for each in tree.find_all(exp.CTE)}
    for select in [*tree.find_all(exp.Select)]:
        joins, source = select.args.get("joins", []), select.args.get("from_")
        for join in [each for each in joins if _is(each.this, "request")]:
            if not join.side:
                columns = _join_left_out(select, join, source.this.alias_or_name)
                _select_besides(withs.get(source.this.name), columns)
            for decided in joins if join.side == "LEFT" else ():
                if _is(decided.this, "decision") and decided.side == "LEFT":
                    _join_left_out(select, join, decided.this.alias_or_name)
        for join in [each for each in joins if source.this.name == "presented_by_request" and each.this.name == "presentment"]:
            source.this.set("this", exp.to_identifier("presentment"))  # the same rows once more
            source.this.set("db", None)
            _join_left_out(select, join, source.this.alias_or_name)
    for table in tree.find_all(exp.Table):
        if _is(table, "decision") or _is(table, "request"):
            table.set("this", exp.to_identifier("decided" if table.name == "decision" else "named"))
    return tree


def _join_left_out(select: Any, join: Any, other: str) -> list[Any]:
    """Have the columns of a joined table be those of another of the query, and leave the join out; the columns."""
    from sqlglot import exp

    select.args["joins"].remove(join)
    columns = [each for each in select.find_all(exp.Column) if each.table == join.this.alias_or_name]
    for column in columns:
        column.set("table", exp.to_identifier(other))
        if column.name == "id":
            is_selected = column.parent is select and column.arg_key == "expressions"
            column.set("this", exp.to_identifier("request_id"))
            if is_selected:
                column.replace(exp.alias_(column.copy(), "id"))
    return columns


def _select_besides(within: Any, columns: list[Any]) -> None:
    """Have a WITH of decisions select these columns of their requests too."""
    from sqlglot import exp

    if within is None:
        return
    (stored,) = (table for table in within.find_all(exp.Table) if _is(table, "decision"))
    for name in sorted({column.name for column in columns} - {each.alias_or_name for each in within.selects}):
        within.select(exp.column(name, table=stored.alias or None), copy=False)


def _is(table: Any, name: str) -> bool:
    return bool((table.db, table.name) == ("journal", name))


def _plain(node: exp.Expression) -> exp.Expression:
    """CASE ... ELSE y without the queries that it asks of each row: y, where they would find nothing."""
    from sqlglot import exp

    asked = isinstance(node, exp.Case) and any(
        table.name in ("closed_batch", "amount_band") for each in node.args["ifs"] for table in each.find_all(exp.Table)
    )
    return node.args["default"] if asked else node


def in_duckdb(sql: str, *, plain: bool = False) -> str:
    """A statement of SQLite as DuckDB has it; ``plain`` where no batch was closed, and no tariff hangs on the amount."""
    import sqlglot
    from sqlglot import exp

    tree: Any = sqlglot.parse_one(sql, read="sqlite")
    if isinstance(tree, (exp.Create, exp.Insert)):
        tree.expression.set("order", None)
    tree = tree.transform(_plain) if plain else tree
    tree = _one_row(tree.transform(_exact).transform(_as_wide).transform(_within))
    return str(tree.sql(dialect="duckdb", pretty=True))


def in_spark(sql: str, *, plain: bool = False) -> str:
    """A statement of SQLite as Spark has it: a query."""
    import sqlglot
    from sqlglot import exp

    tree: Any = sqlglot.parse_one(sql, read="sqlite")
    if isinstance(tree, (exp.Create, exp.Insert)):
        columns = [column.name for column in tree.this.expressions]
        tree = tree.expression
        tree.set("order", None)
        for place, column in enumerate(columns):
            tree.expressions[place].replace(exp.alias_(tree.expressions[place].unalias(), column))
    tree = _one_row(tree.transform(_plain) if plain else tree)
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(f"journal_{table.name}" if table.db == "journal" else table.name))
            table.set("db", None)
    return str(tree.transform(_exact).transform(_as_narrow).sql(dialect="spark", pretty=True))


RENDERERS: Final[dict[str, Callable[..., str]]] = {"duckdb": in_duckdb, "spark": in_spark}


def all_rendered(engine: str) -> dict[str, str]:
    """File name -> what stands in it, in the folder of an engine."""
    render = RENDERERS[engine]
    texts = {name: render(statement.sql) for name, statement in LINE_STATEMENTS.items()}
    texts["plain_captures"] = render(LINE_STATEMENTS["captures"].sql, plain=True)
    return {f"{name}.sql": f"{HEAD}{text}\n" for name, text in texts.items()}


def main() -> None:
    for engine in RENDERERS:
        (FOLDER / engine).mkdir(exist_ok=True)
        for old in (FOLDER / engine).glob("*.sql"):
            old.unlink()
        for name, text in all_rendered(engine).items():
            (FOLDER / engine / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
