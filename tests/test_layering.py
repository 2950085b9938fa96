"""Imports go down only, and each third party has one doorkeeper: the picture in ARCHITECTURE.md, held."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "switch"

LEAVES = {"errors", "record", "money", "card", "spec_table", "business_day", "merchant", "visible"}
WORDS = {"transaction"}
ROOMS = {"iso8583", "capture", "routing", "issuers", "clearing", "settlement"}

#: Modules that stand in a room's folder and belong to the shell: they open sockets and files.
SHELL_IN_ROOMS = {"issuers.host", "issuers.process", "issuers.book"}

#: Which rooms a room may import besides itself.
ROOM_IMPORTS = {"settlement": {"clearing"}}

#: Third party -> where alone it may be imported.
DOORKEEPERS = {
    "iso8583": {"iso8583"},
    "sqlite_utils": {"journal"},
    "sqlite3": {"databases", "journal", "journal_reader", "books", "staging", "endofday", "day_files", "soundness"}
    | {"issuers.book", "trace", "trace_reader", "kept_files"},
    "click": {"cli"},
    "rich": {"cli"},
    "tomllib": {"spec_files", "toml_lines"},
    "cryptography": {"vault"},
    "trio": {"server", "line", "link", "centre", "cli", "issuers.host", "issuers.process"}
    | {"business_clock", "issuer_processes", "shortage", "stopping"},
}


def _modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = _modules()


def _imports(path: Path) -> set[str]:
    """Absolute names imported anywhere in a module, ``switch.`` left off for our own."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _own(path: Path) -> set[str]:
    """The modules of this package that a module imports."""
    found = set()
    for name in _imports(path):
        if name == "switch" or not name.startswith("switch."):
            continue
        dotted = name.removeprefix("switch.")
        while dotted and dotted not in MODULES:
            dotted = dotted.rpartition(".")[0]
        if dotted:
            found.add(dotted)
    return found


def _layer(module: str) -> int:
    top = module.split(".")[0]
    if module in SHELL_IN_ROOMS:
        return 3
    if top in LEAVES:
        return 0
    if top in WORDS:
        return 1
    if top in ROOMS:
        return 2
    return 4 if top in ("cli", "__main__", "demo") else 3


@pytest.mark.parametrize("module", [module for module in MODULES if module])
def test_imports_go_down(module: str) -> None:
    room = module.split(".")[0]
    for imported in _own(MODULES[module]):
        other = imported.split(".")[0]
        assert _layer(imported) <= _layer(module), f"{module} imports {imported}, which stands above it"
        if _layer(module) == _layer(imported) == 2 and other != room:
            assert other in ROOM_IMPORTS.get(room, set()), f"{module} imports {imported}: rooms do not know each other"


@pytest.mark.parametrize("module", [module for module in MODULES if module])
def test_third_parties_have_doorkeepers(module: str) -> None:
    for name in _imports(MODULES[module]):
        allowed = DOORKEEPERS.get(name.split(".")[0])
        if allowed is not None:
            assert module in allowed or module.split(".")[0] in allowed, (
                f"{module} imports {name}, which is the business of {allowed}"
            )


def test_the_rooms_see_no_clock_and_no_chance() -> None:
    for module, path in MODULES.items():
        if _layer(module or "cli") in (1, 2):
            for name in _imports(path):
                assert name.split(".")[0] not in ("time", "random", "os", "socket", "secrets", "uuid"), (
                    f"{module} imports {name}"
                )


def test_every_module_stands_in_the_picture() -> None:
    picture = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    names = {path.stem for module, path in MODULES.items() if module.split(".")[0] not in ("", "cli", "__main__")}
    assert {name for name in names if not re.search(rf"\b{name}\b", picture)} - {"__init__"} == set()
