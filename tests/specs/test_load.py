"""The specification: that the default one is whole and right, and that a wrong one is refused in one exact sentence."""

import re
import shutil
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from switch.card import luhn_digit, luhn_valid
from switch.errors import SpecError
from switch.iso8583.dialect import EDITION_1987, Dialect
from switch.issuers.cards.status import LOST, PURPOSE_DO_NOT_HONOR, STOLEN
from switch.merchant import CAPTURES, rib_key
from switch.spec_table import SpecTable
from switch.specs.folder import default_folder
from switch.specs.load import load_scenario, load_specs
from switch.specs.specification import Specs
from switch.specs.toml_lines import toml_lines
from switch.transaction import CREDITS, DEBITS

DIALECT_NAMES = ", ".join(sorted(path.stem for path in (default_folder() / "dialects").glob("*.toml")))
FILES = sorted(path.relative_to(default_folder()).as_posix() for path in default_folder().rglob("*.toml"))


@pytest.fixture(scope="module")
def specs() -> Specs:
    return load_specs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default specification, to be spoilt."""
    return Path(shutil.copytree(default_folder(), tmp_path / "specs"))


def refusal(load: Callable[[], object]) -> str:
    with pytest.raises(SpecError) as refused:
        load()
    return str(refused.value)


# -- the default specification


def test_the_listeners(specs: Specs) -> None:
    lines = [(each.name, each.port, each.dialect, each.header.notation, each.tpdu) for each in specs.centre.listeners]
    assert lines == [
        ("ascii", 8583, "ascii", "2b", False),
        ("ascii_hex", 8584, "ascii_hex", "4a", False),
        ("bcd", 8585, "bcd", "2b", True),
        ("ascii93", 8586, "ascii93", "2b", False),
        ("domestic93", 8587, "ascii_hex93", "4a + 'ISO026000070'", False),
    ]
    assert (specs.centre.country, len(specs.centre.institution_id)) == ("504", 6)


def test_the_cast(specs: Specs) -> None:
    cast = {issuer.id: (issuer.origin, issuer.dialect) for issuer in specs.issuers.values()}
    assert cast == {
        "atlas": ("domestic", "ascii"),
        "rif": ("domestic", "ascii_hex93"),
        "souss": ("domestic", "bcd93"),
        "vesta": ("foreign", "ebcdic_bcd"),
        "maestra": ("foreign", "ebcdic"),
        "lusitania": ("foreign", "ebcdic_bcd"),
        "sakura": ("foreign", "ebcdic"),
    }
    assert sorted(issuer.address.port for issuer in specs.issuers.values()) == [9101, 9102, 9103, 9104, 9105, 9106, 9107]


@pytest.mark.parametrize("issuer", ["atlas", "rif", "souss", "vesta", "maestra"])
def test_every_issuer_has_a_named_card_for_each_answer(specs: Specs, issuer: str) -> None:
    cards = specs.issuers[issuer].cards
    assert {card.status for card in cards} >= {PURPOSE_DO_NOT_HONOR, LOST, STOLEN}
    assert [card.expiry for card in cards if card.expiry < "2912"] == ["2412"]
    assert 5_000 in [card.balance_minor for card in cards if card.balance_minor < 100_000]
    assert all(luhn_valid(card.pan.digits) == card.check_digit and card.purpose for card in cards)


def test_there_are_cards_for_parts_of_an_amount_and_for_limits_of_cash(specs: Specs) -> None:
    (prepaid,) = [card for card in specs.issuers["souss"].cards if card.balance_minor == 2_000]
    route = specs.routing.find(prepaid.pan.digits)
    assert route is not None
    assert (route.issuer, route.product) == ("souss", "prepaid")
    assert [card.cash_limit_minor for card in specs.issuers["atlas"].cards if card.cash_limit_minor] == [20_000]


def test_every_bank_has_domestic_visa_and_mastercard_cards(specs: Specs) -> None:
    for bank in ("atlas", "rif", "souss"):
        routes = [specs.routing.find(card.pan.digits) for card in specs.issuers[bank].cards]
        assert {route.scheme for route in routes if route} - {"amex"} == {"cmi", "visa", "mastercard"}


def test_the_numbers_the_load_tools_draw_are_cards_of_vesta(specs: Specs) -> None:
    (series,) = specs.issuers["vesta"].card_series
    assert (series.bin, series.count, series.balance_minor) == ("476173", 1000, 900_000_000_000)
    assert series.card(1000).pan.digits == "476173000001000" + luhn_digit("476173000001000")


@pytest.mark.parametrize(
    ("pan", "issuer"),
    [
        ("4507160000000010", "atlas"),
        ("4507169001200010", "souss"),  # eleven digits, out of the eight of atlas
        ("4507170000000010", "vesta"),
        ("4761730000000010", "vesta"),
        ("2221512000000010", "rif"),
        ("2221550000000010", "maestra"),
        ("5399410003000010", "souss"),
        ("5399410005000010", "maestra"),
        ("9504031200000010", "souss"),
        ("9504035000000010", None),
        ("2721000000000010", None),
        ("340000000000009", None),
    ],
)
def test_the_longest_range_has_the_card(specs: Specs, pan: str, issuer: str | None) -> None:
    route = specs.routing.find(pan)
    assert (route.issuer if route else None) == issuer


@pytest.mark.parametrize(
    ("pan", "scheme"),
    [("340000000000009", "amex"), ("3530111333300000", "jcb"), ("3590000000000000", None), ("6011000000000004", "discover")],
)
def test_schemes_nobody_answers_for(specs: Specs, pan: str, scheme: str | None) -> None:
    assert specs.routing.scheme_of(pan) == scheme


def test_merchants_are_paid_on_valid_accounts(specs: Specs) -> None:
    assert len(specs.merchants) >= 9
    assert {"4814", "5411", "4511", "7011", "5541", "5812", "6011", "5499", "5912"} <= {
        each.mcc for each in specs.merchants.values()
    }
    for merchant in specs.merchants.values():
        assert rib_key(merchant.rib[:22]) == merchant.rib[22:]
        assert merchant.terminals
    assert "TERM0001" in specs.merchants["MERCHANT0000001"].terminals


def test_there_is_a_merchant_of_every_capture_policy(specs: Specs) -> None:
    assert {each.capture for each in specs.merchants.values()} == set(CAPTURES)
    assert specs.merchants["HOTEL0000000001"].over_basis_points == 1_500


@pytest.mark.parametrize(
    ("business_date", "origin", "scheme", "rate_basis_points"),
    [
        ("2024-09-30", "domestic", "cmi", 120),
        ("2024-10-01", "domestic", "cmi", 65),
        ("2026-11-22", "domestic", "visa", 65),
        ("2026-11-22", "foreign", "visa", 160),
        ("2026-11-22", "foreign", "mastercard", 170),
    ],
)
def test_interchange_follows_date_and_origin(
    specs: Specs, business_date: str, origin: str, scheme: str, rate_basis_points: int
) -> None:
    assert specs.fees.interchange.rate(business_date, origin, scheme, "chip", "purchase") == rate_basis_points


def test_every_sale_has_its_rates(specs: Specs) -> None:
    for _, _, ranges in specs.routing.ranges:
        for route in (item.route for item in ranges):
            origin = specs.issuers[route.issuer].origin
            for transaction_type in DEBITS | CREDITS:
                assert specs.fees.interchange.rate("2026-11-22", origin, route.scheme, "chip", transaction_type) >= 0
    for merchant in specs.merchants.values():
        for origin in ("domestic", "foreign"):
            assert specs.fees.discount.rate("2026-11-22", merchant.plan, origin).minimum_minor == 0
    assert specs.fees.vat.rate("2026-11-22") == 1_000


def test_the_calendar_knows_two_years_of_holidays(specs: Specs) -> None:
    per_year = [sum(day.year == year for day in specs.calendar.holidays) for year in (2026, 2027)]
    assert per_year == [18, 17]
    assert specs.calendar.value_date("2026-11-17") == "2026-11-19"


def numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split():
        low, _, high = part.partition("-")
        found += range(int(low), int(high or low) + 1)
    return found


#: ISO 8583:1987 as the hosts of the field speak it: format -> elements.
STANDARD_1987 = {
    "n..19": "2", "n 6": "3 11 12 73", "n 12": "4-6 82-85", "n 10": "7 74-81", "n 8": "8-10", "n 4": "13-18 71 72",
    "n 3": "19-24 49-51 68-70", "n 2": "25 26 67", "n 1": "27 66", "x+n 8": "28-31", "n..11": "32 33 99 100",
    "ans..28": "34 102 103", "z..37": "35", "z..104": "36", "an 12": "37", "an 6": "38", "an 2": "39 92", "an 3": "40",
    "ans 8": "41", "ans 15": "42", "ans 40": "43", "ans..25": "44", "ans..76": "45", "ans..999": "46-48 56-63 105-127",
    "n 16": "53 86-89", "b 8": "52 64 96 128", "an..120": "54", "b..255": "55", "b 1": "65", "n 42": "90", "an 1": "91",
    "an 5": "93", "an 7": "94", "an 42": "95", "x+n 16": "97", "ans 25": "98", "ans..17": "101", "ans..100": "104",
}  # fmt: skip


def test_every_dialect_has_the_elements_of_1987(specs: Specs) -> None:
    standard = {number: notation for notation, where in STANDARD_1987.items() for number in numbers(where)}
    assert sorted(standard) == list(range(2, 129))
    for dialect in (each for each in specs.dialects.values() if each.edition == EDITION_1987):
        assert specs.dialects["bcd_numeric_39"].element(39).encoding == "bcd", "encodings are inherited with the dialect"
        own = {"bcd_numeric_39": {39: "n 2"}, "bcd_terminal": {60: "n..999"}}.get(dialect.name, {})
        assert {number: dialect.element(number).format for number in standard} == {**standard, **own}
        assert all(dialect.element(number).name for number in standard)


def encodings(dialect: Dialect) -> tuple[str, ...]:
    """MTI, bitmap, digits (DE 4), text (DE 41), length prefix (DE 2), binary (DE 52) and track data (DE 35)."""
    data = tuple(dialect.element(number).encoding for number in (4, 41))
    return (
        dialect.mti,
        dialect.bitmap,
        *data,
        dialect.element(2).length_encoding,
        dialect.element(52).encoding,
        dialect.element(35).encoding,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ascii", ("ascii", "binary", "ascii", "ascii", "ascii", "raw", "ascii")),
        ("ascii_hex", ("ascii", "hex", "ascii", "ascii", "ascii", "hex", "ascii")),
        ("bcd", ("bcd", "binary", "bcd", "ascii", "bcd", "raw", "bcd")),
        ("bcd_right_f", ("bcd", "binary", "bcd", "ascii", "bcd", "raw", "bcd")),
        ("ebcdic", ("ebcdic", "binary", "ebcdic", "ebcdic", "ebcdic", "raw", "ebcdic")),
        ("ebcdic_bcd", ("bcd", "binary", "bcd", "ebcdic", "bcd", "raw", "bcd")),
    ],
)
def test_what_sets_the_dialects_apart(specs: Specs, name: str, expected: tuple[str, ...]) -> None:
    assert encodings(specs.dialects[name]) == expected


def test_paddings_are_inherited_and_chosen_by_kind_and_by_element(specs: Specs) -> None:
    def padding(dialect: Dialect) -> tuple[str, ...]:
        return tuple(dialect.element(number).padding for number in (2, 22, 35))

    assert padding(specs.dialects["bcd"]) == ("left 0", "left 0", "left 0")
    assert padding(specs.dialects["bcd_right_0"]) == ("right 0", "left 0", "right 0")
    assert padding(specs.dialects["bcd_right_f"]) == ("right F", "left 0", "right F")
    own = {"title": "own", "element": {"22": {"padding": "right 0"}, "35": {"format": "z 37"}, "2": {"name": "PAN"}}}
    mine = Dialect.from_toml("mine", SpecTable("dialects/mine.toml", own), specs.dialects["bcd_right_f"])
    assert padding(mine) == ("right F", "right 0", "left 0")


def test_a_load_takes_little_more_than_reading_its_toml() -> None:
    def cpu_seconds(work: Callable[[], object]) -> float:
        def once() -> float:
            before = time.process_time()
            work()
            return time.process_time() - before

        return min(once() for _ in range(3))

    texts = [path.read_text() for path in default_folder().rglob("*.toml")]
    assert cpu_seconds(load_specs) < 6 * cpu_seconds(lambda: [tomllib.loads(text) for text in texts])


def test_the_digest_names_the_files_and_nothing_else(specs: Specs, folder: Path) -> None:
    assert load_specs(folder).digest == specs.digest
    (folder / "README.md").write_text("other words")
    assert load_specs(folder).digest == specs.digest
    vat = folder / "fees/vat.toml"
    vat.write_text(vat.read_text() + "# a remark\n")
    assert load_specs(folder).digest != specs.digest


# -- wrong specifications: what stands in a file, what stands there instead, and the sentence ({line}: where the latter begins)

BAD = [
    (
        "calendar.toml",
        "settlement_days = 1",
        "settlement_day = 1\nsettlement_days = 1",
        (
            "calendar.toml:{line}: settlement_day: found a key nobody reads, "
            "expected one of cut_off, holiday, settlement_days, time_zone, weekend (the nearest is settlement_days)"
        ),
    ),
    (
        "routing.toml",
        'bins = "51280104"',
        'bins = "45071650-45071750"',
        (
            "routing.toml:{line}: range[5].bins: found 45071650-45071750 overlapping 45071600-45071699 of atlas, "
            "expected ranges of one length apart"
        ),
    ),
    (
        "routing.toml",
        'issuer = "rif"',
        'issuer = "riff"',
        (
            "routing.toml:{line}: range[2].issuer: found 'riff', expected one of "
            "atlas, lusitania, maestra, rif, sakura, souss, vesta"
        ),
    ),
    (
        "merchants.toml",
        'rib = "901 780 0000000000100037 66"',
        'rib = "901 780 0000000000100037 67"',
        "merchants.toml:{line}: merchant[1].rib: found key 67 in 901780000000000010003767, expected key 66",
    ),
    (
        "merchants.toml",
        'plan = "fuel"',
        'plan = "petrol"',
        "merchants.toml:{line}: merchant[5].plan: found 'petrol', expected one of airline, cash, fuel, online, retail",
    ),
    (
        "merchants.toml",
        'id = "SUPERMARCHE0001"',
        'id = "TELECOM00000001"\n',
        "merchants.toml:{line}: merchant[2].id: found 'TELECOM00000001' a second time, expected an id no other merchant has",
    ),
    (
        "merchants.toml",
        'terminals = ["RIAD0001"]',
        'terminals = ["RIAD0001", "NORIA002"]',
        "merchants.toml:{line}: merchant[4].terminals: found 'NORIA002' a second time, expected terminal ids that occur once",
    ),
    (
        "centre.toml",
        'dialect = "ascii_hex"',
        'dialect = "ascii-hex"',
        (f"centre.toml:{{line}}: listener[2].dialect: found 'ascii-hex', expected one of {DIALECT_NAMES}"),
    ),
    (
        "centre.toml",
        "port = 8585",
        "port = 8583  # taken",
        "centre.toml:{line}: listener[3].port: found 8583 a second time, expected a port no other listener has",
    ),
    (
        "centre.toml",
        'header = "4a"',
        'header = "7a"',
        (
            "centre.toml:{line}: listener[2].header: found '7a', "
            "expected 2 or 4, then b (binary), l (little endian), a (ASCII) or d (BCD), then i if inclusive; or 4v (Visa); "
            "or 3a, 5a, 6a, 4h (hexadecimal digits), lf, stx, packet"
        ),
    ),
    (
        "issuers/souss.toml",
        'header = "2b"',
        'header = "two"',
        (
            "issuers/souss.toml:{line}: header: found 'two', "
            "expected 2 or 4, then b (binary), l (little endian), a (ASCII) or d (BCD), then i if inclusive; or 4v (Visa); "
            "or 3a, 5a, 6a, 4h (hexadecimal digits), lf, stx, packet"
        ),
    ),
    (
        "issuers/rif.toml",
        'address = "127.0.0.1:9102"',
        'address = "127.0.0.1:9101"',
        "issuers/rif.toml:{line}: address: found '127.0.0.1:9101' a second time, expected an address no other issuer has",
    ),
    (
        "issuers/rif.toml",
        'institution_id = "504002"',
        'institution_id = "504900"',
        "issuers/rif.toml:{line}: institution_id: found '504900' a second time, expected a code no other institution has",
    ),
    (
        "issuers/rif.toml",
        'id = "rif"',
        'id = "riff"',
        "issuers/rif.toml:{line}: id: found 'riff', expected 'rif', the name of the file",
    ),
    (
        "issuers/atlas.toml",
        'pan = "4507160000000010"',
        'pan = "4507170000000019"',
        (
            "issuers/atlas.toml:{line}: card[3].pan: found 450717******0019, which leads to 'vesta', "
            "expected a card routing.toml leads to 'atlas'"
        ),
    ),
    (
        "issuers/atlas.toml",
        'pan = "4507160000000010"',
        'pan = "9900000000000002"',
        (
            "issuers/atlas.toml:{line}: card[3].pan: found 990000******0002, which leads to no issuer, "
            "expected a card routing.toml leads to 'atlas'"
        ),
    ),
    (
        "issuers/atlas.toml",
        'pan = "4507160000000010"',
        'pan = "4507160000000011"',
        "issuers/atlas.toml:{line}: card[3].pan: found 450716******0011 with check digit 1, expected check digit 0",
    ),
    (
        "issuers/souss.toml",
        'bin = "95040340"\ncount = 200',
        'bin = "95040349"\ncount = 9999999\n',
        None,
    ),
    (
        "issuers/souss.toml",
        '[[card_series]]\nbin = "95040340"\ncount = 200',
        '[[card_series]]\nbin = "950403"\ncount = 999999999\n',
        "issuers/souss.toml:{line}: card_series[1]: found 950403******0013, which is a [[card]] too, expected each number once",
    ),
    (
        "issuers/vesta.toml",
        'bin = "476173"\ncount = 1000\n',
        'bin = "461788"\ncount = 999999999\n',
        None,
    ),
    (
        "issuers/vesta.toml",
        'bin = "476173"\ncount = 1000\n',
        'bin = "461789"\ncount = 999999999\n',
        (
            "issuers/vesta.toml:{line}: card_series[1].bin: found 461789******0019, which leads to 'souss', "
            "expected a card routing.toml leads to 'vesta'"
        ),
    ),
    (
        "issuers/vesta.toml",
        'balance = "9000000000.00"',
        "balance = 1000.00",
        "issuers/vesta.toml:{line}: card_series[1].balance: found a decimal number, expected text",
    ),
    (
        "dialects/base87.toml",
        'format = "n..19"',
        'format = "LLVAR 19"',
        (
            "dialects/base87.toml:{line}: element.2.format: found 'LLVAR 19', "
            "expected the standard's notation, such as n 6, n..19, ans..999, b 8, z..37, x+n 8"
        ),
    ),
    (
        "dialects/bcd_right_f.toml",
        'variable_padding = "right F"',
        'variable_padding = "left F"',
        (
            "dialects/bcd_right_f.toml:{line}: encoding.variable_padding: found 'left F', "
            "expected one of left 0, right 0, right F"
        ),
    ),
    (
        "dialects/bcd.toml",
        'extends = "base87"',
        'extends = "base03"',
        (f"dialects/bcd.toml:{{line}}: extends: found 'base03', expected one of {DIALECT_NAMES}"),
    ),
    (
        "dialects/base87.toml",
        'title = "ISO 8583:1987, elements 2 to 128"',
        'title = "ISO 8583:1987, elements 2 to 128"\nextends = "ascii"',
        "dialects/base87.toml:{next}: extends: found 'ascii', expected a dialect that does not extend this one in turn",
    ),
    (
        "fees/interchange.toml",
        'from = "2024-10-01"',
        "from = 2024-10-01",
        "fees/interchange.toml:{line}: rate[2].from: found the date or time 2024-10-01 (without quotes), expected text",
    ),
    (
        "scenarios/bad-evening.toml",
        'issuer = "vesta"',
        'issuer = "visa"',
        (
            "scenarios/bad-evening.toml:{line}: rule[4].issuer: found 'visa', expected one of "
            "atlas, lusitania, maestra, rif, sakura, souss, vesta"
        ),
    ),
    (
        "scenarios/bad-evening.toml",
        "[rule.then]\nsilence = true",
        "[rule.then]\nsilence = false",
        (
            "scenarios/bad-evening.toml:{line}: rule[1].then: found nothing to do, "
            "expected response_code, delay_seconds or silence = true"
        ),
    ),
    (
        "routing.toml",
        'bins = "950402"',
        "bins 950402",
        "routing.toml:{line}: found broken TOML (Expected '=' after a key in a key/value pair), expected a TOML file",
    ),
]


@pytest.mark.parametrize(("file", "good", "bad", "sentence"), BAD)
def test_a_wrong_specification_is_refused_in_one_sentence(
    folder: Path, file: str, good: str, bad: str, sentence: str | None
) -> None:
    path = folder / file
    before, after = path.read_text().split(good, 1)
    path.write_text(before + bad + after)
    line = before.count("\n") + 1
    if sentence is None:
        load_specs(folder)
    else:
        assert refusal(lambda: load_specs(folder)) == sentence.format(line=line, next=line + 1)


def test_a_broken_end_of_file_has_the_last_line(folder: Path) -> None:
    vat = folder / "fees/vat.toml"
    vat.write_text('[[rate]]\nfrom = "2013-01-01"\nrate_basis_points =\n')
    assert refusal(lambda: load_specs(folder)).startswith("fees/vat.toml:3: found broken TOML (")
    vat.write_text('[[rate]]\nfrom = ["2013-01-01"\n')
    assert refusal(lambda: load_specs(folder)).startswith("fees/vat.toml:2: found broken TOML (")


@pytest.mark.parametrize("file", ["centre.toml", "routing.toml", "merchants.toml", "calendar.toml", "fees/vat.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    sentence = f"{file}: found no such file, expected a TOML file (see README.md of the specs folder)"
    assert refusal(lambda: load_specs(folder)) == sentence


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert refusal(lambda: load_specs(nowhere)) == f"{nowhere}: found no such folder, expected a folder with centre.toml in it"


def test_bytes_that_are_not_utf_8_are_placed(folder: Path) -> None:
    (folder / "merchants.toml").write_bytes(b"# caf\xc3\xa9\n# caf\xe9\n")
    assert refusal(lambda: load_specs(folder)) == "merchants.toml:2: found byte 0xe9, expected text in UTF-8"


def test_a_scenario_may_stand_anywhere(specs: Specs, tmp_path: Path) -> None:
    path = tmp_path / "late-night.toml"
    path.write_text('purpose = "late"\n[[rule]]\nissuer = "atlas"\nthen = {delay_seconds = 1}\n')
    assert load_scenario(path, specs).name == "late-night"
    path.write_text('purpose = "late"\n[[rule]]\nissuer = "atlantis"\nthen = {delay_seconds = 1}\n')
    sentence = (
        f"{path}:3: rule[1].issuer: found 'atlantis', expected one of atlas, lusitania, maestra, rif, sakura, souss, vesta"
    )
    assert refusal(lambda: load_scenario(path, specs)) == sentence
    missing = tmp_path / "none.toml"
    assert refusal(lambda: load_scenario(missing, specs)).startswith(f"{missing}: found no such file")


# -- the README, and the lines


def readme_examples() -> list[dict[str, Any]]:
    """The TOML blocks of the specification's README, parsed."""
    readme = (default_folder() / "README.md").read_text()
    return [tomllib.loads(example) for example in re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)]


def paths(values: Any, path: str = "") -> set[str]:
    """The dotted paths of everything in a parsed file, as ``toml_lines`` writes them."""
    if isinstance(values, dict):
        below = {key: paths(value, f"{path}.{key}" if path else key) for key, value in values.items()}
        return ({path} if path else set()).union(*below.values())
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return set().union(*(paths(value, f"{path}[{number}]") for number, value in enumerate(values, start=1)))
    return {path}


def test_every_key_the_loader_reads_is_in_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    value = SpecTable._value

    def listen(self: SpecTable, key: str, kind: type, default: Any) -> Any:
        asked.add(key)
        return value(self, key, kind, default)

    monkeypatch.setattr(SpecTable, "_value", listen)
    load_specs(default_folder())
    written = {part for example in readme_examples() for path in paths(example) for part in re.findall(r"\w+", path)}
    assert asked - written == set()
    assert len(asked) > 60


def test_every_file_kind_has_an_example_in_the_readme() -> None:
    assert len(readme_examples()) == 17
    readme = (default_folder() / "README.md").read_text()
    for file in FILES:
        kind = file if file.count("/") == 0 or file.startswith("fees/") else re.sub(r"/.*", "/", file)
        assert f"`{kind}" in readme


@pytest.mark.parametrize("file", FILES)
def test_every_file_says_what_it_is_and_whose(file: str) -> None:
    head = (default_folder() / file).read_text().split("\n\n")[0].split("\n[")[0]
    assert head.startswith("# ")
    assert "dited by" in head


@pytest.mark.parametrize("file", FILES)
def test_every_key_of_every_file_has_a_line(file: str) -> None:
    text = (default_folder() / file).read_text()
    lines = toml_lines(text)
    said = {path for path in paths(tomllib.loads(text)) if path.rpartition(".")[2] not in ("element", "subelement")}
    assert said == {path for path in lines if path in said or not path.endswith("]")}, "texts of an array have lines, too"
    for path in said:
        name = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
        assert name in text.splitlines()[lines[path] - 1]


AWKWARD = '''\
title = "a # no comment [ nor bracket"  # but [ this = is
"quoted key".'other' = 1
text = """
[no.header]
key = "none" \\"""
"""
literal = \'\'\'
x = [\'\'\'
list = [
  "]", # ]
  [1, 2],
]
inline = { a = 1, b = [ { c = 2 } ] }

  [ table . "sub" ]  # comment
  deep.er = 1

[[row]]
n = 1
[row.detail]
m = 1
[[row.item]]
k = 1
[[row.item]]
k = 2
[[row]]
[[row.item]]
k = 3
last = 1979-05-27T07:32:00Z'''


@pytest.mark.parametrize("text", [AWKWARD, AWKWARD.replace("\n", "\r\n")])
def test_lines_of_an_awkward_text(text: str) -> None:
    tomllib.loads(text)
    assert toml_lines(text) == {
        "title": 1,
        "quoted key.other": 2,
        "text": 3,
        "literal": 7,
        "list": 9,
        "list[1]": 10,
        "list[2]": 11,
        "inline": 13,
        "table.sub": 15,
        "table.sub.deep.er": 16,
        "row[1]": 18,
        "row[1].n": 19,
        "row[1].detail": 20,
        "row[1].detail.m": 21,
        "row[1].item[1]": 22,
        "row[1].item[1].k": 23,
        "row[1].item[2]": 24,
        "row[1].item[2].k": 25,
        "row[2]": 26,
        "row[2].item[1]": 27,
        "row[2].item[1].k": 28,
        "row[2].item[1].last": 29,
    }
