"""Rules with ``threeds`` in a centre of several processes: added, hit and removed while its payment page runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from tests.cli.command import run
from tests.gateway.test_page_clock import at_the_page
from tests.support.http_shop import HttpShop


@pytest.mark.long
def test_the_page_of_a_running_centre_goes_by_the_rules_there_are(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with HttpShop.open() as shop, running_centre(data, ["--gateway", "--scenario", "threeds-rejected"]) as centre:
        assert at_the_page(centre, shop, "S-1").heading == "Paiement refusé"
        added = run("scenario", "add", "class=request line=ascii -> threeds=challenge, threeds=attempted", "--data", data)
        assert added.code == 0, added.err
        assert at_the_page(centre, shop, "S-2").heading == "Authentification par votre banque"
        end = at_the_page(centre, shop, "S-3")
        assert end.form()[1]["mdStatus"] == "4"
        listed = run("scenario", "list", "--data", data).out.splitlines()
        assert [line.split()[:2] for line in listed[1:3]] == [["2", "2"], ["1", "1"]]
        assert run("scenario", "remove", "--all", "--data", data).code == 0
        assert at_the_page(centre, shop, "S-4").form()[1]["mdStatus"] == "1"
