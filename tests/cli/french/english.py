"""English words, found where French is expected; and the sentences of a module of the program, as it writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SWITCH: Final = Path(__file__).parents[3] / "switch"

#: Words of English sentences that are no French ones, and stand in no name: one is enough to know an English line by.
_ENGLISH: Final = re.compile(
    r"(?<![\w./'-])(?:"
    r"about|above|accepted|account|add|added|after|again|all|already|amount|and|another|answer|answered"
    r"|any|approval|approvals|approved|are|ask|asked|at|balance|be|been|before|behind|below|books|brought"
    r"|business|but|buy|by|can|cannot|cards|carried|changed|city|clear|cleared|close|closed|closing|could"
    r"|count|currency|days|decided|decision|decisions|declined|details|do|does|domestic|earlier|empty|ended"
    r"|entry|every|exceptions|exit|expected|fault|faults|find|first|folder|for|foreign|found|from|give|gone"
    r"|granted|gross|has|have|held|here|hint|hold|holds|in|is|issuers|it|its|keeps|known|later|latest|least|less"
    r"|lists|made|makes|merchant|merchants|missing|more|most|named|need|no|none|nor|not|nothing|of|only"
    r"|open|opened|other|others|out|paid|payout|payouts|positions|posting|postings|presented|presentment"
    r"|presentments|prove|read|reason|reasons|received|release|reversal|reversals|reversed|round|rows|sales"
    r"|same|sealed|since|start|statements|step|still|stop|stopped|sum|that|the|their|them|then|there|these"
    r"|they|this|those|time|times|to|totals|turn|unknown|until|value|was|way|were|what|when|where|which|who"
    r"|whole|will|with|without|written|yet|you|your|zero"
    r")(?![\w'./-])",
    re.IGNORECASE,
)
#: What is quoted: words of others, a command to type, what somebody typed, a path.
_QUOTED: Final = re.compile(
    r"« .*? »|`[^`]*`|(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|(?<=\s)/\S+|switch [a-z]+(?: [a-z]+)?(?: --?\S+| \S*\d\S*)*"
)


def english(text: str) -> list[str]:
    """The English words of a text, without what it quotes; an argument of a command is in capitals."""
    return [word for word in _ENGLISH.findall(_QUOTED.sub("·", text)) if not word.isupper()]


def english_lines(text: str) -> list[str]:
    """The lines that have English words, each with the words that tell."""
    return [f"{line}  <- {', '.join(found)}" for line in text.splitlines() if (found := english(line))]


def sentences(module: str) -> Iterator[str]:
    """The texts with English words that a module has in code: no docstrings, no SQL. A place is filled with 7."""
    tree = ast.parse((SWITCH / f"{module}.py").read_text(encoding="utf-8"))
    yield from _texts(tree)


def _texts(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):  # a docstring
            continue
        if isinstance(child, ast.keyword) and child.arg in {"help", "short_help"}:
            continue
        if isinstance(child, ast.Assert) or (isinstance(child, ast.Call) and ast.unparse(child.func) == "re.compile"):
            continue
        if isinstance(child, ast.Constant | ast.JoinedStr):
            text = _text(child)
            is_sql = re.search(r"\b[A-Z]{4,} ", text) and not re.match(r"(?:MERCHANT|DATE): ", text)
            if not is_sql and " " in text.strip() and english(text):
                yield text
            if isinstance(child, ast.JoinedStr):  # a text may stand in a place of another
                for part in child.values:
                    if isinstance(part, ast.FormattedValue):
                        yield from _texts(part)
        else:
            yield from _texts(child)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return re.sub(r"\{\d?\}", "7", node.value) if isinstance(node.value, str) else ""
