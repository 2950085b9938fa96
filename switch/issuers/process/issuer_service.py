"""An issuer that is to be served, as a value: what the options of ``switch issuer serve`` say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from attrs import asdict

from switch.record import frozen

_PATHS: Final = ("specs_folder", "data", "scenario")


@frozen(kw_only=True)
class IssuerService:
    """Which issuer is to be served, and how. ``switch issuer serve`` has it of its command line; a centre hands it as JSON to
    the process that starts its issuers, so that none of them has a command line to read."""

    issuer: str
    specs_folder: Path | None
    data: Path
    seed: int
    port: int | None  #: None: that of the specification; 0: a free one
    scenario: Path | None = None  #: of an issuer that runs by itself
    host: str = "127.0.0.1"
    announce: bool = False  #: print the port as JSON when listening, and end when standard input ends
    of_centre: bool = False  #: begin no book if the data folder has no journal

    @property
    def as_json(self) -> dict[str, Any]:
        """What ``from_json`` reads."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, about: Mapping[str, Any]) -> Self:
        paths = {name: Path(about[name]) for name in _PATHS if about[name] is not None}
        return cls(**{**about, **paths})
