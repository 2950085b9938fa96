"""Card files and products against the rest of a specification, in a copy of the embedded one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.cli.card_maker import as_card_file, made_cards
from switch.errors import SpecError
from switch.issuers.profile import Profile
from switch.specs.folder import default_folder
from switch.specs.load import load_specs, prove_cards
from tests.cli.command import run

TODAY = "2026-11-28"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A specification whose bank atlas has a card file."""
    copy = tmp_path / "specs"
    shutil.copytree(default_folder(), copy, copy_function=shutil.copyfile)
    change(copy, "issuers/atlas.toml", 'dialect = "ascii"', 'dialect = "ascii"\ncard_file = "cards.csv"')
    specs = load_specs()
    made = made_cards(specs.issuers["atlas"], specs.routing, 200, 7)
    (copy / "cards.csv").write_text("\n".join(as_card_file(made)) + "\n")
    return copy


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_specs(folder, today=TODAY)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_cards_of_a_file_are_cards_of_the_issuer(folder: Path) -> None:
    specs = load_specs(folder, today=TODAY)
    atlas = specs.issuers["atlas"]
    number = (folder / "cards.csv").read_text().splitlines()[100].split(",")[0]
    card = atlas.further_card(number)

    assert card is not None
    assert card.product is atlas.products[card.product.id]
    assert len(list(atlas.all_cards())) == len(atlas.cards) + 200 + 200
    prove_cards(specs, "atlas")
    prove_cards(specs, "rif")


def test_a_centre_asks_its_bank_for_them_and_a_restart_forgets_none(folder: Path, tmp_path: Path) -> None:
    rows = [row.split(",") for row in (folder / "cards.csv").read_text().splitlines()[1:]]
    plain, limited = (next(row[0] for row in rows if row[4] == product) for product in ("cmi", "cmi_starter"))

    def pay(centre: CentreProcess, pan: str) -> str:
        place = ("--specs", folder, "--ready-file", centre.data / "ready.json")
        code: str = run("send", "--json", *place, "--pan", pan, "--amount", "1.00").json["response_code"]
        return code

    with running_centre(tmp_path / "data", ["--specs", str(folder)]) as first:
        assert [pay(first, pan) for pan in (plain, limited, limited, limited, limited)] == ["00", "00", "00", "00", "65"]
        first.kill()
    with running_centre(tmp_path / "data", ["--specs", str(folder)]) as second:
        assert [pay(second, pan) for pan in (plain, limited)] == ["00", "65"]
        assert second.stop() == 0


def test_they_are_listed_and_checked(folder: Path) -> None:
    listed = run("cards", "--specs", folder, "--issuer", "atlas", "--json").json
    assert (listed[-1]["count"], listed[-1]["purpose"]) == (200, "cards of the file cards.csv")
    assert len(run("cards", "--specs", folder, "--issuer", "atlas", "--pans").out.splitlines()) == len(listed) - 2 + 400
    assert run("specs", "check", "--specs", folder).code == 0


Broken = Callable[[Path], None]


def lines(place: int, edit: Callable[[str], str]) -> Broken:
    def apply(folder: Path) -> None:
        all_lines = (folder / "cards.csv").read_text().splitlines()
        all_lines[place] = edit(all_lines[place])
        (folder / "cards.csv").write_text("\n".join(all_lines) + "\n")

    return apply


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (lambda folder: (folder / "cards.csv").unlink(), "issuers/atlas.toml:9: card_file: found 'cards.csv', expected a fil"),
        (lines(3, lambda line: line.replace(",visa_debit,", ",platinum,")), "cards.csv:4: product: found 'platinum', expected"),
        (lines(3, lambda line: "x" + line), "cards.csv:4: pan: found "),
        (lines(1, lambda line: "4103121200000992" + line[16:]), "cards.csv: pan: found 410312******0992, which leads to 'rif"),
        (lines(-1, lambda line: "9504019999999994" + line[16:]), "cards.csv:201: "),
        (lines(1, lambda line: "4507160000000010" + line[16:]), "cards.csv: pan: found 450716******0010, which is one of card"),
        (lines(-1, lambda line: "9999990000000006" + line[16:]), "cards.csv: pan: found 999999******0006, which leads to no i"),
    ],
)  # fmt: skip
def test_a_wrong_card_file_is_told_in_one_sentence(folder: Path, broken: Broken, sentence: str) -> None:
    broken(folder)
    (found,) = mistakes(folder)
    assert found.startswith(sentence)


def test_a_bank_that_is_started_by_itself_proves_its_file(folder: Path, tmp_path: Path) -> None:
    lines(3, lambda line: line.replace(",visa_debit,", ",platinum,"))(folder)
    outcome = run("issuer", "serve", "atlas", "--specs", folder, "--data", tmp_path / "data", "--port", 0)
    assert outcome.code == 2
    assert outcome.sentence.startswith("cards.csv:4: product: found 'platinum', expected one of cmi")


def test_a_card_of_a_series_in_the_file_too(folder: Path) -> None:
    rows = (folder / "cards.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if row < "9504017"]
    of_series = load_specs().issuers["atlas"].card_series[0].card(5).pan.digits
    (folder / "cards.csv").write_text("\n".join([rows[0], *kept, of_series + rows[-1][16:]]) + "\n")
    (found,) = mistakes(folder)
    assert found.startswith(f"cards.csv: pan: found {of_series[:6]}******{of_series[-4:]}, which is one of card_series[1] too")


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "issuers/atlas.toml",
            'product = "visa_debit"',
            'product = "cmi"',
            "product: found 'cmi' of scheme cmi, expected a product of scheme visa, as routing.toml has the range of the card",
        ),
        (
            "issuers/atlas.toml",
            'product = "mastercard_credit"',
            'product = "gold"',
            "product: found 'gold', expected one of cmi, cmi_starter",
        ),
        (
            "issuers/rif.toml",
            'kind = "debit"',
            'kind = "credit"',
            "card[1].product: found 'cmi' of kind credit, expected a product of kind",
        ),
        (
            "issuers/vesta.toml",
            "[[card_series]]",
            '[[product]]\nid = "home"\nservice_code = "521"\n\n[[card_series]]',
            "product[1].service_code: found '521', good in one country only, expected one that begins with 1, 2 or 7",
        ),
        (
            "issuers/souss.toml",
            "[[card_series]]",
            '[[product]]\nid = "visa"\nscheme = "visa"\n\n[[card_series]]\nproduct = "visa"',
            "card_series[1].product: found 'visa' of scheme visa, expected a product of scheme cmi",
        ),
    ],
)
def test_a_product_that_does_not_fit_is_told_in_one_sentence(
    tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    copy = tmp_path / "specs"
    shutil.copytree(default_folder(), copy, copy_function=shutil.copyfile)
    change(copy, file, old, new)
    (found,) = mistakes(copy)
    assert found.startswith(f"{file}:")
    assert sentence in found


def test_the_cards_of_the_integrators_kit_are_approved_at_a_bank_that_suits_them() -> None:
    """Numbers of public integration notes; three of them have no right check digit."""
    specs = load_specs()

    def given(issuer: Profile) -> dict[str, bool]:
        return {card.pan.digits: card.check_digit for card in issuer.cards if card.status == "active"}

    assert given(specs.issuers["atlas"]).items() >= {
        ("9876011807712000", False),
        ("9876019750673560", True),
        ("9876012003377970", False),
    }
    assert given(specs.issuers["maestra"]).items() >= {
        ("5191630100004890", False),
        ("5191630100004896", True),
        ("5453010000066100", True),
    }
    assert given(specs.issuers["vesta"])["4000000000000010"]
