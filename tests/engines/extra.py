"""What the tests of this folder need besides the product: DuckDB, which is an extra, and for some sqlglot."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

import pytest

#: Marks of a module whose tests close days by DuckDB.
WITH_DUCKDB: Final = [
    pytest.mark.outside,
    pytest.mark.skipif(find_spec("duckdb") is None, reason="no duckdb (pip install 'interbank-switch[duckdb]')"),
]
#: Of one that renders statements.
WITH_SQLGLOT: Final = [
    pytest.mark.outside,
    pytest.mark.skipif(find_spec("sqlglot") is None, reason="no sqlglot (pip install sqlglot)"),
]
