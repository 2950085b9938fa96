"""The house, held: which folder may import which, what stands at the top, how large a module is, who may talk to whom.

``ARCHITECTURE.md`` draws it, and says why. A folder that is not in the list below fails.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "switch"

#: The words every room may say. They stand loose in ``switch/``, and nothing that does anything stands beside them.
WORDS: Final = {"transaction", "card", "money", "merchant", "rates", "business_day", "errors", "record", "spec_table"}

#: Folders, lowest first: one imports only what stands before it. "" are the words.
ORDER: Final = (
    "display",
    "",
    # pure rooms
    "iso8583",
    "iso8583/edition93",
    "iso8583/nested",
    "iso8583/mapping",
    "iso8583/plain",
    "iso8583/scripted",
    "iso8583/replayed",
    "iso8583/reading/pasted",
    "iso8583/reading",
    "pcap",
    "routing/table",
    "routing/memory",
    "routing/rules",
    "routing/traffic",
    "routing/handling",
    "routing",
    "scenarios/vocabulary",
    "scenarios",
    "verification",
    "issuers/cards",
    "card_security",
    "issuers/proofs",
    "issuers",
    "clearing",
    "settlement/typesetting",
    "settlement/fees",
    "settlement",
    "gateway/protocol",
    "gateway",
    "transfers",
    "accounting",
    "settlement/layouts",
    "settlement/ready",
    "disputes",
    "reconciliation",
    "reconciliation/readers",
    # the shell, from the ground up
    "machine",
    "data_folder",
    "keys",
    "specs/gateway",
    "specs/mail",
    "specs/rules",
    "specs",
    "lines",
    "lines/staging",
    "journal",
    "trace",
    "issuers/process",
    "endofday/proofs",
    "endofday/reopened",
    "endofday/line_files",
    "endofday/engines",
    "endofday",
    "treasury",
    "casework",
    "batch",
    "batch/page",
    "mail",
    "explain",
    "witness",
    "acquirer",
    "acquirer/load",
    "recording",
    "gateway/store",
    "gateway/payments",
    "gateway/front",
    "gateway/api",
    "gateway/receipts",
    "gateway/office",
    "gateway/affiliation",
    "gateway/site",
    "gateway/certify",
    "shop",
    "centre/host",
    "centre/clock",
    "centre/traffic",
    "centre",
    "control/desks",
    "control",
    "testing",
    "cli/french",
    "cli/command",
    "cli/console",
    "cli/request",
    "cli/show",
    "cli",
)
PURE: Final = frozenset(ORDER[: ORDER.index("machine")])
ROOMS: Final = {folder.split("/")[0] for folder in PURE} - {"", "display"}
#: Which other room a room may import.
ROOM_IMPORTS: Final = {
    "settlement": {"clearing"},
    "disputes": {"clearing"},
    "verification": {"scenarios"},
    "transfers": {"settlement"},
    "reconciliation": {"settlement"},
}

#: Third party -> the folders that may import it; what has no entry is free (attrs).
DOORKEEPERS: Final = {
    "iso8583": {"iso8583"},
    "sqlite_utils": {"journal"},
    "sqlite3": {
        "machine",
        "data_folder",
        "journal",
        "trace",
        "issuers/process",
        "endofday",
        "endofday/engines",
        "endofday/line_files",
        "endofday/reopened",
        "treasury",
        "casework",
        "batch",
        "mail",
        "gateway/store",
        "shop",
    },
    "duckdb": {"endofday/engines", "endofday/line_files"},
    "pyspark": {"endofday/engines"},
    "grpc": {"endofday/engines"},
    "pyarrow": {"endofday/engines", "endofday/line_files"},
    "click": {"cli", "cli/command", "cli/console", "cli/request", "cli/show"},
    "rich": {"cli", "cli/command", "cli/console", "cli/request", "cli/show"},
    "tomli": {"specs"},
    "pytest": {"testing"},
    "tomllib": set(),
    "cryptography": {"data_folder", "card_security", "keys"},
    "ssl": {"lines", "mail", "gateway/front", "gateway/site"},
    "starlette": {
        "control",
        "gateway/affiliation",
        "gateway/api",
        "gateway/front",
        "gateway/office",
        "gateway/receipts",
        "gateway/site",
        "shop",
    },
    "jinja2": {"gateway/front", "gateway/receipts", "gateway/site", "shop"},
    "markupsafe": {"gateway/site", "shop"},
    "h11": {"gateway/front", "gateway/site"},
    "smtplib": {"mail"},
    "reportlab": {"settlement/typesetting", "gateway/receipts"},
    "xlsxwriter": {"settlement", "settlement/layouts"},
    "arabic_reshaper": {"settlement/typesetting"},
    "bidi": {"settlement/typesetting"},
    "trio": {
        "machine",
        "lines",
        "lines/staging",
        "issuers/process",
        "centre",
        "centre/clock",
        "centre/traffic",
        "centre/host",
        "control",
        "cli",
        "cli/console",
        "acquirer",
        "acquirer/load",
        "recording",
        "gateway/store",
        "gateway/payments",
        "gateway/front",
        "gateway/affiliation",
        "gateway/office",
        "gateway/receipts",
        "gateway/site",
        "gateway/certify",
        "shop",
    },
}
IMPURE: Final = {"time", "random", "os", "socket", "secrets", "uuid", "pathlib", "subprocess", "threading", "sqlite3"}

MODULES_MAX: Final = 12  #: in a folder, but for the verbs of the command line
LINES: Final = range(20, 401)
#: File names that may come more than once among the folders of one parent.
COMMON_NAMES: Final = {"checks", "client", "files", "reader", "messages", "options", "explain", "trace"}


def folder_of(path: Path) -> str:
    return path.parent.relative_to(PACKAGE).as_posix().replace(".", "", 1) if path.parent != PACKAGE else ""


PATHS: Final = sorted(path for path in PACKAGE.rglob("*.py"))
FILES: Final = {str(path): path for path in PATHS}
MODULES: Final = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in PATHS if path.name != "__init__.py"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def trees() -> Iterator[None]:
    """The trees of all modules together are most of what a process of the tests would have in memory."""
    yield
    tree_of.cache_clear()


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Absolute names imported anywhere in a module, each with what is taken from it."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def own_imports(path: Path) -> set[Path]:
    """The files of this package that one imports."""
    found = set()
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "switch":
            continue
        for end in range(len(parts), 0, -1):
            inside = "/".join((str(PACKAGE), *parts[1:end]))
            files = (*([f"{inside}.py"] if end > 1 else []), f"{inside}/__init__.py")
            file = next((FILES[each] for each in files if each in FILES), None)
            if file is not None:
                found.add(file)
                break
    return found


def test_every_folder_has_its_place() -> None:
    assert {folder_of(path) for path in PATHS} == set(ORDER)


def wrong_imports(path: Path) -> Iterator[str]:
    """What a module imports and may not, in words."""
    if path == PACKAGE / "__main__.py":
        return
    folder = folder_of(path)
    for imported in sorted(own_imports(path)):
        other = folder_of(imported)
        if other == folder or imported == PACKAGE / "__init__.py":
            continue
        if ORDER.index(other) >= ORDER.index(folder):
            yield f"{path} imports {imported}, which stands above it"
        room, below = folder.split("/")[0], other.split("/")[0]
        strangers = folder in PURE and below in ROOMS and room in ROOMS and below != room
        if strangers and below not in ROOM_IMPORTS.get(room, set()):
            yield f"{path} imports {imported}: rooms do not know each other"


def test_imports_go_down() -> None:
    assert [wrong for path in PATHS for wrong in wrong_imports(path)] == []


def test_the_picture_has_every_folder() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    assert {folder for folder in ORDER if folder and not re.search(rf"\b{folder.split('/')[-1]}\b", picture)} == set()
    assert {word for word in WORDS if not re.search(rf"\b{word}\b", picture)} == set()


def test_no_file_stands_in_a_circle() -> None:
    arrows = {path: own_imports(path) - {path} for path in PATHS}
    while ends := [path for path, below in arrows.items() if not below]:
        for end in ends:
            del arrows[end]
        for below in arrows.values():
            below.difference_update(ends)
    assert not arrows, f"circle among {sorted(map(str, arrows))}"


def test_third_parties_have_doorkeepers() -> None:
    for path in PATHS:
        for name in imports_of(path):
            allowed = DOORKEEPERS.get(name.split(".")[0])
            assert allowed is None or folder_of(path) in allowed, f"{path} imports {name}, the business of {allowed}"


def test_the_rooms_see_no_clock_no_chance_and_no_file() -> None:
    for path in PATHS:
        if folder_of(path) in PURE - {""}:
            for name in imports_of(path):
                assert name.split(".")[0] not in IMPURE, f"{path} imports {name}"


def test_only_the_words_stand_at_the_top() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == WORDS | {"__init__", "__main__"}
    assert not list(PACKAGE.glob("*.sql"))


def test_every_folder_says_what_it_takes_gives_and_refuses() -> None:
    for path in PATHS:
        if path.name == "__init__.py":
            plate = ast.get_docstring(tree_of(path)) or ""
            sentences = re.findall(r"[.:](?=\s|$)", plate)
            assert len(sentences) >= 3, f"{path}: {plate!r}"
            assert re.search(r"\brefuses?\b", plate) or path.parent == PACKAGE, f"{path} says not what it refuses to know"


def test_folders_and_modules_have_a_size_to_read() -> None:
    count = Counter(folder_of(path) for path in MODULES.values())
    assert {folder for folder, modules in count.items() if modules > MODULES_MAX} <= {"cli"}
    for name, path in MODULES.items():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines in LINES, f"{name}: {lines} lines"


def test_a_file_name_is_used_once_among_neighbours() -> None:
    used: dict[tuple[str, str], set[str]] = {}
    for name in MODULES:
        *parents, folder, stem = ["", *name.split("/")]
        if folder and parents[-1] != "cli" and folder != "cli":
            used.setdefault(("/".join(parents), stem), set()).add(folder)
    twice = {stem: folders for (_, stem), folders in used.items() if len(folders) > 1 and stem not in COMMON_NAMES}
    assert not twice


def message_words(path: Path) -> Iterator[str]:
    """What a module says in MTIs and numbers of elements: ``"0100"``, ``elements[4]``, ``elements.get(4)``."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Constant(value=str(text)) if re.fullmatch(r"[01][1-8][0-9]{2}", text):
                yield f"{path} says {text!r}"
            case (
                ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=ast.Constant(value=int()))
                | ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr="get"),
                    args=[ast.Constant(value=int()), *_],
                )
            ) if name.endswith("elements"):
                yield f"{path} says {ast.unparse(node)}"


def test_numbers_of_elements_stay_where_messages_are_read() -> None:
    """Nor do MTIs, but for the command line and an acquirer's messages. ``issuers/amounts`` writes DE 54, and nothing else."""
    others = [path for path in PATHS if folder_of(path).split("/")[0] not in ("iso8583", "cli", "specs", "acquirer", "")]
    assert [word for path in others for word in message_words(path)] == []


def test_words_of_messages_are_seen(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        'a = "0420", m.elements[39], elements.get(2, ""), by_elements[-1], elements[n], "04200"\n'
    )
    found = [word.partition(" says ")[2] for word in message_words(tmp_path / "module.py")]
    assert sorted(found) == ["'0420'", "elements.get(2, '')", "m.elements[39]"]


#: Public names that two rooms define, each for itself: neither knows the other, or one is a convention of all rooms.
TWICE: Final = {
    *("CHECKS", "SCHEMA"),  # the list of a room's checks, the schema of a database
}


def test_frozen_records_are_those_of_the_house() -> None:
    own = re.compile(r"^(?:from attrs import [^\n]*\bfrozen\b|import attrs?$)", re.MULTILINE)
    assert [name for name, path in MODULES.items() if name != "record" and own.search(path.read_text(encoding="utf-8"))] == []


def test_a_public_name_is_defined_once() -> None:
    where: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        for node in tree_of(path).body:
            match node:
                case ast.ClassDef(name=defined) | ast.AnnAssign(target=ast.Name(id=defined)):
                    where.setdefault(defined, set()).add(name)
                case ast.Assign(targets=[ast.Name(id=defined)]):
                    where.setdefault(defined, set()).add(name)
    twice = {each: names for each, names in where.items() if len(names) > 1 and each[:1].isupper() and len(each) > 1}
    assert {each: names for each, names in twice.items() if each not in TWICE} == {}
    assert twice.keys() >= TWICE, "a name that is defined once needs no exception"


#: Modules with SQL of more than five lines; it moves to files beside them as the engines come, and the list only shrinks.
SQL_IN_CODE: Final = {
    "clearing/adjustments",
    "clearing/checks",
    "clearing/ledger",
    "clearing/presentments",
    "clearing/proofs",
    "clearing/remises",
    "endofday/report",
    "explain/charges",
    "explain/lifecycle",
    "journal/open_totals",
    "journal/reader",
    "settlement/checks",
    "settlement/fees/conversion",
    "settlement/fees/dues",
    "settlement/fees/entries",
    "settlement/fees/lines",
    "settlement/payouts",
}


def test_long_sql_stands_in_files() -> None:
    def is_sql(node: ast.AST) -> bool:
        if isinstance(node, ast.Constant) and (not isinstance(node.value, str) or node.value.count("\n") < 5):
            return False
        text = "".join(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
        return len(text.strip().splitlines()) > 5 and bool(re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\b", text))

    found = {
        name
        for name, path in MODULES.items()
        if any(is_sql(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant | ast.JoinedStr))
    }
    assert found == SQL_IN_CODE


#: Modules without a test file of their name -> the file that would fail first, were they wrong.
TESTED_BY: Final = {
    "journal/journal_file": "journal/test_read_again.py",
    "routing/traffic/notice": "routing/test_switchboard.py",
    "control/api_route": "control/test_route_table.py",
    "data_folder/page_rules": "gateway/site/test_scripted_banks.py",
    "scenarios/vocabulary/element_words": "scenarios/test_condition.py",
    "cli/command/rule_help": "scenarios/vocabulary/test_rule_words.py",
    "cli/scenario_try": "cli/test_scenario_command.py",
    "control/live_events": "control/test_control_api.py",
    "control/openapi": "control/test_route_table.py",
    "control/reference_page": "control/test_route_table.py",
    "control/api_serving": "control/test_hostile_client.py",
    "control/shapes": "control/test_request_schema.py",
    "control/desks/call": "control/test_control_api.py",
    "control/desks/people": "control/test_control_api.py",
    "control/desks/problem": "control/test_control_api.py",
    "control/desks/rules": "control/test_control_api.py",
    "control/desks/scopes": "control/test_control_api.py",
    "control/desks/seen": "control/test_control_api.py",
    "centre/host/described": "cli/test_scenario_command.py",
    "witness/message_values": "cli/test_verify.py",
    "testing/client": "testing/test_api_client.py",
    "cli/request/unanswered": "cli/test_with_a_centre.py",
    "centre/host/page_orders": "gateway/site/test_scripted_banks.py",
    "centre/host/entrance": "centre/host/test_pokes.py",
    "cli/scenario_poke": "cli/test_release.py",
    "iso8583/scripted/stray_answer": "centre/host/test_pokes.py",
    "centre/host/stage_orders": "lines/staging/test_held.py",
    "scenarios/conduct_table": "scenarios/test_conduct.py",
    "testing/plugin": "testing/test_centre_fixture.py",
    "testing/reserve": "testing/test_centre_fixture.py",
    "testing/owned_centre": "testing/test_centre_fixture.py",
    "testing/centre_for_tests": "testing/test_centre_fixture.py",
    "testing/expecting": "testing/test_centre_fixture.py",
    "cli/replay": "cli/test_record_command.py",
    "cli/listening": "cli/test_record_command.py",
    "cli/command/calling": "cli/console/test_help.py",
    "recording/player": "recording/test_proxy.py",
    "centre/clock/clock_facts": "centre/clock/test_clock_orders.py",
    "testing/clock_for_tests": "testing/test_centre_fixture.py",
    "verification/duration": "verification/test_sentence.py",
    "verification/expectation": "verification/test_sentence.py",
    "verification/expectation_file": "verification/test_sentence.py",
    "verification/verdict_words": "verification/test_verdict.py",
    "verification/seen_message": "verification/test_verdict.py",
    "trace/traced_rows": "cli/test_verify.py",
    "witness/expectation_files": "cli/test_verify.py",
    "witness/followed_trace": "cli/test_verify.py",
    "witness/traced_facts": "cli/test_verify.py",
    "acquirer/load/load_line": "acquirer/load/test_load_run.py",
    "acquirer/load/mix_file": "acquirer/load/test_mix.py",
    "cli/load_live": "cli/test_load_command.py",
    "cli/load_report": "cli/test_load_command.py",
    "acquirer/card_proofs": "e2e/test_card_security.py",
    "acquirer/ready_file": "cli/test_with_a_centre.py",
    "cli/certify": "gateway/certify/test_checklist.py",
    "cli/shop": "shop/test_five_steps.py",
    "cli/french/shop": "cli/french/test_sentences.py",
    "gateway/api/api_routes": "gateway/api/test_api_desk.py",
    "gateway/api/order_story": "gateway/api/test_api_desk.py",
    "gateway/certify/checkout_form": "gateway/certify/test_checklist.py",
    "gateway/affiliation/approved_sites": "gateway/affiliation/test_affiliation_pages.py",
    "gateway/affiliation/contract": "gateway/affiliation/test_affiliation_pages.py",
    "gateway/affiliation/live_shops": "gateway/affiliation/test_affiliation_pages.py",
    "gateway/store/affiliation_book": "gateway/affiliation/test_affiliation_pages.py",
    "gateway/front/form_post": "gateway/site/test_pages.py",
    "gateway/front/page_frame": "gateway/site/test_pages.py",
    "gateway/office/journal_view": "gateway/office/test_office_pages.py",
    "gateway/office/office_desk": "gateway/office/test_office_pages.py",
    "gateway/office/office_sessions": "gateway/office/test_office_pages.py",
    "gateway/office/office_view": "gateway/office/test_office_pages.py",
    "gateway/store/office_book": "gateway/office/test_office_pages.py",
    "gateway/store/reading": "gateway/office/test_office_pages.py",
    "gateway/payments/legacy_orders": "gateway/site/test_legacy_posts.py",
    "gateway/receipts/receipt": "gateway/receipts/test_receipts.py",
    "gateway/receipts/receipt_desk": "gateway/receipts/test_receipts.py",
    "gateway/receipts/receipt_links": "gateway/receipts/test_receipts.py",
    "gateway/receipts/receipt_pages": "gateway/receipts/test_receipts.py",
    "gateway/receipts/receipt_pdf": "gateway/receipts/test_receipts.py",
    "endofday/line_files/door": "engines/test_line_files.py",
    "endofday/line_files/named_files": "engines/test_line_files.py",
    "endofday/line_files/parquet": "engines/test_line_files.py",
    "endofday/line_files/ready": "engines/test_equal_days.py",
    "gateway/store/settled_remises": "gateway/payments/test_settling.py",
    "shop/bills": "shop/test_shop_book.py",
    "shop/confirmation": "shop/test_site.py",
    "shop/payment_form": "shop/test_shop_book.py",
    "shop/serving": "gateway/certify/test_checklist.py",
    "gateway/payments/desk": "gateway/payments/test_payment_desk.py",
    "gateway/payments/advice_desk": "gateway/payments/test_payment_desk.py",
    "gateway/payments/centre_side": "gateway/payments/test_payment_desk.py",
    "gateway/payments/paying": "gateway/payments/test_payment_desk.py",
    "gateway/payments/post_judge": "gateway/site/test_pages.py",
    "gateway/payments/outcomes": "gateway/site/test_payments.py",
    "gateway/site/rendering": "gateway/site/test_pages.py",
    "gateway/site/service": "gateway/site/test_payments.py",
    "gateway/site/serving": "gateway/site/test_payments.py",
    "specs/gateway/gateway_checks": "specs/test_gateway_profile.py",
    "gateway/store/callback_book": "gateway/store/test_order_book.py",
    "gateway/store/writer": "gateway/store/test_order_book.py",
    "gateway/protocol/answers": "gateway/protocol/test_shop_answers.py",
    "gateway/protocol/natural_order": "gateway/protocol/test_hash_rules.py",
    "__main__": "trials/test_asked_to_stop.py",
    "centre/as_process": "e2e/test_crash.py",
    "centre/host/door": "centre/host/test_orders.py",
    "cli/scenario": "cli/test_scenario_command.py",
    "issuers/cards/magic": "issuers/cards/test_magic_cards.py",
    "data_folder/control_socket": "centre/host/test_orders.py",
    "centre/traffic/inbound": "centre/test_server.py",
    "centre/traffic/outbound": "centre/test_unsayable.py",
    "centre/traffic/wire_format_hint": "trials/test_bad_bytes_hold_nobody_up.py",
    "clearing/adjustments": "clearing/test_presentments.py",
    "clearing/checks": "endofday/test_close.py",
    "disputes/booking": "casework/test_dossiers.py",
    "clearing/ledger": "endofday/test_close.py",
    "clearing/proofs": "endofday/test_close.py",
    "batch/difference": "batch/test_compared_dates.py",
    "endofday/reopened/reopenings": "batch/test_reopening.py",
    "endofday/reopened/withdrawal": "batch/test_reopening.py",
    "mail/reopened_dates": "batch/test_reopened_with_others.py",
    "batch/page/charts": "batch/test_page.py",
    "casework/desk": "casework/test_open_items.py",
    "cli/cards": "cli/test_listings.py",
    "cli/check": "endofday/test_close.py",
    "cli/french/batch": "cli/test_day_again.py",
    "cli/fees": "cli/test_json_schemas.py",
    "cli/french/casework": "cli/french/test_sentences.py",
    "cli/french/errors": "cli/french/test_sentences.py",
    "cli/reconciled": "cli/test_reconcile.py",
    "cli/french/fees": "cli/french/test_sentences.py",
    "cli/french/proofs": "cli/french/test_runs.py",
    "cli/console/guarded": "trials/test_hostile_texts.py",
    "cli/console/input": "cli/test_decode.py",
    "cli/command/engines": "engines/spark/test_spark_refusals.py",
    "cli/command/names": "cli/test_listings.py",
    "cli/command/options": "cli/test_day.py",
    "cli/command/written": "cli/test_reconcile.py",
    "cli/console/program_name": "cli/test_listings.py",
    "cli/console/run": "trials/test_asked_to_stop.py",
    "cli/console/viewer": "cli/test_tail.py",
    "cli/demo_purchases": "e2e/test_demo.py",
    "cli/explain": "cli/test_with_a_centre.py",
    "cli/merchants": "cli/test_listings.py",
    "cli/request/batch": "cli/test_with_a_centre.py",
    "cli/request/build": "cli/test_with_a_centre.py",
    "cli/request/proofs": "e2e/test_card_security.py",
    "cli/request/options": "cli/test_with_a_centre.py",
    "cli/request/target": "cli/test_with_a_centre.py",
    "cli/send": "cli/test_with_a_centre.py",
    "cli/sending": "cli/test_with_a_centre.py",
    "cli/show/dump": "cli/test_trace.py",
    "cli/show/exchange": "cli/test_with_a_centre.py",
    "cli/show/inside": "cli/test_subelements.py",
    "cli/show/following": "cli/test_tail.py",
    "cli/show/message": "trials/test_no_card_is_shown.py",
    "cli/request/centre_orders": "cli/test_release.py",
    "cli/show/tables": "cli/test_listings.py",
    "cli/show/difference": "cli/test_decode_pasted.py",
    "cli/show/given": "cli/test_decode_pasted.py",
    "cli/specs": "trials/test_specification_mistakes.py",
    "cli/up": "cli/test_with_a_centre.py",
    "data_folder/key_file": "trials/test_owner_alone.py",
    "data_folder/key_wishes": "e2e/test_key_exchange.py",
    "data_folder/lock": "trials/test_owner_alone.py",
    "data_folder/vault": "journal/test_journal.py",
    "clearing/engine": "engines/test_equal_days.py",
    "endofday/books": "endofday/test_close.py",
    "endofday/engines/beside": "engines/test_equal_days.py",
    "endofday/engines/choice": "engines/test_engine_refusals.py",
    "endofday/engines/in_duckdb": "engines/test_equal_days.py",
    "endofday/engines/in_spark": "engines/spark/test_days_by_spark.py",
    "endofday/engines/in_sqlite": "engines/test_equal_days.py",
    "endofday/line_files/taken_files": "engines/spark/test_days_by_spark.py",
    "endofday/engines/statements": "engines/test_rendered.py",
    "endofday/staging": "clearing/test_presentments.py",
    "explain/charges": "cli/test_json_schemas.py",
    "endofday/statements": "settlement/test_statement.py",
    "treasury/issue": "treasury/test_payouts.py",
    "treasury/status": "treasury/test_payouts.py",
    "treasury/store": "treasury/test_payouts.py",
    "accounting/entries": "treasury/test_accounting.py",
    "accounting/forms": "treasury/test_accounting.py",
    "endofday/tariffs": "settlement/test_fee_plans.py",
    "endofday/cleared_notices": "endofday/test_issuer_proofs.py",
    "errors": "cli/test_decode.py",
    "cli/mail_bounces": "cli/test_mail.py",
    "endofday/layout_facts": "settlement/layouts/test_remise.py",
    "machine/fonts": "settlement/typesetting/test_letters.py",
    "settlement/layouts/document": "settlement/layouts/test_layout_forms.py",
    "settlement/layouts/document_csv": "settlement/layouts/test_layout_forms.py",
    "settlement/layouts/document_pdf": "settlement/layouts/test_layout_forms.py",
    "settlement/layouts/document_text": "settlement/layouts/test_remise.py",
    "settlement/layouts/document_xlsx": "settlement/layouts/test_layout_forms.py",
    "settlement/layouts/layout_labels": "settlement/layouts/test_remise.py",
    "settlement/statement_conversions": "settlement/test_conversion.py",
    "settlement/statement_facts": "settlement/layouts/test_remise.py",
    "mail/outbox": "mail/test_delivery.py",
    "mail/queueing": "mail/test_delivery.py",
    "mail/wording": "mail/test_letter.py",
    "explain/day_timeline": "explain/test_timeline.py",
    "explain/given": "cli/test_decode_pasted.py",
    "explain/step": "explain/test_timeline.py",
    "iso8583/cuts": "iso8583/test_answer_cut.py",
    "iso8583/plain/picker": "iso8583/plain/test_plain_request.py",
    "iso8583/dialect": "specs/test_load.py",
    "iso8583/edition93/acceptor_location": "iso8583/edition93/test_messages.py",
    "iso8583/element": "iso8583/nested/test_read.py",
    "iso8583/nested/proof_forms": "iso8583/mapping/test_security_places.py",
    "iso8583/nested/shown": "cli/test_subelements.py",
    "iso8583/nested/wire": "iso8583/nested/test_read.py",
    "iso8583/nested/write": "iso8583/nested/test_read.py",
    "iso8583/elements": "iso8583/reading/test_describe.py",
    "issuers/process/verifier": "e2e/test_card_security.py",
    "issuers/proofs/rules": "issuers/proofs/test_proof.py",
    "issuers/proofs/tries": "issuers/proofs/test_proof.py",
    "iso8583/mapping/reconciliation": "routing/memory/test_totals.py",
    "iso8583/message": "iso8583/test_codec.py",
    "iso8583/plan": "iso8583/test_codec.py",
    "iso8583/header": "iso8583/test_framing.py",
    "iso8583/values": "iso8583/test_codec.py",
    "iso8583/reading/openings": "trials/test_told_while_waiting.py",
    "iso8583/reading/choice": "cli/test_decode_pasted.py",
    "iso8583/reading/hexdump": "cli/test_trace.py",
    "iso8583/reading/lenient": "cli/test_decode_pasted.py",
    "iso8583/reading/meanings": "iso8583/reading/test_describe.py",
    "iso8583/reading/pairing": "explain/test_exchanges.py",
    "iso8583/reading/pasted/dumps": "iso8583/reading/pasted/test_text.py",
    "iso8583/reading/pasted/lines": "iso8583/reading/pasted/test_text.py",
    "iso8583/reading/pasted/literals": "iso8583/reading/pasted/test_text.py",
    "iso8583/reading/pasted/numbers": "iso8583/reading/pasted/test_text.py",
    "iso8583/reading/pasted/piece": "iso8583/reading/pasted/test_text.py",
    "issuers/amounts": "issuers/test_decide.py",
    "issuers/cards/status": "issuers/test_product_checks.py",
    "issuers/case": "issuers/test_product_checks.py",
    "issuers/entry": "issuers/process/test_book.py",
    "issuers/process/main": "cli/test_issuer.py",
    "journal/open_totals": "routing/memory/test_totals.py",
    "journal/reader": "journal/test_recovery.py",
    "journal/rows": "journal/test_recovery.py",
    "lines/staging/answer_stage": "centre/host/test_stage.py",
    "lines/staging/issuer_script": "centre/host/test_issuer_stage.py",
    "lines/client": "cli/test_with_a_centre.py",
    "lines/selector": "lines/test_line.py",
    "lines/sockets": "lines/test_issuer_link.py",
    "lines/tls_context": "lines/test_tls.py",
    "lines/wire_format": "centre/test_unsayable.py",
    "machine/kept_files": "trials/test_files_taken_away.py",
    "machine/private": "trials/test_owner_alone.py",
    "machine/shortage": "trials/test_shortages.py",
    "reconciliation/as_rows": "cli/test_reconcile.py",
    "reconciliation/findings": "reconciliation/test_matching.py",
    "reconciliation/movement": "reconciliation/test_matching.py",
    "reconciliation/readers/tables": "reconciliation/readers/test_row_kinds.py",
    "reconciliation/sale_passes": "reconciliation/test_matching.py",
    "reconciliation/workbench": "reconciliation/test_matching.py",
    "routing/handling/adjustments": "trials/test_many_tips.py",
    "routing/handling/advices": "trials/test_holds_by_advice.py",
    "routing/handling/answers": "trials/test_contradicting_issuers.py",
    "routing/handling/outbox": "routing/test_switchboard.py",
    "routing/handling/preauthorizations": "trials/test_holds_by_advice.py",
    "routing/handling/reconciliation": "routing/test_switchboard.py",
    "routing/handling/register": "routing/test_switchboard.py",
    "routing/handling/repeats": "routing/test_switchboard.py",
    "routing/handling/terminals": "trials/test_hostile_texts.py",
    "routing/handling/unmatched_answers": "routing/test_switchboard.py",
    "routing/memory/bounded": "routing/test_switchboard_machine.py",
    "routing/memory/deliveries": "routing/handling/test_reversals.py",
    "routing/memory/history": "routing/memory/test_decisions_by_key.py",
    "routing/memory/names": "routing/memory/test_named_requests.py",
    "routing/memory/past": "journal/test_recovery.py",
    "routing/memory/pending": "routing/test_switchboard.py",
    "routing/rules/checks": "routing/test_switchboard.py",
    "routing/traffic/effects": "routing/test_switchboard.py",
    "routing/traffic/events": "routing/test_switchboard.py",
    "settlement/checks": "endofday/test_close.py",
    "settlement/fees/dues": "settlement/test_fee_plans.py",
    "settlement/fees/entries": "settlement/test_remises.py",
    "settlement/fees/lines": "settlement/test_fee_plans.py",
    "settlement/fees/rows": "settlement/test_fee_plans.py",
    "settlement/fees/stated": "settlement/test_remises.py",
    "settlement/statement_labels": "settlement/test_statement.py",
    "specs/rules/host_rule_names": "specs/test_scenario_checks.py",
    "specs/checks": "trials/test_specification_mistakes.py",
    "specs/centre_profile": "specs/test_load.py",
    "specs/folder": "specs/test_load.py",
    "specs/specification": "specs/test_load.py",
    "specs/toml_lines": "specs/test_load.py",
    "trace/reader": "trace/test_recorder.py",
    "trace/up_to_date": "trace/test_process.py",
    "transaction": "routing/test_switchboard.py",
}


def test_every_module_is_tested_by_a_file() -> None:
    tests = ROOT / "tests"
    stems = {path.stem for path in tests.rglob("test_*.py")}
    named = {name for name in MODULES if f"test_{name.rpartition('/')[2]}" in stems}
    assert named ^ TESTED_BY.keys() == MODULES.keys(), "a test file of its name, or a line in TESTED_BY, and not both"
    assert [file for file in TESTED_BY.values() if not (tests / file).exists()] == []
