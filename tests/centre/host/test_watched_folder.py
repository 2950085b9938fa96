"""A folder of scenario files that changes while the centre runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import trio

from switch.centre.host.orders import Orders
from switch.centre.host.watched_folder import WatchedFolder, watch
from switch.routing.traffic.notice import Notice
from switch.specs.load import scenario_of
from tests.support.centre_in_loop import purchase, specs
from tests.support.host_stage import staged


def written(path: Path, *rules: str) -> None:
    """A scenario file that another process has finished writing."""
    said = ", ".join(f'"{rule}"' for rule in rules)
    path.with_suffix(".new").write_text(f'purpose = "watched"\nrules = [{said}]', encoding="utf-8")
    path.with_suffix(".new").replace(path)


async def test_files_are_read_again_and_wrong_ones_leave_the_rules_there_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switch.centre.host.watched_folder.FOLDER_LOOK_SECONDS", 0.01)
    (tmp_path / ".hidden.toml").write_text("no scenario", encoding="utf-8")
    watched, told, heard = WatchedFolder(tmp_path), list[str](), trio.Event()

    def tell(notice: Notice) -> None:
        nonlocal heard
        told.append(notice.detail.partition(f"{tmp_path}/")[2] or notice.detail)
        heard.set()
        heard = trio.Event()

    async with staged() as (centre, client), trio.open_nursery() as nursery:
        server, file = centre.server, tmp_path / "bad-day.toml"
        read = partial(scenario_of, specs())
        orders = Orders(server.script, server.rules_changed, {}, read, watched=watched)
        nursery.start_soon(watch, watched, orders.carry_out, tell)

        async def code(stan: int) -> str | None:
            return (await client.ask(purchase(stan))).response_code

        with trio.fail_after(20):
            written(file, "amount=125 -> 91", "any -> 05")
            await heard.wait()
            assert await code(1) == "91"
            written(file, "amount=125 -> silense")
            await heard.wait()
            assert await code(2) == "91"
            (of_file,) = (await orders.carry_out({"do": "list"}))["wrong_files"]
            assert of_file["file"] == str(file)
            assert of_file["mistakes"] == [f"{tmp_path}/{told[1].partition('; its')[0]}"]
            written(file, "amount=125 -> 12")
            await heard.wait()
            assert await code(3) == "12"
            assert len(server.script.playbook) == 1
            assert (await orders.carry_out({"do": "list"}))["wrong_files"] == []
            file.unlink()
            await heard.wait()
            assert await code(4) == "00"
        nursery.cancel_scope.cancel()
    first, wrong, again, gone = told
    assert first == "bad-day.toml: read again, 2 rules"
    assert wrong.startswith("bad-day.toml:2: rules[1].then: found 'silense', expected silence (the nearest)")
    assert wrong.endswith("; its earlier rules stay")
    assert (again, gone) == ("bad-day.toml: read again, 1 rule", "bad-day.toml: gone, and its 1 rule with it")


def test_only_what_changed_is_told_of(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    written(one, "any -> 91")
    written(two, "any -> 91")
    watched = WatchedFolder(tmp_path)
    assert watched.files() == [one, two]
    assert watched.changes() == ([], [])

    written(one, "any -> 05")
    two.unlink()

    assert watched.changes() == ([one], [two])
    assert watched.changes() == ([], [])
