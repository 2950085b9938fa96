"""Others beside the switch: one measured in the same run, and what others publish of themselves.

``iso8583sim`` (AGPL; it is run, and none of its code is here) answers 00 to everything, and writes nothing down. It is loaded
by the same generator, with the same message: ``python -m bench.run --iso8583sim PROGRAM``, where PROGRAM is its command.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

#: Product, what it says of itself, and how that was taken.
PUBLISHED: Final = (
    (
        "jPOS",
        "pack and unpack 16,600 messages a second; packed, changed and unpacked 10,900",
        "by its author in 2010, one process, machine not stated, no connection ([blog](https://jpos.org/blog/2010/12/jpos-performance))",
    ),
    (
        "moov-io/iso8583-connection",
        "53,000 requests with their answers a second",
        "by its authors, client and server in one process on 6 cores, messages of MTI and STAN alone (its README)",
    ),
    (
        "Mojaloop",
        "1,000 transfers a second for an hour, 1 % of them longer than 1 s",
        "by its authors; transfers, not ISO 8583 ([performance](https://mojaloop.gitbook.io/mojaloop/docs/product/features/performance))",
    ),
)


def serve_command(program: Path, port: int) -> list[str]:
    """iso8583sim as a host of the generator's message: ASCII, binary bitmaps, a length header of two bytes."""
    return [str(program), "serve", "--port", str(port)]


def version_of(program: Path) -> str:
    """The version of iso8583sim that is installed beside its command."""
    python = program.parent / "python"
    wanted = "from importlib.metadata import version; print(version('iso8583sim'))"
    return subprocess.run([str(python), "-c", wanted], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def published_table() -> list[str]:
    """What others publish, as a Markdown table."""
    return [
        "| product | what it says of itself | how it was taken |",
        "|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in PUBLISHED),
    ]
