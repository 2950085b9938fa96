"""An issuer that is to be served, as a value: it says the same after a way as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switch.issuers.process.issuer_service import IssuerService

OF_CENTRE = IssuerService(
    issuer="atlas", specs_folder=Path("specs"), data=Path("var"), seed=7, port=0, announce=True, of_centre=True
)
BY_ITSELF = IssuerService(
    issuer="souss", specs_folder=None, data=Path("/data"), seed=0, port=None, scenario=Path("quiet.toml"), host="127.0.0.2"
)


@pytest.mark.parametrize("service", [OF_CENTRE, BY_ITSELF])
def test_it_says_the_same_after_a_way_as_json(service: IssuerService) -> None:
    assert IssuerService.from_json(json.loads(json.dumps(service.as_json))) == service
