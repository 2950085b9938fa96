"""CVV2, PIN, chip, 3-D Secure and MACs over real sockets: right ones approved, wrong ones refused, none left behind.

The centre of these tests has listeners and issuers with MACs, and an issuer whose dialect says it all in the places of Visa.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import zlib
from base64 import a85decode
from collections.abc import Iterator
from email import message_from_bytes
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from switch.card import Pan
from switch.centre.as_process import CentreProcess, running_centre
from switch.cli.request.proofs import open_keys
from switch.iso8583.codec import Codec
from switch.iso8583.mapping.pin_control import PinControl
from switch.iso8583.mapping.security_places import security_places
from switch.issuers.process.book import Book
from switch.keys.key_module import PinPlace
from switch.specs.folder import default_folder
from switch.specs.parts import Parts
from tests.cli.command import Outcome, run
from tests.e2e.test_crash import eventually

pytestmark = pytest.mark.long  # most play beside a whole centre

#: An issuer in each way of writing: ASCII, 1993 in characters, 1993 packed, Visa's places, EBCDIC; and a card of a series.
CARDS = {
    "atlas": "4507160000000010",
    "rif": "9504020000000018",
    "souss": "9504031200000013",
    "vesta": "4000010000000019",
    "maestra": "5100010000000015",
    "a series of vesta": "4761730000000110",
}
STRONG = {"1A": "4507160000000069", "65": "5128010400000068"}

MORE_LISTENERS = """
[[listener]]
name = "mac_verified"
port = 8590
dialect = "bcd"
header = "2b"

[listener.security]
mac = "verify"
pin_key = "acquirer.zpk"

[[listener]]
name = "mac_required"
port = 8591
dialect = "ascii_hex93"
header = "4a"

[listener.security]
mac = "require"
mac_kind = "cmac"
"""


def changed(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def specs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("security") / "specs"))
    with (folder / "centre.toml").open("a", encoding="utf-8") as file:
        file.write(MORE_LISTENERS)
    issuers = folder / "issuers"
    changed(issuers / "vesta.toml", ('dialect = "ebcdic_bcd"', 'dialect = "visa_like"'))
    required = 'timeout_seconds = 10\n\n[security]\nmac = "require"\nmac_kind = "cmac"\n'
    changed(issuers / "souss.toml", ("timeout_seconds = 10\n", required))
    changed(issuers / "maestra.toml", ("timeout_seconds = 10\n", 'timeout_seconds = 10\n\n[security]\nmac = "require"\n'))
    return folder


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, specs_folder: Path) -> Iterator[CentreProcess]:
    data = tmp_path_factory.mktemp("security") / "var"
    with running_centre(data, ["--trace", "--specs", str(specs_folder)]) as running:
        yield running
        assert running.stop() == 0


def send(centre: CentreProcess, *arguments: object, listener: str = "ascii") -> Outcome:
    return run("send", "--ready-file", centre.data / "ready.json", "--listener", listener, *arguments)


def code_of(outcome: Outcome) -> str:
    assert outcome.code == 0, outcome.err
    code: str = outcome.json["response_code"]
    return code


VARIANTS = [
    (("--cvv2", "right"), "00", "000"),
    (("--cvv2", "wrong"), "N7", "122"),
    (("--cvv",), "00", "000"),
    (("--cvv", "wrong"), "82", "122"),
    (("--pin", "1234"), "00", "000"),
    (("--pin", "wrong"), "55", "117"),
    (("--pin", "right"), "00", "000"),
    (("--chip",), "00", "000"),
    (("--contactless",), "00", "000"),
    (("--chip", "wrong-arqc"), "82", "122"),
    (("--chip", "wrong-icvv"), "82", "122"),
    (("--3ds", "full"), "00", "000"),
    (("--3ds", "attempted"), "00", "000"),
    (("--3ds", "none"), "00", "000"),
    (("--3ds", "wrong"), "82", "122"),
    (("--chip", "--pin", "right", "--mac"), "00", "000"),
]


@pytest.mark.parametrize(
    ("listener", "issuer"),
    [
        *(("ascii", issuer) for issuer in CARDS),
        ("bcd", "atlas"),
        ("bcd", "vesta"),
        ("ascii93", "souss"),
        ("ascii93", "maestra"),
    ],
)
def test_each_variant_gets_its_code(centre: CentreProcess, issuer: str, listener: str) -> None:
    for options, code, action in VARIANTS:
        outcome = send(centre, "--pan", CARDS[issuer], "--amount", "1.00", "--json", *options, listener=listener)
        assert code_of(outcome) == (action if listener == "ascii93" else code), options


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--cvv2", "wrong"), "CVV2 is not that of the card"),
        (("--cvv", "wrong"), "verification value (CVV) of the track is not that of the card"),
        (("--pin", "wrong"), "PIN is wrong, try 1 of 3"),
        (("--chip", "wrong-arqc"), "cryptogram (ARQC) is not that of the card over these chip data"),
        (("--chip", "wrong-icvv"), "verification value (iCVV) of the chip is not that of the card"),
        (("--3ds", "wrong"), "CAVV is not that of the card for ECI 05"),
        (("--set", "52=0000000000000000", "--set", "53=2001010100000000"), "PIN block not handed on: PIN block: found another"),
        (("--pin", "right", "--set", "53=2001010700000000"), "PIN block not handed on: key: found no 'acquirer.zpk-07'"),
        (("--chip", "--set", "55=9F2608C0FFEE"), "chip data at byte 3: found 3 of the 8 bytes of tag 9F26"),
        (("--chip", "--set", "55.9F36="), "tag 9F36: found nothing, expected 2 bytes"),
        (("--3ds", "full", "--set", "48=420321243040001"), "CAVV: found 3 bytes, expected 20"),
    ],
)
def test_the_journal_says_which_check_failed(centre: CentreProcess, options: tuple[str, ...], reason: str) -> None:
    rrn = f"WHY{abs(hash(options)) % 10**9:09d}"
    assert send(centre, "--pan", "5128010400000019", "--amount", "1.00", "--rrn", rrn, *options).code == 0
    assert send(centre, "--pan", "5128010400000019", "--amount", "1.00", "--pin", "right").code == 0
    told = (
        run("explain", rrn, "--data", centre.data, "--specs", centre.data).out + run("explain", rrn, "--data", centre.data).out
    )
    assert reason in " ".join(told.split())


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--set", "52=0000000000000000", "--set", "53=2001010100000000"), "63"),
        (("--pin", "right", "--set", "53=2001010700000000"), "88"),
        (("--pin", "right", "--set", "53="), "00"),
        (("--chip", "--set", "55=9F2608C0FFEE"), "30"),
        (("--chip", "--set", "55.9F36="), "82"),
        (("--chip", "--set", "55.9F27=40"), "00"),
        (("--3ds", "full", "--set", "48=420321243040001"), "82"),
        (("--cvv2", "1234"), "N7"),
        (("--set", "35=4507160000000010=29121010000"), "30"),
    ],
)
def test_what_makes_no_sense(centre: CentreProcess, options: tuple[str, ...], code: str) -> None:
    assert code_of(send(centre, "--pan", "5128010400000019", "--amount", "1.00", "--json", *options)) == code


def test_pin_tries_are_counted_in_the_book_and_reset(centre: CentreProcess) -> None:
    pan = ("--pan", "2221010000000016", "--amount", "1.00", "--json")
    codes = [
        code_of(send(centre, *pan, "--pin", pin)) for pin in ("9999", "9999", "1234", "9999", "9999", "9999", "9999", "1234")
    ]
    assert codes == ["55", "55", "00", "55", "55", "55", "75", "75"]
    book = Book.open(centre.data / "issuers" / "maestra.db")
    mine = [event.kind for event in book.proof_events() if event.card.endswith("/0016") and event.kind != "counter"]
    book.close()
    assert mine == ["pin_wrong"] * 2 + ["pin_right"] + ["pin_wrong"] * 3


def test_tries_and_counters_survive_a_kill_of_the_issuer(centre: CentreProcess) -> None:
    pan = ("--pan", "4103121200000018", "--amount", "1.00", "--json")
    assert [code_of(send(centre, *pan, "--pin", "9999")) for _ in range(2)] == ["55", "55"]
    assert code_of(send(centre, *pan, "--chip", "--atc", "4242")) == "00"
    os.kill(centre.issuer_pid("rif"), signal.SIGKILL)
    eventually(lambda: code_of(send(centre, *pan)) == "00", "the issuer is back")
    assert [code_of(send(centre, *pan, "--pin", "9999")) for _ in range(2)] == ["55", "75"]
    assert code_of(send(centre, *pan, "--chip", "--atc", "4242")) == "82"


def test_a_counter_that_was_used_before(centre: CentreProcess) -> None:
    chip = ("--pan", CARDS["rif"], "--amount", "1.00", "--json", "--chip", "--atc", "777")
    assert [code_of(send(centre, *chip)) for _ in range(2)] == ["00", "82"]
    several = send(centre, "--pan", CARDS["rif"], "--amount", "1.00", "--chip", "--count", "3", "--expect", "00")
    assert several.code == 0, several.out


@pytest.mark.parametrize(("code", "pan"), STRONG.items())
def test_a_soft_decline_asks_for_3_d_secure(centre: CentreProcess, code: str, pan: str) -> None:
    asked = ("--pan", pan, "--amount", "1.00", "--json")
    assert code_of(send(centre, *asked)) == code
    assert code_of(send(centre, *asked, "--cvv2", "right", "--3ds", "none")) == code
    assert code_of(send(centre, *asked, "--cvv2", "right", "--3ds", "full")) == "00"
    assert code_of(send(centre, *asked, "--3ds", "attempted")) == "00"
    assert code_of(send(centre, *asked, "--entry", "chip")) == "00"


def subelements(outcome: Outcome, element: int) -> dict[str, str]:
    found = next(each for each in outcome.json["response"]["elements"] if each["element"] == element)
    return {each["element"]: each["value"] for each in found.get("subelements", ())}


@pytest.mark.parametrize("issuer", CARDS)
def test_results_come_back_where_the_acquirers_dialect_has_them(centre: CentreProcess, issuer: str) -> None:
    options = ("--pan", CARDS[issuer], "--amount", "1.00", "--json", "--unmasked")
    assert "no match" in send(centre, "--pan", CARDS[issuer], "--cvv2", "wrong").out
    told = send(centre, *options, "--cvv2", "wrong")
    assert subelements(told, 48) == {"48.87": "N"}
    told = send(centre, *options, "--cvv2", "right", "--3ds", "attempted")
    assert subelements(told, 48) == {"48.87": "M", "48.45": "3"}
    told = send(centre, *options, "--chip")
    assert subelements(told, 48) == {"48.86": "2"}
    arpc = subelements(told, 55)["55.91"]
    assert arpc[16:] == "3030"
    assert len(arpc) == 20


@pytest.mark.parametrize(
    ("listener", "mac", "code"),
    [
        ("mac_verified", (), "00"),
        ("mac_verified", ("--mac",), "00"),
        ("mac_verified", ("--mac", "wrong"), "63"),
        ("mac_required", (), "904"),
        ("mac_required", ("--mac",), "000"),
        ("mac_required", ("--mac", "wrong"), "122"),
        ("ascii", ("--mac", "wrong"), "00"),
    ],
)
def test_macs_of_a_line(centre: CentreProcess, listener: str, mac: tuple[str, ...], code: str) -> None:
    for issuer in ("atlas", "souss", "maestra"):
        outcome = send(centre, "--pan", CARDS[issuer], "--amount", "1.00", "--json", *mac, listener=listener)
        assert code_of(outcome) == code
        elements = [each["element"] for each in outcome.json["response"]["elements"]]
        assert (64 in elements or 128 in elements) == (listener == "mac_required" or (listener == "mac_verified" and bool(mac)))


def test_a_wrong_or_missing_mac_is_told_of(centre: CentreProcess) -> None:
    for mac, told in (
        (("--mac", "wrong"), "found another MAC, expected that of the bytes before it under acquirer.mac-aes; answered 122"),
        ((), "1100: found no MAC, expected one in DE 64 or DE 128; answered 904"),
    ):
        send(centre, *mac, listener="mac_required")
        eventually(partial(lambda text: text in centre.log.read_text(encoding="utf-8"), told), told)


def test_the_answers_mac_is_verified_too(centre: CentreProcess) -> None:
    assert "MAC  that of the answer is right" in send(centre, "--mac", listener="mac_required").out
    assert "MAC  the answer has none" in send(centre, "--mac").out


def test_reversals_and_totals_go_over_lines_with_macs(centre: CentreProcess) -> None:
    sold = ("--pan", CARDS["souss"], "--amount", "1.00", "--mac", "--rrn", "MACREVERSAL1", "--expect", "000")
    assert send(centre, *sold, listener="mac_required").code == 0
    undone = send(
        centre, "--reverse", "MACREVERSAL1", "--data", centre.data, "--mac", "--expect", "400", listener="mac_required"
    )
    assert undone.code == 0, undone.out + undone.err
    echoed = send(centre, "--network", "echo", "--mac", "--json", listener="mac_required")
    assert code_of(echoed) == "800"


def test_pins_from_standard_input_and_from_a_file(centre: CentreProcess, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("1234\n")
    card = ("--pan", CARDS["souss"], "--amount", "1.00", "--expect", "00")
    arguments = ("send", "--ready-file", centre.data / "ready.json", *card, "--pin")
    assert run(*arguments, "-", stdin=b"1234\n").code == 0
    assert run(*arguments, f"@{tmp_path / 'pin'}").code == 0
    for wrong in ("12", "12345678901234", "abcd", f"@{tmp_path / 'none'}"):
        outcome = run(*arguments, wrong)
        assert outcome.code == 2
        assert outcome.sentence.startswith("--pin: found ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--cvv2", "12"), "--cvv2: found 2 characters, expected three or four digits, right or wrong"),
        (("--chip", "--entry", "manual"), "--chip: found with --entry manual, expected --entry chip"),
        (("--network", "echo", "--pin", "1234"), "--pin: found beside --network, which has no use for it"),
        (("--raw", "00", "--cvv2", "123"), "--cvv2: found beside --raw, which has no use for it"),
        (("--raw", "00", "--mac"), "--mac: found beside --raw, which has no use for it"),
        (
            ("--pan", "9999990000000006", "--cvv2", "right"),
            "--pan: found 999999******0006, expected a test card, whose bank has the keys for --cvv2",
        ),
    ],
)
def test_what_send_refuses(options: tuple[str, ...], sentence: str) -> None:
    outcome = run("send", *options)
    assert outcome.code == 2
    assert outcome.sentence.startswith(sentence)


def everything_on_disk(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def test_nothing_secret_is_left_anywhere(centre: CentreProcess, specs_folder: Path) -> None:
    """After a run with a CVV2, PINs, tracks, chips and 3-D Secure, over all listeners and to all issuers."""
    specs = Parts(specs_folder)
    keys: Any = open_keys(specs, None)
    secrets: set[bytes] = set()
    shown = ""
    listeners = ("ascii", "bcd", "ascii93", "domestic93", "mac_verified", "ascii_hex")
    for number, (issuer, pan) in enumerate(CARDS.items()):
        for listener in (listeners[number],):
            codec = Codec(specs.dialects[next(each.dialect for each in specs.centre.listeners if each.name == listener)])
            for options in (
                ("--cvv2", "8642", "--3ds", "full", "--pin", f"86429753{number}864"),
                ("--chip", "--pin", f"86429753{number}864", "--mac"),
                ("--cvv",),
            ):
                rrn = f"SECRET{number}{listener[:2].upper()}{listener[-2:]}{len(options):01d}"
                asked = ("--pan", pan, "--amount", "1.00", "--rrn", rrn, *options)
                whole = send(centre, *asked, "--json", "--unmasked", listener=listener)
                shown += send(centre, *asked, "--stan", "000123", "--bytes", listener=listener).out
                shown += run("explain", rrn, "--data", centre.data, "--bytes").out
                elements = {each["element"]: each["value"] for each in whole.json["request"]["elements"]}
                if "--cvv" in options:
                    elements[22] = "901"  # as 1987 says it
                security = security_places(codec.dialect).read(elements)
                assert security is not None
                if security.cvv2:
                    secrets |= {elements[48].encode(), b"92048642", elements[48].encode("cp500")}
                if security.cavv:
                    secrets |= {security.cavv.encode(), bytes.fromhex(security.cavv)}
                if security.pin_block:
                    raw = bytes.fromhex(security.pin_block)
                    name = issuer.split()[-1]
                    theirs = keys.translate_pin(raw, Pan(pan), PinPlace("acquirer.zpk"), PinPlace(f"{name}.zpk"))
                    secrets |= {form for block in (raw, theirs) for form in (block, block.hex().upper().encode())}
                    secrets.add(f"86429753{number}864".encode())
                if security.cvv and 35 in elements:
                    secrets |= {elements[35].encode(), elements[35].split("=")[1].encode()}
                for tag, value in tags_of(security.chip).items():
                    if tag == "57":
                        secrets |= {value, value.hex().upper().encode(), value[8:]}
        secrets |= {pan.encode(), pan.encode("cp500"), bytes.fromhex(pan)}
    assert len(secrets) > 80
    shown += run("trace", "--data", centre.data, "--last", "200", "--json").out
    shown += run("trace", "--data", centre.data, "--last", "200", "--bytes").out
    shown += all_that_a_closed_day_shows(centre.data)
    places = [place for path, content in everything_on_disk(centre.data) for place in inside(str(path), content)]
    kinds = {Path(where.split("!")[0]).suffix for where, _ in places}
    assert kinds >= {".db", ".eml", ".pdf", ".xlsx", ".csv", ".txt", ".jsonl"}
    places.append(("what was shown", shown.encode()))
    pids = family(centre.process.pid)
    assert len(pids) > len(specs.issuers)
    places += [(f"command of {pid}", Path(f"/proc/{pid}/cmdline").read_bytes()) for pid in pids]
    assert len(places) > 12
    for where, content in places:
        found = [secret for secret in secrets if secret in content]
        assert not found, f"{where}: {found}"
    assert "0100" in shown


def all_that_a_closed_day_shows(data: Path) -> str:
    """Close the day with all forms of its statements, and give what every command says of it, of mail and of accounts."""
    closed = run("day", "close", "--pdf", "--xlsx", "--data", data)
    assert closed.code == 0, closed.err
    merchant = "TELECOM00000001"
    shown = [closed]
    for words in (
        ("day", "show", "--json"),
        ("statement", merchant),
        ("statement", merchant, "--format", "csv"),
        ("statement", merchant, "--json"),
        ("mail", "send"),
        ("mail", "list", "--json"),
        ("mail", "show", merchant),
        ("account", "list", "--json"),
        ("account", "statement", "atlas-0001", "--json"),
        ("check", "--json"),
        ("trace", "--last", "400"),
    ):
        shown.append(run(*words, "--data", data))
        assert shown[-1].code in (0, 1), (words, shown[-1].err)
    return "".join(each.out + each.err for each in shown)


def inside(where: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and what is packed into it: parts of a message, members of a workbook, streams of a PDF."""
    yield where, content
    if where.endswith(".eml"):
        for part in message_from_bytes(content).walk():
            packed = part.get_payload(decode=True)
            if isinstance(packed, bytes):
                yield from inside(f"{where}!{part.get_filename() or part.get_content_type()}", packed)
    elif where.endswith(".xlsx"):
        with ZipFile(BytesIO(content)) as workbook:
            for name in workbook.namelist():
                yield f"{where}!{name}", workbook.read(name)
    elif where.endswith(".pdf"):
        for number, stream in enumerate(re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)):
            yield f"{where}!{number}", _inflated(stream)


def _inflated(stream: bytes) -> bytes:
    """The bytes of a stream of a PDF, which stands there compressed, and in ASCII mostly."""
    packed = stream.strip()
    if packed.endswith(b"~>"):
        packed = a85decode(packed.removesuffix(b"~>"))
    try:
        return zlib.decompressobj().decompress(packed)
    except zlib.error:
        return packed


def family(pid: int) -> list[int]:
    """A process and all that it started, and so on."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def tags_of(chip: str | None) -> dict[str, bytes]:
    from switch.card_security.chip_data import chip_values

    return chip_values(bytes.fromhex(chip)) if chip else {}


def test_the_control_data_of_a_pin_block() -> None:
    assert PinControl().text == "2001010100000000"
