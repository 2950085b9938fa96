"""The machine as a unit: what its disk and its processor take for the least that has to be done."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

SYNCS = 300
PAGE_BYTES = 4096


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of them lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def sync_microseconds(folder: Path) -> tuple[float, float]:
    """p50 and p99 of appending a page and making it durable (fdatasync), in µs."""
    page, took = bytes(PAGE_BYTES), []
    handle = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    try:
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.write(handle, page)
            os.fdatasync(handle)
            took.append((time.perf_counter() - began) * 1e6)
    finally:
        os.close(handle)
    return statistics.median(took), quantile(took, 0.99)


def description() -> str:
    """Processor, cores, memory, kernel and Python, in one line."""
    cpu = _after("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{cpu}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, {system}, Python {platform.python_version()}"


def write_report(path: Path, title: str, verb: str, paragraphs: Sequence[str], table: Sequence[str]) -> None:
    """The page of a measurement: when and where ``make verb`` wrote it, what was done, and its table."""
    made = f"Written by `make {verb}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {description()}."
    path.write_text(
        "\n".join([f"# {title}", "", made, *(f"\n{each}" for each in paragraphs), "", *table]) + "\n", encoding="utf-8"
    )
    print(f"wrote {path}")


def resident_mib(pid: int) -> float:
    """Resident memory of a process (VmRSS)."""
    found = _after(f"/proc/{pid}/status", "VmRSS")
    return int(found.split()[0]) / 1024 if found else 0.0


def load_average() -> float:
    """Of the last minute: 0 on a quiet machine."""
    return os.getloadavg()[0]


def _after(file: str, key: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
