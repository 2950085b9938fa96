"""``switch gateway affiliation``: what an operator sees and decides."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from switch.cli import cli
from switch.gateway.site.serving import GATEWAY_FOLDER
from switch.gateway.store.order_book import open_orders
from switch.gateway.store.writer import Books
from switch.specs.folder import default_folder
from switch.specs.load import load_specs
from tests.support.json_schema import mistakes, schema_of

FIELDS = {
    "shop_name": "L'Échoppe du café",
    "legal_name": "Échoppe du Café SARL",
    "ice": "990000000000990",
    "address": "3, rue des Moulins",
    "city": "Rabat",
    "email": "bonjour@echoppe.example",
    "rib": "310810101402900442310133",
    "site": "https://echoppe.example",
    "plan": "online",
    "language": "fr",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two applications."""
    folder = tmp_path / "var" / GATEWAY_FOLDER
    folder.mkdir(parents=True)
    with closing(open_orders(folder)) as connection:
        for number in range(2):
            Books(connection).affiliations.apply(FIELDS, 1_795_341_600_000 + number)
    return tmp_path / "var"


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["gateway", "affiliation", *arguments, "--data", str(data)])


def test_applications_are_listed_until_they_are_decided(data: Path) -> None:
    listed = run(data, "list").output
    for part in ("L'Échoppe du café", "https://echoppe.example", "online", "waiting"):
        assert part in listed
    assert run(data, "refuse", "2", "--reason", "the site sells nothing").exit_code == 0
    assert [each["number"] for each in json.loads(run(data, "list", "--json").output)] == [1]
    (refused,) = [each for each in json.loads(run(data, "list", "--all", "--json").output) if each["verdict"]]
    assert refused["decided"] == {"reason": "the site sells nothing"}
    assert "the site sells nothing" in run(data, "show", "2").output
    again = run(data, "accept", "2")
    assert str(again.exception) == "NUMBER: found application 2, which is refused, expected one without a decision"


def test_an_acceptance_shows_keys_and_tables(data: Path, tmp_path: Path) -> None:
    got = run(data, "accept", "1")
    assert "application 1 is accepted: the running page takes shop 630000001 within a second" in got.output
    for part in ("LECHOPPEDU00001", "LECHO001", "[[merchant]]", "[[shop]]", 'approved_on = "'):
        assert part in got.output
    assert "until then it declines its payments with 03" in " ".join(got.output.split())
    assert run(data, "list").output.count("L'Échoppe") == 1


def test_applications_in_json_are_what_their_schemas_say(data: Path) -> None:
    run(data, "accept", "1")
    run(data, "refuse", "2", "--reason", "the site sells nothing")
    listed = json.loads(run(data, "list", "--all", "--json").output)
    assert [each["verdict"] for each in listed] == ["accepted", "refused"]
    assert mistakes(listed, schema_of("gateway-affiliation-list")) == []
    assert mistakes(json.loads(run(data, "show", "1", "--json").output), schema_of("gateway-affiliation-show")) == []


def test_an_acceptance_may_be_written_into_the_specification(data: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_folder(), tmp_path / "specs"))
    got = run(data, "accept", "1", "--write-specs", "--specs", str(folder), "--mcc", "5812", "--acquirer", "south")
    assert got.exit_code == 0, got.output
    shop = load_specs(folder).gateway.shops["630000001"]
    assert (shop.acquirer, shop.site) == ("south", "https://echoppe.example")
    merchant = load_specs(folder).merchants[shop.merchant_id]
    assert (merchant.name, merchant.mcc) == ("ECHOPPE DU CAFE SARL", "5812")
    second = run(data, "accept", "2", "--write-specs", "--specs", str(folder))
    assert "630000002" in second.output


def test_what_cannot_be_written_is_not_accepted(data: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_folder(), tmp_path / "specs"))
    plans = folder / "fees" / "discount.toml"
    plans.write_text(plans.read_text().replace('id = "online"', 'id = "digital"'))
    merchants = folder / "merchants.toml"
    merchants.write_text(merchants.read_text().replace('plan = "online"', 'plan = "digital"'))
    got = run(data, "accept", "1", "--write-specs", "--specs", str(folder))
    assert "plan: found" in str(got.exception)
    assert [each["verdict"] for each in json.loads(run(data, "list", "--json").output)] == ["", ""]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("accept", "1", "--mcc", "12"), "--mcc: found '12', expected four digits (ISO 18245)"),
        (
            ("accept", "1", "--acquirer", "east"),
            "--acquirer: found 'east', expected an acquirer of gateway.toml (cmi, north, south)",
        ),
        (("accept", "1", "--write-specs"), "--write-specs: found the embedded specification, expected a folder of your own"),
        (("refuse", "1", "--reason", " "), "--reason: found nothing, expected a sentence"),
    ],
)
def test_what_is_wrong_with_a_decision_is_one_sentence(data: Path, arguments: tuple[str, ...], sentence: str) -> None:
    assert str(run(data, *arguments).exception) == sentence


def test_an_acceptance_that_was_stopped_before_the_files_is_written_later(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(default_folder(), tmp_path / "specs"))
    accept = ("accept", "1", "--write-specs", "--specs", str(folder))

    def full(beside: Path, to: Path) -> Path:
        if to.name == "gateway.toml":
            raise OSError(28, "No space left on device")
        return replace(beside, to)

    replace = Path.replace
    monkeypatch.setattr(Path, "replace", full)
    assert "No space left on device" in str(run(data, *accept).exception)
    monkeypatch.undo()
    (kept,) = [each for each in json.loads(run(data, "list", "--all", "--json").output) if each["verdict"]]
    assert run(data, *accept).exit_code == 0
    shop = load_specs(folder).gateway.shops["630000001"]
    assert (shop.merchant_id, shop.store_key) == (kept["decided"]["merchant_id"], kept["decided"]["store_key"])
    assert sum("ECHOPPE" in each for each in load_specs(folder).merchants) == 1, "one contract, not two"
    third = run(data, *accept)
    assert str(third.exception) == (f"NUMBER: found application 1, which is accepted and stands in {folder}, expected another")


def test_an_operator_reads_french(data: Path, tmp_path: Path) -> None:
    assert "en instance" in run(data, "list", "--lang", "fr").output
    got = run(data, "refuse", "1", "--reason", "site fermé", "--lang", "fr")
    assert "la demande 1 est refusée" in got.output
    assert (
        "la demande 2 est acceptée : la page en marche prend la boutique 630000001"
        in run(data, "accept", "2", "--lang", "fr").output
    )
    assert run(tmp_path / "nowhere", "list").exit_code == 1
    assert run(data, "show", "9").exit_code == 1
