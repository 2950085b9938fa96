"""Writes the statements that have lines in the words of DuckDB: ``python -m tests.engines.render``.

It needs sqlglot, which the product does not. Five rules are ours: ``/`` of integers stays a division of integers; a sum is as
wide as a column of the books; the order in which SQLite stores rows is left out; what EXISTS finds by one equal column is
asked by IN, for DuckDB would copy all rows and all their columns to look for it; and a decision and its request, which are
handed over as one row (``journal.decided``), are not joined again: other requests are those that they name (``journal.named``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switch.endofday import engines
from switch.endofday.engines.statements import LINE_STATEMENTS

if TYPE_CHECKING:
    from sqlglot import exp

FOLDER: Final = Path(engines.__path__[0]) / "duckdb"
HEAD: Final = (
    "-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py\n"
)


def _exact(node: exp.Expression) -> exp.Expression:
    """A division of integers truncates, in SQLite by ``/`` and in DuckDB by ``//``; both operands keep their parentheses."""
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


def all_rendered() -> dict[str, str]:
    """File name -> what stands in it."""
    texts = {name: in_duckdb(statement.sql) for name, statement in LINE_STATEMENTS.items()}
    texts["plain_captures"] = in_duckdb(LINE_STATEMENTS["captures"].sql, plain=True)
    return {f"{name}.sql": f"{HEAD}{text}\n" for name, text in texts.items()}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.sql"):
        old.unlink()
    for name, text in all_rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
