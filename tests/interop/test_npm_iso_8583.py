"""The npm package iso_8583, read by us and reading us. It is run in node, as a program, and never imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from tests.iso8583.samples import GOLDEN, dialect
from tests.support.strategies import THIRD_BITMAP, values

NODE: Final = shutil.which("node")

#: Where there is no node nothing can be asked of the package, and ``.ci/run`` asks for nothing.
pytestmark = pytest.mark.outside if NODE and shutil.which("npm") else pytest.mark.skip(reason="node and npm are not installed")

ROOT = Path(__file__).parent.parent.parent
HEADER = HeaderFormat.parse("2b")
quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

#: A line of JSON in, a line of JSON out: ``write`` a message, answered with its frame in hexadecimal, or ``read`` a frame,
#: answered with the message. With ``hexadecimal`` the bitmap is.
SCRIPT: Final = """
const Iso = require(process.argv[1]);
const bitmap = { 1: { ContentType: 'an', Label: 'Bitmap', LenType: 'fixed', MaxLen: 16 } };
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const { write, read, hexadecimal } = JSON.parse(line);
  const formats = hexadecimal ? bitmap : {};
  const said = write
    ? new Iso(write, formats).getBufferMessage()
    : new Iso({}, formats).getIsoJSON(Buffer.from(read, 'hex'), hexadecimal ? { bitmapEncoding: 'utf8' } : {});
  console.log(JSON.stringify(Buffer.isBuffer(said) ? said.toString('hex') : said));
});
"""

#: What the package has otherwise than ISO 8583:1987, as a dialect that extends base87. It counts the hexadecimal digits of
#: binary elements, so its MACs of 8 are 4 bytes; its DE 53 is that of ISO 8583:1993; chip data is text. Where it has a wider
#: class than the standard (37, 38, 50), the standard's values are used.
DEVIATIONS: Final = """
[element]
34 = { format = "n..28" }
36 = { format = "n..104" }
40 = { format = "n 3" }
53 = { format = "b 48" }
55 = { format = "ans..999" }
58 = { format = "n..11" }
59 = { format = "ans..255" }
64 = { format = "b 4" }
96 = { format = "b 4" }
118 = { format = "n..999" }
119 = { format = "n..999" }
120 = { format = "n..999" }
121 = { format = "n..999" }
122 = { format = "n..999" }
123 = { format = "an..999" }
128 = { format = "b 4" }
"""
BITMAPS: Final = ("binary", "hex")
SPOKEN: Final = {bitmap: Codec(dialect({"bitmap": bitmap}, tomllib.loads(DEVIATIONS)["element"])) for bitmap in BITMAPS}

#: Elements left out: 65 announces elements beyond 128, and it takes DE 127 apart (six digits of length, a bitmap of its own).
UNSPOKEN: Final = {THIRD_BITMAP, 127}

#: MTIs of the centre's trade that it knows; it has no 0102, 0103, and so on.
MTIS: Final = ("0100", "0101", "0110", "0120", "0121", "0130", "0200", "0201", "0210", "0220", "0221", "0230", "0400", "0401",
               "0410", "0420", "0421", "0430", "0500", "0510", "0520", "0530", "0800", "0810", "0820")  # fmt: skip


class Package:
    """The package in a node of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def write(self, message: Message, bitmap: str) -> bytes:
        document = {"0": message.mti, **{str(number): value for number, value in message.elements.items()}}
        return bytes.fromhex(self._ask(write=document, hexadecimal=bitmap == "hex"))

    def read(self, frame: bytes, bitmap: str) -> Message:
        """Its reading; its binary values are in small letters."""
        document = self._ask(read=frame.hex(), hexadecimal=bitmap == "hex")
        elements = {int(key): value for key, value in document.items() if key != "0"}
        binary = {n for n in elements if SPOKEN[bitmap].dialect.element(n).content == "b"}
        return Message(document["0"], {n: value.upper() if n in binary else value for n, value in elements.items()})

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer


@pytest.fixture(scope="module")
def package() -> Iterator[Package]:
    """SWITCH_NPM_ISO_8583, or what ``.ci/run`` installs."""
    folder = Path(os.environ.get("SWITCH_NPM_ISO_8583") or ROOT / ".npm-outside" / "node_modules" / "iso_8583")
    if not folder.exists():
        pytest.skip("no npm package iso_8583 (SWITCH_NPM_ISO_8583 or .npm-outside)")
    assert NODE is not None
    command = [NODE, "--eval", SCRIPT, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Package(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def its_values(number: int) -> st.SearchStrategy[str]:
    """Values of an element that it writes: class ans of the package lacks #, @ and the backslash, class an blanks."""
    element = SPOKEN["binary"].dialect.element(number)
    missing = str.maketrans(*{"ans": ("#@\\", "..."), "an": (" ", "0")}.get(element.content, ("", "")))
    return values(element).map(lambda value: value.translate(missing))


@st.composite
def its_messages(draw: st.DrawFn) -> Message:
    numbers = [n for n in range(2, 129) if n not in UNSPOKEN]
    chosen = draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=16, unique=True))
    return Message(draw(st.sampled_from(MTIS)), {number: draw(its_values(number)) for number in sorted(chosen)})


def body(frame: bytes) -> bytes:
    (found,) = Framer(HEADER).feed(frame)
    return found.body


@pytest.mark.parametrize("bitmap", BITMAPS)
@given(message=its_messages())
@quick
def test_what_it_writes_we_read(package: Package, bitmap: str, message: Message) -> None:
    """It always writes the second bitmap, also an empty one."""
    assert SPOKEN[bitmap].decode(body(package.write(message, bitmap))) == message


@pytest.mark.parametrize("bitmap", BITMAPS)
@given(message=its_messages(), action_date=its_values(73))
@quick
def test_what_we_write_it_reads(package: Package, bitmap: str, message: Message, action_date: str) -> None:
    """Behind a hexadecimal bitmap it expects a second one, so there the message has an element that calls for it."""
    said = message if bitmap == "binary" else Message(message.mti, dict(sorted({**message.elements, 73: action_date}.items())))
    assert package.read(Framer(HEADER).wrap(SPOKEN[bitmap].encode(said)), bitmap) == said


@pytest.mark.parametrize("name", sorted(set(GOLDEN) - {"chip purchase"}))
def test_messages_without_what_it_has_otherwise_are_alike_in_the_dialect_of_the_first_listener(
    package: Package, name: str
) -> None:
    wire, message = Codec(dialect({}, {})), GOLDEN[name]
    assert package.read(Framer(HEADER).wrap(wire.encode(message)), "binary") == message
    assert wire.decode(body(package.write(message, "binary"))) == message
