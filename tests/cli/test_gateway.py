"""``switch gateway``: the page as a command, and the callbacks a person can see and send again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from switch.cli import cli
from switch.gateway.site.serving import GATEWAY_FOLDER
from switch.gateway.store.callback_book import CallbackAttempt
from switch.gateway.store.order_book import open_orders
from switch.gateway.store.writer import Books
from switch.specs.folder import default_folder
from switch.specs.gateway.gateway_checks import GATEWAY_FILE
from tests.support.json_schema import mistakes, schema_of


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["gateway", *arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an order that was declined, and its callback."""
    folder = tmp_path / GATEWAY_FOLDER
    folder.mkdir()
    with closing(open_orders(folder)) as connection:
        books = Books(connection)
        order = books.orders.post("600000000", "ORDER-1", 1, {})
        fields = {"oid": "ORDER-1", "ProcReturnCode": "51", "Response": "Declined"}
        callback = books.callbacks.add("0badc0de", order, 1, "http://shop.example/callback", fields)
        remark = "found HTTP status 500, expected ACTION=POSTAUTH, APPROVED or FAILURE"
        attempt = CallbackAttempt(at_ms=2, status=500, answer="oops", verdict="failure", remark=remark)
        books.callbacks.attempted(callback, attempt, understood=False)
    return tmp_path


def test_callbacks_are_listed_with_what_the_shop_answered(data: Path) -> None:
    got = run("callbacks", "list", "--data", str(data))
    assert got.exit_code == 0, got.output
    for part in ("0badc0de", "ORDER-1", "Declined 51", "waiting", "failure", "found HTTP status 500"):
        assert part in got.output
    listed = json.loads(run("callbacks", "list", "--data", str(data), "--json").output)
    assert mistakes(listed, schema_of("gateway-callbacks")) == []
    (told,) = listed
    assert told["fields"]["oid"] == "ORDER-1"
    assert told["attempts"][0]["status"] == 500
    assert run("callbacks", "list", "--data", str(data), "--order", "OTHER").exit_code == 1


def test_a_callback_is_sent_again(data: Path) -> None:
    got = run("callbacks", "replay", "0badc0de", "--data", str(data))
    assert "the callback of order ORDER-1 is sent again to http://shop.example/callback" in got.output
    with closing(open_orders(data / GATEWAY_FOLDER)) as connection:
        (due,) = Books(connection).callbacks.due(1 << 50)
    assert due.tries == 0
    assert run("callbacks", "replay", "nobody", "--data", str(data)).exit_code == 1


def test_the_callbacks_are_told_in_french(data: Path) -> None:
    got = run("callbacks", "list", "--data", str(data), "--lang", "fr")
    for word in ("rappel", "commande", "en instance", "échec"):
        assert word in got.output


def test_without_a_page_there_are_no_callbacks(tmp_path: Path) -> None:
    assert run("callbacks", "list", "--data", str(tmp_path)).exit_code == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--centre", "nowhere"], "--centre: found 'nowhere', expected HOST:PORT, such as 127.0.0.1:8583"),
        (["--key", "k.pem"], "--certificate: found nothing beside --key, expected both or neither"),
        (["--listener", "ascii93"], "--listener: found ascii93, which speaks the edition of 1993, expected one of 1987"),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path: Path, options: list[str], sentence: str) -> None:
    got = run("serve", "--data", str(tmp_path), "--port", "0", *options)
    assert sentence in str(got.exception)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    got = run("serve")
    assert str(got.exception) == "gateway: found no starlette, expected the libraries of the payment page"


def test_up_without_a_shop_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(default_folder(), tmp_path / "specs")
    (tmp_path / "specs" / GATEWAY_FILE).unlink()
    got = CliRunner().invoke(cli, ["up", "--gateway", "--specs", str(tmp_path / "specs"), "--data", str(tmp_path / "var")])
    assert str(got.exception).startswith("gateway.toml: found no shop, expected one")


@contextmanager
def up(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """``switch up --gateway``, once it is ready: what its ready file says."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "switch", "up", "--gateway", "--free-ports", "--ready-file", str(ready)]
    process = subprocess.Popen([*command, "--data", str(tmp_path / "var")], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("try "):
                break
        yield {**json.loads(ready.read_text()), "lines": lines}
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.long
def test_up_serves_the_page_too(tmp_path: Path) -> None:
    import urllib.request

    with up(tmp_path) as ready:
        url = ready["gateway"]["url"]
        assert any(line.startswith("page") and url in line for line in ready["lines"])
        with urllib.request.urlopen(url) as answer:
            assert b"A payment page to test against" in answer.read()
