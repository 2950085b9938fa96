"""Zone keys exchanged over real sockets, by a gateway and by ``switch keys exchange``: kept across a restart, never shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.card_security.ciphers import TripleDes
from switch.card_security.key_blocks import under_zone_key
from switch.centre.as_process import CentreProcess, running_centre
from switch.keys.key_module import IN_FLIGHT_SECONDS, KeyModule
from switch.keys.keystore import kept_keys
from switch.keys.shipped import secret_of
from switch.specs.folder import default_folder
from tests.cli.command import Outcome, run
from tests.e2e.test_card_security import MORE_LISTENERS, changed, code_of

SOUSS = ("--pan", "9504031200000013", "--amount", "1.00", "--json")
ATLAS = ("--pan", "4507160000000010", "--amount", "1.00", "--json")


@pytest.fixture(scope="module")
def specs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("exchange") / "specs"))
    with (folder / "centre.toml").open("a", encoding="utf-8") as file:
        file.write(MORE_LISTENERS)
    required = 'timeout_seconds = 10\n\n[security]\nmac = "require"\nmac_kind = "cmac"\n'
    changed(folder / "issuers" / "souss.toml", ("timeout_seconds = 10\n", required))
    return folder


@pytest.fixture
def centre(tmp_path: Path, specs_folder: Path) -> Iterator[CentreProcess]:
    with running_centre(tmp_path / "var", ["--trace", "--specs", str(specs_folder)]) as running:
        yield running
        assert running.stop() == 0


def send(centre: CentreProcess, *arguments: object, listener: str = "ascii") -> Outcome:
    return run("send", "--ready-file", centre.data / "ready.json", "--listener", listener, *arguments)


def test_a_gateway_gives_a_new_pin_key_and_the_one_before_is_good_for_a_while(centre: CentreProcess, tmp_path: Path) -> None:
    taken = send(centre, "--network", "key-change", "--json")
    assert code_of(taken) == "00"
    new = kept_keys(centre.data)["acquirer.zpk"]
    assert code_of(send(centre, *ATLAS, "--pin", "right")) == "00"
    assert code_of(send(centre, *ATLAS, "--pin", "wrong")) == "55"
    assert IN_FLIGHT_SECONDS >= 30
    assert code_of(send(centre, *ATLAS, "--pin", "right", "--data", tmp_path / "no-keys")) == "00"
    text = centre.log.read_text(encoding="utf-8")
    assert f"PIN key change: new key acquirer.zpk, KCV {new.about.kcv}; answered 00" in text
    for path in centre.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes().upper()
            assert new.secret.hex().upper().encode() not in data
            assert b"P0TB00" not in data, path
    assert "P0TB00" not in taken.out + send(centre, "--network", "key-change").out + text


@pytest.mark.parametrize(
    ("function", "value", "code"),
    [
        ("key-change", "", "30"),
        ("key-change", "no key", "30"),
        ("key-change", "00112233445566778899AABBCCDDEEFF000000", "88"),
        ("key-change", "B0096P0TB00E0000" + "00" * 40, "88"),
        ("mac-key-change", "B0096P0TB00E0000" + "00" * 40, "88"),
    ],
)
def test_what_is_no_key_is_refused_and_the_one_before_stays(
    centre: CentreProcess, function: str, value: str, code: str
) -> None:
    outcome = send(centre, "--network", function, "--set", f"48={value}", "--json")
    assert code_of(outcome) == code
    assert "acquirer.zpk" not in kept_keys(centre.data)
    assert code_of(send(centre, *ATLAS, "--pin", "right")) == "00"


def test_a_key_under_the_zone_master_key_comes_with_its_check_value(centre: CentreProcess) -> None:
    secret = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    sealed = under_zone_key(TripleDes(secret_of("acquirer.zmk", "T")), secret).hex().upper()
    for function in ("101", "161"):
        asked = ("--network", "key-change", "--set", f"70={function}", "--json", "--set")
        assert code_of(send(centre, *asked, f"48={sealed}08D7B5")) == "88"
        assert code_of(send(centre, *asked, f"48=U{sealed}08D7B4")) == "00"
    assert kept_keys(centre.data)["acquirer.zpk"].secret == secret
    assert code_of(send(centre, *ATLAS, "--pin", "right")) == "00"


def test_a_mac_key_goes_over_a_line_with_macs(centre: CentreProcess) -> None:
    with_mac = ("--mac", "--json")
    for listener, code in (("mac_verified", "00"), ("mac_required", "800")):
        changed_key = send(centre, "--network", "mac-key-change", *with_mac, listener=listener)
        assert (code_of(changed_key), changed_key.json["mac"]) == (code, "right")
    for listener, code in (("mac_verified", "00"), ("mac_required", "000")):
        sold = send(centre, *SOUSS, "--mac", "--pin", "right", listener=listener)
        assert (code_of(sold), sold.json["mac"]) == (code, "right")
        assert send(centre, *SOUSS, "--mac", "wrong", listener=listener).json["response_code"] in ("63", "122")


def test_an_issuer_is_given_new_keys_and_has_them_after_a_restart(tmp_path: Path, specs_folder: Path) -> None:
    data, options = tmp_path / "var", ["--specs", str(specs_folder)]
    with running_centre(data, options) as centre:
        for issuer, kind, key in (
            ("atlas", (), "atlas.zpk"),
            ("souss", ("--mac",), "souss.mac-aes"),
            ("souss", (), "souss.zpk"),
        ):
            outcome = run("keys", "exchange", issuer, *kind, "--data", data)
            assert outcome.code == 0, outcome.err
            assert f"it took the new key {key}, KCV {kept_keys(data)[key].about.kcv}; answered 00" in outcome.out
        for card in (ATLAS, SOUSS):
            assert code_of(send(centre, *card, "--pin", "right")) == "00"
        assert centre.stop() == 0
    kept = kept_keys(data)
    with running_centre(data, options) as centre:
        for card in (ATLAS, SOUSS):
            assert code_of(send(centre, *card, "--pin", "right")) == "00"
            assert code_of(send(centre, *card, "--pin", "wrong")) == "55"
        assert centre.stop() == 0
    assert kept_keys(data) == kept


def test_a_wish_waits_for_the_next_start(tmp_path: Path, specs_folder: Path) -> None:
    data, options = tmp_path / "var", ["--specs", str(specs_folder)]
    with running_centre(data, options) as centre:
        assert centre.stop() == 0
    told = run("keys", "exchange", "rif", "--data", data, "--timeout", "0")
    assert (told.code, told.out.strip()) == (0, "no outcome in 0 s: Switch gives rif the key after its next sign-on")
    with running_centre(data, options) as centre:
        outcome = data / "key-exchange" / "rif.pin.done"
        from tests.e2e.test_crash import eventually

        eventually(outcome.exists, "the wish")
        assert centre.stop() == 0
    assert outcome.read_text().startswith("00\nPIN key change: it took the new key rif.zpk")


def test_a_terminal_with_dukpt(centre: CentreProcess) -> None:
    for card in (ATLAS, SOUSS, ("--pan", "4000010000000019", "--amount", "1.00", "--json")):
        assert code_of(send(centre, *card, "--pin", "right", "--dukpt")) == "00"
        assert code_of(send(centre, *card, "--pin", "wrong", "--dukpt")) == "55"
    other = send(centre, *ATLAS, "--pin", "right", "--dukpt", "--set", "53=9876543210000000")
    assert code_of(other) == "96"
    assert run("send", "--dukpt").sentence == "--dukpt: found without --pin, expected the PIN that it enciphers"


def test_a_module_without_a_folder_keeps_nothing() -> None:
    keys = KeyModule.open(None, ["atlas"])
    keys.offer("atlas.zmk", "atlas.zpk")
    keys.withdraw("atlas.zpk")
    keys.keep("atlas.zpk")


def test_an_exchanged_key_is_shown_nowhere(centre: CentreProcess) -> None:
    told = send(centre, "--network", "key-change", "--json", "--all").json
    (key,) = (each for each in told["request"]["elements"] if each["element"] == 48)
    assert key["value"] == "(enciphered key, not shown)"
    assert not key.get("subelements")
