"""A capture whose headers say impossible lengths is read as far as it can be: a sentence, never a traceback."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.cli.command import run

RAW_IP = 101  #: link type of packets without a link header


def pcap(*packets: bytes, link: int = RAW_IP) -> bytes:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link)
    return head + b"".join(struct.pack("<IIII", 1_795_341_600, 0, len(each), len(each)) + each for each in packets)


def tcp(data: bytes, *, ip_words: int = 5, total: int | None = None) -> bytes:
    segment = struct.pack(">HHIIBBHHH", 40_000, 8583, 1, 0, 0x50, 0x18, 1_000, 0, 0) + data
    length = 20 + len(segment) if total is None else total
    return struct.pack(">BBHHHBBH", 0x40 | ip_words, 0, length, 0, 0, 64, 6, 0) + b"\x0a\0\0\1\x0a\0\0\2" + segment


@pytest.mark.parametrize("ip_words", range(5))
def test_an_ip_header_shorter_than_one_can_be(tmp_path: Path, ip_words: int) -> None:
    (tmp_path / "capture").write_bytes(pcap(tcp(b"\0\4spam", ip_words=ip_words), tcp(b"", ip_words=ip_words)[:18]))
    outcome = run("decode", tmp_path / "capture")
    assert outcome.code == 1
    assert outcome.sentence.startswith("capture: found no ISO 8583 message in 0 TCP connections")
    assert "a header of impossible length" in outcome.out


@pytest.mark.parametrize("packet", [tcp(b"\0\4spam", total=12), tcp(b"\0\4spam", ip_words=15, total=40)])
def test_a_length_that_cannot_be_is_told(tmp_path: Path, packet: bytes) -> None:
    (tmp_path / "capture").write_bytes(pcap(packet))
    outcome = run("decode", tmp_path / "capture")
    assert outcome.code == 1
    assert "1 packet: a header of impossible length" in outcome.out


def test_a_section_too_short_for_its_own_header(tmp_path: Path) -> None:
    (tmp_path / "capture").write_bytes(struct.pack("<IIII", 0x0A0D0D0A, 12, 0x1A2B3C4D, 12) + bytes(16))
    outcome = run("decode", tmp_path / "capture")
    assert outcome.code == 2
    assert outcome.sentence == "capture at byte 0: found a section header of 12 bytes, expected 28 or more"
